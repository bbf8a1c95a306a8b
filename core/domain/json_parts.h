// Private to domain: what the files that write the report share.
#pragma once

#include "base/json.h"
#include "domain/report.h"

namespace waypost::domain {

template <class List>
json::array strings(const List& list) {
    json::array out;
    for (const auto& s : list) out.push_back(json::foreign(s));
    return out;
}

inline json::array numbers(const std::vector<size_t>& list) {
    json::array out;
    for (size_t n : list) out.push_back(std::uint64_t(n));
    return out;
}

// What every area begins with.
inline json::object areaJson(const Area& area) {
    json::object o;
    o["state"] = areaStateName(area.state);
    if (!area.reason.empty()) o["reason"] = json::foreign(area.reason);
    o["answers"] = numbers(area.evidence);
    if (!area.conversations.empty()) o["conversations"] = numbers(area.conversations);
    return o;
}

json::object answerJson(const dns::Answer& answer);
// Without the transcript and the body.
json::object conversationHead(const Conversation& conversation, size_t index);
json::object conversationJson(const Conversation& conversation);

json::object mxJson(const MxArea& mx);
json::object daneJson(const DaneArea& dane);
json::object mtaStsJson(const MtaStsArea& area);
json::object tlsRptJson(const TlsRptArea& area);
json::object bimiJson(const BimiArea& area);
json::object zoneJson(const ZoneArea& zone);

} // namespace waypost::domain
