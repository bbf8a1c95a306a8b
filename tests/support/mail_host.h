// Scripts of mail exchangers for ScriptServer: what each says from the greeting to the goodbye.
#pragma once

#include "support/script_server.h"

namespace waypost::test {

inline std::vector<Step> startTlsScript(const std::string& name) {
    return {send("220 " + name + " ESMTP\r\n"),
            expect("EHLO "),
            send("250-" + name + " hello\r\n250-8BITMIME\r\n250 STARTTLS\r\n"),
            expect("STARTTLS"),
            send("220 go ahead\r\n"),
            tls(),
            expect("EHLO "),
            send("250-" + name + " hello again\r\n250 8BITMIME\r\n"),
            expect("QUIT"),
            send("221 bye\r\n")};
}
inline std::vector<Step> plainScript(const std::string& name) {
    return {send("220 " + name + " ESMTP\r\n"), expect("EHLO "), send("250 " + name + " hello\r\n"),
            expect("QUIT"), send("221 bye\r\n")};
}

} // namespace waypost::test
