// SMTP AUTH (RFC 4954), sans-IO: the client side of one login. PLAIN (4616), LOGIN, CRAM-MD5 (2195), XOAUTH2.
#pragma once

#include "base/result.h"
#include "base/secret.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::smtp {

enum class AuthMechanism : std::uint8_t { Plain, Login, CramMd5, XOAuth2 };
std::string_view authMechanismName(AuthMechanism m); // "CRAM-MD5"

struct Credentials {
    std::string user;
    Secret secret; // password, or an access token when `oauth`
    bool oauth = false;
    std::optional<AuthMechanism> only; // force one
};

// The best mechanism both sides know: XOAUTH2 for a token; else PLAIN, LOGIN, CRAM-MD5 (the connection is
// encrypted, and PLAIN leaves no weak digest). Nothing: none in common.
std::optional<AuthMechanism> chooseMechanism(const Credentials& c, const std::vector<std::string>& offered);

class AuthExchange {
  public:
    static constexpr int maxRounds = 3; // 334 replies answered
    static constexpr size_t maxChallenge = 12'288;

    AuthExchange(AuthMechanism mechanism, const Credentials& credentials)
        : mechanism_(mechanism), credentials_(credentials) {}
    // "AUTH PLAIN …", without CRLF. Secret; what may be shown is initialMasked().
    [[nodiscard]] std::string initial() const;
    [[nodiscard]] std::string initialMasked() const;
    // The answer to the text of a 334 reply, without CRLF; always secret. An error is a sentence about the
    // server's side of the exchange.
    Result<std::string> answer(std::string_view challenge);
    // XOAUTH2 servers explain a failure in a challenge: its text, or empty.
    [[nodiscard]] const std::string& serverExplanation() const { return explanation_; }

  private:
    AuthMechanism mechanism_;
    const Credentials& credentials_;
    int round_ = 0;
    std::string explanation_;
};

} // namespace waypost::smtp
