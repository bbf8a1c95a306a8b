// From every older schema to the newest, and a kill behind every statement on the way.
#include "child.h"
#include "store/activity_store.h"
#include "store/migrations.h"
#include "store/workspace.h"
#include "support/fake_clock.h"
#include "support/paths.h"

#include <fmt/format.h>

using namespace waypost;
using namespace waypost::store;
namespace fs = std::filesystem;

namespace {

// A workspace as an older program left it, with one row in it.
fs::path oldWorkspace(int schema) {
    auto file = test::temporaryFolder() / "w.waypost";
    DatabaseOptions o;
    o.create = true;
    auto db = Database::open(file, o).value();
    migrate(*db, schema);
    activity::append(*db, {0, {5}, "operator", "kept", "", "a row of the old schema", ""});
    return file;
}

std::string schemaText(Database& db) {
    return db.text("SELECT group_concat(type || name || coalesce(sql, ''), x'0a') FROM (SELECT * FROM "
                   "sqlite_schema ORDER BY type, name)");
}

std::vector<fs::path> backups(const fs::path& file) {
    std::vector<fs::path> found;
    for (const auto& e : fs::directory_iterator(file.parent_path()))
        if (e.path().filename().string().starts_with("w.waypost.backup-")) found.push_back(e.path());
    std::sort(found.begin(), found.end());
    return found;
}

int childMain(const fs::path& file, int killAfter) {
    WorkspaceOptions o;
    int seen = 0;
    o.afterMigrationStatement = [&] {
        if (++seen == killAfter) _exit(9);
    };
    auto ws = Workspace::open(file, o);
    test::say(fmt::format("{}", seen));
    return ws ? 0 : 1;
}

} // namespace

class TestMigrations : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void numbersRise() {
        int last = 0;
        for (const auto& m : migrations()) {
            QVERIFY(m.number > last);
            QVERIFY(!m.sql.empty());
            last = m.number;
        }
        QCOMPARE(latestSchema(), last);
    }

    void everyOldSchemaBecomesTheNewest_data() {
        QTest::addColumn<int>("schema");
        for (const auto& m : migrations())
            QTest::newRow(fmt::format("schema {}", m.number).c_str()) << m.number;
    }
    void everyOldSchemaBecomesTheNewest() {
        QFETCH(int, schema);
        auto file = oldWorkspace(schema);
        test::FakeClock clock;
        WorkspaceOptions o;
        o.clock = &clock;
        auto ws = Workspace::open(file, o);
        QVERIFY2(bool(ws), ws ? "" : ws.error().text.c_str());
        auto fresh = Database::inMemory();
        migrate(*fresh);
        auto text = (*ws)->read([](Database& db) { return schemaText(db); }).value();
        QCOMPARE(text, schemaText(*fresh));
        auto rows = (*ws)->read([](Database& db) { return activity::latest(db, 5); }).value();
        QCOMPARE(rows.size(), size_t(1));
        QCOMPARE(rows[0].text, std::string("a row of the old schema"));
        bool upgraded = schema != latestSchema();
        QCOMPARE(backups(file).size(), size_t(upgraded ? 1 : 0));
        if (!upgraded) return;
        QCOMPARE(backups(file)[0].filename().string(),
                 fmt::format("w.waypost.backup-20260101T000000.000Z-schema{}", schema));
        auto old = Database::open(backups(file)[0], {.readOnly = true}).value();
        QCOMPARE(schemaOf(*old), schema);
        QCOMPARE(old->integer("SELECT count(*) FROM activity"), 1);
    }

    void anOldSchemaIsNotReadWithoutUpgrade() {
        if (migrations().size() < 2) QSKIP("one schema only");
        auto file = oldWorkspace(1);
        WorkspaceOptions o;
        o.readOnly = true;
        auto ws = Workspace::open(file, o);
        QVERIFY(!ws);
        QCOMPARE(
            ws.error().text,
            fmt::format("This workspace has schema 1 and this program reads {}; open it once for writing to "
                        "bring it up to date.",
                        latestSchema()));
    }

    void threeBackupsAreKept() {
        auto file = oldWorkspace(1);
        for (int i = 1; i <= 4; ++i)
            fs::copy_file(file, fmt::format("{}.backup-2025010{}T000000.000Z-schema0", file.string(), i));
        QVERIFY(Workspace::open(file));
        auto left = backups(file);
        QCOMPARE(left.size(), size_t(3));
        QVERIFY(left[0].string().find("20250103") != std::string::npos);
    }

    // Killed behind each statement in turn, until a run gets to its end: the next open finds an old schema or
    // the new one, whole, and the row.
    void aKillAtAnyStatementLeavesOldOrNew() {
        int kills = 0;
        for (int n = 1;; ++n) {
            auto file = oldWorkspace(1);
            test::Child child("migrate", file.string(), std::to_string(n));
            child.rest();
            child.end(0);
            {
                auto db = Database::open(file).value();
                int found = schemaOf(*db);
                auto pure = Database::inMemory();
                migrate(*pure, found);
                QCOMPARE(schemaText(*db), schemaText(*pure));
                QCOMPARE(db->integer("SELECT count(*) FROM activity"), 1);
                QCOMPARE(db->quickCheck(), std::string());
            }
            auto ws = Workspace::open(file);
            QVERIFY2(bool(ws), ws ? "" : ws.error().text.c_str());
            if (child.exitStatus() == 0) break;
            QCOMPARE(child.exitStatus(), 9);
            ++kills;
        }
        QVERIFY(kills > 10);
        qInfo("%d kills", kills);
    }
};

int main(int argc, char** argv) {
    if (argc > 4 && std::string_view(argv[1]) == "child") return childMain(argv[3], std::stoi(argv[4]));
    TestMigrations test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_migrations.moc"
