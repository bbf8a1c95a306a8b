#include "base/text.h"
#include "imap/dialogue.h"

using namespace waypost;
using namespace waypost::imap;

namespace {

// One exchange: what must be sent (empty: nothing is checked, e.g. the greeting) and what the server answers.
struct Exchange {
    std::string sent;
    std::string reply;
};
using Script = std::vector<Exchange>;

struct Played {
    std::string wire;  // everything sent
    std::string shown; // the same for the transcript
    std::string unexpected;
    size_t handshakes = 0;
};

// Plays the server; stops at the end of the script, at a failure, or when the client says something else.
Played play(Dialogue& d, const Script& script) {
    Played out;
    for (const Exchange& e : script) {
        if (d.need() == Need::Tls) {
            ++out.handshakes;
            d.tlsEstablished();
        }
        if (!e.sent.empty()) {
            if (d.need() != Need::Write) {
                out.unexpected = "nothing sent, expected: " + e.sent;
                return out;
            }
            Chunk c = d.takeOutgoing();
            out.wire += c.wire;
            out.shown += c.shown;
            if (c.wire != e.sent) {
                out.unexpected = c.wire;
                return out;
            }
        }
        d.receive(e.reply);
        if (d.failure()) return out;
    }
    return out;
}

DialogueOptions options(TlsMode tls = TlsMode::Implicit, AuthKind auth = AuthKind::Password) {
    DialogueOptions o;
    o.tls = tls;
    o.auth = auth;
    o.user = "seed@example.org";
    o.secret = Secret("s3cret\"\\");
    o.version = "1";
    return o;
}

const std::string greeting =
    "* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN AUTH=XOAUTH2 ID SPECIAL-USE LIST-EXTENDED] hi\r\n";
const std::string plainSent =
    "W1 AUTHENTICATE PLAIN " + text::base64Encode(std::string("\0seed@example.org\0s3cret\"\\", 26)) + "\r\n";
const std::string signedIn = "W1 OK [CAPABILITY IMAP4rev1 ID SPECIAL-USE LIST-EXTENDED ESEARCH] in\r\n";
const std::string surveySent =
    "W2 ID (\"name\" \"Waypost\" \"version\" \"1\")\r\nW3 LIST \"\" \"*\" RETURN (SPECIAL-USE)\r\n";
const std::string surveyed =
    "* ID NIL\r\nW2 OK\r\n* LIST () \"/\" INBOX\r\n* LIST (\\Junk) \"/\" Bad\r\nW3 OK\r\n";

Script signInScript() {
    return {{"", greeting}, {plainSent, signedIn}, {surveySent, surveyed}};
}

struct Case {
    const char* name;
    TlsMode tls;
    AuthKind auth;
    Script script;
    FailureKind kind;
    const char* says;
    const char* server;
};

std::vector<Case> failures() {
    const std::string bare = "* OK [CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN] hi\r\n";
    const std::string tlsOk = "W1 OK go\r\n";
    std::string storm, exists;
    for (int i = 0; i < 10'001; ++i) storm += "* 1 EXPUNGE\r\n";
    Script stormScript = signInScript();
    stormScript.push_back({"", storm});
    return {
        {"a greeting of another protocol",
         TlsMode::Implicit,
         AuthKind::Password,
         {{"", "220 mx ESMTP\r\n"}},
         FailureKind::Protocol,
         "no IMAP response",
         ""},
        {"a greeting that is a refusal",
         TlsMode::Implicit,
         AuthKind::Password,
         {{"", "* BYE too many connections\r\n"}},
         FailureKind::Bye,
         "turned us away",
         "too many connections"},
        {"a greeting that is data",
         TlsMode::Implicit,
         AuthKind::Password,
         {{"", "* 5 EXISTS\r\n"}},
         FailureKind::Protocol,
         "no IMAP greeting",
         "* 5 EXISTS"},
        {"PREAUTH where STARTTLS is asked for",
         TlsMode::StartTls,
         AuthKind::Password,
         {{"", "* PREAUTH welcome\r\n"}},
         FailureKind::Preauth,
         "PREAUTH",
         "welcome"},
        {"PREAUTH over implicit TLS",
         TlsMode::Implicit,
         AuthKind::Password,
         {{"", "* PREAUTH welcome\r\n"}},
         FailureKind::Preauth,
         "PREAUTH",
         "welcome"},
        {"CAPABILITY refused",
         TlsMode::Implicit,
         AuthKind::Password,
         {{"", "* OK hi\r\n"}, {"W1 CAPABILITY\r\n", "W1 BAD no\r\n"}},
         FailureKind::Protocol,
         "did not answer CAPABILITY",
         "no"},
        {"CAPABILITY accepted without an answer",
         TlsMode::Implicit,
         AuthKind::Password,
         {{"", "* OK hi\r\n"}, {"W1 CAPABILITY\r\n", "W1 OK\r\n"}},
         FailureKind::Protocol,
         "did not answer CAPABILITY",
         ""},
        {"STARTTLS not offered",
         TlsMode::StartTls,
         AuthKind::Password,
         {{"", "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hi\r\n"}},
         FailureKind::NoTls,
         "does not offer STARTTLS",
         ""},
        {"STARTTLS refused",
         TlsMode::StartTls,
         AuthKind::Password,
         {{"", bare}, {"W1 STARTTLS\r\n", "W1 NO not today\r\n"}},
         FailureKind::NoTls,
         "refused STARTTLS",
         "not today"},
        {"octets behind STARTTLS' OK",
         TlsMode::StartTls,
         AuthKind::Password,
         {{"", bare}, {"W1 STARTTLS\r\n", tlsOk + "* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n"}},
         FailureKind::Injected,
         "35 octets followed",
         ""},
        {"one octet behind STARTTLS' OK",
         TlsMode::StartTls,
         AuthKind::Password,
         {{"", bare}, {"W1 STARTTLS\r\n", tlsOk + "*"}},
         FailureKind::Injected,
         "1 octets followed",
         ""},
        {"a tagged answer sent ahead, before TLS",
         TlsMode::StartTls,
         AuthKind::Password,
         {{"", bare + "W1 OK go\r\nW2 OK in\r\n"}},
         FailureKind::Protocol,
         "was not sent",
         ""},
        {"credentials without TLS",
         TlsMode::Plain,
         AuthKind::Password,
         {{"", bare}},
         FailureKind::NoTls,
         "not encrypted",
         ""},
        {"a wrong password",
         TlsMode::Implicit,
         AuthKind::Password,
         {{"", greeting}, {plainSent, "W1 NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)\r\n"}},
         FailureKind::LoginRefused,
         "refused the sign-in",
         "[AUTHENTICATIONFAILED] Invalid credentials (Failure)"},
        {"LOGINDISABLED and nothing else",
         TlsMode::Implicit,
         AuthKind::Password,
         {{"", "* OK [CAPABILITY IMAP4rev1 LOGINDISABLED AUTH=GSSAPI] hi\r\n"}},
         FailureKind::NoMechanism,
         "disabled LOGIN",
         ""},
        {"OAuth2 not offered",
         TlsMode::Implicit,
         AuthKind::OAuth2,
         {{"", "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hi\r\n"}},
         FailureKind::NoMechanism,
         "XOAUTH2",
         ""},
        {"an endless challenge",
         TlsMode::Implicit,
         AuthKind::Password,
         {{"", greeting}, {plainSent, "+ bW9yZQ==\r\n"}},
         FailureKind::Protocol,
         "more than there is to say",
         "bW9yZQ=="},
        {"goodbye during sign-in",
         TlsMode::Implicit,
         AuthKind::Password,
         {{"", greeting}, {plainSent, "* BYE shutting down\r\n"}},
         FailureKind::Bye,
         "ended the session",
         "shutting down"},
        {"LIST refused",
         TlsMode::Implicit,
         AuthKind::Password,
         {{"", greeting},
          {plainSent, signedIn},
          {surveySent, "W2 OK\r\nW3 BAD what\r\n"},
          {"W4 LIST \"\" \"*\"\r\n", "W4 NO never\r\n"}},
         FailureKind::CommandRefused,
         "list its mailboxes",
         "never"},
        {"a literal of 4 GB in LIST",
         TlsMode::Implicit,
         AuthKind::Password,
         {{"", greeting}, {plainSent, signedIn}, {surveySent, "* LIST () \"/\" {4294967295}\r\n"}},
         FailureKind::TooLarge,
         "4294967295",
         ""},
        {"a storm of EXPUNGE", TlsMode::Implicit, AuthKind::Password, stormScript, FailureKind::TooLarge,
         "10000 responses nobody asked for", ""},
        {"a continuation nobody waits for",
         TlsMode::Implicit,
         AuthKind::Password,
         {{"", greeting}, {plainSent, signedIn}, {surveySent, surveyed + "+ go on\r\n"}},
         FailureKind::Protocol,
         "nothing was sent",
         "go on"},
    };
}

} // namespace

class TestImapDialogue : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void failsAtEachStep_data() {
        QTest::addColumn<int>("index");
        auto all = failures();
        for (size_t i = 0; i < all.size(); ++i) QTest::newRow(all[i].name) << int(i);
    }
    void failsAtEachStep() {
        QFETCH(int, index);
        Case c = failures()[size_t(index)];
        Dialogue d(options(c.tls, c.auth));
        Played p = play(d, c.script);
        QCOMPARE(p.unexpected, std::string());
        QVERIFY(d.failure().has_value());
        QCOMPARE(failureKindName(d.failure()->kind), failureKindName(c.kind));
        QVERIFY2(d.failure()->text.find(c.says) != std::string::npos, d.failure()->text.c_str());
        QCOMPARE(d.failure()->server,
                 std::string(c.server).empty() ? d.failure()->server : std::string(c.server));
        QVERIFY(d.need() == Need::Failed);
        // Nothing more is sent, and nothing secret is in the transcript.
        QVERIFY(d.takeOutgoing().wire.empty());
        QVERIFY(p.shown.find("s3cret") == std::string::npos);
        QVERIFY(p.shown.find(text::base64Encode("seed")) == std::string::npos);
    }

    void closingIsToldByPlace() {
        Dialogue early(options());
        early.peerClosed();
        QCOMPARE(early.failure()->text, std::string("The server closed the connection before its greeting."));
        Dialogue late(options());
        play(late, {{"", greeting}});
        late.takeOutgoing();
        late.peerClosed();
        QCOMPARE(late.failure()->text, std::string("The server closed the connection during AUTHENTICATE."));
        QCOMPARE(late.failure()->kind, FailureKind::Closed);
    }

    void signsInWithTwoRoundTrips() {
        Dialogue d(options());
        Played p = play(d, signInScript());
        QCOMPARE(p.unexpected, std::string());
        QVERIFY(d.need() == Need::Command);
        QCOMPARE(d.mailboxes().size(), size_t(2));
        QCOMPARE(d.mailboxes()[1].use, SpecialUse::Junk);
        QVERIFY(d.has("esearch"));
        QCOMPARE(p.shown.substr(0, p.shown.find('\n')), std::string("W1 AUTHENTICATE PLAIN <masked>\r"));
    }

    void capabilitiesBeforeTlsAreForgotten() {
        Dialogue d(options(TlsMode::StartTls));
        Played p =
            play(d, {{"", "* OK [CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN SASL-IR X-OLD] hi\r\n"},
                     {"W1 STARTTLS\r\n", "W1 OK go\r\n"},
                     {"W2 CAPABILITY\r\n", "* CAPABILITY IMAP4rev1 LOGINDISABLED AUTH=PLAIN\r\nW2 OK\r\n"},
                     {"W3 AUTHENTICATE PLAIN\r\n", "+ \r\n"}});
        QCOMPARE(p.unexpected, std::string());
        QCOMPARE(p.handshakes, size_t(1));
        QVERIFY(!d.has("X-OLD"));
        Chunk c = d.takeOutgoing();
        QCOMPARE(c.shown, std::string("<masked>\r\n"));
        d.receive("W3 OK in\r\n");
        // No capabilities in the OK: they are asked for again.
        QCOMPARE(d.takeOutgoing().wire, std::string("W4 CAPABILITY\r\n"));
    }

    void dataBetweenStarttlsAndTheHandshakeIsFatal() {
        Dialogue d(options(TlsMode::StartTls));
        play(d, {{"", "* OK [CAPABILITY IMAP4rev1 STARTTLS] hi\r\n"}, {"W1 STARTTLS\r\n", "W1 OK go\r\n"}});
        QVERIFY(d.need() == Need::Tls);
        d.receive("* OK injected\r\n");
        QCOMPARE(d.failure()->kind, FailureKind::Injected);
    }

    void loginIsTheFallback() {
        Dialogue d(options());
        Played p = play(d, {{"", "* OK [CAPABILITY IMAP4rev1] hi\r\n"},
                            {"W1 LOGIN \"seed@example.org\" \"s3cret\\\"\\\\\"\r\n", "W1 NO bad\r\n"}});
        QCOMPARE(p.unexpected, std::string());
        QCOMPARE(p.shown, std::string("W1 LOGIN \"seed@example.org\" <masked>\r\n"));
    }

    void anEightBitPasswordGoesAsALiteral() {
        DialogueOptions o = options();
        o.secret = Secret("p\xc3\xa4ss");
        Dialogue d(std::move(o));
        Played p = play(d, {{"", "* OK [CAPABILITY IMAP4rev1] hi\r\n"},
                            {"W1 LOGIN \"seed@example.org\" {5}\r\n", "+ go\r\n"},
                            {"p\xc3\xa4ss\r\n", "W1 NO bad\r\n"}});
        QCOMPARE(p.unexpected, std::string());
        QCOMPARE(p.shown, std::string("W1 LOGIN \"seed@example.org\" {<masked>}\r\n<masked>\r\n"));
    }

    void oauthRefusalTellsTheReason() {
        Dialogue d(options(TlsMode::Implicit, AuthKind::OAuth2));
        std::string sent = "W1 AUTHENTICATE XOAUTH2 " +
                           text::base64Encode("user=seed@example.org\x01"
                                              "auth=Bearer s3cret\"\\\x01\x01") +
                           "\r\n";
        Played p = play(d, {{"", greeting},
                            {sent, "+ " + text::base64Encode("{\"status\":\"400\"}") + "\r\n"},
                            {"\r\n", "W1 NO AUTHENTICATE failed.\r\n"}});
        QCOMPARE(p.unexpected, std::string());
        QCOMPARE(d.failure()->kind, FailureKind::LoginRefused);
        QCOMPARE(d.failure()->server, std::string("AUTHENTICATE failed. {\"status\":\"400\"}"));
    }

    void listFallsBackToThePlainForm() {
        Dialogue d(options());
        Played p = play(d, {{"", greeting},
                            {plainSent, signedIn},
                            {surveySent, "W2 BAD\r\nW3 BAD\r\n"},
                            {"W4 LIST \"\" \"*\"\r\n", "* LIST () \".\" INBOX.Junk\r\nW4 OK\r\n"}});
        QCOMPARE(p.unexpected, std::string());
        QVERIFY(d.need() == Need::Command);
        QCOMPARE(d.mailboxes()[0].use, SpecialUse::Junk);
    }

    void commandsUnderWayTogetherKeepTheirAnswers() {
        Dialogue d(options());
        play(d, signInScript());
        d.submit(examineCommand("INBOX"));
        SearchKey key;
        key.since = "1-Nov-2026";
        d.submit(searchCommand(key, true));
        d.submit(fetchCommand("1:2", FetchWhat::Header, {}, false));
        QCOMPARE(d.takeOutgoing().wire,
                 std::string("W4 EXAMINE \"INBOX\"\r\nW5 UID SEARCH RETURN (ALL) SINCE 1-Nov-2026\r\n"
                             "W6 UID FETCH 1:2 (UID INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER])\r\n"));
        d.receive("* 3 EXISTS\r\n* OK [UIDVALIDITY 77] v\r\n* OK [UIDNEXT 9] n\r\nW4 OK [READ-ONLY] done\r\n"
                  "* 2 EXPUNGE\r\n* ESEARCH (TAG \"W5\") UID ALL 5:6\r\nW5 OK\r\n* 4 EXISTS\r\n"
                  "* 1 FETCH (UID 5 BODY[HEADER] {4}\r\nA: 1)\r\nW6 NO some gone\r\n");
        auto examine = d.takeCompleted();
        QCOMPARE(examine->mailbox.exists, 3U);
        QCOMPARE(examine->mailbox.uidValidity, std::optional<std::uint32_t>(77));
        QCOMPARE(examine->mailbox.uidNext, std::optional<std::uint32_t>(9));
        QVERIFY(examine->mailbox.readOnly);
        QCOMPARE(d.takeCompleted()->hits, (std::vector<std::uint32_t>{5, 6}));
        QCOMPARE(d.takeCompleted()->status, Status::No);
        QCOMPARE(d.takeFetched().size(), size_t(1));
        QVERIFY(d.need() == Need::Command);
    }

    void aMailboxNameThatNeedsALiteralHoldsTheRestBack() {
        Dialogue d(options());
        play(d, signInScript());
        d.submit(examineCommand("a\r\nW9 DELETE INBOX"));
        d.submit(searchCommand({}, false));
        QCOMPARE(d.takeOutgoing().wire, std::string("W4 EXAMINE {18}\r\n"));
        d.receive("+ go\r\n");
        QCOMPARE(d.takeOutgoing().wire, std::string("a\r\nW9 DELETE INBOX\r\nW5 UID SEARCH ALL\r\n"));
    }

    void logoutEnds() {
        Dialogue d(options());
        play(d, signInScript());
        d.submit(logoutCommand());
        QCOMPARE(d.takeOutgoing().wire, std::string("W4 LOGOUT\r\n"));
        d.receive("* BYE see you\r\nW4 OK\r\n");
        QVERIFY(d.need() == Need::Closed);
        QVERIFY(!d.failure());
    }

    // Every command that can be built, against the list of what reads only.
    void nothingCanSetSeen() {
        std::vector<Command> all{capabilityCommand(),
                                 startTlsCommand(),
                                 loginCommand("u", Secret("p")),
                                 authenticateCommand("PLAIN", Secret("x"), true),
                                 authenticateCommand("PLAIN", Secret("x"), false),
                                 idCommand("1"),
                                 listCommand(true),
                                 listCommand(false),
                                 examineCommand("INBOX"),
                                 logoutCommand()};
        SearchKey key;
        key.since = "1-Nov-2026";
        key.headerName = "X-Waypost-Seed";
        key.headerHas = "t";
        key.gmailRaw = "category:social";
        key.uids = "1:5";
        for (bool extended : {false, true}) all.push_back(searchCommand(key, extended));
        for (FetchWhat what : {FetchWhat::Summary, FetchWhat::Header, FetchWhat::Message}) {
            for (bool gmail : {false, true}) all.push_back(fetchCommand("1:*", what, {"A", "B"}, gmail));
        }
        std::vector<std::string> kinds;
        for (const Command& c : all) {
            std::string wire;
            for (const Chunk& chunk : c.chunks) wire += chunk.wire;
            QVERIFY2(wire.starts_with(commandVerb(c.kind)), wire.c_str());
            for (const char* word :
                 {"SELECT", "STORE", "COPY", "MOVE", "APPEND", "EXPUNGE", "DELETE", "RENAME", "CLOSE",
                  "BODY[", "RFC822.TEXT", "RFC822.HEADER", "RFC822 ", "RFC822)"}) {
                QVERIFY2(wire.find(word) == std::string::npos, wire.c_str());
            }
            kinds.emplace_back(commandVerb(c.kind));
        }
        // Each kind there is was looked at; a new kind has to be added here.
        std::sort(kinds.begin(), kinds.end());
        kinds.erase(std::unique(kinds.begin(), kinds.end()), kinds.end());
        QCOMPARE(kinds.size(), size_t(Command::Kind::Logout) + 1);
    }
};

QTEST_APPLESS_MAIN(TestImapDialogue)
#include "tst_imap_dialogue.moc"
