// Every description of a text format reads its own sample, and says where it comes from.
#include "support.h"

#include <fstream>

using namespace waypost;
using namespace waypost::bounce;

namespace {

std::string mailOf(const FormatSample& s) {
    std::string out = "From: " + (s.from.empty() ? std::string("MAILER-DAEMON@mail.example.net") : s.from) +
                      "\nTo: me@example.net\nSubject: " + s.subject + "\n";
    if (!s.mailer.empty()) out += "X-Mailer: " + s.mailer + "\n";
    if (!s.failedRecipients.empty()) out += "X-Failed-Recipients: " + s.failedRecipients + "\n";
    return out + "Content-Type: text/plain; charset=utf-8\n\n" + s.text;
}

void writeFile(const std::filesystem::path& file, const std::string& bytes) {
    std::ofstream(file, std::ios::binary) << bytes;
}

} // namespace

class TestBounceFormats : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void samples_data() {
        QTest::addColumn<int>("index");
        int i = 0;
        for (const TextFormat& f : productParser().formats().all()) QTest::newRow(f.id.c_str()) << i++;
    }

    void samples() {
        QFETCH(int, index);
        const TextFormat& f = productParser().formats().all()[size_t(index)];
        QVERIFY2(!f.sample.text.empty() && !f.sample.recipients.empty(), "a format needs a sample");
        QVERIFY(!f.software.empty());
        const Report report = productParser().parse(mailOf(f.sample));
        QCOMPARE(kindName(report.kind), std::string_view("dsn"));
        QCOMPARE(report.format, f.id);
        QCOMPARE(report.recipients.size(), f.sample.recipients.size());
        for (size_t i = 0; i < report.recipients.size(); ++i)
            QCOMPARE(report.recipients[i].address, f.sample.recipients[i]);
        if (!f.sample.status.empty()) QCOMPARE(report.recipients[0].status, f.sample.status);
        if (!f.sample.diagnostic.empty()) QCOMPARE(report.recipients[0].diagnostic, f.sample.diagnostic);
        QCOMPARE(actionName(report.recipients[0].action),
                 f.sample.action.empty() ? std::string_view("failed") : std::string_view(f.sample.action));
    }

    void aDescriptionWithoutSourceIsRefused() {
        const auto folder = test::temporaryFolder();
        writeFile(folder / "a.json",
                  "{\"formats\": [{\"id\": \"x\", \"any\": [\"y\"], \"recipient\": [\"({addr})\"]}]}");
        QVERIFY(!TextFormats::load(folder).has_value());
    }

    void aBrokenPatternIsRefusedByName() {
        const auto folder = test::temporaryFolder();
        writeFile(
            folder / "a.json",
            "{\"formats\": [{\"id\": \"x\", \"source\": \"s\", \"any\": [\"y\"], \"recipient\": [\"(\"]}]}");
        auto loaded = TextFormats::load(folder);
        QVERIFY(!loaded.has_value());
        QVERIFY(loaded.error().describe().find("\"x\"") != std::string::npos);
    }
};

QTEST_APPLESS_MAIN(TestBounceFormats)
#include "tst_bounce_formats.moc"
