#include "common/secrets.h"
#include "store/secrets.h"
#include "support/paths.h"

#include <sys/stat.h>

#include <cstdlib>
#include <fstream>

using namespace waypost;

namespace {

app::Paths pathsIn(const std::filesystem::path& folder) {
    app::Paths p;
    p.workspace = folder / "data" / "default.waypost";
    p.config = folder / "config";
    return p;
}

} // namespace

class TestSecretsFile : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void cleanup() { ::unsetenv("WAYPOST_PASSPHRASE_FILE"); }

    void aSecretOutlivesTheProgram() {
        const app::Paths paths = pathsIn(test::temporaryFolder());
        for (int start = 0; start < 2; ++start) {
            auto personal = app::personalSecrets(paths);
            QVERIFY(personal.has_value());
            auto store = store::openPassphraseFile(personal->file, personal->passphrase);
            QVERIFY(store.has_value());
            if (start == 0)
                QVERIFY((*store)->put("route/relay", Secret("canary-4711")).has_value());
            else
                QCOMPARE(std::string((*store)->get("route/relay")->reveal()), std::string("canary-4711"));
        }
        struct stat st{};
        QCOMPARE(::stat((paths.config / "secrets.key").c_str(), &st), 0);
        QCOMPARE(int(st.st_mode & 0777), 0600);
    }

    void aKeyThatOthersReadIsRefused() {
        const app::Paths paths = pathsIn(test::temporaryFolder());
        QVERIFY(app::personalSecrets(paths).has_value());
        ::chmod((paths.config / "secrets.key").c_str(), 0644);
        auto refused = app::personalSecrets(paths);
        QVERIFY(!refused.has_value());
        QVERIFY(refused.error().text.find("0600") != std::string::npos);
    }

    void aNamedPassphraseFileDecides() {
        const app::Paths paths = pathsIn(test::temporaryFolder());
        const auto file = paths.workspace.parent_path().parent_path() / "pass";
        ::setenv("WAYPOST_PASSPHRASE_FILE", file.c_str(), 1);
        QVERIFY(!app::personalSecrets(paths).has_value());
        std::ofstream(file) << "open sesame\n";
        auto personal = app::personalSecrets(paths);
        QVERIFY(personal.has_value());
        QCOMPARE(std::string(personal->passphrase.reveal()), std::string("open sesame"));
    }
};

QTEST_APPLESS_MAIN(TestSecretsFile)
#include "tst_secrets_file.moc"
