// The Blocklists screen on a real engine with the lab's lists: one that lists, one that is clean, one that
// refuses, one that lists the world, a welcome list, one for domains, one that needs a key.
#include "page_bench.h"
#include "page_shots.h"
#include "ui/charts/grid_widget.h"
#include "ui/models/row_model.h"
#include "ui/pages/blocklists_cell.h"
#include "ui/pages/blocklists_matrix.h"
#include "ui/pages/blocklists_page.h"
#include "ui/pages/blocklists_strip.h"
#include "ui/pages/blocklists_tables.h"
#include "ui/pages/blocklists_words.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/explanation_tree.h"
#include "ui/widgets/raw_view.h"
#include "ui_main.h"

#include <QCheckBox>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTabWidget>

using namespace waypost;
using namespace waypost::ui;
using namespace Qt::StringLiterals;

class TstUiBlocklists : public QObject {
    Q_OBJECT
  private:
    std::unique_ptr<test::PageBench> bench_;
    std::unique_ptr<BlocklistsPage> page_;

    void open() {
        page_ = std::make_unique<BlocklistsPage>(bench_->bridge());
        page_->resize(1240, 800);
        QSignalSpy shown(page_.get(), &BlocklistsPage::shown);
        page_->show();
        QVERIFY(shown.wait());
    }
    void watch(const std::vector<std::string>& targets) {
        const auto done = bench_->engine().runAndWait(engine::WatchTargets{targets, {}});
        QVERIFY(std::holds_alternative<engine::Done>(done));
    }
    void sweep(bool again = false) {
        const auto job = bench_->finish(engine::SweepBlocklists{{}, {}, again});
        QVERIFY2(job.state == engine::JobState::Done, job.text.c_str());
    }
    engine::BlocklistMatrix matrix() {
        return bench_->ask<engine::BlocklistMatrix>(engine::BlocklistQuery{7});
    }
    engine::CellState state(const std::string& target, const std::string& list) {
        const auto m = matrix();
        for (size_t t = 0; t < m.targets.size(); ++t)
            for (size_t l = 0; l < m.lists.size(); ++l)
                if (m.targets[t].text == target && m.lists[l].id == list) return m.at(t, l).state;
        return engine::CellState::Unseen;
    }
    void sweptPage() {
        watch({"127.77.1.1", "127.77.1.2", "127.77.1.3", "spammy.test", "acme.test"});
        sweep();
        sweep(true);
        open();
        QVERIFY(page_->showsMatrix());
    }
    QString cellText(const QString& target, const QString& list) {
        QSignalSpy shown(page_->matrix(), &BlocklistsMatrix::cellShown);
        page_->matrix()->choose(target, list);
        if (shown.isEmpty() && !shown.wait()) return {};
        return page_->matrix()->cell()->headline();
    }

  private Q_SLOTS:
    // The lab watches its own addresses from its first start; each test says what it watches.
    void init() {
        bench_ = std::make_unique<test::PageBench>(true);
        std::vector<std::string> targets;
        for (const engine::WatchedTarget& t : matrix().targets) targets.push_back(t.text);
        (void)bench_->engine().runAndWait(engine::UnwatchTargets{targets});
        // These two let every look wait for its deadline: they have tests of their own.
        for (const char* list : {"silent", "gone"})
            (void)bench_->engine().runAndWait(engine::EnableList{list, false});
    }
    void cleanup() {
        page_.reset();
        bench_.reset();
    }

    void nothingWatchedSaysWhatToDo() {
        open();
        QVERIFY(!page_->showsMatrix());
        QCOMPARE(page_->empty()->kind(), EmptyState::Kind::NotSetUp);
        QVERIFY(!page_->check()->isEnabled());
    }

    void aTypedRangeIsWatched() {
        open();
        page_->addBox()->setText(u"127.77.1.0/30, acme.test"_s);
        QTest::keyClick(page_->addBox(), Qt::Key_Return);
        QTRY_VERIFY(page_->showsMatrix());
        QVERIFY2(page_->matrix()->cell()->findChild<EmptyState*>()->kind() !=
                     EmptyState::Kind::NothingHappened,
                 "no tick before anything was looked at");
        QCOMPARE(page_->matrix()->grid()->shape().rows, 5);
        QVERIFY2(page_->summary().contains(u"4 addresses"_s) && page_->summary().contains(u"1 name"_s),
                 qPrintable(page_->summary()));
        QVERIFY(page_->addBox()->text().isEmpty());
    }

    void whatIsNoTargetIsRefusedAndStaysInTheBox() {
        open();
        page_->addBox()->setText(u"not..a..name"_s);
        QTest::keyClick(page_->addBox(), Qt::Key_Return);
        QTest::qWait(300);
        QCOMPARE(page_->addBox()->text(), u"not..a..name"_s);
        QVERIFY(!page_->showsMatrix());
    }

    void theStatesOfTheField_data() {
        QTest::addColumn<QString>("target");
        QTest::addColumn<QString>("list");
        QTest::addColumn<int>("state");
        auto row = [](const char* name, const char* target, const char* list, engine::CellState s) {
            QTest::newRow(name) << QString::fromLatin1(target) << QString::fromLatin1(list) << int(s);
        };
        using S = engine::CellState;
        row("listed", "127.77.1.2", "careful", S::Listed);
        row("clean", "127.77.1.1", "careful", S::Clean);
        row("a list that refuses everybody", "127.77.1.1", "refuses", S::Refused);
        row("a list of the world gives no verdict", "127.77.1.1", "world", S::Error);
        row("a welcome is no listing", "127.77.1.1", "friends", S::Clean);
        row("a domain on a list of domains", "spammy.test", "names", S::Listed);
        row("a domain is no address", "spammy.test", "careful", S::NotApplicable);
        row("a list without its key", "127.77.1.1", "keyed", S::NotApplicable);
    }
    void theStatesOfTheField() {
        QFETCH(QString, target);
        QFETCH(QString, list);
        QFETCH(int, state);
        watch({target.toStdString()});
        sweep();
        QCOMPARE(int(this->state(target.toStdString(), list.toStdString())), state);
    }

    void aCellIsExplainedWithItsBytes() {
        sweptPage();
        const QString title = cellText(u"127.77.1.2"_s, u"careful"_s);
        QVERIFY2(title.contains(u"listed"_s), qPrintable(title));
        auto* cell = page_->matrix()->cell();
        QVERIFY(cell->raw()->bytes().size() > 12);
        const auto nodes = cellNodes(
            bench_->ask<engine::BlocklistCell>(engine::BlocklistCellQuery{"127.77.1.2", "careful", 7}), 0);
        QCOMPARE(QString::fromStdString(nodes[0].value), u"listed"_s);
        QVERIFY(QString::fromStdString(nodes[1].value).contains(u"2.1.77.127.bl-careful.test"_s));
        QVERIFY2(cell->strip()->describe(cell->strip()->width() - 2).contains(u"listed"_s),
                 "the strip ends with the listing");
    }

    void aRefusalIsNeverAListing() {
        sweptPage();
        QVERIFY(cellText(u"127.77.1.1"_s, u"refuses"_s).contains(u"refused us"_s));
        QVERIFY(cellText(u"127.77.1.1"_s, u"world"_s).contains(u"no usable answer"_s));
        page_->matrix()->onlyListed()->setChecked(true);
        QCOMPARE(page_->matrix()->grid()->shape().rows, 2); // 127.77.1.2 and spammy.test
    }

    void aListWithoutItsKeyIsNotCountedAsOn() {
        sweptPage();
        QVERIFY2(page_->summary().contains(u"lists: 6 on"_s), qPrintable(page_->summary()));
        QVERIFY2(page_->summary().contains(u"1 needs a key"_s), qPrintable(page_->summary()));
    }

    void statesAreToldApartWithoutColour() {
        using S = engine::CellState;
        QStringList marks;
        for (const S s : {S::Listed, S::Clean, S::Refused, S::Error, S::NotApplicable, S::Unseen}) {
            const engine::MatrixCell cell{s, true, false, {1000}, {1000}};
            const GridCell shown = blocklists::gridCell(cell, 2000);
            marks << shown.label + u"/"_s + (shown.state ? outcomeGlyph(*shown.state) : QString());
        }
        QCOMPARE(QSet<QString>(marks.begin(), marks.end()).size(), marks.size());
        const GridCell once = blocklists::gridCell({S::Listed, false, false, {1000}, {1000}}, 2000);
        QVERIFY2(once.few, "a listing seen once is hatched");
    }

    void changesAndTheCatalogue() {
        sweptPage();
        page_->tabs()->setCurrentIndex(BlocklistsPage::Changes);
        QTRY_VERIFY(page_->changes()->table()->model()->rowCount() >= 2);
        QSignalSpy listed(page_->catalogue(), &BlocklistsCatalogue::shown);
        page_->tabs()->setCurrentIndex(BlocklistsPage::Catalogue);
        QVERIFY(listed.wait());
        QCOMPARE(page_->catalogue()->table()->model()->rowCount(), 9);
        QVERIFY(page_->catalogue()->detail()->topLevelItemCount() > 3);
        page_->tabs()->setCurrentIndex(BlocklistsPage::Impact);
        QTRY_VERIFY(page_->impact()->isVisible());
    }

    void aListCanBeSwitchedOff() {
        sweptPage();
        const int before = page_->matrix()->grid()->shape().columns;
        page_->tabs()->setCurrentIndex(BlocklistsPage::Catalogue);
        QTRY_COMPARE(page_->catalogue()->table()->model()->rowCount(), 9);
        QTRY_VERIFY(page_->catalogue()->onOff()->isEnabled());
        page_->catalogue()->onOff()->click();
        QTRY_COMPARE(page_->catalogue()->onOff()->text(), u"Switch on"_s);
        page_->tabs()->setCurrentIndex(BlocklistsPage::Matrix);
        QTRY_COMPARE(page_->matrix()->grid()->shape().columns, before - 1);
    }

    void pictures() {
        sweptPage();
        cellText(u"127.77.1.2"_s, u"careful"_s);
        QTest::qWait(200);
        test::shoot(*page_, u"blocklists-matrix"_s);
        page_->tabs()->setCurrentIndex(BlocklistsPage::Impact);
        QTest::qWait(200);
        test::shoot(*page_, u"blocklists-cost"_s);
        page_->tabs()->setCurrentIndex(BlocklistsPage::Changes);
        QTest::qWait(200);
        test::shoot(*page_, u"blocklists-changes"_s);
        page_->tabs()->setCurrentIndex(BlocklistsPage::Catalogue);
        QTest::qWait(200);
        test::shoot(*page_, u"blocklists-lists"_s);
        QVERIFY(page_->isVisible());
    }

    // 4,096 x 80: a frame while scrolling, painted off the screen.
    void aBigMatrixScrollsWithoutALongFrame() {
        auto big = std::make_shared<engine::BlocklistMatrix>();
        for (int i = 0; i < 4096; ++i)
            big->targets.push_back(
                {"203.0." + std::to_string(i / 256) + "." + std::to_string(i % 256), "ipv4", "ip", {}, {}});
        for (int i = 0; i < 80; ++i) {
            engine::ListColumn c;
            c.id = c.zone = "list" + std::to_string(i) + ".example";
            big->lists.push_back(c);
        }
        big->cells.resize(4096 * 80);
        for (size_t i = 0; i < big->cells.size(); ++i) {
            big->cells[i].state = static_cast<engine::CellState>(i * 7919 % 6);
            big->cells[i].confirmed = i % 3 == 0;
            big->cells[i].at = {1000};
        }
        BlocklistsMatrix matrix(bench_->bridge());
        matrix.resize(1240, 800);
        matrix.set(big, 7);
        QPixmap frame(matrix.grid()->viewport()->size());
        matrix.grid()->viewport()->render(&frame);
        std::vector<qint64> took;
        for (int step = 0; step < 60; ++step) {
            QElapsedTimer timer;
            timer.start();
            matrix.grid()->setCursorCell(step * 68, step % 80);
            matrix.grid()->viewport()->render(&frame);
            took.push_back(timer.nsecsElapsed() / 1000);
        }
        std::sort(took.begin(), took.end());
        qInfo("a frame: median %lld us, longest %lld us", took[30], took[59]);
        QVERIFY2(took[30] < 50'000, "far from the 16 ms it should be, even with sanitizers");
    }
};

WAYPOST_UI_MAIN(TstUiBlocklists)
#include "tst_ui_blocklists.moc"
