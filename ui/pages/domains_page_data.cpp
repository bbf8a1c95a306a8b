// What the Domains screen asks the engine, and how the answers are put on the screen.
#include "ui/charts/time_axis.h"
#include "ui/models/row_model.h"
#include "ui/pages/domains_area.h"
#include "ui/pages/domains_evidence.h"
#include "ui/pages/domains_finding.h"
#include "ui/pages/domains_page.h"
#include "ui/pages/domains_tab.h"
#include "ui/pages/page_values.h"
#include "ui/theme/theme.h"
#include "ui/widgets/age_label.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/foreign_text.h"
#include "ui/widgets/job_row.h"

#include <QDateTime>
#include <QLabel>
#include <QPushButton>
#include <QStackedWidget>
#include <QTabWidget>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {

constexpr const char* jobPrefix = "Inspect "; // title of an inspection, before the domain

Outcome markOfSeverity(const std::string& severity) {
    if (severity == "error") return Outcome::Bounced;
    if (severity == "warning") return Outcome::Deferred;
    if (severity == "note" || severity == "info") return Outcome::Neutral;
    return Outcome::Unknown;
}

Cell plain(const std::string& shown) {
    Cell out;
    out.text = qstr(shown);
    return out;
}

Row domainRow(const engine::DomainLine& d, bool running, qint64 now) {
    Cell name{qstr(d.name), {}, {}, {}, {}, foreign::domainBothWays(qstr(d.name))};
    const QString errors = counted(d.errors, DomainsPage::tr("1 error"), DomainsPage::tr("%1 errors"));
    const QString warnings =
        counted(d.warnings, DomainsPage::tr("1 warning"), DomainsPage::tr("%1 warnings"));
    Cell state;
    if (running) {
        state.text = DomainsPage::tr("looking…");
    } else if (!d.inspected) {
        state.text = DomainsPage::tr("not checked");
        state.state = Outcome::Unknown;
    } else if (d.errors > 0) {
        state.text = errors;
        state.state = Outcome::Bounced;
    } else if (d.couldNotLook) {
        state.text = DomainsPage::tr("not all seen");
        state.state = Outcome::Unknown;
    } else if (d.warnings > 0) {
        state.text = warnings;
        state.state = Outcome::Deferred;
    } else {
        state.text = DomainsPage::tr("ok");
        state.state = Outcome::Accepted;
    }
    if (d.inspected) state.toolTip = errors + u", "_s + warnings;
    Cell checked;
    checked.text = d.inspected ? ageText(d.checked.ms, now) : u"–"_s;
    checked.raw = QVariant::fromValue<qint64>(d.checked.ms);
    if (d.inspected) checked.toolTip = stampText(d.checked.ms, QTimeZone::utc());
    return {qstr(d.name), {name, state, checked}};
}

} // namespace

bool DomainsPage::showsReport() const {
    return body_->currentWidget() == report_;
}

void DomainsPage::askList() {
    bridge_.ask(engine::DomainsQuery{}, this, [this](const engine::Snapshot& snapshot) {
        take<engine::Domains>(
            snapshot,
            [this](const engine::Domains& d) {
                domains_ = d;
                showList(d);
            },
            [this](const Error& e) {
                empty_->set(EmptyState::Kind::CouldNotLook, tr("The watched domains could not be read"),
                            qstr(e.describe()), tr("Try again"));
                body_->setCurrentWidget(empty_);
            });
        Q_EMIT listed();
    });
}

void DomainsPage::showList(const engine::Domains& domains) {
    const qint64 now = QDateTime::currentMSecsSinceEpoch();
    std::vector<Row> rows;
    QStringList names;
    for (const engine::DomainLine& d : domains.domains) {
        rows.push_back(domainRow(d, inspections_.contains(qstr(d.name)), now));
        names << qstr(d.name);
    }
    filling_ = true;
    if (names == watched_) {
        listModel_->update(rows);
    } else {
        watched_ = names;
        listModel_->onFetch([this, rows](const PageAsk& ask) { listModel_->page(ask.ticket, rows, false); });
        listModel_->ask();
        if (const int row = listModel_->rowOf(current_); row >= 0) list_->selectRow(row);
    }
    filling_ = false;
    if (current_.isEmpty() && !watched_.isEmpty()) return open(watched_.front());
    if (watched_.isEmpty() && current_.isEmpty()) showEmptyReport();
}

void DomainsPage::askReport() {
    if (current_.isEmpty()) return;
    const quint64 question = ++reportQuestion_;
    bridge_.ask(engine::DomainQuery{current_.toStdString(), asOf_, rejudged_}, this,
                [this, question](const engine::Snapshot& snapshot) {
                    if (question != reportQuestion_) return;
                    take<engine::DomainView>(
                        snapshot, [this](const engine::DomainView& v) { showReport(v); },
                        [this](const Error& e) {
                            view_.reset();
                            if (e.code != ErrorCode::NotFound) lastFailure_ = e.describe();
                            showEmptyReport();
                        });
                    Q_EMIT reportShown();
                });
}

// Nothing to show: nothing is watched, the first inspection runs, it failed, or there was none.
void DomainsPage::showEmptyReport() {
    using Kind = EmptyState::Kind;
    if (current_.isEmpty()) {
        empty_->set(Kind::NotSetUp, tr("No domain is watched yet"),
                    tr("Type a domain at the left to see its SPF, DKIM, DMARC, MX, PTR, MTA-STS, TLS-RPT, "
                       "BIMI, DANE and "
                       "CAA. Only public DNS is read."),
                    tr("Type a domain"));
    } else if (inspections_.contains(current_)) {
        reading_->setText(tr("Asking name servers about %1…").arg(foreign::printable(current_)));
        return body_->setCurrentWidget(reading_);
    } else if (!lastFailure_.empty()) {
        empty_->set(Kind::CouldNotLook, tr("%1 could not be inspected").arg(current_), qstr(lastFailure_),
                    tr("Try again"));
    } else {
        empty_->set(
            Kind::NotSetUp, tr("%1 was not inspected yet").arg(current_),
            tr("An inspection asks public name servers some dozens of questions and changes nothing."),
            tr("Inspect now"));
    }
    body_->setCurrentWidget(empty_);
}

void DomainsPage::showReport(const engine::DomainView& v) {
    const int area = areas_->chosen();
    view_ = std::make_shared<const engine::DomainView>(v);
    name_->setText(foreign::domainBothWays(qstr(v.name)));
    name_->setFont(Theme::current().title());
    age_->setSince(v.checked.ms, 24LL * 3600 * 1000);
    showAbout();
    areas_->set(v.areas);
    evidence_->setView(view_);
    for (DomainTab* part : parts_) part->setView(view_);
    showFindings();
    showTabMarks();
    const int shown = std::clamp(area, 0, std::max(0, static_cast<int>(v.areas.size()) - 1));
    areas_->choose(shown);
    evidence_->showArea(shown);
    showJob();
    body_->setCurrentWidget(report_);
}

void DomainsPage::showFindings() {
    std::vector<Row> rows;
    for (size_t i = 0; i < view_->findings.size(); ++i) {
        const engine::FindingView& f = view_->findings[i];
        // What could not be looked at is no statement about the domain, whatever its severity.
        const Outcome mark = f.id == "could-not-look" ? Outcome::Unknown : markOfSeverity(f.severity);
        Cell severity{qstr(f.severity), {}, mark, {}, {}, {}};
        rows.push_back({QString::number(i), {severity, plain(f.seen), plain(f.subject)}});
    }
    const auto total = static_cast<int>(rows.size());
    findingModel_->onFetch(
        [this, rows = std::move(rows)](const PageAsk& ask) { findingModel_->page(ask.ticket, rows, false); });
    findingModel_->ask();
    QStringList words;
    for (const char* severity : {"error", "warning", "note", "info"}) {
        const auto n = std::count_if(view_->findings.begin(), view_->findings.end(),
                                     [&](const engine::FindingView& f) { return f.severity == severity; });
        words << outcomeGlyph(markOfSeverity(severity)) + u' ' + QString::fromLatin1(severity) + u' ' +
                     QString::number(n);
    }
    counts_->setText(words.join(u"    "_s));
    if (total == 0)
        return why_->clear(
            tr("Nothing was found that needs a person. The areas above say what was looked at."));
    filling_ = true;
    findings_->selectRow(0);
    filling_ = false;
    why_->show(view_->findings.front());
}

void DomainsPage::findingChosen(const QString& key) {
    const size_t at = static_cast<size_t>(key.toInt());
    if (filling_ || !view_ || at >= view_->findings.size()) return;
    const engine::FindingView& f = view_->findings[at];
    why_->show(f);
    for (size_t i = 0; i < view_->areas.size(); ++i)
        if (view_->areas[i].id == f.area) {
            areas_->choose(static_cast<int>(i));
            evidence_->showArea(static_cast<int>(i));
        }
    if (f.answer >= 0) evidence_->showAnswer(f.answer);
}

void DomainsPage::jobChanged(const engine::JobView& job) {
    if (job.kind != "inspect" || !job.title.starts_with(jobPrefix)) return;
    const QString name = qstr(job.title.substr(std::string_view(jobPrefix).size()));
    const bool active = jobIsActive(jobInfo(job, {}));
    if (active)
        inspections_[name] = job;
    else
        inspections_.remove(name);
    if (name == current_) {
        lastFailure_ = job.state == engine::JobState::Failed ? job.text : std::string();
        showJob();
        if (!view_) active ? showEmptyReport() : askReport();
    }
    showList(engine::Domains(domains_));
}

void DomainsPage::showJob() {
    const auto running = inspections_.constFind(current_);
    const bool active = running != inspections_.cend();
    if (active) job_->set(jobInfo(*running, UtcTime{QDateTime::currentMSecsSinceEpoch()}));
    job_->setVisible(active);
    again_->setVisible(!active && !asOf_);
}

} // namespace waypost::ui
