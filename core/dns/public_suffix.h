// The Public Suffix List through libpsl: the organisational domain as RFC 7489 receivers find it. Immutable
// after load; callable from any thread.
#pragma once

#include "base/result.h"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace waypost::dns {

class PublicSuffixList {
  public:
    // The newest of the system's file, the one built into libpsl and, when named, a shipped one.
    static Result<std::shared_ptr<const PublicSuffixList>> system(const std::filesystem::path& shipped = {});
    // A list in the text form of publicsuffix.org. Its date is what it says itself, or what the file of the
    // same name that ends with ".json" says.
    static Result<std::shared_ptr<const PublicSuffixList>> load(const std::filesystem::path& file);
    ~PublicSuffixList();
    PublicSuffixList(const PublicSuffixList&) = delete;
    PublicSuffixList& operator=(const PublicSuffixList&) = delete;

    // The public suffix and one label more, in lower case; empty when the name is a public suffix itself.
    [[nodiscard]] std::string organizationalDomain(std::string_view name) const;
    [[nodiscard]] bool isPublicSuffix(std::string_view name) const;
    // Where the list is from and of when: "/usr/share/publicsuffix/…" and "2023-02-09"; the date is empty
    // when unknown.
    [[nodiscard]] const std::string& source() const { return source_; }
    [[nodiscard]] const std::string& date() const { return date_; }

  private:
    PublicSuffixList() = default;
    static Result<std::shared_ptr<const PublicSuffixList>> ofSystem();
    struct Handle;
    std::unique_ptr<Handle> handle_;
    std::string source_, date_;
};

} // namespace waypost::dns
