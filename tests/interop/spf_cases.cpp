#include "spf_cases.h"

#include <array>

namespace waypost::test {

namespace {

// splitmix64: short, and the same everywhere.
class Dice {
  public:
    explicit Dice(std::uint64_t seed) : state_(seed) {}
    std::uint64_t next() {
        std::uint64_t z = (state_ += 0x9e3779b97f4a7c15);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }
    size_t below(size_t n) { return size_t(next() % n); }
    bool oneIn(size_t n) { return below(n) == 0; }
    template <class List>
    auto& of(const List& list) {
        return list[below(std::size(list))];
    }

  private:
    std::uint64_t state_;
};

constexpr size_t domains = 6, hosts = 5;

const std::array<const char*, 8> addresses{"192.0.2.1",        "192.0.2.77",  "198.51.100.3",
                                           "203.0.113.200",    "2001:db8::1", "2001:db8:1::7",
                                           "::ffff:192.0.2.1", "10.1.2.3"};
const std::array<const char*, 7> localParts{"user", "a-b.c", "x+tag", "strong-bad", "u/v=w", "A_b", "a..b"};
const std::array<const char*, 12> networks{
    "ip4:192.0.2.0/24",  "ip4:192.0.2.1",       "ip4:198.51.100.0/30",  "ip4:10.0.0.0/8",
    "ip4:192.0.2.76/31", "ip4:0.0.0.0/0",       "ip6:2001:db8::/32",    "ip6:2001:db8::1",
    "ip6:::/0",          "ip6:2001:db8:1::/48", "ip4:203.0.113.128/25", "ip6:::ffff:192.0.2.1"};
const std::array<const char*, 12> macroNames{
    "%{i}.x.test",    "%{ir}.%{v}.x.test", "%{l}.x.test",  "%{d2}",      "%{o}.x.test", "%{h}",
    "%{l1r-}.x.test", "%{s}.x.test",       "%{dr}.x.test", "x%%.x.test", "%{d}",        "%{lr+-}.x.test"};
const std::array<const char*, 8> explanations{
    "not from %{i}", "%{s} %{o} %{d} %{l}", "see http://%{d}/?s=%{S}&i=%{I}", "%{v} %{h}", "%{ir}.%{v}.%{d2}",
    "100%% sure",    "plain text",          "%{dr} %{l1r-} %{d999}"};

std::string domain(Dice& dice) {
    return "d" + std::to_string(dice.below(domains)) + ".test";
}
std::string host(Dice& dice) {
    return dice.oneIn(6) ? "gone.test" : "h" + std::to_string(dice.below(hosts)) + ".test";
}

std::string prefixes(Dice& dice) {
    switch (dice.below(6)) {
    case 0: return "/24";
    case 1: return "/0//0";
    case 2: return "//64";
    default: return {};
    }
}

std::string mechanism(Dice& dice) {
    static const std::array<const char*, 8> qualifiers{"", "", "", "", "+", "-", "~", "?"};
    const std::string q = dice.of(qualifiers);
    switch (dice.below(12)) {
    case 0: return q + "include:" + domain(dice);
    case 1: return q + "a" + prefixes(dice);
    case 2: return q + "a:" + host(dice) + prefixes(dice);
    case 3: return q + "mx" + prefixes(dice);
    case 4: return q + "mx:" + domain(dice);
    case 5: return q + (dice.oneIn(2) ? "ptr" : "ptr:" + domain(dice));
    case 6: return q + "exists:" + dice.of(macroNames);
    case 7: return q + "a:" + dice.of(macroNames);
    case 8: return q + "include:" + domain(dice);
    default: return q + dice.of(networks);
    }
}

// A few octets of a record changed: what people mistype and what readers of records differ about.
void spoil(Dice& dice, std::string& record) {
    static constexpr std::string_view octets = " :/=.%{}-+~?_,0123456789aAdDlrRsSzZ\t\"\\@;&";
    const size_t first = 7; // behind the version
    for (size_t n = 1 + dice.below(2); n > 0 && record.size() > first; --n) {
        const size_t at = first + dice.below(record.size() - first);
        const char octet = octets[dice.below(octets.size())];
        switch (dice.below(4)) {
        case 0: record[at] = octet; break;
        case 1: record.insert(at, 1, octet); break;
        case 2: record.erase(at, 1); break;
        default: record.insert(at, record.substr(at, 1 + dice.below(4)));
        }
    }
}

std::string record(Dice& dice) {
    std::string out = "v=spf1";
    for (size_t n = dice.below(5); n > 0; --n) out += " " + mechanism(dice);
    if (dice.oneIn(6)) out += " exp=e" + std::to_string(dice.below(3)) + ".test";
    if (dice.oneIn(7)) out += " redirect=" + domain(dice);
    if (dice.oneIn(12)) out += " x-unknown=%{d}";
    static const std::array<const char*, 6> ends{" -all", " -all", " ~all", " ?all", " all", ""};
    out += dice.of(ends);
    if (dice.oneIn(6)) out += " exp=e" + std::to_string(dice.below(3)) + ".test";
    if (dice.oneIn(3)) spoil(dice, out);
    return out;
}

json::object txt(std::string text) {
    json::array strings;
    strings.emplace_back(text);
    return {{"type", "TXT"}, {"data", std::move(strings)}};
}
json::object named(const char* type, const std::string& data) {
    return {{"type", type}, {"data", data}};
}

void addDomain(Dice& dice, json::array& records) {
    if (dice.oneIn(14)) {
        records.emplace_back("TIMEOUT");
        return;
    }
    if (!dice.oneIn(12)) records.push_back(txt(record(dice)));
    if (dice.oneIn(25)) records.push_back(txt(record(dice)));
    if (dice.oneIn(8)) records.push_back(txt("some other text"));
    if (dice.oneIn(2)) records.push_back(named("A", "192.0.2.1"));
    if (dice.oneIn(4)) records.push_back(named("AAAA", "2001:db8::1"));
    for (size_t n = dice.oneIn(2) ? dice.below(4) : 0; n > 0; --n)
        records.push_back(
            json::object{{"type", "MX"}, {"data", json::array{std::int64_t(10 * n), host(dice)}}});
}

json::object zone(Dice& dice) {
    json::object out;
    for (size_t i = 0; i < domains; ++i) {
        json::array records;
        addDomain(dice, records);
        out["d" + std::to_string(i) + ".test"] = std::move(records);
    }
    for (size_t i = 0; i < hosts; ++i) {
        json::array records;
        if (dice.oneIn(15)) records.emplace_back("TIMEOUT");
        if (!dice.oneIn(4)) records.push_back(named("A", addresses[dice.below(4)]));
        if (dice.oneIn(3)) records.push_back(named("AAAA", addresses[4 + dice.below(2)]));
        out["h" + std::to_string(i) + ".test"] = std::move(records);
    }
    for (int i = 0; i < 3; ++i)
        out["e" + std::to_string(i) + ".test"] = json::array{txt(dice.of(explanations))};
    for (const char* name : {"192.0.2.1.x.test", "1.2.0.192.in-addr.x.test", "user.x.test", "strong.x.test"})
        if (dice.oneIn(2)) out[name] = json::array{named("A", "127.0.0.2")};
    if (dice.oneIn(2))
        out["1.2.0.192.in-addr.arpa"] = json::array{named("PTR", host(dice)), named("PTR", domain(dice))};
    return out;
}

} // namespace

std::vector<SpfCase> spfCases(std::uint64_t seed, size_t count) {
    Dice dice(seed);
    std::vector<SpfCase> out;
    while (out.size() < count) {
        const json::object z = zone(dice);
        // A few clients of each zone.
        for (int i = 0; i < 4 && out.size() < count; ++i) {
            SpfCase c;
            c.zone = z;
            c.ip = dice.of(addresses);
            c.helo = dice.oneIn(4) ? domain(dice) : "mail.example";
            if (!dice.oneIn(12)) c.mailFrom = std::string(dice.of(localParts)) + "@" + domain(dice);
            out.push_back(std::move(c));
        }
    }
    return out;
}

std::string toLine(const SpfCase& c) {
    return json::line(json::object{
        {"ip", c.ip}, {"mail_from", c.mailFrom}, {"helo", c.helo}, {"zone", json::value(c.zone)}});
}

} // namespace waypost::test
