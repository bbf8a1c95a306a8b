// The Delivery screen on a real engine: import, chart, drill-down to the raw line, filters, empty states.
#include "page_bench.h"
#include "ui/charts/time_series_model.h"
#include "ui/charts/time_series_widget.h"
#include "ui/dialogs/prompts.h"
#include "ui/models/row_model.h"
#include "ui/pages/delivery_drop.h"
#include "ui/pages/delivery_filter.h"
#include "ui/pages/delivery_page.h"
#include "ui/pages/job_banner.h"
#include "ui/widgets/chip_bar.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/event_table.h"
#include "ui/widgets/evidence_trio.h"
#include "ui/widgets/facet_list.h"
#include "ui/widgets/filter_bar.h"
#include "ui_main.h"

#include <QDropEvent>
#include <QLineEdit>
#include <QMimeData>
#include <QPushButton>
#include <QSignalSpy>

using namespace waypost;
using namespace waypost::ui;
using namespace Qt::StringLiterals;

namespace {

// The hours of resources/lab/mail.log.
constexpr qint64 logStart = 1795161600000; // 2026-11-20T08:00:00Z
constexpr qint64 hourMs = 3'600'000;
const ResolvedRange logRange{logStart, logStart + 4 * hourMs};

bool settled(DeliveryPage& page) {
    return page.overview() && page.rows()->count() == page.overview()->events && page.rows()->row(0);
}

QTableView& tableOf(DataTable* table) {
    return *table;
}

void clickRow(DataTable* table, int row) {
    QTableView& view = tableOf(table);
    QTest::mouseClick(view.viewport(), Qt::LeftButton, {},
                      view.visualRect(view.model()->index(row, 0)).center());
}

void clickRow(EventTable* table, int row) {
    QTest::mouseClick(table->viewport(), Qt::LeftButton, {},
                      table->rowRect(static_cast<quint64>(row)).center());
}

} // namespace

class TstUiDelivery : public QObject {
    Q_OBJECT
  private:
    std::unique_ptr<test::PageBench> bench_;
    std::unique_ptr<DeliveryPage> page_;

    void open(bool withLog, const ResolvedRange& range = logRange) {
        bench_ = std::make_unique<test::PageBench>(false);
        if (withLog)
            QCOMPARE(bench_->finish(engine::ImportFiles{{test::labLog()}}).state, engine::JobState::Done);
        page_ = std::make_unique<DeliveryPage>(bench_->bridge());
        page_->resize(1240, 800);
        page_->show();
        page_->setTimeRange(range, QTimeZone::utc());
        QTRY_VERIFY(page_->overview() != nullptr);
        if (withLog) QTRY_VERIFY(settled(*page_));
    }

  private Q_SLOTS:
    void cleanup() {
        page_.reset();
        bench_.reset();
        setPrompts(nullptr);
    }

    void anEmptyWorkspaceOffersTheImport() {
        open(false);
        QVERIFY(!page_->showsContent());
        QCOMPARE(page_->empty()->kind(), EmptyState::Kind::NotSetUp);
        auto scripted = std::make_unique<ScriptedPrompts>();
        scripted->opens.push_back({QString::fromStdString(test::labLog())});
        setPrompts(std::move(scripted));
        auto buttons = page_->empty()->findChildren<QPushButton*>();
        const auto import = std::find_if(buttons.begin(), buttons.end(),
                                         [](auto* b) { return b->text() == u"Import a log…"_s; });
        QVERIFY(import != buttons.end());
        QTest::mouseClick(*import, Qt::LeftButton);
        QTRY_VERIFY(page_->showsContent());
        QTRY_VERIFY(settled(*page_));
        QCOMPARE(page_->overview()->events, 12U);
        QTRY_VERIFY2(page_->banner()->sentence().contains(u"12 events, 0 already known, 0 lines rejected"_s),
                     qPrintable(page_->banner()->sentence()));
    }

    void importingAgainAddsNothingAndSaysSo() {
        open(true);
        page_->importFiles({QString::fromStdString(test::labLog())});
        QTRY_VERIFY2(page_->banner()->sentence().contains(u": 0 events"_s),
                     qPrintable(page_->banner()->sentence()));
        QCOMPARE(page_->overview()->events, 12U);
    }

    void aFileThatIsNoLogIsRefusedInWords() {
        open(true);
        QFile file(bench_->file("notes.txt"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("these are\njust notes\n");
        file.close();
        page_->importFiles({file.fileName()});
        QTRY_VERIFY2(page_->banner()->sentence().contains(u"tried Postfix log"_s),
                     qPrintable(page_->banner()->sentence()));
    }

    void theChartShowsTheValuesOfTheSnapshot() {
        open(true);
        const engine::Overview& o = *page_->overview();
        const TimeSeriesModel* table = page_->chart()->tableModel();
        QCOMPARE(table->rowCount(), static_cast<int>(o.buckets.size()));
        const std::pair<reply::Outcome, Outcome> states[] = {{reply::Outcome::Accepted, Outcome::Accepted},
                                                             {reply::Outcome::Deferred, Outcome::Deferred},
                                                             {reply::Outcome::Bounced, Outcome::Bounced},
                                                             {reply::Outcome::Blocked, Outcome::Blocked},
                                                             {reply::Outcome::Unknown, Outcome::Unknown}};
        double sum = 0;
        for (int row = 0; row < table->rowCount(); ++row) {
            const engine::OutcomeBucket& b = o.buckets[static_cast<size_t>(row)];
            QCOMPARE(table->index(row, 0).data(TimeSeriesModel::rawRole).toLongLong(), b.start.ms);
            for (const auto& [from, to] : states) {
                const double shown = table->index(row, TimeSeriesModel::FirstState + static_cast<int>(to))
                                         .data(TimeSeriesModel::rawRole)
                                         .toDouble();
                QCOMPARE(shown, static_cast<double>(b.counts[static_cast<size_t>(from)]));
                sum += shown;
            }
        }
        QCOMPARE(sum, 12.0);
    }

    void fromABarToTheRawLineInTwoClicks() {
        open(true);
        TimeSeriesWidget* chart = page_->chart();
        const auto& series = chart->series();
        int bucket = -1;
        for (int i = 0; i < static_cast<int>(series.buckets.size()); ++i)
            if (series.buckets[static_cast<size_t>(i)].count[static_cast<size_t>(Outcome::Bounced)] > 0)
                bucket = i;
        QVERIFY(bucket >= 0);
        const ChartLayout layout(series, chart->chartView(), QRectF(chart->canvas()->rect()));
        QSignalSpy asked(page_.get(), &Page::rangeAsked);
        QTest::mouseClick(chart->canvas(), Qt::LeftButton, {},
                          layout.bar(bucket, Outcome::Bounced).center().toPoint());
        QCOMPARE(asked.size(), 1); // the window's range follows
        QTRY_COMPARE(page_->rows()->count(), 1U);
        QCOMPARE(page_->crumbs(), QStringList{u"bounced"_s});
        clickRow(page_->rows(), 0);
        QTRY_VERIFY(page_->evidence()->raw()->bytes().contains("to=<nobody@bigmail.test>"));
        QVERIFY(page_->evidence()->raw()->isVisible());
        // The bytes are those of the file, at the place that is named.
        QFile log(QString::fromStdString(test::labLog()));
        QVERIFY(log.open(QIODevice::ReadOnly));
        const QByteArray all = log.readAll();
        QVERIFY(all.contains(page_->evidence()->raw()->bytes().trimmed()));
    }

    void escTakesBackOneStepAtATime() {
        open(true);
        Q_EMIT page_->chart()->rangeSelected(logStart + hourMs, logStart + 4 * hourMs);
        QTRY_COMPARE(page_->rows()->count(), 9U);
        page_->showFilter(u"outcome:deferred"_s);
        QTRY_COMPARE(page_->rows()->count(), 3U);
        QVERIFY(page_->goBack());
        QTRY_COMPARE(page_->rows()->count(), 9U);
        QVERIFY(page_->goBack());
        QTRY_COMPARE(page_->rows()->count(), 12U);
        QVERIFY(!page_->goBack());
    }

    void aNodeMarksItsBytes() {
        open(true);
        page_->showFilter(u"dora@bigmail.test"_s);
        QTRY_COMPARE(page_->rows()->count(), 2U);
        clickRow(page_->rows(), 1);
        RawView* raw = page_->evidence()->raw();
        QTRY_VERIFY(raw->bytes().contains("rate limited"));
        const auto found =
            page_->evidence()->tree()->findItems(u"recipient"_s, Qt::MatchExactly | Qt::MatchRecursive);
        QCOMPARE(found.size(), 1);
        page_->evidence()->tree()->setCurrentItem(found.front());
        QCOMPARE(raw->highlighted().size(), 1U);
        const ByteRange range = raw->highlighted().front();
        QCOMPARE(raw->bytes().mid(range.start, range.length), QByteArray("dora@bigmail.test"));
        // The other attempt of the same message is its history.
        QCOMPARE(page_->history()->model()->rowCount(), 2);
    }

    void choosingAReplyGroupNarrowsTheRows() {
        open(true);
        DataTable* groups = page_->groups();
        QTRY_VERIFY(groups->model()->rowCount() > 3);
        const int before = groups->model()->rowCount();
        int row = -1;
        for (int i = 0; i < before; ++i)
            if (groups->model()->index(i, 0).data().toString().contains(u"greylist"_s)) row = i;
        QVERIFY(row >= 0);
        clickRow(groups, row);
        QTRY_COMPARE(page_->rows()->count(), 1U);
        QCOMPARE(page_->filter()->chips()->chips().size(), 1U);
        QCOMPARE(groups->model()->rowCount(), before); // the list stays whole
        QVERIFY(page_->goBack());
        QTRY_COMPARE(page_->rows()->count(), 12U);
        QVERIFY(!groups->selectionModel()->hasSelection());
    }

    void facetsAndChipsAreOne() {
        open(true);
        Q_EMIT page_->facets()->chosenChanged(u"outcome"_s, {u"deferred"_s, u"bounced"_s});
        QTRY_VERIFY(settled(*page_) && page_->overview()->events < 12);
        QCOMPARE(page_->filter()->chips()->chips().size(), 1U); // alternatives of one field are one term
        QCOMPARE(page_->filter()->chips()->chips().front().term, u"outcome:{deferred,bounced}"_s);
        QTRY_COMPARE(page_->facets()->chosen(u"outcome"_s).size(), 2);
        Q_EMIT page_->facets()->chosenChanged(u"outcome"_s, {u"deferred"_s});
        QTRY_COMPARE(page_->overview()->events, 3U);
        QCOMPARE(page_->facets()->chosen(u"outcome"_s), QStringList{u"deferred"_s});
        page_->filter()->chips()->clear();
        QTRY_COMPARE(page_->overview()->events, 12U);
    }

    void excludingIsANegatedChip() {
        open(true);
        Q_EMIT page_->rows()->filterAsked(u"-outcome:accepted"_s);
        QTRY_COMPARE(page_->overview()->events, 5U);
        const Chip chip = page_->filter()->chips()->chips().front();
        QCOMPARE(chip.term, u"outcome:accepted"_s);
        QVERIFY(chip.negated);
        QCOMPARE(page_->crumbs(), QStringList{u"not accepted"_s});
    }

    void typedTerms_data() {
        QTest::addColumn<QString>("typed");
        QTest::addColumn<QString>("error");
        QTest::addColumn<int>("chips");
        QTest::newRow("two fields") << u"provider:gmail outcome:deferred"_s << QString() << 2;
        QTest::newRow("a lone address") << u"ann@bigmail.test"_s << QString() << 1;
        QTest::newRow("a quoted value with a space") << u"stream:\"spring news\""_s << QString() << 1;
        QTest::newRow("a message id") << u"<order-1001@acme.test>"_s << QString() << 1;
        QTest::newRow("alternatives are one chip") << u"provider:a OR stream:b"_s << QString() << 1;
        QTest::newRow("an unknown field")
            << u"provder:gmail"_s << u"\"provder\" is no field; did you mean \"provider\"?"_s << 0;
        QTest::newRow("a field without a value")
            << u"outcome:"_s << u"A value is expected after \"outcome:\"."_s << 0;
        QTest::newRow("two lone words") << u"ann ben"_s << QString() << 2;
    }
    void typedTerms() {
        QFETCH(QString, typed);
        QFETCH(QString, error);
        QFETCH(int, chips);
        const delivery::Typed got = delivery::parseTyped(typed);
        QCOMPARE(got.verdict.error, error);
        QCOMPARE(static_cast<int>(got.chips.size()), chips);
        const delivery::Typed again = delivery::parseTyped(delivery::filterText(got.chips));
        QVERIFY(again.chips == got.chips);
    }

    // The place is one of characters, whatever octets they take.
    void theBadPartIsMarked() {
        const delivery::Typed got = delivery::parseTyped(u"stream:grüße outcome:defered"_s);
        QCOMPARE(got.verdict.start, 21);
        QCOMPARE(got.verdict.length, 7);
    }

    void aChipIsNegatedSwitchedOffAndEdited() {
        open(true);
        page_->showFilter(u"outcome:deferred"_s);
        QTRY_COMPARE(page_->overview()->events, 3U);
        FilterBar* bar = page_->filter();
        auto chip = [&] { return bar->chips()->findChildren<ChipButton*>().last(); };
        QTest::keyClick(chip(), Qt::Key_Minus);
        QTRY_COMPARE(page_->overview()->events, 9U);
        QTest::keyClick(chip(), Qt::Key_Space);
        QTRY_COMPARE(page_->overview()->events, 12U);
        QTest::keyClick(chip(), Qt::Key_F2);
        auto* field = bar->findChild<QLineEdit*>();
        QCOMPARE(field->text(), u"-outcome:deferred"_s);
        QTest::keyClick(field, Qt::Key_Escape); // nothing happened
        QCOMPARE(bar->chips()->chips().size(), 1U);
        QTest::keyClick(chip(), Qt::Key_F2);
        field->setText(u"outcome:bounced OR outcome:deferred"_s);
        QTest::keyClick(field, Qt::Key_Return);
        QCOMPARE(bar->chips()->chips().size(), 1U);
        QTRY_VERIFY(page_->overview()->events > 3U && page_->overview()->events < 9U);
    }

    void completionOffersFieldsThenValuesWithCounts() {
        open(true);
        auto* field = page_->filter()->findChild<QLineEdit*>();
        field->setFocus();
        QTest::keyClicks(field, u"outc"_s);
        FilterPopup* popup = page_->filter()->popup();
        QVERIFY(popup->isVisible());
        QCOMPARE(popup->offers().items.front().text, u"outcome:"_s);
        QTest::keyClick(field, Qt::Key_Tab);
        QCOMPARE(field->text(), u"outcome:"_s);
        QCOMPARE(popup->offers().items.front().text, u"accepted"_s); // the most frequent first
        QCOMPARE(popup->offers().items.front().count, u"7"_s);
        QTest::keyClick(field, Qt::Key_Down);
        QTest::keyClick(field, Qt::Key_Down);
        QTest::keyClick(field, Qt::Key_Return);
        QVERIFY(!popup->isVisible());
        QTest::keyClick(field, Qt::Key_Return);
        QTRY_VERIFY(page_->overview()->events < 12U);
    }

    void nothingMatchedOffersToRemoveTheFilters() {
        open(true);
        page_->showFilter(u"nobody-of-that-name@example.test"_s);
        QTRY_VERIFY(!page_->showsContent());
        QCOMPARE(page_->empty()->kind(), EmptyState::Kind::NothingMatched);
        Q_EMIT page_->empty()->actionClicked();
        QTRY_VERIFY(page_->showsContent());
        QCOMPARE(page_->overview()->events, 12U);
    }

    void nothingHappenedSaysWhatIsStored() {
        open(true);
        const ResolvedRange later{logStart + 100 * hourMs, logStart + 101 * hourMs};
        page_->setTimeRange(later, QTimeZone::utc());
        QTRY_VERIFY(!page_->showsContent());
        QCOMPARE(page_->empty()->kind(), EmptyState::Kind::NothingHappened);
        Q_EMIT page_->empty()->actionClicked();
        QTRY_VERIFY(page_->showsContent());
        QTRY_COMPARE(page_->overview()->events, 12U);
    }

    void newEventsWaitWhileSomebodyReads() {
        open(true);
        clickRow(page_->rows(), 3);
        const QString key = page_->rows()->currentKey();
        QFile more(bench_->file("more.log"));
        QVERIFY(more.open(QIODevice::WriteOnly));
        more.write("2026-11-20T09:55:02.001211+00:00 mx-out postfix/smtp[2103]: 4Xa1bD0001z9: "
                   "to=<new@bigmail.test>, "
                   "relay=mx.bigmail.test[127.77.0.11]:25, delay=0.9, delays=0.01/0/0.3/0.59, dsn=2.0.0, "
                   "status=sent (250 2.0.0 OK)\n");
        more.close();
        QCOMPARE(bench_->finish(engine::ImportFiles{{more.fileName().toStdString()}}).state,
                 engine::JobState::Done);
        QTRY_COMPARE(page_->overview()->events, 13U); // chart and counts follow at once
        QTRY_VERIFY(page_->newRowsButton()->isVisible());
        QCOMPARE(page_->newRowsButton()->text(), u"1 new ↑"_s);
        QCOMPARE(page_->rows()->count(), 12U);
        QCOMPARE(page_->rows()->currentKey(), key);
        QTest::mouseClick(page_->newRowsButton(), Qt::LeftButton);
        QTRY_COMPARE(page_->rows()->count(), 13U);
    }

    void aDropNamesWhatWillHappenAndDoesIt() {
        open(false);
        QMimeData data;
        data.setUrls({QUrl::fromLocalFile(QString::fromStdString(test::labLog()))});
        QDragEnterEvent enter({50, 50}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(page_.get(), &enter);
        QVERIFY(page_->overlay()->isVisible());
        QCOMPARE(page_->overlay()->headline(), u"Import 1 log file"_s);
        QDropEvent drop({50, 50}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(page_.get(), &drop);
        QVERIFY(!page_->overlay()->isVisible());
        QTRY_VERIFY(page_->showsContent());
    }

    void exportWritesTheRowsOfTheView() {
        open(true);
        page_->showFilter(u"outcome:deferred"_s);
        QTRY_COMPARE(page_->overview()->events, 3U);
        auto scripted = std::make_unique<ScriptedPrompts>();
        scripted->saves.push_back(bench_->file("rows.csv"));
        setPrompts(std::move(scripted));
        page_->exportView();
        QTRY_VERIFY2(page_->banner()->sentence().contains(u"3 rows"_s),
                     qPrintable(page_->banner()->sentence()));
        QFile file(bench_->file("rows.csv"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(file.readAll().count("\r\n"), 4);
    }
};

WAYPOST_UI_MAIN(TstUiDelivery)
#include "tst_ui_delivery.moc"
