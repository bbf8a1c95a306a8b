// Tests on texts that stand with the event: addresses, ids, the variable parts of a reply.
#include "base/text.h"
#include "filter/match.h"
#include "store/database.h"
#include "store/event_names.h"
#include "store/event_test.h"
#include "store/event_text.h"

#include <algorithm>
#include <optional>
#include <unordered_map>

namespace waypost::store {

namespace {

using filter::EventField;
using filter::Op;
using filter::Term;
using filter::TermMatcher;
using filter::Value;

class ColumnTest final : public EventTest {
  public:
    ColumnTest(const Term& term, EventTextColumn column) : matcher_(term), column_(column) {}
    bool holds(const EventSubject&) const override { return true; }
    void keep(SegmentColumns& c, ReplyTable&, RowMask& mask) const override {
        const TextView& texts = c.text(column_);
        for (size_t i = 0; i < mask.size(); ++i) mask[i] = mask[i] && matcher_.matches(texts.at(i));
    }

  private:
    TermMatcher matcher_;
    EventTextColumn column_;
};

// Local part and domain are kept apart; a whole address is found by its domain's id first.
class RecipientTest final : public EventTest {
  public:
    RecipientTest(Database& db, const Term& term) : matcher_(term) {
        auto rows = db.prepare("SELECT id, value FROM event_name WHERE kind = ?");
        rows.with(int(NameKind::Domain));
        const bool whole = isWholeAddress(term);
        const size_t at = whole ? term.values[0].text.rfind('@') : 0;
        if (whole) local_ = term.values[0].text.substr(0, at);
        while (rows.step()) {
            if (whole && !text::iequals(rows.text(1), std::string_view(term.values[0].text).substr(at + 1)))
                continue;
            domains_.emplace(rows.integer(0), std::string(rows.text(1)));
        }
    }
    bool holds(const EventSubject&) const override { return true; }
    void keep(SegmentColumns& c, ReplyTable&, RowMask& mask) const override {
        const auto& domains = c.number(Domain);
        const TextView& locals = c.text(Recipient);
        std::string address;
        for (size_t i = 0; i < mask.size(); ++i) {
            if (!mask[i]) continue;
            auto domain = domains_.find(domains[i]);
            if (local_) {
                mask[i] = domain != domains_.end() && text::iequals(locals.at(i), *local_);
                continue;
            }
            address.assign(locals.at(i));
            if (domain != domains_.end()) address.append("@").append(domain->second);
            mask[i] = matcher_.matches(address);
        }
    }

  private:
    static bool isWholeAddress(const Term& term) {
        return (term.op == Op::Has || term.op == Op::Equal) && term.values.size() == 1 &&
               term.values[0].kind == Value::Kind::Literal && term.values[0].text.contains('@');
    }
    TermMatcher matcher_;
    std::unordered_map<std::int64_t, std::string> domains_;
    std::optional<std::string> local_;
};

// A distinct reply without variable parts is decided once; one with them is decided once when its constant
// part holds the words already, else for each event.
class ReplyTextTest final : public EventTest {
  public:
    ReplyTextTest(Database& db, const Term& term) : matcher_(term) {
        const bool contains = term.op == Op::Has;
        auto rows = db.prepare("SELECT id, text FROM event_reply");
        while (rows.step()) {
            const std::string_view constant = rows.text(1);
            const auto id = size_t(std::max<std::int64_t>(0, rows.integer(0)));
            if (id >= verdicts_.size()) {
                verdicts_.resize(id + 1, No);
                constants_.resize(id + 1);
            }
            if (!constant.contains(partMark)) {
                verdicts_[id] = matcher_.matches(constant) ? Yes : No;
            } else if (contains && holdsAlready(constant)) {
                verdicts_[id] = Yes;
            } else {
                verdicts_[id] = Look;
                constants_[id] = constant;
            }
        }
    }
    bool holds(const EventSubject&) const override { return true; }
    void keep(SegmentColumns& c, ReplyTable&, RowMask& mask) const override {
        const auto& ids = c.number(Reply);
        const TextView* parts = nullptr;
        for (size_t i = 0; i < mask.size(); ++i) {
            if (!mask[i]) continue;
            const auto id = size_t(std::max<std::int64_t>(0, ids[i]));
            const Verdict v = id < verdicts_.size() ? verdicts_[id] : No;
            if (v != Look) {
                mask[i] = v == Yes;
                continue;
            }
            if (!parts) parts = &c.text(Parts);
            mask[i] = matcher_.matches(joinReply(constants_[id], parts->at(i)));
        }
    }

  private:
    enum Verdict : std::uint8_t { No, Yes, Look };
    [[nodiscard]] bool holdsAlready(std::string_view constant) const {
        for (std::string_view piece : text::split(constant, partMark))
            if (!piece.empty() && matcher_.matches(piece)) return true;
        return false;
    }
    TermMatcher matcher_;
    std::vector<Verdict> verdicts_;
    std::vector<std::string> constants_;
};

// A word without a field: a recipient, a queue id, a message id, or words of the reply. A phrase: the reply
// only.
class WordTest final : public EventTest {
  public:
    WordTest(Database& db, const Term& term) {
        const auto as = [&](EventField field) {
            terms_.push_back(std::make_unique<Term>(term));
            terms_.back()->field = filter::fieldById(filter::eventFields(), int(field));
            return terms_.back().get();
        };
        const bool phrase = term.bare && term.values[0].quoted;
        // A wildcard in a word stands for the whole of an address; in a reply it is looked for anywhere.
        Term* words = as(EventField::Text);
        for (Value& v : words->values)
            if (v.kind == Value::Kind::Wild) v.text = "*" + v.text + "*";
        parts_.push_back(std::make_unique<ReplyTextTest>(db, *words));
        if (phrase) return;
        parts_.push_back(std::make_unique<RecipientTest>(db, *as(EventField::Rcpt)));
        parts_.push_back(std::make_unique<ColumnTest>(*as(EventField::QueueId), QueueId));
        parts_.push_back(std::make_unique<ColumnTest>(*as(EventField::MessageId), MessageId));
    }
    bool holds(const EventSubject&) const override { return true; }
    void keep(SegmentColumns& c, ReplyTable& r, RowMask& mask) const override {
        RowMask open = mask, one;
        for (const auto& p : parts_) {
            one = open;
            p->keep(c, r, one);
            for (size_t i = 0; i < open.size(); ++i) open[i] = open[i] && !one[i];
        }
        for (size_t i = 0; i < mask.size(); ++i) mask[i] = mask[i] && !open[i];
    }

  private:
    std::vector<std::unique_ptr<Term>> terms_;
    std::vector<std::unique_ptr<EventTest>> parts_;
};

} // namespace

BuiltTest buildTextTest(Database& db, const Term& term) {
    BuiltTest out;
    out.fields = bitOf(FilterField::Other);
    switch (EventField(term.field->id)) {
    case EventField::Rcpt: out.test = std::make_unique<RecipientTest>(db, term); break;
    case EventField::Sender: out.test = std::make_unique<ColumnTest>(term, Sender); break;
    case EventField::QueueId: out.test = std::make_unique<ColumnTest>(term, QueueId); break;
    case EventField::MessageId: out.test = std::make_unique<ColumnTest>(term, MessageId); break;
    case EventField::Text: out.test = std::make_unique<ReplyTextTest>(db, term); break;
    default: out.test = std::make_unique<WordTest>(db, term); break;
    }
    return out;
}

} // namespace waypost::store
