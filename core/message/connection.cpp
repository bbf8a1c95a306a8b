#include "message/connection.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace waypost::message {

namespace {

constexpr Millis clockTolerance{300'000}; // a date this far ahead of ours is no clock error

bool isPrivate(const net::IpAddress& ip) {
    struct Range {
        const char* network;
        int bits;
    };
    // RFC 1918, 6598, 3927, 1122, 4193, 4291.
    static constexpr Range ranges[] = {{"10.0.0.0", 8},    {"172.16.0.0", 12},  {"192.168.0.0", 16},
                                       {"100.64.0.0", 10}, {"169.254.0.0", 16}, {"127.0.0.0", 8},
                                       {"0.0.0.0", 8},     {"fc00::", 7},       {"fe80::", 10},
                                       {"::1", 128},       {"::", 128}};
    return std::any_of(std::begin(ranges), std::end(ranges), [&](const Range& r) {
        const auto network = net::IpAddress::parse(r.network);
        return network && ip.inPrefix(*network, r.bits);
    });
}

struct Trace {
    mail::Received received;
    net::IpAddress ip;
};

std::optional<Trace> handOver(const mail::HeaderBlock& headers) {
    std::optional<Trace> privateOne;
    size_t looked = 0;
    for (const auto* field : headers.topDown("Received")) {
        if (++looked > maxHops) break;
        mail::Received r = mail::parseReceived(headers.rawValue(*field));
        if (!r.networkHop || !r.ip) continue;
        const auto ip = net::IpAddress::parse(*r.ip);
        if (!ip) continue;
        if (!isPrivate(*ip)) return Trace{std::move(r), *ip};
        if (!privateOne) privateOne = Trace{std::move(r), *ip};
    }
    return privateOne;
}

// "<a@b>" of Return-Path; the null path is empty. Nothing when it is no path.
std::optional<std::string> pathIn(std::string_view value) {
    const size_t open = value.find('<');
    const size_t close = value.rfind('>');
    if (open == std::string_view::npos || close == std::string_view::npos || close < open) {
        const std::string_view bare = text::trim(value);
        if (bare.find('@') == std::string_view::npos || bare.find(' ') != std::string_view::npos)
            return std::nullopt;
        return std::string(bare);
    }
    return std::string(text::trim(value.substr(open + 1, close - open - 1)));
}

void sayUnknown(const Connection& c, std::vector<std::string>& words) {
    std::vector<std::string> missing;
    if (!c.ip) missing.emplace_back("the client address");
    if (c.helo.empty()) missing.emplace_back("HELO");
    if (!c.mailFromKnown) missing.emplace_back("MAIL FROM");
    if (!missing.empty()) words.push_back(text::join(missing, ", ") + ": not known");
}

} // namespace

Connection readConnection(const mail::HeaderBlock& headers, Connection given) {
    Connection c = std::move(given);
    std::vector<std::string> typed, words;
    if (c.ip) typed.emplace_back("the client address");
    if (!c.helo.empty()) typed.emplace_back("HELO");
    if (!c.mailFrom.empty()) c.mailFromKnown = true;
    if (c.mailFromKnown) typed.emplace_back("MAIL FROM");
    if (!typed.empty()) words.push_back(text::join(typed, ", ") + ": given");

    // A given address without HELO stays without: the HELO of another connection says nothing of it.
    std::optional<Trace> trace;
    if (!c.ip) trace = handOver(headers);
    if (trace) {
        c.ip = trace->ip;
        const bool takesHelo = c.helo.empty() && trace->received.helo;
        if (takesHelo) c.helo = *trace->received.helo;
        words.push_back(fmt::format("the client address{}: from the Received field of {}{}",
                                    takesHelo ? ", HELO" : "", trace->received.by.value_or("an unnamed host"),
                                    isPrivate(*c.ip) ? " (a private address)" : ""));
    }
    if (!c.mailFromKnown) {
        if (auto path = headers.value("Return-Path")) {
            if (auto address = pathIn(*path)) {
                c.mailFrom = *address;
                c.mailFromKnown = true;
                words.emplace_back("MAIL FROM: from Return-Path");
            }
        } else if (trace && trace->received.envelopeFrom) {
            c.mailFrom = *trace->received.envelopeFrom;
            c.mailFromKnown = true;
            words.emplace_back("MAIL FROM: from the same Received field");
        }
    }
    sayUnknown(c, words);
    c.origin = text::join(words, "; ") + ".";
    c.origin[0] = text::upper(c.origin[0]);
    return c;
}

std::vector<Hop> readHops(const mail::HeaderBlock& headers, UtcTime now) {
    std::vector<Hop> hops;
    for (size_t i = 0; i < headers.fields().size() && hops.size() < maxHops; ++i) {
        const auto& field = headers.fields()[i];
        if (!text::iequals(headers.name(field), "Received")) continue;
        Hop hop;
        hop.field = i;
        hop.received = mail::parseReceived(headers.rawValue(field));
        hops.push_back(std::move(hop));
    }
    std::reverse(hops.begin(), hops.end());
    std::optional<UtcTime> before;
    for (auto& hop : hops) {
        if (!hop.received.date) continue;
        if (before) hop.delay = *hop.received.date - *before;
        hop.skewed = (hop.delay && hop.delay->count() < 0) || *hop.received.date > now + clockTolerance;
        before = hop.received.date;
    }
    return hops;
}

} // namespace waypost::message
