// events list, export, fields: stored events as rows.
#include "base/json.h"
#include "base/text.h"
#include "cli/globals.h"
#include "cli/workspace.h"
#include "common/filter.h"
#include "common/table.h"
#include "common/when.h"
#include "filter/fields.h"
#include "store/atomic_file.h"
#include "store/event_export.h"
#include "store/event_queries.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstdio>

namespace waypost::cli {

namespace {

constexpr int mostListed = 10'000;
constexpr size_t textShown = 90;

struct Scope {
    std::string since, until, filter;
};
struct ListOptions {
    Scope scope;
    int limit = 50;
    std::int64_t before = 0;
};
struct ExportOptions {
    Scope scope;
    std::string format = "csv", out;
};

struct Asked {
    store::EventRange range;
    store::EventFilter filter;
};

Result<Asked> readScope(const Scope& scope) {
    const UtcTime now = SystemClock().now();
    Asked out;
    auto filter = app::parseFilter(scope.filter, now);
    if (!filter) return fail(filter.error());
    out.filter = std::move(*filter);
    for (const auto& [text, to] :
         {std::pair(&scope.since, &out.range.since), std::pair(&scope.until, &out.range.until)}) {
        if (text->empty()) continue;
        auto at = app::parseWhen(*text, now);
        if (!at) return fail(at.error());
        *to = *at;
    }
    if (out.range.since > out.range.until)
        return fail(ErrorCode::InvalidArgument, "--since", "The range ends before it begins.");
    return out;
}

bool toStdout(std::string_view lines) {
    return std::fwrite(lines.data(), 1, lines.size(), stdout) == lines.size();
}

std::vector<std::string> cellsOf(const store::EventLine& l) {
    std::string text = text::printable(l.text);
    if (text.size() > textShown) text = text::toValidUtf8(text.substr(0, textShown)) + "…";
    const std::string code = l.code == 0          ? "-"
                             : l.enhanced.empty() ? std::to_string(l.code)
                                                  : fmt::format("{} {}", l.code, l.enhanced);
    return {fmt::format("{}", l.key),
            formatUtc(l.at),
            std::string(reply::outcomeName(l.outcome)),
            code,
            l.provider.empty() ? "-" : text::printable(l.provider),
            text::printable(l.recipient),
            l.category,
            l.latencyMs < 0 ? "-" : fmt::format("{} ms", l.latencyMs),
            text};
}

void list(Globals& globals, const ListOptions& o) {
    auto asked = readScope(o.scope);
    if (!asked) return printError(globals, asked.error());
    if (o.limit < 1 || o.limit > mostListed)
        return printError(globals, Error(ErrorCode::InvalidArgument, "--limit",
                                         fmt::format("A number from 1 to {} is expected.", mostListed)));
    auto workspace = openWorkspace(globals, false);
    if (!workspace) return printError(globals, workspace.error());
    if (globals.json) {
        store::ExportAsk ask{asked->range, asked->filter, store::ExportFormat::JsonLines, true,
                             std::uint64_t(o.limit)};
        auto done =
            (*workspace)->read([&](store::Database& db) { return store::exportEvents(db, ask, toStdout); });
        if (!done) printError(globals, done.error());
        return;
    }
    auto page = (*workspace)->read([&](store::Database& db) {
        return store::eventPage(db, asked->range, asked->filter, o.before, o.limit);
    });
    if (!page) return printError(globals, page.error());
    if (page->rows.empty()) return printLine("No event matches.");
    std::vector<std::vector<std::string>> rows;
    for (const store::EventLine& l : page->rows) rows.push_back(cellsOf(l));
    printLine(app::table({{"key", true},
                          {"time", false},
                          {"outcome", false},
                          {"code", false},
                          {"provider", false},
                          {"recipient", false},
                          {"category", false},
                          {"latency", true},
                          {"reply", false}},
                         rows));
    if (page->next != 0) printLine(fmt::format("More: --before {}", page->next));
}

void exportAll(Globals& globals, const ExportOptions& o) {
    auto asked = readScope(o.scope);
    if (!asked) return printError(globals, asked.error());
    auto workspace = openWorkspace(globals, false);
    if (!workspace) return printError(globals, workspace.error());
    store::ExportAsk ask;
    ask.range = asked->range;
    ask.filter = asked->filter;
    ask.format =
        o.format == "jsonl" || globals.json ? store::ExportFormat::JsonLines : store::ExportFormat::Csv;
    Result<void> written;
    std::optional<store::PendingFile> file;
    if (!o.out.empty()) {
        auto opened = store::PendingFile::open(o.out);
        if (!opened) return printError(globals, opened.error());
        file.emplace(std::move(*opened));
    }
    auto done = (*workspace)->read([&](store::Database& db) {
        return store::exportEvents(db, ask, [&](std::string_view lines) {
            if (!file) return toStdout(lines);
            written = file->write(lines);
            return written.has_value();
        });
    });
    if (!done) return printError(globals, done.error());
    if (written && file) written = file->commit();
    if (!written) return printError(globals, written.error());
    if (file && !globals.json) printLine(fmt::format("{} rows in {}.", done->rows, text::printable(o.out)));
}

void fields(Globals& globals) {
    std::vector<std::vector<std::string>> rows;
    for (const filter::FieldInfo& f : filter::eventFields())
        rows.push_back({std::string(f.name), std::string(f.aliases), std::string(f.help)});
    if (!globals.json)
        return printLine(app::table({{"field", false}, {"also", false}, {"meaning", false}}, rows));
    for (const auto& r : rows)
        printLine(json::line(json::object{{"field", r[0]}, {"aliases", r[1]}, {"meaning", r[2]}}));
}

void addScope(CLI::App& command, Scope& scope) {
    command.add_option("--since", scope.since, "from this time on")->type_name("T");
    command.add_option("--until", scope.until, "before this time")->type_name("T");
    command.add_option("--filter", scope.filter, "such as 'provider:gmail code:4.7.* -stream:marketing'")
        ->type_name("F");
}

} // namespace

void addEvents(CLI::App& app, Globals& globals) {
    auto* group = app.add_subcommand("events", "stored events, one by one");
    group->require_subcommand(1);
    group->footer("Example:\n  waypost-cli events list --filter 'provider:gmail outcome:deferred'");
    auto listed = std::make_shared<ListOptions>();
    auto* run = group->add_subcommand("list", "the newest events that match");
    addScope(*run, listed->scope);
    run->add_option("--limit", listed->limit, "at most so many")->type_name("N")->capture_default_str();
    run->add_option("--before", listed->before, "older than the event of this key")->type_name("KEY");
    run->footer("Example:\n  waypost-cli events list --filter 'outcome:deferred text~\"rate.?limit\"' "
                "--since now-24h");
    run->callback([&globals, listed] { list(globals, *listed); });

    auto exported = std::make_shared<ExportOptions>();
    auto* out = group->add_subcommand("export", "all events that match, oldest first");
    addScope(*out, exported->scope);
    out->add_option("--format", exported->format, "csv or jsonl")
        ->check(CLI::IsMember({"csv", "jsonl"}))
        ->capture_default_str();
    out->add_option("--out", exported->out, "write to this file, as a whole or not at all")
        ->type_name("FILE");
    out->footer(
        "Cells that a spreadsheet would take for a formula get an apostrophe in front.\n\nExample:\n  "
        "waypost-cli events export --filter 'provider:gmail' --since 2026-05-01 --format jsonl");
    out->callback([&globals, exported] { exportAll(globals, *exported); });

    auto* names = group->add_subcommand("fields", "the fields a filter can name");
    names->footer("Example:\n  waypost-cli events fields");
    names->callback([&globals] { fields(globals); });
}

} // namespace waypost::cli
