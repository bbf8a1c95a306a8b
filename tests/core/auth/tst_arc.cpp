// ARC chains from the text of RFC 8617 sections 4 and 5, made by a small sealer of the test.
#include "auth/arc_check.h"
#include "auth/arc_set.h"
#include "auth/dkim_header.h"
#include "base/text.h"
#include "dkim_fixture.h"

using namespace waypost;
using namespace waypost::auth;
using namespace waypost::test;

namespace {

struct Seal {
    std::string cv = "pass";
    std::string messageTags = "a=rsa-sha256; c=relaxed/relaxed; d=example.org; s=rsa; h=from:to:subject";
    std::string sealTags = "a=rsa-sha256; d=example.org; s=rsa; t=1700000000";
    std::string results = "lists.example.org; spf=pass";
};

std::string signedField(const std::string& field, std::string input) {
    appendCanonicalField(input, field, Canonicalization::Relaxed);
    input.resize(input.size() - 2);
    return field + text::base64Encode(*privateKey(rsaPem)->sign(dkimDigest(DkimHash::Sha256, input))) +
           "\r\n";
}

// The sets of the message in the order in which seals cover them.
std::string coveredSets(const std::string& message) {
    std::string out;
    const auto block = mail::HeaderBlock::parse(message);
    const ArcChain chain = readArcChain(block);
    for (const auto& s : chain.sets)
        for (size_t f : {s.results, s.message, s.seal})
            appendCanonicalField(out, fieldText(block, block.fields()[f]), Canonicalization::Relaxed);
    return out;
}

// The message with one more set on top.
std::string sealed(const std::string& message, int instance, Seal how = {}) {
    const std::string i = std::to_string(instance);
    const std::string results = "ARC-Authentication-Results: i=" + i + "; " + how.results + "\r\n";
    const std::string covered = coveredSets(message);
    const auto block = std::make_shared<const mail::HeaderBlock>(mail::HeaderBlock::parse(message));
    const std::string body = message.substr(block->bodyOffset());
    const std::string bh = text::base64Encode(dkimBodyHash(body, Canonicalization::Relaxed));
    const std::string start =
        "ARC-Message-Signature: i=" + i + "; " + how.messageTags + "; bh=" + bh + "; b=";
    const DkimSignature tags = parseArcMessageSignature(std::string_view(start).substr(22));
    std::string input;
    const HeaderPicker picker(block);
    for (size_t f : picker.pick(tags.headers, HeaderPicker::none).fields)
        appendCanonicalField(input, fieldText(*block, block->fields()[f]), Canonicalization::Relaxed);
    const std::string ams = signedField(start, input);

    std::string before = covered;
    appendCanonicalField(before, results.substr(0, results.size() - 2), Canonicalization::Relaxed);
    appendCanonicalField(before, ams.substr(0, ams.size() - 2), Canonicalization::Relaxed);
    const std::string seal =
        signedField("ARC-Seal: i=" + i + "; cv=" + how.cv + "; " + how.sealTags + "; b=", before);
    return seal + ams + results + message;
}

std::string chainOf(int length) {
    std::string out = plainMessage;
    for (int i = 1; i <= length; ++i) {
        Seal how;
        if (i == 1) how.cv = "none";
        out = sealed(out, i, how);
    }
    return out;
}

ArcCheck check(const std::string& message, ZoneResolver zone = keyZone()) {
    DkimVerifyOptions options;
    options.now = signedAt;
    auto out = runReady(verifyArc(zone, parsed(message), options));
    return out ? std::move(*out) : ArcCheck{};
}

std::string replaced(std::string in, std::string_view from, std::string_view to, bool last = false) {
    const size_t at = last ? in.rfind(from) : in.find(from);
    if (at != std::string::npos) in.replace(at, from.size(), to);
    return in;
}

std::string without(const std::string& message, std::string_view start) {
    const size_t at = message.find(start);
    const size_t end = message.find('\n', at);
    return message.substr(0, at) + message.substr(end + 1);
}

} // namespace

class TestArc : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void noChain() {
        const ArcCheck c = check(plainMessage);
        QVERIFY(c.result == ArcResult::None && c.sets.empty());
    }

    void wholeChains_data() {
        QTest::addColumn<int>("length");
        for (int n : {1, 2, 3, 50}) QTest::addRow("%d sets", n) << n;
    }
    void wholeChains() {
        QFETCH(int, length);
        const ArcCheck c = check(chainOf(length));
        QVERIFY2(c.result == ArcResult::Pass, c.reason.c_str());
        QCOMPARE(int(c.sets.size()), length);
        QCOMPARE(c.oldestPass, 0);
        for (const ArcSet& s : c.sets) QVERIFY(s.sealOk.value() && s.signature->result == DkimResult::Pass);
        QCOMPARE(c.answers.size(), size_t(1)); // one key, kept once
    }

    void fiftyOneSetsFail() {
        const ArcCheck c = check(chainOf(51));
        QVERIFY(c.result == ArcResult::Fail);
        QVERIFY(!c.reason.empty());
    }

    void hundredsOfSetsFailAtOnce() {
        std::string message = plainMessage;
        for (int i = 0; i < 1500; ++i)
            message = "ARC-Seal: i=" + std::to_string(i % 60) +
                      "; cv=pass; a=rsa-sha256; d=example.org; s=rsa; b=YQ==\r\n" + message;
        ZoneResolver zone = keyZone();
        const ArcCheck c = check(message, zone);
        QVERIFY(c.result == ArcResult::Fail);
        QVERIFY(c.answers.empty());
    }

    void brokenChains_data() {
        QTest::addColumn<QByteArray>("message");
        QTest::addColumn<QByteArray>("reason");
        auto row = [](const char* name, const std::string& m, const char* reason) {
            QTest::newRow(name) << QByteArray::fromStdString(m) << QByteArray(reason);
        };
        const std::string two = chainOf(2);
        row("the newest seal says fail", sealed(chainOf(1), 2, {.cv = "fail"}), "cv=fail");
        row("an older seal says fail", sealed(sealed(chainOf(1), 2, {.cv = "fail"}), 3),
            "set 2 must be pass");
        row("the first seal says pass", sealed(plainMessage, 1, {.cv = "pass"}), "set 1 must be none");
        row("the second seal says none", sealed(chainOf(1), 2, {.cv = "none"}), "set 2 must be pass");
        row("cv= in capitals", sealed(chainOf(1), 2, {.cv = "PASS"}), "set 2 must be pass");
        row("no AAR", without(two, "ARC-Authentication-Results: i=1"), "no ARC-Authentication-Results");
        row("no AMS", without(two, "ARC-Message-Signature: i=2"), "no ARC-Message-Signature");
        row("no seal", without(two, "ARC-Seal: i=1"), "no ARC-Seal");
        row("only an AAR", "ARC-Authentication-Results: i=1; x; spf=pass\r\n" + plainMessage,
            "no ARC-Message-Signature");
        row("a gap", sealed(chainOf(1), 3), "Set 2 is missing");
        row("no first set", sealed(plainMessage, 2), "Set 1 is missing");
        row("two AARs of a set", "ARC-Authentication-Results: i=2; x; spf=pass\r\n" + two,
            "two ARC-Authentication-Results");
        row("an AAR without a number", "ARC-Authentication-Results: x; spf=pass\r\n" + two,
            "no instance number");
        row("an AAR with number 0", "ARC-Authentication-Results: i=0; x; spf=pass\r\n" + two,
            "no instance number");
        row("an AAR without the semicolon", replaced(two, "i=2; lists", "i=2 lists"), "no instance number");
        row("a seal with a number above 50", "ARC-Seal: i=51; cv=pass; b=YQ==\r\n" + two,
            "no instance number");
        row("h= in a seal", sealed(chainOf(1), 2, {.sealTags = "a=rsa-sha256; d=example.org; s=rsa; h=from"}),
            "h= tag");
        row("ARC-Seal in h=",
            sealed(chainOf(1), 2,
                   {.messageTags = "a=rsa-sha256; c=relaxed/relaxed; d=example.org; s=rsa; h=from:ARC-Seal"}),
            "names ARC-Seal");
        row("From not in h=",
            sealed(chainOf(1), 2,
                   {.messageTags = "a=rsa-sha256; c=relaxed/relaxed; d=example.org; s=rsa; h=to"}),
            "does not name From");
        row("SHA-1 in the seal", sealed(chainOf(1), 2, {.sealTags = "a=rsa-sha1; d=example.org; s=rsa"}),
            "rsa-sha1");
        row("SHA-1 in the message signature",
            sealed(chainOf(1), 2,
                   {.messageTags = "a=rsa-sha1; c=relaxed/relaxed; d=example.org; s=rsa; h=from"}),
            "rsa-sha1");
        row("no key for the seal", sealed(chainOf(1), 2, {.sealTags = "a=rsa-sha256; d=example.org; s=none"}),
            "There is no key");
        row("a seal over changed results", replaced(two, "spf=pass", "spf=fail", true), "seal");
        row("a seal over a changed older seal",
            replaced(two, "cv=none; a=rsa-sha256", "cv=none; z=1; a=rsa-sha256"), "seal");
        row("a changed body", replaced(two, "noon", "one"), "newest message signature");
        row("a changed subject", replaced(two, "Lunch", "Dinner"), "newest message signature");
        row("a seal without d=", sealed(chainOf(1), 2, {.sealTags = "a=rsa-sha256; s=rsa"}), "no d= tag");
        row("a seal with a tag twice",
            sealed(chainOf(1), 2, {.sealTags = "a=rsa-sha256; d=example.org; s=rsa; s=rsa"}),
            "more than once");
    }
    void brokenChains() {
        QFETCH(QByteArray, message);
        QFETCH(QByteArray, reason);
        const ArcCheck c = check(message.toStdString());
        QVERIFY(c.result == ArcResult::Fail);
        QVERIFY2(c.reason.find(reason.toStdString()) != std::string::npos, c.reason.c_str());
    }

    // Section 5.2 step 5: the oldest message signature of the unbroken run at the top.
    void theOldestPass() {
        const std::string changed = replaced(chainOf(2), "noon", "one");
        const ArcCheck c = check(sealed(changed, 3));
        QVERIFY2(c.result == ArcResult::Pass, c.reason.c_str());
        QCOMPARE(c.oldestPass, 3);
        QVERIFY(check(sealed(sealed(changed, 3), 4)).oldestPass == 3);
    }

    void aVersionTagIsIgnored() {
        const ArcCheck c = check(
            sealed(plainMessage, 1,
                   {.cv = "none",
                    .messageTags = "v=7; a=rsa-sha256; c=relaxed/relaxed; d=example.org; s=rsa; h=from"}));
        QVERIFY2(c.result == ArcResult::Pass, c.reason.c_str());
    }

    void withoutCanonicalizationRelaxedIsTriedToo() {
        const ArcCheck c = check(sealed(
            plainMessage, 1, {.cv = "none", .messageTags = "a=rsa-sha256; d=example.org; s=rsa; h=from"}));
        QVERIFY2(c.result == ArcResult::Pass, c.reason.c_str());
        const auto& remarks = c.sets[0].signature->remarks;
        QVERIFY(!remarks.empty() && remarks.back().id == "default-canonicalization");
        // Not when it is named.
        const ArcCheck simple = check(sealed(
            plainMessage, 1,
            {.cv = "none", .messageTags = "a=rsa-sha256; c=simple/simple; d=example.org; s=rsa; h=from"}));
        QVERIFY(simple.result == ArcResult::Fail);
    }

    void aKeyThatCannotBeLookedUpIsNamed() {
        const ArcCheck c = check(chainOf(1), ZoneResolver("rsa._domainkey.example.org !servfail"));
        QVERIFY(c.result == ArcResult::Fail);
        QVERIFY2(c.reason.find("could not be looked up") != std::string::npos, c.reason.c_str());
        QVERIFY(c.sets[0].signature->result == DkimResult::TempError);
    }

    void aTimeInTheFutureSaysNothingAboutAChain() {
        const ArcCheck c = check(sealed(
            plainMessage, 1,
            {.cv = "none",
             .messageTags = "a=rsa-sha256; c=relaxed/relaxed; d=example.org; s=rsa; h=from; t=99999999999"}));
        QVERIFY2(c.result == ArcResult::Pass, c.reason.c_str());
    }

    void theNumberOfResults_data() {
        QTest::addColumn<QByteArray>("value");
        QTest::addColumn<int>("number"); // 0: none
        QTest::newRow("plain") << QByteArray(" i=1; mx.example.org; spf=pass") << 1;
        QTest::newRow("white space") << QByteArray(" i = 12 ;x") << 12;
        QTest::newRow("comments") << QByteArray(" (a (b) \\)) i=3(c); x") << 3;
        QTest::newRow("folded") << QByteArray("\r\n i=3\r\n ;x") << 3;
        QTest::newRow("a leading zero") << QByteArray("i=03;") << 3;
        QTest::newRow("capital") << QByteArray("I=1;") << 0;
        QTest::newRow("nothing") << QByteArray("") << 0;
        QTest::newRow("no number") << QByteArray("i=;") << 0;
        QTest::newRow("zero") << QByteArray("i=0;") << 0;
        QTest::newRow("a sign") << QByteArray("i=+1;") << 0;
        QTest::newRow("no semicolon") << QByteArray("i=1 x") << 0;
        QTest::newRow("an open comment") << QByteArray("(i=1;") << 0;
    }
    void theNumberOfResults() {
        QFETCH(QByteArray, value);
        QFETCH(int, number);
        QCOMPARE(arcResultsInstance(value.toStdString()).value_or(0), number);
    }
};

QTEST_APPLESS_MAIN(TestArc)
#include "tst_arc.moc"
