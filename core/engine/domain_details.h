// The tables behind the tabs of a domain, from the stored report (JSON). Pure. A field that the report lacks
// is "not checked" or left out, never a good or a bad word. Internal to engine/.
//
// Columns by table id:
//   spf           mechanism, qualifier, cost, cumulative, void, ms, addresses, remarks  (a tree)
//   dkim          selector, origin, type, bits, flags, state, record
//   dmarc-walk    step, question, found, what follows
//   dmarc-reading subject, tree walk (RFC 9989), public suffix list (RFC 7489)
//   dmarc-policy  subject, value, reason  (a tree)
//   mail-hosts    host, preference, addresses, STARTTLS, certificate, DANE, MTA-STS
//   reverse       address, role, names, forward-confirmed
//   greetings     host, address, EHLO name, PTR, ms
//   name-servers  server, address, answers, serial, ms
//   policies      subject, value, reason  (a tree)
#pragma once

#include "base/json.h"
#include "engine/values.h"

namespace waypost::engine {

using Answers = std::vector<AnswerView>;

std::vector<DetailTable> domainDetails(const json::object& report, const Answers& answers);

DetailTable spfDetails(const json::object& area, const Answers& answers);
DetailTable dkimDetails(const json::object& area);
std::vector<DetailTable> dmarcDetails(const json::object& area, const Answers& answers);
std::vector<DetailTable> transportDetails(const json::object& report);

// --- shared by the tables ---
// The first answer a part of the report rests on; -1: none.
int firstAnswerOf(const json::object& part);
// The first conversation of a part: they stand behind the `answers` of DNS. -1: none.
int firstConversationOf(const json::object& part, size_t answers);
// Index of the answer to "name TYPE"; -1: not asked.
int answerTo(const Answers& answers, std::string_view name, std::string_view type);
// Whether the part was looked at; fills `absent` and Unknown when not.
bool lookedAt(const json::object& part, DetailTable& table);
std::string joined(const json::object& o, std::string_view list, std::string_view between = ", ");
DetailRow detailRow(std::vector<std::string> cells, State state = State::Info, int answer = -1);

} // namespace waypost::engine
