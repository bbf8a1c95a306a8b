#include "domain/conversation.h"

namespace waypost::domain {

Conversation conversationOf(const net::HttpResponse& response, std::string url) {
    Conversation c;
    c.protocol = "https";
    c.subject = std::move(url);
    if (response.remote.port != 0) c.server = response.remote.toString();
    c.outcome = net::httpOutcomeName(response.outcome);
    c.text = response.text;
    c.at = response.at;
    c.took = response.took;
    c.status = response.status;
    c.mediaType = response.mediaType();
    c.body = response.body;
    c.bodySha256 = response.bodySha256;
    c.transcript = response.transcript;
    return c;
}

Conversation conversationOf(const MailProbe& probe, std::string host) {
    Conversation c;
    c.protocol = "smtp";
    c.subject = std::move(host);
    if (probe.remote.port != 0) c.server = probe.remote.toString();
    c.outcome = probe.connected ? std::string(smtp::tlsStateName(probe.tlsState)) : "no-connection";
    c.text = probe.failure;
    c.at = probe.at;
    c.took = probe.took;
    c.transcript = probe.transcript;
    return c;
}

} // namespace waypost::domain
