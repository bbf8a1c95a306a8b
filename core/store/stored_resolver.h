// StoredResolver: answers questions from the stored lookups, as DNS was seen at a time. It sends nothing:
// an inspection or a message check that runs over it is judged "as of then".
//
// Each question gets the newest lookup at or before `at`: what failed then fails here in the same way, unless
// the asker wants the last definite answer (StoredResolver::Failures). A question never asked by then is
// Status::Unreachable with a sentence that says so: not knowing is never "no record". Answers say
// Transport::Recorded, keep the time and the server of the lookup, and carry its bytes.
//
// Thread rule: that of the Database; resolve() answers before it returns, so that runReady() ends every task
// over it. Failure: what the storage says becomes the answer Unreachable with its sentence, since no
// exception may leave a task.
#pragma once

#include "dns/resolver.h"

#include <optional>
#include <vector>

namespace waypost::store {

class Database;
struct DnsRow;

// The lookup as the answer it was: from its bytes, or, where none were kept, from its stored records.
dns::Answer answerOf(const DnsRow& row);

class StoredResolver final : public dns::Resolver {
  public:
    enum class Failures {
        AsTheyWere,  // a lookup that failed is the answer as of then
        LastDefinite // the newest definite answer before it, when there is one
    };

    StoredResolver(Database& db, UtcTime at, Failures failures = Failures::AsTheyWere)
        : db_(db), at_(at), failures_(failures) {}

    void resolve(dns::Question question, Done done) override;

    // Questions that had not been asked by then, in the order they came.
    [[nodiscard]] const std::vector<dns::Question>& neverAsked() const { return neverAsked_; }
    // Time of the newest lookup that was used; nothing when none was.
    [[nodiscard]] std::optional<UtcTime> newestUsed() const { return newest_; }

  private:
    std::optional<DnsRow> find(const dns::Question& question);

    Database& db_;
    UtcTime at_;
    Failures failures_;
    std::vector<dns::Question> neverAsked_;
    std::optional<UtcTime> newest_;
};

} // namespace waypost::store
