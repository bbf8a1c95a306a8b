#include "base/json.h"
#include "base/text.h"
#include "imap/fetch.h"
#include "imap/mailbox.h"
#include "imap/parser.h"
#include "imap/utf7.h"
#include "support/paths.h"

#include <fstream>
#include <iterator>

using namespace waypost;
using namespace waypost::imap;

namespace {

struct Parsed {
    std::vector<Response> responses;
    std::optional<Error> error;
    size_t rest = 0;
};

Parsed parseAll(std::string_view bytes, size_t step, ParserLimits limits = {}) {
    Parsed out;
    ResponseParser parser(limits);
    for (size_t i = 0; i < bytes.size() && !out.error; i += step) {
        parser.feed(bytes.substr(i, step));
        for (;;) {
            auto r = parser.next();
            if (!r) {
                out.error = r.error();
                break;
            }
            if (!*r) break;
            out.responses.push_back(std::move(**r));
        }
    }
    out.rest = parser.buffered() + (parser.inResponse() ? 1 : 0);
    return out;
}

Response one(std::string_view bytes) {
    auto parsed = parseAll(bytes, bytes.size());
    if (parsed.responses.size() != 1) return {};
    return std::move(parsed.responses[0]);
}

// A value as a short text: atoms bare, strings in quotes, lists in parentheses.
std::string shown(const Value& v) {
    if (v.isNil()) return "NIL";
    if (!v.isList()) return v.kind == Value::Kind::String ? "\"" + v.text + "\"" : v.text;
    std::string out = "(";
    for (const Value& item : v.items) out += (out.size() > 1 ? " " : "") + shown(item);
    return out + ")";
}
std::string shown(const std::vector<Value>& values) {
    std::string out;
    for (const Value& v : values) out += (out.empty() ? "" : " ") + shown(v);
    return out;
}

std::string fileText(const std::filesystem::path& p) {
    std::ifstream in(p, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

std::string withCrlf(std::string_view in) {
    std::string out;
    for (char c : in) {
        if (c == '\n' && !out.ends_with('\r')) out += '\r';
        out += c;
    }
    return out;
}

} // namespace

class TestImapParser : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void values_data() {
        QTest::addColumn<QByteArray>("line");
        QTest::addColumn<QByteArray>("values");
        auto row = [](const char* name, QByteArray line, QByteArray values) {
            QTest::newRow(name) << line << values;
        };
        row("atoms and numbers", "* SEARCH 2 84 882\r\n", "2 84 882");
        row("an empty list of hits with a space behind", "* SEARCH \r\n", "");
        row("quoted strings with escapes", "* LIST () \"/\" \"a\\\"b\\\\c\"\r\n", "() \"/\" \"a\"b\\c\"");
        row("a literal", "* LIST (\\HasNoChildren) \"/\" {5}\r\na\r\nb)\r\n",
            "(\\HasNoChildren) \"/\" \"a\r\nb)\"");
        row("a non-synchronising literal", "* LIST () NIL {3+}\r\nabc\r\n", "() NIL \"abc\"");
        row("a literal8", QByteArrayLiteral("* 1 FETCH (BINARY[1] ~{4}\r\na\0bc)\r\n"),
            QByteArrayLiteral("(BINARY[1] \"a\0bc\")"));
        row("an empty literal", "* LIST () \"/\" {0}\r\n\r\n", "() \"/\" \"\"");
        row("two literals in one response", "* 1 FETCH (A {1}\r\nx B {2}\r\nyz)\r\n", "(A \"x\" B \"yz\")");
        row("text like a literal in quotes", "* LIST () \"/\" \"a{3}\"\r\n", "() \"/\" \"a{3}\"");
        row("text like a literal that is an atom", "* LIST () \"/\" {x}\r\n", "() \"/\" {x}");
        row("a section with a list of fields", "* 1 FETCH (BODY[HEADER.FIELDS (A \"B]\")]<0> NIL)\r\n",
            "(BODY[HEADER.FIELDS (A \"B]\")]<0> NIL)");
        row("a mailbox name with brackets", "* LIST () \"/\" [Gmail]/Spam\r\n", "() \"/\" [Gmail]/Spam");
        row("lists without spaces between them", "* THREAD (2)(3 6 (4 23)(44 7 96))\r\n",
            "(2) (3 6 (4 23) (44 7 96))");
        row("a bare LF ends a line", "* SEARCH 1\n", "1");
        row("NIL in any case", "* X nil NiL\r\n", "NIL NIL");
        row("empty lines before a response", "\r\n\r\n* SEARCH 7\r\n", "7");
    }
    void values() {
        QFETCH(QByteArray, line);
        QFETCH(QByteArray, values);
        // Octet by octet and at once: the same.
        for (size_t step : {size_t(1), size_t(3), size_t(line.size())}) {
            auto parsed = parseAll(line.toStdString(), step);
            QVERIFY2(!parsed.error, parsed.error ? parsed.error->text.c_str() : "");
            QCOMPARE(parsed.responses.size(), size_t(1));
            QCOMPARE(QByteArray::fromStdString(shown(parsed.responses[0].values)), values);
            QCOMPARE(parsed.rest, size_t(0));
        }
    }

    void statusLines_data() {
        QTest::addColumn<QByteArray>("line");
        QTest::addColumn<int>("status");
        QTest::addColumn<QByteArray>("code");
        QTest::addColumn<QByteArray>("codeValues");
        QTest::addColumn<QByteArray>("text");
        auto row = [](const char* name, QByteArray line, Status s, QByteArray code, QByteArray values,
                      QByteArray text) { QTest::newRow(name) << line << int(s) << code << values << text; };
        row("a greeting", "* OK ready\r\n", Status::Ok, "", "", "ready");
        row("a code with a number", "* OK [UIDVALIDITY 7] valid\r\n", Status::Ok, "UIDVALIDITY", "7",
            "valid");
        row("a code with a list", "* OK [PERMANENTFLAGS (\\Seen \\*)] yes\r\n", Status::Ok, "PERMANENTFLAGS",
            "(\\Seen \\*)", "yes");
        row("a tagged refusal", "A1 NO [AUTHENTICATIONFAILED] wrong\r\n", Status::No, "AUTHENTICATIONFAILED",
            "", "wrong");
        row("text that looks like a literal", "A1 OK done {999}\r\n", Status::Ok, "", "", "done {999}");
        row("a code that does not end is text", "* OK [ALERT down\r\n", Status::Ok, "", "", "[ALERT down");
        row("a bracket inside a quoted argument", "A1 BAD [X \"a]b\"] t\r\n", Status::Bad, "X", "\"a]b\"",
            "t");
        row("no text at all", "A1 OK\r\n", Status::Ok, "", "", "");
        row("goodbye", "* BYE Autologout\r\n", Status::Bye, "", "", "Autologout");
        row("signed in already", "* PREAUTH hello\r\n", Status::Preauth, "", "", "hello");
    }
    void statusLines() {
        QFETCH(QByteArray, line);
        QFETCH(int, status);
        QFETCH(QByteArray, code);
        QFETCH(QByteArray, codeValues);
        QFETCH(QByteArray, text);
        Response r = one(line.toStdString());
        QCOMPARE(int(r.status), status);
        QCOMPARE(QByteArray::fromStdString(r.code), code);
        QCOMPARE(QByteArray::fromStdString(shown(r.codeValues)), codeValues);
        QCOMPARE(QByteArray::fromStdString(r.text), text);
    }

    void refusals_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<int>("code");
        QTest::addColumn<QByteArray>("says");
        auto row = [](const char* name, QByteArray bytes, ErrorCode code, QByteArray says) {
            QTest::newRow(name) << bytes << int(code) << says;
        };
        row("a literal of 4 GB", "* 1 FETCH (BODY[] {4294967295}\r\n", ErrorCode::TooLarge,
            "4294967295 octets");
        row("a literal beyond 64 bits", "* 1 FETCH (BODY[] {99999999999999999999999}\r\n",
            ErrorCode::TooLarge, "literal of 18446744073709551615");
        row("two literals that go over the cap together", "* 1 FETCH (A {10}\r\n0123456789 B {33554430}\r\n",
            ErrorCode::TooLarge, "33554430");
        row("a line of 65 KB", QByteArray("* SEARCH ") + QByteArray(66'000, '1'), ErrorCode::TooLarge,
            "65536 octets");
        row("lists 65 deep", "* X " + QByteArray(65, '(') + QByteArray(65, ')') + "\r\n", ErrorCode::TooLarge,
            "64 deep");
        row("lists 30,000 deep", "* X " + QByteArray(30'000, '(') + QByteArray(30'000, ')') + "\r\n",
            ErrorCode::TooLarge, "64 deep");
        row("a list that does not end", "* X (a b\r\n", ErrorCode::Corrupt, "a list that does not end");
        row("a list that ends twice", "* X (a))\r\n", ErrorCode::Corrupt, "closing parenthesis");
        row("a quoted string that does not end", "* X \"abc\r\n", ErrorCode::Corrupt, "quoted string");
        row("a control octet in an atom", "* X a\x01z\r\n", ErrorCode::Corrupt, "control octet");
        row("a NUL in an atom", QByteArray("* X a\0b\r\n", 9), ErrorCode::Corrupt, "control octet");
        row("an untagged response without a name", "* 12\r\n", ErrorCode::Corrupt, "without a name");
        row("an HTTP server", "HTTP/1.1 400 Bad Request\r\n", ErrorCode::Corrupt, "no IMAP response");
        row("an SMTP server", "220 mx.example.org ESMTP\r\n", ErrorCode::Corrupt, "no IMAP response");
    }
    void refusals();

    void aDeepButAllowedListIsRead() {
        Response r = one("* X " + std::string(64, '(') + std::string(64, ')') + "\r\n");
        QCOMPARE(r.values.size(), size_t(1));
    }

    void literalCapIsExact() {
        ParserLimits limits;
        limits.literal = 10;
        auto fits = parseAll("* X {10}\r\n0123456789\r\n", 5, limits);
        QVERIFY(!fits.error);
        QCOMPARE(fits.responses[0].values[0].text, std::string("0123456789"));
        auto over = parseAll("* X {11}\r\n", 5, limits);
        QVERIFY(over.error.has_value());
        QCOMPARE(
            over.error->text,
            std::string(
                "The server announced a literal of 11 octets; at most 10 are accepted in one response."));
    }

    void manyValuesAreRefused() {
        ParserLimits limits;
        limits.values = 100;
        auto parsed =
            parseAll("* SEARCH" + std::string(" 1 1").append(std::string(400, ' ')) + "\r\n", 64, limits);
        QVERIFY(!parsed.error);
        std::string many = "* SEARCH";
        for (int i = 0; i < 101; ++i) many += " 1";
        auto over = parseAll(many + "\r\n", 64, limits);
        QVERIFY(over.error.has_value());
        QCOMPARE(over.error->text, std::string("The server sent more than 100 values in one response."));
    }

    void errorsStay() {
        ResponseParser parser;
        parser.feed("* X (\r\n* OK fine\r\n");
        QVERIFY(!parser.next());
        parser.feed("* OK fine\r\n");
        QVERIFY(!parser.next());
    }

    void transcriptLineHasNoLiteral() {
        QCOMPARE(one("* 1 FETCH (BODY[] {6}\r\nsecret UID 3)\r\n").line,
                 std::string("* 1 FETCH (BODY[] <6 octets> UID 3)"));
    }

    void fetchItems() {
        auto f = fetchedFrom(
            one("* 12 FETCH (FLAGS (\\Seen $Junk) UID 99 RFC822.SIZE 4286 INTERNALDATE "
                "\"17-Jul-1996 02:44:25 -0700\" X-GM-MSGID 1278455344230334865 X-GM-THRID 12 X-GM-LABELS "
                "(\"\\\\Inbox\" Muy {3}\r\na b) BODY[HEADER]<0> {4}\r\nA: b UNKNOWN (x (y)))\r\n"));
        QVERIFY(f.has_value());
        QCOMPARE(f->sequence, 12U);
        QCOMPARE(f->uid, std::optional<std::uint32_t>(99));
        QCOMPARE(f->flags, (std::vector<std::string>{"\\Seen", "$Junk"}));
        QCOMPARE(f->size, std::optional<std::uint64_t>(4286));
        QCOMPARE(formatUtc(*f->internalDate), std::string("1996-07-17T09:44:25Z"));
        QCOMPARE(f->gmailMessage, std::optional<std::uint64_t>(1278455344230334865ULL));
        QCOMPARE(f->gmailLabels, (std::vector<std::string>{"\\Inbox", "Muy", "a b"}));
        QCOMPARE(f->sections[0].origin, std::optional<std::uint64_t>(0));
        QCOMPARE(*f->section("HEADER"), std::string("A: b"));
    }

    void fetchOddities() {
        QVERIFY(!fetchedFrom(one("* 12 FETCH (UID)\r\n")));
        QVERIFY(!fetchedFrom(one("* FETCH (UID 1)\r\n")));
        auto nil = fetchedFrom(one("* 1 FETCH (BODY[] NIL UID 0)\r\n"));
        QVERIFY(nil.has_value());
        QVERIFY(nil->section("") == nullptr);
        QVERIFY(!nil->uid);
    }

    void internalDates() {
        QCOMPARE(formatUtc(*parseInternalDate(" 7-Nov-2026 00:00:00 +0130")),
                 std::string("2026-11-06T22:30:00Z"));
        QCOMPARE(formatUtc(*parseInternalDate("7-Nov-2026 00:00:00 +0000")),
                 std::string("2026-11-07T00:00:00Z"));
        QVERIFY(!parseInternalDate("32-Nov-2026 00:00:00 +0000"));
        QVERIFY(!parseInternalDate("07-Foo-2026 00:00:00 +0000"));
        QVERIFY(!parseInternalDate(""));
        QCOMPARE(searchDate(*parseUtc("2026-11-01")), std::string("1-Nov-2026"));
    }

    void searchSets() {
        using Uids = std::vector<std::uint32_t>;
        QCOMPARE(searchHits(one("* SEARCH 9 2 2\r\n"), 100), (Uids{2, 9}));
        QCOMPARE(searchHits(one("* ESEARCH (TAG \"W1\") UID ALL 1:3,7\r\n"), 100), (Uids{1, 2, 3, 7}));
        QCOMPARE(searchHits(one("* ESEARCH (TAG \"W1\") UID\r\n"), 100), Uids{});
        // A set of four billion costs no more than what is kept, and the newest are kept.
        QCOMPARE(searchHits(one("* ESEARCH (TAG \"W1\") UID ALL 1:4294967295\r\n"), 2),
                 (Uids{4294967294U, 4294967295U}));
        QCOMPARE(searchHits(one("* ESEARCH (TAG \"W1\") UID ALL 0:5\r\n"), 2), Uids{});
        QCOMPARE(uidSet({1, 2, 3, 7, 9, 10}), std::string("1:3,7,9:10"));
        QCOMPARE(uidSet({}), std::string());
    }

    void mailboxNames_data() {
        QTest::addColumn<QByteArray>("wire");
        QTest::addColumn<QByteArray>("name");
        QTest::newRow("plain") << QByteArray("INBOX") << QByteArray("INBOX");
        QTest::newRow("an ampersand") << QByteArray("a&-b") << QByteArray("a&b");
        QTest::newRow("French junk") << QByteArray("Courrier ind&AOk-sirable")
                                     << QByteArray("Courrier indésirable");
        QTest::newRow("the RFC's example")
            << QByteArray("~peter/mail/&U,BTFw-/&ZeVnLIqe-") << QByteArray("~peter/mail/台北/日本語");
        QTest::newRow("beyond the basic plane") << QByteArray("&2D3cqQ-") << QByteArray("💩");
        QTest::newRow("a path that climbs is only a name")
            << QByteArray("../../etc/passwd") << QByteArray("../../etc/passwd");
    }
    void mailboxNames() {
        QFETCH(QByteArray, wire);
        QFETCH(QByteArray, name);
        QCOMPARE(QByteArray::fromStdString(decodeMailboxName(wire.toStdString()).value_or("?")), name);
        QCOMPARE(QByteArray::fromStdString(encodeMailboxName(name.toStdString()).value_or("?")), wire);
    }

    void mailboxNameRefusals() {
        for (const char* wire : {"&", "&AOk", "&!-", "&2D0-", "&3Kk-", "b\xc3\xa9", "a\x01", "&AOl-"}) {
            QVERIFY2(!decodeMailboxName(wire), wire);
        }
        QVERIFY(!encodeMailboxName("\xff"));
        QVERIFY(!encodeMailboxName("\xc0\xaf"));
        QVERIFY(!encodeMailboxName("\xed\xa0\x80"));
        QVERIFY(!encodeMailboxName("abc\xe2\x82"));
    }

    void specialUse() {
        std::vector<Mailbox> boxes;
        for (const char* line :
             {"* LIST () \"/\" inbox\r\n", "* LIST (\\HasNoChildren \\Junk) \"/\" \"Ongewenst\"\r\n",
              "* LIST () \"/\" Spam\r\n", "* LIST () \"/\" Trash\r\n",
              "* LIST (\\Noselect) \"/\" Archive\r\n"}) {
            boxes.push_back(*mailboxFromList(one(line)));
        }
        assignSpecialUse(boxes);
        QCOMPARE(boxes[0].use, SpecialUse::Inbox);
        QCOMPARE(boxes[1].use, SpecialUse::Junk);
        QCOMPARE(boxes[1].useFromName, false);
        // The attribute names the junk folder, so a folder that is only called Spam is an ordinary one.
        QCOMPARE(boxes[2].use, SpecialUse::None);
        QCOMPARE(boxes[3].use, SpecialUse::Trash);
        QCOMPARE(boxes[3].useFromName, true);
        QCOMPARE(boxes[4].use, SpecialUse::None);
        QVERIFY(!boxes[4].selectable());
    }

    void junkByName_data() {
        QTest::addColumn<QString>("wire");
        for (const char* n :
             {"[Gmail]/Spam", "Junk", "Junk Email", "Junk E-mail", "Spam", "Bulk", "Bulk Mail",
              "Spamverdacht", "Courrier ind&AOk-sirable", "INBOX.Junk", "INBOX.Spam"}) {
            QTest::newRow(n) << n;
        }
    }
    void junkByName() {
        QFETCH(QString, wire);
        std::vector<Mailbox> boxes{
            *mailboxFromList(one("* LIST () \".\" \"" + wire.toStdString() + "\"\r\n"))};
        assignSpecialUse(boxes);
        QCOMPARE(boxes[0].use, SpecialUse::Junk);
        QVERIFY(boxes[0].useFromName);
    }

    void corpusParsesWithoutARest() {
        auto index = test::corpora() / "imap/index.jsonl";
        if (!std::filesystem::exists(index)) QSKIP("corpus imap absent");
        std::ifstream lines(index);
        int transcripts = 0, responses = 0;
        for (std::string line; std::getline(lines, line);) {
            auto v = json::parse(line, "index.jsonl");
            QVERIFY(v.has_value());
            std::string file(json::text(v->as_object(), "file"));
            if (!file.ends_with(".txt")) continue;
            // The files are kept with LF; a server sends CRLF.
            std::string bytes = withCrlf(fileText(test::corpora() / file));
            auto parsed = parseAll(bytes, 17);
            QVERIFY2(!parsed.error, (file + ": " + (parsed.error ? parsed.error->text : "")).c_str());
            QVERIFY2(parsed.rest == 0, file.c_str());
            QVERIFY2(!parsed.responses.empty(), file.c_str());
            ++transcripts;
            responses += int(parsed.responses.size());
        }
        qInfo("%d transcripts, %d responses", transcripts, responses);
        QVERIFY(transcripts > 90);
    }

    void corpusMessagesComeThroughALiteral() {
        auto folder = test::corpora() / "imap";
        if (!std::filesystem::exists(folder)) QSKIP("corpus imap absent");
        int messages = 0;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
            if (entry.path().extension() != ".msg") continue;
            std::string body = fileText(entry.path());
            std::string wire =
                "* 1 FETCH (UID 5 BODY[] {" + std::to_string(body.size()) + "}\r\n" + body + ")\r\n";
            auto parsed = parseAll(wire, 1000);
            QVERIFY(!parsed.error);
            auto f = fetchedFrom(std::move(parsed.responses.at(0)));
            QVERIFY(f && f->section("") && *f->section("") == body);
            ++messages;
        }
        QVERIFY(messages > 30);
    }
};

void TestImapParser::refusals() {
    QFETCH(QByteArray, bytes);
    QFETCH(int, code);
    QFETCH(QByteArray, says);
    auto parsed = parseAll(bytes.toStdString(), 4096);
    QVERIFY(parsed.error.has_value());
    QCOMPARE(int(parsed.error->code), code);
    QVERIFY2(parsed.error->text.find(says.toStdString()) != std::string::npos, parsed.error->text.c_str());
}

QTEST_APPLESS_MAIN(TestImapParser)
#include "tst_imap_parser.moc"
