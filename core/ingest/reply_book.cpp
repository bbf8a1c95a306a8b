#include "ingest/reply_book.h"

#include "base/text.h"
#include "store/event_text.h"

#include <fmt/format.h>

#include <atomic>

namespace waypost::ingest {

namespace {

// Several books feed one EventWriter: their serials must not meet.
std::atomic<std::uint64_t> lastSerial{0};

std::string templateTextOf(std::string_view constant) {
    std::string out;
    for (char c : constant) {
        if (c == store::partMark)
            out += "<*>";
        else
            out += c;
    }
    return out;
}

} // namespace

ReplyBook::ReplyBook(const reply::Classifier* classifier, const reply::ProviderMap* providers)
    : classifier_(classifier), providers_(providers), page_(std::make_shared<Page>()) {}

std::string_view ReplyBook::providerOf(std::string_view mx, std::string_view domain) {
    if (!providers_) return {};
    std::uint64_t key = store::hashOf(domain, store::hashOf(mx));
    auto found = providerByHost_.find(key);
    if (found == providerByHost_.end()) {
        if (providerByHost_.size() >= maxReplies) providerByHost_.clear();
        found = providerByHost_.emplace(key, std::string(providers_->find(mx, domain))).first;
    }
    return found->second;
}

void takeVerdict(const reply::Verdict& v, Fate fate, store::StoredReply& r) {
    r.templateKey = v.templateKey;
    r.templateText = v.templateText;
    r.action.clear();
    if (fate == Fate::Accepted) {
        r.category = reply::Category::Accepted;
        r.cause = reply::Cause::None;
    } else if (fate == Fate::Probe) {
        r.category = reply::Category::Other;
        r.cause = reply::Cause::None;
    } else {
        bool contradicts = v.category == reply::Category::Accepted;
        r.category = contradicts ? reply::Category::Unclassified : v.category;
        r.cause = contradicts ? reply::Cause::Unknown : v.cause;
        r.action = v.action;
    }
    r.rule = v.rule;
    r.ruleVersion = v.ruleVersion;
    r.spanStart = v.spanStart;
    r.spanLength = v.spanLength;
    r.list = v.list;
    r.outcome = store::outcomeOf(r.category, r.permanence);
}

namespace {

// What is more than the meaning of words: who says them, and what the source makes of them.
void settle(const ReplyQuestion& q, store::StoredReply& r) {
    if (q.about != ReplyQuestion::About::Attempt) {
        bool complaint = q.about == ReplyQuestion::About::Complaint;
        r.category = reply::Category::Other;
        r.cause = complaint                                   ? reply::Cause::Recipient
                  : q.about == ReplyQuestion::About::Withheld ? reply::Cause::Ourselves
                                                              : reply::Cause::None;
        r.permanence = reply::Permanence::None;
        r.action = complaint ? "suppress-recipient" : "";
        r.rule.clear();
        r.list.clear();
        r.ruleVersion = r.spanStart = r.spanLength = 0;
    } else if (!q.accepted && r.category == reply::Category::Unclassified &&
               q.otherwise != reply::Category::Unclassified) {
        r.category = q.otherwise;
        r.cause = q.otherwiseCause;
        r.rule = q.opinion;
    }
    r.outcome = store::outcomeOf(r.category, r.permanence);
}

} // namespace

store::StoredReply ReplyBook::judge(const ReplyQuestion& q, std::string_view provider) const {
    store::StoredReply r;
    r.text = constant_;
    r.sample = q.text;
    r.code = q.code;
    r.enhanced = q.enhanced;
    r.stage = q.stage;
    r.provider = provider;
    r.opinion = q.opinion;
    if (!q.accepted && !q.probe) r.permanence = q.permanence;
    reply::Verdict v;
    if (classifier_) v = classifier_->classify({q.text, q.code, q.enhanced, provider, q.mx, q.stage});
    takeVerdict(v, q.accepted ? Fate::Accepted : q.probe ? Fate::Probe : Fate::Failed, r);
    if (r.templateKey.empty()) {
        r.templateText = templateTextOf(constant_);
        r.templateKey = fmt::format("{:016x}", store::hashOf(r.templateText));
    }
    settle(q, r);
    return r;
}

const store::StoredReply& ReplyBook::look(const ReplyQuestion& q, std::string& parts) {
    constant_.clear();
    parts.clear();
    store::splitReply(q.text, constant_, parts);
    std::string_view provider = providerOf(q.mx, q.domain);
    std::uint64_t key = store::hashOf(constant_, std::uint64_t(q.code) * 4096 + std::uint64_t(q.stage) * 64 +
                                                     std::uint64_t(q.permanence) * 4 + (q.accepted ? 2 : 0) +
                                                     (q.probe ? 1 : 0));
    key = store::hashOf(provider, key ^ store::hashOf(q.enhanced));
    if (!q.opinion.empty() || q.about != ReplyQuestion::About::Attempt)
        key = store::hashOf(q.opinion, key + std::uint64_t(q.about));
    auto found = page_->byHash.find(key);
    if (found != page_->byHash.end()) {
        const auto& k = found->second;
        bool same = k.accepted == q.accepted && k.probe == q.probe && k.asked == q.permanence &&
                    k.about == q.about && k.reply->opinion == q.opinion && k.reply->text == constant_ &&
                    k.reply->provider == provider && k.reply->code == q.code &&
                    k.reply->enhanced == q.enhanced && k.reply->stage == q.stage;
        if (same) return *k.reply;
    }
    if (page_->replies.size() >= maxReplies) {
        full_.push_back(page_);
        page_ = std::make_shared<Page>();
    }
    page_->replies.push_back(judge(q, provider));
    auto& made = page_->replies.back();
    made.serial = ++lastSerial;
    ++judged_;
    page_->byHash.insert_or_assign(key, Known{&made, q.accepted, q.probe, q.permanence, q.about});
    return made;
}

void ReplyBook::takeOwners(std::vector<std::shared_ptr<const void>>& out) {
    for (auto& page : full_) out.push_back(std::move(page));
    full_.clear();
    out.push_back(page_);
}

} // namespace waypost::ingest
