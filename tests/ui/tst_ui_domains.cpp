// The Domains screen on a real engine with the lab's name servers.
#include "page_bench.h"
#include "ui/dialogs/prompts.h"
#include "ui/models/row_model.h"
#include "ui/pages/domains_area.h"
#include "ui/pages/domains_evidence.h"
#include "ui/pages/domains_finding.h"
#include "ui/pages/domains_history.h"
#include "ui/pages/domains_page.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/explanation_tree.h"
#include "ui/widgets/raw_view.h"
#include "ui_main.h"

#include <QLabel>
#include <QLineEdit>
#include <QSignalSpy>
#include <QTabWidget>

using namespace waypost;
using namespace waypost::ui;
using namespace Qt::StringLiterals;

class TstUiDomains : public QObject {
    Q_OBJECT
  private:
    std::unique_ptr<test::PageBench> bench_;
    std::unique_ptr<DomainsPage> page_;

    void open() {
        page_ = std::make_unique<DomainsPage>(bench_->bridge());
        page_->resize(1240, 800);
        page_->show();
        QSignalSpy listed(page_.get(), &DomainsPage::listed);
        QVERIFY(listed.wait());
    }
    void inspectAcme() {
        page_->addBox()->setText(u"acme.test s2024"_s);
        QTest::keyClick(page_->addBox(), Qt::Key_Return);
        QTRY_VERIFY_WITH_TIMEOUT(page_->showsReport(), 20'000);
    }

  private Q_SLOTS:
    void init() { bench_ = std::make_unique<test::PageBench>(true); }
    void cleanup() {
        page_.reset();
        bench_.reset();
        setPrompts(nullptr);
    }

    void nothingWatchedSaysWhatToType() {
        open();
        for (const QString& name : page_->watched())
            (void)bench_->engine().runAndWait(engine::ForgetDomain{name.toStdString()});
        page_.reset();
        open();
        QVERIFY(!page_->showsReport());
        QCOMPARE(page_->empty()->kind(), EmptyState::Kind::NotSetUp);
    }

    void aNameThatIsNoDomainIsRefusedBesideTheBox() {
        open();
        page_->inspect(u"not a domain!"_s);
        page_->inspect(u"bad..name"_s);
        const auto labels = page_->findChildren<QLabel*>();
        QTRY_VERIFY(std::any_of(labels.begin(), labels.end(), [](const QLabel* l) {
            return l->isVisible() && l->text().contains(u"bad..name"_s);
        }));
    }

    void inspectingShowsAreasFindingsAndAnswers() {
        open();
        inspectAcme();
        QCOMPARE(page_->current(), u"acme.test"_s);
        const auto view = bench_->ask<engine::DomainView>(engine::DomainQuery{"acme.test"});
        QCOMPARE(page_->areas()->tiles().size(), view.areas.size());
        QCOMPARE(page_->findings()->model()->rowCount(), static_cast<int>(view.findings.size()));
        QVERIFY(!view.findings.empty());
        int weak = -1;
        for (int i = 0; i < static_cast<int>(view.findings.size()); ++i)
            if (view.findings[static_cast<size_t>(i)].area == "dkim") weak = i;
        QVERIFY2(weak >= 0, "the 1024 bit key must be found");
        page_->findings()->selectRow(weak);
        QCOMPARE(page_->why()->fixText(),
                 QString::fromStdString(view.findings[static_cast<size_t>(weak)].fix));
        QVERIFY(page_->why()->isVisible());
        // The raw answer of the area that is now shown.
        QVERIFY(page_->evidence()->answer() >= 0);
        QVERIFY(page_->evidence()->records()->isVisible());
        QVERIFY(page_->evidence()->about().contains(u"rcode 0"_s));
    }

    void theSpfAnswerIsShownAsRecordsAndAsItCame() {
        open();
        inspectAcme();
        QTest::mouseClick(page_->areas()->tiles().front(), Qt::LeftButton);
        QCOMPARE(page_->evidence()->tree()->topLevelItem(0)->text(0), u"SPF"_s);
        QVERIFY2(page_->evidence()->records()->bytes().contains(
                     "v=spf1 ip4:127.77.1.0/28 include:_spf.relay.test mx -all"),
                 page_->evidence()->records()->bytes().constData());
        const QByteArray wire = page_->evidence()->wire()->bytes();
        QVERIFY(wire.size() > 12);
        QVERIFY(wire.contains("v=spf1 ip4:127.77.1.0/28"));
    }

    void historyHoldsTheRecordedAnswers() {
        open();
        inspectAcme();
        QTest::mouseClick(page_->areas()->tiles().front(), Qt::LeftButton);
        page_->tabs()->setCurrentIndex(DomainsPage::History);
        QTRY_VERIFY(page_->history()->past()->model()->rowCount() >= 1);
        QVERIFY(page_->history()->past()->model()->index(0, 4).data().toString().contains(u"v=spf1"_s));
    }

    void choosingATileOpensItsTab_data() {
        QTest::addColumn<QString>("area");
        QTest::addColumn<int>("tab");
        QTest::newRow("SPF has a tab of its own") << u"spf"_s << int(DomainsPage::Spf);
        QTest::newRow("DMARC has a tab of its own") << u"dmarc"_s << int(DomainsPage::Dmarc);
        QTest::newRow("MX is part of transport") << u"mx"_s << int(DomainsPage::Transport);
        QTest::newRow("CAA is part of transport") << u"caa"_s << int(DomainsPage::Transport);
    }
    void choosingATileOpensItsTab() {
        QFETCH(QString, area);
        QFETCH(int, tab);
        open();
        inspectAcme();
        const auto view = bench_->ask<engine::DomainView>(engine::DomainQuery{"acme.test"});
        for (size_t i = 0; i < view.areas.size(); ++i)
            if (view.areas[i].id == area.toStdString())
                QTest::mouseClick(page_->areas()->tiles()[i], Qt::LeftButton);
        QCOMPARE(page_->tabs()->currentIndex(), tab);
    }

    void whatIsShownIsSavedAndRestored() {
        open();
        inspectAcme();
        page_->tabs()->setCurrentIndex(DomainsPage::Dmarc);
        const QByteArray layout = page_->saveLayout();
        page_->tabs()->setCurrentIndex(DomainsPage::Overview);
        page_->restoreLayout("no layout at all");
        QCOMPARE(page_->tabs()->currentIndex(), int(DomainsPage::Overview));
        page_->restoreLayout(layout);
        QCOMPARE(page_->tabs()->currentIndex(), int(DomainsPage::Dmarc));
    }

    void aDomainThatDoesNotExistIsNotCalledClean() {
        open();
        page_->inspect(u"nowhere.invalid"_s);
        QTRY_VERIFY_WITH_TIMEOUT(page_->showsReport(), 30'000);
        QVERIFY(page_->findings()->model()->rowCount() > 0);
        const int row = static_cast<const RowModel*>(page_->list()->model())->rowOf(u"nowhere.invalid"_s);
        QVERIFY(row >= 0);
        const QModelIndex found = page_->list()->model()->index(row, 1);
        QTRY_VERIFY(found.data(OutcomeRole).isValid());
        QVERIFY(found.data(OutcomeRole).toInt() != static_cast<int>(Outcome::Accepted));
    }

    void stopWatchingAsksOnceAndForgets() {
        open();
        inspectAcme();
        auto scripted = std::make_unique<ScriptedPrompts>();
        scripted->confirms = {true};
        setPrompts(std::move(scripted));
        QVERIFY(page_->watched().contains(u"acme.test"_s));
        for (auto* b : page_->findChildren<QPushButton*>())
            if (b->text() == u"Stop watching…"_s) b->click();
        QTRY_VERIFY(!page_->watched().contains(u"acme.test"_s));
    }

    void aDigCommandNamesServerAndPort() {
        engine::AnswerView a;
        a.question = "acme.test TXT";
        a.server = "127.0.0.1:5353";
        QCOMPARE(digCommand(a), u"dig @127.0.0.1 -p 5353 acme.test TXT"_s);
        a.server = "[::1]:53";
        QCOMPARE(digCommand(a), u"dig @::1 acme.test TXT"_s);
    }
};

WAYPOST_UI_MAIN(TstUiDomains)
#include "tst_ui_domains.moc"
