// ReplyBook: every distinct reply of an import, classified once. Most deliveries of a log say the same few
// thousand things; the key is the constant part of the text (store/event_text.h) with code, status, stage and
// provider. Bounded: a log of ever new texts starts a new book; the replies of the old one live as long as
// batches hold them. Thread rule: one thread. `classifier` and `providers` may be null: then only the status
// decides, and no provider is known.
#pragma once

#include "reply/classifier.h"
#include "reply/providers.h"
#include "store/event_batch.h"

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace waypost::ingest {

struct ReplyQuestion {
    std::string_view text; // the whole reply
    std::int32_t code = 0;
    std::string_view enhanced;
    reply::Stage stage = reply::Stage::Unknown;
    std::string_view mx, domain;
    // What became of the attempt, as the log says: it outranks what the text looks like.
    bool accepted = false;
    bool probe = false; // an address probe: neither accepted nor failed
    reply::Permanence permanence = reply::Permanence::None;
    enum class About : std::uint8_t {
        Attempt,
        Withheld,  // refused by the source itself: no receiver has said anything
        Complaint, // a feedback report: the words are the report's
        Answer,    // an automatic answer: nothing failed
    } about = About::Attempt;
    // What the source calls it ("pmta:bad-mailbox"), and what that means when our rules abstain.
    std::string_view opinion{};
    reply::Category otherwise = reply::Category::Unclassified;
    reply::Cause otherwiseCause = reply::Cause::Unknown;
};

// What is known of an attempt beside its reply's text.
enum class Fate : std::uint8_t { Failed, Accepted, Probe };
// Puts a verdict into a reply whose text, code and permanence are set; the fate outranks what the text looks
// like.
void takeVerdict(const reply::Verdict& verdict, Fate fate, store::StoredReply& reply);

class ReplyBook {
  public:
    ReplyBook(const reply::Classifier* classifier, const reply::ProviderMap* providers);
    // `parts` gets the variable parts of the text. The reply lives as long as what takeOwners() gave since.
    const store::StoredReply& look(const ReplyQuestion& q, std::string& parts);
    void takeOwners(std::vector<std::shared_ptr<const void>>& out);
    [[nodiscard]] std::uint64_t classified() const { return judged_; }

  private:
    static constexpr size_t maxReplies = 100'000;
    struct Known {
        const store::StoredReply* reply;
        bool accepted, probe;
        reply::Permanence asked;
        ReplyQuestion::About about;
    };
    struct Page {
        std::deque<store::StoredReply> replies;
        std::unordered_map<std::uint64_t, Known> byHash;
    };
    std::string_view providerOf(std::string_view mx, std::string_view domain);
    store::StoredReply judge(const ReplyQuestion& q, std::string_view provider) const;

    const reply::Classifier* classifier_;
    const reply::ProviderMap* providers_;
    std::shared_ptr<Page> page_;
    std::vector<std::shared_ptr<const void>> full_;
    std::unordered_map<std::uint64_t, std::string> providerByHost_;
    std::string constant_;
    std::uint64_t judged_ = 0;
};

} // namespace waypost::ingest
