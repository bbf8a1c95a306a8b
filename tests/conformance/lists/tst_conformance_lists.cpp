// The public facts about DNS lists in the corpora: every answer of every zone is judged as its list means it,
// over the shipped catalogue. No case is left out.
#include "base/json.h"
#include "net/address.h"
#include "reputation/catalogue.h"
#include "reputation/judge.h"
#include "support/paths.h"

#include <QRegularExpression>
#include <QTest>

#include <cstdio>
#include <fstream>

using namespace waypost;
using namespace waypost::reputation;

namespace {

dns::Answer answerOf(const std::string& address) {
    dns::Answer a;
    a.status = dns::Status::Ok;
    a.records.push_back({"x", dns::RecordType::A, 300, dns::AddressData{address}});
    return a;
}

QString kindOf(const Judgement& j) {
    switch (j.status) {
    case Status::Listed: return QStringLiteral("listed");
    case Status::Refused: return QStringLiteral("refused");
    case Status::Clean: break;
    case Status::Error:
    case Status::NotApplicable: return QStringLiteral("error");
    }
    return j.welcome ? QStringLiteral("welcome")
           : j.score ? QStringLiteral("score")
                     : QStringLiteral("clean");
}

// The addresses a case stands for: itself, its bit, or every address that its pattern takes.
std::vector<std::string> addressesOf(const json::object& code) {
    if (code.contains("answer")) return {std::string(json::text(code, "answer"))};
    if (code.contains("bit")) return {"127.0.0." + std::to_string(json::number(code, "bit"))};
    const auto text = json::text(code, "pattern");
    const QRegularExpression pattern(QString::fromUtf8(text.data(), qsizetype(text.size())));
    std::vector<std::string> out;
    for (int c = 0; c < 256; ++c)
        for (int d = 0; d < 256; ++d) {
            const std::string a = "127.0." + std::to_string(c) + "." + std::to_string(d);
            if (pattern.match(QString::fromStdString(a)).hasMatch()) out.push_back(a);
        }
    return out;
}

} // namespace

class TestConformanceLists : public QObject {
    Q_OBJECT
    std::vector<json::value> zones_;
    std::shared_ptr<const Catalogue> catalogue_;
    int cases_ = 0;

  private Q_SLOTS:
    void initTestCase() {
        std::ifstream in(test::corpora() / "dnsbl" / "zones.jsonl");
        if (!in) QSKIP("the public corpora are not here");
        for (std::string line; std::getline(in, line);) {
            auto zone = json::parse(line, "zones.jsonl");
            QVERIFY(zone);
            zones_.push_back(std::move(*zone));
        }
        auto loaded = Catalogue::load(test::resources() / "lists");
        QVERIFY(loaded);
        catalogue_ = *loaded;
    }
    void cleanupTestCase() { std::printf("DNS lists: %zu zones, %d answers\n", zones_.size(), cases_); }

    void answers_data() {
        QTest::addColumn<int>("zone");
        for (size_t z = 0; z < zones_.size(); ++z)
            QTest::newRow(zones_[z].at("zone").as_string().c_str()) << int(z);
    }
    void answers() {
        QFETCH(int, zone);
        const json::object& facts = zones_[size_t(zone)].as_object();
        const List* list = catalogue_->find(json::text(facts, "zone"));
        QVERIFY(list);
        QCOMPARE(list->zone, std::string(json::text(facts, "zone")));
        const auto asks = json::text(facts, "asks");
        if (asks == "ip") QVERIFY(list->can(Asks::Ipv4) || list->can(Asks::Ipv6));
        if (asks == "name") QVERIFY(list->can(Asks::Domain) && list->hash == HashKind::None);
        if (asks == "hash") QVERIFY(list->hash != HashKind::None);
        for (const json::value& v : *json::list(facts, "codes")) {
            const json::object& code = v.as_object();
            for (const std::string& address : addressesOf(code)) {
                const Judgement j = judge(*list, answerOf(address));
                const auto kind = json::text(code, "kind");
                QVERIFY2(kindOf(j) == QString::fromUtf8(kind.data(), qsizetype(kind.size())),
                         (address + " is " + std::string(kind)).c_str());
                ++cases_;
            }
        }
        QVERIFY(judge(*list, answerOf("127.255.255.254")).status == Status::Refused);
        QVERIFY(judge(*list, answerOf("192.0.2.1")).status == Status::Error);
    }
};

QTEST_GUILESS_MAIN(TestConformanceLists)
#include "tst_conformance_lists.moc"
