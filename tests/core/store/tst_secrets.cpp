#include "store/placement_store.h"
#include "store/secrets.h"
#include "store/settings_store.h"
#include "store/workspace.h"
#include "support/paths.h"

#include <sys/stat.h>

#include <fstream>

using namespace waypost;
using namespace waypost::store;
namespace fs = std::filesystem;

namespace {

constexpr std::string_view canary = "canary-7f3a-Passw0rd";

std::string bytesOf(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

std::string reveal(Result<Secret> s) {
    return s ? std::string(s->reveal()) : "error: " + s.error().text;
}

// "env", "OUT=x", "sh" … prints what the test says.
std::unique_ptr<SecretStore> shell(const std::string& script, Millis limit = Millis(30'000)) {
    return commandSecrets({"/bin/sh", "-c", script, "sh", "{name}"}, limit);
}

} // namespace

class TestSecrets : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void aSecretComesBackUntilItIsRemoved_data() {
        QTest::addColumn<bool>("file");
        QTest::newRow("from memory") << false;
        QTest::newRow("from a passphrase file") << true;
    }
    void aSecretComesBackUntilItIsRemoved() {
        QFETCH(bool, file);
        auto store = file ? openPassphraseFile(test::temporaryFolder() / "s", Secret("open sesame")).value()
                          : memorySecrets();
        QCOMPARE(reveal(store->get("a")), std::string("error: There is no secret \"a\"."));
        QVERIFY(store->put("a", Secret("one")));
        QVERIFY(store->put("b", Secret(std::string("t\0wo", 4))));
        QVERIFY(store->put("a", Secret("three")));
        QCOMPARE(reveal(store->get("a")), std::string("three"));
        QCOMPARE(reveal(store->get("b")), std::string("t\0wo", 4));
        QVERIFY(store->remove("a"));
        QVERIFY(!store->has("a"));
        QVERIFY(store->has("b"));
    }

    void theFileKeepsThemSealed() {
        auto file = test::temporaryFolder() / "s";
        {
            auto store = openPassphraseFile(file, Secret("open sesame")).value();
            QVERIFY(store->put("route/spring", Secret(std::string(canary))));
        }
        struct stat st{};
        QCOMPARE(stat(file.c_str(), &st), 0);
        QCOMPARE(unsigned(st.st_mode & 0777), 0600u);
        auto bytes = bytesOf(file);
        QVERIFY(bytes.find(canary) == std::string::npos);
        QVERIFY(bytes.find("route/spring") == std::string::npos);
        QCOMPARE(reveal(openPassphraseFile(file, Secret("open sesame")).value()->get("route/spring")),
                 std::string(canary));
    }

    void aWrongPassphraseAndAChangedByteAreRefused() {
        auto file = test::temporaryFolder() / "s";
        QVERIFY(openPassphraseFile(file, Secret("right")).value()->put("a", Secret("one")));
        auto wrong = openPassphraseFile(file, Secret("wrong"));
        QVERIFY(!wrong);
        QCOMPARE(int(wrong.error().code), int(ErrorCode::Permission));
        QCOMPARE(wrong.error().text,
                 std::string("The passphrase is wrong, or the secrets file was changed by somebody else."));
        auto good = bytesOf(file);
        for (size_t at : {size_t(20), size_t(40), size_t(50), good.size() - 1}) {
            auto bad = good;
            bad[at] = char(bad[at] ^ 1);
            std::ofstream(file, std::ios::binary) << bad;
            QVERIFY(!openPassphraseFile(file, Secret("right")));
        }
        std::ofstream(file, std::ios::binary) << good.substr(0, 30);
        QCOMPARE(openPassphraseFile(file, Secret("right")).error().text,
                 std::string("This is not a secrets file of Waypost, or it is damaged."));
        auto costly = good;
        costly[16] = 40; // 2^40 blocks of scrypt
        std::ofstream(file, std::ios::binary) << costly;
        QCOMPARE(int(openPassphraseFile(file, Secret("right")).error().code), int(ErrorCode::Corrupt));
    }

    void aFileOthersMayReadIsRefused() {
        auto file = test::temporaryFolder() / "s";
        QVERIFY(openPassphraseFile(file, Secret("p")));
        chmod(file.c_str(), 0640);
        auto refused = openPassphraseFile(file, Secret("p"));
        QVERIFY(!refused);
        QCOMPARE(refused.error().text,
                 "Others may read the secrets file " + file.string() + " (mode 0640); set it to 0600 first.");
        QVERIFY(!openPassphraseFile(file, Secret()));
    }

    void twoUsersOfOneFileDoNotUndoEachOther() {
        auto file = test::temporaryFolder() / "s";
        auto one = openPassphraseFile(file, Secret("p")).value();
        auto two = openPassphraseFile(file, Secret("p")).value();
        QVERIFY(one->put("a", Secret("1")));
        QVERIFY(two->put("b", Secret("2")));
        QCOMPARE(reveal(one->get("b")), std::string("2"));
        QCOMPARE(reveal(two->get("a")), std::string("1"));
    }

    void tooLargeAndNamelessAreRefused() {
        auto store = openPassphraseFile(test::temporaryFolder() / "s", Secret("p")).value();
        QCOMPARE(int(store->put("a", Secret(std::string(SecretStore::maxValueBytes + 1, 'x'))).error().code),
                 int(ErrorCode::TooLarge));
        QCOMPARE(int(store->put("", Secret("x")).error().code), int(ErrorCode::InvalidArgument));
    }

    void aCommandPrintsASecret_data() {
        QTest::addColumn<QString>("script");
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("result");
        QString why = "error: The secret \"%1\" could not be had from the command /bin/sh: %2.";
        QTest::newRow("its last line end is cut") << "echo value of $1" << "mail/a" << "value of mail/a";
        QTest::newRow("a failure is a refusal")
            << "echo x; exit 3" << "a" << why.arg("a", "it ended with an error");
        QTest::newRow("silence is a refusal") << "true" << "a" << why.arg("a", "it printed nothing");
        QTest::newRow("a flood is cut off")
            << "yes" << "a" << why.arg("a", "it printed more than 65536 bytes");
        QTest::newRow("a name is never an option")
            << "echo x" << "-h" << why.arg("-h", "its name is not passed to a command");
        QTest::newRow("a name never leaves its folder")
            << "echo x" << "../a" << why.arg("../a", "its name is not passed to a command");
        QTest::newRow("a name has no shell characters")
            << "echo x" << "a;b"
            << why.arg("a;b", "its name has a character that is not passed to a command");
    }
    void aCommandPrintsASecret() {
        QFETCH(QString, script);
        QFETCH(QString, name);
        QFETCH(QString, result);
        auto store = shell(script.toStdString());
        QCOMPARE(QString::fromStdString(reveal(store->get(name.toStdString()))), result);
        QCOMPARE(int(store->put("a", Secret("x")).error().code), int(ErrorCode::Unsupported));
    }

    void aCommandThatHangsIsEnded() {
        auto store = shell("exec sleep 60", Millis(50));
        QVERIFY(reveal(store->get("a")).ends_with("it did not answer in time."));
    }

    void noSecretIsInTheWorkspace() {
        auto file = test::temporaryFolder() / "w.waypost";
        auto secrets = memorySecrets();
        QVERIFY(secrets->put("route/spring", Secret(std::string(canary))));
        {
            WorkspaceOptions o;
            o.create = true;
            auto ws = Workspace::open(file, o).value();
            ws->write([](Database& db) -> Result<void> {
                  RouteRow route{"spring", "mx.example",   587, "starttls", "plain",
                                 "me",     "route/spring", "",  ""};
                  if (auto ok = settings::saveRoute(db, route); !ok) return ok;
                  SeedListRow list{"l1",
                                   "Seeds",
                                   {1},
                                   {{"a@example", "lab", "imap", 993, "implicit", "", "a", "seed/a", true}}};
                  return placement::saveList(db, list);
              })
                .get()
                .value();
            QVERIFY(bytesOf(file.string() + "-wal").find("route/spring") !=
                    std::string::npos); // the grep can find
            QVERIFY(bytesOf(file.string() + "-wal").find(canary) == std::string::npos);
        }
        for (const auto& entry : fs::directory_iterator(file.parent_path()))
            QVERIFY2(bytesOf(entry.path()).find(canary) == std::string::npos, entry.path().c_str());
    }
};

QTEST_APPLESS_MAIN(TestSecrets)
#include "tst_secrets.moc"
