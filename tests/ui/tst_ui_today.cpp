// The Today screen on a real engine: an empty workspace, then one with data.
#include "page_bench.h"
#include "page_shots.h"
#include "ui/charts/time_series_widget.h"
#include "ui/dialogs/prompts.h"
#include "ui/pages/today_cards.h"
#include "ui/pages/today_first_run.h"
#include "ui/pages/today_page.h"
#include "ui_main.h"

#include <QApplication>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>

using namespace waypost;
using namespace waypost::ui;
using namespace Qt::StringLiterals;

class TstUiToday : public QObject {
    Q_OBJECT
  private:
    std::unique_ptr<test::PageBench> bench_;
    std::unique_ptr<TodayPage> page_;
    ScriptedPrompts* answers_ = nullptr;

    void open(bool lab) {
        bench_ = std::make_unique<test::PageBench>(lab);
        auto scripted = std::make_unique<ScriptedPrompts>();
        answers_ = scripted.get();
        setPrompts(std::move(scripted));
    }
    void show() {
        page_ = std::make_unique<TodayPage>(bench_->bridge());
        page_->resize(1270, 800);
        QSignalSpy shown(page_.get(), &TodayPage::shown);
        page_->show();
        QVERIFY(shown.wait());
    }

  private Q_SLOTS:
    void cleanup() {
        QVERIFY2(!QApplication::activeModalWidget(), "a dialog blocks");
        page_.reset();
        bench_.reset();
        setPrompts(nullptr);
    }

    void theFirstRunShowsThreeChoices() {
        open(false);
        show();
        QVERIFY(page_->showsFirstRun());
        FirstRun* first = page_->firstRun();
        for (const QPushButton* b :
             {first->checkButton(), first->messageButton(), first->logButton(), first->seedsButton()})
            QVERIFY(b->isVisible() && b->isEnabled());
        test::shoot(*page_, u"today-first-run"_s);
    }

    void aDomainThatIsNoneIsRefusedWithASentence() {
        open(false);
        show();
        QSignalSpy asked(page_.get(), &TodayPage::openRequested);
        page_->firstRun()->domain()->setText(u"not..a domain"_s);
        QTest::mouseClick(page_->firstRun()->checkButton(), Qt::LeftButton);
        QTRY_VERIFY(page_->firstRun()->problem()->isVisible());
        QVERIFY(!page_->firstRun()->problem()->text().isEmpty());
        QCOMPARE(asked.count(), 0);
        page_->firstRun()->domain()->clear();
        QTest::mouseClick(page_->firstRun()->checkButton(), Qt::LeftButton);
        QVERIFY(page_->firstRun()->problem()->text().contains(u"example.org"_s));
    }

    void aMessageGoesToPlacementAndSeedsToo() {
        open(false);
        show();
        QSignalSpy asked(page_.get(), &TodayPage::openRequested);
        answers_->opens.push_back({u"/tmp/spring.eml"_s});
        answers_->opens.push_back({u"/tmp/seeds.csv"_s});
        QTest::mouseClick(page_->firstRun()->messageButton(), Qt::LeftButton);
        QTest::mouseClick(page_->firstRun()->seedsButton(), Qt::LeftButton);
        QCOMPARE(asked.count(), 2);
        QCOMPARE(asked.at(0), (QVariantList{u"messages"_s, u"file:/tmp/spring.eml"_s}));
        QCOMPARE(asked.at(1), (QVariantList{u"placement"_s, u"seeds:/tmp/seeds.csv"_s}));
    }

    void importingALogEndsTheFirstRun() {
        open(false);
        show();
        answers_->opens.push_back({QString::fromStdString(test::labLog())});
        QTest::mouseClick(page_->firstRun()->logButton(), Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(!page_->showsFirstRun(), 20'000);
        QVERIFY(!page_->chart()->isHidden());
        test::shoot(*page_, u"today-after-import"_s);
    }

    void withDataTheCardsOpenTheirEvidence() {
        open(true);
        (void)bench_->finish(engine::InspectDomain{"broken.test", {}});
        (void)bench_->finish(engine::InspectDomain{"acme.test", {"s2024", "old"}});
        (void)bench_->finish(engine::ImportFiles{{test::labLog()}});
        show();
        QVERIFY(!page_->showsFirstRun());
        QVERIFY(page_->cards()->count() >= 1);
        const QString first = page_->cards()->model()->index(0, 0).data().toString();
        QVERIFY2(first.contains(u"broken.test"_s) || first.contains(u"acme.test"_s), qPrintable(first));
        test::shoot(*page_, u"today-cards"_s);
        QSignalSpy asked(page_.get(), &TodayPage::openRequested);
        page_->cards()->setCurrentIndex(page_->cards()->model()->index(0, 0));
        if (page_->cards()->count() > 1) {
            QTest::keyClick(page_->cards(), Qt::Key_J);
            QCOMPARE(page_->cards()->currentIndex().row(), 1);
            QTest::keyClick(page_->cards(), Qt::Key_K);
        }
        QCOMPARE(page_->cards()->currentIndex().row(), 0);
        QTest::keyClick(page_->cards(), Qt::Key_Return);
        QCOMPARE(asked.count(), 1);
        QCOMPARE(asked.at(0).at(0).toString(), u"domains"_s);
    }
};

WAYPOST_UI_MAIN(TstUiToday)
#include "tst_ui_today.moc"
