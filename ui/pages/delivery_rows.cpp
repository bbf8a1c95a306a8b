#include "ui/pages/delivery_rows.h"

#include "ui/charts/time_axis.h"
#include "ui/models/count_trend.h"
#include "ui/pages/delivery_filter.h"
#include "ui/pages/page_values.h"

#include <QCoreApplication>

using namespace Qt::StringLiterals;

namespace waypost::ui::delivery {

namespace {

struct RowWords {
    Q_DECLARE_TR_FUNCTIONS(RowWords)
};

// What a category is shown as; the same sorting as the outcomes of its events.
Outcome markOfCategory(const std::string& category) {
    const auto known = reply::categoryFromName(category);
    return known ? markOf(reply::outcomeOf(*known)) : Outcome::Unknown;
}

Cell cell(const QString& shown, const QString& field = {}, const QString& value = {}) {
    Cell c;
    c.text = shown;
    if (!field.isEmpty()) c.filter = termText(field, value.isNull() ? shown : value);
    return c;
}

QString orUnknown(const std::string& s) {
    return s.empty() ? RowWords::tr("unknown") : qstr(s);
}

Cell stampCell(UtcTime at, const QTimeZone& zone) {
    Cell c;
    c.text = shortStamp(at, zone);
    c.raw = QVariant::fromValue<qint64>(at.ms);
    c.toolTip = stampText(at.ms, zone);
    return c;
}

Row groupRow(const engine::ReplyGroup& g, const std::string& state, std::uint64_t total,
             const QTimeZone& zone) {
    CountTrend trend;
    trend.count = g.events;
    trend.total = total;
    trend.state = markOfCategory(g.category);
    for (const std::uint32_t n : g.trend) trend.points << n;
    Cell category = cell(categoryWord(g.category), u"category"_s, qstr(g.category));
    category.state = trend.state;
    Cell count = cell(grouped(g.events), u"template"_s, qstr(g.templateKey));
    count.raw = QVariant::fromValue<qulonglong>(g.events);
    count.trend = QVariant::fromValue(trend);
    Cell line;
    line.trend = count.trend;
    Cell reply = cell(qstr(g.templateText), u"template"_s, qstr(g.templateKey));
    Cell known = cell(state.empty() ? u"–"_s : templateStateWord(state));
    known.state = templateStateMark(state);
    return {qstr(g.templateKey),
            {category, count, line, stampCell(g.firstSeen, zone), known, stampCell(g.lastSeen, zone),
             cell(orUnknown(g.provider), u"provider"_s, qstr(g.provider)), reply}};
}

} // namespace

QString categoryWord(const std::string& category) {
    QString out = qstr(category).replace(u'-', u' ');
    if (out.startsWith("deferred "_L1) || out.startsWith("rejected "_L1)) out.insert(8, u':');
    return out.isEmpty() ? RowWords::tr("unclassified") : out;
}

QString templateStateWord(const std::string& state) {
    if (state == "new") return RowWords::tr("NEW");
    if (state == "known") return RowWords::tr("known");
    if (state == "resolved") return RowWords::tr("resolved");
    if (state == "regressed") return RowWords::tr("REGRESSED");
    if (state == "muted") return RowWords::tr("muted");
    return state.empty() ? RowWords::tr("unknown") : qstr(state);
}

std::optional<Outcome> templateStateMark(const std::string& state) {
    if (state == "new") return Outcome::Neutral;
    if (state == "regressed") return Outcome::Bounced;
    if (state == "resolved") return Outcome::Accepted;
    return std::nullopt;
}

TimeSeries chartOf(const engine::Overview& overview) {
    TimeSeries out;
    out.from = overview.range.from.ms;
    out.to = overview.range.to.ms;
    out.unit = RowWords::tr("attempts");
    for (const engine::OutcomeBucket& b : overview.buckets) {
        Bucket bucket;
        bucket.start = b.start.ms;
        bucket.end = b.start.ms + overview.bucket.count();
        for (size_t i = 0; i < b.counts.size(); ++i)
            bucket.count[static_cast<size_t>(markOf(static_cast<reply::Outcome>(i)))] +=
                static_cast<double>(b.counts[i]);
        out.buckets.push_back(bucket);
    }
    return out;
}

std::vector<FacetGroup> facetsOf(const engine::Overview& overview) {
    std::vector<FacetGroup> out;
    for (const engine::Facet& f : overview.facets) {
        FacetGroup group{qstr(f.field), qstr(f.title), {}};
        for (const engine::FacetValue& v : f.values) {
            QString label = qstr(v.label);
            if (f.field == "category") label = categoryWord(v.value);
            group.values.push_back({qstr(v.value), v.events, label});
        }
        out.push_back(std::move(group));
    }
    return out;
}

std::vector<Column> groupColumns() {
    const Qt::Alignment right = Qt::AlignRight | Qt::AlignVCenter;
    return {{u"category"_s, RowWords::tr("Category"), Qt::AlignLeft | Qt::AlignVCenter, 160},
            {u"events"_s, RowWords::tr("Count"), right, 76},
            {u"trend"_s, RowWords::tr("Trend"), Qt::AlignLeft | Qt::AlignVCenter, 90, false, false},
            {u"first"_s, RowWords::tr("First seen"), Qt::AlignLeft | Qt::AlignVCenter, 118},
            {u"state"_s, RowWords::tr("State"), Qt::AlignLeft | Qt::AlignVCenter, 100, false, false},
            {u"last"_s, RowWords::tr("Last seen"), Qt::AlignLeft | Qt::AlignVCenter, 118},
            {u"provider"_s, RowWords::tr("Provider"), Qt::AlignLeft | Qt::AlignVCenter, 84},
            {u"template"_s, RowWords::tr("Reply group"), Qt::AlignLeft | Qt::AlignVCenter, 240}};
}

std::vector<Row> groupRows(const engine::Overview& overview, const GroupStates& states,
                           const QString& sortColumn, Qt::SortOrder order, const QTimeZone& zone) {
    std::vector<engine::ReplyGroup> groups = overview.groups;
    const auto sortBy = [&](auto member) {
        std::sort(groups.begin(), groups.end(), [&](const auto& a, const auto& b) {
            if (a.*member == b.*member) return a.templateKey < b.templateKey;
            return (a.*member < b.*member) == (order == Qt::AscendingOrder);
        });
    };
    if (sortColumn == "events"_L1) sortBy(&engine::ReplyGroup::events);
    if (sortColumn == "category"_L1) sortBy(&engine::ReplyGroup::category);
    if (sortColumn == "first"_L1) sortBy(&engine::ReplyGroup::firstSeen);
    if (sortColumn == "last"_L1) sortBy(&engine::ReplyGroup::lastSeen);
    if (sortColumn == "provider"_L1) sortBy(&engine::ReplyGroup::provider);
    if (sortColumn == "template"_L1) sortBy(&engine::ReplyGroup::templateText);
    std::vector<Row> out;
    out.reserve(groups.size());
    for (const engine::ReplyGroup& g : groups) {
        const auto state = states.find({g.templateKey, g.provider});
        out.push_back(
            groupRow(g, state == states.end() ? std::string() : state->second, overview.events, zone));
    }
    return out;
}

std::vector<Column> eventColumns() {
    const Qt::Alignment left = Qt::AlignLeft | Qt::AlignVCenter, right = Qt::AlignRight | Qt::AlignVCenter;
    return {{u"time"_s, RowWords::tr("Time"), left, 118, false, false},
            {u"outcome"_s, RowWords::tr("Outcome"), left, 92, false, false},
            {u"code"_s, RowWords::tr("Code"), left, 84, true, false},
            {u"provider"_s, RowWords::tr("Provider"), left, 84, false, false},
            {u"recipient"_s, RowWords::tr("Recipient"), left, 150, false, false},
            {u"domain"_s, RowWords::tr("Domain"), left, 116, false, false},
            {u"category"_s, RowWords::tr("Category"), left, 164, false, false},
            {u"latency"_s, RowWords::tr("Latency"), right, 66, false, false},
            {u"stream"_s, RowWords::tr("Stream"), left, 96, false, false},
            {u"queue"_s, RowWords::tr("Queue id"), left, 116, true, false},
            {u"text"_s, RowWords::tr("Reply"), left, 100, false, false}};
}

Row eventRow(const engine::EventRow& e, const QTimeZone& zone) {
    const QString outcome = qstr(reply::outcomeName(e.outcome));
    Cell badge = cell(outcome, u"outcome"_s);
    badge.state = markOf(e.outcome);
    // Without a reply code (no connection) there is nothing to show, and that is not code 0.
    Cell code = cell(e.code == 0 ? u"–"_s : QString::number(e.code) + u' ' + qstr(e.enhanced));
    if (e.code != 0) code.raw = e.code;
    Cell latency = cell(e.latencyMs < 0 ? u"?"_s : durationText(e.latencyMs));
    latency.raw = e.latencyMs < 0 ? QVariant(u"unknown"_s) : QVariant(e.latencyMs);
    return {
        QString::number(e.key),
        {stampCell(e.at, zone), badge, code, cell(orUnknown(e.provider), u"provider"_s, qstr(e.provider)),
         cell(qstr(e.recipient), u"rcpt"_s), cell(qstr(e.domain), u"domain"_s),
         cell(categoryWord(e.category), u"category"_s, qstr(e.category)), latency,
         cell(e.stream.empty() ? RowWords::tr("unassigned") : qstr(e.stream), u"stream"_s, qstr(e.stream)),
         cell(qstr(e.queueId), u"queue_id"_s), cell(qstr(e.text).replace(u'\n', u' '))}};
}

Evidence evidenceOf(const engine::EventDetail& detail) {
    Evidence out;
    out.nodes = explanation(detail.tree);
    if (detail.raw.empty()) return out;
    const engine::RawDocument& doc = detail.raw.front();
    out.raw = QByteArray(doc.bytes.data(), static_cast<qsizetype>(doc.bytes.size()));
    out.origin = qstr(doc.title);
    out.firstOffset = std::max<qint64>(0, detail.event.evidence.offset);
    if (!doc.note.empty()) {
        out.origin += u" · "_s + qstr(doc.note);
        ExplanationNode note{RowWords::tr("Raw line"), qstr(doc.note), {}, Outcome::Unknown, {}, {}};
        out.nodes.insert(out.nodes.begin(), note);
    }
    return out;
}

} // namespace waypost::ui::delivery
