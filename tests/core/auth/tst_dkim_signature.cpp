// The tags of a signature, from the text of RFC 6376 sections 3.2 and 3.5, RFC 8616 and RFC 8617 section 4.1.
#include "auth/dkim_signature.h"

using namespace waypost;
using namespace waypost::auth;

namespace {

// A well-formed field with one tag replaced, added (when it is not there) or taken out ("x=" with no value
// stays, "-x" takes x out).
std::string fieldWith(std::string_view change = {}) {
    std::vector<std::pair<std::string, std::string>> tags = {
        {"v", "1"},       {"a", "rsa-sha256"}, {"d", "example.org"}, {"s", "sel"},
        {"h", "from:to"}, {"bh", "YWJj"},      {"b", "ZGVm"}};
    std::string extra;
    if (change.starts_with('-')) {
        std::erase_if(tags, [&](const auto& t) { return t.first == change.substr(1); });
    } else if (!change.empty()) {
        const std::string name(change.substr(0, change.find('=')));
        const std::string value(change.substr(change.find('=') + 1));
        auto it = std::find_if(tags.begin(), tags.end(), [&](const auto& t) { return t.first == name; });
        if (it != tags.end())
            it->second = value;
        else
            extra = "; " + std::string(change);
    }
    std::string out;
    for (const auto& [name, value] : tags) out += (out.empty() ? " " : "; ") + name + "=" + value;
    return out + extra;
}

} // namespace

class TestDkimSignature : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void changes_data() {
        QTest::addColumn<QByteArray>("change");
        QTest::addColumn<QByteArray>("fault"); // empty: well formed
        auto good = [](const char* name, QByteArray change) {
            QTest::newRow(name) << change << QByteArray();
        };
        auto bad = [](const char* name, QByteArray change, QByteArray fault) {
            QTest::newRow(name) << change << fault;
        };
        good("nothing changed", "");
        bad("no version", "-v", "There is no v= tag");
        bad("another version", "v=2", "v=2");
        bad("a version that only looks like a number", "v=1.0", "v=1.0");
        bad("a version with a zero in front", "v=01", "v=01");
        for (const char* tag : {"a", "d", "s", "h", "bh", "b"})
            bad((std::string("without ") + tag + "=").c_str(), (std::string("-") + tag).c_str(),
                (std::string("There is no ") + tag + "= tag").c_str());
        for (const char* tag : {"a", "d", "s", "h", "bh", "b"})
            bad((std::string("empty ") + tag + "=").c_str(), (std::string(tag) + "=").c_str(),
                (std::string(tag) + "= is empty").c_str());
        good("Ed25519", "a=ed25519-sha256");
        good("SHA-1 is well formed, and refused later", "a=rsa-sha1");
        bad("an unknown algorithm", "a=rsa-sha512", "a=rsa-sha512");
        bad("an algorithm in capitals", "a=RSA-SHA256", "a=RSA-SHA256");
        bad("Ed25519 with SHA-1", "a=ed25519-sha1", "a=ed25519-sha1");
        good("white space in base64", "b= ZG\r\n\t Vm ");
        good("base64 without its padding", "b=ZGU");
        bad("not base64", "b=ZG!m", "b= is not base64");
        bad("one character of base64", "b=Z", "b= is not base64");
        bad("padding inside", "bh=YW=Jj", "bh= is not base64");
        good("relaxed for the header only", "c=relaxed");
        good("both named", "c=relaxed/simple");
        bad("an unknown canonicalization", "c=nowsp", "c=nowsp");
        bad("an unknown body canonicalization", "c=relaxed/nofws", "c=relaxed/nofws");
        bad("an empty body canonicalization", "c=relaxed/", "c=relaxed/");
        bad("an empty canonicalization", "c=", "c=");
        good("a domain in capitals", "d=Example.ORG");
        good("a domain in Unicode (RFC 8616)", "d=b\xc3\xbc"
                                               "cher.example");
        bad("a domain of one label", "d=org", "d=org");
        bad("a domain with an empty label", "d=example..org", "is not a domain name");
        bad("a domain with a space", "d=exa mple.org", "is not a domain name");
        bad("a domain with stars", "d=***", "is not a domain name");
        bad("a label that is too long", ("d=" + std::string(64, 'a') + ".org").c_str(),
            "is not a domain name");
        good("a selector of several labels", "s=a.b");
        good("a selector with an underscore", "s=a_b");
        bad("a selector with a slash", "s=a/b", "is not a selector");
        good("names in h= in any case, with white space", "h=From : To\r\n : Subject");
        good("an empty name in h=", "h=from::to");
        good("a name twice", "h=from:from:to");
        bad("h= without From", "h=to:subject", "does not name From");
        bad("a name with a space", "h=from:my field", "is not a field name");
        bad("a name that begins with from", "h=fromage", "does not name From");
        good("an identity", "i=anna@example.org");
        good("an identity without a local part", "i=@example.org");
        good("an identity in a subdomain", "i=@news.example.org");
        good("a quoted-printable identity", "i=a=6E\r\n na@example.org");
        bad("an identity elsewhere", "i=@example.net", "is not in d=");
        bad("an identity that only ends alike", "i=@badexample.org", "is not in d=");
        bad("an identity above d=", "i=@org", "is not in d=");
        bad("an identity without @", "i=example.org", "is not an identity");
        bad("a broken =XX", "i=a=6@example.org", "is not an identity");
        bad("=xx in small letters", "i=a=6e@example.org", "is not an identity");
        good("l=0", "l=0");
        good("l= of 76 digits", ("l=" + std::string(76, '9')).c_str());
        bad("l= of 77 digits", ("l=" + std::string(77, '9')).c_str(), "is not a number");
        bad("a negative l=", "l=-1", "is not a number");
        bad("an empty l=", "l=", "is not a number");
        good("the one way to get a key", "q=dns/txt");
        good("an unknown way beside it", "q=http/x : dns/txt");
        bad("only an unknown way", "q=dns/special", "q=dns/special");
        bad("an empty q=", "q=", "q=");
        good("t= and x=", "t=100; x=101");
        bad("x= not later than t=", "t=100; x=100", "later than t=");
        bad("x= before t=", "x=99; t=100", "later than t=");
        bad("t= with a sign", "t=+1", "is not a time");
        bad("t= with a space inside", "t=1 2", "is not a time");
        bad("t= in hexadecimal", "t=0x10", "is not a time");
        bad("x= with a fraction", "x=1.5", "is not a time");
        good("t= of more than twelve digits", "t=1234567890123");
        good("z= is not looked at", "z=From:a=20b|To:c");
        good("an unknown tag", "zz=1");
        good("an unknown tag with an empty value", "zz=");
        bad("a tag twice", "q=dns/txt; q=dns/txt", "more than once");
        bad("a required tag twice", "zz=1; s=sel", "more than once");
        bad("no equals sign", "zz", "has no \"=\"");
        bad("an empty tag", "zz=1;;yy=2", "empty tag");
        good("a semicolon at the end", "zz=1;");
        good("a semicolon and white space at the end", "zz=1;\r\n ");
        bad("a name that begins with a digit", "1z=1", "tag name");
        bad("a name with a hyphen", "z-z=1", "tag name");
        bad("a control character",
            "zz=a\x01"
            "b",
            "control character");
    }
    void changes() {
        QFETCH(QByteArray, change);
        QFETCH(QByteArray, fault);
        const DkimSignature s = parseDkimSignature(fieldWith(change.toStdString()));
        if (fault.isEmpty())
            QVERIFY2(s.fault.empty(), s.fault.c_str());
        else
            QVERIFY2(s.fault.find(fault.toStdString()) != std::string::npos, s.fault.c_str());
    }

    void valuesAreRead() {
        const DkimSignature s =
            parseDkimSignature(" v=1; a=ed25519-sha256; c=relaxed/simple; d=Example.ORG;\r\n"
                               "\ts=Sel; i=Anna=20B@News.Example.org; l=12; t=100; x=200;\r\n"
                               "\th=From:To : Subject::From; bh=YW Jj; b= ZG\r\n\tVm ; q=dns/txt");
        QVERIFY2(s.fault.empty(), s.fault.c_str());
        QCOMPARE(s.algorithm, std::string("ed25519-sha256"));
        QCOMPARE(s.domain, std::string("example.org"));
        QCOMPARE(s.selector, std::string("Sel"));
        QCOMPARE(s.identity, std::string("Anna B@news.example.org"));
        QVERIFY(s.identityGiven);
        QVERIFY(s.header == Canonicalization::Relaxed && s.body == Canonicalization::Simple);
        QCOMPARE(s.headers, (std::vector<std::string>{"From", "To", "Subject", "From"}));
        QCOMPARE(s.bodyHash, std::string("abc"));
        QCOMPARE(s.signature, std::string("def"));
        QCOMPARE(s.length.value(), std::uint64_t(12));
        QCOMPARE(s.signedAt.value(), std::int64_t(100));
        QCOMPARE(s.expiresAt.value(), std::int64_t(200));
    }

    void theDefaultsAreThoseOfSection35() {
        const DkimSignature s = parseDkimSignature(fieldWith());
        QVERIFY(s.header == Canonicalization::Simple && s.body == Canonicalization::Simple);
        QCOMPARE(s.identity, std::string("@example.org"));
        QVERIFY(!s.identityGiven && !s.length && !s.signedAt && !s.expiresAt);
    }

    void whatIsEmptiedIsTheValueAndTheWhiteSpaceAroundIt() {
        const std::string raw = " v=1; b = ZG\r\n Vm \t; h=from";
        const DkimSignature s = parseDkimSignature(raw);
        QCOMPARE(raw.substr(s.signatureSpan.offset, s.signatureSpan.length), std::string(" ZG\r\n Vm \t"));
        const std::string last = " v=1; b=ZGVm\r\n ";
        const DkimSignature t = parseDkimSignature(last);
        QCOMPARE(last.substr(t.signatureSpan.offset, t.signatureSpan.length), std::string("ZGVm\r\n "));
    }

    void aFieldOverTheCapIsNotRead() {
        const DkimSignature s = parseDkimSignature(fieldWith() + std::string(maxSignatureField, ' '));
        QVERIFY(s.fault.find("longer than") != std::string::npos);
        QVERIFY(s.tags.tags.empty());
    }

    void moreTagsThanTheCap() {
        std::string raw = fieldWith();
        for (int i = 0; i < 200; ++i) raw += "; z" + std::to_string(i) + "=1";
        QVERIFY(parseDkimSignature(raw).fault.find("more than 64 tags") != std::string::npos);
    }

    void arcMessageSignatures() {
        auto of = [](std::string_view change) { return parseArcMessageSignature(fieldWith(change)); };
        QVERIFY(of("-v").fault.find("no i= tag") != std::string::npos);
        const DkimSignature s = of("i=7");
        QVERIFY2(s.fault.empty(), s.fault.c_str()); // v= is to be ignored
        QCOMPARE(s.instance.value(), 7);
        QVERIFY(!of("i=0").fault.empty());
        QVERIFY(!of("i=").fault.empty());
        QVERIFY(!of("i=1a").fault.empty());
        QVERIFY(!of("i=99999999999999999999").fault.empty());
        QVERIFY(of("i=1; h=to").fault.find("more than once") != std::string::npos);
    }

    void arcSeals() {
        const std::string seal = " i=2; a=rsa-sha256; cv=pass; d=example.org; s=sel; t=5; b=ZGVm";
        const DkimSignature s = parseArcSeal(seal);
        QVERIFY2(s.fault.empty(), s.fault.c_str());
        QCOMPARE(s.instance.value(), 2);
        QVERIFY(s.header == Canonicalization::Relaxed);
        QVERIFY(parseArcSeal(seal + "; h=from").fault.find("h= tag") != std::string::npos);
        QVERIFY(!parseArcSeal(" i=2; a=rsa-sha256; cv=pass; d=example.org; b=ZGVm").fault.empty());
    }
};

QTEST_APPLESS_MAIN(TestDkimSignature)
#include "tst_dkim_signature.moc"
