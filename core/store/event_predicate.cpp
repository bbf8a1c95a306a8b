#include "store/event_predicate.h"

#include "base/text.h"
#include "filter/match.h"
#include "reply/event.h"
#include "store/event_test.h"

#include <algorithm>
#include <bit>

namespace waypost::store {

namespace {

using filter::EventField;
using filter::Node;

Node termFor(EventField field, const std::vector<std::string>& values) {
    return filter::termOf(*filter::fieldById(filter::eventFields(), int(field)), values);
}

Node personNode(const std::string& person) {
    Node out;
    out.kind = Node::Kind::Or;
    out.children = {termFor(EventField::QueueId, {person}), termFor(EventField::MessageId, {person})};
    if (person.contains('@')) out.children.push_back(termFor(EventField::Rcpt, {person}));
    return out;
}

bool names(const Node& node, EventField field) {
    if (node.kind == Node::Kind::Term) return node.term.field->id == int(field);
    return std::any_of(node.children.begin(), node.children.end(),
                       [field](const Node& child) { return names(child, field); });
}

// The fields of the struct and the query as one.
Node wholeQuery(const EventFilter& f) {
    Node out;
    auto add = [&out](EventField field, const std::vector<std::string>& values) {
        if (!values.empty()) out.children.push_back(termFor(field, values));
    };
    add(EventField::Provider, f.providers);
    add(EventField::Category, f.categories);
    add(EventField::Outcome, f.outcomes);
    add(EventField::Stream, f.streams);
    add(EventField::RcptDomain, f.domains);
    add(EventField::Template, f.templates);
    add(EventField::Source, f.sources);
    if (!f.recipientOrMessage.empty()) out.children.push_back(personNode(f.recipientOrMessage));
    if (!f.allKinds && (!f.kinds.empty() || !names(f.query, EventField::Kind)))
        add(EventField::Kind,
            f.kinds.empty() ? std::vector<std::string>{std::string(reply::kindName(reply::Kind::Attempt))}
                            : f.kinds);
    for (Node& n : filter::conjuncts(f.query)) out.children.push_back(std::move(n));
    return out;
}

bool isTime(const Node& node) {
    if (node.kind != Node::Kind::Term) return false;
    const auto id = EventField(node.term.field->id);
    return id == EventField::At || id == EventField::Since || id == EventField::Until ||
           id == EventField::Age;
}

} // namespace

bool EventFilter::empty() const {
    return providers.empty() && categories.empty() && outcomes.empty() && streams.empty() &&
           domains.empty() && templates.empty() && sources.empty() && recipientOrMessage.empty() &&
           kinds.empty() && !allKinds && query.everything();
}

EventPredicate::EventPredicate(Database& db, const EventFilter& filter)
    : query_(wholeQuery(filter)), replies_(std::make_unique<ReplyTable>(db)) {
    filter::Moment moment = filter.moment;
    if (moment.now.ms == 0) moment.now = SystemClock().now();
    for (const Node& node : query_.children) add(db, node, moment);
}

EventPredicate::~EventPredicate() = default;

void EventPredicate::add(Database& db, const Node& node, const filter::Moment& moment) {
    if (isTime(node)) {
        const auto spans = filter::intervalsOf(node.term, moment);
        if (spans.size() == 1) {
            range_.since.ms = std::max(range_.since.ms, spans[0].low);
            if (spans[0].high != INT64_MAX) range_.until.ms = std::min(range_.until.ms, spans[0].high + 1);
            return;
        }
    }
    BuiltTest built = buildTest(db, node, moment);
    uses_ |= built.fields;
    const bool one = std::popcount(built.fields) == 1;
    parts_.push_back(
        {one ? FilterField(std::countr_zero(built.fields)) : FilterField::Other, std::move(built.test)});
}

bool EventPredicate::needsEvents(bool hoursKnowTemplates) const {
    unsigned unknown = bitOf(FilterField::Other);
    if (!hoursKnowTemplates) unknown |= bitOf(FilterField::Template) | bitOf(FilterField::Source);
    return uses_ & unknown;
}

EventRange EventPredicate::narrow(EventRange range) const {
    range.since = std::max(range.since, range_.since);
    range.until = std::max(range.since, std::min(range.until, range_.until));
    return range;
}

unsigned EventPredicate::failures(const Subject& s) const {
    unsigned out = 0;
    for (const Part& p : parts_)
        if (!p.test->holds(s)) out |= bitOf(p.field);
    return out;
}

void EventPredicate::failures(SegmentColumns& columns, const EventRange& asked, bool nearMisses,
                              std::vector<std::uint16_t>& out) const {
    const EventRange range = narrow(asked);
    const auto& at = columns.number(At);
    out.resize(at.size());
    for (size_t i = 0; i < at.size(); ++i)
        out[i] = at[i] >= range.since.ms && at[i] < range.until.ms ? 0 : UINT16_MAX;
    RowMask before, mask;
    for (const Part& p : parts_) {
        before.resize(out.size());
        for (size_t i = 0; i < out.size(); ++i)
            before[i] = out[i] == 0 || (nearMisses && (out[i] & (out[i] - 1)) == 0);
        mask = before;
        p.test->keep(columns, *replies_, mask);
        const auto bit = std::uint16_t(bitOf(p.field));
        for (size_t i = 0; i < out.size(); ++i)
            if (before[i] && !mask[i]) out[i] |= bit;
    }
}

void EventPredicate::matches(SegmentColumns& columns, const EventRange& asked, RowMask& out) const {
    const EventRange range = narrow(asked);
    const auto& at = columns.number(At);
    out.resize(at.size());
    for (size_t i = 0; i < at.size(); ++i) out[i] = at[i] >= range.since.ms && at[i] < range.until.ms;
    for (const Part& p : parts_) p.test->keep(columns, *replies_, out);
}

} // namespace waypost::store
