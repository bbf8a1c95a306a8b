// The frame: pages and their keys, palette, time range, undo, Esc, saved layout, and names on everything one
// can reach.
#include "gallery/sample_data.h"
#include "ui/charts/time_series_widget.h"
#include "ui/shell/breadcrumb.h"
#include "ui/shell/keys_help.h"
#include "ui/shell/main_window.h"
#include "ui/shell/status_strip.h"
#include "ui/shell/time_range_control.h"
#include "ui/shell/undo_bar.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/evidence_trio.h"
#include "ui/widgets/facet_list.h"
#include "ui/widgets/filter_bar.h"
#include "ui_main.h"

#include <QAccessible>
#include <QAction>
#include <QLineEdit>
#include <QSignalSpy>
#include <QTemporaryDir>

using namespace waypost::ui;
using namespace Qt::StringLiterals;

namespace {

constexpr qint64 nowMs = sample::dayStart + 24 * sample::hourMs;

class TestPage final : public Page {
  public:
    explicit TestPage(bool range) : range_(range) {
        auto* column = new QVBoxLayout(this);
        filter = new FilterBar;
        column->addWidget(filter);
        column->addWidget(new FacetList);
        chart = new TimeSeriesWidget;
        chart->setSeries(sample::delivery());
        column->addWidget(chart);
        column->addWidget(new EvidenceTrio(new DataTable));
        connect(chart, &TimeSeriesWidget::rangeSelected, this,
                [this](qint64 a, qint64 b) { Q_EMIT rangeAsked({a, b}); });
    }
    QStringList crumbs() const override { return levels; }
    bool goBack() override {
        if (levels.isEmpty()) return false;
        levels.removeLast();
        return true;
    }
    bool usesTimeRange() const override { return range_; }
    void setTimeRange(const ResolvedRange& r, const QTimeZone&) override { got = r; }
    void focusFilter() override { filter->focusField(); }
    std::vector<KeyHelp> keys() const override { return {{u"i"_s, u"histogram"_s}}; }
    QByteArray saveLayout() const override { return layout; }
    void restoreLayout(const QByteArray& s) override { layout = s; }

    QStringList levels;
    ResolvedRange got;
    QByteArray layout;
    FilterBar* filter;
    TimeSeriesWidget* chart;

  private:
    bool range_;
};

class Objects final : public PaletteProvider {
    std::vector<PaletteItem> offer(const QString& typed) override {
        std::vector<PaletteItem> out{
            {PaletteItem::Group::Object, u"d1"_s, u"delivery.example"_s, u"Domain"_s, {}, {}, {}},
            {PaletteItem::Group::Object, u"d2"_s, u"gmail.com"_s, u"Domain"_s, {}, {}, {}}};
        if (typed.contains(u'.'))
            out.push_back(
                {PaletteItem::Group::LookUp, u"look"_s, u"Look up "_s + typed, u"DNS"_s, {}, {}, {}});
        return out;
    }
};

} // namespace

class TstShell : public QObject {
    Q_OBJECT
    QTemporaryDir folder_;
    std::unique_ptr<MainWindow> window_;
    TestPage* delivery_ = nullptr;

    QString file() const { return folder_.filePath(u"layout.ini"_s); }
    void make() {
        window_ = std::make_unique<MainWindow>(file(), [] { return nowMs; });
        delivery_ = new TestPage(true);
        window_->addPage(u"today"_s, u"Today"_s, u"today"_s, new TestPage(false), u"Ctrl+1"_s);
        window_->addPage(u"delivery"_s, u"Delivery"_s, u"delivery"_s, delivery_, u"Ctrl+6"_s);
        window_->addPage(u"jobs"_s, u"Jobs"_s, u"jobs"_s, new TestPage(false), {}, NavRail::Section::Tools);
        window_->show();
        window_->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(window_.get()));
    }

  private Q_SLOTS:
    void init() {
        QFile::remove(file());
        make();
    }
    void cleanup() { window_.reset(); }

    void fitsTheSmallestScreen() {
        window_->resize(1100, 700);
        QTRY_COMPARE(window_->size(), QSize(1100, 700));
        QVERIFY(window_->centralWidget()->minimumSizeHint().width() <= 1100);
    }

    void shortcutsOpenPages() {
        QCOMPARE(window_->currentPage(), u"today"_s);
        QTest::keyClick(window_.get(), Qt::Key_6, Qt::ControlModifier);
        QCOMPARE(window_->currentPage(), u"delivery"_s);
        QTest::keyClick(window_.get(), Qt::Key_Left, Qt::AltModifier);
        QCOMPARE(window_->currentPage(), u"today"_s);
        window_->openPage(u"no such page"_s);
        QCOMPARE(window_->currentPage(), u"today"_s);
    }

    void escGoesBackOneLevelOnly() {
        window_->openPage(u"delivery"_s);
        delivery_->levels = {u"gmail.com"_s, u"deferred"_s};
        Q_EMIT delivery_->crumbsChanged();
        QCOMPARE(window_->breadcrumb()->steps(), (QStringList{u"Delivery"_s, u"gmail.com"_s, u"deferred"_s}));
        window_->omnibox()->popUp();
        window_->goBack();
        QVERIFY(!window_->omnibox()->isVisible());
        QCOMPARE(delivery_->levels.size(), 2);
        window_->goBack();
        QCOMPARE(window_->breadcrumb()->steps().size(), 2);
        window_->goBack();
        window_->goBack();
        QCOMPARE(window_->currentPage(), u"delivery"_s);
        delivery_->levels = {u"a"_s, u"b"_s, u"c"_s};
        Q_EMIT window_->breadcrumb()->stepChosen(1);
        QCOMPARE(delivery_->levels, QStringList{u"a"_s});
    }

    void rangeReachesPagesThatUseIt() {
        QVERIFY(!window_->timeRange()->isVisible());
        window_->openPage(u"delivery"_s);
        QVERIFY(window_->timeRange()->isVisible());
        QCOMPARE(delivery_->got, (ResolvedRange{nowMs - 24 * sample::hourMs, nowMs}));
        Q_EMIT delivery_->chart->rangeSelected(nowMs - 7200'000, nowMs - 3600'000);
        QCOMPARE(delivery_->got, (ResolvedRange{nowMs - 7200'000, nowMs - 3600'000}));
        delivery_->chart->canvas()->setFocus();
        QTest::keyClicks(delivery_->chart->canvas(), u"["_s);
        QCOMPARE(delivery_->got, (ResolvedRange{nowMs - 9000'000, nowMs - 5400'000}));
        QTest::keyClicks(delivery_->chart->canvas(), u"-"_s);
        QCOMPARE(delivery_->got.to - delivery_->got.from, 7200'000);
        QVERIFY(!window_->timeRange()->setText(u"rubbish"_s));
        QVERIFY(window_->timeRange()->error().contains(u"rubbish"_s));
        QCOMPARE(delivery_->got.to - delivery_->got.from, 7200'000); // a refused text changes nothing
    }

    void slashAndLettersDoNotDisturbTyping() {
        window_->openPage(u"delivery"_s);
        delivery_->chart->canvas()->setFocus();
        QTest::keyClicks(delivery_->chart->canvas(), u"/"_s);
        auto* field = delivery_->filter->findChild<QLineEdit*>();
        QVERIFY(field->hasFocus());
        const ResolvedRange before = delivery_->got;
        QTest::keyClicks(field, u"[a/b:c?]"_s);
        QCOMPARE(field->text(), u"[a/b:c?]"_s);
        QCOMPARE(delivery_->got, before);
        QVERIFY(!window_->keysHelp()->isVisible());
    }

    void paletteFindsObjectsBeforeCommands() {
        window_->omnibox()->addProvider(std::make_shared<Objects>());
        const auto titles = [this](const QString& typed) {
            QStringList out;
            for (const PaletteItem& i : window_->omnibox()->matches(typed)) out << i.title;
            return out;
        };
        const QStringList found = titles(u"deliv"_s);
        QCOMPARE(found.at(0), u"delivery.example"_s);
        QCOMPARE(found.at(1), u"Delivery"_s);
        QVERIFY(!found.contains(u"gmail.com"_s));
        QCOMPARE(titles(u"example.org"_s).last(), u"Look up example.org"_s);
        QVERIFY(titles(u"zzzqqq"_s).isEmpty());
        QCOMPARE(titles(u"rl"_s).contains(u"Reset layout"_s), true); // word starts
        QVERIFY(titles({}).size() > 10);
    }

    void paletteRunsAndRemembers() {
        QTest::keyClick(window_.get(), Qt::Key_K, Qt::ControlModifier);
        QVERIFY(window_->omnibox()->isVisible());
        auto* field = window_->omnibox()->findChild<QLineEdit*>();
        QTest::keyClicks(field, u"go to jobs"_s);
        QTest::keyClick(field, Qt::Key_Return);
        QCOMPARE(window_->currentPage(), u"jobs"_s);
        QVERIFY(!window_->omnibox()->isVisible());
        QCOMPARE(window_->omnibox()->matches({}).front().id, u"page.jobs"_s);
    }

    void everyCommandWithAKeyIsInThePalette() {
        QStringList inPalette;
        for (const PaletteItem& i : window_->omnibox()->matches({})) inPalette << i.id;
        for (const QAction* a : window_->actions())
            QVERIFY2(inPalette.contains(a->objectName()), qPrintable(a->objectName()));
    }

    void undoRunsOnceAndGoesAway() {
        int undone = 0;
        window_->offerUndo(u"Muted group 88"_s, [&] { ++undone; });
        QVERIFY(window_->undoBar()->isVisible());
        QTest::keyClick(window_.get(), Qt::Key_Z, Qt::ControlModifier);
        QTest::keyClick(window_.get(), Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(undone, 1);
        QVERIFY(!window_->undoBar()->isVisible());
        QCOMPARE(UndoBar::shownMs, 10'000);
    }

    void helpListsThePageKeys() {
        window_->openPage(u"delivery"_s);
        QTest::keyClick(window_.get(), Qt::Key_F1);
        QVERIFY(window_->keysHelp()->isVisible());
        QVERIFY(window_->keysHelp()->listed().contains(u"i histogram"_s));
        QVERIFY(window_->keysHelp()->listed().contains(u"Ctrl+6 Delivery"_s));
        window_->goBack();
        QVERIFY(!window_->keysHelp()->isVisible());
    }

    void layoutComesBackAfterARestart() {
        window_->openPage(u"delivery"_s);
        window_->rail()->setCollapsed(true);
        window_->timeRange()->setText(u"now-7d..now"_s);
        delivery_->layout = "splitters";
        window_->resize(1300, 800);
        window_->close();
        window_.reset();
        make();
        QCOMPARE(window_->currentPage(), u"delivery"_s);
        QVERIFY(window_->rail()->isCollapsed());
        QCOMPARE(window_->timeRange()->text(), u"now-7d..now"_s);
        QCOMPARE(delivery_->layout, QByteArray("splitters"));
        QCOMPARE(window_->size(), QSize(1300, 800));
        window_->resetLayout();
        QVERIFY(!window_->rail()->isCollapsed());
        QVERIFY(delivery_->layout.isEmpty());
        QCOMPARE(window_->timeRange()->text(), u"now-24h..now"_s);
    }

    void layoutIsOnDiskWithinASecond() {
        window_->rail()->setCollapsed(true);
        QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(file()), 2000);
        QVERIFY(QSettings(file(), QSettings::IniFormat).value(u"rail/collapsed"_s).toBool());
    }

    void productionIsVisible() {
        window_->setWorkspace(u"acme-mail"_s, WorkspaceKind::Production);
        QCOMPARE(window_->header()->kindShown(), u"PRODUCTION"_s);
        QCOMPARE(window_->windowTitle(), u"acme-mail (PRODUCTION) – Waypost"_s);
        const QImage image = window_->grab().toImage();
        QCOMPARE(QColor(image.pixel(1, image.height() / 2)).rgb(), tokens().production.rgb());
        QCOMPARE(QColor(image.pixel(image.width() / 2, image.height() - 2)).rgb(), tokens().production.rgb());
    }

    void jobsSegmentCancels() {
        JobInfo job{u"7"_s, u"DNS scan"_s,           u"names"_s, 37,   120,
                    9000,   JobInfo::State::Running, {},         true, false};
        window_->strip()->setJobs({job});
        QSignalSpy cancel(window_->strip(), &StatusStrip::cancelAsked),
            opened(window_.get(), &MainWindow::segmentOpened);
        for (QToolButton* b : window_->strip()->findChildren<QToolButton*>())
            if (b->accessibleName() == u"Cancel job"_s) b->click();
        QCOMPARE(cancel.count(), 1);
        QCOMPARE(cancel[0][0].toString(), u"7"_s);
        window_->strip()->setSegment(u"resolver"_s, u"resolver 127.0.0.1"_s, {}, Outcome::Accepted);
        window_->strip()->findChildren<QToolButton*>().last()->click();
        QCOMPARE(opened.count(), 1);
    }

    void f6VisitsPanesAndComesBack() {
        window_->openPage(u"delivery"_s);
        delivery_->chart->canvas()->setFocus();
        QSet<QWidget*> seen;
        for (int i = 0; i < 20; ++i) {
            QTest::keyClick(QApplication::focusWidget(), Qt::Key_F6);
            seen << QApplication::focusWidget();
        }
        QVERIFY(seen.contains(delivery_->chart->canvas()));
        QVERIFY(seen.contains(delivery_->findChild<DataTable*>()));
        QVERIFY(seen.size() >= 4);
        QVERIFY(!seen.contains(delivery_->filter->findChild<QLineEdit*>()));
    }

    void everythingOneCanReachHasAName() {
        QStringList nameless;
        for (const QString& id : {u"today"_s, u"delivery"_s}) {
            window_->openPage(id);
            for (QWidget* w : window_->findChildren<QWidget*>()) {
                if (w->focusPolicy() == Qt::NoFocus || !w->isVisible() || w->inherits("QScrollBar") ||
                    w->focusProxy())
                    continue;
                QAccessibleInterface* a = QAccessible::queryAccessibleInterface(w);
                if (!a || a->text(QAccessible::Name).isEmpty())
                    nameless << QString::fromLatin1(w->metaObject()->className()) + u' ' + w->objectName();
            }
        }
        QVERIFY2(nameless.isEmpty(), qPrintable(nameless.join(u", "_s)));
    }

    void tabReachesRailChartTableAndStrip() {
        window_->openPage(u"delivery"_s);
        window_->rail()->findChild<QAbstractButton*>()->setFocus();
        QSet<QWidget*> reached;
        for (int i = 0; i < 200; ++i) {
            QTest::keyClick(QApplication::focusWidget(), Qt::Key_Tab);
            if (QApplication::focusWidget()) reached << QApplication::focusWidget();
        }
        QVERIFY(reached.contains(delivery_->chart->canvas()));
        QVERIFY(reached.contains(delivery_->filter->findChild<QLineEdit*>()));
        QVERIFY(reached.contains(delivery_->findChild<DataTable*>()));
        QVERIFY(reached.size() > 12);
    }
};

WAYPOST_UI_MAIN(TstShell)
#include "tst_shell.moc"
