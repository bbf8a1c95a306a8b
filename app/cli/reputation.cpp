// The "reputation" group: what providers tell a sender about himself, taken in and shown.
#include "base/json.h"
#include "base/text.h"
#include "cli/globals.h"
#include "cli/workspace.h"
#include "common/when.h"
#include "reputation/sender_data.h"
#include "store/figure_store.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <fstream>
#include <sstream>

namespace waypost::cli {

namespace {

constexpr size_t reasonsShown = 20; // of one file

Result<std::string> contentOf(const std::string& file) {
    std::error_code bad;
    const auto size = std::filesystem::file_size(file, bad);
    if (bad)
        return fail(ErrorCode::NotFound, "reputation import",
                    fmt::format("{} cannot be read: {}.", text::printable(file), bad.message()));
    if (size > reputation::maxSenderFile)
        return fail(ErrorCode::TooLarge, "reputation import",
                    fmt::format("{} holds {} octets; more than {} are not read.", text::printable(file), size,
                                reputation::maxSenderFile));
    std::ifstream in(file, std::ios::binary);
    std::ostringstream all;
    all << in.rdbuf();
    if (!in)
        return fail(ErrorCode::Io, "reputation import",
                    fmt::format("{} cannot be read.", text::printable(file)));
    return std::move(all).str();
}

std::vector<store::FigureRow> rowsOf(reputation::SenderData& data, const std::string& file, UtcTime now) {
    std::vector<store::FigureRow> rows;
    rows.reserve(data.figures.size());
    for (reputation::Figure& f : data.figures)
        rows.push_back({std::move(f.subject), std::move(f.source), std::move(f.metric), f.from, f.to, f.low,
                        f.high, std::move(f.text), text::toValidUtf8(file), now});
    return rows;
}

void printImport(const Globals& globals, const std::string& file, const reputation::SenderData& data,
                 const store::figures::Kept& kept) {
    if (!globals.json) {
        printLine(fmt::format("{}: {}, {} new, {} replaced, {} known, {} rejected", text::printable(file),
                              reputation::senderFormatName(data.format), text::counted(kept.added, "figure"),
                              kept.replaced, kept.same, text::counted(data.rejected.size(), "row")));
        for (size_t i = 0; i < std::min(data.rejected.size(), reasonsShown); ++i)
            printLine(fmt::format("  line {}: {}", data.rejected[i].line, data.rejected[i].reason));
        return;
    }
    json::array reasons;
    for (size_t i = 0; i < std::min(data.rejected.size(), reasonsShown); ++i)
        reasons.push_back(json::object{{"line", data.rejected[i].line},
                                       {"reason", json::foreign(data.rejected[i].reason)}});
    printLine(json::line(json::object{{"file", json::foreign(file)},
                                      {"format", reputation::senderFormatName(data.format)},
                                      {"records", data.records},
                                      {"figures", kept.added},
                                      {"replaced", kept.replaced},
                                      {"duplicates", kept.same},
                                      {"rejected", data.rejected.size()},
                                      {"rejections", std::move(reasons)}}));
}

void import(Globals& globals, const std::vector<std::string>& files) {
    auto workspace = openWorkspace(globals, true);
    if (!workspace) return printError(globals, workspace.error());
    for (const std::string& file : files) {
        auto content = contentOf(file);
        auto data = content ? reputation::readSenderData(*content, file) : fail(content.error());
        if (!data) {
            printRefused(globals, "file", file, data.error());
            continue;
        }
        auto rows = rowsOf(*data, file, SystemClock().now());
        store::figures::Kept kept;
        auto written =
            (*workspace)->write([&](store::Database& db) { kept = store::figures::keep(db, rows); }).get();
        if (!written) return printError(globals, written.error());
        printImport(globals, file, *data, kept);
        if (!data->rejected.empty()) raiseStatus(globals, 3);
    }
}

struct ShowOptions {
    std::string subject, source, since;
};

std::string numberText(const store::FigureRow& r) {
    if (!r.low) return text::printable(r.text);
    if (r.low == r.high) return fmt::format("{:g}", *r.low);
    return fmt::format("{:g} to {:g}", *r.low, *r.high);
}

void show(Globals& globals, const ShowOptions& o) {
    store::figures::Ask ask;
    ask.subject = text::lowered(o.subject);
    ask.source = text::lowered(o.source);
    if (!o.since.empty()) {
        auto at = app::parseWhen(o.since, SystemClock().now());
        if (!at) return printError(globals, at.error());
        ask.since = *at;
    }
    auto workspace = openWorkspace(globals, false);
    if (!workspace) return printError(globals, workspace.error());
    auto rows = (*workspace)->read([&](store::Database& db) { return store::figures::list(db, ask); });
    if (!rows) return printError(globals, rows.error());
    for (const store::FigureRow& r : *rows) {
        if (globals.json)
            printLine(
                json::line(json::object{{"subject", json::foreign(r.subject)},
                                        {"source", json::foreign(r.source)},
                                        {"metric", json::foreign(r.metric)},
                                        {"from", formatUtc(r.from)},
                                        {"to", formatUtc(r.to)},
                                        {"low", r.low ? json::value(*r.low) : json::value()},
                                        {"high", r.high ? json::value(*r.high) : json::value()},
                                        {"text", r.text.empty() ? json::value() : json::foreign(r.text)},
                                        {"file", json::foreign(r.file)}}));
        else
            printLine(fmt::format("{}  {:<24} {:<12} {:<28} {}", formatUtc(r.from),
                                  text::printable(r.subject), text::printable(r.source),
                                  text::printable(r.metric), numberText(r)));
    }
    if (rows->empty() && !globals.json) printLine("No figure is stored for that.");
}

} // namespace

void addReputation(CLI::App& app, Globals& globals) {
    auto* group = app.add_subcommand("reputation",
                                     "what providers tell about us: SNDS, Postmaster Tools, feedback loops");
    group->require_subcommand(1);
    group->footer("Example:\n  waypost-cli reputation import snds.csv --json");
    auto* in = group->add_subcommand("import", "take in files that providers hand out, found by content");
    auto files = std::make_shared<std::vector<std::string>>();
    in->add_option("FILE", *files, "SNDS CSV, Postmaster Tools JSON or CSV, feedback-loop CSV")->required();
    in->footer("Example:\n  waypost-cli reputation import snds.csv postmaster_example.org.csv --json");
    in->callback([&globals, files] { import(globals, *files); });
    auto* out = group->add_subcommand("show", "the stored figures, newest first");
    auto options = std::make_shared<ShowOptions>();
    out->add_option("--subject", options->subject, "only this address or domain")->type_name("S");
    out->add_option("--source", options->source, "snds, postmaster or the name of a feedback loop")
        ->type_name("S");
    out->add_option("--since", options->since, "that end after this time")->type_name("T");
    out->footer("Example:\n  waypost-cli reputation show --subject 203.0.113.7 --since now-720h");
    out->callback([&globals, options] { show(globals, *options); });
}

} // namespace waypost::cli
