#include "reputation/judge.h"

#include "net/address.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace waypost::reputation {

namespace {

using Octets = std::array<std::uint8_t, 4>;

constexpr std::array reasonNames{
    std::pair{Reason::None, std::string_view("")},
    std::pair{Reason::Timeout, std::string_view("timeout")},
    std::pair{Reason::ServFail, std::string_view("servfail")},
    std::pair{Reason::DnsRefused, std::string_view("dns-refused")},
    std::pair{Reason::Malformed, std::string_view("malformed")},
    std::pair{Reason::Unreachable, std::string_view("unreachable")},
    std::pair{Reason::Cancelled, std::string_view("cancelled")},
    std::pair{Reason::OutsideLoopback, std::string_view("outside-127/8")},
    std::pair{Reason::Unpublished, std::string_view("unpublished-code")},
    std::pair{Reason::Unhealthy, std::string_view("unhealthy-list")},
    std::pair{Reason::PublicResolver, std::string_view("public-resolver")},
    std::pair{Reason::DailyLimit, std::string_view("daily-limit")},
    std::pair{Reason::ListRefused, std::string_view("list-refused")},
    std::pair{Reason::WrongKind, std::string_view("wrong-kind")},
    std::pair{Reason::Dead, std::string_view("dead-list")},
    std::pair{Reason::NoKey, std::string_view("no-key")},
    std::pair{Reason::NoZone, std::string_view("no-zone")},
};

std::optional<Octets> octetsOf(std::string_view text) {
    const auto ip = net::IpAddress::parse(text);
    if (!ip || !ip->isV4()) return std::nullopt;
    Octets out{};
    const std::string_view bytes = ip->octets();
    for (size_t i = 0; i < out.size(); ++i) out[i] = std::uint8_t(bytes[i]);
    return out;
}

std::string_view generalRefusal(std::uint8_t last) {
    constexpr std::uint8_t mistyped = 252, openResolver = 254, tooMany = 255;
    if (last == mistyped) return "The list says that the name of its zone is mistyped.";
    if (last == openResolver)
        return "The list refuses the name server that asked: it is public, open or has no name of its own.";
    if (last == tooMany) return "The list refuses to answer: too many questions came from this name server.";
    return "The list refuses to answer.";
}

void addSentence(std::string& to, std::string_view sentence) {
    if (sentence.empty() || to.contains(sentence)) return;
    if (!to.empty()) to += ' ';
    to += sentence;
}

struct Seen {
    bool lied = false, refused = false, listed = false, unpublished = false;
};

// One A record held against the codes.
class OneAnswer {
  public:
    OneAnswer(const List& list, const Octets& octets, Seen& seen)
        : list_(list), octets_(octets), seen_(seen) {}

    void into(Judgement& out) {
        constexpr std::uint8_t loopback = 127;
        if (octets_[0] != loopback) {
            seen_.lied = true;
            return;
        }
        if (!byCodes(out)) otherwise(out);
    }

  private:
    // True when a code took it.
    bool byCodes(Judgement& out) {
        for (const Code& code : list_.codes)
            if (code.answer && code.answer->holds(octets_)) {
                take(code, out);
                return true;
            }
        if (octets_[1] != 0 || octets_[2] != 0) return false;
        int known = 0;
        for (const Code& code : list_.codes)
            if (!code.answer && (octets_[3] & code.bit) == code.bit) {
                take(code, out);
                known |= code.bit;
            }
        return known != 0;
    }

    void otherwise(Judgement& out) {
        // 127.255.255.0/24 is the range that operators agreed on for refusals.
        if (octets_[1] == 255 && octets_[2] == 255) {
            seen_.refused = true;
            addSentence(out.meaning, generalRefusal(octets_[3]));
            return;
        }
        if (list_.unpublished == Unpublished::Listed) {
            if (list_.welcome)
                out.welcome = true;
            else
                seen_.listed = true;
            addSentence(out.meaning, list_.welcome ? "Known as a good sender." : "Listed.");
            return;
        }
        seen_.unpublished = true;
    }

    void take(const Code& code, Judgement& out) {
        if (!code.sub.empty() && std::find(out.subs.begin(), out.subs.end(), code.sub) == out.subs.end())
            out.subs.push_back(code.sub);
        addSentence(out.meaning, code.meaning);
        switch (code.kind) {
        case CodeKind::Listed: seen_.listed = true; break;
        case CodeKind::Welcome: out.welcome = true; break;
        case CodeKind::Score: out.score = octets_[3]; break;
        case CodeKind::Refused: seen_.refused = true; break;
        }
    }

    const List& list_;
    const Octets& octets_;
    Seen& seen_;
};

Judgement failed(const dns::Answer& answer) {
    Judgement out;
    const auto is = [&out](Reason r, std::string text) {
        out.reason = r;
        out.meaning = std::move(text);
    };
    switch (answer.status) {
    case dns::Status::ServFail: is(Reason::ServFail, "The name server could not find out (SERVFAIL)."); break;
    case dns::Status::Refused:
        is(Reason::DnsRefused, "The name server refused the question (REFUSED).");
        break;
    case dns::Status::Malformed: is(Reason::Malformed, "The answer could not be read: " + answer.text); break;
    case dns::Status::Unreachable: is(Reason::Unreachable, "The name server could not be reached."); break;
    case dns::Status::Cancelled: is(Reason::Cancelled, "Stopped before the answer came."); break;
    default: is(Reason::Timeout, "No answer came in time."); break;
    }
    return out;
}

// A refusal and a lie outweigh a listing: what stands beside them cannot be trusted.
void conclude(Judgement& out, const Seen& seen) {
    std::string all;
    for (const std::string& a : out.answers) all += (all.empty() ? "" : ", ") + a;
    if (seen.lied) {
        Judgement lie;
        lie.answers = std::move(out.answers);
        out = std::move(lie);
        out.reason = Reason::OutsideLoopback;
        out.meaning = "The answer " + all +
                      " is no address of 127.0.0.0/8: it is not from a list (RFC 5782), so nothing is known.";
    } else if (seen.refused) {
        out.status = Status::Refused;
        out.reason = Reason::ListRefused;
        out.welcome = false;
        out.score.reset();
    } else if (seen.unpublished && !seen.listed && !out.welcome && !out.score) {
        out.reason = Reason::Unpublished;
        out.meaning = "The list answered " + all + ", and says nowhere what that means.";
    } else {
        out.status = seen.listed ? Status::Listed : Status::Clean;
        out.reason = Reason::None;
    }
}

} // namespace

std::string_view statusName(Status s) {
    switch (s) {
    case Status::Clean: return "clean";
    case Status::Listed: return "listed";
    case Status::Refused: return "refused";
    case Status::Error: return "error";
    case Status::NotApplicable: return "not-applicable";
    }
    return "";
}

std::optional<Status> statusFromName(std::string_view name) {
    for (const Status s :
         {Status::Clean, Status::Listed, Status::Refused, Status::Error, Status::NotApplicable})
        if (statusName(s) == name) return s;
    return std::nullopt;
}

std::string_view reasonName(Reason r) {
    for (const auto& [reason, name] : reasonNames)
        if (reason == r) return name;
    return "";
}

std::optional<Reason> reasonFromName(std::string_view wanted) {
    for (const auto& [reason, name] : reasonNames)
        if (name == wanted) return reason;
    return std::nullopt;
}

std::vector<std::string> addressesOf(const dns::Answer& answer) {
    std::vector<std::pair<Octets, std::string>> found;
    for (const dns::Record* r : answer.ofType(dns::RecordType::A))
        if (const auto* a = std::get_if<dns::AddressData>(&r->data))
            if (auto octets = octetsOf(a->text)) found.emplace_back(*octets, a->text);
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    std::vector<std::string> out;
    out.reserve(found.size());
    for (auto& [octets, text] : found) out.push_back(std::move(text));
    return out;
}

Judgement judge(const List& list, const dns::Answer& answer) {
    if (!answer.definite()) return failed(answer);
    Judgement out;
    out.answers = addressesOf(answer);
    if (out.answers.empty()) {
        out.status = Status::Clean;
        return out;
    }
    Seen seen;
    for (const std::string& text : out.answers) {
        const Octets octets = *octetsOf(text);
        OneAnswer(list, octets, seen).into(out);
    }
    conclude(out, seen);
    return out;
}

std::string txtOf(const dns::Answer& answer) {
    constexpr size_t most = 2000;
    std::string out;
    for (const dns::Record* r : answer.ofType(dns::RecordType::TXT))
        if (const auto* t = std::get_if<dns::TxtData>(&r->data))
            out += (out.empty() ? "" : " | ") + t->joined();
    if (out.size() > most) out.resize(most);
    return out;
}

std::string_view publicResolver(std::string_view ip) {
    constexpr std::array known{
        std::pair{std::string_view("8.8.8.8"), std::string_view("Google")},
        std::pair{std::string_view("8.8.4.4"), std::string_view("Google")},
        std::pair{std::string_view("2001:4860:4860::8888"), std::string_view("Google")},
        std::pair{std::string_view("2001:4860:4860::8844"), std::string_view("Google")},
        std::pair{std::string_view("1.1.1.1"), std::string_view("Cloudflare")},
        std::pair{std::string_view("1.0.0.1"), std::string_view("Cloudflare")},
        std::pair{std::string_view("2606:4700:4700::1111"), std::string_view("Cloudflare")},
        std::pair{std::string_view("2606:4700:4700::1001"), std::string_view("Cloudflare")},
        std::pair{std::string_view("9.9.9.9"), std::string_view("Quad9")},
        std::pair{std::string_view("149.112.112.112"), std::string_view("Quad9")},
        std::pair{std::string_view("2620:fe::fe"), std::string_view("Quad9")},
        std::pair{std::string_view("2620:fe::9"), std::string_view("Quad9")},
        std::pair{std::string_view("208.67.222.222"), std::string_view("OpenDNS")},
        std::pair{std::string_view("208.67.220.220"), std::string_view("OpenDNS")},
        std::pair{std::string_view("2620:119:35::35"), std::string_view("OpenDNS")},
        std::pair{std::string_view("94.140.14.14"), std::string_view("AdGuard")},
        std::pair{std::string_view("64.6.64.6"), std::string_view("Verisign")},
        std::pair{std::string_view("4.2.2.1"), std::string_view("Level 3")},
        std::pair{std::string_view("4.2.2.2"), std::string_view("Level 3")},
        std::pair{std::string_view("77.88.8.8"), std::string_view("Yandex")},
        std::pair{std::string_view("223.5.5.5"), std::string_view("Alibaba")},
        std::pair{std::string_view("114.114.114.114"), std::string_view("114DNS")},
    };
    for (const auto& [address, name] : known)
        if (address == ip) return name;
    return {};
}

} // namespace waypost::reputation
