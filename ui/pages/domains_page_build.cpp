// How the report side of the Domains screen is put together: head, banner, tabs and the answer below.
#include "ui/charts/time_axis.h"
#include "ui/delegates/cell_delegates.h"
#include "ui/models/row_model.h"
#include "ui/pages/domains_area.h"
#include "ui/pages/domains_areas.h"
#include "ui/pages/domains_dkim.h"
#include "ui/pages/domains_evidence.h"
#include "ui/pages/domains_finding.h"
#include "ui/pages/domains_history.h"
#include "ui/pages/domains_page.h"
#include "ui/pages/domains_requirements.h"
#include "ui/pages/domains_spf.h"
#include "ui/pages/page_values.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/widgets/age_label.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/foreign_text.h"
#include "ui/widgets/job_row.h"

#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QSplitter>
#include <QTabWidget>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {

const Qt::Alignment left = Qt::AlignLeft | Qt::AlignVCenter;

int tabOfArea(std::string_view area) {
    if (area == "spf") return DomainsPage::Spf;
    if (area == "dkim") return DomainsPage::Dkim;
    if (area == "dmarc") return DomainsPage::Dmarc;
    return DomainsPage::Transport;
}

int gravity(engine::State s) {
    if (s == engine::State::Error) return 3;
    if (s == engine::State::Warning) return 2;
    return s == engine::State::Unknown ? 1 : 0;
}

} // namespace

QWidget* DomainsPage::buildHead() {
    name_ = foreign::label({});
    name_->setFont(Theme::current().section());
    age_ = new AgeLabel;
    about_ = foreign::label({});
    about_->setProperty("role", u"muted"_s);
    about_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    again_ = new QPushButton(icon(u"refresh"), tr("Check again"));
    forget_ = new QPushButton(tr("Stop watching…"));
    job_ = new JobRow;
    job_->hide();
    auto* head = new QWidget;
    auto* line = new QHBoxLayout(head);
    line->setContentsMargins(0, 0, 0, 0);
    line->setSpacing(space::s);
    line->addWidget(name_);
    line->addWidget(age_);
    line->addWidget(about_, 1);
    line->addWidget(job_);
    line->addWidget(again_);
    line->addWidget(forget_);
    return head;
}

QWidget* DomainsPage::buildBanner() {
    banner_ = new QWidget;
    banner_->setObjectName(u"asOfBanner"_s);
    banner_->setProperty("panel", true);
    banner_->setAttribute(Qt::WA_StyledBackground);
    bannerText_ = foreign::label({});
    bannerText_->setProperty("role", u"error"_s);
    rejudge_ = new QPushButton(tr("Judge by today's rules"));
    rejudge_->setToolTip(
        tr("The DNS answers recorded by then, judged anew; what was not asked by then stays unknown"));
    auto* now = new QPushButton(tr("Back to now"));
    auto* line = new QHBoxLayout(banner_);
    line->setContentsMargins(space::s, space::xs, space::s, space::xs);
    line->addWidget(bannerText_, 1);
    line->addWidget(rejudge_);
    line->addWidget(now);
    connect(now, &QPushButton::clicked, this, [this] { showAsOf({}); });
    connect(rejudge_, &QPushButton::clicked, this, [this] { showAsOf(asOf_, !rejudged_); });
    banner_->hide();
    return banner_;
}

QWidget* DomainsPage::buildOverview() {
    areas_ = new AreaTiles;
    findingModel_ = new RowModel({{u"severity"_s, tr("Severity"), left, 92, false, false},
                                  {u"seen"_s, tr("Finding"), left, 380, false, false},
                                  {u"subject"_s, tr("About"), left, 150, false, false}},
                                 this);
    findings_ = new DataTable;
    findings_->setAccessibleName(tr("Findings"));
    findings_->setRows(findingModel_);
    findings_->setSortingEnabled(false);
    findings_->setTextElideMode(Qt::ElideRight);
    findings_->horizontalHeader()->setStretchLastSection(false);
    findings_->horizontalHeader()->setSectionResizeMode(1, QHeaderView::Stretch);
    findings_->setItemDelegateForColumn(0, new OutcomeDelegate(findings_));
    why_ = new FindingPanel;
    findingSplit_ = new QSplitter;
    findingSplit_->addWidget(findings_);
    findingSplit_->addWidget(why_);
    findingSplit_->setSizes({640, 340});
    findingSplit_->setChildrenCollapsible(false);
    counts_ = new QLabel;
    counts_->setAccessibleName(tr("Findings by severity"));
    auto* overview = new QWidget;
    auto* column = new QVBoxLayout(overview);
    column->setContentsMargins(0, space::s, 0, 0);
    column->setSpacing(space::s);
    column->addWidget(areas_);
    column->addWidget(counts_);
    column->addWidget(findingSplit_, 1);
    return overview;
}

void DomainsPage::buildTabs() {
    tabs_ = new QTabWidget;
    tabs_->setDocumentMode(true);
    tabs_->setUsesScrollButtons(true);
    tabs_->addTab(buildOverview(), tr("Overview"));
    spf_ = new SpfTab(bridge_);
    dkim_ = new DkimTab(bridge_);
    dmarc_ = new DmarcTab;
    transport_ = new TransportTab;
    requirements_ = new RequirementsTab(bridge_);
    history_ = new HistoryTab(bridge_);
    parts_ = {spf_, dkim_, dmarc_, transport_, requirements_, history_};
    const QStringList titles{u"SPF"_s,        u"DKIM"_s,          u"DMARC"_s,
                             tr("Transport"), tr("Requirements"), tr("History")};
    for (int i = 0; i < titles.size(); ++i) tabs_->addTab(parts_[static_cast<size_t>(i)], titles[i]);
}

QWidget* DomainsPage::buildReport() {
    buildTabs();
    evidence_ = new DomainEvidence;
    halves_ = new QSplitter(Qt::Vertical);
    halves_->addWidget(tabs_);
    halves_->addWidget(evidence_);
    halves_->setSizes({540, 170});
    halves_->setStretchFactor(0, 1);
    halves_->setChildrenCollapsible(false);
    auto* report = new QWidget;
    auto* column = new QVBoxLayout(report);
    column->setContentsMargins(space::s, 0, 0, 0);
    column->setSpacing(space::s);
    column->addWidget(buildHead());
    column->addWidget(buildBanner());
    column->addWidget(halves_, 1);
    return report;
}

void DomainsPage::connectTabs() {
    connect(areas_, &AreaTiles::areaChosen, this, &DomainsPage::areaChosen);
    connect(findings_, &DataTable::rowCurrent, this, &DomainsPage::findingChosen);
    connect(&Theme::current(), &Theme::changed, this, [this] {
        if (view_) showTabMarks();
    });
    connect(tabs_, &QTabWidget::currentChanged, this, &DomainsPage::tabChosen);
    connect(evidence_, &DomainEvidence::answerShown, history_, &HistoryTab::askPast);
    connect(history_, &HistoryTab::asOfAsked, this, [this](qint64 at) { showAsOf(UtcTime{at}); });
    for (DomainTab* part : parts_) {
        connect(part, &DomainTab::answerChosen, this, [this](int answer) { evidence_->showAnswer(answer); });
        connect(part, &DomainTab::foreignAnswerChosen, this,
                [this](const AnswersPtr& answers, int answer) { evidence_->showForeign(answers, answer); });
        connect(part, &DomainTab::checkAgainAsked, this, &DomainsPage::checkAgain);
    }
}

// The tab of what was chosen, and the first answer of that area below it.
void DomainsPage::areaChosen(int area) {
    if (!view_ || area < 0 || area >= static_cast<int>(view_->areas.size())) return;
    const std::string& id = view_->areas[static_cast<size_t>(area)].id;
    const int tab = tabOfArea(id);
    tabs_->setCurrentIndex(tab);
    if (tab == Transport) transport_->openPart(id);
    evidence_->showArea(area);
}

void DomainsPage::tabChosen(int tab) {
    evidence_->setTreeShown(tab == Overview);
    evidence_->setVisible(tab != History);
    if (tab > Overview) parts_[static_cast<size_t>(tab - 1)]->activated();
    if (!view_) return;
    for (int i = 0; i < static_cast<int>(view_->areas.size()); ++i)
        if (tab > Overview && tab < Requirements && tabOfArea(view_->areas[static_cast<size_t>(i)].id) == tab)
            return evidence_->showArea(i);
}

// Which resolver answered, and how many of its answers were validated.
void DomainsPage::showAbout() {
    QString who = tr("no resolver answered");
    int validated = 0, answers = 0;
    for (const engine::AnswerView& a : view_->answers) {
        if (a.transport == "https" || a.transport == "smtp")
            continue; // conversations stand beside the answers
        if (answers == 0 && !a.server.empty()) who = tr("resolver %1").arg(qstr(a.server));
        ++answers;
        validated += a.authenticated ? 1 : 0;
    }
    about_->setText(
        foreign::printable(tr("· %1 · AD on %2 of %3 answers").arg(who).arg(validated).arg(answers)));
    const bool past = asOf_.has_value();
    banner_->setVisible(past);
    again_->setVisible(!past);
    if (!past) return;
    bannerText_->setText(tr("As of %1, not now%2.")
                             .arg(stampText(view_->checked.ms, QTimeZone::utc()),
                                  rejudged_ ? tr("; judged by today's rules") : QString()));
    rejudge_->setText(rejudged_ ? tr("As it was judged then") : tr("Judge by today's rules"));
}

// A tab with something wrong says so in its title, with the mark of the gravest area.
void DomainsPage::showTabMarks() {
    const QStringList titles{u"SPF"_s, u"DKIM"_s, u"DMARC"_s, tr("Transport")};
    for (int tab = Spf; tab <= Transport; ++tab) {
        engine::State worst = engine::State::Ok;
        for (const engine::AreaView& area : view_->areas)
            if (tabOfArea(area.id) == tab && gravity(area.state) > gravity(worst)) worst = area.state;
        const QString& title = titles[tab - 1];
        tabs_->setTabIcon(tab, gravity(worst) > 1 ? stateIcon(worst) : QIcon());
        tabs_->setTabToolTip(tab, gravity(worst) > 1 ? title + u": "_s + stateWord(worst) : QString());
    }
}

void DomainsPage::showAsOf(std::optional<UtcTime> asOf, bool rejudge) {
    asOf_ = asOf;
    rejudged_ = asOf && rejudge;
    if (asOf) tabs_->setCurrentIndex(Overview);
    askReport();
}

QString DomainsPage::banner() const {
    return banner_->isHidden() ? QString() : bannerText_->text();
}

bool DomainsPage::goBack() {
    if (!asOf_) return false;
    showAsOf({});
    return true;
}

} // namespace waypost::ui
