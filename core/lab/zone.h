// Zone: the lab's whole name space from one text file. A line is a record ("name TTL TYPE data"), a comment
// ("; …") or a behaviour for a name and all below it ("% servfail broken.test", "% refused …", "% silent …").
// "*.list.test" is a wildcard (RFC 4592, closest encloser). Pure.
#pragma once

#include "base/result.h"
#include "dns/wire.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::lab {

class Zone {
  public:
    static Result<Zone> parse(std::string_view text, std::string_view what);
    void add(dns::Record record);
    [[nodiscard]] bool isEmpty() const { return records_.empty(); }

    // Nothing: stay silent, the client shall time out.
    [[nodiscard]] std::optional<dns::Message> answer(const dns::Message& query) const;

  private:
    [[nodiscard]] const std::vector<dns::Record>* find(const std::string& name) const;
    [[nodiscard]] bool exists(const std::string& name) const;
    [[nodiscard]] std::string behaviourOf(std::string_view name) const;
    void negative(dns::Message& reply, std::string_view name) const;

    std::map<std::string, std::vector<dns::Record>> records_; // by name
    std::map<std::string, std::string> behaviours_;
};

} // namespace waypost::lab
