// Key records from the text of RFC 6376 section 3.6.1, RFC 8301 and RFC 8463.
#include "auth/dkim_key.h"

using namespace waypost;
using namespace waypost::auth;

namespace {

const std::string key2048 =
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAtb6UkUOZiKMd02+PmR3aermieYJjgSIwzRHE8+jrIyEFrxb3iT/"
    "5QO+1tNzr02nDZxqVDqGPLlalfG+ZdDGv63V9R0/"
    "igPbDgrz4VL3x5bVWC6k+"
    "Qa1DCQrHmdAlLhjol63gNUE8Kd1nP1Fxu3ZiQoxXFtfHdtk5bTAjWHNSreWFJpgkFglArn4CbxWD9BmsscRcvbnP9iokQC8xJO3WUlPo"
    "GqsgQA8Jt7v/jiPyXjT3wwD7HENlab1YXax2k1duJZO/hO345XDuM1OtPcpiiOs/"
    "DzrUvhnLWsWWgqpAE6x5mbMsYF3ljUyxNEoxEQXwTxEpxTSyNEeRCEKH6BFqQwIDAQAB";
const std::string key1024 =
    "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDtksGYS/UsllP8YF1Y1aSFN9ecX9EjsBuhuJjv0SfFynoK/KibkNLmkqIptvQi3Te/"
    "r6gMlQlNyUp7xRAtDkCE4ai3hcdHpDj10Vr44Ut3B/idYMu/+2mp/"
    "yqnJs2yaSOMG1oOsmJrVnVeSOhtfUcXJlUqOdp9cb1S4W8eBE3X9wIDAQAB";
const std::string key512 = "MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBALvjhMIKqBpSHMGThtXeCkdLX3zirEzpubXTbQfE+"
                           "SgvC7qhtJlnWwhdSKzbug8JBxHQ3A29y/WiQS4ZLLVGqbMCAwEAAQ==";
const std::string bare1024 =
    "MIGJAoGBAO2SwZhL9SyWU/xgXVjVpIU315xf0SOwG6G4mO/"
    "RJ8XKegr8qJuQ0uaSoim29CLdN7+vqAyVCU3JSnvFEC0OQIThqLeFx0ekOPXRWvjhS3cH+J1gy7/7aan/"
    "KqcmzbJpI4wbWg6yYmtWdV5I6G19RxcmVSo52n1xvVLhbx4ETdf3AgMBAAE="; // RSAPublicKey without the wrapping
const std::string ed25519 = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="; // RFC 8463 appendix A

} // namespace

class TestDkimKey : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void keys_data() {
        QTest::addColumn<QString>("record");
        QTest::addColumn<QString>("state");
        QTest::addColumn<int>("bits");
        auto row = [](const char* name, const std::string& record, const char* state, int bits) {
            QTest::newRow(name) << QString::fromStdString(record) << QString(state) << bits;
        };
        row("a full record", "v=DKIM1; k=rsa; h=sha256; s=email; t=s; n=note; p=" + key2048, "usable", 2048);
        row("only p", "p=" + key1024, "usable", 1024);
        row("the bare form of the key", "p=" + bare1024, "usable", 1024);
        row("white space in the key",
            "v=DKIM1 ; p = " + key2048.substr(0, 40) + " \t" + key2048.substr(40) + " ;", "usable", 2048);
        row("an unknown tag is ignored", "v=DKIM1; zz=1; p=" + key1024, "usable", 1024);
        row("512 bits", "p=" + key512, "weak", 512);
        row("Ed25519", "v=DKIM1; k=ed25519; p=" + ed25519, "usable", 256);
        row("Ed25519 of the wrong length", "k=ed25519; p=QUJD", "broken", 256);
        row("withdrawn", "v=DKIM1; p=", "revoked", 0);
        row("withdrawn, in white space", "v=DKIM1; p= ; t=s", "revoked", 0);
        row("no key at all", "v=DKIM1; k=rsa", "broken", 0);
        row("nothing", "", "broken", 0);
        row("another version", "v=DKIM2; p=" + key1024, "broken", 0);
        row("the version not first", "p=" + key1024 + "; v=DKIM1", "broken", 0);
        row("the version in small letters", "v=dkim1; p=" + key1024, "broken", 0);
        row("a tag twice", "p=" + key1024 + "; p=" + key1024, "broken", 0);
        row("not base64", "p=*", "broken", 0);
        row("base64 of no key", "p=QUJDREVG", "broken", 0);
        row("octets after the key", "p=" + key1024.substr(0, key1024.find('=')) + "AAAA", "broken", 0);
        row("an unknown key type", "k=dsa; p=" + key1024, "foreign", 0);
        row("a key for another service", "s=tlsrpt; p=" + key1024, "foreign", 0);
        row("a list of services with email", "s=other : email; p=" + key1024, "usable", 1024);
        row("only sha1", "h=sha1; p=" + key1024, "foreign", 0);
    }
    void keys() {
        QFETCH(QString, record);
        QFETCH(QString, state);
        QFETCH(int, bits);
        DkimKey k = parseDkimKey(record.toStdString());
        QVERIFY2(dkimKeyStateName(k.state) == state.toStdString(), k.why.c_str());
        QCOMPARE(k.bits, bits);
        QCOMPARE(k.why.empty(), k.state == DkimKeyState::Usable);
    }
    void theReasonIsMadeFromTheKey() {
        QCOMPARE(parseDkimKey("k=ed25519; p=QUJD").why,
                 std::string("An Ed25519 key has 3 octets, not the 32 it must have."));
        QCOMPARE(parseDkimKey("k=dsa; p=QUJD").why,
                 std::string("The key type \"dsa\" is not one of rsa and ed25519."));
        QCOMPARE(parseDkimKey("p=" + key512).why,
                 std::string("The RSA key has 512 bits; verifiers refuse fewer than 1024."));
    }
    void flags() {
        DkimKey k = parseDkimKey("v=DKIM1; t=y : s; p=" + key1024);
        QVERIFY(k.testing && k.strict);
        k = parseDkimKey("v=DKIM1; t=x; p=" + key1024);
        QVERIFY(!k.testing && !k.strict);
    }

    void answers_data() {
        QTest::addColumn<int>("status");
        QTest::addColumn<int>("records");
        QTest::addColumn<int>("state");
        using State = DkimKeyAnswer::State;
        auto row = [](const char* name, dns::Status s, int n, State state) {
            QTest::newRow(name) << int(s) << n << int(state);
        };
        row("a timeout is no absence", dns::Status::Timeout, 0, State::CouldNotLook);
        row("SERVFAIL is no absence", dns::Status::ServFail, 0, State::CouldNotLook);
        row("no such name", dns::Status::NxDomain, 0, State::NoKey);
        row("no TXT", dns::Status::NoData, 0, State::NoKey);
        row("one", dns::Status::Ok, 1, State::OneKey);
        row("two", dns::Status::Ok, 2, State::Several);
    }
    void answers() {
        QFETCH(int, status);
        QFETCH(int, records);
        QFETCH(int, state);
        dns::Answer a;
        a.status = dns::Status(status);
        for (int i = 0; i < records; ++i)
            a.records.push_back({"s._domainkey.x", dns::RecordType::TXT, 60, dns::TxtData{{"p=", key1024}}});
        DkimKeyAnswer k = readDkimKeyAnswer(a);
        QCOMPARE(int(k.state), state);
        QCOMPARE(k.keys.size(), size_t(records));
    }
};

QTEST_APPLESS_MAIN(TestDkimKey)
#include "tst_dkim_key.moc"
