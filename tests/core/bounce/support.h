// What the tests of this folder share: the parser with the product's rules.
#pragma once

#include "bounce/parser.h"
#include "support/paths.h"

#include <QTest>

namespace waypost::bounce {

inline const Parser& productParser() {
    static const auto classifier = *reply::Classifier::load(test::resources() / "rules");
    static const auto providers = *reply::ProviderMap::load(test::resources() / "rules" / "providers.json");
    static const auto parser = *Parser::load(test::resources(), {classifier.get(), providers.get()});
    return *parser;
}

// A DSN around these words and status fields.
inline std::string dsn(const std::string& status, const std::string& words = "Sorry.\n",
                       const std::string& type = "message/delivery-status") {
    return "From: MAILER-DAEMON@mail.example.net\nTo: me@example.net\nSubject: Undelivered "
           "Mail\nMIME-Version: 1.0\n"
           "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
           "--b\nContent-Type: text/plain; charset=utf-8\n\n" +
           words + "\n--b\nContent-Type: " + type + "\n\n" + status +
           "\n--b\nContent-Type: message/rfc822\n\nMessage-ID: <1@example.net>\nFrom: me@example.net\n"
           "To: shown@example.org\nSubject: Hello\n\nBody\n--b--\n";
}

} // namespace waypost::bounce
