// The small parts: empty states, chips, filter, facets, raw bytes and their explanation, ages, jobs, prompts.
#include "ui/dialogs/prompts.h"
#include "ui/widgets/age_label.h"
#include "ui/widgets/chip_bar.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/evidence_trio.h"
#include "ui/widgets/facet_list.h"
#include "ui/widgets/filter_bar.h"
#include "ui/widgets/foreign_text.h"
#include "ui/widgets/job_row.h"
#include "ui/widgets/transcript_view.h"
#include "ui_main.h"

#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTreeWidget>

using namespace waypost::ui;
using namespace Qt::StringLiterals;

class TstWidgets : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void emptyKindsLookDifferent() {
        std::vector<QImage> pictures;
        using Kind = EmptyState::Kind;
        for (const Kind kind :
             {Kind::NotSetUp, Kind::NothingMatched, Kind::NothingHappened, Kind::CouldNotLook}) {
            EmptyState state(kind, u"Same words"_s, u"Same text"_s);
            state.resize(500, 260);
            pictures.push_back(state.grab().toImage());
        }
        for (size_t a = 0; a < pictures.size(); ++a)
            for (size_t b = a + 1; b < pictures.size(); ++b) QVERIFY(pictures[a] != pictures[b]);
    }

    void emptyStateOffersItsButton() {
        EmptyState state(EmptyState::Kind::NotSetUp, u"No seeds"_s, u"<b>not markup</b>"_s,
                         u"Import seeds"_s);
        QSignalSpy clicked(&state, &EmptyState::actionClicked);
        state.show();
        auto* button = state.findChild<QPushButton*>();
        QCOMPARE(button->text(), u"Import seeds"_s);
        button->click();
        QCOMPARE(clicked.count(), 1);
    }

    void chipsAreTheTruth() {
        ChipBar bar;
        QSignalSpy changed(&bar, &ChipBar::changed);
        bar.add(u"provider:gmail"_s);
        bar.add(u"provider:gmail"_s);
        QCOMPARE(changed.count(), 1);
        bar.show();
        auto* chip = bar.findChild<ChipButton*>();
        QTest::keyClick(chip, Qt::Key_Minus);
        QCOMPARE(bar.chips(), (std::vector<Chip>{{u"provider:gmail"_s, true, true}}));
        chip = bar.findChildren<ChipButton*>().last();
        QTest::keyClick(chip, Qt::Key_Space);
        QVERIFY(!bar.chips()[0].enabled);
        chip = bar.findChildren<ChipButton*>().last();
        QTest::keyClick(chip, Qt::Key_Delete);
        QVERIFY(bar.chips().empty());
        QVERIFY(!bar.isVisible());
    }

    void filterRefusesBadTextWithASentence() {
        FilterBar bar;
        bar.setJudge([](const QString& t) {
            const int at = int(t.indexOf(u"providr"_s));
            return at < 0 ? FilterVerdict{}
                          : FilterVerdict{u"There is no field “providr”; did you mean provider?"_s, at, 7};
        });
        QSignalSpy applied(&bar, &FilterBar::appliedChanged);
        auto* field = bar.findChild<QLineEdit*>();
        bar.show();
        field->setFocus();
        QTest::keyClicks(field, u"provider:gmail"_s);
        QCOMPARE(applied.count(), 0); // typing runs nothing
        QTest::keyClick(field, Qt::Key_Return);
        QCOMPARE(applied.count(), 1);
        field->setText(u"providr:x"_s);
        QTest::keyClick(field, Qt::Key_Return);
        QCOMPARE(applied.count(), 1);
        QCOMPARE(field->accessibleDescription(), u"There is no field “providr”; did you mean provider?"_s);
        QVERIFY(field->property("invalid").toBool());
        QTest::keyClick(field, Qt::Key_Escape);
        QCOMPARE(field->text(), u"provider:gmail"_s);
        QVERIFY(!field->property("invalid").toBool());
        bar.setText(u"a"_s);
        QTest::keyClick(field, Qt::Key_Up, Qt::AltModifier);
        QTest::keyClick(field, Qt::Key_Up, Qt::AltModifier);
        QCOMPARE(field->text(), u"provider:gmail"_s);
    }

    void facetsKeepWhatIsChosenWhileCountsMove() {
        FacetList list;
        const auto give = [&](std::optional<qulonglong> n) {
            list.setGroups({{u"provider"_s, u"Provider"_s, {{u"gmail"_s, n}, {u"yahoo"_s, 7}}}});
        };
        give(48210);
        QSignalSpy chosen(&list, &FacetList::chosenChanged);
        auto* tree = list.findChild<QTreeWidget*>();
        tree->topLevelItem(0)->child(0)->setCheckState(0, Qt::Checked);
        tree->topLevelItem(0)->child(1)->setCheckState(0, Qt::Checked);
        QCOMPARE(chosen.count(), 2);
        QCOMPARE(chosen.last()[1].toStringList(), (QStringList{u"gmail"_s, u"yahoo"_s}));
        give(std::nullopt);
        QCOMPARE(chosen.count(), 2);
        QCOMPARE(list.chosen(u"provider"_s).size(), 2);
        QCOMPARE(tree->topLevelItem(0)->child(0)->text(1), u"?"_s); // unknown is not 0
        list.setHiddenGroups({u"provider"_s});
        QVERIFY(tree->topLevelItem(0)->isHidden());
    }

    void foreignTextIsSpelledOut_data() {
        QTest::addColumn<QString>("in");
        QTest::addColumn<QString>("out");
        QTest::newRow("plain") << u"250 ok"_s << u"250 ok"_s;
        QTest::newRow("escape sequence") << u"a\x1b[31m"_s << u"a\\x1b[31m"_s;
        QTest::newRow("bidi override") << u"a\x202Egpj.exe"_s << u"a\\u{202e}gpj.exe"_s;
        QTest::newRow("zero width") << u"pay\x200Bpal"_s << u"pay\\u{200b}pal"_s;
        QTest::newRow("line end") << u"a\r\nb"_s << u"a\\r\\nb"_s;
        QTest::newRow("letters of any script stay") << u"žluťoučký 漢字"_s << u"žluťoučký 漢字"_s;
    }
    void foreignTextIsSpelledOut() {
        QFETCH(QString, in);
        QFETCH(QString, out);
        QCOMPARE(foreign::printable(in), out);
    }

    void toolTipsAreNotMarkup() {
        QCOMPARE(foreign::toolTip(u"<img src=x>\nb"_s), u"<qt>&lt;img src=x&gt;<br>b</qt>"_s);
        QVERIFY(foreign::toolTip(QString(5000, u'a')).size() < 2100);
    }

    void rawViewShowsBytesAndFindsThemAgain() {
        RawView view;
        view.resize(600, 300);
        view.setBytes(QByteArray("220 h\xC3\xA9\r\nbad \xff\x01 byte\r alone\n"), u"file"_s, 1000);
        QCOMPARE(view.shownText(), u"220 hé\nbad \\xff\\x01 byte\\r alone\n"_s);
        view.highlight({{13, 2}}); // \xff \x01
        auto* editor = view.findChild<QPlainTextEdit*>();
        QCOMPARE(editor->extraSelections().size(), 1);
        QCOMPARE(editor->extraSelections()[0].cursor.selectedText(), u"\\xff\\x01"_s);
        QTextCursor c = editor->textCursor();
        c.setPosition(int(view.shownText().indexOf(u"byte"_s)));
        c.setPosition(c.position() + 4, QTextCursor::KeepAnchor);
        editor->setTextCursor(c);
        QCOMPARE(view.selectedBytes(), (ByteRange{16, 4}));
        view.setHex(true);
        QVERIFY(view.shownText().startsWith(u"000003e8  32 32 30 20 68 c3 a9 0d 0a"_s));
        QCOMPARE(editor->extraSelections()[0].cursor.selectedText(), u"ff 01 "_s);
    }

    void rawViewCapsWhatItShows() {
        RawView view;
        view.setBytes(QByteArray(RawView::shownLimit + 10, 'x'), u"big"_s);
        QCOMPARE(view.shownText().size(), RawView::shownLimit);
        QCOMPARE(view.bytes().size(), RawView::shownLimit + 10);
    }

    void nodeAndBytesFindEachOther() {
        EvidenceTrio trio(new QWidget);
        trio.resize(900, 700);
        Evidence e;
        e.raw = "abcdefghij";
        e.nodes = {{u"whole"_s, {}, {}, {}, {{0, 10}}, {{u"part"_s, {}, {}, {}, {{3, 2}}, {}}}}};
        trio.show(e);
        QTreeWidgetItem* part = trio.tree()->topLevelItem(0)->child(0);
        trio.tree()->setCurrentItem(part);
        QCOMPARE(trio.raw()->highlighted(), (std::vector<ByteRange>{{3, 2}}));
        trio.tree()->setCurrentItem(trio.tree()->topLevelItem(0));
        auto* editor = trio.raw()->findChild<QPlainTextEdit*>();
        QTextCursor c = editor->textCursor();
        c.setPosition(4);
        c.setPosition(5, QTextCursor::KeepAnchor);
        editor->setTextCursor(c);
        QCOMPARE(trio.tree()->currentItem(), part); // the smallest node that covers the byte
        QVERIFY(!trio.tree()->selectByte(400));
        trio.restoreState(trio.saveState());
        trio.restoreState("rubbish");
    }

    void agesTickAndGoStale() {
        qint64 now = 1'000'000'000;
        AgeLabel label(nullptr, [&] { return now; });
        label.setSince(now - 12'000, 60'000);
        QCOMPARE(label.text(), u"12 s ago"_s);
        now += 120'000;
        label.refresh();
        QVERIFY(label.isStale());
        QCOMPARE(label.text(), u"◷ 2 min ago"_s);
        QCOMPARE(ageText(now + 90'000, now), u"clock ahead by 1 min"_s);
        QCOMPARE(ageText(now - 50 * 3600'000LL, now), u"2 d ago"_s);
    }

    void jobsSayHowFarAndRestOnlyWhenKnown() {
        JobInfo job{u"1"_s, u"Test"_s, u"seeds"_s, 5, 120, 20'000, JobInfo::State::Running, {}, true, false};
        QCOMPARE(jobProgressText(job), u"5 of 120 seeds"_s); // under 10 %: no guess
        job.done = 60;
        QCOMPARE(jobProgressText(job), u"60 of 120 seeds · about 20 s left"_s);
        JobRow row;
        row.set(job);
        row.show();
        QSignalSpy cancel(&row, &JobRow::cancelAsked);
        auto* button = row.findChild<QPushButton*>();
        button->click();
        QCOMPARE(cancel.count(), 1);
        QVERIFY(!button->isEnabled()); // "cancelling" at once
    }

    void transcriptAsText() {
        TranscriptView view;
        view.setLines({{0, TranscriptLine::Who::Server, u"220 x\x07"_s, false},
                       {1500, TranscriptLine::Who::Client, u"QUIT"_s, false}});
        QCOMPARE(view.asText(), u"+0.000 S: 220 x\\x07\n+1.500 C: QUIT\n"_s);
    }

    void testsAnswerPrompts() {
        auto scripted = std::make_unique<ScriptedPrompts>();
        ScriptedPrompts* script = scripted.get();
        setPrompts(std::move(scripted));
        script->confirms = {true};
        script->saves = {u"/tmp/a.csv"_s};
        QVERIFY(
            prompts().confirm(nullptr, {u"Send"_s, u"text"_s, u"Send to 42 seed addresses"_s, false, {}}));
        QVERIFY(!prompts().confirm(
            nullptr, {u"Delete"_s, u"text"_s, u"Delete 3 rows"_s, true, {}})); // unexpected: refused
        QCOMPARE(prompts().saveFile(nullptr, u"Export"_s, {}, {}), u"/tmp/a.csv"_s);
        QVERIFY(prompts().openFiles(nullptr, u"Import"_s, {}).isEmpty());
        QCOMPARE(script->asked,
                 (QStringList{u"Send to 42 seed addresses"_s, u"Delete 3 rows"_s, u"Export"_s, u"Import"_s}));
        setPrompts(nullptr);
    }
};

WAYPOST_UI_MAIN(TstWidgets)
#include "tst_widgets.moc"
