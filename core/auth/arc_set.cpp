#include "auth/arc_set.h"

#include "auth/dkim_canon.h"
#include "auth/dkim_hash.h"
#include "auth/dkim_header.h"
#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace waypost::auth {

namespace {

constexpr size_t maxArcFields = 3 * size_t(maxArcSets); // more cannot be a chain

// Comments and white space (RFC 5322 section 3.2.2).
void skipCfws(std::string_view in, size_t& at) {
    int depth = 0;
    for (; at < in.size(); ++at) {
        const char c = in[at];
        if (depth != 0 && c == '\\' && at + 1 < in.size())
            ++at;
        else if (c == '(')
            ++depth;
        else if (c == ')' && depth != 0)
            --depth;
        else if (depth == 0 && !text::isSpace(c))
            return;
    }
}

bool skipChar(std::string_view in, size_t& at, char wanted) {
    skipCfws(in, at);
    if (at >= in.size() || in[at] != wanted) return false;
    ++at;
    skipCfws(in, at);
    return true;
}

enum class Kind { Results, Message, Seal };
constexpr std::string_view kindNames[] = {"ARC-Authentication-Results", "ARC-Message-Signature", "ARC-Seal"};

std::optional<Kind> kindOf(std::string_view name) {
    for (auto k : {Kind::Results, Kind::Message, Kind::Seal})
        if (text::iequals(name, kindNames[size_t(k)])) return k;
    return std::nullopt;
}

class Collector {
  public:
    explicit Collector(const mail::HeaderBlock& message) : message_(message) {}

    ArcChain run() {
        size_t seen = 0;
        for (size_t i = 0; i < message_.fields().size(); ++i) {
            auto kind = kindOf(message_.name(message_.fields()[i]));
            if (!kind) continue;
            out_.any = true;
            if (++seen > maxArcFields) {
                fault(fmt::format("There are more than {} ARC sets.", maxArcSets));
                break;
            }
            take(*kind, i);
        }
        for (auto& [instance, set] : sets_) {
            for (size_t k = 0; k < 3; ++k)
                if (!set.seen[k]) fault(fmt::format("Set {} has no {}.", instance, kindNames[k]));
            out_.sets.push_back(std::move(set.parsed));
        }
        return std::move(out_);
    }

  private:
    struct Open {
        ArcParsedSet parsed;
        bool seen[3] = {false, false, false};
    };

    void fault(std::string text) {
        if (out_.fault.empty()) out_.fault = std::move(text);
    }

    void take(Kind kind, size_t field) {
        const std::string_view raw = message_.rawValue(message_.fields()[field]);
        const std::string_view name = kindNames[size_t(kind)];
        DkimSignature signature;
        std::optional<int> instance;
        if (kind == Kind::Results)
            instance = arcResultsInstance(raw);
        else
            signature = kind == Kind::Message ? parseArcMessageSignature(raw) : parseArcSeal(raw);
        if (kind != Kind::Results) instance = signature.instance;
        if (!instance || *instance > maxArcSets)
            return fault(fmt::format("An {} has no instance number from 1 to {}.", name, maxArcSets));
        Open& set = sets_[*instance];
        if (set.seen[size_t(kind)])
            return fault(fmt::format("There are two {} fields with i={}.", name, *instance));
        set.seen[size_t(kind)] = true;
        set.parsed.instance = *instance;
        place(set.parsed, kind, field, std::move(signature));
    }

    static void place(ArcParsedSet& set, Kind kind, size_t field, DkimSignature signature) {
        if (kind == Kind::Results) {
            set.results = field;
        } else if (kind == Kind::Message) {
            set.message = field;
            set.messageSignature = std::move(signature);
        } else {
            set.seal = field;
            if (const Tag* cv = signature.tags.find("cv")) set.chainValidation = cv->value;
            set.sealSignature = std::move(signature);
        }
    }

    const mail::HeaderBlock& message_;
    std::map<int, Open> sets_;
    ArcChain out_;
};

} // namespace

std::optional<int> arcResultsInstance(std::string_view raw) {
    size_t at = 0;
    if (!skipChar(raw, at, 'i') || !skipChar(raw, at, '=')) return std::nullopt;
    size_t end = at;
    while (end < raw.size() && text::isDigit(raw[end])) ++end;
    auto number = text::parseUnsigned(raw.substr(at, end - at));
    at = end;
    if (!number || *number == 0 || *number > 1'000'000 || !skipChar(raw, at, ';')) return std::nullopt;
    return int(*number);
}

std::vector<std::string> arcSealDigests(const mail::HeaderBlock& message, const ArcChain& chain) {
    std::vector<std::string> out;
    RunningHash running(DkimHash::Sha256);
    const auto& fields = message.fields();
    for (const ArcParsedSet& s : chain.sets) {
        std::string before, own, whole;
        for (size_t f : {s.results, s.message})
            appendCanonicalField(before, fieldText(message, fields[f]), Canonicalization::Relaxed);
        running.update(before);
        appendSignatureField(own, message, fields[s.seal], s.sealSignature.signatureSpan,
                             Canonicalization::Relaxed);
        RunningHash last(running);
        last.update(own);
        out.push_back(last.value());
        appendCanonicalField(whole, fieldText(message, fields[s.seal]), Canonicalization::Relaxed);
        running.update(whole);
    }
    return out;
}

ArcChain readArcChain(const mail::HeaderBlock& message) {
    return Collector(message).run();
}

} // namespace waypost::auth
