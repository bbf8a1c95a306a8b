#include "reputation/target.h"

#include "base/text.h"
#include "dns/names.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>

namespace waypost::reputation {

namespace {

Target addressTarget(const net::IpAddress& ip, std::string given) {
    Target t;
    t.kind = ip.isV4() ? Asks::Ipv4 : Asks::Ipv6;
    t.text = ip.toString();
    t.given = std::move(given);
    t.ip = ip;
    return t;
}

Error tooMany() {
    return {ErrorCode::TooLarge, "target", fmt::format("A range has at most {} addresses.", maxRange)};
}

using Bytes = std::vector<std::uint8_t>;

Bytes bytesOf(const net::IpAddress& ip) {
    Bytes out;
    for (const char c : ip.octets()) out.push_back(std::uint8_t(c));
    return out;
}

net::IpAddress addressOf(const Bytes& bytes) {
    if (bytes.size() == 4) {
        std::array<std::uint8_t, 4> v4{};
        std::copy(bytes.begin(), bytes.end(), v4.begin());
        return net::IpAddress::v4(v4);
    }
    std::array<std::uint8_t, 16> v6{};
    std::copy(bytes.begin(), bytes.end(), v6.begin());
    return net::IpAddress::v6(v6);
}

bool increment(Bytes& bytes) {
    for (size_t i = bytes.size(); i-- > 0;)
        if (++bytes[i] != 0) return true;
    return false;
}

Result<std::vector<Target>> addressesFrom(const net::IpAddress& first, const net::IpAddress& last) {
    std::vector<Target> out;
    Bytes at = bytesOf(first);
    const Bytes end = bytesOf(last);
    if (at > end) return fail(ErrorCode::InvalidArgument, "target", "The range ends before it begins.");
    for (;;) {
        if (out.size() == maxRange) return fail(tooMany());
        const net::IpAddress ip = addressOf(at);
        out.push_back(addressTarget(ip, ip.toString()));
        if (at == end || !increment(at)) return out;
    }
}

Result<std::vector<Target>> prefix(const net::IpAddress& ip, std::string_view bitsText) {
    const int all = ip.isV4() ? 32 : 128;
    const auto bits = text::parseUnsigned(bitsText);
    if (!bits || *bits > std::uint64_t(all))
        return fail(ErrorCode::InvalidArgument, "target",
                    "What stands behind the slash is no prefix length.");
    Bytes low = bytesOf(ip), high = low;
    for (size_t i = 0; i < low.size(); ++i)
        for (size_t bit = 0; bit < 8; ++bit)
            if (i * 8 + bit >= *bits) {
                const auto mask = std::uint8_t(0x80U >> bit);
                low[i] = std::uint8_t(low[i] & ~mask);
                high[i] = std::uint8_t(high[i] | mask);
            }
    return addressesFrom(addressOf(low), addressOf(high));
}

Result<std::vector<Target>> span(const net::IpAddress& first, std::string_view lastText) {
    auto last = net::IpAddress::parse(lastText);
    if (!last && first.isV4()) {
        const std::string whole = first.toString();
        last = net::IpAddress::parse(whole.substr(0, whole.rfind('.') + 1) + std::string(lastText));
    }
    if (!last || last->isV4() != first.isV4())
        return fail(ErrorCode::InvalidArgument, "target", "What stands behind the hyphen is no address.");
    return addressesFrom(first, *last);
}

Result<Target> nameTarget(std::string_view given) {
    Target t;
    t.given = given;
    const size_t at = given.rfind('@');
    const auto ascii = dns::toAscii(at == std::string_view::npos ? given : given.substr(at + 1));
    if (!ascii || !dns::isHostName(*ascii, true))
        return fail(ErrorCode::InvalidArgument, "target",
                    "\"" + text::printable(given) + "\" is no address, domain or mail address.");
    t.text = dns::normalName(*ascii);
    if (at == std::string_view::npos) return t;
    constexpr size_t maxLocal = 64;
    if (at == 0 || at > maxLocal)
        return fail(ErrorCode::InvalidArgument, "target",
                    "\"" + text::printable(given) + "\" is no mail address.");
    t.kind = Asks::Email;
    t.text = text::lowered(given.substr(0, at)) + "@" + t.text;
    return t;
}

} // namespace

Result<std::vector<Target>> parseTargets(std::string_view raw) {
    const std::string_view given = text::trim(raw);
    if (const auto ip = net::IpAddress::parse(given))
        return std::vector{addressTarget(*ip, std::string(given))};
    if (const size_t slash = given.find('/'); slash != std::string_view::npos)
        if (const auto ip = net::IpAddress::parse(given.substr(0, slash)))
            return prefix(*ip, given.substr(slash + 1));
    if (const size_t dash = given.find('-'); dash != std::string_view::npos)
        if (const auto ip = net::IpAddress::parse(given.substr(0, dash)))
            return span(*ip, given.substr(dash + 1));
    auto name = nameTarget(given);
    if (!name) return fail(name.error());
    return std::vector{std::move(*name)};
}

std::string_view specialUse(const net::IpAddress& ip) {
    struct Block {
        std::string_view network;
        int bits;
        std::string_view use;
    };
    constexpr std::array blocks{
        Block{"0.0.0.0", 8, "this network"},         Block{"10.0.0.0", 8, "private"},
        Block{"100.64.0.0", 10, "shared"},           Block{"127.0.0.0", 8, "loopback"},
        Block{"169.254.0.0", 16, "link-local"},      Block{"172.16.0.0", 12, "private"},
        Block{"192.168.0.0", 16, "private"},         Block{"224.0.0.0", 3, "multicast or reserved"},
        Block{"::", 127, "unspecified or loopback"}, Block{"fc00::", 7, "private"},
        Block{"fe80::", 10, "link-local"},           Block{"ff00::", 8, "multicast"},
    };
    for (const Block& b : blocks)
        if (const auto network = net::IpAddress::parse(b.network))
            if (network->isV4() == ip.isV4() && ip.inPrefix(*network, b.bits)) return b.use;
    return {};
}

namespace {

// Five bits at a time from the low end, in the alphabet of z-base-32: how rspamd writes digests.
std::string lowBitsBase32(std::string_view bytes) {
    constexpr std::string_view alphabet = "ybndrfg8ejkmcpqxot1uwisza345h769";
    std::string out;
    unsigned held = 0, bits = 0;
    for (const char c : bytes) {
        held |= unsigned(std::uint8_t(c)) << bits;
        bits += 8;
        while (bits >= 5) {
            out += alphabet[held & 31U];
            held >>= 5;
            bits -= 5;
        }
    }
    if (bits > 0) out += alphabet[held & 31U];
    return out;
}

std::string digest(const EVP_MD* method, std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
    unsigned length = 0;
    if (EVP_Digest(text.data(), text.size(), out.data(), &length, method, nullptr) != 1) return {};
    std::string bytes(length, '\0');
    std::copy_n(out.begin(), length, bytes.begin());
    return bytes;
}

// What stands before the zone; nothing when the list knows no such names.
std::optional<std::string> labelsFor(const List& list, const Target& target,
                                     const dns::PublicSuffixList* suffixes) {
    if (target.kind == Asks::Email && list.can(Asks::Email))
        return list.hash == HashKind::None ? std::nullopt : std::optional(hashedName(list.hash, target.text));
    if (target.kind == Asks::Email || !list.can(target.kind)) return std::nullopt;
    if (target.ip) return target.ip->reversedLabels();
    std::string name = target.text;
    if (list.domainForm == DomainForm::Registrable && suffixes)
        if (std::string whole = suffixes->organizationalDomain(name); !whole.empty()) name = std::move(whole);
    return list.hash == HashKind::None ? name : hashedName(list.hash, name);
}

std::optional<std::string> under(const std::string& labels, std::string_view zone) {
    std::string name = labels + "." + std::string(zone);
    if (!dns::isAskable(name)) return std::nullopt;
    return name;
}

} // namespace

std::string hashedName(HashKind kind, std::string_view text) {
    constexpr size_t rspamdLength = 32;
    switch (kind) {
    case HashKind::Sha1: return text::hex(digest(EVP_sha1(), text));
    case HashKind::Md5: return text::hex(digest(EVP_md5(), text));
    case HashKind::Blake2Base32: return lowBitsBase32(digest(EVP_blake2b512(), text)).substr(0, rspamdLength);
    case HashKind::None: break;
    }
    return std::string(text);
}

std::string zoneOf(const List& list, const Secret& key) {
    if (list.status != ListStatus::NeedsKey || key.empty()) return list.zone;
    return std::string(key.reveal()) + "." + list.zone;
}

std::optional<std::string> queryName(const List& list, const Target& target,
                                     const dns::PublicSuffixList* suffixes, const Secret& key) {
    const auto labels = labelsFor(list, target, suffixes);
    if (!labels || list.zone.empty()) return std::nullopt;
    return under(*labels, zoneOf(list, key));
}

std::optional<std::string> shownName(const List& list, const Target& target,
                                     const dns::PublicSuffixList* suffixes) {
    const auto labels = labelsFor(list, target, suffixes);
    if (!labels || list.zone.empty()) return std::nullopt;
    return under(*labels, list.status == ListStatus::NeedsKey ? "KEY." + list.zone : list.zone);
}

std::string withoutKey(std::string message, const Secret& key) {
    if (key.empty()) return message;
    const std::string wanted(key.reveal());
    for (size_t at = text::ifind(message, wanted); at != std::string::npos;) {
        std::fill_n(message.begin() + std::ptrdiff_t(at), wanted.size(), 'x');
        const size_t more = text::ifind(std::string_view(message).substr(at + wanted.size()), wanted);
        at = more == std::string::npos ? more : more + at + wanted.size();
    }
    return message;
}

} // namespace waypost::reputation
