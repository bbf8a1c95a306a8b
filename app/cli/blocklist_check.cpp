// `blocklist check`: targets against lists, a line for each pair, in the order of the input.
#include "base/text.h"
#include "cli/blocklist_group.h"
#include "cli/line_feed.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace waypost::cli {

namespace {

using reputation::Cell;
using reputation::List;
using reputation::Status;
using reputation::Target;

constexpr size_t maxLine = 1024;
constexpr size_t maxTargets = 100'000;

struct CheckOptions {
    std::vector<std::string> targets;
    std::string batch;
    bool listedOnly = false;
    ListOptions lists;
};

// What was given, in order: a target of the plan, or why there is none.
struct Row {
    size_t target = 0;
    std::optional<Error> refused;
    std::string given;
};

json::value orNull(const std::string& text) {
    return text.empty() ? json::value(nullptr) : json::foreign(text);
}

json::array textsOf(const std::vector<std::string>& texts) {
    json::array out;
    for (const std::string& t : texts) out.push_back(json::foreign(t));
    return out;
}

std::string toJson(const Target& target, const List& list, const Cell& cell) {
    const reputation::Judgement& j = cell.judgement;
    json::object o;
    o["target"] = json::foreign(target.given);
    o["list"] = list.zone.empty() ? list.id : list.zone;
    o["status"] = reputation::statusName(j.status);
    o["answer"] = orNull(text::join(j.answers, ", "));
    o["meaning"] = orNull(j.meaning);
    o["id"] = list.id;
    o["name"] = json::foreign(list.name);
    o["weight"] = list.weight;
    o["sub"] = textsOf(j.subs);
    o["welcome"] = j.welcome;
    o["score"] = j.score ? json::value(*j.score) : json::value(nullptr);
    o["reason"] = orNull(std::string(reputation::reasonName(j.reason)));
    o["asked"] = orNull(cell.name);
    o["dns"] = cell.asked ? json::value(dns::statusName(cell.dns)) : json::value(nullptr);
    o["txt"] = orNull(cell.txt);
    o["ttl"] = cell.ttl < 0 ? json::value(nullptr) : json::value(cell.ttl);
    o["server"] = orNull(cell.server);
    o["at"] = formatUtc(cell.at);
    if (j.status == Status::Listed) o["delist_page"] = orNull(list.delistPage);
    return json::line(o);
}

std::string_view word(const reputation::Judgement& j) {
    if (j.welcome && j.status == Status::Clean) return "welcome";
    if (j.score && j.status == Status::Clean) return "score";
    return reputation::statusName(j.status);
}

// Prints rows as soon as they and all before them are known.
class Printer {
  public:
    Printer(Globals& globals, const reputation::SweepPlan& plan, std::vector<Row> rows, bool listedOnly)
        : globals_(globals), plan_(plan), rows_(std::move(rows)), listedOnly_(listedOnly),
          cells_(plan.targets.size() * plan.lists.size()), missing_(plan.targets.size(), plan.lists.size()) {}

    void take(Cell cell) {
        cell.raw.clear();
        cell.rawTxt.clear();
        const size_t target = cell.target;
        auto& slot = cells_[target * plan_.lists.size() + cell.list];
        slot = std::make_unique<Cell>(std::move(cell));
        --missing_[target];
        flush();
    }

    void flush() {
        while (at_ < rows_.size() && (rows_[at_].refused || missing_[rows_[at_].target] == 0)) {
            const Row& row = rows_[at_++];
            if (row.refused)
                printRefused(globals_, "target", row.given, *row.refused);
            else
                print(row.target);
        }
    }

    // 1 something is listed, 4 nothing could be looked up, 3 some lists gave no answer.
    [[nodiscard]] int status() const {
        if (listed_ > 0) return 1;
        if (unknown_ == 0) return 0;
        return answered_ == 0 ? 4 : 3;
    }

  private:
    void print(size_t target) {
        std::array<int, 5> counts{};
        std::vector<std::vector<std::string>> table;
        for (size_t l = 0; l < plan_.lists.size(); ++l) {
            auto& slot = cells_[target * plan_.lists.size() + l];
            const Cell cell = std::move(*slot);
            slot.reset();
            const Status s = cell.judgement.status;
            ++counts[size_t(s)];
            if (globals_.json) {
                if (!listedOnly_ || s == Status::Listed)
                    printLine(toJson(plan_.targets[target], plan_.lists[l], cell));
                continue;
            }
            const std::string_view what = word(cell.judgement);
            if (what == "clean" || what == "not-applicable" || (listedOnly_ && s != Status::Listed)) continue;
            table.push_back({plan_.lists[l].zone, std::string(what), text::join(cell.judgement.answers, ", "),
                             text::printable(cell.judgement.meaning +
                                             (cell.txt.empty() ? "" : " \"" + cell.txt + "\""))});
        }
        const auto of = [&counts](Status s) { return counts[size_t(s)]; };
        listed_ += of(Status::Listed);
        answered_ += of(Status::Listed) + of(Status::Clean);
        unknown_ += of(Status::Refused) + of(Status::Error);
        if (!globals_.json) printText(plan_.targets[target], counts, table);
    }

    void printText(const Target& target, const std::array<int, 5>& counts,
                   const std::vector<std::vector<std::string>>& rows) {
        const auto of = [&counts](Status s) { return counts[size_t(s)]; };
        std::string out =
            fmt::format("{}  listed on {}, clean on {}, refused by {}, no answer from {}; {} do "
                        "not apply",
                        text::printable(target.given), of(Status::Listed), of(Status::Clean),
                        of(Status::Refused), of(Status::Error), of(Status::NotApplicable));
        if (!rows.empty()) out += "\n" + app::table({{"LIST"}, {"STATUS"}, {"ANSWER"}, {"MEANING"}}, rows);
        while (out.ends_with('\n')) out.pop_back();
        printLine(out);
    }

    Globals& globals_;
    const reputation::SweepPlan& plan_;
    std::vector<Row> rows_;
    bool listedOnly_;
    std::vector<std::unique_ptr<Cell>> cells_; // until its target is printed
    std::vector<size_t> missing_;
    size_t at_ = 0;
    std::int64_t listed_ = 0, answered_ = 0, unknown_ = 0;
};

void take(const std::string& given, std::vector<Row>& rows, std::vector<Target>& targets) {
    auto parsed = reputation::parseTargets(given);
    if (parsed && targets.size() + parsed->size() > maxTargets)
        parsed = fail(ErrorCode::TooLarge, "target", fmt::format("At most {} targets.", maxTargets));
    if (!parsed) {
        rows.push_back({0, parsed.error(), given});
        return;
    }
    for (Target& target : *parsed) {
        rows.push_back({targets.size(), std::nullopt, target.given});
        targets.push_back(std::move(target));
    }
}

Result<void> readBatch(const std::string& file, std::vector<Row>& rows, std::vector<Target>& targets) {
    auto feed = LineFeed::open(file, maxLine);
    if (!feed) return fail(feed.error());
    while (auto line = feed->next())
        if (const auto name = text::trim(*line); !name.empty()) take(std::string(name), rows, targets);
    return {};
}

void check(Globals& globals, CheckOptions o) {
    if (std::erase(o.targets, "-") > 0 && o.batch.empty()) o.batch = "-";
    if (o.targets.empty() && o.batch.empty()) throw CLI::RequiredError("TARGET");
    std::vector<Row> rows;
    reputation::SweepPlan plan;
    for (const std::string& given : o.targets) take(given, rows, plan.targets);
    if (!o.batch.empty())
        if (auto read = readBatch(o.batch, rows, plan.targets); !read)
            return printError(globals, read.error());
    auto lists = chosenLists(globals, o.lists);
    if (!lists) return printError(globals, lists.error());
    plan.lists = std::move(*lists);
    plan.suffixes = listSuffixes(globals);
    const reputation::SweepPlan shown = plan;
    Printer printer(globals, shown, std::move(rows), o.listedOnly);
    printer.flush();
    if (plan.targets.empty()) return;
    reputation::SweepEvents events;
    events.cell = [&printer](Cell cell) { printer.take(std::move(cell)); };
    auto counts = runSweep(globals, o.lists, std::move(plan), {}, std::move(events));
    if (!counts) return printError(globals, counts.error());
    raiseStatus(globals, printer.status());
}

} // namespace

void addBlocklistCheck(CLI::App& group, Globals& globals) {
    auto* run = group.add_subcommand("check", "ask lists about addresses, ranges, domains, mail addresses");
    auto options = std::make_shared<CheckOptions>();
    run->add_option(
        "TARGET", options->targets,
        "203.0.113.7, 203.0.113.0/28, 203.0.113.7-9, 2001:db8::7, example.org, a@example.org; - reads "
        "one a line from standard input");
    run->add_option("--batch", options->batch, "targets, one a line, after those named; - is standard input")
        ->type_name("FILE");
    run->add_flag("--listed", options->listedOnly, "say only what is listed");
    addListOptions(*run, options->lists);
    run->footer(
        "A list is tested before it is believed: one that fails its test points gives no verdict. "
        "A refusal, a timeout\n"
        "or an answer that is no list's is neither listed nor clean. An entry of a welcome-list is not "
        "a listing.\n\n"
        "Examples:\n  waypost-cli blocklist check 203.0.113.7 --json\n"
        "  waypost-cli blocklist check example.org --list dbl.spamhaus.org --nameserver 127.0.0.1\n\n"
        "Exit status: 0 nothing is listed, 1 something is, 2 a target was refused, 3 some lists gave no "
        "answer,\n"
        "4 no list gave one.");
    run->callback([&globals, options] { check(globals, *options); });
}

} // namespace waypost::cli
