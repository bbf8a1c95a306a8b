// The signing half of the public ARC suite: with the key and the text of the headers that were to be made,
// our canonicalization and our signer give the signatures of the suite, octet by octet (RSA has one for one
// input).
#include "auth/arc_set.h"
#include "auth/dkim_header.h"
#include "auth/dkim_private_key.h"
#include "base/json.h"
#include "base/text.h"
#include "support/paths.h"

#include <fstream>
#include <sstream>

using namespace waypost;
using namespace waypost::auth;

namespace {

std::string readFile(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

std::string field(std::string_view name, std::string_view text) {
    std::string out = std::string(name) + ":";
    for (auto line : text::split(text::trim(text), '\n')) out += " " + std::string(line) + "\r\n";
    return out;
}

// The suite shows b= folded for the reader; its seals were made over b= in one piece.
std::string withWholeSignature(std::string ams) {
    const size_t from = ams.find("b=");
    const size_t to = std::min(ams.find(';', from), ams.size());
    std::string b = ams.substr(from, to - from);
    std::erase(b, '\n');
    return ams.replace(from, to - from, b);
}

} // namespace

class TestConformanceArcSigning : public QObject {
    Q_OBJECT
  private:
    std::vector<json::object> cases_;

  private Q_SLOTS:
    void initTestCase() {
        std::ifstream in(test::corpora() / "arc" / "signing.jsonl");
        for (std::string line; std::getline(in, line);)
            if (auto v = json::parse(line, "signing.jsonl")) cases_.push_back(v->as_object());
        if (cases_.empty()) QSKIP("CORPUS ABSENT: arc/signing.jsonl");
    }

    void signatures_data() {
        QTest::addColumn<int>("number");
        for (size_t i = 0; i < cases_.size(); ++i)
            QTest::newRow(std::string(json::text(cases_[i], "name")).c_str()) << int(i);
    }
    void signatures() {
        QFETCH(int, number);
        const json::object& c = cases_[size_t(number)];
        const std::string ams(json::text(c, "AMS")), seal(json::text(c, "AS"));
        if (ams.empty()) {
            QVERIFY(seal.empty());
            return;
        }
        auto key = DkimPrivateKey::fromPem(Secret(std::string(json::text(c, "private_key"))));
        QVERIFY(key.has_value());
        const std::string bytes = field("ARC-Seal", seal) +
                                  field("ARC-Message-Signature", withWholeSignature(ams)) +
                                  field("ARC-Authentication-Results", json::text(c, "AAR")) +
                                  readFile(test::corpora() / std::string(json::text(c, "file")));
        auto block = std::make_shared<const mail::HeaderBlock>(mail::HeaderBlock::parse(bytes));
        const DkimSignature s = parseArcMessageSignature(block->rawValue(block->fields()[1]));
        QVERIFY2(s.fault.empty(), s.fault.c_str());

        BodyHasher hasher;
        const size_t hash = hasher.want({s.body, DkimHash::Sha256, s.length});
        hasher.feed(std::string_view(bytes).substr(block->bodyOffset()));
        hasher.finish();
        QCOMPARE(text::base64Encode(hasher.digest(hash)), text::base64Encode(s.bodyHash));

        const HeaderPicker picker(block);
        const std::string input = picker.input(picker.pick(s.headers, 1), s, 1);
        const auto b = (*key)->sign(dkimDigest(DkimHash::Sha256, input));
        QCOMPARE(text::base64Encode(*b), text::base64Encode(s.signature));

        ArcChain chain = readArcChain(*block);
        QVERIFY2(chain.fault.empty(), chain.fault.c_str());
        // A seal with cv=fail covers its own set alone (RFC 8617 section 5.1.2).
        if (chain.sets.back().chainValidation == "fail")
            chain.sets.erase(chain.sets.begin(), chain.sets.end() - 1);
        const auto sealed = (*key)->sign(arcSealDigests(*block, chain).back());
        QCOMPARE(text::base64Encode(*sealed), text::base64Encode(chain.sets.back().sealSignature.signature));
    }
};

QTEST_GUILESS_MAIN(TestConformanceArcSigning)
#include "tst_conformance_arc_signing.moc"
