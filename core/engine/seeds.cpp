// Seed lists: what the operator edits, and the CSV they come in.
#include "engine/seeds.h"

#include "base/uuid.h"
#include "engine/context.h"
#include "store/placement_store.h"

#include <fmt/format.h>

namespace waypost::engine {

namespace {

const char* tlsName(imap::TlsMode mode) {
    switch (mode) {
    case imap::TlsMode::Implicit: return "implicit";
    case imap::TlsMode::StartTls: return "starttls";
    case imap::TlsMode::Plain: return "none";
    }
    return "implicit";
}

store::SeedRow toRow(const placement::Seed& s) {
    return {s.address,  s.provider,         s.imapHost,
            s.imapPort, tlsName(s.imapTls), s.imapAuth == imap::AuthKind::OAuth2 ? "xoauth2" : "",
            s.imapUser, s.secretName,       s.enabled};
}

store::SeedRow toRow(const SeedLine& s) {
    return {s.address, s.provider, s.imapHost, s.imapPort, s.tls, "", s.user, s.secret, s.enabled};
}

} // namespace

placement::Seed toSeed(const store::SeedRow& row) {
    placement::Seed s;
    s.id = row.address;
    s.address = row.address;
    s.provider = row.provider;
    s.imapHost = row.imapHost;
    s.imapPort = std::uint16_t(row.imapPort);
    s.imapTls = row.tls == "starttls" ? imap::TlsMode::StartTls
                : row.tls == "none"   ? imap::TlsMode::Plain
                                      : imap::TlsMode::Implicit;
    s.imapUser = row.user.empty() ? row.address : row.user;
    s.imapAuth = row.auth == "xoauth2" ? imap::AuthKind::OAuth2 : imap::AuthKind::Password;
    s.secretName = row.secret.empty() ? row.address : row.secret;
    s.enabled = row.enabled;
    return s;
}

Result<std::vector<placement::Seed>> seedsOf(Context& c, const std::string& listId) {
    return c.workspace->read([&](store::Database& db) -> Result<std::vector<placement::Seed>> {
        auto list = store::placement::list(db, listId);
        if (!list) return fail(ErrorCode::NotFound, "seed list", "The seed list does not exist any more.");
        std::vector<placement::Seed> out;
        for (const store::SeedRow& row : list->seeds) out.push_back(toSeed(row));
        return out;
    });
}

Snapshot answer(Context& c, const SeedListsQuery&) {
    auto rows = c.workspace->read([](store::Database& db) { return store::placement::lists(db); });
    if (!rows) return rows.error();
    SeedLists out;
    for (const store::SeedListRow& row : *rows) {
        SeedList list{row.id, row.name, {}};
        for (const store::SeedRow& s : row.seeds)
            list.seeds.push_back({s.address, s.provider, s.imapHost, s.tls, s.user, s.secret, s.imapPort,
                                  s.enabled, c.secrets->has(s.secret.empty() ? s.address : s.secret)});
        out.lists.push_back(std::move(list));
    }
    return out;
}

namespace {

// Stores the list; its id.
Result<std::string> save(Context& c, store::SeedListRow row) {
    SystemRandom random;
    if (row.id.empty()) row.id = uuid7(c.clock.now(), random);
    row.created = c.clock.now();
    auto stored =
        c.workspace->write([row](store::Database& db) { return store::placement::saveList(db, row); }).get();
    if (!stored) return fail(stored.error());
    c.activity("seeds.save", row.name, fmt::format("Seed list {} has {} seeds.", row.name, row.seeds.size()));
    c.changed("seeds", row.id);
    return row.id;
}

} // namespace

Snapshot perform(Context& c, const SaveSeedList& command) {
    store::SeedListRow row{command.list.id, command.list.name, {}, {}};
    for (const SeedLine& s : command.list.seeds) row.seeds.push_back(toRow(s));
    // How a mailbox signs in is not edited there (the file says it): it stays with its address.
    auto known = c.workspace->read([&](store::Database& db) { return store::placement::list(db, row.id); });
    if (!known) return known.error();
    if (*known)
        for (const store::SeedRow& old : (*known)->seeds)
            for (store::SeedRow& s : row.seeds)
                if (s.address == old.address) s.auth = old.auth;
    auto id = save(c, std::move(row));
    return id ? Snapshot(Done{*id}) : Snapshot(id.error());
}

Snapshot perform(Context& c, const DeleteSeedList& command) {
    auto removed =
        c.workspace
            ->write([command](store::Database& db) { return store::placement::removeList(db, command.id); })
            .get();
    if (!removed) return removed.error();
    if (!*removed) return Error(ErrorCode::NotFound, "seed list", "The seed list does not exist any more.");
    c.activity("seeds.delete", command.id, "A seed list was removed; its runs stay.");
    c.changed("seeds", command.id);
    return Done{command.id};
}

Result<SeedsImported> importSeedCsv(Context& c, const std::string& listName, const std::string& csv) {
    auto file = placement::readSeeds(csv, listName);
    if (!file) return fail(file.error());
    SeedsImported out;
    store::SeedListRow row{"", listName, {}, {}};
    auto lists = c.workspace->read([](store::Database& db) { return store::placement::lists(db); });
    if (!lists) return fail(lists.error());
    for (const store::SeedListRow& known : *lists)
        if (known.name == listName) row.id = known.id;
    for (placement::Seed& s : file->seeds) {
        if (s.provider.empty())
            s.provider = c.providers->find({}, s.address.substr(s.address.rfind('@') + 1));
        row.seeds.push_back(toRow(s));
    }
    for (const placement::SeedProblem& p : file->problems) out.problems.push_back({int(p.line), p.reason});
    out.added = int(row.seeds.size());
    auto id = save(c, std::move(row));
    if (!id) return fail(id.error());
    out.listId = *id;
    return out;
}

Snapshot perform(Context& c, const ImportSeeds& command) {
    return toSnapshot(importSeedCsv(c, command.listName, command.csv));
}

} // namespace waypost::engine
