// Every way a workspace is refused or repaired at open, each with its sentence.
#include "child.h"
#include "store/activity_store.h"
#include "store/job_store.h"
#include "store/migrations.h"
#include "store/workspace.h"
#include "support/fake_clock.h"
#include "support/paths.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <fstream>

using namespace waypost;
using namespace waypost::store;
namespace fs = std::filesystem;

namespace {

fs::path newFile() {
    return test::temporaryFolder() / "w.waypost";
}

WorkspaceOptions creating() {
    WorkspaceOptions o;
    o.create = true;
    return o;
}

void makeWorkspace(const fs::path& file) {
    auto ws = Workspace::open(file, creating());
    if (!ws) throw std::runtime_error(ws.error().describe());
}

void sql(const fs::path& file, std::string_view script) {
    DatabaseOptions o;
    o.create = true;
    auto db = Database::open(file, o);
    if (!db) throw std::runtime_error(db.error().describe());
    (*db)->script(script);
}

std::string bytesOf(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

unsigned modeOf(const fs::path& file) {
    struct stat st{};
    stat(file.c_str(), &st);
    return st.st_mode & 07777;
}

using Prepare = std::function<fs::path()>;

int childMain(const std::string& role, const fs::path& file) {
    auto ws = Workspace::open(file, creating());
    if (!ws) {
        test::say(std::string(errorCodeName(ws.error().code)) + "|" + ws.error().text);
        return 1;
    }
    test::say("open");
    if (role == "hold") pause();
    if (role == "die") {
        (*ws)
            ->write([](Database& db) {
                JobRow row;
                row.id = "j1";
                row.kind = "import";
                row.state = JobState::Running;
                job::insert(db, row);
            })
            .get()
            .value();
        _exit(9);
    }
    return 0;
}

} // namespace
Q_DECLARE_METATYPE(Prepare)

class TestWorkspaceOpen : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void aRefusalIsOneSentenceAndChangesNothing_data() {
        QTest::addColumn<Prepare>("prepare");
        QTest::addColumn<ErrorCode>("code");
        QTest::addColumn<QString>("text");
        auto row = [](const char* name, Prepare p, ErrorCode code, const QString& text) {
            QTest::newRow(name) << p << code << text;
        };
        row(
            "a folder is not a workspace", [] { return test::temporaryFolder(); }, ErrorCode::InvalidArgument,
            "FILE is a folder; a workspace is one file.");
        row(
            "a missing file is not made", [] { return newFile(); }, ErrorCode::NotFound,
            "There is no workspace FILE.");
        row(
            "a missing folder is not made", [] { return test::temporaryFolder() / "no" / "w"; },
            ErrorCode::NotFound, "The folder FOLDER does not exist.");
        row(
            "an empty file is not a workspace",
            [] {
                auto f = newFile();
                std::ofstream(f).close();
                return f;
            },
            ErrorCode::NotFound, "This file is empty; it is not a Waypost workspace.");
        row(
            "a text file is not a database",
            [] {
                auto f = newFile();
                std::ofstream(f) << "May  1 10:00:00 mx postfix/smtp[1]: status=sent";
                return f;
            },
            ErrorCode::Refused,
            "This file is not a Waypost workspace (it is not an SQLite database). Nothing was changed.");
        row(
            "a database of another program is left alone",
            [] {
                auto f = newFile();
                sql(f, "CREATE TABLE moz_places(id INTEGER)");
                return f;
            },
            ErrorCode::Refused,
            "This is an SQLite database of another program, not a Waypost workspace. Nothing was changed.");
        row(
            "a newer schema is refused",
            [] {
                auto f = newFile();
                makeWorkspace(f);
                sql(f, fmt::format("PRAGMA user_version = {}", latestSchema() + 4));
                return f;
            },
            ErrorCode::Unsupported,
            QString(
                "This workspace was written by a newer Waypost (schema %1, this program knows %2). Nothing "
                "was changed.")
                .arg(latestSchema() + 4)
                .arg(latestSchema()));
        row(
            "a trigger of somebody else is refused",
            [] {
                auto f = newFile();
                makeWorkspace(f);
                sql(f, "CREATE TRIGGER spy AFTER INSERT ON job BEGIN SELECT 1; END");
                return f;
            },
            ErrorCode::Refused,
            "The workspace holds a trigger that Waypost did not make (\"spy\"); it would run with your data. "
            "Nothing was changed.");
        row(
            "a missing table is damage",
            [] {
                auto f = newFile();
                makeWorkspace(f);
                sql(f, "DROP TABLE transcript");
                return f;
            },
            ErrorCode::Corrupt,
            "The workspace is incomplete: the table \"transcript\" is missing. Use a backup copy.");
        row(
            "a folder everybody writes to is refused",
            [] {
                auto f = newFile();
                makeWorkspace(f);
                chmod(f.parent_path().c_str(), 0777);
                return f;
            },
            ErrorCode::Permission,
            "Everybody may write to the folder FOLDER; take that right away (chmod o-w) or use another "
            "folder.");
    }
    void aRefusalIsOneSentenceAndChangesNothing() {
        QFETCH(Prepare, prepare);
        QFETCH(ErrorCode, code);
        QFETCH(QString, text);
        auto file = prepare();
        auto before = fs::is_regular_file(file) ? bytesOf(file) : std::string();
        auto ws = Workspace::open(file);
        QVERIFY(!ws);
        text.replace("FILE", QString::fromStdString(file.string()));
        text.replace("FOLDER", QString::fromStdString(file.parent_path().string()));
        QCOMPARE(QString::fromStdString(ws.error().text), text);
        QCOMPARE(int(ws.error().code), int(code));
        QCOMPARE(fs::is_regular_file(file) ? bytesOf(file) : std::string(), before);
    }

    void aNewFileLeftBlankByACrashBecomesAWorkspace() {
        auto file = newFile();
        DatabaseOptions o;
        o.create = true;
        (void)Database::open(file, o).value();
        QVERIFY(fs::file_size(file) > 0);
        auto ws = Workspace::open(file, creating());
        QVERIFY2(bool(ws), ws ? "" : ws.error().text.c_str());
        QCOMPARE((*ws)->read([](Database& db) { return schemaOf(db); }).value(), latestSchema());
    }

    void networkFileSystemsAreKnown_data() {
        QTest::addColumn<unsigned>("magic");
        QTest::addColumn<QString>("type");
        QTest::addColumn<QString>("name");
        QTest::newRow("ext4 is local") << 0xEF53u << "" << "";
        QTest::newRow("tmpfs is local") << 0x01021994u << "" << "";
        QTest::newRow("btrfs is local") << 0x9123683Eu << "" << "";
        QTest::newRow("NFS is not") << 0x6969u << "" << "NFS";
        QTest::newRow("a Windows share is not") << 0xFE534D42u << "" << "a Windows share (SMB2)";
        QTest::newRow("9P is not") << 0x01021997u << "" << "9P";
        QTest::newRow("sshfs is FUSE over a network") << 0x65735546u << "fuse.sshfs" << "sshfs";
        QTest::newRow("a local FUSE file system is local") << 0x65735546u << "fuse.gocryptfs" << "";
        QTest::newRow("NTFS over FUSE is local") << 0x65735546u << "fuseblk" << "";
    }
    void networkFileSystemsAreKnown() {
        QFETCH(unsigned, magic);
        QFETCH(QString, type);
        QFETCH(QString, name);
        QCOMPARE(QString::fromStdString(networkFilesystem({magic, type.toStdString()})), name);
        auto file = newFile();
        auto o = creating();
        o.filesystem = [&](const fs::path&) { return FilesystemKind{magic, type.toStdString()}; };
        auto ws = Workspace::open(file, o);
        QCOMPARE(bool(ws), name.isEmpty());
        if (!ws) {
            QCOMPARE(int(ws.error().code), int(ErrorCode::Refused));
            QVERIFY(ws.error().text.find("is on a network file system (" + name.toStdString() + ")") !=
                    std::string::npos);
        }
        QCOMPARE(fs::exists(file), name.isEmpty());
    }

    void modesAreTightAndRepaired() {
        auto file = test::temporaryFolder() / "new" / "w.waypost";
        makeWorkspace(file);
        QCOMPARE(modeOf(file), 0600u);
        QCOMPARE(modeOf(file.parent_path()), 0700u);
        chmod(file.c_str(), 0644);
        auto ws = Workspace::open(file);
        QVERIFY(ws);
        QCOMPARE((*ws)->notices().size(), size_t(1));
        QVERIFY((*ws)->notices()[0].ends_with("was 0644; it is 0600 now."));
        QCOMPARE(modeOf(file), 0600u);
        QCOMPARE(modeOf(file.string() + "-wal"), 0600u);
    }

    void aSecondOpenerHearsWhoHasIt() {
        auto file = newFile();
        test::Child child("hold", file.string());
        QCOMPARE(child.line(), std::string("open"));
        auto second = Workspace::open(file);
        QVERIFY(!second);
        QCOMPARE(int(second.error().code), int(ErrorCode::Conflict));
        auto expected = fmt::format("{} is in use by process {} on ", file.string(), child.pid());
        QVERIFY2(second.error().text.starts_with(expected), second.error().text.c_str());
        QVERIFY(second.error().text.ends_with("Close it there, or open it for reading only."));
        WorkspaceOptions reading;
        reading.readOnly = true;
        auto reader = Workspace::open(file, reading);
        QVERIFY2(bool(reader), reader ? "" : reader.error().text.c_str());
        QCOMPARE((*reader)->read([](Database& db) { return activity::latest(db, 5).size(); }).value(),
                 size_t(0));
        auto refused = (*reader)->write([](Database&) {}).get();
        QCOMPARE(refused.error().text, std::string("The workspace is open for reading only."));
        child.end(SIGTERM);
        QVERIFY(Workspace::open(file));
    }

    void afterACrashTheFileIsCheckedAndJobsAreInterrupted() {
        auto file = newFile();
        {
            test::Child child("die", file.string());
            QCOMPARE(child.line(), std::string("open"));
            child.end(0);
            QCOMPARE(child.exitStatus(), 9);
        }
        test::FakeClock clock;
        auto o = WorkspaceOptions();
        o.clock = &clock;
        auto ws = Workspace::open(file, o);
        QVERIFY(ws);
        QCOMPARE((*ws)->notices().size(), size_t(1));
        QCOMPARE((*ws)->notices()[0],
                 std::string("The workspace was not closed the last time; it was checked and is sound."));
        auto found = (*ws)->read([](Database& db) { return job::find(db, "j1"); }).value();
        QVERIFY(found);
        QCOMPARE(jobStateName(found->state), std::string_view("interrupted"));
        QCOMPARE(found->finished->ms, clock.now().ms);
        ws->reset();
        auto again = Workspace::open(file, o);
        QVERIFY(again);
        QVERIFY((*again)->notices().empty()); // closed in order: nothing to check
    }

    void damageFoundAfterACrashIsRefused() {
        auto file = newFile();
        {
            auto ws = Workspace::open(file, creating());
            QVERIFY(ws);
            (*ws)
                ->write([](Database& db) {
                    for (int i = 0; i < 2000; ++i)
                        activity::append(db, {0, {i}, "operator", "k", "o", std::string(200, 'x'), ""});
                })
                .get()
                .value();
        }
        auto page = std::int64_t(Database::open(file).value()->integer("PRAGMA page_size"));
        auto middle = std::int64_t(fs::file_size(file)) / 2 / page * page;
        std::fstream f(file, std::ios::in | std::ios::out | std::ios::binary);
        f.seekp(middle);
        f << std::string(size_t(page), '\x5a');
        f.close();
        std::ofstream(file.string() + ".lock") << "process 1 on elsewhere\n"; // as a crash leaves it
        auto ws = Workspace::open(file);
        QVERIFY(!ws);
        QCOMPARE(int(ws.error().code), int(ErrorCode::Corrupt));
        QVERIFY2(ws.error().text.starts_with("The workspace file is damaged: "), ws.error().text.c_str());
    }
};

int main(int argc, char** argv) {
    if (argc > 3 && std::string_view(argv[1]) == "child") return childMain(argv[2], argv[3]);
    TestWorkspaceOpen test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_workspace_open.moc"
