// The evaluator behind checkSpf(): a machine without a resolver. It runs until it needs an answer, gives the
// question, takes the answer and runs on; nothing here waits and nothing recurses, however deep includes go.
// Private to auth.
#pragma once

#include "auth/spf_check.h"

namespace waypost::auth {

class SpfEvaluator {
  public:
    SpfEvaluator(SpfRequest request, SpfOptions options);

    // The next question, or null when the check has ended and `out` is whole.
    const dns::Question* advance();
    // Its answer; never null.
    void take(dns::AnswerPtr answer);

    SpfCheck out;

  private:
    enum class At {
        FetchRecord,
        GotRecord,
        NextTerm,
        Target, // of the current term, when the validated name is known
        GotAddress,
        GotExchangers,
        NextExchanger,
        GotExchangerAddress,
        GotPointers,
        NextName,
        GotName,
        PtrDone,
        GotExists,
        Explain,
        GotExplanation,
        ExplanationText,
        Done,
    };
    struct Verdict {
        SpfResult result = SpfResult::None;
        std::string reason;
        std::string term;
    };
    // A record under evaluation. Those of includes and redirects lie above the one that led to them.
    struct Frame {
        SpfRecordPtr record;
        std::string domain; // octets as they were expanded, without a trailing dot
        int depth = 0;
        size_t next = 0;               // index of the term to evaluate next
        const SpfTerm* term = nullptr; // the one under evaluation
        size_t step = 0;
        int lookupsBefore = 0;
    };
    enum class NameState : std::uint8_t { Unknown, Valid, Invalid };
    struct PointerName {
        std::string name;
        NameState state = NameState::Unknown;
    };

    void run();
    void ask(std::string name, dns::RecordType type, size_t step, At then); // the name as in dns::Question

    // Records (section 4).
    void fetch(std::string domain, int depth);
    void gotRecord();
    void nextTerm();
    void beginTerm(Frame& f, const SpfTerm& term);
    void afterLast(Frame& f);
    void matched(bool yes);
    void stop(SpfResult result, std::string reason);
    Verdict verdictOf(const Frame& f); // when its term matches
    void ended(Verdict verdict);
    bool passedOn(Verdict& verdict);
    void finish(Verdict verdict);

    // Mechanisms (section 5).
    void askingTerm();
    void target();
    void askFor(const SpfTerm& term);
    void gotAddress();
    void gotExchangers();
    void nextExchanger();
    void gotExchangerAddress();
    void ptrDone();
    void gotExists();

    // The names that lead back to the client (section 5.5): each is looked up once in a check.
    void findNames(std::string_view domain, bool onlyBelow, At then);
    void gotPointers();
    void nextName();
    void gotName();
    [[nodiscard]] int rankOf(const PointerName& name) const;

    // exp= (section 6.2).
    void explain();
    void gotExplanation();
    void explanationText();

    [[nodiscard]] bool needsNames(const MacroString& macro);
    std::string expandFor(const MacroString& macro, const std::string& domain);
    [[nodiscard]] bool addressMatches(const SpfTerm& term, bool exact) const;
    [[nodiscard]] dns::RecordType addressType() const;
    [[nodiscard]] bool outOfTime() const;
    bool countLookup();
    bool countVoid();
    size_t newStep(int depth, const std::string& domain);
    SpfStep* stepAt(size_t index);
    void note(size_t step, std::string sentence);

    SpfRequest request_;
    SpfOptions options_;
    MacroValues values_;
    Millis started_{0};
    bool asciiLocalPart_ = true;

    At at_ = At::Done;
    bool waiting_ = false;
    dns::Question question_;
    size_t questionStep_ = SIZE_MAX;
    dns::AnswerPtr answer_;
    std::vector<dns::AnswerPtr> known_; // what was answered in this check
    int questions_ = 0;
    bool tooMany_ = false; // questions

    std::vector<Frame> frames_;
    std::string fetching_; // domain whose record is fetched
    int fetchingDepth_ = 0;
    size_t fetchingStep_ = 0;
    std::string target_; // of the term under evaluation
    bool termIsVoid_ = false;

    std::vector<std::string> exchangers_;
    size_t exchanger_ = 0;

    bool pointersKnown_ = false;
    dns::Status pointerStatus_ = dns::Status::Timeout;
    std::vector<PointerName> names_;
    size_t name_ = 0;
    std::string namesFor_;
    bool onlyBelow_ = false;
    std::string validatedName_; // the best found; empty: none
    At afterNames_ = At::Done;

    // The record that decided a fail, while its explanation is looked for.
    SpfRecordPtr failRecord_;
    std::string failDomain_;
    MacroString explanation_;
    size_t explainStep_ = SIZE_MAX;
    size_t steps_ = 0;
};

} // namespace waypost::auth
