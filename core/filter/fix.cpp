// Time words as instants: what a screen with a zone of its own asks the store.
#include "filter/query.h"

namespace waypost::filter {

namespace {

TimePoint instant(UtcTime t) {
    TimePoint out;
    out.at = t;
    return out;
}

void fixValue(Value& v, FieldType type, const Moment& moment) {
    if (v.kind != Value::Kind::Time) return;
    const bool point = !v.range && (type == FieldType::Since || type == FieldType::Until);
    const UtcTime from = v.openFrom ? UtcTime{} : v.from.start(moment);
    const UtcTime to = v.openTo || point ? from : v.range ? v.to.start(moment) : v.from.end(moment);
    v.from = instant(from);
    v.to = instant(to);
    v.quoted = false;
    v.text = v.openFrom ? std::string() : formatUtc(from);
    if (point) return;
    v.range = true;
    v.text += ".." + (v.openTo ? std::string() : formatUtc(to));
}

} // namespace

Node withInstants(Node node, const Moment& moment) {
    for (Node& child : node.children) child = withInstants(std::move(child), moment);
    if (node.kind == Node::Kind::Term)
        for (Value& v : node.term.values) fixValue(v, node.term.field->type, moment);
    return node;
}

} // namespace waypost::filter
