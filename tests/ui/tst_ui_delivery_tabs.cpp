// The analysing tabs of the Delivery screen on a real engine with the lab's log.
#include "page_bench.h"
#include "page_shots.h"
#include "ui/charts/box_plot.h"
#include "ui/charts/grid_widget.h"
#include "ui/charts/plot_widget.h"
#include "ui/charts/share_compare.h"
#include "ui/models/row_model.h"
#include "ui/pages/delivery_compare.h"
#include "ui/pages/delivery_latency.h"
#include "ui/pages/delivery_matrix.h"
#include "ui/pages/delivery_page.h"
#include "ui/pages/delivery_replies.h"
#include "ui/pages/delivery_rules.h"
#include "ui/pages/job_banner.h"
#include "ui/pages/reply_detail.h"
#include "ui/pages/rule_editor.h"
#include "ui/widgets/chip_bar.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/event_table.h"
#include "ui/widgets/filter_bar.h"
#include "ui/widgets/raw_view.h"
#include "ui_main.h"

#include <QComboBox>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QStandardItemModel>
#include <QTabWidget>

using namespace waypost;
using namespace waypost::ui;
using namespace Qt::StringLiterals;

namespace {

constexpr qint64 logStart = 1795161600000; // 2026-11-20T08:00:00Z, of resources/lab/mail.log
constexpr qint64 hourMs = 3'600'000;
const ResolvedRange logRange{logStart, logStart + 4 * hourMs};

} // namespace

class TstUiDeliveryTabs : public QObject {
    Q_OBJECT
  private:
    std::unique_ptr<test::PageBench> bench_;
    std::unique_ptr<DeliveryPage> page_;

    void open(bool withLog, const QString& tab) {
        bench_ = std::make_unique<test::PageBench>(false);
        if (withLog)
            QCOMPARE(bench_->finish(engine::ImportFiles{{test::labLog()}}).state, engine::JobState::Done);
        page_ = std::make_unique<DeliveryPage>(bench_->bridge());
        page_->resize(1240, 800);
        page_->show();
        page_->setTimeRange(logRange, QTimeZone::utc());
        QVERIFY(page_->showTab(tab));
        QSignalSpy shown(page_->tab(tab), &DeliveryTab::shown);
        QTRY_VERIFY(!shown.isEmpty() || page_->tab(tab)->showsContent());
    }
    template <class T>
    [[nodiscard]] T* tabAs(const QString& id) const {
        return qobject_cast<T*>(page_->tab(id));
    }

  private Q_SLOTS:
    void cleanup() {
        page_.reset();
        bench_.reset();
    }

    void emptyWorkspace_data() {
        QTest::addColumn<QString>("tab");
        QTest::newRow("the matrix says that nothing is stored") << u"matrix"_s;
        QTest::newRow("latency says that nothing is stored") << u"latency"_s;
        QTest::newRow("the comparison says that nothing is stored") << u"compare"_s;
        QTest::newRow("the replies say that nothing is stored") << u"replies"_s;
    }
    void emptyWorkspace() {
        QFETCH(QString, tab);
        open(false, tab);
        QTRY_VERIFY(!page_->tab(tab)->showsContent());
        QCOMPARE(page_->tab(tab)->empty()->kind(), EmptyState::Kind::NotSetUp);
        QVERIFY(page_->tab(tab)->empty()->isVisible());
    }

    void theMatrixAddsUpToTheAttempts() {
        open(true, u"matrix"_s);
        auto* tab = tabAs<DeliveryMatrix>(u"matrix"_s);
        QTRY_VERIFY(tab->showsContent());
        const engine::Matrix& m = tab->matrix();
        QCOMPARE(m.events, 12U);
        QCOMPARE(m.columns.size(), size_t(4));
        std::uint64_t cells = 0;
        for (const engine::Matrix::Row& row : m.rows) {
            QCOMPARE(row.cells.size(), m.columns.size());
            std::uint64_t own = 0;
            for (const auto& counts : row.cells)
                for (const std::uint64_t n : counts) own += n;
            std::uint64_t total = 0;
            for (const std::uint64_t n : row.total) total += n;
            QCOMPARE(own, total);
            cells += own;
        }
        QCOMPARE(cells, m.events);
        // Few attempts: every cell that has a share is hatched, and says so.
        for (int r = 0; r < tab->grid()->shape().rows; ++r)
            for (int c = 0; c < tab->grid()->shape().columns; ++c) {
                const GridCell cell = tab->grid()->shape().cell(r, c);
                QCOMPARE(cell.few, cell.share.has_value());
            }
        test::shoot(*page_, u"delivery-matrix"_s);
    }

    void aCellOpensItsAttempts() {
        open(true, u"matrix"_s);
        auto* tab = tabAs<DeliveryMatrix>(u"matrix"_s);
        QTRY_VERIFY(tab->showsContent());
        const engine::Matrix& m = tab->matrix();
        int row = -1, column = -1;
        std::uint64_t deferred = 0;
        for (size_t r = 0; r < m.rows.size(); ++r)
            for (size_t c = 0; c < m.columns.size(); ++c)
                if (m.rows[r].cells[c][1] > 0) {
                    row = int(r);
                    column = int(c);
                    deferred = m.rows[r].cells[c][1];
                }
        QVERIFY(row >= 0);
        tab->grid()->setCursorCell(row, column);
        QTest::keyClick(tab->grid(), Qt::Key_Return);
        QCOMPARE(page_->tabs()->currentWidget(), page_->overviewTab());
        QTRY_COMPARE(page_->rows()->count(), quint64(deferred));
        QCOMPARE(page_->filter()->chips()->chips().size(), 2U);
        QVERIFY(page_->goBack()); // one step takes range and chips back
        QVERIFY(page_->filter()->chips()->chips().empty());
    }

    void theMeasureChangesTheShares() {
        open(true, u"matrix"_s);
        auto* tab = tabAs<DeliveryMatrix>(u"matrix"_s);
        QTRY_VERIFY(tab->showsContent());
        const int accepted = tab->measure()->findData(int(reply::Outcome::Accepted));
        const int problems = tab->measure()->findData(-1);
        for (int r = 0; r < tab->grid()->shape().rows; ++r)
            for (int c = 0; c < tab->grid()->shape().columns; ++c) {
                tab->measure()->setCurrentIndex(accepted);
                const auto good = tab->grid()->shape().cell(r, c).share;
                tab->measure()->setCurrentIndex(problems);
                const auto bad = tab->grid()->shape().cell(r, c).share;
                QCOMPARE(good.has_value(), bad.has_value());
                if (good) QVERIFY(std::abs(*good + *bad - 1) < 1e-9);
            }
    }

    void latencyIsOfAcceptedAttempts() {
        open(true, u"latency"_s);
        auto* tab = tabAs<DeliveryLatency>(u"latency"_s);
        QTRY_VERIFY(tab->showsContent());
        qulonglong accepted = 0;
        for (const BoxRow& row : tab->boxes()->rows()) {
            accepted += row.count;
            for (size_t i = 1; i < row.ms.size(); ++i) QVERIFY(row.ms[i] >= row.ms[i - 1]);
        }
        QCOMPARE(accepted, qulonglong(7));
        test::shoot(*page_, u"delivery-latency"_s);
    }

    void theTableHasThePlottedValues() {
        open(true, u"latency"_s);
        auto* tab = tabAs<DeliveryLatency>(u"latency"_s);
        QTRY_VERIFY(tab->showsContent());
        const Plot& plot = tab->lines()->plot();
        const QStandardItemModel* table = tab->lines()->tableModel();
        QCOMPARE(table->rowCount(), int(plot.lines.front().points.size()));
        for (int row = 0; row < table->rowCount(); ++row)
            for (int line = 0; line < int(plot.lines.size()); ++line) {
                const double plotted = plot.lines[size_t(line)].points[size_t(row)].y();
                const double listed = table->index(row, line + 1).data(Qt::UserRole).toDouble();
                QVERIFY(std::isnan(plotted) ? std::isnan(listed) : plotted == listed);
            }
    }

    void aBoxNarrowsToItsProvider() {
        open(true, u"latency"_s);
        auto* tab = tabAs<DeliveryLatency>(u"latency"_s);
        QTRY_VERIFY(tab->showsContent() && !tab->boxes()->rows().empty());
        tab->boxes()->setFocus();
        QTest::keyClick(tab->boxes(), Qt::Key_Down);
        QTest::keyClick(tab->boxes(), Qt::Key_Return);
        QTRY_COMPARE(tab->boxes()->rows().size(), size_t(1));
        QCOMPARE(page_->filter()->chips()->chips().size(), 1U);
    }

    void theComparisonHasBothRanges() {
        open(true, u"compare"_s);
        auto* tab = tabAs<DeliveryCompare>(u"compare"_s);
        QTRY_VERIFY(tab->showsContent());
        QCOMPARE(tab->comparison().eventsNow, 12U);
        QCOMPARE(tab->comparison().eventsBefore, 0U); // nothing in the four hours before the log
        QVERIFY(!tab->verdict().isEmpty());
        QVERIFY(!tab->comparison().pValue.has_value()); // a side without attempts: no test
        std::uint64_t now = 0;
        for (const engine::Comparison::Line& l : tab->comparison().outcomes) now += l.now.part;
        QCOMPARE(now, 12U);
        tab->against()->setCurrentIndex(3);
        tab->otherRange()->setText(u"2026-11-20T08:00Z..2026-11-20T12:00Z"_s);
        Q_EMIT tab->otherRange()->editingFinished();
        QTRY_COMPARE(tab->comparison().eventsBefore, 12U); // the range against itself
        for (const engine::Comparison::Line& l : tab->comparison().outcomes) {
            QCOMPARE(l.before.part, l.now.part);
            QVERIFY(l.couldBeChance);
        }
        test::shoot(*page_, u"delivery-compare"_s);
    }

    void aRangeThatIsNoneIsRefusedInWords() {
        open(true, u"compare"_s);
        auto* tab = tabAs<DeliveryCompare>(u"compare"_s);
        QTRY_VERIFY(tab->showsContent());
        tab->against()->setCurrentIndex(3);
        tab->otherRange()->setText(u"last tuesday"_s);
        Q_EMIT tab->otherRange()->editingFinished();
        QTRY_VERIFY(!page_->banner()->sentence().isEmpty());
    }

    void messagesStillWaitingAreInTheCurve() {
        open(true, u"latency"_s);
        auto* tab = tabAs<DeliveryLatency>(u"latency"_s);
        QTRY_VERIFY(tab->showsContent());
        const Plot& plot = tab->survival()->plot();
        QCOMPARE(plot.lines.size(), size_t(1));
        double last = 1;
        for (const QPointF& q : plot.lines.front().points) {
            QVERIFY(q.y() <= last);
            last = q.y();
        }
    }

    void everyTemplateOfTheLogIsListed() {
        open(true, u"replies"_s);
        auto* tab = tabAs<DeliveryReplies>(u"replies"_s);
        QTRY_VERIFY(tab->showsContent() && tab->table()->model()->rowCount() > 3);
        std::uint64_t events = 0;
        for (const engine::ReplyTemplate& t : tab->templates().rows) events += t.events;
        QCOMPARE(events, 12U);
        QVERIFY2(tab->summary().contains(u"of 12 attempts"_s), qPrintable(tab->summary()));
        QTRY_VERIFY(!tab->detail()->sample()->bytes().isEmpty());
        test::shoot(*page_, u"delivery-replies"_s);
    }

    void aTemplateIsNamedInItsForm() {
        open(true, u"replies"_s);
        auto* tab = tabAs<DeliveryReplies>(u"replies"_s);
        QTRY_VERIFY(!tab->detail()->sample()->bytes().isEmpty());
        QTest::mouseClick(tab->detail()->button(u"name"_s), Qt::LeftButton);
        auto* field = tab->detail()->findChild<QLineEdit*>();
        QVERIFY(field && field->isVisible());
        QTest::keyClicks(field, u"greeting"_s);
        QTest::keyClick(field, Qt::Key_Return);
        const auto named = [&] {
            return std::any_of(tab->templates().rows.begin(), tab->templates().rows.end(),
                               [](const engine::ReplyTemplate& t) { return t.name == "greeting"; });
        };
        QTRY_VERIFY(named());
        QVERIFY(!field->isVisible());
    }

    void aMuteWithoutAReasonIsRefused() {
        open(true, u"replies"_s);
        auto* tab = tabAs<DeliveryReplies>(u"replies"_s);
        QTRY_VERIFY(!tab->detail()->sample()->bytes().isEmpty());
        QTest::mouseClick(tab->detail()->button(u"mute"_s), Qt::LeftButton);
        QTest::mouseClick(tab->detail()->button(u"apply"_s), Qt::LeftButton);
        QTRY_VERIFY2(page_->banner()->sentence().contains(u"A reason is needed"_s),
                     qPrintable(page_->banner()->sentence()));
        auto* field = tab->detail()->findChild<QLineEdit*>();
        QTest::keyClicks(field, u"known outage of the receiver"_s);
        QTest::keyClick(field, Qt::Key_Return);
        const auto muted = [&] {
            return std::any_of(tab->templates().rows.begin(), tab->templates().rows.end(),
                               [](const engine::ReplyTemplate& t) { return t.state == "muted"; });
        };
        QTRY_VERIFY(muted());
        tab->showState(u"muted"_s);
        QTRY_COMPARE(tab->table()->model()->rowCount(), 1);
    }

    void everyRuleIsListedAndFound() {
        open(true, u"rules"_s);
        auto* tab = tabAs<DeliveryRules>(u"rules"_s);
        QTRY_VERIFY(tab->showsContent());
        const int all = tab->table()->model()->rowCount();
        QVERIFY2(all > 300, qPrintable(QString::number(all)));
        tab->find()->setText(u"greylist"_s);
        QVERIFY(tab->table()->model()->rowCount() > 0 && tab->table()->model()->rowCount() < all);
        QTRY_COMPARE(tab->crosswalk()->model()->rowCount(), int(reply::categoryCount));
        QVERIFY(!tab->editor()->saveButton()->isEnabled());
        test::shoot(*page_, u"delivery-rules"_s);
    }

    // The greylisted attempt of the lab's log is judged by an own rule, and by the shipped one again.
    void aRuleIsRehearsedBeforeItIsSaved() {
        open(true, u"rules"_s);
        auto* tab = tabAs<DeliveryRules>(u"rules"_s);
        QTRY_VERIFY(tab->showsContent());
        RuleEditor* editor = tab->editor();
        // The rule that decided it, as the operator's own with another category.
        std::string id;
        for (const engine::ReplyTemplate& t : bench_->ask<engine::Templates>(engine::TemplatesQuery{}).rows)
            if (t.category == "deferred-greylist")
                id = bench_->ask<engine::TemplateView>(engine::TemplateQuery{t.key, t.provider}).rule;
        engine::RuleView rule;
        for (const engine::RuleView& r : bench_->ask<engine::Rules>(engine::RulesQuery{}).rules)
            if (r.id == id) rule = r;
        QVERIFY(!rule.id.empty());
        rule.category = "deferred-rate-limit";
        editor->show(rule);
        QVERIFY(!editor->saveButton()->isEnabled()); // not before a rehearsal
        QTest::mouseClick(editor->rehearseButton(), Qt::LeftButton);
        QTRY_VERIFY2(editor->saveButton()->isEnabled(), qPrintable(editor->verdict()));
        QVERIFY2(editor->verdict().startsWith(u"1 of 12 attempts"_s), qPrintable(editor->verdict()));
        QCOMPARE(editor->changes()->model()->rowCount(), 1);
        test::shoot(*page_, u"delivery-rules-rehearsed"_s);
        const int wanted = editor->category()->findData(u"deferred-reputation"_s);
        editor->category()->setCurrentIndex(wanted); // another draft
        QVERIFY(!editor->saveButton()->isEnabled());
        editor->rehearse();
        QTRY_VERIFY(editor->saveButton()->isEnabled());
        QTest::mouseClick(editor->saveButton(), Qt::LeftButton);
        QTRY_VERIFY2(page_->banner()->sentence().contains(u"1 replies with 1 events were judged anew"_s),
                     qPrintable(page_->banner()->sentence()));
        engine::OverviewQuery again;
        again.range = {UtcTime{logRange.from}, UtcTime{logRange.to}};
        again.filter.categories = {"deferred-reputation"};
        const auto overview = bench_->ask<engine::Overview>(again);
        QCOMPARE(overview.events, 1U);
    }

    void aPatternThatIsNoneIsRefusedInWords() {
        open(true, u"rules"_s);
        auto* tab = tabAs<DeliveryRules>(u"rules"_s);
        QTRY_VERIFY(tab->showsContent());
        engine::RuleView rule = tab->editor()->draft();
        rule.pattern = "(never closed";
        tab->editor()->show(rule);
        tab->editor()->rehearse();
        QTRY_VERIFY2(tab->editor()->verdict().contains(u"pattern"_s), qPrintable(tab->editor()->verdict()));
        QVERIFY(!tab->editor()->saveButton()->isEnabled());
    }

    void makeARuleOfAReply() {
        open(true, u"replies"_s);
        auto* tab = tabAs<DeliveryReplies>(u"replies"_s);
        QTRY_VERIFY(!tab->detail()->sample()->bytes().isEmpty());
        QTest::mouseClick(tab->detail()->button(u"rule"_s), Qt::LeftButton);
        auto* rules = tabAs<DeliveryRules>(u"rules"_s);
        QCOMPARE(page_->tabs()->currentWidget(), rules);
        QTRY_VERIFY(!rules->editor()->pattern()->text().isEmpty());
        QVERIFY(!rules->editor()->draft().samples.empty());
    }

    void theAttemptsOfATemplateAreShown() {
        open(true, u"replies"_s);
        auto* tab = tabAs<DeliveryReplies>(u"replies"_s);
        QTRY_VERIFY(!tab->detail()->sample()->bytes().isEmpty());
        const auto events = tab->templates().rows.front().events;
        QTest::mouseClick(tab->detail()->button(u"attempts"_s), Qt::LeftButton);
        QCOMPARE(page_->tabs()->currentWidget(), page_->overviewTab());
        QTRY_COMPARE(page_->rows()->count(), quint64(events));
    }
};

WAYPOST_UI_MAIN(TstUiDeliveryTabs)
#include "tst_ui_delivery_tabs.moc"
