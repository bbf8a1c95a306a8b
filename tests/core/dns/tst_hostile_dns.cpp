// A name server that lies, breaks off and stalls. Whatever it does: the right outcome, within the time of the
// attempts, with few queries, little work and nothing kept that was not asked for.
#ifndef Q_MOC_RUN // moc 6.4 stumbles over <concepts>
#include "dns/network_resolver.h"
#include "dns/octets.h"
#include "net/dialer.h"
#include "scripted_server.h"

#include <ctime>
#endif

using namespace waypost;
using namespace waypost::dns;
using waypost::test::ScriptedServer;

namespace {

const std::string askedName = "a.example.org";
const std::string owner("\xc0\x0c", 2); // the name of the question
using Sent = std::vector<std::string>;

size_t questionEnd(const std::string& query) {
    size_t at = 12;
    while (query[at] != '\0') at += 1 + size_t(static_cast<unsigned char>(query[at]));
    return at + 5;
}

// A response octet by octet; the counts say what the row wants them to say.
struct Raw {
    std::string query;
    std::uint16_t flags = 0x8180;
    std::uint16_t questions = 1, answers = 0, authority = 0, additional = 0;
    std::string tail = {};
    std::string question = {}; // instead of the one that was asked

    [[nodiscard]] std::string bytes() const {
        std::string out = query.substr(0, 2);
        for (auto n : {flags, questions, answers, authority, additional}) octets::put16(out, n);
        out += question.empty() ? query.substr(12, questionEnd(query) - 12) : question;
        return out + tail;
    }
};

std::string name(std::initializer_list<std::string> labels) {
    std::string out;
    for (const auto& l : labels) out += char(l.size()) + l;
    return out + '\0';
}

std::string record(const std::string& who, unsigned type, const std::string& data, std::uint32_t ttl = 300,
                   unsigned cls = 1) {
    std::string out = who;
    octets::put16(out, std::uint16_t(type));
    octets::put16(out, std::uint16_t(cls));
    octets::put32(out, ttl);
    octets::put16(out, std::uint16_t(data.size()));
    return out + data;
}

const std::string anAddress("\xc0\x00\x02\x01", 4);
std::string good(const std::string& query) {
    return Raw{.query = query, .answers = 1, .tail = record(owner, 1, anAddress)}.bytes();
}
std::string coded(const std::string& query, unsigned rcode) {
    return Raw{.query = query, .flags = std::uint16_t(0x8180 | rcode)}.bytes();
}
std::string headerOnly(const std::string& query, unsigned rcode) {
    return Raw{.query = query, .flags = std::uint16_t(0x8180 | rcode), .questions = 0}.bytes().substr(0, 12);
}
std::string answering(const std::string& query, unsigned count, const std::string& tail) {
    return Raw{.query = query, .answers = std::uint16_t(count), .tail = tail}.bytes();
}
std::string cut(const std::string& query) {
    return Raw{.query = query, .flags = 0x8380}.bytes();
}
std::string text(const std::string& s) {
    return char(s.size()) + s;
}
// a.example.org -> 1.x -> 2.x … with an address at the end.
std::string aliases(const std::string& query, int count) {
    std::string tail = record(owner, 5, name({"1", "x"}));
    for (int i = 1; i < count; ++i)
        tail += record(name({std::to_string(i), "x"}), 5, name({std::to_string(i + 1), "x"}));
    tail += record(name({std::to_string(count), "x"}), 1, anAddress);
    return answering(query, unsigned(count) + 1, tail);
}
std::string opt(unsigned extended, const std::string& data = {}) {
    return record(std::string(1, '\0'), 41, data, extended << 24, 1232);
}

struct Behaviour {
    const char* sentence;
    std::function<Sent(const std::string& query, bool tcp)> act;
    Status status;
    const char* says = "";
    RecordType type = RecordType::A;
    std::function<bool(const Answer&)> holds = {};
    int queries = 2;                                              // over UDP at most
    std::function<Sent(const std::string& query)> tcpPieces = {}; // as they are
    bool tcpClosed = false;
};

using enum Status;
using Behaviours = std::vector<Behaviour>;

// One answer over UDP.
std::function<Sent(const std::string&, bool)> udp(std::function<std::string(const std::string&)> make) {
    return [make = std::move(make)](const std::string& q, bool) { return Sent{make(q)}; };
}
// Cut over UDP; over TCP this.
std::function<Sent(const std::string&, bool)> tcp(std::function<std::string(const std::string&)> make) {
    return [make = std::move(make)](const std::string& q, bool overTcp) {
        return Sent{overTcp ? make(q) : cut(q)};
    };
}

void headers(Behaviours& all) {
    auto add = [&](Behaviour b) { all.push_back(std::move(b)); };
    add({"a datagram of no octets", udp([](auto&) { return ""; }), Timeout, "1 datagrams came"});
    add({"a datagram of one octet", udp([](auto& q) { return q.substr(0, 1); }), Timeout});
    add({"the id alone", udp([](auto& q) { return q.substr(0, 2); }), Malformed, "too few"});
    add({"eleven octets", udp([](auto& q) { return good(q).substr(0, 11); }), Malformed, "too few"});
    add({"a header alone that says all is well", udp([](auto& q) { return headerOnly(q, 0); }), Malformed,
         "0 questions"});
    add({"a header alone that says servfail", udp([](auto& q) { return headerOnly(q, 2); }), ServFail});
    add({"a header alone that says refused", udp([](auto& q) { return headerOnly(q, 5); }), Refused});
    add({"a header alone that says nxdomain", udp([](auto& q) { return headerOnly(q, 3); }), NxDomain});
    add({"the query itself", udp([](auto& q) { return q; }), Malformed, "is a query"});
    add({"an answer without the response bit", udp([](auto& q) {
             return Raw{.query = q, .flags = 0x0180, .answers = 1, .tail = record(owner, 1, anAddress)}
                 .bytes();
         }),
         Malformed, "is a query"});
    add({"an answer to a dynamic update", udp([](auto& q) {
             return Raw{.query = q, .flags = 0xa980, .answers = 1, .tail = record(owner, 1, anAddress)}
                 .bytes();
         }),
         Malformed, "kind 5"});
    add({"another id", udp([](std::string q) {
             q[0] = char(q[0] ^ 1);
             return good(q);
         }),
         Timeout, "1 datagrams"});
    add({"another id, then the answer",
         [](const std::string& q, bool) {
             auto f = good(q);
             f[1] = char(f[1] ^ 1);
             return Sent{f, good(q)};
         },
         Ok});
    add({"a thousand guesses of the id, then the answer",
         [](const std::string& q, bool) {
             Sent out;
             for (int i = 1; i <= 1000; ++i) {
                 auto f = good(q);
                 f[0] = char(f[0] ^ (i >> 8));
                 f[1] = char(f[1] ^ (i & 0xff));
                 out.push_back(f);
             }
             out.push_back(good(q));
             return out;
         },
         Ok});
    add({"the answer twice", [](const std::string& q, bool) { return Sent{good(q), good(q)}; }, Ok});
    add({"another name", udp([](auto& q) {
             return Raw{.query = q,
                        .answers = 1,
                        .tail = record(owner, 1, anAddress),
                        .question = name({"bank", "example"}) + std::string("\0\1\0\1", 4)}
                 .bytes();
         }),
         Malformed, "not about a.example.org"});
    add({"another name, then the answer",
         [](const std::string& q, bool) {
             return Sent{Raw{.query = q, .question = name({"x"}) + std::string("\0\1\0\1", 4)}.bytes(),
                         good(q)};
         },
         Ok});
    add({"another type", udp([](auto& q) {
             return Raw{.query = q, .question = name({"a", "example", "org"}) + std::string("\0\x10\0\1", 4)}
                 .bytes();
         }),
         Malformed, "TXT, not about"});
    add({"another class", udp([](auto& q) {
             return Raw{.query = q, .question = name({"a", "example", "org"}) + std::string("\0\1\0\3", 4)}
                 .bytes();
         }),
         Malformed, "not of class IN"});
    add({"no question but an answer", udp([](auto& q) {
             return Raw{.query = q,
                        .questions = 0,
                        .answers = 1,
                        .tail = record(name({"a", "example", "org"}), 1, anAddress)}
                 .bytes();
         }),
         Malformed});
    add({"the question twice", udp([](auto& q) {
             return Raw{.query = q, .questions = 2, .tail = q.substr(12, questionEnd(q) - 12)}.bytes();
         }),
         Malformed, "2 questions"});
    add({"65535 questions announced",
         udp([](auto& q) { return Raw{.query = q, .questions = 65535}.bytes(); }), Malformed});
    add({"the name in other letters", udp([](auto& q) {
             return Raw{.query = q,
                        .answers = 1,
                        .tail = record(owner, 1, anAddress),
                        .question = name({"A", "eXample", "ORG"}) + std::string("\0\1\0\1", 4)}
                 .bytes();
         }),
         Ok});
    add({"noise behind the id", udp([](auto& q) { return q.substr(0, 2) + std::string(500, '\xff'); }),
         Malformed});
    add({"zeros behind the id", udp([](auto& q) { return q.substr(0, 2) + std::string(500, '\0'); }),
         Malformed});
}

void codes(Behaviours& all) {
    auto add = [&](Behaviour b) { all.push_back(std::move(b)); };
    add({"nxdomain with an address", udp([](auto& q) {
             return Raw{.query = q, .flags = 0x8183, .answers = 1, .tail = record(owner, 1, anAddress)}
                 .bytes();
         }),
         NxDomain});
    add({"servfail with an address", udp([](auto& q) {
             return Raw{.query = q, .flags = 0x8182, .answers = 1, .tail = record(owner, 1, anAddress)}
                 .bytes();
         }),
         ServFail});
    add({"refused with an address", udp([](auto& q) {
             return Raw{.query = q, .flags = 0x8185, .answers = 1, .tail = record(owner, 1, anAddress)}
                 .bytes();
         }),
         Refused});
    for (unsigned rcode : {6U, 7U, 8U, 9U, 10U, 15U})
        add({rcode == 6    ? "rcode 6"
             : rcode == 7  ? "rcode 7"
             : rcode == 8  ? "rcode 8"
             : rcode == 9  ? "rcode 9"
             : rcode == 10 ? "rcode 10"
                           : "rcode 15",
             udp([rcode](auto& q) { return coded(q, rcode); }), ServFail, "rcode"});
    add({"formerr, with and without EDNS", udp([](auto& q) { return coded(q, 1); }), ServFail, "rcode 1"});
    add({"not implemented, with and without EDNS", udp([](auto& q) { return coded(q, 4); }), ServFail,
         "rcode 4"});
    add({"formerr to EDNS, an answer without it",
         udp([](auto& q) { return decodeQuery(q)->edns ? coded(q, 1) : good(q); }), Ok});
    add({"an extended code for bad EDNS, an answer without it", udp([](auto& q) {
             return decodeQuery(q)->edns ? Raw{.query = q, .additional = 1, .tail = opt(1)}.bytes() : good(q);
         }),
         Ok});
    add({"an extended code nobody knows", udp([](auto& q) {
             return Raw{.query = q, .flags = 0x8186, .additional = 1, .tail = opt(1)}.bytes();
         }),
         ServFail, "rcode 22"});
    add({"two OPT records", udp([](auto& q) {
             return Raw{.query = q,
                        .answers = 1,
                        .additional = 2,
                        .tail = record(owner, 1, anAddress) + opt(0) + opt(0)}
                 .bytes();
         }),
         Ok});
    add({"an OPT record among the answers",
         udp([](auto& q) { return answering(q, 2, opt(0) + record(owner, 1, anAddress)); }), Ok});
    add({"an OPT record full of noise", udp([](auto& q) {
             return Raw{.query = q,
                        .answers = 1,
                        .additional = 1,
                        .tail = record(owner, 1, anAddress) + opt(0, std::string(300, '\xff'))}
                 .bytes();
         }),
         Ok});
}

void names(Behaviours& all) {
    auto add = [&](Behaviour b) { all.push_back(std::move(b)); };
    // Where the first record's name stands: behind header and question of a.example.org.
    constexpr char here = 12 + 15 + 4;
    auto named = [](std::string who) {
        return udp([who](auto& q) { return answering(q, 1, record(who, 1, anAddress)); });
    };
    add({"a pointer at itself", named({'\xc0', here}), Malformed, "points forwards or at itself"});
    add({"a pointer forwards", named({'\xc0', here + 4}), Malformed, "points forwards"});
    add({"a pointer past the end", named("\xff\xff"), Malformed, "points forwards"});
    add({"a label and a pointer back to it", named({'\1', 'x', '\xc0', here}), Malformed});
    add({"a pointer into the header", named({'\xc0', 4}), NoData});
    add({"half a pointer at the end", udp([](auto& q) { return answering(q, 1, "\xc0"); }), Malformed,
         "half a pointer"});
    add({"a label of the reserved kind", named("\x80"), Malformed, "unknown kind"});
    add({"a label of 64 octets", named(char(64) + std::string(64, 'x') + '\0'), Malformed, "unknown kind"});
    add({"a label that runs past the end", udp([](auto& q) { return answering(q, 1, "\x3fxyz"); }),
         Malformed});
    add({"a name of 260 octets", named([] {
             std::string n;
             for (int i = 0; i < 5; ++i) n += char(51) + std::string(51, 'x');
             return n + '\0';
         }()),
         Malformed, "longer than 255"});
    add({"seventeen pointers in a row", udp([](auto& q) {
             std::string chain = owner;
             const size_t base = questionEnd(q) + 11;
             for (int i = 0; i < 16; ++i) chain += {'\xc0', char(base + 2 * size_t(i))};
             std::string tail =
                 std::string(1, '\0') + std::string("\xff\x10\0\1\0\0\0\0\0", 9) + char(chain.size()) + chain;
             tail += record({'\xc0', char(base + chain.size() - 2)}, 1, anAddress);
             return answering(q, 2, tail);
         }),
         Malformed, "compression pointers"});
    add({"a name full of NUL, quotes and dots", udp([](auto& q) {
             return answering(q, 2,
                              record(owner, 5, name({std::string("\0\"\\.\x7f", 5), "x"})) +
                                  record(name({std::string("\0\"\\.\x7f", 5), "x"}), 1, anAddress));
         }),
         Ok, "", RecordType::A,
         [](const Answer& a) { return a.records.back().name == "\\000\"\\092\\046\\127.x"; }});
    add({"an alias to itself", udp([](auto& q) { return answering(q, 1, record(owner, 5, owner)); }), NoData,
         "circle"});
    add({"two aliases in a circle", udp([](auto& q) {
             return answering(q, 2, record(owner, 5, name({"x"})) + record(name({"x"}), 5, owner));
         }),
         NoData, "circle"});
    add({"eight aliases", udp([](auto& q) { return aliases(q, 8); }), Ok});
    add({"nine aliases", udp([](auto& q) { return aliases(q, 9); }), Malformed, "more than 8"});
    add({"two hundred aliases", tcp([](auto& q) { return aliases(q, 200); }), Malformed, "more than 8"});
    add({"aliases of one name to two places", udp([](auto& q) {
             return answering(q, 3,
                              record(owner, 5, name({"x"})) + record(owner, 5, name({"y"})) +
                                  record(name({"y"}), 1, anAddress));
         }),
         NoData});
}

void poison(Behaviours& all) {
    auto add = [&](Behaviour b) { all.push_back(std::move(b)); };
    const auto bank = name({"bank", "example"});
    auto ownOnly = [](const Answer& a) {
        return std::ranges::all_of(a.records, [](const Record& r) { return r.name == askedName; });
    };
    add({"only the address of another name",
         udp([bank](auto& q) { return answering(q, 1, record(bank, 1, anAddress)); }), NoData, "",
         RecordType::A, [](const Answer& a) { return a.records.empty(); }});
    add({"the address of another name beside the right one", udp([bank](auto& q) {
             return answering(q, 2, record(bank, 1, anAddress) + record(owner, 1, anAddress));
         }),
         Ok, "", RecordType::A, ownOnly});
    add({"an alias of another name beside the right address", udp([bank](auto& q) {
             return answering(q, 2, record(bank, 5, owner) + record(owner, 1, anAddress));
         }),
         Ok, "", RecordType::A, ownOnly});
    add({"the address of another name in the additional section", udp([bank](auto& q) {
             return Raw{.query = q,
                        .answers = 1,
                        .additional = 1,
                        .tail = record(owner, 1, anAddress) + record(bank, 1, anAddress)}
                 .bytes();
         }),
         Ok, "", RecordType::A, ownOnly});
    add({"an alias out of the zone, with more than its target", udp([bank](auto& q) {
             return answering(q, 3,
                              record(owner, 5, bank) + record(bank, 1, anAddress) +
                                  record(name({"shop", "example"}), 1, anAddress));
         }),
         Ok, "", RecordType::A, [](const Answer& a) { return a.records.size() == 2; }});
    add({"an address of class CHAOS",
         udp([](auto& q) { return answering(q, 1, record(owner, 1, anAddress, 300, 3)); }), NoData,
         "left out"});
    add({"an address where a text was asked for",
         udp([](auto& q) { return answering(q, 1, record(owner, 1, anAddress)); }), NoData, "",
         RecordType::TXT, [](const Answer& a) { return a.records.empty(); }});
}

void data(Behaviours& all) {
    auto add = [&](Behaviour b) { all.push_back(std::move(b)); };
    auto one = [](unsigned type, std::string bytes, std::uint32_t ttl = 300) {
        return udp([=](auto& q) { return answering(q, 1, record(owner, type, bytes, ttl)); });
    };
    add({"65535 answers announced, one sent",
         udp([](auto& q) { return answering(q, 65535, record(owner, 1, anAddress)); }), Malformed});
    add({"no answer announced, one sent",
         udp([](auto& q) { return answering(q, 0, record(owner, 1, anAddress)); }), NoData});
    add({"octets behind the last record", udp([](auto& q) { return good(q) + std::string(400, 'x'); }), Ok});
    add({"data longer than the message",
         udp([](auto& q) { return answering(q, 1, owner + std::string("\0\1\0\1\0\0\0\0\xff\xff", 10)); }),
         Malformed, "runs past the end"});
    add({"an address of no octets", one(1, ""), Malformed, "has 0 octets"});
    add({"an address of five octets", one(1, "12345"), Malformed, "has 5 octets"});
    add({"an IPv6 address of four octets", one(28, "1234"), Malformed, "has 4 octets", RecordType::AAAA});
    add({"an exchange without a name", one(15, std::string("\0\1", 2)), Malformed, "too short",
         RecordType::MX});
    add({"an exchange whose name ends early", one(15, std::string("\0\1\0\0\0", 5)), Malformed, "",
         RecordType::MX});
    add({"a text whose string is longer than it", one(16, "\xffx"), Malformed, "runs past", RecordType::TXT});
    add({"a text of no strings", one(16, ""), Ok, "", RecordType::TXT});
    add({"a text of NUL octets", one(16, text(std::string(9, '\0'))), Ok, "", RecordType::TXT,
         [](const Answer& a) {
             return std::get<TxtData>(a.records[0].data).joined() == std::string(9, '\0');
         }});
    add({"a TLSA record of two octets", one(52, "\3\1"), Malformed, "", RecordType::TLSA});
    add({"a CAA record whose tag is longer than it",
         one(257, std::string("\0\x20"
                              "issue",
                              7)),
         Malformed, "", RecordType::CAA});
    add({"an SOA that ends early", udp([](auto& q) {
             return Raw{
                 .query = q, .authority = 1, .tail = record(owner, 6, name({"ns"}) + name({"root"}) + "1234")}
                 .bytes();
         }),
         Malformed});
    add({"a TTL of 0", one(1, anAddress, 0), Ok, "", RecordType::A,
         [](const Answer& a) { return a.cacheTtl() == 5; }});
    add({"a TTL with the top bit", one(1, anAddress, 0x80000000U), Ok, "", RecordType::A,
         [](const Answer& a) { return a.ttl() == 0; }});
    add({"a TTL of 68 years", one(1, anAddress, 0x7fffffffU), Ok, "", RecordType::A,
         [](const Answer& a) { return a.cacheTtl() == 86'400; }});
    add({"400 strings in one text", tcp([](auto& q) {
             std::string strings;
             for (int i = 0; i < 400; ++i) strings += text("x");
             return answering(q, 1, record(owner, 16, strings));
         }),
         Ok, "", RecordType::TXT,
         [](const Answer& a) { return std::get<TxtData>(a.records[0].data).strings.size() == 400; }});
    add({"64 KB of text over TCP", tcp([](auto& q) {
             std::string strings;
             for (int i = 0; i < 255; ++i) strings += text(std::string(255, 'x'));
             return answering(q, 1, record(owner, 16, strings));
         }),
         Ok, "", RecordType::TXT,
         [](const Answer& a) { return std::get<TxtData>(a.records[0].data).joined().size() == 65'025; }});
    add({"65000 empty strings in one text",
         tcp([](auto& q) { return answering(q, 1, record(owner, 16, std::string(65'000, '\0'))); }),
         Malformed, "more than 4096 strings", RecordType::TXT});
    add({"4000 addresses", tcp([](auto& q) {
             std::string tail;
             for (int i = 0; i < 4000; ++i) tail += record(owner, 1, anAddress);
             return answering(q, 4000, tail);
         }),
         Ok, "3744 records over the limit"});
    add({"5000 octets in a datagram", udp([](auto& q) {
             std::string tail;
             for (int i = 0; i < 300; ++i) tail += record(owner, 1, anAddress);
             return answering(q, 300, tail);
         }),
         Ok});
    add({"9000 octets in a datagram", udp([](auto& q) {
             std::string tail;
             for (int i = 0; i < 600; ++i) tail += record(owner, 1, anAddress);
             return answering(q, 600, tail);
         }),
         Malformed});
}

void streams(Behaviours& all) {
    auto add = [&](Behaviour b) { all.push_back(std::move(b)); };
    auto silent = [](const std::string& q, bool overTcp) { return overTcp ? Sent{} : Sent{cut(q)}; };
    auto framed = [](const std::string& m) {
        std::string out;
        octets::put16(out, std::uint16_t(m.size()));
        return out + m;
    };
    auto pieces = [&](const char* sentence, Status status, std::function<Sent(const std::string&)> make) {
        add({sentence, silent, status, "", RecordType::A, {}, 2, std::move(make)});
    };
    add({"cut, then silence over TCP", silent, Timeout, "over TCP"});
    add({"cut, and nobody listens over TCP",
         silent,
         Unreachable,
         "over TCP",
         RecordType::A,
         {},
         2,
         {},
         true});
    add({"cut, another id over TCP", tcp([](std::string q) {
             q[0] = char(q[0] ^ 1);
             return good(q);
         }),
         Malformed, "another id"});
    add({"cut, another name over TCP", tcp([](auto& q) {
             return Raw{.query = q, .question = name({"x"}) + std::string("\0\1\0\1", 4)}.bytes();
         }),
         Malformed, "not about"});
    add({"cut, cut again over TCP with nothing in it", tcp([](auto& q) { return cut(q); }), Malformed,
         "cut off"});
    pieces("cut, the stream ends at once", Malformed, [](auto&) { return Sent{}; });
    pieces("cut, the stream ends in the length", Malformed, [](auto&) { return Sent{"\1"}; });
    pieces("cut, a message of no octets over TCP", Malformed,
           [](auto&) { return Sent{std::string(2, '\0')}; });
    pieces("cut, the stream ends in the message", Malformed,
           [framed](auto& q) { return Sent{framed(good(q)).substr(0, 30)}; });
    pieces("cut, noise over TCP", Malformed, [](auto&) { return Sent{std::string(70'000, '\xff')}; });
    pieces("cut, one octet at a time over TCP", Timeout, [framed](auto& q) {
        Sent out;
        for (char c : framed(good(q))) out.emplace_back(1, c);
        return out;
    });
    pieces("cut, the answer in two pieces over TCP", Ok, [framed](auto& q) {
        const std::string m = framed(good(q));
        return Sent{m.substr(0, 1), m.substr(1)};
    });
}

const Behaviours& behaviours() {
    static const Behaviours all = [] {
        Behaviours b;
        headers(b);
        codes(b);
        names(b);
        poison(b);
        data(b);
        streams(b);
        return b;
    }();
    return all;
}

double threadCpuMs() {
    timespec t{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return double(t.tv_sec) * 1e3 + double(t.tv_nsec) / 1e6;
}

#if defined(__SANITIZE_ADDRESS__) ||                                                                         \
    (defined(__has_feature) && (__has_feature(address_sanitizer) || __has_feature(thread_sanitizer)))
constexpr double cpuLimitMs = 30;
#else
constexpr double cpuLimitMs = 1;
#endif

} // namespace

class TestHostileDns : public QObject {
    Q_OBJECT

    SystemClock clock_;
    SystemRandom random_;
    static constexpr Millis attempt{60};

    Answer ask(net::Loop& loop, ScriptedServer& server, RecordType type) {
        NetworkResolverOptions o;
        o.servers = {server.endpoint()};
        o.timeout = attempt;
        NetworkResolver resolver(loop, clock_, random_, o);
        std::optional<Answer> got;
        resolver.resolve({askedName, type}, [&](Answer a) { got = std::move(a); });
        auto late = std::make_shared<bool>(false);
        start(loop.sleep(Millis(10'000)), [late] { *late = true; });
        loop.runUntil([&] { return *late || got.has_value(); });
        if (!got) qFatal("no answer came back");
        return *got;
    }

  private Q_SLOTS:
    void thereAreManyOfThem() { QVERIFY(behaviours().size() >= 60); }

    void aServerThat_data() {
        QTest::addColumn<int>("number");
        for (size_t i = 0; i < behaviours().size(); ++i) QTest::newRow(behaviours()[i].sentence) << int(i);
    }
    void aServerThat() {
        QFETCH(int, number);
        const Behaviour& b = behaviours()[size_t(number)];
        net::Loop loop;
        std::string last;
        ScriptedServer server(loop, [&](const std::string& query, bool tcp) {
            Sent out = b.act(query, tcp);
            if (!out.empty()) last = out.back();
            return out;
        });
        server.pieces = b.tcpPieces;
        server.pause = Millis(10);
        if (b.tcpClosed) server.closeTcp();
        const auto begun = std::chrono::steady_clock::now();
        const Answer a = ask(loop, server, b.type);
        const auto took = std::chrono::steady_clock::now() - begun;
        QCOMPARE(statusName(a.status), statusName(b.status));
        QVERIFY2(a.text.find(b.says) != std::string::npos, a.text.c_str());
        if (b.holds) QVERIFY(b.holds(a));
        QVERIFY(a.records.size() <= maxRecordsUsed);
        // Two attempts, each with a stream of its own at most, and room for a busy machine.
        QVERIFY2(took < 4 * attempt + std::chrono::milliseconds(600), std::to_string(took.count()).c_str());
        QVERIFY2(server.overUdp <= b.queries, std::to_string(server.overUdp).c_str());
        QVERIFY2(server.overTcp <= 2, std::to_string(server.overTcp).c_str());
        double least = 1e9;
        for (int i = 0; i < 5; ++i) {
            const double before = threadCpuMs();
            (void)decodeAnswer({askedName, b.type}, last);
            least = std::min(least, threadCpuMs() - before);
        }
        QVERIFY2(least <= cpuLimitMs, std::to_string(least).c_str());
    }

    // The kernel gives a connected socket what comes from its peer alone.
    void anAnswerFromAnotherPortIsNotSeen() {
        net::Loop loop;
        auto stranger =
            net::UdpServer::open(loop, {net::IpAddress::v4({127, 0, 0, 1}), 0}, [](auto, auto) {});
        QVERIFY(stranger.has_value());
        ScriptedServer* asked = nullptr;
        ScriptedServer server(loop, [&](const std::string& query, bool) {
            (*stranger)->send(good(query), asked->client);
            return Sent{};
        });
        asked = &server;
        const Answer a = ask(loop, server, RecordType::A);
        QCOMPARE(statusName(a.status), statusName(Status::Timeout));
        QVERIFY2(a.text.find("datagrams came") == std::string::npos, a.text.c_str());
    }
};

QTEST_APPLESS_MAIN(TestHostileDns)
#include "tst_hostile_dns.moc"
