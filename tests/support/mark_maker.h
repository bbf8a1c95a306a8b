// Mark certificates for tests (VMC and CMC), made with OpenSSL: every part that a check looks at can be
// wrong.
#pragma once

#include "base/clock.h"

#include <memory>
#include <string>
#include <vector>

namespace waypost::test {

struct MarkWanted {
    std::vector<std::string> names{"example.org"};
    std::string svg;
    std::string markType = "Registered Mark";
    UtcTime notBefore, notAfter;
    bool purpose = true;  // the extended key usage of brand indicators
    bool logotype = true; // the extension
    bool gzip = true;     // the logo inside is compressed
    bool goodHash = true;
    bool rightSigner = true; // false: another key signed it under the authority's name
    std::string mediaType = "image/svg+xml";
    std::string uri;         // instead of the data: address
    std::string logotypeDer; // instead of a whole extension
};

class MarkAuthority {
  public:
    MarkAuthority();
    ~MarkAuthority();
    [[nodiscard]] const std::string& rootPem() const;
    // The mark's own certificate, then the authority's.
    [[nodiscard]] std::string issue(const MarkWanted& wanted) const;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

std::string gzipped(const std::string& bytes);
// The value of the logotype extension with one image.
std::string logotypeDer(const std::string& mediaType, const std::string& hash, const std::string& uri);

} // namespace waypost::test
