// The answers of one inspection: each question is asked once, its answer kept with a number that findings
// point to. A resolver in front of the real one. Thread rule: the resolver's.
#pragma once

#include "dns/resolver.h"

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace waypost::domain {

class Notebook final : public dns::Resolver {
  public:
    Notebook(dns::Resolver& upstream, size_t limit) : upstream_(upstream), limit_(limit == 0 ? 1 : limit) {}

    void resolve(dns::Question question, Done done) override;
    void share(dns::Question question, SharedDone done) override;

    // The number of the answer to a question that was asked.
    [[nodiscard]] std::optional<size_t> find(std::string_view name, dns::RecordType type) const;
    [[nodiscard]] const dns::Answer& at(size_t index) const { return *entries_[index].answer; }
    // Asks (or finds) and gives the number.
    Task<size_t> look(std::string name, dns::RecordType type);
    // Keeps an answer that came another way (from one server asked directly) and gives its number.
    size_t keep(dns::Answer answer);
    // All answers, in the order of the questions. Ends the notebook.
    std::vector<dns::Answer> take();

  private:
    struct Entry {
        std::shared_ptr<dns::Answer> answer; // null: under way
        std::vector<SharedDone> waiting;
    };
    // Asks once; `done` may be called before it returns. Gives the number.
    size_t ask(dns::Question question, SharedDone done);
    void pump();

    std::shared_ptr<int> life_ = std::make_shared<int>(0); // tells a pump at work that the notebook is gone
    dns::Resolver& upstream_;
    size_t limit_;
    size_t inFlight_ = 0;
    std::deque<std::pair<dns::Question, Entry*>> pending_;
    std::unordered_map<std::string, size_t> index_; // by keyOf()
    std::deque<Entry> entries_;                     // addresses stay
};

} // namespace waypost::domain
