#include "ui/pages/page_values.h"

#include "ui/charts/time_axis.h"
#include "ui/widgets/facet_list.h"

#include <QCoreApplication>
#include <QDateTime>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {
struct PageWords {
    Q_DECLARE_TR_FUNCTIONS(PageWords)
};
} // namespace

Outcome markOf(reply::Outcome outcome) {
    switch (outcome) {
    case reply::Outcome::Accepted: return Outcome::Accepted;
    case reply::Outcome::Deferred: return Outcome::Deferred;
    case reply::Outcome::Bounced: return Outcome::Bounced;
    case reply::Outcome::Blocked: return Outcome::Blocked;
    case reply::Outcome::Unknown: break;
    }
    return Outcome::Unknown;
}

Outcome markOf(engine::State state) {
    switch (state) {
    case engine::State::Ok: return Outcome::Accepted;
    case engine::State::Info: return Outcome::Neutral;
    case engine::State::Warning: return Outcome::Deferred;
    case engine::State::Error: return Outcome::Bounced;
    case engine::State::Absent:
    case engine::State::Unknown: break;
    }
    return Outcome::Unknown;
}

QString stateWord(engine::State state) {
    switch (state) {
    case engine::State::Ok: return PageWords::tr("ok");
    case engine::State::Info: return PageWords::tr("note");
    case engine::State::Warning: return PageWords::tr("warning");
    case engine::State::Error: return PageWords::tr("error");
    case engine::State::Absent: return PageWords::tr("not published");
    case engine::State::Unknown: break;
    }
    return PageWords::tr("could not look");
}

std::optional<Outcome> nodeMark(engine::State state) {
    if (state == engine::State::Info || state == engine::State::Absent) return std::nullopt;
    return markOf(state);
}

QString shortStamp(UtcTime at, const QTimeZone& zone) {
    const QDateTime local = QDateTime::fromMSecsSinceEpoch(at.ms, Qt::UTC).toTimeZone(zone);
    return QLocale::c().toString(local, u"d MMM HH:mm:ss");
}

QString counted(qint64 count, const QString& one, const QString& many) {
    return count == 1 ? one : many.arg(grouped(static_cast<qulonglong>(std::max<qint64>(0, count))));
}

QString durationText(int ms) {
    if (ms < 0) return PageWords::tr("unknown");
    if (ms < 1000) return PageWords::tr("%1 ms").arg(ms);
    if (ms < 60'000) return PageWords::tr("%1 s").arg(ms / 1000.0, 0, 'f', 1);
    if (ms < 3'600'000) return PageWords::tr("%1 min").arg(ms / 60'000);
    return PageWords::tr("%1 h").arg(ms / 3'600'000.0, 0, 'f', 1);
}

std::vector<ExplanationNode> explanation(const std::vector<engine::Node>& nodes) {
    std::vector<ExplanationNode> out;
    for (const engine::Node& n : nodes) {
        ExplanationNode e;
        e.text = qstr(n.label);
        e.value = qstr(n.value);
        e.toolTip = n.value.empty() ? e.text : e.text + u": "_s + e.value;
        e.state = nodeMark(n.state);
        if (n.raw == 0 && n.length > 0) e.bytes.push_back({n.start, n.length});
        e.children = explanation(n.children);
        out.push_back(std::move(e));
    }
    return out;
}

JobInfo jobInfo(const engine::JobView& job, UtcTime now) {
    JobInfo out;
    out.id = qstr(job.id);
    out.title = qstr(job.title);
    out.done = job.done;
    out.total = job.total;
    out.elapsedMs = now.ms - job.started.ms;
    out.canCancel = true;
    switch (job.state) {
    case engine::JobState::Queued: out.state = JobInfo::State::Queued; break;
    case engine::JobState::Running: out.state = JobInfo::State::Running; break;
    case engine::JobState::Done: out.state = JobInfo::State::Done; break;
    case engine::JobState::Failed: out.state = JobInfo::State::Failed; break;
    case engine::JobState::Cancelled: out.state = JobInfo::State::Cancelled; break;
    case engine::JobState::Interrupted: out.state = JobInfo::State::Partial; break;
    }
    if (out.state == JobInfo::State::Failed) out.error = qstr(job.text);
    return out;
}

} // namespace waypost::ui
