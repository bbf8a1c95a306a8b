// The grid: keyboard reach, activation, virtual cost.
#include "ui/charts/dot_interval.h"
#include "ui/charts/grid_widget.h"
#include "ui/widgets/stat_tile.h"
#include "ui_main.h"

#include <QScrollBar>
#include <QSignalSpy>

using namespace waypost::ui;
using namespace Qt::StringLiterals;

namespace {

GridShape shapeOf(int rows, int columns, int* asked = nullptr) {
    return {rows, columns, [](int r) { return u"row %1"_s.arg(r); }, [](int c) { return u"c%1"_s.arg(c); },
            [asked](int r, int c) {
                if (asked) ++*asked;
                GridCell cell;
                cell.share = ((r + c) % 10) / 10.0;
                cell.label = QString::number((r + c) % 10 * 10);
                cell.few = r == 1;
                return cell;
            }};
}

} // namespace

class TstGrid : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void keysMoveAndEnterAsks() {
        GridWidget grid;
        grid.resize(500, 300);
        grid.setShape(shapeOf(100, 30));
        QSignalSpy asked(&grid, &GridWidget::cellActivated);
        grid.setCursorCell(0, 0);
        for (const Qt::Key key : {Qt::Key_Down, Qt::Key_J, Qt::Key_Right, Qt::Key_K})
            QTest::keyClick(&grid, key);
        QCOMPARE(grid.cursor(), QPoint(1, 1));
        QTest::keyClick(&grid, Qt::Key_Return);
        QCOMPARE(asked.takeFirst(), (QVariantList{1, 1}));
        QTest::keyClick(&grid, Qt::Key_End, Qt::ControlModifier);
        QCOMPARE(grid.cursor(), QPoint(29, 99));
        QVERIFY(QRect(QPoint(), grid.viewport()->size())
                    .contains(grid.cellRect(99, 29).center())); // scrolled into sight
        QTest::keyClick(&grid, Qt::Key_Right);
        QCOMPARE(grid.cursor(), QPoint(29, 99)); // stays inside
        QTest::keyClick(&grid, Qt::Key_Home, Qt::ControlModifier);
        QCOMPARE(grid.cursor(), QPoint(0, 0));
        QCOMPARE(grid.accessibleDescription(), u"row 0, c0, 0"_s);
    }

    void clickAsksForTheCellUnderThePointer() {
        GridWidget grid;
        grid.resize(500, 300);
        grid.setShape(shapeOf(100, 30));
        grid.show();
        QSignalSpy asked(&grid, &GridWidget::cellActivated);
        grid.verticalScrollBar()->setValue(240);
        QTest::mouseClick(grid.viewport(), Qt::LeftButton, {}, grid.cellRect(14, 3).center());
        QCOMPARE(asked.count(), 1);
        QCOMPARE(asked.takeFirst(), (QVariantList{14, 3}));
        QTest::mouseClick(grid.viewport(), Qt::LeftButton, {}, QPoint(4, 4)); // the corner is no cell
        QCOMPARE(asked.count(), 0);
    }

    void onlyVisibleCellsAreAsked() {
        int asked = 0;
        GridWidget grid;
        grid.resize(800, 400);
        grid.setShape(shapeOf(4096, 80, &asked));
        grid.show();
        QVERIFY(QTest::qWaitForWindowExposed(&grid));
        asked = 0;
        grid.verticalScrollBar()->setValue(grid.verticalScrollBar()->maximum() / 2);
        grid.grab();
        QVERIFY2(asked > 0 && asked < 1200, qPrintable(QString::number(asked)));
    }

    void scrollFrameOf4096x80() {
        GridWidget grid;
        grid.resize(1200, 700);
        grid.setShape(shapeOf(4096, 80));
        grid.show();
        QVERIFY(QTest::qWaitForWindowExposed(&grid));
        QImage image(grid.viewport()->size(), QImage::Format_ARGB32_Premultiplied);
        QElapsedTimer timer;
        timer.start();
        for (int i = 0; i < 20; ++i) {
            grid.verticalScrollBar()->setValue(i * 997);
            grid.viewport()->render(&image);
        }
        const qint64 each = timer.elapsed() / 20;
        qInfo("scroll frame: %lld ms", static_cast<long long>(each));
        QVERIFY(each < 250); // a bound against accidents, not a benchmark: the machine is shared
    }

    void emptyShapeIsCalm() {
        GridWidget grid;
        grid.setShape({});
        QTest::keyClick(&grid, Qt::Key_Down);
        QTest::keyClick(&grid, Qt::Key_Return);
        QVERIFY(!grid.grab().isNull());
        QCOMPARE(grid.cursor(), QPoint(-1, -1));
    }

    void wilsonInterval_data() {
        QTest::addColumn<double>("hits");
        QTest::addColumn<double>("total");
        QTest::addColumn<int>("low");
        QTest::addColumn<int>("high");
        QTest::newRow("13 of 20") << 13.0 << 20.0 << 433 << 819;
        QTest::newRow("none of 10") << 0.0 << 10.0 << 0 << 278;
        QTest::newRow("all of 10") << 10.0 << 10.0 << 722 << 1000;
        QTest::newRow("nothing known") << 0.0 << 0.0 << 0 << 1000;
    }
    void wilsonInterval() {
        QFETCH(double, hits);
        QFETCH(double, total);
        QFETCH(int, low);
        QFETCH(int, high);
        const auto [a, b] = wilson95(hits, total);
        QCOMPARE(qRound(a * 1000), low);
        QCOMPARE(qRound(b * 1000), high);
    }

    void dotRowsSpeak() {
        QCOMPARE(DotInterval::describe({u"gmail"_s, Outcome::Accepted, 13, 20, {}}),
                 u"gmail: 13 of 20, 65 % [43..82]"_s);
        QCOMPARE(DotInterval::describe({u"new"_s, Outcome::Accepted, 0, 0, {}}), u"new: nothing known yet"_s);
        QVERIFY(DotInterval::describe({u"gmail"_s, Outcome::Accepted, 13, 20, std::pair(15.0, 20.0)})
                    .endsWith(u"could be chance"_s));
        QVERIFY(!DotInterval::describe({u"gmail"_s, Outcome::Accepted, 5, 100, std::pair(90.0, 100.0)})
                     .contains(u"chance"_s));
        DotInterval dots;
        dots.setRows({{u"a"_s, Outcome::Accepted, 1, 2, {}}, {u"b"_s, Outcome::Accepted, 1, 2, {}}});
        QSignalSpy asked(&dots, &DotInterval::rowActivated);
        QTest::keyClick(&dots, Qt::Key_Down);
        QTest::keyClick(&dots, Qt::Key_Down);
        QTest::keyClick(&dots, Qt::Key_Return);
        QCOMPARE(asked.count(), 1);
        QCOMPARE(asked[0][0].toInt(), 1);
    }
};

WAYPOST_UI_MAIN(TstGrid)
#include "tst_grid.moc"
