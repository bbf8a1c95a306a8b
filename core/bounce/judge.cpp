#include "bounce/judge.h"

#include "base/text.h"
#include "bounce/words.h"

#include <fmt/format.h>

namespace waypost::bounce {

namespace {

// At which command the server answered, as the reporting one tells it.
reply::Stage stageIn(std::string_view words) {
    const auto has = [&](std::string_view w) { return text::ifind(words, w) != std::string_view::npos; };
    if (has("rcpt to") || has("does not like recipient")) return reply::Stage::Rcpt;
    if (has("end of data") || has("after i sent the message")) return reply::Stage::Body;
    if (has("mail from") || has("does not like sender")) return reply::Stage::Mail;
    if (has("initial connection") || has("refused to talk to me")) return reply::Stage::Connect;
    return reply::Stage::Unknown;
}

bool decides(const reply::Verdict& v) {
    return v.category != reply::Category::Unclassified && v.category != reply::Category::Accepted;
}

// "5.0.0" says that there was a failure and no more.
bool saysNothing(std::string_view status) {
    return status.empty() || status.ends_with(".0.0");
}

// The class of the reply and of the status say how long it lasts; where they differ the reporting server
// treats it as temporary, or did so until it gave up. Without any class only a dead address is for good: a
// full or locked mailbox, a policy or an opinion about content may change, and what nobody understood
// takes no address away.
reply::Permanence permanenceOf(const Recipient& r, const reply::Verdict& v) {
    using reply::Permanence;
    const int byCode = r.code / 100;
    const int byStatus = r.status.empty() ? 0 : r.status[0] - '0';
    if (r.action == Action::Delayed || byCode == 4 || byStatus == 4) return Permanence::Temporary;
    if (byCode == 5 || byStatus == 5)
        return v.permanence == Permanence::None ? Permanence::Permanent : v.permanence;
    if (v.category == reply::Category::RejectedInvalidUser) return Permanence::Permanent;
    return Permanence::Temporary;
}

// Cisco's gateways quote the reply behind words of their own: "5.1.0 - Unknown address error 550-'5.7.1 …'".
std::string quotedReply(std::string_view words) {
    for (size_t at = words.find("-'"); at != std::string_view::npos; at = words.find("-'", at + 1)) {
        if (at < 4 || findReply(words.substr(0, at), at - 3) != at - 3 || words[at - 4] != ' ') continue;
        std::string_view inner = words.substr(at + 2);
        inner = inner.substr(0, inner.rfind('\''));
        return std::string(words.substr(at - 3, 3)) + " " + std::string(inner);
    }
    return {};
}

} // namespace

std::optional<reply::Verdict> VerdictMemory::find(const std::string& key) const {
    const std::scoped_lock lock(mutex_);
    const auto found = verdicts_.find(key);
    if (found == verdicts_.end()) return std::nullopt;
    return found->second;
}

void VerdictMemory::keep(std::string key, const reply::Verdict& verdict) {
    const std::scoped_lock lock(mutex_);
    if (verdicts_.size() >= maxVerdicts) verdicts_.clear();
    verdicts_.insert_or_assign(std::move(key), verdict);
}

bool Judge::isVague(const reply::Verdict& v) {
    return v.category == reply::Category::Unclassified || v.category == reply::Category::Other ||
           v.category == reply::Category::Accepted || v.rule.starts_with("enhanced-");
}

reply::Verdict Judge::classify(const Recipient& r, std::string_view reportingMta, std::string_view words,
                               std::string_view status) const {
    if (!classifier) return {};
    reply::ReplyText t;
    std::string_view provider;
    if (providers) {
        const size_t sign = r.address.rfind('@');
        const std::string domain = sign == std::string::npos
                                       ? std::string()
                                       : text::lowered(std::string_view(r.address).substr(sign + 1));
        provider = providers->find(r.remoteMta, domain);
        if (provider.empty()) provider = providers->find(reportingMta, {});
    }
    t.text = words;
    t.code = r.code;
    t.enhanced = status;
    t.provider = provider;
    t.stage = stageIn(words);
    // The recipient's own address tells wordings apart that are one.
    std::string key(words);
    for (size_t at = r.address.empty() ? std::string::npos : key.find(r.address); at != std::string::npos;
         at = key.find(r.address, at + 1))
        key.replace(at, r.address.size(), "@");
    key += fmt::format("\n{}\n{}\n{}", t.code, status, provider);
    if (auto known = memory->find(key)) return *known;
    reply::Verdict verdict = classifier->classify(t);
    memory->keep(std::move(key), verdict);
    return verdict;
}

reply::Verdict Judge::ask(const Recipient& r, std::string_view reportingMta) const {
    if (r.action == Action::Delivered || r.action == Action::Relayed || r.action == Action::Expanded)
        return {};
    const std::string quoted = quotedReply(r.diagnostic);
    if (!quoted.empty()) return classify(r, reportingMta, quoted, {});
    return classify(r, reportingMta, r.diagnostic,
                    saysNothing(r.status) ? std::string_view{} : std::string_view(r.status));
}

void Judge::judge(Recipient& r, std::string_view reportingMta, const reply::Verdict& first,
                  std::string_view more) const {
    if (r.action == Action::Delivered || r.action == Action::Relayed || r.action == Action::Expanded) {
        r.category = reply::Category::Accepted;
        r.cause = reply::Cause::None;
        return;
    }
    reply::Verdict v = first;
    r.judged = r.diagnostic;
    if (isVague(v) && !more.empty() && more != r.diagnostic) {
        const reply::Verdict second = classify(r, reportingMta, more.substr(0, 4096), {});
        if (!isVague(second) || (!decides(v) && decides(second))) {
            v = second;
            r.judged = more.substr(0, 4096);
        }
    }
    if (v.category == reply::Category::Accepted) v = {};
    r.category = v.category;
    r.cause = v.cause;
    r.advice = v.action;
    r.rule = v.rule;
    r.ruleVersion = v.ruleVersion;
    r.permanence = permanenceOf(r, v);
}

} // namespace waypost::bounce
