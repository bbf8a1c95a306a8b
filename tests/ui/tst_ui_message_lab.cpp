// The Message lab on a real engine with the lab's name servers.
#include "page_bench.h"
#include "page_shots.h"
#include "ui/dialogs/prompts.h"
#include "ui/models/row_model.h"
#include "ui/pages/message_lab_drop.h"
#include "ui/pages/message_lab_evidence.h"
#include "ui/pages/message_lab_page.h"
#include "ui/pages/message_lab_panes.h"
#include "ui/pages/message_lab_rows.h"
#include "ui/pages/message_lab_view.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/explanation_tree.h"
#include "ui/widgets/raw_view.h"
#include "ui_main.h"

#include <QClipboard>
#include <QComboBox>
#include <QDropEvent>
#include <QFile>
#include <QLineEdit>
#include <QMimeData>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTabBar>
#include <QTabWidget>

using namespace waypost;
using namespace waypost::ui;
using namespace Qt::StringLiterals;

namespace {

QString sample(const char* name) {
    return QString::fromStdString((test::resources() / "lab" / name).string());
}

QByteArray contents(const QString& file) {
    QFile f(file);
    if (!f.open(QIODevice::ReadOnly)) qFatal("%s cannot be read", qPrintable(file));
    return f.readAll();
}

} // namespace

class TstUiMessageLab : public QObject {
    Q_OBJECT
  private:
    std::unique_ptr<test::PageBench> bench_;
    std::unique_ptr<MessageLabPage> page_;
    ScriptedPrompts* answers_ = nullptr;

    void open() {
        page_ = std::make_unique<MessageLabPage>(bench_->bridge());
        page_->resize(1260, 800);
        page_->show();
        QSignalSpy listed(page_.get(), &MessageLabPage::listed);
        QVERIFY(listed.wait());
    }
    void openSample(const char* name) {
        page_->openFiles({sample(name)});
        QTRY_VERIFY_WITH_TIMEOUT(page_->showsMessage(), 20'000);
    }
    bool drop(const QMimeData& data) {
        QDragEnterEvent enter(QPoint(20, 20), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(page_.get(), &enter);
        QDropEvent event(QPointF(20, 20), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(page_.get(), &event);
        return event.isAccepted();
    }
    [[nodiscard]] QString cell(const QString& step, int column) const {
        const auto* model = static_cast<const RowModel*>(page_->lab()->steps()->model());
        return model->index(model->rowOf(step), column).data().toString();
    }
    QString write(const char* name, const QByteArray& bytes) {
        const QString file = bench_->file(name);
        QFile f(file);
        if (!f.open(QIODevice::WriteOnly) || f.write(bytes) != bytes.size()) qFatal("cannot write");
        return file;
    }

  private Q_SLOTS:
    void init() {
        bench_ = std::make_unique<test::PageBench>(true);
        auto scripted = std::make_unique<ScriptedPrompts>();
        answers_ = scripted.get();
        setPrompts(std::move(scripted));
    }
    void cleanup() {
        page_.reset();
        bench_.reset();
        setPrompts(nullptr);
    }

    void nothingOpenedSaysHowToBegin() {
        open();
        QTRY_VERIFY(page_->empty()->isVisible());
        QCOMPARE(page_->empty()->kind(), EmptyState::Kind::NotSetUp);
        test::shoot(*page_, u"message-lab-empty"_s);
        answers_->opens.push_back({sample("spring-news.eml")});
        Q_EMIT page_->empty()->actionClicked();
        QTRY_VERIFY_WITH_TIMEOUT(page_->showsMessage(), 20'000);
    }

    void aDroppedFileIsJudgedAndListed() {
        open();
        QMimeData data;
        data.setUrls({QUrl::fromLocalFile(sample("spring-news.eml"))});
        QVERIFY(drop(data));
        QTRY_VERIFY_WITH_TIMEOUT(page_->showsMessage(), 20'000);
        QTRY_COMPARE(page_->list()->model()->rowCount(), 1);
        QVERIFY(page_->list()->model()->index(0, 0).data().toString().startsWith(u"Spring news: three"_s));
        QTRY_COMPARE(page_->list()->model()->index(0, 1).data().toString(), u"DMARC pass"_s);
        QCOMPARE(page_->lab()->steps()->model()->index(0, 0).data().toString(), u"1  Connection"_s);
        QCOMPARE(cell(u"spf"_s, 1), u"pass"_s);
        QCOMPARE(cell(u"dkim"_s, 1), u"pass"_s);
        test::shoot(*page_, u"message-lab-pass"_s);
    }

    void aDragNamesWhatADropWillDo() {
        open();
        QMimeData data;
        data.setUrls({QUrl::fromLocalFile(sample("spring-news.eml"))});
        QDragEnterEvent enter(QPoint(5, 5), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(page_.get(), &enter);
        QVERIFY(enter.isAccepted());
        QVERIFY(page_->overlay()->isVisible());
        QCOMPARE(page_->overlay()->headline(), u"Open in Message lab"_s);
        QDragLeaveEvent leave;
        QCoreApplication::sendEvent(page_.get(), &leave);
        QVERIFY(page_->overlay()->isHidden());
    }

    void aFolderOrAddressIsRefusedInWords() {
        open();
        QMimeData data;
        data.setUrls({QUrl(u"https://example.org/mail.eml"_s)});
        drop(data);
        QVERIFY(page_->refused().contains(u"Only files"_s));
    }

    void wrongInputIsRefusedWithWhatWasTried_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("said");
        QTest::newRow("an empty file") << QByteArray() << u"is empty"_s;
        QTest::newRow("an Outlook message")
            << QByteArray("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 rest", 13) << u"(.msg)"_s;
        QTest::newRow("a picture") << QByteArray("\x89PNG\r\n\x1A\n", 8) << u"picture"_s;
        QTest::newRow("unknown octets") << QByteArray("\x01\x00\x02\x03\xFE\xFF\x00", 7) << u"Tried:"_s;
        QTest::newRow("a text that is no message")
            << QByteArray("Dear all,\nsee you on Monday.\n") << u"Tried:"_s;
        QTest::newRow("an HTML page") << QByteArray("<!DOCTYPE html><html></html>") << u"HTML page"_s;
        QTest::newRow("an mbox with two messages")
            << QByteArray("From a Fri\nFrom: a@b.test\n\nx\n\nFrom b Fri\nFrom: b@b.test\n\ny\n")
            << u"2 messages"_s;
    }
    void wrongInputIsRefusedWithWhatWasTried() {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, said);
        open();
        page_->openFiles({write("wrong.bin", bytes)});
        QTRY_VERIFY2(page_->refused().contains(said), qPrintable(page_->refused()));
        QVERIFY(page_->messages().empty());
    }

    void aFileAboveTheCapIsRefusedBeforeItIsRead() {
        open();
        const QString file = bench_->file("huge.eml");
        QFile f(file);
        QVERIFY(f.open(QIODevice::WriteOnly));
        QVERIFY(f.resize(64LL * 1024 * 1024 + 1)); // sparse
        f.close();
        page_->openFiles({file});
        QTRY_VERIFY2(page_->refused().contains(u"larger than 64 MB"_s), qPrintable(page_->refused()));
    }

    void aPasteIsShownFirstAndJudgedOnDemand() {
        open();
        QApplication::clipboard()->setText(QString::fromUtf8(contents(sample("spring-news.eml"))));
        QTest::keyClick(page_.get(), Qt::Key_V, Qt::ControlModifier);
        QVERIFY(page_->pastePane()->isVisible());
        QVERIFY(page_->pastePane()->box()->toPlainText().contains(u"DKIM-Signature"_s));
        QVERIFY(page_->messages().empty());
        test::shoot(*page_, u"message-lab-paste"_s);
        page_->pastePane()->judge()->click();
        QTRY_VERIFY_WITH_TIMEOUT(page_->showsMessage(), 20'000);
        QTRY_COMPARE(page_->messages().size(), size_t(1));
        QCOMPARE(page_->messages().front().source, std::string("pasted"));
        QVERIFY(!page_->messages().front().headersOnly);
    }

    void pastedHeadersAloneAreNotCalledAFailure() {
        open();
        const QByteArray whole = contents(sample("spring-news.eml"));
        QApplication::clipboard()->setText(QString::fromUtf8(whole.left(whole.indexOf("\r\n\r\n") + 2)));
        page_->paste();
        page_->pastePane()->judge()->click();
        QTRY_VERIFY_WITH_TIMEOUT(page_->showsMessage(), 20'000);
        QVERIFY(page_->lab()->view()->line.headersOnly);
        QVERIFY(page_->lab()->view()->message.bytes.size() > 100);
        for (const engine::MessageStep& step : page_->lab()->view()->steps)
            if (step.id == "dkim") QCOMPARE(int(step.state), int(engine::State::Unknown));
        QVERIFY(page_->lab()->view()->line.state != engine::State::Error);
    }

    void aPasteThatIsNoMessageStaysInThePane() {
        open();
        QApplication::clipboard()->setText(u"see you on Monday"_s);
        page_->paste();
        page_->pastePane()->judge()->click();
        QTRY_VERIFY(page_->pastePane()->problem().contains(u"Not recognised"_s));
        QVERIFY(page_->goBack());
        QVERIFY(page_->empty()->isVisible());
    }

    void aStepMarksItsBytesAndBytesOpenTheirStep() {
        open();
        openSample("spring-news.eml");
        MessageLabView* lab = page_->lab();
        lab->chooseStep(u"dkim"_s);
        QTreeWidget* tree = lab->evidence()->tree();
        QVERIFY(tree->topLevelItemCount() >= 1);
        QVERIFY(!lab->evidence()->rule().isEmpty());
        QTreeWidgetItem* signature = nullptr;
        for (QTreeWidgetItemIterator it(tree); *it && !signature; ++it)
            if (!ExplanationTree::bytesOf(*it).empty()) signature = *it;
        QVERIFY(signature);
        tree->setCurrentItem(nullptr);
        tree->setCurrentItem(signature);
        QCOMPARE(lab->evidence()->document(), 0);
        QVERIFY(!lab->evidence()->raw()->highlighted().empty());
        const ByteRange marked = lab->evidence()->raw()->highlighted().front();
        QVERIFY2(QByteArray::fromStdString(lab->view()->message.bytes)
                     .mid(marked.start, marked.length)
                     .contains("v=1; a=rsa-sha256"),
                 "the signature's field is marked");
        // From another step, the same bytes lead back.
        lab->chooseStep(u"connection"_s);
        Q_EMIT lab->evidence()->raw()->bytesSelected(marked.start + 2, 1);
        QCOMPARE(lab->steps()->currentKey(), u"dkim"_s);
        QVERIFY(tree->currentItem());
    }

    void anAnswerIsShownAsTextAndAsItCame() {
        open();
        openSample("spring-news.eml");
        MessageLabView* lab = page_->lab();
        lab->tabs()->setCurrentIndex(MessageLabView::Answers);
        const auto* model = lab->answers()->model();
        int key = -1;
        for (int row = 0; row < model->rowCount(); ++row)
            if (model->index(row, 0).data().toString() == u"lab._domainkey.acme.test TXT"_s) key = row;
        QVERIFY(key >= 0);
        lab->answers()->selectRow(key);
        QCOMPARE(lab->evidence()->document(), key + 1);
        QVERIFY(lab->evidence()->raw()->bytes().contains("v=DKIM1"));
        lab->evidence()->forms()->setCurrentIndex(1);
        QVERIFY(lab->evidence()->raw()->bytes().size() > 200);
        QCOMPARE(lab->evidence()->raw()->bytes().at(2) & 0x80, 0x80); // QR: a response
        test::shoot(*page_, u"message-lab-answers"_s);
    }

    void thenAndNowStandBesideEachOther() {
        open();
        openSample("spring-news.eml");
        MessageLabView* lab = page_->lab();
        QVERIFY(lab->nowButton()->text().contains(u"not asked"_s));
        QVERIFY(lab->differenceText().isEmpty());
        lab->nowButton()->click();
        QTRY_VERIFY_WITH_TIMEOUT(lab->showsNow(), 20'000);
        QVERIFY(lab->view()->now);
        QCOMPARE(lab->differenceText(), u"no step differs"_s);
        QVERIFY(lab->steps()->isColumnHidden(3)); // nothing differs: nothing to compare
        QTest::keyClick(page_.get(), Qt::Key_T);
        QVERIFY(!lab->showsNow());
        QVERIFY(lab->thenButton()->isChecked());
    }

    void anotherConnectionChangesTheVerdictOfNow() {
        open();
        openSample("spring-news.eml");
        MessageLabView* lab = page_->lab();
        QCOMPARE(lab->view()->connection.ip, std::string("127.77.1.1"));
        lab->connection()->editButton()->click();
        QVERIFY(lab->connection()->isEditing());
        QCOMPARE(lab->connection()->ip()->text(), u"127.77.1.1"_s);
        lab->connection()->ip()->setText(u"127.99.9.9"_s);
        lab->connection()->judge()->click();
        QTRY_VERIFY_WITH_TIMEOUT(lab->showsNow() && lab->view()->connection.ip == "127.99.9.9", 20'000);
        QVERIFY(cell(u"spf"_s, 1) != u"pass"_s);
        test::shoot(*page_, u"message-lab-now"_s);
        QVERIFY(!lab->steps()->isColumnHidden(3));
        QVERIFY(cell(u"spf"_s, 3).startsWith(u"≠"_s));
        QVERIFY(lab->differenceText().contains(u"differ"_s));
        lab->connection()->edit(true);
        lab->connection()->ip()->setText(u"not an address"_s);
        lab->connection()->judge()->click();
        QTRY_VERIFY(page_->refused().contains(u"is not an IP address"_s));
    }

    void theChainShowsDelaysAndClocksThatDisagree() {
        open();
        openSample("list-footer.eml");
        MessageLabView* lab = page_->lab();
        lab->tabs()->setCurrentIndex(MessageLabView::Received);
        QCOMPARE(lab->hops()->model()->rowCount(), 3);
        QVERIFY(lab->hops()->model()->index(1, 2).data().toString().contains(u"clocks disagree"_s));
        QCOMPARE(lab->hops()->model()->index(2, 4).data().toString(), u"outpost-test.mail.protection.test"_s);
        lab->hops()->selectRow(2);
        const ByteRange marked = lab->evidence()->raw()->highlighted().front();
        QVERIFY(QByteArray::fromStdString(lab->view()->message.bytes)
                    .mid(marked.start, marked.length)
                    .startsWith("Received: from mx.bigmail.test"));
        test::shoot(*page_, u"message-lab-chain"_s);
    }

    void aBrokenSignatureIsTakenApart() {
        open();
        openSample("list-footer.eml");
        MessageLabView* lab = page_->lab();
        lab->tabs()->setCurrentIndex(MessageLabView::Failures);
        QVERIFY(lab->failures()->current());
        QVERIFY(!lab->failures()->headline().isEmpty());
        QVERIFY(lab->failures()->receivedBytes()->bytes().contains("____"));
        const ByteRange marked = lab->evidence()->raw()->highlighted().front();
        QCOMPARE(QByteArray::fromStdString(lab->view()->message.bytes).mid(marked.start, marked.length),
                 lab->failures()->receivedBytes()->bytes());
        QVERIFY(lab->evidence()->tree()->topLevelItemCount() > 1);
        test::shoot(*page_, u"message-lab-failure"_s);
        page_->openFiles({sample("spring-news.eml")});
        QTRY_VERIFY_WITH_TIMEOUT(page_->showsMessage() && lab->view()->autopsies.empty(), 20'000);
        lab->tabs()->setCurrentIndex(MessageLabView::Failures);
        QCOMPARE(lab->failures()->empty()->kind(), EmptyState::Kind::NothingHappened);
    }

    void claimsThatDifferFromOursAreMarked() {
        open();
        openSample("list-footer.eml");
        MessageLabView* lab = page_->lab();
        lab->tabs()->setCurrentIndex(MessageLabView::Claimed);
        const auto* model = lab->claims()->model();
        QCOMPARE(model->rowCount(), 6);
        bool differs = false;
        for (int row = 0; row < model->rowCount(); ++row)
            if (model->index(row, 0).data().toString() == u"mx.bigmail.test"_s &&
                model->index(row, 1).data().toString() == u"dkim"_s)
                differs = model->index(row, 3).data().toString().contains(u"differs"_s);
        QVERIFY(differs);
        test::shoot(*page_, u"message-lab-claims"_s);
    }

    void structureAndTextRenderNothing() {
        open();
        openSample("spring-news.eml");
        MessageLabView* lab = page_->lab();
        lab->tabs()->setCurrentIndex(MessageLabView::Structure);
        QCOMPARE(lab->structure()->topLevelItem(0)->text(0), u"multipart/alternative"_s);
        lab->structure()->setCurrentItem(lab->structure()->topLevelItem(0)->child(1));
        QVERIFY(lab->evidence()->tree()->topLevelItem(0)->text(0).contains(u"text/html"_s));
        test::shoot(*page_, u"message-lab-structure"_s);
        lab->tabs()->setCurrentIndex(MessageLabView::Text);
        QVERIFY(lab->text()->shownText().contains(u"three things for May – and one date"_s));
        lab->text()->choice()->setCurrentIndex(1);
        QVERIFY2(lab->text()->shownText().contains(u"<img src=\"https://pixel.acme.test/4711.gif\""_s),
                 qPrintable(lab->text()->shownText()));
        test::shoot(*page_, u"message-lab-text"_s);
    }

    void aMessageWithoutTraceOrSignatureSaysSo() {
        open();
        page_->openFiles({write("bare.eml", "From: a@nomail.test\r\nSubject: bare\r\n\r\nHello\r\n")});
        QTRY_VERIFY_WITH_TIMEOUT(page_->showsMessage(), 20'000);
        MessageLabView* lab = page_->lab();
        QCOMPARE(lab->hops()->model()->rowCount(), 0);
        lab->tabs()->setCurrentIndex(MessageLabView::Failures);
        QCOMPARE(lab->failures()->empty()->kind(), EmptyState::Kind::NothingMatched);
        QVERIFY(lab->failures()->empty()->isVisible());
        lab->tabs()->setCurrentIndex(MessageLabView::Received);
        bool said = false;
        for (const auto* e : lab->findChildren<EmptyState*>())
            said = said || (e->isVisible() && e->headline().contains(u"no Received"_s));
        QVERIFY(said);
    }

    void theFilterFindsBySubjectSenderAndVerdict() {
        open();
        openSample("spring-news.eml");
        page_->openFiles({sample("list-footer.eml")});
        QTRY_COMPARE(page_->list()->model()->rowCount(), 2);
        QTRY_VERIFY_WITH_TIMEOUT(page_->showsMessage(), 20'000);
        page_->focusFilter();
        page_->filter()->setText(u"spring nobody"_s);
        QVERIFY(page_->nothingMatched()->isVisible());
        QCOMPARE(page_->nothingMatched()->kind(), EmptyState::Kind::NothingMatched);
        test::shoot(*page_, u"message-lab-no-match"_s);
        Q_EMIT page_->nothingMatched()->actionClicked();
        QCOMPARE(page_->list()->model()->rowCount(), 2);
    }

    void theEvidenceIsExportedWhereTheReaderSays() {
        open();
        openSample("list-footer.eml");
        const QString file = bench_->file("evidence.zip");
        answers_->saves = {file};
        page_->exportView();
        QTRY_VERIFY2(page_->refused().contains(u"Evidence of"_s), qPrintable(page_->refused()));
        QVERIFY(contents(file).startsWith("PK"));
        answers_->saves = {bench_->file("nowhere/at/all.zip")};
        page_->exportView();
        QTRY_VERIFY2(page_->refused().startsWith(outcomeGlyph(Outcome::Bounced)),
                     qPrintable(page_->refused()));
    }

    void removingAsksOnceAndForgets() {
        open();
        openSample("spring-news.eml");
        answers_->confirms = {true};
        Q_EMIT page_->lab()->forgetAsked();
        QTRY_VERIFY(page_->messages().empty());
        QTRY_VERIFY(page_->empty()->isVisible());
        QCOMPARE(answers_->asked.last(), u"Remove 1 message"_s);
    }

    void theLayoutComesBack() {
        open();
        openSample("spring-news.eml");
        page_->lab()->steps()->setColumnWidth(0, 231);
        const QByteArray state = page_->saveLayout();
        page_->lab()->steps()->setColumnWidth(0, 100);
        page_->restoreLayout(state);
        QCOMPARE(page_->lab()->steps()->columnWidth(0), 231);
        page_->restoreLayout({}); // nothing saved: nothing breaks
    }

    void everyControlCanBeReachedAndHasAName() {
        open();
        openSample("spring-news.eml");
        for (const QWidget* w : page_->findChildren<QWidget*>()) {
            if (!w->isVisible() || !(w->focusPolicy() & Qt::TabFocus) || w->objectName().startsWith("qt_"_L1))
                continue;
            QAccessibleInterface* face = QAccessible::queryAccessibleInterface(const_cast<QWidget*>(w));
            QVERIFY(face);
            QVERIFY2(!face->text(QAccessible::Name).isEmpty(), w->metaObject()->className());
        }
    }

    void aNarrowWindowStillShowsEverything() {
        open();
        openSample("list-footer.eml");
        page_->resize(920, 620);
        QTest::qWait(50);
        QVERIFY(page_->lab()->steps()->viewport()->width() > 300);
        test::shoot(*page_, u"message-lab-narrow"_s);
    }
};

WAYPOST_UI_MAIN(TstUiMessageLab)
#include "tst_ui_message_lab.moc"
