// DNS messages between values and octets. Pure: no sockets, no clock. RFC 1035 section 4, 3596 (AAAA), 6698
// (TLSA), 8659 (CAA), 6891 (EDNS), 3597 (unknown types).
//
// Limits on what a peer can send: 64 KB a message, 16 compression pointers a name, 8 CNAMEs a chain, 256
// records of a section used (more are counted and left out, with a remark in Answer::text), 4096 strings a
// TXT. TTLs are kept as sent, except that a value with the top bit set is 0 (RFC 2181 section 8);
// Answer::cacheTtl() is the clamped one.
#pragma once

#include "base/result.h"
#include "dns/answer.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::dns {

inline constexpr size_t maxMessageOctets = 65535;
inline constexpr size_t maxRecordsUsed = 256;
inline constexpr int maxCnames = 8;
inline constexpr size_t maxTxtStrings = 4096;         // of one record; each costs many times its octets
inline constexpr std::uint16_t defaultUdpSize = 1232; // fits every path without fragments

struct QueryOptions {
    bool recursionDesired = true;
    bool dnssecOk = false;      // DO: send signatures along
    bool authenticData = false; // AD in the query: tell me whether you validated (RFC 6840 section 5.7)
    std::uint16_t udpSize = defaultUdpSize; // 0: no EDNS
};

// The query as sent. Error: a name that cannot be asked.
Result<std::string> encodeQuery(std::uint16_t id, const Question& question, const QueryOptions& options);

// What the octets say about the question. Never fails: octets that are no answer to it have
// Status::Malformed and a sentence. `records` holds the alias chain from the asked name and the records of
// the asked type at its end; records of other names are left out. server, transport, at, took: the caller's.
// The id is the caller's to compare (messageId).
Answer decodeAnswer(const Question& question, std::string_view bytes);

// The id of a message, or nothing when there are not even two octets.
std::optional<std::uint16_t> messageId(std::string_view bytes);

// A whole message, both ways: for name servers (lab, tests).
struct Message {
    std::uint16_t id = 0;
    bool response = false;
    std::uint8_t opcode = 0; // 0: query
    bool authoritative = false;
    bool truncated = false;
    bool recursionDesired = false;
    bool recursionAvailable = false;
    bool authenticated = false; // AD
    bool checkingDisabled = false;
    int rcode = 0; // with the EDNS extension
    std::vector<Question> questions;
    std::vector<Record> answers, authority, additional; // class IN; OPT is not kept here
    size_t recordsLeftOut = 0;                          // over maxRecordsUsed, or of another class
    bool edns = false;
    std::uint16_t udpSize = 512;
    bool dnssecOk = false;
};
Result<Message> decodeMessage(std::string_view bytes);
// decodeMessage() for a server: also refuses responses and anything but exactly one question of class IN.
Result<Message> decodeQuery(std::string_view bytes);
// At most maxBytes: records that do not fit are left out and TC is set.
Result<std::string> encodeResponse(const Message& message, size_t maxBytes = maxMessageOctets);

} // namespace waypost::dns
