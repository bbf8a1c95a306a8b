// A message is signed, changed as forwarders and gateways change messages, and the change must be named.
#include "auth/dkim_autopsy.h"
#include "auth/dkim_header.h"
#include "base/text.h"
#include "dkim_fixture.h"
#include "mail/transfer.h"

#include <QElapsedTimer>

using namespace waypost;
using namespace waypost::auth;
using namespace waypost::test;

namespace {

std::string replaced(std::string in, std::string_view from, std::string_view to) {
    const size_t at = in.find(from);
    if (at != std::string::npos) in.replace(at, from.size(), to);
    return in;
}

DkimAutopsy examined(const std::string& message, ZoneResolver zone = keyZone()) {
    DkimVerifyOptions options;
    options.now = signedAt;
    auto all = runReady(autopsyDkim(zone, parsed(message), options));
    return all && !all->empty() ? std::move(all->front()) : DkimAutopsy{};
}

std::string ids(const DkimAutopsy& a) {
    std::string out;
    for (const auto& m : a.found) out += (out.empty() ? "" : " ") + m.id;
    return out;
}

DkimSignOptions simple() {
    DkimSignOptions o;
    o.header = o.body = Canonicalization::Simple;
    return o;
}

const std::string header = "From: Anna <anna@example.org>\r\n"
                           "To: Ben <ben@example.net>\r\n"
                           "Subject: Lunch\r\n"
                           "MIME-Version: 1.0\r\n"
                           "Content-Type: text/plain; charset=utf-8\r\n"
                           "Content-Transfer-Encoding: 8bit\r\n"
                           "\r\n";
const std::string longLine =
    "This is a paragraph in one line that is so long that many a gateway would rather see it in "
    "lines of seventy columns or a few more, and so it wraps it at a space.";
const std::string body = "Hello Ben,\r\n\r\n" + longLine +
                         "\r\n\r\nCaf\xc3\xa9 at noon: https://example.org/a?b=c\r\n" +
                         ".hidden file\r\nFrom here it is near.\r\n--\r\nAnna\r\n";

// The body of a signed message through `change`.
template <class F>
std::string withBody(const std::string& message, F change) {
    const size_t at = message.find("\r\n\r\n") + 4;
    return message.substr(0, at) + change(message.substr(at));
}

std::string wrappedAt72(const std::string& in) {
    std::string line = longLine, out;
    while (line.size() > 72) {
        const size_t space = line.rfind(' ', 72);
        out += line.substr(0, space) + "\r\n";
        line = line.substr(space + 1);
    }
    return replaced(in, longLine, out + line);
}

} // namespace

class TestDkimAutopsy : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void aPassingSignatureIsLeftAlone() {
        const DkimAutopsy a = examined(signedMessage(header + body));
        QVERIFY(a.found.empty() && a.tried.empty());
        QVERIFY(a.check.result == DkimResult::Pass && !a.conclusion.empty());
    }

    void bodies_data() {
        QTest::addColumn<QByteArray>("message");
        QTest::addColumn<QByteArray>("id");
        QTest::addColumn<QByteArray>("received"); // part of the first changed octets
        auto row = [](const char* name, const std::string& m, const char* id,
                      const std::string& received = {}) {
            QTest::newRow(name) << QByteArray::fromStdString(m) << QByteArray(id)
                                << QByteArray::fromStdString(received);
        };
        const std::string relaxed = signedMessage(header + body);
        const std::string strict = signedMessage(header + body, simple());
        row("a footer", relaxed + "____\r\nlist mailing list\r\nhttps://lists.example/\r\n",
            "footer-appended", "____");
        row("a footer of one line", strict + "Sent through the gateway.\r\n", "footer-appended",
            "Sent through");
        row("a footer behind empty lines", relaxed + "\r\n\r\n-- \r\nfooter\r\n", "footer-appended",
            "footer");
        row("a banner", withBody(relaxed, [](auto b) { return "CAUTION: external sender\r\n\r\n" + b; }),
            "banner-prepended", "CAUTION");
        row("a notice in the middle", replaced(relaxed, ".hidden", "Scanned by X\r\n.hidden"),
            "lines-inserted", "Scanned by X");
        row("trailing spaces, simple", replaced(strict, "Hello Ben,", "Hello Ben,  "), "white-space", "  ");
        row("doubled spaces, simple", replaced(strict, "Caf\xc3\xa9 at", "Caf\xc3\xa9  at"), "white-space");
        row("the separator lost its space",
            replaced(signedMessage(header + "x\r\n-- \r\nAnna\r\n", simple()), "\r\n-- \r\n", "\r\n--\r\n"),
            "trailing-space-removed", "");
        row("wrapped lines", withBody(relaxed, wrappedAt72), "rewrapped");
        row("links rewritten",
            replaced(relaxed, "https://example.org/a?b=c",
                     "https://eur01.safelinks.protection.outlook.com/"
                     "?url=https%3A%2F%2Fexample.org%2Fa%3Fb%3Dc&data=05%7C&reserved=0"),
            "links-rewritten", "ur01.safelinks");
        row("links rewritten by another gateway",
            replaced(
                relaxed, "https://example.org/a?b=c",
                "https://urldefense.proofpoint.com/v2/url?u=https-3A__example.org_a-3Fb-3Dc&d=DwMFaQ&c=x"),
            "links-rewritten", "urldefense");
        row("links rewritten by a third",
            replaced(relaxed, "https://example.org/a?b=c",
                     "https://urldefense.com/v3/__https://example.org/a?b=c__;!!N11eV2iwtfs!abc$"),
            "links-rewritten", "urldefense");
        row("8bit made quoted-printable",
            withBody(relaxed, [](auto b) { return mail::encodeQuotedPrintable(b); }), "transfer-encoding");
        row("8bit made base64",
            withBody(replaced(relaxed, "Encoding: 8bit", "Encoding: base64"),
                     [](auto b) { return mail::encodeBase64Lines(b); }),
            "transfer-encoding");
        row("another charset", replaced(relaxed, "Caf\xc3\xa9", "Caf\xe9"), "charset-rewritten", "\xe9");
        row("dots left doubled", replaced(relaxed, "\r\n.hidden", "\r\n..hidden"), "dot-stuffing-left", ".");
        row("dots signed doubled",
            replaced(signedMessage(header + replaced(body, "\r\n.hidden", "\r\n..hidden")), "\r\n..hidden",
                     "\r\n.hidden"),
            "dot-stuffing-signed");
        row("quoted for an mbox", replaced(relaxed, "\r\nFrom here", "\r\n>From here"), "mbox-quoting", ">");
        row("CR before each CRLF",
            withBody(relaxed,
                     [](std::string b) {
                         std::string out;
                         for (char c : b) out += c == '\r' ? std::string("\r\r") : std::string(1, c);
                         return out;
                     }),
            "line-ends");
        row("every line followed by an empty one",
            withBody(signedMessage(header + "a\r\nb\r\nc\r\n"),
                     [](auto) { return std::string("a\r\n\r\nb\r\n\r\nc\r\n\r\n"); }),
            "blank-lines-doubled");
    }
    void bodies() {
        QFETCH(QByteArray, message);
        QFETCH(QByteArray, id);
        QFETCH(QByteArray, received);
        const std::string bytes = message.toStdString();
        const DkimAutopsy a = examined(bytes);
        QVERIFY(!a.found.empty());
        const DkimMutation& m = a.found.front();
        QVERIFY2(m.id == id.toStdString(), m.id.c_str());
        QVERIFY(m.part == DkimMutation::Part::Body && !m.sentence.empty());
        QVERIFY2(m.asReceived.find(received.toStdString()) != std::string::npos, m.asReceived.c_str());
        QVERIFY(m.span.end() <= bytes.size());
        QCOMPARE(bytes.substr(m.span.offset, std::min(m.span.length, m.asReceived.size())), m.asReceived);
        QVERIFY(!a.tried.empty() && a.tried.back().fitted);
        QVERIFY(a.conclusion.find(m.sentence) != std::string::npos);
    }
    // The same on a file with LF.
    void bodiesWithLf_data() { bodies_data(); }
    void bodiesWithLf() {
        QFETCH(QByteArray, message);
        QFETCH(QByteArray, id);
        std::string bytes = message.toStdString();
        std::erase(bytes, '\r');
        const DkimAutopsy a = examined(bytes);
        if (id == "line-ends") { // it was the CR that broke it
            QVERIFY(a.check.result == DkimResult::Pass);
            return;
        }
        QVERIFY(!a.found.empty());
        QCOMPARE(a.found.front().id, id.toStdString());
    }

    void signersThatErr_data() {
        QTest::addColumn<QByteArray>("hashed"); // what the signer hashed, base64 in options.bodyHash
        QTest::addColumn<QByteArray>("id");
        const std::string relaxed = canonicalBody(body, Canonicalization::Relaxed);
        std::string lf = relaxed;
        std::erase(lf, '\r');
        auto row = [](const char* name, const std::string& hashed, const char* id) {
            QTest::newRow(name) << QByteArray::fromStdString(hashed) << QByteArray(id);
        };
        row("an empty body", "", "signed-empty-body");
        row("LF line ends", lf, "line-ends");
        row("an empty line at the end", relaxed + "\r\n", "trailing-lines");
        row("no line end at the end", relaxed.substr(0, relaxed.size() - 2), "trailing-lines");
    }
    void signersThatErr() {
        QFETCH(QByteArray, hashed);
        QFETCH(QByteArray, id);
        DkimSignOptions options;
        options.bodyHash = dkimDigest(DkimHash::Sha256, hashed.toStdString());
        const DkimAutopsy a = examined(signedMessage(header + body, options));
        QCOMPARE(ids(a), id.toStdString());
    }
    void theSignerHashedTheSimpleForm() {
        DkimSignOptions options;
        const std::string odd = body + "two  spaces \r\n";
        options.bodyHash = dkimBodyHash(odd, Canonicalization::Simple);
        QCOMPARE(ids(examined(signedMessage(header + odd, options))), std::string("wrong-canonicalization"));
    }

    void partsOfAMultipart() {
        const std::string top = "From: Anna <anna@example.org>\r\nSubject: x\r\nMIME-Version: 1.0\r\n"
                                "Content-Type: multipart/alternative; boundary=\"=b\"\r\n\r\n";
        const std::string one =
            "--=b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
            "Caf\xc3\xa9 = good\r\n";
        const std::string two =
            "--=b\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
            "<p>Caf\xc3\xa9</p>\r\n--=b--\r\n";
        const std::string good = signedMessage(top + one + two);
        QVERIFY(examined(good).check.result == DkimResult::Pass);
        // Both parts downgraded on the way.
        std::string down =
            replaced(good, "8bit\r\n\r\nCaf\xc3\xa9 = good", "quoted-printable\r\n\r\nCaf=C3=A9 =3D good");
        down = replaced(down, "8bit\r\n\r\n<p>Caf\xc3\xa9", "quoted-printable\r\n\r\n<p>Caf=C3=A9");
        QCOMPARE(ids(examined(down)), std::string("transfer-encoding"));
        // One of them.
        QCOMPARE(ids(examined(
                     replaced(good, "8bit\r\n\r\n<p>Caf\xc3\xa9", "quoted-printable\r\n\r\n<p>Caf=C3=A9"))),
                 std::string("transfer-encoding"));
        // A footer inside the first part.
        const DkimAutopsy a = examined(replaced(good, "= good\r\n", "= good\r\n____\r\nfooter\r\n"));
        QCOMPARE(ids(a), std::string("lines-inserted"));
        QCOMPARE(a.found[0].asReceived, std::string("____\r\nfooter\r\n"));
    }

    void headers_data() {
        QTest::addColumn<QByteArray>("message");
        QTest::addColumn<QByteArray>("ids");
        QTest::addColumn<bool>("ed");
        const std::string relaxed = signedMessage(header + body);
        const std::string strict = signedMessage(header + body, simple());
        const std::string other = signedMessage(header + body, {}, false, true);
        auto row = [](const char* name, const std::string& m, const char* id) {
            QTest::newRow(name) << QByteArray::fromStdString(m) << QByteArray(id) << false;
        };
        row("a tag in the subject", replaced(relaxed, "Subject: Lunch", "Subject: [friends] Lunch"),
            "subject-tag");
        row("a tag in the subject, Ed25519", replaced(other, "Subject: Lunch", "Subject: [friends] Lunch"),
            "subject-tag");
        row("a spam mark", replaced(relaxed, "Subject: Lunch", "Subject: ***SPAM*** Lunch"), "subject-tag");
        row("an external mark", replaced(relaxed, "Subject: Lunch", "Subject: EXTERNAL: Lunch"),
            "subject-tag");
        row("an added Reply-To", "Reply-To: list@lists.example\r\n" + relaxed, "header-added");
        row("a second subject", "Subject: other\r\n" + relaxed, "header-added");
        row("From replaced, the author in Reply-To",
            replaced(signedMessage("Reply-To: Anna <anna@example.org>\r\n" + header + body),
                     "From: Anna <anna@example.org>", "From: Anna via Friends <list@lists.example>"),
            "from-rewritten");
        row("From replaced, the author in X-Original-From",
            "X-Original-From: Anna <anna@example.org>\r\n" +
                replaced(relaxed, "From: Anna <anna@example.org>",
                         "From: 'Anna' via Friends <list@lists.example>"),
            "from-rewritten");
        row("all that a list does",
            "Reply-To: Anna <anna@example.org>\r\n" +
                replaced(replaced(relaxed, "Subject: Lunch", "Subject: [friends] Lunch"),
                         "From: Anna <anna@example.org>", "From: Anna via Friends <list@lists.example>"),
            "from-rewritten subject-tag header-added");
        row("the transfer encoding in the header", replaced(relaxed, "Encoding: 8bit", "Encoding: 7bit"),
            "transfer-encoding");
        row("quotes around the name", replaced(relaxed, "To: Ben <", "To: \"Ben\" <"), "header-requoted");
        row("quotes lost",
            replaced(signedMessage(replaced(header, "To: Ben", "To: \"Ben\"") + body), "To: \"Ben\"",
                     "To: Ben"),
            "header-requoted");
        row("quotes in Content-Type", replaced(relaxed, "charset=utf-8", "charset=\"utf-8\""),
            "content-type-rewritten");
        row("MIME-Version removed", replaced(relaxed, "MIME-Version: 1.0\r\n", ""), "header-removed");
        row("the subject encoded",
            replaced(signedMessage(replaced(header, "Lunch", "Caf\xc3\xa9") + body), "Subject: Caf\xc3\xa9",
                     "Subject: =?utf-8?B?Q2Fmw6k=?="),
            "header-reencoded");
        row("folded, simple",
            replaced(signedMessage(replaced(header, "Lunch", "Lunch at noon") + body, simple()), "Lunch at",
                     "Lunch\r\n at"),
            "header-refolded");
        row("a tab in place of a space in a fold, simple",
            replaced(signedMessage(replaced(header, "Lunch", "Lunch\r\n\tat noon") + body, simple()),
                     "\r\n\tat", "\r\n at"),
            "header-refolded");
        row("another key", replaced(relaxed, "s=rsa", "s=old"), "other-key");
    }
    void headers() {
        QFETCH(QByteArray, message);
        QFETCH(QByteArray, ids);
        ZoneResolver zone = keyZone();
        const std::string old = rsa2048Record;
        zone.add("old._domainkey.example.org TXT \"" + old.substr(0, 200) + "\" \"" + old.substr(200) + "\"");
        const std::string bytes = message.toStdString();
        const DkimAutopsy a = examined(bytes, zone);
        QVERIFY2(a.check.result == DkimResult::Fail, a.check.reason.c_str());
        const std::string seen = ::ids(a);
        QVERIFY2(seen == ids.toStdString(), (seen + " | " + a.conclusion).c_str());
        for (const DkimMutation& m : a.found) {
            QVERIFY(m.part == DkimMutation::Part::Header && m.span.end() <= bytes.size());
            if (!m.asReceived.empty())
                QCOMPARE(bytes.substr(m.span.offset, std::min(m.span.length, m.asReceived.size())),
                         m.asReceived);
        }
    }

    void bodyAndHeaderTogether() {
        const std::string good = signedMessage(header + body);
        const DkimAutopsy a =
            examined(replaced(good, "Subject: Lunch", "Subject: [friends] Lunch") + "footer\r\n");
        QCOMPARE(ids(a), std::string("footer-appended subject-tag"));
    }

    void whatIsNotKnownIsSaidToBeUnknown() {
        const DkimAutopsy a = examined(replaced(signedMessage(header + body), "noon", "nine"));
        QVERIFY(a.found.empty());
        QVERIFY(a.tried.size() > 10);
        QVERIFY(a.conclusion.find("None of the known changes") != std::string::npos);
        const DkimAutopsy b =
            examined(replaced(signedMessage(header + body), "Subject: Lunch", "Subject: Dinner"));
        QVERIFY(b.found.empty() && b.tried.size() > 5);
    }

    void theSearchIsBounded() {
        // Half a megabyte of short lines, changed in a way that nothing finds.
        std::string big = header;
        for (int i = 0; i < 60'000; ++i) big += "line " + std::to_string(i) + "\r\n";
        const std::string message = replaced(signedMessage(big), "line 59000", "line x");
        QElapsedTimer timer;
        timer.start();
        const DkimAutopsy a = examined(message);
        QVERIFY(a.found.empty() && a.bounded);
        QVERIFY2(timer.elapsed() < 20'000, std::to_string(timer.elapsed()).c_str());
        QVERIFY(a.conclusion.find("limits") != std::string::npos);
    }
    void aFooterUnderManyLinesIsFound() {
        std::string big = header;
        for (int i = 0; i < 15'000; ++i) big += "line " + std::to_string(i) + "\r\n";
        QCOMPARE(ids(examined(signedMessage(big) + "footer\r\nmore\r\n")), std::string("footer-appended"));
    }
    void noKeyNoHeaderSearch() {
        const DkimAutopsy a =
            examined(signedMessage(header + body) + "x\r\n", ZoneResolver("a.example A 192.0.2.1"));
        QVERIFY(a.check.result == DkimResult::PermError);
        QCOMPARE(ids(a), std::string("footer-appended"));
    }
};

QTEST_APPLESS_MAIN(TestDkimAutopsy)
#include "tst_dkim_autopsy.moc"
