// The Placement screen on a real engine: the lab's providers, a plain workspace without seeds.
#include "page_bench.h"
#include "page_shots.h"
#include "ui/dialogs/prompts.h"
#include "ui/models/row_model.h"
#include "ui/pages/activity_page.h"
#include "ui/pages/jobs_page.h"
#include "ui/pages/placement_evidence.h"
#include "ui/pages/placement_new_test.h"
#include "ui/pages/placement_page.h"
#include "ui/pages/placement_run_view.h"
#include "ui/pages/placement_seed_editor.h"
#include "ui/pages/placement_seed_model.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/explanation_tree.h"
#include "ui/widgets/raw_view.h"
#include "ui_main.h"

#include <QApplication>
#include <QComboBox>
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTabBar>
#include <QTabWidget>

using namespace waypost;
using namespace waypost::ui;
using namespace Qt::StringLiterals;

namespace {

constexpr int runLimit = 60'000;

const engine::ProviderRow* provider(const engine::RunView& run, const std::string& name) {
    for (const engine::ProviderRow& r : run.providers)
        if (r.provider == name) return &r;
    return nullptr;
}

void write(const QString& file, const QByteArray& bytes) {
    QFile out(file);
    QVERIFY(out.open(QIODevice::WriteOnly));
    out.write(bytes);
}

QString everyWordOf(QWidget& page) {
    QStringList words;
    for (const QLabel* l : page.findChildren<QLabel*>()) words << l->text();
    for (const QLineEdit* l : page.findChildren<QLineEdit*>()) words << l->text() << l->placeholderText();
    for (const QPlainTextEdit* l : page.findChildren<QPlainTextEdit*>()) words << l->toPlainText();
    for (const QAbstractItemView* v : page.findChildren<QAbstractItemView*>())
        for (int r = 0; v->model() && r < v->model()->rowCount(); ++r)
            for (int c = 0; c < v->model()->columnCount(); ++c)
                words << v->model()->index(r, c).data(Qt::DisplayRole).toString()
                      << v->model()->index(r, c).data(Qt::EditRole).toString();
    return words.join(u'\n');
}

QString cell(DataTable* table, const QString& key, const QString& column) {
    const auto* model = qobject_cast<RowModel*>(table->model());
    const int row = model->rowOf(key);
    return row < 0 ? u"no row"_s : model->index(row, model->columnOf(column)).data().toString();
}

} // namespace

class TstUiPlacement : public QObject {
    Q_OBJECT
  private:
    std::unique_ptr<test::PageBench> bench_;
    std::unique_ptr<PlacementPage> page_;
    ScriptedPrompts* answers_ = nullptr;

    void open(bool lab) {
        bench_ = std::make_unique<test::PageBench>(lab);
        auto scripted = std::make_unique<ScriptedPrompts>();
        answers_ = scripted.get();
        setPrompts(std::move(scripted));
        page_ = std::make_unique<PlacementPage>(bench_->bridge());
        page_->resize(1270, 800);
        page_->show();
        QTRY_VERIFY(!page_->empty()->headline().isEmpty());
    }
    void fillNewTest() {
        QTest::mouseClick(page_->newTestButton(), Qt::LeftButton);
        QCOMPARE(page_->current(), page_->newTest());
        NewTest* form = page_->newTest();
        QTRY_VERIFY(form->list()->count() == 1 && form->route()->count() >= 1);
        form->route()->setCurrentText(u"lab"_s);
        QTest::keyClicks(form->name(), u"Spring template B"_s);
        QTest::keyClicks(form->from(), u"news@acme.test"_s);
        QTest::keyClicks(form->subject(), u"Spring news"_s);
        form->body()->setPlainText(u"Hello from the test"_s);
        form->wait()->setValue(1);
        form->rate()->setValue(100);
    }
    void importCsv(const char* name, const QByteArray& csv) {
        const QString file = bench_->file(name);
        write(file, csv);
        answers_->opens.push_back({file});
        page_->openSeeds();
        QSignalSpy changed(page_->seedEditor(), &SeedEditor::changed);
        page_->seedEditor()->chooseCsv();
        QVERIFY(changed.wait());
    }

    void checkDone(RunView* view) {
        QCOMPARE(provider(view->run(), "gmail")->inbox, 5);
        QCOMPARE(cell(view->providers(), u"gmail"_s, u"inbox"_s), u"5"_s);
        QCOMPARE(cell(view->providers(), u"gmail"_s, u"junk"_s), u"1"_s);
        QCOMPARE(cell(view->providers(), u"microsoft"_s, u"inbox"_s), u"3"_s);
        QCOMPARE(cell(view->providers(), u"microsoft"_s, u"junk"_s), u"1"_s);
        QCOMPARE(cell(view->providers(), u"yahoo"_s, u"inbox"_s), u"4"_s);
        QCOMPARE(cell(view->providers(), u"smallhost"_s, u"inbox"_s), u"2"_s);
        QCOMPARE(cell(view->providers(), u"strictgw"_s, u"not_sent"_s), u"1"_s);
        QCOMPARE(cell(view->providers(), u"dead"_s, u"not_sent"_s), u"1"_s);
        QCOMPARE(cell(view->seeds(), u"seed6@bigmail.test"_s, u"state"_s), u"spam"_s);
        QCOMPARE(cell(view->seeds(), u"seed6@bigmail.test"_s, u"folder"_s), u"[Gmail]/Spam"_s);
        QCOMPARE(cell(view->seeds(), u"seed1@bigmail.test"_s, u"state"_s), u"inbox"_s);
        QCOMPARE(cell(view->seeds(), u"seed1@dead.test"_s, u"state"_s), u"deferred"_s);
        QCOMPARE(cell(view->providers(), u"gmail"_s, u"share"_s), u"83 % of 6"_s);
        QCOMPARE(cell(view->providers(), u"dead"_s, u"share"_s), u"? nothing known"_s);
        QVERIFY(view->canProve()->text().contains(u"95 % interval"_s));
        auto* model = qobject_cast<RowModel*>(view->seeds()->model());
        view->seeds()->setCurrentIndex(model->index(model->rowOf(u"seed6@bigmail.test"_s), 0));
        SeedEvidenceView* evidence = view->evidence();
        QTRY_COMPARE(evidence->documents()->count(), 3);
        evidence->documents()->setCurrentIndex(2);
        QTRY_VERIFY(evidence->raw()->bytes().contains("Subject: Spring news"));
        test::shoot(*page_, u"placement-done"_s);
        // A header's node marks its bytes in the headers' document.
        evidence->documents()->setCurrentIndex(0);
        QVERIFY(evidence->raw()->bytes().contains("RCPT TO"));
        QTreeWidgetItem* headers = evidence->tree()->topLevelItem(2);
        evidence->tree()->setCurrentItem(headers->child(0));
        QCOMPARE(evidence->documents()->currentIndex(), 2);
        QCOMPARE(evidence->raw()->highlighted().size(), size_t(1));
        checkNarrow(view);
        showTools();
    }

    // What is left of a window of 1100 pixels: the share stays in sight, only counts of zero give way.
    void checkNarrow(RunView* view) {
        page_->resize(930, 760);
        auto* model = qobject_cast<RowModel*>(view->providers()->model());
        const int share = model->columnOf(u"share"_s);
        const auto end = [&] {
            return view->providers()->columnViewportPosition(share) + model->columns()[size_t(share)].width;
        };
        QTRY_VERIFY(end() <= view->providers()->viewport()->width());
        QVERIFY(view->providers()->isColumnHidden(model->columnOf(u"waiting"_s)));
        for (const QString& id : {u"seeds"_s, u"inbox"_s, u"junk"_s, u"not_sent"_s})
            QVERIFY2(!view->providers()->isColumnHidden(model->columnOf(id)), qPrintable(id));
        test::shoot(*page_, u"placement-narrow"_s);
        page_->resize(1600, 800);
        QTRY_VERIFY(!view->providers()->isColumnHidden(model->columnOf(u"waiting"_s)));
        QVERIFY(!view->providers()->isColumnHidden(model->columnOf(u"category"_s)));
        page_->resize(1270, 800);
    }

    void showTools() {
        JobsPage jobs(bench_->bridge());
        jobs.resize(1270, 800);
        jobs.show();
        QTRY_VERIFY(jobs.table()->model()->rowCount() >= 1);
        QVERIFY(!jobs.cancelButton()->isEnabled()); // it has ended
        test::shoot(jobs, u"jobs"_s);
        QSignalSpy results(&jobs, &JobsPage::openRequested);
        Q_EMIT jobs.table()->rowActivated(jobs.table()->currentKey());
        QCOMPARE(results.takeFirst(), QVariantList({u"placement"_s, QString()}));
        ActivityPage activity(bench_->bridge());
        activity.resize(1270, 800);
        activity.show();
        QTRY_VERIFY(activity.table()->model()->rowCount() >= 2);
        activity.search()->setText(u"placement.done"_s);
        QTRY_COMPARE(activity.table()->model()->rowCount(), 1);
        QSignalSpy about(&activity, &ActivityPage::openRequested);
        Q_EMIT activity.table()->rowActivated(activity.table()->currentKey());
        QCOMPARE(about.takeFirst(),
                 QVariantList({u"placement"_s, QString::fromStdString(page_->runView()->run().line.id)}));
        activity.search()->setText(u"nothing has this"_s);
        QTRY_COMPARE(activity.table()->model()->rowCount(), 0);
        activity.search()->clear();
        test::shoot(activity, u"activity"_s);
    }

  private Q_SLOTS:
    void cleanup() {
        QVERIFY2(!QApplication::activeModalWidget(), "a dialog blocks");
        page_.reset();
        bench_.reset();
        setPrompts(nullptr);
    }

    void withoutSeedsTheScreenExplainsThem() {
        open(false);
        QTRY_COMPARE(page_->empty()->headline(), u"A seed test needs seed mailboxes"_s);
        QCOMPARE(page_->empty()->kind(), EmptyState::Kind::NotSetUp);
        test::shoot(*page_, u"placement-no-seeds"_s);
    }

    void aTestRunsFromTheFormToTheEvidence() {
        open(true);
        QTRY_COMPARE(page_->empty()->headline(), u"No seed test has run yet"_s);
        test::shoot(*page_, u"placement-no-run"_s);
        fillNewTest();
        NewTest* form = page_->newTest();
        QTRY_VERIFY_WITH_TIMEOUT(form->sendButton()->isEnabled(), 10'000);
        QCOMPARE(form->sendButton()->text(), u"Send to 20 seed addresses"_s);
        QCOMPARE(form->recipients()->count(), 20);
        QVERIFY(form->command()->text().contains(u"placement run"_s));
        test::shoot(*page_, u"placement-new"_s);
        QTest::mouseClick(form->sendButton(), Qt::LeftButton);
        RunView* view = page_->runView();
        QTRY_COMPARE_WITH_TIMEOUT(page_->current(), static_cast<QWidget*>(view), 10'000);
        QTRY_VERIFY_WITH_TIMEOUT(view->run().line.settled > 3, runLimit);
        QVERIFY(view->cancelButton()->isVisible() || view->run().line.state != "running");
        test::shoot(*page_, u"placement-running"_s);
        QTRY_COMPARE_WITH_TIMEOUT(view->run().line.state, std::string("done"), runLimit);
        checkDone(view);
    }

    void aFormThatCannotStartSaysWhy() {
        open(true);
        fillNewTest();
        NewTest* form = page_->newTest();
        form->from()->setText(u"no address at all"_s);
        QTRY_VERIFY(form->problem()->text().startsWith(u"From:"_s));
        QVERIFY(!form->sendButton()->isEnabled());
        test::shoot(*page_, u"placement-new-problem"_s);
        form->from()->setText(u"news@acme.test"_s);
        form->route()->setCurrentText(u"nowhere"_s);
        QTRY_VERIFY(form->problem()->text().contains(u"no route named"_s));
        QVERIFY(!form->sendButton()->isEnabled());
    }

    void aMessageFileIsTheMessage() {
        open(true);
        const QString file = bench_->file("spring.eml");
        write(file, "From: News <news@acme.test>\r\nSubject: From a file\r\n\r\nHello\r\n");
        page_->open(u"message:"_s + file);
        NewTest* form = page_->newTest();
        QCOMPARE(page_->current(), form);
        QTRY_VERIFY(form->route()->count() >= 1);
        form->route()->setCurrentText(u"lab"_s);
        QTRY_VERIFY_WITH_TIMEOUT(form->sendButton()->isEnabled(), 10'000);
        QVERIFY(form->spec().message.find("From a file") != std::string::npos);
        test::shoot(*page_, u"placement-new-file"_s);
    }

    void cancelKeepsWhatIsKnownAndSaysPartial() {
        open(true);
        fillNewTest();
        NewTest* form = page_->newTest();
        form->rate()->setValue(1); // slow enough to be stopped in the middle
        QTRY_VERIFY_WITH_TIMEOUT(form->sendButton()->isEnabled(), 10'000);
        QTest::mouseClick(form->sendButton(), Qt::LeftButton);
        RunView* view = page_->runView();
        QTRY_VERIFY_WITH_TIMEOUT(page_->current() == view && view->cancelButton()->isVisible(), 10'000);
        QTest::mouseClick(view->cancelButton(), Qt::LeftButton);
        QTRY_COMPARE_WITH_TIMEOUT(view->run().line.state, std::string("cancelled"), runLimit);
        QTRY_VERIFY(cell(page_->runs(), view->runId(), u"name"_s) == "Spring template B"_L1);
        QCOMPARE(view->seeds()->model()->rowCount(), 20);
        test::shoot(*page_, u"placement-cancelled"_s);
    }

    void aCsvWithWrongColumnsImportsNothing() {
        open(false);
        importCsv("wrong.csv", "name,colour\nx,red\n");
        const QString sentence = page_->seedEditor()->sentence()->text();
        QVERIFY2(sentence.contains(u"Nothing was imported"_s), qPrintable(sentence));
        QVERIFY2(sentence.contains(u"colour"_s) || sentence.contains(u"column"_s), qPrintable(sentence));
        QCOMPARE(bench_->ask<engine::SeedLists>(engine::SeedListsQuery{}).lists.size(), size_t(0));
        test::shoot(*page_, u"seeds-wrong-columns"_s);
    }

    void aCsvWithTwoBadLinesImportsTheRest() {
        open(false);
        importCsv("team.csv", "address,imap_host,imap_port,provider\n"
                              "a@one.example,imap.one.example,993,one\n"
                              "no address,imap.one.example,993,one\n"
                              "b@two.example,imap.two.example,99999,two\n"
                              "c@two.example,imap.two.example,993,two\n");
        SeedEditor* editor = page_->seedEditor();
        QVERIFY(editor->sentence()->text().contains(u"2 seeds imported"_s));
        QCOMPARE(editor->problems()->count(), 2);
        QVERIFY(editor->problems()->item(0)->text().startsWith(u"line 3"_s));
        QVERIFY(editor->problems()->item(1)->text().startsWith(u"line 4"_s));
        QTRY_COMPARE(editor->model()->rowCount(), 2);
        QVERIFY(!editor->problems()->isHidden());
        test::shoot(*page_, u"seeds-two-bad-lines"_s);
    }

    void aListIsWrittenByHandAndItsPasswordIsNeverShown() {
        open(false);
        SeedEditor* editor = page_->seedEditor();
        page_->openSeeds();
        QTest::keyClicks(editor->name(), u"By hand"_s);
        QTest::mouseClick(editor->addButton(), Qt::LeftButton);
        SeedModel* model = editor->model();
        QVERIFY(model->setData(model->index(0, SeedModel::Address), u"me@one.example"_s, Qt::EditRole));
        QVERIFY(model->setData(model->index(0, SeedModel::Host), u"imap.one.example"_s, Qt::EditRole));
        QVERIFY(!model->setData(model->index(0, SeedModel::Port), u"70000"_s, Qt::EditRole));
        QSignalSpy changed(editor, &SeedEditor::changed);
        QTest::mouseClick(editor->saveButton(), Qt::LeftButton);
        QVERIFY(changed.wait());
        QTRY_COMPARE(bench_->ask<engine::SeedLists>(engine::SeedListsQuery{}).lists.size(), size_t(1));
        QTRY_VERIFY(editor->password()->isEnabled());
        editor->password()->setText(u"tulip-secret-9"_s);
        QTest::mouseClick(editor->passwordButton(), Qt::LeftButton);
        QTRY_VERIFY(editor->sentence()->text().contains(u"secret store"_s));
        const auto lists = bench_->ask<engine::SeedLists>(engine::SeedListsQuery{}).lists;
        QCOMPARE(lists.front().seeds.front().address, std::string("me@one.example"));
        QVERIFY(lists.front().seeds.front().hasSecret);
        QVERIFY(!everyWordOf(*page_).contains(u"tulip-secret-9"_s));
        test::shoot(*page_, u"seeds-editor"_s);
    }
};

WAYPOST_UI_MAIN(TstUiPlacement)
#include "tst_ui_placement.moc"
