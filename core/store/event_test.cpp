#include "store/event_test.h"

#include "base/text.h"
#include "filter/match.h"
#include "store/database.h"
#include "store/event_batch.h"
#include "store/event_names.h"

#include <algorithm>

namespace waypost::store {

namespace {

using filter::EventField;
using filter::Node;
using filter::Op;
using filter::Term;
using filter::TermMatcher;
using filter::Value;

// Ids as a table of bits: an id beyond it is not among them.
class IdSet {
  public:
    void add(std::int64_t id) {
        if (id < 0) return;
        if (size_t(id) >= has_.size()) has_.resize(size_t(id) + 1);
        has_[size_t(id)] = 1;
    }
    [[nodiscard]] bool has(std::int64_t id) const {
        return id >= 0 && size_t(id) < has_.size() && has_[size_t(id)] != 0;
    }

  private:
    std::vector<std::uint8_t> has_;
};

class AllTest final : public EventTest {
  public:
    explicit AllTest(std::vector<std::unique_ptr<EventTest>> parts) : parts_(std::move(parts)) {}
    bool holds(const EventSubject& s) const override {
        return std::all_of(parts_.begin(), parts_.end(), [&](const auto& p) { return p->holds(s); });
    }
    void keep(SegmentColumns& c, ReplyTable& r, RowMask& mask) const override {
        for (const auto& p : parts_) p->keep(c, r, mask);
    }

  private:
    std::vector<std::unique_ptr<EventTest>> parts_;
};

class AnyTest final : public EventTest {
  public:
    explicit AnyTest(std::vector<std::unique_ptr<EventTest>> parts) : parts_(std::move(parts)) {}
    bool holds(const EventSubject& s) const override {
        return std::any_of(parts_.begin(), parts_.end(), [&](const auto& p) { return p->holds(s); });
    }
    void keep(SegmentColumns& c, ReplyTable& r, RowMask& mask) const override {
        RowMask open = mask, one; // rows no part has taken yet
        for (const auto& p : parts_) {
            one = open;
            p->keep(c, r, one);
            for (size_t i = 0; i < open.size(); ++i) open[i] = open[i] && !one[i];
        }
        for (size_t i = 0; i < mask.size(); ++i) mask[i] = mask[i] && !open[i];
    }

  private:
    std::vector<std::unique_ptr<EventTest>> parts_;
};

class NotTest final : public EventTest {
  public:
    explicit NotTest(std::unique_ptr<EventTest> inner) : inner_(std::move(inner)) {}
    bool holds(const EventSubject& s) const override { return !inner_->holds(s); }
    void keep(SegmentColumns& c, ReplyTable& r, RowMask& mask) const override {
        RowMask inside = mask;
        inner_->keep(c, r, inside);
        for (size_t i = 0; i < mask.size(); ++i) mask[i] = mask[i] && !inside[i];
    }

  private:
    std::unique_ptr<EventTest> inner_;
};

// A name of the dictionary, in a column of its own.
class NameTest final : public EventTest {
  public:
    NameTest(IdSet ids, EventNumber column, std::int64_t EventSubject::* member)
        : ids_(std::move(ids)), column_(column), member_(member) {}
    bool holds(const EventSubject& s) const override { return !member_ || ids_.has(s.*member_); }
    void keep(SegmentColumns& c, ReplyTable&, RowMask& mask) const override {
        const auto& ids = c.number(column_);
        for (size_t i = 0; i < mask.size(); ++i) mask[i] = mask[i] && ids_.has(ids[i]);
    }

  private:
    IdSet ids_;
    EventNumber column_;
    std::int64_t EventSubject::* member_; // nullptr: no roll-up knows it
};

class ProviderTest final : public EventTest {
  public:
    explicit ProviderTest(IdSet ids) : ids_(std::move(ids)) {}
    bool holds(const EventSubject& s) const override { return ids_.has(s.provider); }
    void keep(SegmentColumns& c, ReplyTable& replies, RowMask& mask) const override {
        const auto& ids = c.number(Reply);
        for (size_t i = 0; i < mask.size(); ++i) mask[i] = mask[i] && ids_.has(replies.of(ids[i]).provider);
    }

  private:
    IdSet ids_;
};

// What a class number says: category and outcome.
class ClassTest final : public EventTest {
  public:
    explicit ClassTest(IdSet classes) : classes_(std::move(classes)) {}
    bool holds(const EventSubject& s) const override { return classes_.has(s.classNumber % kindStep); }
    void keep(SegmentColumns& c, ReplyTable& replies, RowMask& mask) const override {
        const auto& ids = c.number(Reply);
        for (size_t i = 0; i < mask.size(); ++i)
            mask[i] = mask[i] && classes_.has(replies.of(ids[i]).classNumber);
    }
    static constexpr int kindStep = classNumberOf(reply::Kind(1), reply::Category(0), reply::Outcome(0));

  private:
    IdSet classes_;
};

class KindTest final : public EventTest {
  public:
    explicit KindTest(IdSet kinds) : kinds_(std::move(kinds)) {}
    bool holds(const EventSubject& s) const override {
        return kinds_.has(std::int64_t(kindOfClass(s.classNumber)));
    }
    void keep(SegmentColumns& c, ReplyTable&, RowMask& mask) const override {
        const auto& kinds = c.number(EventKind);
        for (size_t i = 0; i < mask.size(); ++i) mask[i] = mask[i] && kinds_.has(kinds[i]);
    }

  private:
    IdSet kinds_;
};

class TemplateTest final : public EventTest {
  public:
    explicit TemplateTest(IdSet ids) : ids_(std::move(ids)) {}
    bool holds(const EventSubject& s) const override { return ids_.has(s.templateId); }
    void keep(SegmentColumns& c, ReplyTable& replies, RowMask& mask) const override {
        const auto& ids = c.number(Reply);
        for (size_t i = 0; i < mask.size(); ++i) mask[i] = mask[i] && ids_.has(replies.of(ids[i]).templateId);
    }

  private:
    IdSet ids_;
};

// Distinct replies, decided when the filter was compiled.
class ReplyTest final : public EventTest {
  public:
    explicit ReplyTest(IdSet ids) : ids_(std::move(ids)) {}
    bool holds(const EventSubject&) const override { return true; }
    void keep(SegmentColumns& c, ReplyTable&, RowMask& mask) const override {
        const auto& ids = c.number(Reply);
        for (size_t i = 0; i < mask.size(); ++i) mask[i] = mask[i] && ids_.has(ids[i]);
    }

  private:
    IdSet ids_;
};

class NumberTest final : public EventTest {
  public:
    // `missing`: values below it are no values.
    NumberTest(const Term& term, EventNumber column, std::int64_t missing, const filter::Moment& moment)
        : spans_(filter::intervalsOf(term, moment)), column_(column), least_(missing),
          missing_(filter::takesMissing(term)) {}
    bool holds(const EventSubject&) const override { return true; }
    void keep(SegmentColumns& c, ReplyTable&, RowMask& mask) const override {
        const auto& n = c.number(column_);
        for (size_t i = 0; i < mask.size(); ++i) mask[i] = mask[i] && has(n[i]);
    }

  private:
    [[nodiscard]] bool has(std::int64_t n) const {
        if (n < least_) return missing_;
        return std::any_of(spans_.begin(), spans_.end(), [n](const filter::Interval& i) { return i.has(n); });
    }
    std::vector<filter::Interval> spans_;
    EventNumber column_;
    std::int64_t least_;
    bool missing_;
};

struct NameColumn {
    NameKind kind;
    EventNumber column;
    std::int64_t EventSubject::* member;
    FilterField field;
};

std::optional<NameColumn> nameColumn(EventField field) {
    switch (field) {
    case EventField::RcptDomain:
        return NameColumn{NameKind::Domain, Domain, &EventSubject::domain, FilterField::Domain};
    case EventField::Stream:
        return NameColumn{NameKind::Stream, Stream, &EventSubject::stream, FilterField::Stream};
    case EventField::Ip: return NameColumn{NameKind::SendingIp, Ip, &EventSubject::ip, FilterField::Ip};
    case EventField::Source:
        return NameColumn{NameKind::Source, Source, &EventSubject::source, FilterField::Source};
    case EventField::Mx: return NameColumn{NameKind::MxHost, Mx, nullptr, FilterField::Other};
    case EventField::MxIp: return NameColumn{NameKind::MxIp, MxIp, nullptr, FilterField::Other};
    case EventField::Tls: return NameColumn{NameKind::Tls, Tls, nullptr, FilterField::Other};
    case EventField::Campaign: return NameColumn{NameKind::Campaign, Campaign, nullptr, FilterField::Other};
    default: return std::nullopt;
    }
}

// Names are stored in lower case where case means nothing.
bool storedInLowerCase(NameKind kind) {
    return kind == NameKind::Domain || kind == NameKind::Provider;
}

IdSet idsOf(Database& db, const Term& term, NameKind kind) {
    IdSet out;
    const TermMatcher matcher(term);
    if (matcher.matches({})) out.add(0);
    const bool plain = (term.op == Op::Has || term.op == Op::Equal) && storedInLowerCase(kind) &&
                       std::all_of(term.values.begin(), term.values.end(), [](const Value& v) {
                           return v.kind == Value::Kind::Literal || v.kind == Value::Kind::Missing;
                       });
    if (plain) {
        for (const Value& v : term.values)
            if (const auto id = findName(db, kind, text::lowered(v.text)); id != 0) out.add(id);
        return out;
    }
    auto rows = db.prepare("SELECT id, value FROM event_name WHERE kind = ?");
    rows.with(int(kind));
    while (rows.step())
        if (matcher.matches(rows.text(1))) out.add(rows.integer(0));
    return out;
}

IdSet templatesOf(Database& db, const Term& term) {
    IdSet out;
    const TermMatcher matcher(term);
    auto rows = db.prepare("SELECT id, key FROM event_template");
    while (rows.step())
        if (matcher.matches(rows.text(1))) out.add(rows.integer(0));
    return out;
}

IdSet enumValues(const Term& term) {
    IdSet out;
    const TermMatcher matcher(term);
    const auto names = term.field->values;
    for (size_t i = 0; i < names.size(); ++i)
        if (matcher.matches(names[i])) out.add(std::int64_t(i));
    return out;
}

IdSet classesOf(const Term& term, bool outcomes) {
    const IdSet wanted = enumValues(term);
    IdSet out;
    for (int c = 0; c < reply::categoryCount; ++c)
        for (int o = 0; o < 8; ++o)
            if (wanted.has(outcomes ? o : c))
                out.add(classNumberOf(reply::Kind::Attempt, reply::Category(c), reply::Outcome(o)));
    return out;
}

// Replies by what their verdict says.
IdSet repliesOf(Database& db, const Term& term) {
    IdSet out;
    const TermMatcher matcher(term);
    const IdSet values = term.field->type == filter::FieldType::Enum ? enumValues(term) : IdSet();
    const auto field = EventField(term.field->id);
    auto rows =
        db.prepare("SELECT id, code, enhanced, stage, cause, permanence, action, rule FROM event_reply");
    const auto holds = [&] {
        switch (field) {
        case EventField::Code: return matcher.matchesCode(std::int32_t(rows.integer(1)), rows.text(2));
        case EventField::Enhanced: return matcher.matches(rows.text(2));
        case EventField::Stage: return values.has(rows.integer(3));
        case EventField::Cause: return values.has(rows.integer(4));
        case EventField::Permanence: return values.has(rows.integer(5));
        case EventField::Action: return matcher.matches(rows.text(6));
        default: return matcher.matches(rows.text(7));
        }
    };
    while (rows.step())
        if (holds()) out.add(rows.integer(0));
    return out;
}

BuiltTest other(std::unique_ptr<EventTest> test) {
    return {std::move(test), bitOf(FilterField::Other)};
}

} // namespace

BuiltTest buildTermTest(Database& db, const Term& term, const filter::Moment& moment) {
    const auto field = EventField(term.field->id);
    if (auto n = nameColumn(field))
        return {std::make_unique<NameTest>(idsOf(db, term, n->kind), n->column, n->member), bitOf(n->field)};
    switch (field) {
    case EventField::Provider:
        return {std::make_unique<ProviderTest>(idsOf(db, term, NameKind::Provider)),
                bitOf(FilterField::Provider)};
    case EventField::Category:
        return {std::make_unique<ClassTest>(classesOf(term, false)), bitOf(FilterField::Category)};
    case EventField::Outcome:
        return {std::make_unique<ClassTest>(classesOf(term, true)), bitOf(FilterField::Outcome)};
    case EventField::Kind: return {std::make_unique<KindTest>(enumValues(term)), bitOf(FilterField::Kind)};
    case EventField::Template:
        return {std::make_unique<TemplateTest>(templatesOf(db, term)), bitOf(FilterField::Template)};
    case EventField::At:
    case EventField::Since:
    case EventField::Until:
    case EventField::Age: return other(std::make_unique<NumberTest>(term, At, INT64_MIN, moment));
    case EventField::Latency: return other(std::make_unique<NumberTest>(term, Latency, 0, moment));
    case EventField::Size: return other(std::make_unique<NumberTest>(term, Size, 0, moment));
    case EventField::Recipients: return other(std::make_unique<NumberTest>(term, Recipients, 0, moment));
    case EventField::Attempt: return other(std::make_unique<NumberTest>(term, Attempt, 1, moment));
    case EventField::Text:
    case EventField::Rcpt:
    case EventField::Sender:
    case EventField::QueueId:
    case EventField::MessageId:
    case EventField::Any: return buildTextTest(db, term);
    default: return other(std::make_unique<ReplyTest>(repliesOf(db, term)));
    }
}

BuiltTest buildTest(Database& db, const Node& node, const filter::Moment& moment) {
    if (node.kind == Node::Kind::Term) return buildTermTest(db, node.term, moment);
    BuiltTest out;
    std::vector<std::unique_ptr<EventTest>> parts;
    for (const Node& child : node.children) {
        BuiltTest built = buildTest(db, child, moment);
        out.fields |= built.fields;
        parts.push_back(std::move(built.test));
    }
    if (node.kind == Node::Kind::Not)
        out.test = std::make_unique<NotTest>(std::move(parts.front()));
    else if (node.kind == Node::Kind::Or)
        out.test = std::make_unique<AnyTest>(std::move(parts));
    else
        out.test = std::make_unique<AllTest>(std::move(parts));
    return out;
}

} // namespace waypost::store
