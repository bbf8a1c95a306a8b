// Every Authentication-Results and ARC-Authentication-Results field of the public corpora, read in place:
// what follows the grammar of RFC 8601 is read without a problem and survives writing and reading again; what
// does not is read as far as it goes, and the fault is named.
#include "auth/authentication_results.h"
#include "base/json.h"
#include "base/text.h"
#include "mail/headers.h"
#include "support/paths.h"

#include <QTest>

#include <fstream>
#include <iterator>

using namespace waypost;
using namespace waypost::auth;

namespace {

struct Field {
    std::string file, value;
    bool arc = false;
};

std::string contents(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<Field> collect(const std::filesystem::path& folder) {
    std::vector<Field> out;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        if (!entry.is_regular_file() || entry.file_size() > 4'000'000) continue;
        const auto headers = mail::HeaderBlock::parse(contents(entry.path()));
        for (const auto& f : headers.fields()) {
            const bool arc = text::iequals(headers.name(f), "ARC-Authentication-Results");
            if (!arc && !text::iequals(headers.name(f), "Authentication-Results")) continue;
            out.push_back({entry.path().string(), std::string(headers.rawValue(f)), arc});
        }
    }
    return out;
}

using Words = std::vector<std::string>;

Words words(const AuthenticationResults& r) {
    Words out{r.authservId, std::to_string(r.version), r.none ? "none" : "results"};
    for (const auto& m : r.results) {
        out.push_back(m.method + "/" + std::to_string(m.methodVersion) + "=" + m.result);
        out.push_back(m.reason);
        for (const auto& p : m.properties) out.push_back(p.ptype + "." + p.property + "=" + p.value);
    }
    return out;
}

} // namespace

class TestConformanceAuthenticationResults : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void initTestCase() {
        if (!std::filesystem::exists(test::corpora())) QSKIP("the public corpora are not here");
    }

    void everyFieldIsReadAndWritten() {
        size_t fields = 0, clean = 0;
        for (const char* folder : {"arc", "dkim", "mime", "bounces", "reports", "imap"}) {
            for (const Field& f : collect(test::corpora() / folder)) {
                ++fields;
                const AuthenticationResults r = f.arc ? parseArcAuthenticationResults(f.value).results
                                                      : parseAuthenticationResults(f.value);
                QVERIFY2(r.none || !r.results.empty() || !r.wellFormed(), f.file.c_str());
                if (!r.wellFormed()) continue;
                ++clean;
                const AuthenticationResults again =
                    parseAuthenticationResults(formatAuthenticationResults(r));
                QVERIFY2(again.wellFormed(), f.file.c_str());
                QVERIFY2(words(again) == words(r), f.file.c_str());
            }
        }
        QVERIFY(fields > 0 && clean > 0);
        qInfo("%zu fields, %zu of them after the grammar", fields, clean);
    }

    // The signing half of the ARC suite gives the exact AAR that a sealer must write for a message.
    void theSealersOfTheArcSuite() {
        std::ifstream in(test::corpora() / "arc" / "signing.jsonl");
        int cases = 0;
        for (std::string line; std::getline(in, line);) {
            auto one = json::parse(line, "signing.jsonl");
            QVERIFY(one.has_value());
            const std::string value(json::text(one->as_object(), "AAR"));
            if (value.empty()) continue;
            ++cases;
            const ArcAuthenticationResults r = parseArcAuthenticationResults(value);
            QVERIFY2(r.instance && r.results.wellFormed(), value.c_str());
            const AuthenticationResults again =
                parseAuthenticationResults(formatAuthenticationResults(r.results));
            QVERIFY(words(again) == words(r.results));
        }
        QVERIFY(cases > 0);
    }
};

QTEST_APPLESS_MAIN(TestConformanceAuthenticationResults)
#include "tst_conformance_authentication_results.moc"
