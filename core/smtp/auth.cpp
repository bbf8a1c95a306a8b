#include "smtp/auth.h"

#include "base/text.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace waypost::smtp {

std::string_view authMechanismName(AuthMechanism m) {
    switch (m) {
    case AuthMechanism::Plain: return "PLAIN";
    case AuthMechanism::Login: return "LOGIN";
    case AuthMechanism::CramMd5: return "CRAM-MD5";
    case AuthMechanism::XOAuth2: return "XOAUTH2";
    }
    return "";
}

std::optional<AuthMechanism> chooseMechanism(const Credentials& c, const std::vector<std::string>& offered) {
    auto has = [&](AuthMechanism m) {
        return std::find(offered.begin(), offered.end(), authMechanismName(m)) != offered.end();
    };
    if (c.only) return has(*c.only) ? c.only : std::nullopt;
    if (c.oauth) return has(AuthMechanism::XOAuth2) ? std::optional(AuthMechanism::XOAuth2) : std::nullopt;
    for (AuthMechanism m : {AuthMechanism::Plain, AuthMechanism::Login, AuthMechanism::CramMd5})
        if (has(m)) return m;
    return std::nullopt;
}

namespace {

std::string hmacMd5Hex(std::string_view key, std::string_view data) {
    unsigned char out[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    HMAC(EVP_md5(), key.data(), int(key.size()), reinterpret_cast<const unsigned char*>(data.data()),
         data.size(), out, &length);
    return text::hex({reinterpret_cast<const char*>(out), length});
}

} // namespace

std::string AuthExchange::initial() const {
    std::string head = fmt::format("AUTH {}", authMechanismName(mechanism_));
    if (mechanism_ == AuthMechanism::Plain) {
        std::string plain;
        plain += '\0';
        plain += credentials_.user;
        plain += '\0';
        plain += credentials_.secret.reveal();
        return head + " " + text::base64Encode(plain);
    }
    if (mechanism_ == AuthMechanism::XOAuth2)
        return head + " " +
               text::base64Encode(fmt::format("user={}\x01"
                                              "auth=Bearer {}\x01\x01",
                                              credentials_.user, credentials_.secret.reveal()));
    return head;
}

std::string AuthExchange::initialMasked() const {
    const bool secret = mechanism_ == AuthMechanism::Plain || mechanism_ == AuthMechanism::XOAuth2;
    return fmt::format("AUTH {}{}", authMechanismName(mechanism_), secret ? " <masked>" : "");
}

Result<std::string> AuthExchange::answer(std::string_view challenge) {
    auto bad = [](std::string sentence) {
        return fail(ErrorCode::Network, "smtp auth", std::move(sentence));
    };
    if (++round_ > maxRounds) return bad("The server asked more than 3 times during AUTH.");
    if (challenge.size() > maxChallenge)
        return bad("The server sent an AUTH challenge of more than 12288 bytes.");
    auto decoded = text::base64Decode(challenge);
    switch (mechanism_) {
    case AuthMechanism::Plain:
        return bad("The server asked again after AUTH PLAIN, which has nothing more to say.");
    case AuthMechanism::Login:
        // The prompts are free text; the order is what counts.
        if (round_ == 1) return text::base64Encode(credentials_.user);
        if (round_ == 2) return text::base64Encode(credentials_.secret.reveal());
        return bad("The server asked for more than user and password during AUTH LOGIN.");
    case AuthMechanism::CramMd5:
        if (round_ > 1) return bad("The server sent a second CRAM-MD5 challenge.");
        if (!decoded || decoded->empty()) return bad("The server's CRAM-MD5 challenge is not base64.");
        return text::base64Encode(
            fmt::format("{} {}", credentials_.user, hmacMd5Hex(credentials_.secret.reveal(), *decoded)));
    case AuthMechanism::XOAuth2:
        if (round_ > 1) return bad("The server asked again after it had refused the token.");
        explanation_ = text::printable(decoded.value_or("").substr(0, 500));
        return std::string(); // an empty line fetches the final reply
    }
    return bad("This mechanism is not known.");
}

} // namespace waypost::smtp
