// One line of a Postfix daemon, split into fields. Pure: no state, no allocation, views into the line.
//
// Fields are read from left to right and end at the "(" that opens the reply text; what a remote server wrote
// inside it ("status=sent", "to=<x>") can never become a field. An address is read to the ">" that ends it,
// quoted local parts included. A line that starts like a delivery and breaks off is Malformed, with the
// reason.
#pragma once

#include "reply/event.h"

#include <cstdint>
#include <string_view>

namespace waypost::ingest {

enum class PostfixKind : std::uint8_t {
    Delivery,  // to=… status=… (…): one attempt for one recipient
    Expired,   // qmgr: from=…, status=expired, returned to sender
    Active,    // qmgr: from=…, size=…, nrcpt=… (queue active)
    Removed,   // qmgr, postsuper: removed
    MessageId, // cleanup: message-id=…
    Client,    // smtpd: client=…
    Pickup,    // pickup: uid=… from=<…>
    Bounce,    // bounce: sender non-delivery notification: ID
    Refusal,   // smtpd, postscreen, cleanup: reject: … (ours; never an event)
    Other,     // a Postfix line that says nothing about one delivery
    Malformed,
};

struct PostfixLine {
    PostfixKind kind = PostfixKind::Other;
    std::string_view reason; // Malformed: what was wrong
    std::string_view queueId;
    std::string_view to, origTo, from; // without the angle brackets
    std::string_view relay;            // "none", "local" or the host
    std::string_view relayIp;
    std::int32_t relayPort = 0;
    std::int32_t connUse = 1;
    std::int64_t delayMs = -1;
    std::int64_t delaysMs[4] = {-1, -1, -1,
                                -1}; // before the queue manager, in it, connection set-up, transmission
    std::string_view tls;            // tls=dane (Postfix 3.11)
    std::string_view dsn;
    std::string_view status;
    std::string_view text; // between the outer parentheses
    std::int64_t size = -1;
    std::int32_t recipients = -1;
    std::string_view messageId; // without the angle brackets
    std::string_view client;    // host[ip]
    std::string_view bounceId;
};

// What the text of a delivery says about the remote side.
struct PostfixReply {
    std::string_view host, ip; // who said it, when the text names one
    std::string_view text;     // the remote's own words, or the whole text when it is ours
    std::int32_t code = 0;
    std::string_view enhanced; // from the reply itself
    reply::Stage stage = reply::Stage::Unknown;
    bool attempted = true; // false: "delivery temporarily suspended", no attempt was made
};

// True for the daemons that log deliveries and queue moves ("smtp", "qmgr", …).
bool isPostfixService(std::string_view service);
bool isQueueId(std::string_view text);

// A cheap look: false for the many lines (connect, disconnect, TLS, statistics) that readPostfixLine() would
// call Other.
bool mayConcernDelivery(std::string_view body);
// `body` is the line behind "service[pid]: ".
PostfixLine readPostfixLine(std::string_view service, std::string_view body);
PostfixReply readPostfixReply(const PostfixLine& line);

} // namespace waypost::ingest
