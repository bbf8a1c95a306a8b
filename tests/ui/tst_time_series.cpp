// The chart answers: clicks, brush, keys, table, export; and never shows "nobody looked" as zero.
#include "gallery/sample_data.h"
#include "ui/charts/time_series_model.h"
#include "ui/charts/time_series_widget.h"
#include "ui_main.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTableView>

using namespace waypost::ui;
using namespace Qt::StringLiterals;

class TstTimeSeries : public QObject {
    Q_OBJECT
    std::unique_ptr<TimeSeriesWidget> chart_;

    ChartLayout layout() const {
        return {chart_->series(), chart_->chartView(), QRectF(chart_->canvas()->rect())};
    }

  private Q_SLOTS:
    void init() {
        chart_ = std::make_unique<TimeSeriesWidget>();
        chart_->resize(900, 300);
        chart_->setSeries(sample::delivery());
        chart_->show();
        QVERIFY(QTest::qWaitForWindowExposed(chart_.get()));
    }

    void clickOnABarSaysWhichRows() {
        QSignalSpy asked(chart_.get(), &TimeSeriesWidget::barActivated);
        const QRectF bar = layout().bar(15, Outcome::Deferred);
        QVERIFY(bar.height() > 4);
        QTest::mouseClick(chart_->canvas(), Qt::LeftButton, {}, bar.center().toPoint());
        QCOMPARE(asked.count(), 1);
        QCOMPARE(asked[0][0].toInt(), 15);
        QCOMPARE(asked[0][1].toInt(), int(Outcome::Deferred));
    }

    void clickAboveTheStackAsksForTheBucket() {
        QSignalSpy asked(chart_.get(), &TimeSeriesWidget::barActivated);
        const QRectF column = layout().column(0);
        QTest::mouseClick(chart_->canvas(), Qt::LeftButton, {},
                          QPoint(int(column.center().x()), int(column.top()) + 2));
        QCOMPARE(asked.count(), 1);
        QCOMPARE(asked[0][1].toInt(), -1);
    }

    void dragNarrowsTheRangeAndDoesNotClick() {
        QSignalSpy range(chart_.get(), &TimeSeriesWidget::rangeSelected),
            asked(chart_.get(), &TimeSeriesWidget::barActivated);
        const QPoint a(int(layout().x(sample::dayStart + 6 * sample::hourMs)), 120),
            b(int(layout().x(sample::dayStart + 12 * sample::hourMs)), 130);
        QTest::mousePress(chart_->canvas(), Qt::LeftButton, {}, b); // right to left works too
        QTest::mouseMove(chart_->canvas(), (a + b) / 2);
        QTest::mouseMove(chart_->canvas(), a);
        QTest::mouseRelease(chart_->canvas(), Qt::LeftButton, {}, a);
        QCOMPARE(range.count(), 1);
        QCOMPARE(asked.count(), 0);
        const qint64 pixel = 24 * sample::hourMs / 800;
        QVERIFY(std::abs(range[0][0].toLongLong() - (sample::dayStart + 6 * sample::hourMs)) < 2 * pixel);
        QVERIFY(std::abs(range[0][1].toLongLong() - (sample::dayStart + 12 * sample::hourMs)) < 2 * pixel);
    }

    void keysReachEveryBar() {
        QSignalSpy asked(chart_.get(), &TimeSeriesWidget::barActivated);
        chart_->canvas()->setFocus();
        QTest::keyClick(chart_->canvas(), Qt::Key_Home);
        QTest::keyClick(chart_->canvas(), Qt::Key_Right);
        QTest::keyClick(chart_->canvas(), Qt::Key_Up);
        QTest::keyClick(chart_->canvas(), Qt::Key_Up); // neutral has no rows: skipped
        QTest::keyClick(chart_->canvas(), Qt::Key_Return);
        QCOMPARE(asked.count(), 1);
        QCOMPARE(asked[0][0].toInt(), 1);
        QCOMPARE(asked[0][1].toInt(), int(Outcome::Deferred));
        QVERIFY(chart_->canvas()->accessibleDescription().contains(u"deferred"_s));
        QTest::keyClick(chart_->canvas(), Qt::Key_End);
        QCOMPARE(chart_->chartView().cursor->bucket, 23);
    }

    void stackOrderIsFixed() {
        double above = 1e9;
        for (const Outcome o : outcomeOrder) {
            const QRectF r = layout().bar(15, o);
            if (r.isEmpty()) continue;
            QVERIFY(r.bottom() <= above + 0.01);
            above = r.top();
        }
    }

    void tableEqualsPlottedValues_data() {
        QTest::addColumn<bool>("share");
        QTest::newRow("counts") << false;
        QTest::newRow("shares") << true;
    }
    void tableEqualsPlottedValues() {
        QFETCH(bool, share);
        chart_->setShare(share);
        QAbstractItemModelTester tester(chart_->tableModel(),
                                        QAbstractItemModelTester::FailureReportingMode::QtTest);
        const ChartLayout l = layout();
        for (int row = 0; row < 24; ++row)
            for (const Outcome o : outcomeOrder) {
                const QVariant v = chart_->tableModel()
                                       ->index(row, TimeSeriesModel::FirstState + int(o))
                                       .data(TimeSeriesModel::rawRole);
                const QRectF bar = l.bar(row, o);
                if (row == 4) {
                    QVERIFY(!v.isValid()); // nobody looked
                    QVERIFY(bar.isEmpty());
                    continue;
                }
                const double plotted = bar.isEmpty() ? 0 : bar.height() / l.plot().height() * l.top();
                QVERIFY2(std::abs(plotted - v.toDouble()) < 1e-6 * l.top(),
                         qPrintable(u"%1 %2"_s.arg(plotted).arg(v.toDouble())));
            }
        QCOMPARE(chart_->tableModel()->index(4, 1).data().toString(), u"no data"_s);
    }

    void modelKeepsItsRowsWhileItGrows() {
        QAbstractItemModelTester tester(chart_->tableModel(),
                                        QAbstractItemModelTester::FailureReportingMode::QtTest);
        QSignalSpy reset(chart_->tableModel(), &QAbstractItemModel::modelReset);
        TimeSeries longer = sample::delivery();
        longer.buckets.resize(30);
        chart_->setSeries(longer);
        QCOMPARE(chart_->tableModel()->rowCount(), 30);
        longer.buckets.resize(3);
        chart_->setSeries(longer);
        QCOMPARE(chart_->tableModel()->rowCount(), 3);
        QCOMPARE(reset.count(), 0);
    }

    void altTShowsTheTable() {
        chart_->activateWindow();
        chart_->canvas()->setFocus();
        chart_->setTableShown(true);
        QVERIFY(chart_->tableShown());
        chart_->setTableShown(false);
        QVERIFY(!chart_->tableShown());
        chart_->showEmpty(EmptyState::Kind::CouldNotLook, u"Could not look"_s, u"The store is busy."_s);
        chart_->setTableShown(true);
        QVERIFY(!chart_->tableShown()); // an empty chart stays its reason
        QCOMPARE(chart_->empty()->kind(), EmptyState::Kind::CouldNotLook);
    }

    void yTogglesShare() {
        QSignalSpy changed(chart_.get(), &TimeSeriesWidget::shareChanged);
        QTest::keyClick(chart_->canvas(), Qt::Key_Y);
        QVERIFY(chart_->share());
        QCOMPARE(changed.count(), 1);
    }

    void exportsAreDrawnByTheSameCode() {
        QTemporaryDir folder;
        const QString png = folder.filePath(u"c.png"_s), svg = folder.filePath(u"c.svg"_s),
                      pdf = folder.filePath(u"c.pdf"_s);
        QVERIFY(chart_->savePng(png, {800, 300}));
        QCOMPARE(QImage(png).size(), QSize(1600, 600));
        QVERIFY(chart_->saveSvg(svg, {800, 300}));
        QFile file(svg);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QVERIFY(file.readAll().contains(lightTokens().of(Outcome::Deferred).name().toUtf8()));
        QVERIFY(chart_->savePdf(pdf, {800, 300}));
        QVERIFY(QFileInfo(pdf).size() > 2000);
        QVERIFY(!chart_->savePng(folder.filePath(u"no/such/folder.png"_s), {80, 80}));
    }

    void describesABar() {
        QCOMPARE(describeHit(chart_->series(), chart_->chartView(), {4, {}}),
                 u"2026-05-01 04:00:00Z: no data"_s);
    }
};

WAYPOST_UI_MAIN(TstTimeSeries)
#include "tst_time_series.moc"
