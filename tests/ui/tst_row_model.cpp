// The paged model: pages, late answers, failures, live rows; the table over it.
#include "gallery/sample_data.h"
#include "ui/delegates/cell_delegates.h"
#include "ui/models/row_model.h"
#include "ui/widgets/data_table.h"
#include "ui_main.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>

using namespace waypost::ui;
using namespace Qt::StringLiterals;

namespace {

std::vector<Row> numbered(int from, int count) {
    std::vector<Row> rows;
    for (int i = from; i < from + count; ++i) {
        Cell cell{u"row %1"_s.arg(i), i, {}, {}, u"n:%1"_s.arg(i), {}};
        if (i % 10 == 7) cell.state = Outcome::Bounced;
        rows.push_back({u"k%1"_s.arg(i), {cell}});
    }
    return rows;
}

} // namespace

class TstRowModel : public QObject {
    Q_OBJECT
    std::unique_ptr<RowModel> model_;
    std::unique_ptr<QAbstractItemModelTester> tester_;
    std::vector<PageAsk> asks_;

  private Q_SLOTS:
    void init() {
        asks_.clear();
        model_ = std::make_unique<RowModel>(std::vector<Column>{{u"n"_s, u"Number"_s}});
        tester_ = std::make_unique<QAbstractItemModelTester>(
            model_.get(), QAbstractItemModelTester::FailureReportingMode::QtTest);
        model_->onFetch([this](const PageAsk& a) { asks_.push_back(a); });
    }
    void cleanup() {
        tester_.reset();
        model_.reset();
    }

    void pagesFollowTheLastKey() {
        tester_.reset(); // the tester fetches by itself
        model_->ask();
        QCOMPARE(asks_.size(), 1u);
        QVERIFY(asks_[0].after.isEmpty() && model_->loading());
        model_->page(asks_[0].ticket, numbered(0, 200), true);
        QCOMPARE(model_->rowCount(), 200);
        QVERIFY(model_->canFetchMore({}));
        model_->fetchMore({});
        QCOMPARE(asks_[1].after, u"k199"_s);
        QVERIFY(!model_->canFetchMore({})); // one question at a time
        model_->page(asks_[1].ticket, numbered(199, 51), false);
        QCOMPARE(model_->rowCount(), 250); // the row on the page border is not doubled
        QVERIFY(!model_->canFetchMore({}));
        QCOMPARE(model_->index(249, 0).data(RawRole).toInt(), 249);
    }

    void lateAnswerToAnOldQuestionIsDropped() {
        model_->ask();
        model_->ask();
        model_->page(asks_[0].ticket, numbered(0, 5), false);
        QCOMPARE(model_->rowCount(), 0);
        QVERIFY(model_->loading());
        model_->page(asks_[1].ticket, numbered(10, 3), false);
        QCOMPARE(model_->rowCount(), 3);
    }

    void failureKeepsItsSentence() {
        QSignalSpy answered(model_.get(), &RowModel::answered);
        model_->ask();
        model_->failed(asks_[0].ticket, u"The store is locked by another process."_s);
        QCOMPARE(answered.count(), 1);
        QCOMPARE(model_->error(), u"The store is locked by another process."_s);
        model_->ask();
        QVERIFY(model_->error().isEmpty());
    }

    void neverResetsAndUpdatesExactRanges() {
        QSignalSpy reset(model_.get(), &QAbstractItemModel::modelReset),
            changed(model_.get(), &QAbstractItemModel::dataChanged);
        model_->ask();
        model_->page(asks_[0].ticket, numbered(0, 50), false);
        std::vector<Row> edits;
        for (const int i : {9, 3, 4, 5, 20, 99}) {
            edits.push_back(numbered(i, 1).front());
            edits.back().cells[0].text = u"new"_s;
        }
        model_->update(edits);
        QCOMPARE(changed.count(), 3); // 3-5, 9, 20; 99 is not held
        QCOMPARE(changed[0][0].toModelIndex().row(), 3);
        QCOMPARE(changed[0][1].toModelIndex().row(), 5);
        QCOMPARE(model_->index(20, 0).data().toString(), u"new"_s);
        model_->ask();
        QCOMPARE(reset.count(), 0);
    }

    void newRowsWaitWhileSomebodyReads() {
        model_->ask();
        model_->page(asks_[0].ticket, numbered(100, 10), false);
        QSignalSpy waiting(model_.get(), &RowModel::waitingChanged);
        model_->setFrozen(true);
        model_->offerNew(numbered(0, 24));
        QCOMPARE(model_->rowCount(), 10);
        QCOMPARE(waiting.last()[0].toInt(), 24);
        model_->takeNew();
        QCOMPARE(model_->rowCount(), 34);
        QCOMPARE(model_->row(0).key, u"k0"_s);
        QCOMPARE(model_->rowOf(u"k100"_s), 24);
        model_->setFrozen(false);
        model_->offerNew(numbered(50, 1));
        QCOMPARE(model_->rowCount(), 35);
    }

    void sortingAsksTheSource() {
        model_->ask();
        model_->page(asks_[0].ticket, numbered(0, 5), false);
        model_->sort(0, Qt::AscendingOrder);
        QCOMPARE(asks_.back().sortColumn, u"n"_s);
        QCOMPARE(asks_.back().order, Qt::AscendingOrder);
        QVERIFY(asks_.back().after.isEmpty());
        QCOMPARE(model_->rowCount(), 0);
    }

    void foreignTextIsNeverMarkup() {
        model_->ask();
        model_->page(asks_[0].ticket, {{u"k"_s, {{u"<b>x</b>\x202E\x07"_s, {}, {}, {}, {}, {}}}}}, false);
        QCOMPARE(model_->index(0, 0).data().toString(), u"<b>x</b>\\u{202e}\\x07"_s);
        QVERIFY(model_->index(0, 0).data(Qt::ToolTipRole).toString().contains(u"&lt;b&gt;"_s));
        QCOMPARE(model_->index(0, 0).data(RawRole).toString(),
                 u"<b>x</b>\x202E\x07"_s); // the value itself is untouched
    }

    void tableKeysCopyAndProblems() {
        DataTable table;
        model_->ask();
        model_->page(asks_[0].ticket, numbered(0, 30), false);
        table.setRows(model_.get());
        QCOMPARE(asks_.size(), 1u); // showing a table asks nothing
        QSignalSpy current(&table, &DataTable::rowCurrent), activated(&table, &DataTable::rowActivated);
        table.setCurrentIndex(model_->index(0, 0));
        QTest::keyClick(&table, Qt::Key_J);
        QCOMPARE(table.currentKey(), u"k1"_s);
        QTest::keyClick(&table, Qt::Key_K);
        QTest::keyClick(&table, Qt::Key_E);
        QCOMPARE(table.currentKey(), u"k7"_s);
        QTest::keyClick(&table, Qt::Key_E);
        QCOMPARE(table.currentKey(), u"k17"_s);
        QTest::keyClick(&table, Qt::Key_E, Qt::ShiftModifier);
        QCOMPARE(table.currentKey(), u"k7"_s);
        QCOMPARE(table.selectionAsText(), u"Number\nrow 7"_s);
        QVERIFY(current.count() >= 5);
        QTest::keyClick(&table, Qt::Key_Return);
        QCOMPARE(activated.count(), 1);
        QCOMPARE(activated[0][0].toString(), u"k7"_s);
    }

    void tableLayoutComesBack() {
        const auto make = [](DataTable& t, RowModel& m) {
            t.setRows(&m);
            t.setColumnHidden(3, true);
        };
        RowModel a(sample::clusterColumns()), b(sample::clusterColumns());
        DataTable first, second;
        make(first, a);
        first.setColumnWidth(0, 333);
        const QByteArray saved = first.saveLayout();
        second.setRows(&b);
        second.restoreLayout(saved);
        QCOMPARE(second.columnWidth(0), 333);
        QVERIFY(second.isColumnHidden(3));
        second.restoreLayout("rubbish");
        QCOMPARE(second.columnWidth(0), 333);
    }

    void delegatesPaintEveryState() {
        RowModel m(sample::clusterColumns());
        m.onFetch([&m](const PageAsk& a) { m.page(a.ticket, sample::clusters(), false); });
        m.ask();
        DataTable table;
        table.resize(1000, 240);
        table.setRows(&m);
        table.setItemDelegateForColumn(1, new OutcomeDelegate(&table));
        table.setItemDelegateForColumn(2, new BarDelegate(&table));
        table.setItemDelegateForColumn(3, new SparklineDelegate(&table));
        const QImage image = table.grab().toImage();
        QSet<QRgb> seen;
        for (int y = 0; y < image.height(); ++y)
            for (int x = 0; x < image.width(); ++x) seen << (image.pixel(x, y) | 0xFF000000);
        for (const Outcome o : {Outcome::Accepted, Outcome::Deferred, Outcome::Bounced, Outcome::Blocked})
            QVERIFY2(seen.contains(tokens().of(o).rgb()), qPrintable(outcomeWord(o)));
    }
};

WAYPOST_UI_MAIN(TstRowModel)
#include "tst_row_model.moc"
