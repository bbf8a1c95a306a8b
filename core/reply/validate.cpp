#include "reply/validate.h"

#include <fmt/format.h>

#include <map>
#include <set>

namespace waypost::reply {

namespace {

std::string place(const Rule& r) {
    return fmt::format("{} rule \"{}\"", r.file, r.id);
}

// The family of a category must say what the permanence says. Mailbox full is deferred-mailbox whatever the
// class; any other deferral on a 5yz reply has to give its reason.
std::string familyFault(const Rule& r, const Verdict& v) {
    const Outcome o = outcomeOf(v.category);
    if (v.permanence == Permanence::Temporary && o != Outcome::Deferred && v.category != Category::Other)
        return fmt::format("{}: a temporary reply gets {}.", place(r), categoryName(v.category));
    if (v.permanence == Permanence::Permanent && o == Outcome::Deferred &&
        v.category != Category::DeferredMailbox && r.reason.empty())
        return fmt::format("{}: a permanent reply gets {} and the rule gives no reason.", place(r),
                           categoryName(v.category));
    return {};
}

// A shipped rule's sample that a rule of the operator takes is no fault: theirs win on purpose.
void checkSamples(const Classifier& classifier, const Rule& r, const std::set<std::string>& own,
                  std::vector<std::string>& out) {
    for (const auto& s : r.samples) {
        ReplyText reply;
        reply.text = s.text;
        reply.mx = s.mx;
        reply.provider = s.provider;
        if (reply.provider.empty() && reply.mx.empty() && !r.providers.empty())
            reply.provider = r.providers.front();
        const Verdict v = classifier.classify(reply);
        if (!r.fromUser && own.contains(v.rule)) continue;
        if (v.rule != r.id)
            out.push_back(fmt::format("{}: the sample \"{}\" is decided by {}.", place(r), s.text,
                                      v.rule.empty() ? "no rule" : "\"" + v.rule + "\""));
        else if (auto fault = familyFault(r, v); !fault.empty())
            out.push_back(std::move(fault));
    }
}

// Equal for two rules exactly when their conditions are.
std::string conditionKey(const Rule& r) {
    std::string key = r.pattern + '\x1f';
    for (auto c : r.code.codes) key += fmt::format("{},", c);
    key += fmt::format("/{}/{}/", r.code.classes, r.stage ? int(*r.stage) : -1);
    for (const auto& e : r.enhanced) key += fmt::format("{}.{}.{}-{},", e.cls, e.subject, e.low, e.high);
    for (const auto& p : r.providers) key += p + ' ';
    return key;
}

} // namespace

std::vector<std::string> validateRules(const Classifier& classifier, const std::vector<Rule>& rules) {
    std::vector<std::string> out;
    std::set<std::string> ids;
    std::map<std::string, std::string> conditions;
    std::set<std::string> own;
    for (const auto& r : rules) {
        if (r.fromUser) own.insert(r.id);
    }
    for (const auto& r : rules) {
        if (!ids.insert(r.id).second) out.push_back(fmt::format("{}: the id is given twice.", place(r)));
        auto [it, isNew] = conditions.emplace(conditionKey(r), r.id);
        if (!isNew)
            out.push_back(fmt::format("{}: it can never be reached, \"{}\" has the same conditions.",
                                      place(r), it->second));
        if (r.permanence && !r.code.any() && r.reason.empty() && r.code.classes != 1)
            out.push_back(
                fmt::format("{}: it overrides the class of the reply and gives no reason.", place(r)));
        checkSamples(classifier, r, own, out);
    }
    return out;
}

} // namespace waypost::reply
