// The fields a filter can name. A table of its own kind (blocklists, suppression) brings a schema of its own;
// this one is that of the reply event. Pure data; any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::filter {

enum class FieldType : std::uint8_t {
    Name,     // one of many names: equal, without regard to case; wildcards
    Enum,     // one of a closed list: an unknown one is an error
    Id,       // queue id, message id: equal; wildcards
    Person,   // an address: equal when it has an @, else contained
    Address,  // an IP address: equal, CIDR, range, wildcards
    Code,     // SMTP reply code, or an enhanced code when it has dots
    Text,     // contained, without regard to case
    Number,   // a whole number
    Size,     // octets: 10k, 2MB
    Duration, // 250ms, 15m
    Age,      // time that passed since
    Time,     // an instant or a span of time
    Since,    // from this time on
    Until,    // before this time
    Any       // a word without a field
};

struct FieldInfo {
    int id = 0;
    std::string_view name;
    FieldType type = FieldType::Name;
    std::string_view aliases;                   // separated by spaces
    std::string_view help;                      // one line, for completion
    std::span<const std::string_view> values{}; // of an Enum
};

using Schema = std::span<const FieldInfo>;

enum class EventField : std::uint8_t {
    Any,
    At,
    Since,
    Until,
    Age,
    Provider,
    Outcome,
    Category,
    Cause,
    Permanence,
    Action,
    Code,
    Enhanced,
    Stage,
    Stream,
    Campaign,
    Ip,
    Mx,
    MxIp,
    Rcpt,
    RcptDomain,
    Sender,
    Source,
    Kind,
    Template,
    Rule,
    Tls,
    QueueId,
    MessageId,
    Latency,
    Attempt,
    Size,
    Recipients,
    Text,
};

Schema eventFields();
// By name or alias, without regard to case; nullptr: there is none.
const FieldInfo* findField(Schema schema, std::string_view name);
const FieldInfo* fieldById(Schema schema, int id);
// The name (not alias) that was probably meant; by edit distance over names and aliases.
std::string nearestField(Schema schema, std::string_view typed);
// The nearest of a list; empty when none is near.
std::string nearestOf(std::span<const std::string_view> words, std::string_view typed);

} // namespace waypost::filter
