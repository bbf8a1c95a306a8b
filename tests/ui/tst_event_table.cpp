// EventTable: a window of rows over many; pages by key, keyboard, selection, copy, layout, what a screen
// reader gets.
#include "ui/widgets/event_table.h"
#include "ui_main.h"

#include <QAccessible>
#include <QClipboard>
#include <QHeaderView>
#include <QScrollBar>
#include <QSignalSpy>

using namespace waypost::ui;
using namespace Qt::StringLiterals;

namespace {

constexpr quint64 many = 10'000'000;

std::vector<Column> columns() {
    return {{u"time"_s, u"Time"_s, Qt::AlignLeft | Qt::AlignVCenter, 120},
            {u"outcome"_s, u"Outcome"_s, Qt::AlignLeft | Qt::AlignVCenter, 90},
            {u"text"_s, u"Reply"_s, Qt::AlignLeft | Qt::AlignVCenter, 200}};
}

// Keys run from `rows` (the newest) down to 1.
struct Source {
    quint64 rows = many;
    std::vector<WindowAsk> asked;
    EventTable* table = nullptr;
    void answer(const WindowAsk& ask) {
        asked.push_back(ask);
        const quint64 newest = ask.before > 0 ? static_cast<quint64>(ask.before) - 1 : rows;
        const quint64 from = newest - std::min(newest, ask.skip);
        std::vector<Row> out;
        for (quint64 key = from; key > 0 && out.size() < static_cast<size_t>(ask.count); --key) {
            Cell outcome;
            outcome.text = key % 10 ? u"accepted"_s : u"bounced"_s;
            outcome.state = key % 10 ? Outcome::Accepted : Outcome::Bounced;
            Cell time, text;
            time.text = u"t%1"_s.arg(key);
            text.text = u"reply \x1b[31m %1"_s.arg(key);
            text.filter = u"text:x"_s;
            out.push_back({QString::number(key), {time, outcome, text}});
        }
        const bool more = from > out.size();
        table->page(ask.ticket, ask.first, std::move(out), more);
    }
};

} // namespace

class TstEventTable : public QObject {
    Q_OBJECT
    std::unique_ptr<EventTable> table_;
    Source source_;

    void open(quint64 rows) {
        source_ = {};
        source_.rows = rows;
        table_ = std::make_unique<EventTable>();
        source_.table = table_.get();
        table_->setColumns(columns());
        table_->onFetch([this](const WindowAsk& a) { source_.answer(a); });
        table_->resize(500, 428);
        table_->show();
        table_->ask();
        table_->setCount(rows);
        table_->setFocus();
    }

  private Q_SLOTS:
    void cleanup() { table_.reset(); }

    void aFewRowsAreAllThere() {
        open(5);
        QCOMPARE(table_->count(), 5U);
        QCOMPARE(table_->cellText(4, 0), u"t1"_s);
        QVERIFY(!table_->row(5));
        QVERIFY(table_->rowRect(4).isValid());
    }

    void noRowsAreNoRows() {
        open(0);
        QCOMPARE(table_->count(), 0U);
        QTest::keyClick(table_.get(), Qt::Key_Down);
        QCOMPARE(table_->currentRow(), -1);
    }

    void anyPlaceIsAPageAway() {
        open(many);
        for (const quint64 at :
             {quint64(5'000'000), quint64(123), many - 30, quint64(7'777'777), quint64(0)}) {
            table_->setCurrentRow(static_cast<qint64>(at));
            QCOMPARE(table_->currentKey(), QString::number(many - at));
        }
        QVERIFY(table_->heldRows() <= static_cast<qsizetype>(EventTable::pagesHeld) * EventTable::pageRows);
        QCOMPARE(table_->count(), many);
    }

    // A jump back counts on from the nearest page that was seen.
    void anchorsShortenTheWay() {
        open(many);
        table_->setCurrentRow(5'000'000);
        source_.asked.clear();
        table_->setCurrentRow(5'002'000);
        QVERIFY(!source_.asked.empty());
        for (const WindowAsk& a : source_.asked) {
            QVERIFY(a.before > 0);
            QVERIFY(a.skip < 4000);
        }
    }

    void rowsStayWhenNewerOnesCome() {
        open(1000);
        table_->setCurrentRow(3);
        source_.rows = 1100;
        table_->setCurrentRow(600); // another page, asked for now
        QCOMPARE(table_->currentKey(), u"400"_s);
        QCOMPARE(table_->newestKey(), 1000);
    }

    void aCountThatWasWrongIsCorrectedAtTheEnd() {
        open(300);
        table_->setCount(5000);
        table_->setCurrentRow(290);
        QCOMPARE(table_->count(), 300U);
    }

    void keysMove() {
        open(1000);
        QSignalSpy current(table_.get(), &EventTable::rowCurrent);
        QTest::keyClick(table_.get(), Qt::Key_Down);
        QCOMPARE(current.last().first().toString(), u"1000"_s);
        QTest::keyClick(table_.get(), Qt::Key_J);
        QCOMPARE(table_->currentRow(), 1);
        QTest::keyClick(table_.get(), Qt::Key_PageDown);
        QCOMPARE(table_->currentRow(), 1 + table_->seenRows());
        QTest::keyClick(table_.get(), Qt::Key_End);
        QCOMPARE(table_->currentKey(), u"1"_s);
        QTest::keyClick(table_.get(), Qt::Key_Home);
        QTest::keyClick(table_.get(), Qt::Key_E);
        QCOMPARE(table_->currentKey(), u"990"_s); // the next problem
        QTest::keyClick(table_.get(), Qt::Key_E, Qt::ShiftModifier);
        QCOMPARE(table_->currentKey(), u"1000"_s);
        QSignalSpy opened(table_.get(), &EventTable::rowActivated);
        QTest::keyClick(table_.get(), Qt::Key_Return);
        QCOMPARE(opened.size(), 1);
    }

    void aSelectionIsCopiedAsText() {
        open(1000);
        table_->setCurrentRow(1);
        QTest::keyClick(table_.get(), Qt::Key_Down, Qt::ShiftModifier);
        const QString text = table_->selectionAsText();
        QCOMPARE(text.count(u'\n'), 2);
        QVERIFY(text.startsWith(u"Time\tOutcome\tReply\nt999\taccepted\t"_s));
        QVERIFY(!text.contains(u'\x1b')); // a terminal gets nothing to run
        table_->setColumnShown(u"outcome"_s, false);
        QVERIFY(table_->selectionAsText().startsWith(u"Time\tReply\n"_s));
    }

    void aClickChoosesTheRowBelowThePointer() {
        open(1000);
        QTest::mouseClick(table_->viewport(), Qt::LeftButton, {}, table_->rowRect(4).center());
        QCOMPARE(table_->currentKey(), u"996"_s);
    }

    void widthsComeBack() {
        open(10);
        table_->header()->resizeSection(0, 177);
        const QByteArray state = table_->saveLayout();
        open(10);
        table_->restoreLayout(state);
        QCOMPARE(table_->header()->sectionSize(0), 177);
    }

    void aScreenReaderReadsTheRows() {
        open(many);
        QAccessibleInterface* access = QAccessible::queryAccessibleInterface(table_.get());
        QVERIFY(access);
        QCOMPARE(access->childCount(), table_->seenRows());
        QAccessibleInterface* row = access->child(2);
        QVERIFY(row && row->isValid());
        QVERIFY(row->text(QAccessible::Name).startsWith(u"t9999998, accepted, reply "_s));
        QVERIFY(!row->rect().isEmpty());
        table_->setCurrentRow(2);
        QVERIFY(row->state().focused);
        QCOMPARE(access->indexOfChild(row), 2);
    }

    void aLateAnswerIsDropped() {
        open(1000);
        std::vector<WindowAsk> kept;
        table_->onFetch([&](const WindowAsk& a) { kept.push_back(a); });
        table_->ask();
        table_->ask();
        QCOMPARE(kept.size(), 2U);
        source_.answer(kept[0]);
        QVERIFY(!table_->row(0));
        source_.answer(kept[1]);
        QVERIFY(table_->row(0));
    }
};

WAYPOST_UI_MAIN(TstEventTable)
#include "tst_event_table.moc"
