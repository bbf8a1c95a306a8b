#include "filter/fields.h"

#include "base/text.h"
#include "reply/event.h"

#include <algorithm>
#include <array>

namespace waypost::filter {

namespace {

template <class Enum, int N>
std::array<std::string_view, size_t(N)> namesOf(std::string_view (*name)(Enum)) {
    std::array<std::string_view, size_t(N)> out;
    for (int i = 0; i < N; ++i) out[size_t(i)] = name(Enum(i));
    return out;
}

const auto categories = namesOf<reply::Category, reply::categoryCount>(reply::categoryName);
const auto outcomes = namesOf<reply::Outcome, 5>(reply::outcomeName);
const auto causes = namesOf<reply::Cause, int(reply::Cause::Unknown) + 1>(reply::causeName);
const auto stages = namesOf<reply::Stage, int(reply::Stage::After) + 1>(reply::stageName);
const auto kinds = namesOf<reply::Kind, reply::kindCount>(reply::kindName);
constexpr std::array<std::string_view, 3> permanences{"none", "temporary", "permanent"};

using enum FieldType;

FieldInfo field(EventField id, std::string_view name, FieldType type, std::string_view aliases,
                std::string_view help, std::span<const std::string_view> values = {}) {
    return {int(id), name, type, aliases, help, values};
}

const std::array eventSchema{
    field(EventField::Provider, "provider", Name, "", "who runs the mailboxes, by MX"),
    field(EventField::Outcome, "outcome", Enum, "", "what became of the attempt", outcomes),
    field(EventField::Category, "category", Enum, "", "what the reply means", categories),
    field(EventField::Cause, "cause", Enum, "", "who or what is to blame", causes),
    field(EventField::Permanence, "permanence", Enum, "", "permanent or temporary", permanences),
    field(EventField::Action, "action", Name, "", "what the rule advises"),
    field(EventField::Code, "code", FieldType::Code, "status", "reply code, or enhanced: 421, 5xx, 4.7.*"),
    field(EventField::Enhanced, "enhanced", Name, "dsn", "enhanced code: 5.1.1"),
    field(EventField::Stage, "stage", Enum, "", "where in the dialogue", stages),
    field(EventField::Text, "text", FieldType::Text, "reply", "words of the reply"),
    field(EventField::Template, "template", Name, "cluster group", "reply group, by its key"),
    field(EventField::Rule, "rule", Name, "", "the rule that decided"),
    field(EventField::Stream, "stream", Name, "", "transactional, marketing …; \"\": unassigned"),
    field(EventField::Campaign, "campaign", Name, "", "campaign of the message"),
    field(EventField::Ip, "ip", Address, "sending_ip", "our sending address: one, CIDR or a range"),
    field(EventField::Mx, "mx", Name, "mx_host host", "host that answered"),
    field(EventField::MxIp, "mx_ip", Address, "", "address of the host that answered"),
    field(EventField::Rcpt, "rcpt", Person, "recipient to", "recipient, or a part of it"),
    field(EventField::RcptDomain, "rcpt_domain", Name, "domain", "domain of the recipient"),
    field(EventField::Sender, "sender", Person, "from mail_from", "envelope sender, or a part of it"),
    field(EventField::Source, "source", Name, "", "where the event comes from: postfix, send …"),
    field(EventField::Kind, "kind", Enum, "", "attempt, async-bounce, complaint, auto-reply", kinds),
    field(EventField::Latency, "latency", Duration, "delay", "time to this outcome: >15m, 1s..5s"),
    field(EventField::Attempt, "attempt", Number, "", "number of the attempt"),
    field(EventField::Size, "size", FieldType::Size, "", "octets of the message: >1MB"),
    field(EventField::Recipients, "recipients", Number, "nrcpt", "recipients of the message"),
    field(EventField::Tls, "tls", Name, "", "protocol; \"\": none"),
    field(EventField::QueueId, "queue_id", Id, "queue qid", "queue id"),
    field(EventField::MessageId, "message_id", Id, "msgid message_key", "Message-ID"),
    field(EventField::Age, "age", FieldType::Age, "", "time since: <24h"),
    field(EventField::At, "at", FieldType::Time, "time", "a day, an instant or a..b"),
    field(EventField::Since, "since", FieldType::Since, "", "from this time on: now-24h, 2026-05-01"),
    field(EventField::Until, "until", FieldType::Until, "", "before this time"),
    field(EventField::Any, "any", FieldType::Any, "find", "recipient, queue id, message id or words"),
};

size_t distance(std::string_view a, std::string_view b) {
    std::vector<size_t> row(b.size() + 1);
    for (size_t j = 0; j < row.size(); ++j) row[j] = j;
    for (size_t i = 1; i <= a.size(); ++i) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j < row.size(); ++j) {
            const size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, change});
        }
    }
    return row.back();
}

constexpr size_t longestCompared = 40; // keeps the comparison cheap whatever was typed

} // namespace

Schema eventFields() {
    return eventSchema;
}

const FieldInfo* findField(Schema schema, std::string_view name) {
    for (const FieldInfo& f : schema) {
        if (text::iequals(f.name, name)) return &f;
        for (std::string_view alias : text::words(f.aliases))
            if (text::iequals(alias, name)) return &f;
    }
    return nullptr;
}

const FieldInfo* fieldById(Schema schema, int id) {
    for (const FieldInfo& f : schema)
        if (f.id == id) return &f;
    return nullptr;
}

std::string nearestField(Schema schema, std::string_view typed) {
    const std::string word = text::lowered(typed.substr(0, longestCompared));
    size_t best = SIZE_MAX;
    std::string_view nearest;
    for (const FieldInfo& f : schema) {
        auto names = text::words(f.aliases);
        names.insert(names.begin(), f.name);
        for (std::string_view name : names) {
            if (const size_t d = distance(word, name); d < best) {
                best = d;
                nearest = f.name;
            }
        }
    }
    return std::string(nearest);
}

std::string nearestOf(std::span<const std::string_view> words, std::string_view typed) {
    const std::string word = text::lowered(typed.substr(0, longestCompared));
    size_t best = SIZE_MAX;
    std::string_view nearest;
    for (std::string_view w : words) {
        // "rate-limit" means "deferred-rate-limit"
        const size_t d = w.contains(word) && word.size() > 2 ? 1 : distance(word, w);
        if (d < best) {
            best = d;
            nearest = w;
        }
    }
    return best <= std::max<size_t>(2, word.size() / 2) ? std::string(nearest) : std::string();
}

} // namespace waypost::filter
