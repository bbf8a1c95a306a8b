// The tabs of the Domains screen on a real engine with the lab's name servers, and on values made by hand for
// what the lab cannot show.
#include "page_bench.h"
#include "page_shots.h"
#include "ui/pages/domains_areas.h"
#include "ui/pages/domains_dkim.h"
#include "ui/pages/domains_evidence.h"
#include "ui/pages/domains_finding.h"
#include "ui/pages/domains_history.h"
#include "ui/pages/domains_page.h"
#include "ui/pages/domains_requirements.h"
#include "ui/pages/domains_spf.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/raw_view.h"
#include "ui_main.h"

#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTabWidget>
#include <QTreeWidgetItemIterator>

using namespace waypost;
using namespace waypost::ui;
using namespace Qt::StringLiterals;

namespace {

QTreeWidgetItem* rowWith(const DetailPane* pane, int column, const QString& part) {
    for (QTreeWidgetItemIterator it(pane->tree()); *it; ++it)
        if ((*it)->text(column).contains(part)) return *it;
    return nullptr;
}

engine::SpfTrial trialWithEffects() {
    engine::SpfTrial t;
    t.domain = "shop.test";
    t.lookupsNow = 8;
    t.lookupsThen = 12;
    t.voidsNow = 1;
    t.problems = {"At 7: \"ip4:1.2\" is not an IPv4 network."};
    t.rows = {{"203.0.113.7", "1 event", "fail", "fail", "-all", "-all"},
              {"203.0.113.8", "2 events", "pass", "fail", "mx", "-all"},
              {"203.0.113.9", "3 events", "fail", "pass", "-all", "ip4:203.0.113.9"}};
    t.flattenedPrice = "a macro depends on the message";
    return t;
}

} // namespace

class TstUiDomainsTabs : public QObject {
    Q_OBJECT
  private:
    std::unique_ptr<test::PageBench> bench_;
    std::unique_ptr<DomainsPage> page_;

    void open(const char* domain, std::vector<std::string> selectors = {}) {
        (void)bench_->finish(engine::InspectDomain{domain, std::move(selectors)});
        page_ = std::make_unique<DomainsPage>(bench_->bridge());
        page_->resize(1262, 790);
        page_->show();
        QSignalSpy listed(page_.get(), &DomainsPage::listed);
        QVERIFY(listed.wait());
        page_->open(QString::fromUtf8(domain));
        QTRY_VERIFY_WITH_TIMEOUT(page_->showsReport() && page_->current() == QString::fromUtf8(domain),
                                 20'000);
    }
    void shoot(const QString& name) {
        QTest::qWait(50);
        test::shoot(*page_, name);
        if (qEnvironmentVariableIsEmpty("WAYPOST_SHOTS")) return;
        const QSize before = page_->size();
        page_->resize(922, 650);
        QTest::qWait(50);
        test::shoot(*page_, name + u"-small"_s);
        page_->resize(before);
    }

  private Q_SLOTS:
    void init() { bench_ = std::make_unique<test::PageBench>(true); }
    void cleanup() {
        page_.reset();
        bench_.reset();
    }

    void theSpfTreeShowsCostsAndRemarks() {
        open("shop.region.test");
        shoot(u"overview"_s);
        page_->tabs()->setCurrentIndex(DomainsPage::Spf);
        const DetailPane* tree = page_->spf()->tree();
        QVERIFY2(tree->summary().contains(u"10 of 10 lookups"_s), qPrintable(tree->summary()));
        QVERIFY(tree->summary().contains(u"headroom 0"_s));
        const QTreeWidgetItem* include = rowWith(tree, 0, u"include:_spf.relay.test"_s);
        QVERIFY(include);
        QCOMPARE(include->text(1), u"+ pass"_s);
        QCOMPARE(include->text(2), u"2"_s);
        QCOMPARE(include->text(3), u"2"_s);
        const QTreeWidgetItem* last = rowWith(tree, 0, u"ip4:127.77.5.0/24"_s);
        QVERIFY(last);
        QVERIFY2(last->text(7).contains(u"unreachable"_s), qPrintable(last->text(7)));
        QVERIFY2(!last->icon(7).isNull(), "a state is a mark beside its word");
        const QTreeWidgetItem* exists = rowWith(tree, 0, u"exists:"_s);
        QVERIFY(exists && exists->text(7).contains(u"dynamic"_s));
        QVERIFY(rowWith(tree, 7, u"duplicate"_s));
        shoot(u"spf-static"_s);
    }

    void aTermShowsTheAnswerItRestsOn() {
        open("shop.region.test");
        page_->tabs()->setCurrentIndex(DomainsPage::Spf);
        page_->spf()->tree()->tree()->setCurrentItem(
            rowWith(page_->spf()->tree(), 0, u"include:_spf.bulk"_s));
        QVERIFY(page_->evidence()->records()->bytes().contains("ip4:127.77.6.0/24"));
    }

    void anAddressThatPassesShowsItsSteps() {
        open("acme.test", {"s2024"});
        page_->tabs()->setCurrentIndex(DomainsPage::Spf);
        page_->spf()->modes()->choose(SpfTab::Trial);
        SpfTrialPane* trial = page_->spf()->trial();
        QTRY_VERIFY(trial->senders()->model()->rowCount() > 0);
        QSignalSpy shown(trial, &SpfTrialPane::shown);
        trial->addressBox()->setText(u"127.77.3.9"_s);
        QTest::keyClick(trial->addressBox(), Qt::Key_Return);
        QVERIFY(shown.wait());
        QVERIFY2(trial->said().contains(u"127.77.3.9 gets pass"_s), qPrintable(trial->said()));
        QTreeWidgetItem* step = rowWith(trial->trace(), 0, u"include:_spf2.relay.test"_s);
        QVERIFY(step);
        trial->trace()->tree()->setCurrentItem(step);
        QVERIFY2(trial->trace()->tree()->answerOf(step) >= 0, "an include leads to the record it rests on");
        QCOMPARE(page_->evidence()->answer(), trial->trace()->tree()->answerOf(step));
        QVERIFY(page_->evidence()->records()->bytes().contains("v=spf1 ip4:127.77.3.0/24"));
        shoot(u"spf-trial"_s);
    }

    void whatIsNoAddressIsRefused_data() {
        QTest::addColumn<QString>("typed");
        QTest::newRow("nothing") << QString();
        QTest::newRow("a name") << u"mx.acme.test"_s;
        QTest::newRow("half an address") << u"127.77"_s;
        QTest::newRow("a network") << u"127.77.0.0/16"_s;
    }
    void whatIsNoAddressIsRefused() {
        QFETCH(QString, typed);
        open("acme.test");
        page_->tabs()->setCurrentIndex(DomainsPage::Spf);
        page_->spf()->modes()->choose(SpfTab::Trial);
        page_->spf()->trial()->tryAddress(typed);
        QTRY_VERIFY(page_->spf()->trial()->addressBox()->property("invalid").toBool());
        QVERIFY(!page_->spf()->trial()->said().isEmpty());
    }

    void aDraftSaysItsBudgetAndWhoLoses() {
        open("acme.test");
        page_->tabs()->setCurrentIndex(DomainsPage::Spf);
        page_->spf()->modes()->choose(SpfTab::Draft);
        SpfDraftPane* draft = page_->spf()->draft();
        QCOMPARE(draft->box()->toPlainText(), u"v=spf1 ip4:127.77.1.0/28 include:_spf.relay.test mx -all"_s);
        draft->box()->setPlainText(u"v=spf1 include:_spf.relay.test -all"_s);
        QSignalSpy shown(draft, &SpfDraftPane::shown);
        draft->tryDraft();
        QVERIFY(shown.wait());
        QVERIFY2(draft->budget().contains(u"2 of 10 lookups (now 3)"_s), qPrintable(draft->budget()));
        QVERIFY(draft->problems().isEmpty());
        QCOMPARE(draft->effects()->model()->index(0, 3).data().toString(), u"loses its pass"_s);
        QVERIFY(draft->flattened()->toPlainText().startsWith(u"v=spf1"_s));
        shoot(u"spf-draft"_s);
    }

    void aDraftThatIsEmptyOrBrokenSaysSo() {
        open("acme.test");
        page_->tabs()->setCurrentIndex(DomainsPage::Spf);
        page_->spf()->modes()->choose(SpfTab::Draft);
        SpfDraftPane* draft = page_->spf()->draft();
        draft->box()->clear();
        draft->tryDraft();
        QVERIFY(draft->problems().contains(u"empty"_s));
        QSignalSpy shown(draft, &SpfDraftPane::shown);
        draft->box()->setPlainText(u"v=spf1 ip4:1.2.3 nonsense -all"_s);
        draft->tryDraft();
        QVERIFY(shown.wait());
        QVERIFY(!draft->problems().isEmpty());
        shoot(u"spf-draft-broken"_s);
    }

    void gainsAndLossesStandFirst() {
        open("acme.test");
        SpfDraftPane* draft = page_->spf()->draft();
        draft->show(trialWithEffects());
        const auto* rows = draft->effects()->model();
        QCOMPARE(rows->index(0, 3).data().toString(), u"loses its pass"_s);
        QCOMPARE(rows->index(1, 3).data().toString(), u"gains a pass"_s);
        QCOMPARE(rows->index(2, 3).data().toString(), u"same"_s);
        QVERIFY(draft->budget().contains(u"permerror"_s));
        draft->show([] {
            engine::SpfTrial over = trialWithEffects();
            over.problems.clear();
            return over;
        }());
        QVERIFY(draft->budget().contains(u"2 too many"_s));
    }

    void dkimShowsKeysAndStartsARotation() {
        open("acme.test", {"s2024", "old"});
        page_->tabs()->setCurrentIndex(DomainsPage::Dkim);
        const QTreeWidgetItem* key = rowWith(page_->dkim()->keys(), 0, u"s2024"_s);
        QVERIFY(key);
        QCOMPARE(key->text(3), u"1024"_s);
        QTRY_VERIFY2(key->text(6) != u"…"_s, "first seen is filled in");
        RotationPanel* rotation = page_->dkim()->rotation();
        QSignalSpy asked(rotation, &RotationPanel::asked);
        (void)asked.wait(1000);
        rotation->show(engine::Rotations{});
        QVERIFY(rotation->oldBox()->isVisible());
        shoot(u"dkim"_s);
        rotation->start();
        QVERIFY2(rotation->refused().contains(u"new selector"_s), "a rotation needs a name");
        rotation->newBox()->setText(u"s2024"_s);
        rotation->oldBox()->setCurrentText(u"s2024"_s);
        rotation->start();
        QVERIFY2(rotation->refused().contains(u"must differ"_s), "both keys live side by side");
        rotation->newBox()->setText(u"s2026"_s);
        rotation->start();
        QTRY_VERIFY_WITH_TIMEOUT(rotation->showsRotation() || rotation->refused().contains(u"under way"_s),
                                 20'000);
        QVERIFY2(rotation->showsRotation(), qPrintable(rotation->refused()));
        QVERIFY2(rotation->record().contains(u"v=DKIM1"_s), qPrintable(rotation->record()));
        QVERIFY(!rotation->next().isEmpty());
        QVERIFY(rotation->timeline()->topLevelItemCount() >= 1);
        // The lab's zone does not have the new key: the check says so of each server.
        rotation->stepButton()->click();
        QTRY_VERIFY_WITH_TIMEOUT(rotation->servers()->showsRows(), 20'000);
        for (int i = 0; i < rotation->servers()->tree()->topLevelItemCount(); ++i)
            QVERIFY(!rotation->servers()->tree()->topLevelItem(i)->text(2).startsWith(u"new key"_s));
        shoot(u"dkim-started"_s);
    }

    void aRotationSaysWhatEachServerHolds() {
        open("acme.test");
        page_->tabs()->setCurrentIndex(DomainsPage::Dkim);
        QSignalSpy asked(page_->dkim()->rotation(), &RotationPanel::asked);
        (void)asked.wait(1000);
        engine::Rotations r;
        engine::RotationView v;
        v.id = "r1";
        v.domain = "acme.test";
        v.oldSelector = "s2024";
        v.newSelector = "s2026";
        v.state = "waiting";
        v.next = "Publish the record at every name server.";
        v.recordName = "s2026._domainkey.acme.test";
        v.recordText = "v=DKIM1; k=rsa; p=MIIB";
        v.servers = {{"ns1.acme.test", "127.77.0.2", "new key", UtcTime{1'000}, ""},
                     {"ns2.acme.test", "127.77.0.3", "could not look", UtcTime{1'000}, "timeout"}};
        v.timeline = {{UtcTime{1'000}, "publish", "Key made.", "operator"},
                      {UtcTime{2'000}, "waiting", "1 of 2 servers.", "operator"}};
        r.rotations = {v};
        page_->dkim()->rotation()->show(r);
        QVERIFY(page_->dkim()->rotation()->showsRotation());
        QCOMPARE(page_->dkim()->rotation()->servers()->tree()->topLevelItemCount(), 2);
        QVERIFY(!page_->dkim()->rotation()->servers()->tree()->topLevelItem(1)->icon(2).isNull());
        shoot(u"dkim-rotation"_s);
        QCOMPARE(page_->dkim()->rotation()->timeline()->topLevelItem(0)->text(1), u"waiting"_s);
    }

    void dmarcShowsTheWalkAndBothReadings() {
        open("shop.region.test");
        page_->tabs()->setCurrentIndex(DomainsPage::Dmarc);
        const DmarcTab* tab = page_->dmarc();
        QVERIFY(tab->walk()->tree()->topLevelItemCount() >= 2);
        const QTreeWidgetItem* first = tab->walk()->tree()->topLevelItem(0);
        QCOMPARE(first->text(1), u"_dmarc.shop.region.test TXT"_s);
        QVERIFY(first->text(3).contains(u"Speaks for the domain"_s));
        QVERIFY(tab->readings()->showsRows());
        QVERIFY(rowWith(tab->policy(), 1, u"external, not authorized"_s));
        QVERIFY(rowWith(tab->policy(), 0, u"pct"_s));
        shoot(u"dmarc"_s);
    }

    void transportShowsHostsAndPolicies() {
        open("acme.test");
        page_->tabs()->setCurrentIndex(DomainsPage::Transport);
        TransportTab* tab = page_->transport();
        QVERIFY(rowWith(tab->pane(0), 0, u"mx1.acme.test"_s));
        shoot(u"transport-hosts"_s);
        for (int part = 1; part < 5; ++part) {
            tab->parts()->choose(part);
            shoot(u"transport-%1"_s.arg(part));
        }
        const QTreeWidgetItem* bimi = rowWith(tab->pane(4), 0, u"BIMI"_s);
        QVERIFY(bimi);
        QCOMPARE(bimi->text(1), u"not published"_s);
    }

    void requirementsAreCountedAndNotGuessed() {
        open("acme.test");
        page_->tabs()->setCurrentIndex(DomainsPage::Requirements);
        RequirementsTab* tab = page_->requirements();
        engine::Requirements r;
        engine::RequirementRow met, open_, unknown;
        met.provider = open_.provider = unknown.provider = "Gmail";
        met.requirement = "Sign with DKIM.";
        met.state = "met";
        open_.requirement = "Publish DMARC.";
        open_.state = "not met";
        open_.reply = "550 5.7.26";
        unknown.requirement = "Keep complaints below 0.3 %.";
        unknown.state = "cannot know from here";
        r.rows = {met, open_, unknown};
        QSignalSpy shown(tab, &RequirementsTab::shown);
        if (!tab->list()->showsRows()) (void)shown.wait();
        shoot(u"requirements"_s);
        tab->show(r);
        QVERIFY(tab->list()->summary().contains(u"1 met, 1 not met, 1 cannot be known from here"_s));
        tab->onlyOpen()->setChecked(true);
        QCOMPARE(tab->list()->tree()->topLevelItem(0)->childCount(), 1);
        r.rows = {met, unknown};
        tab->show(r);
        QCOMPARE(tab->list()->empty()->kind(), EmptyState::Kind::NothingMatched);
    }

    void twoTimesAreCompared() {
        open("acme.test");
        (void)bench_->finish(engine::InspectDomain{"acme.test", {"s2024"}});
        page_->tabs()->setCurrentIndex(DomainsPage::History);
        HistoryTab* tab = page_->history();
        QTRY_COMPARE(tab->inspections()->tree()->topLevelItemCount(), 2);
        QTRY_VERIFY(tab->diff()->showsRows());
        QTRY_VERIFY2(rowWith(tab->diff(), 1, u"s2024"_s), "the difference names the selector that came");
        shoot(u"history"_s);
        tab->inspections()->tree()->setCurrentItem(tab->inspections()->tree()->topLevelItem(1));
        tab->asOfButton()->click();
        QTRY_VERIFY2(page_->banner().contains(u"not now"_s), qPrintable(page_->banner()));
        shoot(u"as-of"_s);
        QVERIFY(page_->goBack());
        QTRY_VERIFY(page_->banner().isEmpty());
    }

    void nothingChangedIsGoodNews() {
        open("acme.test");
        engine::DomainDiff same;
        page_->history()->showDiff(same);
        QCOMPARE(page_->history()->diff()->empty()->kind(), EmptyState::Kind::NothingHappened);
    }

    void anEmptyTableSaysWhichKindOfEmptyItIs_data() {
        QTest::addColumn<engine::State>("state");
        QTest::addColumn<EmptyState::Kind>("kind");
        QTest::newRow("could not look is no statement about the domain")
            << engine::State::Unknown << EmptyState::Kind::CouldNotLook;
        QTest::newRow("nothing published is not set up")
            << engine::State::Absent << EmptyState::Kind::NotSetUp;
    }
    void anEmptyTableSaysWhichKindOfEmptyItIs() {
        QFETCH(engine::State, state);
        QFETCH(EmptyState::Kind, kind);
        DetailPane pane(u"SPF"_s, {{u"Term"_s, 100}}, 0);
        engine::DetailTable table;
        table.state = state;
        table.absent = "A reason.";
        pane.show(&table);
        QCOMPARE(pane.empty()->kind(), kind);
        pane.show(nullptr);
        QCOMPARE(pane.empty()->kind(), EmptyState::Kind::CouldNotLook);
    }

    // A window 1100 wide leaves the screen this much beside the rail.
    void everyTabFitsANarrowWindow() {
        open("acme.test", {"s2024"});
        page_->spf()->draft()->show(trialWithEffects());
        for (int tab = 0; tab < page_->tabs()->count(); ++tab) {
            page_->tabs()->setCurrentIndex(tab);
            QTest::qWait(20);
            const int least = page_->tabs()->widget(tab)->minimumSizeHint().width();
            QVERIFY2(least <= 640, qPrintable(u"tab %1 needs %2"_s.arg(tab).arg(least)));
        }
        QVERIFY2(page_->minimumSizeHint().width() <= 932,
                 qPrintable(QString::number(page_->minimumSizeHint().width())));
    }

    void everyPartThatTakesFocusHasAName() {
        open("acme.test");
        for (int tab = 0; tab < page_->tabs()->count(); ++tab) {
            page_->tabs()->setCurrentIndex(tab);
            QTest::qWait(20);
            for (const QWidget* w : page_->tabs()->widget(tab)->findChildren<QWidget*>()) {
                if (!w->isVisible() || w->focusPolicy() == Qt::NoFocus ||
                    w->objectName().startsWith(u"qt_"_s))
                    continue;
                const auto* button = qobject_cast<const QAbstractButton*>(w);
                const auto* label = qobject_cast<const QLabel*>(w);
                const bool part = w->parentWidget() && w->parentWidget()->inherits("QAbstractSpinBox");
                const bool inBox = w->parentWidget() && w->parentWidget()->inherits("QComboBox");
                QVERIFY2(part || inBox || !w->accessibleName().isEmpty() ||
                             (button && !button->text().isEmpty()) || label || w->inherits("QTabBar") ||
                             w->inherits("QTabWidget") || w->inherits("QScrollBar"),
                         w->metaObject()->className());
            }
        }
    }
};

WAYPOST_UI_MAIN(TstUiDomainsTabs)
#include "tst_ui_domains_tabs.moc"
