// A resolver over a zone in memory. It answers before resolve() returns, as a recursive resolver would:
// aliases are followed, a name with children and no records is no-data, any other unknown name is nxdomain.
#pragma once

#include "base/clock.h"
#include "base/json.h"
#include "dns/resolver.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::test {

class ZoneResolver final : public dns::Resolver {
  public:
    ZoneResolver() = default;
    // One record a line, "name [TTL] TYPE data"; "name [TYPE] !timeout" (or !servfail, !refused, !malformed,
    // !unreachable, !no-data) makes that type, or every type the name does not list, fail. Empty lines and
    // lines that begin with ";" are skipped. A bad line throws.
    explicit ZoneResolver(std::string_view lines) { add(lines); }
    void add(std::string_view lines);
    // The zone form of the corpora: {"name": [{"type", "data"} | "TIMEOUT", …]}; text is octets.
    void addJson(const json::object& zone);

    void resolve(dns::Question question, Done done) override;

    void setAuthenticated(bool on) { authenticated_ = on; }
    void setClock(const Clock* clock) { clock_ = clock; }
    [[nodiscard]] const std::vector<dns::Question>& asked() const { return asked_; }
    [[nodiscard]] size_t queries() const { return asked_.size(); }
    [[nodiscard]] size_t queriesFor(std::string_view name, dns::RecordType type) const;

  private:
    struct Node {
        std::vector<dns::Record> records;
        std::map<dns::RecordType, dns::Status> failures;
        std::optional<dns::Status> otherwise; // for every type without records
    };
    dns::Answer answer(const dns::Question& question) const;
    [[nodiscard]] const Node* find(const std::string& name) const;
    [[nodiscard]] bool exists(const std::string& name) const;

    std::map<std::string, Node> nodes_;
    std::vector<dns::Question> asked_;
    const Clock* clock_ = nullptr;
    bool authenticated_ = false;
};

} // namespace waypost::test
