// One GET over HTTPS: how a policy file, a logo or a certificate is fetched from a host that a stranger
// named. Real TLS with the name verified, no redirect is followed, no compression is asked for or accepted,
// and size, header and time have caps. Whatever happens is an outcome with the whole exchange beside it;
// nothing is an Error. RFC 9110, 9112, 6125. Thread rule: loop thread only.
#pragma once

#include "base/result.h"
#include "base/transcript.h"
#include "net/dialer.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace waypost::net {

// https://host[:port]/path?query, taken apart. The fragment is dropped.
struct HttpsUrl {
    static constexpr size_t maxLength = 2048;
    std::string host; // lower case, a name and never an address
    std::uint16_t port = 443;
    std::string target; // path and query, as in the request line
    bool operator==(const HttpsUrl&) const = default;
    [[nodiscard]] std::string toString() const;
};
// Error: one sentence what is wrong. Other schemes, user names, addresses for hosts, spaces, control and
// non-ASCII characters are refused.
Result<HttpsUrl> parseHttpsUrl(std::string_view text);

struct HttpRequest {
    HttpsUrl url;
    std::vector<IpAddress> addresses; // of the host, looked up once by the caller; at most four are tried
    std::string accept = "*/*";
    size_t maxBody = 64 * 1024;
    Millis deadline{10'000};   // for everything together
    std::string caFile, caPem; // as in TlsOptions
};

enum class HttpOutcome : std::uint8_t {
    Answered,  // a whole response came; `status` says which
    NoAddress, // the host has none
    Forbidden, // every address is one that must not be connected to
    NoConnection,
    TlsFailed, // no handshake, or a certificate that is not trusted for the name
    Timeout,
    TooLarge, // header or body above its cap
    Broken,   // what came is not HTTP, or ended early
    Encoded,  // compressed though identity was asked for
    Cancelled,
};
std::string_view httpOutcomeName(HttpOutcome o); // "answered", "no-address", …

struct HttpResponse {
    static constexpr size_t maxHeader = 16 * 1024;
    static constexpr size_t maxAddresses = 4;

    HttpOutcome outcome = HttpOutcome::NoConnection;
    std::string text;                                        // one sentence unless Answered
    int status = 0;                                          // 0: none came
    std::vector<std::pair<std::string, std::string>> fields; // as sent, in order
    std::string body;       // whole when Answered; otherwise what came of it, for the record
    std::string bodySha256; // of `body`, lower-case hexadecimal; empty without a body
    std::optional<TlsOutcome> tls;
    Endpoint remote; // the address that was talked to last
    UtcTime at;
    Millis took{0};
    Transcript transcript;

    // The first field of that name, without regard to case; empty when absent.
    [[nodiscard]] std::string_view field(std::string_view name) const;
    // Type and subtype of Content-Type in lower case, without parameters: "text/plain".
    [[nodiscard]] std::string mediaType() const;
    [[nodiscard]] bool redirects() const { return status >= 300 && status < 400; }
};

// `dialer` and `clock` must outlive the task.
Task<HttpResponse> httpsGet(Dialer* dialer, const Clock* clock, HttpRequest request);

} // namespace waypost::net
