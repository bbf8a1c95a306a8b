#include "ingest/streams.h"

#include "base/text.h"

namespace waypost::ingest {

namespace {

using Field = StreamRule::Field;

std::string_view valueFor(const StreamRule& rule, const StreamSubject& s) {
    switch (rule.field) {
    case Field::Sender: return s.sender;
    case Field::Instance: return s.instance;
    case Field::MessageId: return s.messageId;
    case Field::Relay: return s.relay;
    case Field::SendingIp: return s.sendingIp;
    case Field::Campaign: return s.campaign;
    case Field::ListId: return s.listId;
    case Field::Header: return s.header ? s.header(rule.header) : std::string_view();
    }
    return {};
}

// "<id@host>" and "Name <list.example>": the id within.
std::string_view bare(std::string_view v) {
    const size_t open = v.rfind('<');
    if (open == std::string_view::npos || v.back() != '>') return text::trim(v);
    return v.substr(open + 1, v.size() - open - 2);
}

} // namespace

const StreamRule* streamOf(std::span<const StreamRule> rules, const StreamSubject& subject) {
    for (const auto& rule : rules) {
        std::string_view value = valueFor(rule, subject);
        if (value.empty()) continue;
        const bool id = rule.field == Field::MessageId || rule.field == Field::ListId;
        if (text::wildMatches(rule.pattern, id ? bare(value) : value)) return &rule;
    }
    return nullptr;
}

bool dependsOnAttempt(const StreamRule& rule) {
    return rule.field == Field::Relay || rule.field == Field::SendingIp;
}

std::vector<StreamRule> importStreamRules(std::span<const store::StreamRuleRow> rows) {
    std::vector<StreamRule> out;
    for (const auto& r : rows) {
        StreamRule rule;
        rule.stream = r.stream;
        rule.pattern = r.pattern;
        if (r.field == "sender-domain") {
            // "example.com" is that domain, "*.example.com" what is below it.
            rule.pattern = "*@" + r.pattern;
        } else if (r.field == "source") {
            rule.field = Field::Instance;
        } else if (r.field == "message-id") {
            rule.field = Field::MessageId;
        } else if (r.field == "relay") {
            rule.field = Field::Relay;
        } else if (r.field == "sending-ip") {
            rule.field = Field::SendingIp;
        } else if (r.field == "campaign") {
            rule.field = Field::Campaign;
        } else if (r.field == "list-id") {
            rule.field = Field::ListId;
        } else if (r.field == "header") {
            const size_t colon = r.pattern.find(':');
            rule.field = Field::Header;
            rule.header = text::trim(std::string_view(r.pattern).substr(0, colon));
            rule.pattern =
                colon == std::string::npos ? "*" : text::trim(std::string_view(r.pattern).substr(colon + 1));
        }
        out.push_back(std::move(rule));
    }
    return out;
}

} // namespace waypost::ingest
