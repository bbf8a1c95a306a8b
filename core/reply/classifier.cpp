#include "reply/classifier.h"

#include "base/text.h"
#include "reply/flatten.h"
#include "reply/matcher.h"
#include "reply/named_list.h"
#include "reply/normalise.h"
#include "reply/providers.h"
#include "reply/rule.h"
#include "reply/validate.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <re2/re2.h>
#include <unordered_map>

namespace waypost::reply {

namespace {

// Roles that reply texts send the reader to; rules may name them.
bool isContact(std::string_view local) {
    for (std::string_view role :
         {"postmaster", "abuse", "delist", "tosa", "support", "noc", "removal", "blacklist"}) {
        if (text::istartsWith(local, role)) return true;
    }
    return false;
}

bool endsAddress(char c) {
    return static_cast<unsigned char>(c) <= ' ' ||
           std::string_view("<>()[]\"',;:|").find(c) != std::string_view::npos;
}

// Addresses say who, not why: "spam@example.com" must match no rule about spam. Letters and digits of a local
// part become x.
void maskAddresses(std::string& text) {
    for (size_t at = text.find('@'); at != std::string::npos; at = text.find('@', at + 1)) {
        size_t start = at;
        while (start > 0 && !endsAddress(text[start - 1])) --start;
        if (start == at || isContact(std::string_view(text).substr(start, at - start))) continue;
        for (size_t i = start; i < at; ++i) {
            if (text::isAlnum(text[i])) text[i] = 'x';
        }
    }
}

// A reply made ready: what every rule looks at.
struct Prepared {
    FlatText flat;
    std::int32_t code = 0;
    int enhanced[3] = {-1, -1, -1};
    size_t codeAt = 0, enhancedAt = 0, enhancedLength = 0;
    std::string_view provider;
    Stage stage = Stage::Unknown;
};

struct Hit {
    int rule = -1;
    size_t start = 0, length = 0; // in the flattened text
};

void splitEnhanced(std::string_view code, int (&out)[3]) {
    if (!isEnhancedCode(code)) return;
    auto parts = text::split(code, '.');
    for (size_t i = 0; i < 3; ++i) out[i] = int(*text::parseUnsigned(parts[i]));
}

// Rules tried together, in order of their index.
struct Group {
    Matcher matcher;
    std::vector<int> withoutPattern;
};

class RuleClassifier final : public Classifier {
  public:
    RuleClassifier(std::vector<Rule> rules, std::shared_ptr<const ProviderMap> providers,
                   std::shared_ptr<const NamedLists> lists)
        : rules_(std::move(rules)), providers_(std::move(providers)), lists_(std::move(lists)) {}

    Result<void> build() {
        compiled_.resize(rules_.size());
        for (size_t i = 0; i < rules_.size(); ++i) {
            const Rule& r = rules_[i];
            if (r.pattern.empty()) continue;
            std::string error;
            compiled_[i] = compilePattern(r.pattern, error);
            if (!compiled_[i])
                return fail(ErrorCode::InvalidArgument, fmt::format("{} rule \"{}\"", r.file, r.id),
                            "The pattern is not a regular expression of RE2: " + error + ".");
        }
        for (size_t i = 0; i < rules_.size(); ++i) addToGroups(int(i));
        return {};
    }

    [[nodiscard]] Verdict classify(const ReplyText& reply) const override {
        const Prepared p = prepare(reply);
        Verdict verdict;
        verdict.templateText = normalise(reply.text);
        verdict.templateKey = templateKey(verdict.templateText);
        Hit hit;
        eachGroup(p, [&](const Group& g) {
            hit = firstIn(g, p);
            return hit.rule < 0;
        });
        decide(p, hit, verdict);
        if (lists_ && mayNameList(verdict)) verdict.list = lists_->find(p.flat.text);
        return verdict;
    }

    [[nodiscard]] size_t ruleCount() const override { return rules_.size(); }

    [[nodiscard]] std::vector<std::string> competing(const ReplyText& reply) const override {
        const Prepared p = prepare(reply);
        std::vector<int> order;
        eachGroup(p, [&](const Group& g) {
            for (int i : candidates(g, p)) {
                if (confirm(i, p).rule >= 0 && std::find(order.begin(), order.end(), i) == order.end())
                    order.push_back(i);
            }
            return true;
        });
        std::vector<std::string> out;
        for (size_t i = 1; i < order.size(); ++i) out.push_back(rules_[size_t(order[i])].id);
        return out;
    }

    [[nodiscard]] std::uint64_t prefilterFailures() const override {
        std::uint64_t n =
            user_.matcher.failures() + distinctive_.matcher.failures() + generic_.matcher.failures();
        for (const auto& [name, group] : byProvider_) n += group.matcher.failures();
        return n;
    }

    [[nodiscard]] std::vector<RuleSummary> rules() const override {
        std::vector<RuleSummary> out;
        out.reserve(rules_.size());
        for (const auto& r : rules_)
            out.push_back({r.id, r.file, r.source, std::string(categoryName(r.category)), r.action, r.version,
                           r.fromUser});
        return out;
    }

    [[nodiscard]] std::vector<std::string> validate() const override { return validateRules(*this, rules_); }

  private:
    void addToGroups(int i) {
        const Rule& r = rules_[size_t(i)];
        if (r.fromUser) return addTo(user_, i);
        if (r.providers.empty()) return addTo(generic_, i);
        for (const auto& p : r.providers) addTo(byProvider_[p], i);
        if (r.distinctive) addTo(distinctive_, i);
    }

    void addTo(Group& g, int i) {
        const Rule& r = rules_[size_t(i)];
        if (r.pattern.empty())
            g.withoutPattern.push_back(i);
        else
            g.matcher.add(r.pattern, i);
    }

    [[nodiscard]] Prepared prepare(const ReplyText& reply) const {
        Prepared p;
        p.flat = flatten(reply.text);
        const ReplyCodes codes = readCodes(p.flat.text);
        p.code = reply.code != 0 ? reply.code : codes.code;
        p.codeAt = codes.codeAt;
        p.enhancedAt = codes.enhancedAt;
        p.enhancedLength = codes.enhanced.size();
        splitEnhanced(reply.enhanced.empty() ? codes.enhanced : reply.enhanced, p.enhanced);
        maskAddresses(p.flat.text);
        p.stage = reply.stage;
        p.provider = reply.provider;
        if (p.provider.empty() && providers_ && !reply.mx.empty())
            p.provider = providers_->find(reply.mx, {});
        return p;
    }

    template <class F>
    void eachGroup(const Prepared& p, F&& f) const {
        if (!f(user_)) return;
        if (!p.provider.empty()) {
            auto it = byProvider_.find(p.provider);
            if (it != byProvider_.end() && !f(it->second)) return;
        }
        if (!f(distinctive_)) return;
        f(generic_);
    }

    [[nodiscard]] std::vector<int> candidates(const Group& g, const Prepared& p) const {
        std::vector<int> ids = g.withoutPattern;
        g.matcher.candidates(p.flat.text, ids);
        std::sort(ids.begin(), ids.end());
        return ids;
    }

    [[nodiscard]] Hit firstIn(const Group& g, const Prepared& p) const {
        for (int i : candidates(g, p)) {
            if (Hit h = confirm(i, p); h.rule >= 0) return h;
        }
        return {};
    }

    // Without a reply code the class of the enhanced code stands for it.
    [[nodiscard]] static bool codeHolds(const Rule& r, const Prepared& p) {
        if (r.code.holds(p.code)) return true;
        return p.code == 0 && p.enhanced[0] > 0 && (r.code.classes & (1U << unsigned(p.enhanced[0]))) != 0;
    }

    [[nodiscard]] static bool enhancedHolds(const Rule& r, const Prepared& p) {
        if (r.enhanced.empty()) return true;
        if (p.enhanced[0] < 0) return false;
        return std::any_of(r.enhanced.begin(), r.enhanced.end(), [&](const EnhancedCondition& e) {
            return e.holds(p.enhanced[0], p.enhanced[1], p.enhanced[2]);
        });
    }

    [[nodiscard]] Hit confirm(int i, const Prepared& p) const {
        const Rule& r = rules_[size_t(i)];
        if (!codeHolds(r, p) || !enhancedHolds(r, p)) return {};
        if (r.stage && p.stage != Stage::Unknown && *r.stage != p.stage) return {};
        if (r.fromUser && !r.providers.empty() && !r.isFor(p.provider)) return {};
        const RE2* re = compiled_[size_t(i)].get();
        if (!re) {
            if (!r.enhanced.empty()) return {i, p.enhancedAt, p.enhancedLength};
            return {i, p.codeAt, p.code != 0 && !p.flat.text.empty() ? size_t(3) : size_t(0)};
        }
        re2::StringPiece whole(p.flat.text), found;
        if (!re->Match(whole, 0, whole.size(), RE2::UNANCHORED, &found, 1)) return {};
        return {i, size_t(found.data() - whole.data()), found.size()};
    }

    // The class of the SMTP reply says how long it lasts; without a reply the enhanced code's class, and
    // without both the meaning of the words: nobody there is for good, a full mailbox is not.
    [[nodiscard]] static Permanence permanenceOf(const Rule& r, const Prepared& p) {
        if (r.permanence) return *r.permanence;
        const int digit = p.code != 0 ? p.code / 100 : p.enhanced[0];
        if (digit == 4) return Permanence::Temporary;
        if (digit == 5) return Permanence::Permanent;
        if (digit > 0) return Permanence::None;
        switch (outcomeOf(r.category)) {
        case Outcome::Deferred: return Permanence::Temporary;
        case Outcome::Bounced:
        case Outcome::Blocked:
            return r.category == Category::Other ? Permanence::None : Permanence::Permanent;
        default: return Permanence::None;
        }
    }

    // A list is named as the reason of a refusal or a deferral by it, never of an absent mailbox.
    [[nodiscard]] static bool mayNameList(const Verdict& v) {
        switch (v.category) {
        case Category::RejectedBlocklist:
        case Category::RejectedReputation:
        case Category::RejectedPolicy:
        case Category::DeferredReputation: return true;
        case Category::RejectedContent: return v.action == "delist";
        default: return false;
        }
    }

    void decide(const Prepared& p, const Hit& hit, Verdict& v) const {
        if (hit.rule < 0) {
            if (p.code >= 400) v.permanence = p.code < 500 ? Permanence::Temporary : Permanence::Permanent;
            return;
        }
        const Rule& r = rules_[size_t(hit.rule)];
        v.rule = r.id;
        v.ruleVersion = r.version;
        v.cause = r.cause;
        v.action = r.action;
        v.permanence = permanenceOf(r, p);
        if (v.permanence == Permanence::Temporary && r.category4xx)
            v.category = *r.category4xx;
        else if (v.permanence == Permanence::Permanent && r.category5xx)
            v.category = *r.category5xx;
        else
            v.category = r.reason.empty() ? inFamilyOf(r.category, v.permanence) : r.category;
        if (v.permanence == Permanence::Temporary && v.action == "suppress-recipient")
            v.action = "suppress-after-repeats"; // one temporary answer never takes an address away
        const auto& at = p.flat.offsets;
        if (hit.length == 0 || hit.start + hit.length > at.size()) return;
        v.spanStart = at[hit.start];
        v.spanLength = at[hit.start + hit.length - 1] + 1 - v.spanStart;
    }

    std::vector<Rule> rules_; // in the order they are tried within a group
    std::vector<std::unique_ptr<RE2>> compiled_;
    std::shared_ptr<const ProviderMap> providers_;
    std::shared_ptr<const NamedLists> lists_;
    Group user_, distinctive_, generic_;
    std::map<std::string, Group, std::less<>> byProvider_;
};

struct PackPaths {
    std::filesystem::path rules, providers, lists;
};

PackPaths locate(const std::filesystem::path& shipped) {
    std::error_code ec;
    PackPaths out{shipped, {}, {}};
    if (std::filesystem::is_directory(shipped / "replies", ec)) out.rules = shipped / "replies";
    for (const auto& folder : {shipped, shipped.parent_path()}) {
        if (out.providers.empty() && std::filesystem::exists(folder / "providers.json", ec))
            out.providers = folder / "providers.json";
        if (out.lists.empty() && std::filesystem::exists(folder / "named-lists.json", ec))
            out.lists = folder / "named-lists.json";
    }
    return out;
}

} // namespace

Result<std::shared_ptr<const Classifier>> Classifier::load(const std::filesystem::path& shipped,
                                                           const std::filesystem::path& user) {
    const PackPaths paths = locate(shipped);
    std::vector<Rule> rules;
    if (!user.empty()) {
        auto own = readRulePack(user, true);
        if (!own) return std::unexpected(own.error());
        rules = std::move(*own);
    }
    auto pack = readRulePack(paths.rules, false);
    if (!pack) return std::unexpected(pack.error());
    const size_t owned = rules.size();
    for (auto& r : *pack) {
        const bool replaced = std::any_of(rules.begin(), rules.begin() + std::ptrdiff_t(owned),
                                          [&](const Rule& mine) { return mine.id == r.id; });
        if (!replaced) rules.push_back(std::move(r));
    }
    std::shared_ptr<const ProviderMap> providers;
    if (!paths.providers.empty()) {
        auto map = ProviderMap::load(paths.providers);
        if (!map) return std::unexpected(map.error());
        providers = *map;
    }
    std::shared_ptr<const NamedLists> lists;
    if (!paths.lists.empty()) {
        auto table = NamedLists::load(paths.lists);
        if (!table) return std::unexpected(table.error());
        lists = *table;
    }
    auto out = std::make_shared<RuleClassifier>(std::move(rules), std::move(providers), std::move(lists));
    if (auto built = out->build(); !built) return std::unexpected(built.error());
    return out;
}

} // namespace waypost::reply
