// Evidence bundles: judged again offline with the same verdicts; what was changed is named; what a stranger
// made is refused without harm.
#include "base/text.h"
#include "message/bundle.h"
#include "message/recorded_resolver.h"
#include "message/zip.h"
#include "support/fake_clock.h"
#include "support/zone_resolver.h"

#include <QTest>

using namespace waypost;
using namespace waypost::message;

namespace {

constexpr const char* zoneText =
    "example.org TXT \"v=spf1 include:spf.example.org exists:%{i}.x.example.org -all\"\n"
    "spf.example.org TXT \"v=spf1 ip4:192.0.2.0/24 -all\"\n"
    "_dmarc.example.org TXT \"v=DMARC1; p=reject; np=reject\"\n"
    "mail.example.org !timeout\n"
    "sel._domainkey.example.org !servfail\n";
constexpr const char* mail_ =
    "DKIM-Signature: v=1; a=rsa-sha256; d=example.org; s=sel; h=from; bh=AAAA; b=AAAA\r\n"
    "Authentication-Results: mx; spf=fail smtp.mailfrom=x@example.org\r\n"
    "From: Ann <ann@example.org>\r\nDate: Thu, 01 Jan 2026 00:00:00 +0000\r\n"
    "Message-ID: <1@example.org>\r\n\r\nHello \xff\r\n";

struct Made {
    test::FakeClock clock;
    CheckOptions options;
    MessageCheck check;
    Bundle bundle;
    std::string zip;
};

Made make(const char* ip = "198.51.100.9") {
    Made m;
    test::ZoneResolver zone(zoneText);
    zone.setClock(&m.clock);
    m.options.connection.ip = net::IpAddress::parse(ip);
    m.options.connection.helo = "mail.example.org";
    m.options.connection.mailFrom = "x@example.org";
    m.options.connection.mailFromKnown = true;
    m.options.receiver = "mx.example.net";
    m.options.clock = &m.clock;
    m.options.publicSuffixes = *dns::PublicSuffixList::system();
    auto c = runReady(check(zone, std::make_shared<const std::string>(mail_), m.options));
    m.check = std::move(*c);
    m.bundle = bundleOf(m.check, m.options, "waypost 0");
    auto zip = packBundle(m.bundle);
    if (!zip) qFatal("no zip");
    m.zip = std::move(*zip);
    return m;
}

const std::vector<std::string_view> names{"message.eml", "answers.json", "verdicts.json", "connection.json",
                                          "manifest.json"};

// The zip with one file changed.
std::string with(const std::string& zip, const std::string& name, const std::string& bytes) {
    auto members = readZip(zip, names);
    (*members)[name] = bytes;
    std::vector<ZipMember> list;
    for (const auto& [n, b] : *members) list.push_back({n, b});
    return *writeZip(list, {});
}

std::string member(const std::string& zip, const std::string& name) {
    return (*readZip(zip, names))[name];
}

// With a manifest that fits.
std::string forged(const std::string& zip, const std::string& name, const std::string& bytes) {
    std::string manifest = member(zip, "manifest.json");
    const std::string before = text::sha256Hex(member(zip, name));
    manifest.replace(manifest.find(before), before.size(), text::sha256Hex(bytes));
    return with(with(zip, name, bytes), "manifest.json", manifest);
}

} // namespace

class TestBundle : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void judgedAgainOffline_data() {
        QTest::addColumn<QString>("ip");
        QTest::newRow("SPF fails") << "198.51.100.9";
        QTest::newRow("SPF passes") << "192.0.2.9";
        QTest::newRow("IPv6") << "2001:db8::1";
    }
    void judgedAgainOffline() {
        QFETCH(QString, ip);
        const Made m = make(ip.toUtf8().constData());
        auto read = readBundle(m.zip);
        QVERIFY2(read.has_value(), read ? "" : read.error().describe().c_str());
        QCOMPARE(*read->message, *m.bundle.message);
        QCOMPARE(read->answers.size(), m.check.answers.size());
        QVERIFY(!read->answers.empty());
        for (size_t i = 0; i < read->answers.size(); ++i) {
            QVERIFY(read->answers[i].question == m.check.answers[i].question);
            QVERIFY(read->answers[i].status == m.check.answers[i].status);
            QVERIFY(read->answers[i].records == m.check.answers[i].records);
        }
        test::FakeClock later({1'900'000'000'000});
        const Replay replay = replayBundle(*read, later, m.options.publicSuffixes);
        QCOMPARE(toJson(replay.check, true), toJson(m.check, true));
        QVERIFY(replay.identical && replay.missing.empty());
        QVERIFY(replay.check.dmarc.walk.result == m.check.dmarc.walk.result);
        // And the same octets when it is packed again.
        QCOMPARE(*packBundle(*read), m.zip);
    }

    void aQuestionThatWasNotRecorded() {
        Made m = make();
        std::erase_if(m.bundle.answers,
                      [](const dns::Answer& a) { return a.question.name == "_dmarc.example.org"; });
        auto read = readBundle(*packBundle(m.bundle));
        QVERIFY(read.has_value());
        const Replay replay = replayBundle(*read, m.clock, m.options.publicSuffixes);
        QVERIFY(!replay.identical);
        QCOMPARE(replay.missing.size(), size_t(1));
        QVERIFY(replay.check.dmarc.walk.result == auth::DmarcResult::TempError);
        RecordedResolver recorded(m.bundle.answers);
        auto a = runReady(dns::ask(recorded, {"no.such.example", dns::RecordType::A}));
        QVERIFY(a && a->status == dns::Status::Unreachable && !a->definite() && !a->text.empty());
    }

    void aChangedFileIsNamed_data() {
        QTest::addColumn<QString>("file");
        for (const char* f : {"message.eml", "answers.json", "verdicts.json", "connection.json"})
            QTest::newRow(f) << QString(f);
    }
    void aChangedFileIsNamed() {
        QFETCH(QString, file);
        const Made m = make();
        const std::string name = file.toStdString();
        auto read = readBundle(with(m.zip, name, member(m.zip, name) + " "));
        QVERIFY(!read.has_value());
        QVERIFY(read.error().code == ErrorCode::Corrupt);
        QVERIFY2(read.error().text.find(name + " was changed") != std::string::npos,
                 read.error().text.c_str());
    }

    void whatIsRefused_data() {
        QTest::addColumn<QByteArray>("zip");
        QTest::addColumn<QString>("why");
        const Made m = make();
        auto row = [](const char* name, const std::string& zip, const char* why) {
            QTest::newRow(name) << QByteArray::fromStdString(zip) << QString(why);
        };
        auto zipOf = [](std::vector<ZipMember> members) { return *writeZip(members, {}); };
        row("nothing", "", "zip");
        row("no zip", "hello, I am no zip", "zip");
        row("cut off", m.zip.substr(0, m.zip.size() / 2), "");
        row("an empty zip", zipOf({}), "manifest.json is missing");
        row("a path", zipOf({{"../message.eml", "x"}}), "does not belong");
        row("an absolute path", zipOf({{"/message.eml", "x"}}), "does not belong");
        row("a foreign file", zipOf({{"run.sh", "x"}}), "does not belong");
        row("a file twice", zipOf({{"message.eml", "x"}, {"message.eml", "y"}}), "twice");
        std::vector<ZipMember> many;
        for (size_t i = 0; i < maxBundleMembers + 1; ++i) many.push_back({"message.eml", "x"});
        row("many files", zipOf(many), "twice");
        row("a bomb", zipOf({{"message.eml", std::string(64 * 1024 * 1024, 'a')}}), "times its size");
        row("no manifest", zipOf({{"message.eml", "x"}}), "manifest.json is missing");
        row("a manifest of something else", with(m.zip, "manifest.json", "{\"format\":\"x\"}"),
            "not that of");
        row("a manifest that is no JSON", with(m.zip, "manifest.json", "{"), "not that of");
        row("a later version",
            with(m.zip, "manifest.json", "{\"format\":\"waypost-evidence\",\"version\":2,\"files\":[]}"),
            "version");
        row("a file that the manifest does not list",
            with(m.zip, "manifest.json", "{\"format\":\"waypost-evidence\",\"version\":1,\"files\":[]}"),
            "not listed");
        row("answers that are no list", forged(m.zip, "answers.json", "{}"), "no list");
        row("an answer that is no object", forged(m.zip, "answers.json", "[1]"), "no object");
        row("an answer of no form", forged(m.zip, "answers.json", "[{}]"), "right form");
        row("an answer that lies about its octets",
            forged(
                m.zip, "answers.json",
                R"([{"name_octets":"YS5leGFtcGxl","type":"TXT","status":"ok","octets":"AAAA","time":"2026-01-01T00:00:00Z"}])"),
            "do not say");
        row("an answer without octets",
            forged(
                m.zip, "answers.json",
                R"([{"name_octets":"YS5leGFtcGxl","type":"TXT","status":"nxdomain","octets":"","time":"2026-01-01T00:00:00Z"}])"),
            "no octets");
        row("a connection of no form", forged(m.zip, "connection.json", "[]"), "right form");
        row("a connection without an address",
            forged(m.zip, "connection.json", R"({"judged":"2026-01-01T00:00:00Z","helo":"","ip":"here"})"),
            "no IP address");
    }
    void whatIsRefused() {
        QFETCH(QByteArray, zip);
        QFETCH(QString, why);
        auto read = readBundle(zip.toStdString());
        QVERIFY(!read.has_value());
        QVERIFY2(QString::fromStdString(read.error().describe()).contains(why),
                 read.error().describe().c_str());
    }

    void tooManyAnswers() {
        const Made m = make();
        std::string list = "[";
        for (size_t i = 0; i < maxBundleAnswers + 1; ++i) list += "1,";
        list.back() = ']';
        auto read = readBundle(forged(m.zip, "answers.json", list));
        QVERIFY(!read && read.error().code == ErrorCode::TooLarge);
    }
};

QTEST_APPLESS_MAIN(TestBundle)
#include "tst_bundle.moc"
