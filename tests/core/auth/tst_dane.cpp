// TLSA records against real chains: RFC 6698 section 2.1, RFC 7671 section 5, RFC 7672 section 3.1.
#include "auth/dane.h"
#include "base/text.h"
#include "net/listener.h"

#include <openssl/pem.h>
#include <openssl/x509.h>

#include <QCryptographicHash>
#include <QTest>

using namespace waypost;
using namespace waypost::auth;

namespace {

constexpr std::int64_t dayMs = 86'400'000;
const UtcTime now{1'770'000'000'000};

UtcTime days(int n) {
    return {now.ms + n * dayMs};
}

std::vector<std::string> derChain(const std::string& pem) {
    std::vector<std::string> out;
    BIO* in = BIO_new_mem_buf(pem.data(), int(pem.size()));
    while (X509* c = PEM_read_bio_X509(in, nullptr, nullptr, nullptr)) {
        unsigned char* bytes = nullptr;
        const int size = i2d_X509(c, &bytes);
        out.emplace_back(reinterpret_cast<char*>(bytes), size_t(size));
        OPENSSL_free(bytes);
        X509_free(c);
    }
    BIO_free(in);
    return out;
}

std::string key(const std::string& der) {
    const auto* at = reinterpret_cast<const unsigned char*>(der.data());
    X509* c = d2i_X509(nullptr, &at, long(der.size()));
    unsigned char* bytes = nullptr;
    const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(c), &bytes);
    std::string out(reinterpret_cast<char*>(bytes), size_t(size));
    OPENSSL_free(bytes);
    X509_free(c);
    return out;
}

std::string hashed(const std::string& bytes, QCryptographicHash::Algorithm method) {
    return QCryptographicHash::hash(QByteArray::fromStdString(bytes), method).toStdString();
}

} // namespace

class TestDane : public QObject {
    Q_OBJECT

    net::TestAuthority authority_, stranger_;

    [[nodiscard]] std::vector<std::string> chain(const QString& kind) const {
        if (kind == "none") return {};
        if (kind == "rubbish") return {"not DER"};
        if (kind == "expired")
            return derChain(authority_.issue({"mx.example.org"}, days(-9), days(-1)).certificatePem);
        if (kind == "other name")
            return derChain(authority_.issue({"other.example"}, days(-1), days(9)).certificatePem);
        if (kind == "next hop's name")
            return derChain(authority_.issue({"example.org"}, days(-1), days(9)).certificatePem);
        if (kind == "self-signed")
            return derChain(
                net::TestAuthority::selfSigned({"mx.example.org"}, days(-1), days(9)).certificatePem);
        auto out = derChain(authority_.issue({"mx.example.org"}, days(-1), days(9)).certificatePem);
        if (kind == "leaf alone") out.resize(1);
        // The authority's certificate stands there, but it did not sign the leaf.
        if (kind == "false authority")
            out.front() =
                derChain(stranger_.issue({"mx.example.org"}, days(-1), days(9)).certificatePem).front();
        return out;
    }

    // The data that record would have for the leaf (3) or for the authority (2).
    [[nodiscard]] dns::TlsaData record(int usage, int selector, int matching,
                                       const std::vector<std::string>& shown) const {
        const std::string certificate = usage % 2 == 0  ? derChain(authority_.caPem()).front()
                                        : shown.empty() ? std::string()
                                                        : shown.front();
        std::string data = certificate;
        if (selector == 1 && !certificate.empty() && certificate != "not DER") data = key(certificate);
        if (matching == 1) data = hashed(data, QCryptographicHash::Sha256);
        if (matching == 2) data = hashed(data, QCryptographicHash::Sha512);
        return {std::uint8_t(usage), std::uint8_t(selector), std::uint8_t(matching), data};
    }

  private Q_SLOTS:
    void matches_data() {
        QTest::addColumn<int>("usage");
        QTest::addColumn<int>("selector");
        QTest::addColumn<int>("matching");
        QTest::addColumn<QString>("shown");
        QTest::addColumn<QString>("verdict");
        QTest::addColumn<int>("depth");
        auto row = [](const char* name, int u, int s, int m, const char* shown, const char* verdict,
                      int depth = 0) {
            QTest::newRow(name) << u << s << m << QString(shown) << QString(verdict) << depth;
        };
        row("3 1 1", 3, 1, 1, "good", "match");
        row("3 0 1", 3, 0, 1, "good", "match");
        row("3 1 2", 3, 1, 2, "good", "match");
        row("3 0 2", 3, 0, 2, "good", "match");
        row("3 1 0, the whole key", 3, 1, 0, "good", "match");
        row("3 0 0, the whole certificate", 3, 0, 0, "good", "match");
        row("3 1 1 ignores dates", 3, 1, 1, "expired", "match");
        row("3 1 1 ignores names", 3, 1, 1, "other name", "match");
        row("3 1 1 needs no authority", 3, 1, 1, "self-signed", "match");
        row("3 1 1 needs no chain", 3, 1, 1, "leaf alone", "match");
        row("2 0 1", 2, 0, 1, "good", "match", 1);
        row("2 1 1", 2, 1, 1, "good", "match", 1);
        row("2 1 2", 2, 1, 2, "good", "match", 1);
        row("2 0 0, whole in the record and in the chain", 2, 0, 0, "good", "match", 1);
        row("2 0 0, the authority is left out of the chain", 2, 0, 0, "leaf alone", "match", 1);
        row("2 1 0, the authority's key and no certificate of it", 2, 1, 0, "leaf alone", "match", 1);
        row("2 0 1 takes the next hop's name too", 2, 0, 1, "next hop's name", "match", 1);
        row("2 0 1 needs the authority in the chain", 2, 0, 1, "leaf alone", "mismatch");
        row("2 0 1 looks at dates", 2, 0, 1, "expired", "mismatch");
        row("2 0 1 looks at names", 2, 0, 1, "other name", "mismatch");
        row("2 0 1 looks at signatures", 2, 0, 1, "false authority", "mismatch");
        row("2 1 0 looks at signatures", 2, 1, 0, "self-signed", "mismatch");
        row("usage 0 is not used", 0, 0, 1, "good", "unusable");
        row("usage 1 is not used", 1, 1, 1, "good", "unusable");
        row("usage 4 is not known", 4, 0, 1, "good", "unusable");
        row("usage 255 is private", 255, 1, 1, "good", "unusable");
        row("selector 2 is not known", 3, 2, 1, "good", "unusable");
        row("matching type 3 is not known", 3, 1, 3, "good", "unusable");
        row("no chain", 3, 0, 0, "none", "unusable"); // nothing to make data of: it is empty
        row("a chain that is no certificate", 2, 0, 1, "rubbish", "no-chain");
    }
    void matches() {
        QFETCH(int, usage);
        QFETCH(int, selector);
        QFETCH(int, matching);
        QFETCH(QString, shown);
        QFETCH(QString, verdict);
        QFETCH(int, depth);
        const auto certificates = chain(shown);
        const DaneMatch m = matchTlsa({record(usage, selector, matching, certificates)}, certificates,
                                      {"mx.example.org", "example.org"}, now);
        QVERIFY2(daneVerdictName(m.verdict) == verdict.toStdString(),
                 (m.text + " " + (m.notes.empty() ? "" : m.notes.front())).c_str());
        QCOMPARE(m.record.has_value(), verdict == "match");
        if (m.record) QCOMPARE(int(m.depth), depth);
        QCOMPARE(m.notes.front().empty(), verdict == "match");
        QVERIFY(m.text.ends_with('.'));
    }

    void lengths_data() {
        QTest::addColumn<int>("matching");
        QTest::addColumn<int>("octets");
        QTest::addColumn<bool>("usable");
        QTest::newRow("SHA-256 has 32") << 1 << 32 << true;
        QTest::newRow("31 are no SHA-256") << 1 << 31 << false;
        QTest::newRow("33 are no SHA-256") << 1 << 33 << false;
        QTest::newRow("SHA-512 has 64") << 2 << 64 << true;
        QTest::newRow("32 are no SHA-512") << 2 << 32 << false;
        QTest::newRow("nothing is no certificate") << 0 << 0 << false;
        QTest::newRow("anything may be one") << 0 << 5 << true;
    }
    void lengths() {
        QFETCH(int, matching);
        QFETCH(int, octets);
        QFETCH(bool, usable);
        const TlsaUse use = tlsaUse({3, 1, std::uint8_t(matching), std::string(size_t(octets), 'x')});
        QCOMPARE(use.usable, usable);
        QCOMPARE(use.why.empty(), usable);
    }

    // RFC 7671 section 8: during a key change both keys stand in the zone; one that matches is enough, and an
    // unusable record takes nothing away.
    void oneOfSeveralIsEnough() {
        const auto shown = chain("good");
        const dns::TlsaData old{3, 1, 1, std::string(32, 'x')};
        const dns::TlsaData pkix{1, 1, 1, std::string(32, 'x')};
        const auto good = record(3, 1, 1, shown);
        DaneMatch m = matchTlsa({pkix, old, good}, shown, {"mx.example.org"}, now);
        QCOMPARE(m.verdict, DaneVerdict::Match);
        QCOMPARE(*m.record, size_t(2));
        QVERIFY(!m.notes[0].empty() && !m.notes[1].empty() && m.notes[2].empty());
        m = matchTlsa({pkix, old}, shown, {"mx.example.org"}, now);
        QCOMPARE(m.verdict, DaneVerdict::Mismatch);
        m = matchTlsa({good}, {}, {"mx.example.org"}, now);
        QCOMPARE(m.verdict, DaneVerdict::NoChain);
        QCOMPARE(matchTlsa({}, shown, {}, now).verdict, DaneVerdict::NoRecords);
    }

    void onlySoManyAreCompared() {
        const auto shown = chain("good");
        std::vector<dns::TlsaData> many(maxTlsaRecords, {3, 1, 1, std::string(32, 'x')});
        many.push_back(record(3, 1, 1, shown));
        const DaneMatch m = matchTlsa(many, shown, {"mx.example.org"}, now);
        QCOMPARE(m.verdict, DaneVerdict::Mismatch);
        QCOMPARE(m.notes.size(), maxTlsaRecords);
    }

    void whatToPublish() {
        const auto shown = chain("good");
        QCOMPARE(tlsaDataFor(shown.front()), text::hex(record(3, 1, 1, shown).data));
        QVERIFY(tlsaDataFor("not DER").empty());
    }
};

QTEST_GUILESS_MAIN(TestDane)
#include "tst_dane.moc"
