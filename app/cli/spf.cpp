// spf check: one identity, or a batch that keeps its order. The rest of the group is in spf_record.cpp.
#include "auth/spf_json.h"
#include "base/text.h"
#include "cli/globals.h"
#include "cli/line_feed.h"
#include "cli/network.h"
#include "cli/spf_group.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <deque>

namespace waypost::cli {

namespace {

constexpr size_t maxInputLine = 64 * 1024;
constexpr size_t inFlight = 100;

struct Options {
    std::string ip, mailFrom, helo, receiver, batch;
    bool askedTrace = false, noTrace = false;
};

// "<a@b>" as SMTP writes it.
std::string withoutBrackets(std::string_view address) {
    address = text::trim(address);
    if (address.starts_with('<') && address.ends_with('>')) address = address.substr(1, address.size() - 2);
    return std::string(address);
}

Result<auth::SpfRequest> requestOf(std::string_view ip, std::string_view mailFrom, std::string_view helo,
                                   const std::string& stage) {
    const auto address = net::IpAddress::parse(text::trim(ip));
    if (!address)
        return fail(ErrorCode::InvalidArgument, stage,
                    fmt::format("\"{}\" is not an IP address.", text::printable(ip.substr(0, 80))));
    return auth::SpfRequest{*address, withoutBrackets(mailFrom), std::string(text::trim(helo))};
}

auth::SpfOptions spfOptions(const Options& o, const Network& network) {
    auth::SpfOptions out;
    out.clock = &network.clock;
    out.trace = !o.noTrace;
    if (!o.receiver.empty()) out.receiver = o.receiver;
    return out;
}

std::string answersText(const auth::SpfStep& step, const auth::SpfCheck& check) {
    std::string out;
    for (size_t i : step.answers) {
        const dns::Answer& a = *check.answers[i];
        std::string records;
        for (const auto& r : a.records) records += (records.empty() ? " " : ", ") + dns::presentation(r);
        out += fmt::format("{}    {} {}: {}{}{}, {} ms, {}\n", std::string(size_t(step.depth) * 2, ' '),
                           a.question.name, dns::recordTypeName(a.question.type), dns::statusName(a.status),
                           records, a.definite() ? fmt::format(", TTL {}", a.ttl()) : std::string(),
                           a.took.count(), a.server.empty() ? "no server" : a.server);
    }
    return out;
}

std::string toText(const auth::SpfRequest& request, const auth::SpfCheck& check) {
    std::string out =
        fmt::format("{}  {}  {} from {}\n  {}\n", auth::spfResultName(check.result), check.domain,
                    request.mailFrom.empty() ? "HELO" : "MAIL FROM", request.ip.toString(), check.reason);
    if (!check.explanation.empty()) out += fmt::format("  explanation: {}\n", check.explanation);
    out += fmt::format("  {} of {} lookups, {} of {} void lookups\n", check.lookups, auth::maxSpfLookups,
                       check.voids, auth::maxSpfVoidLookups);
    for (const auth::SpfStep& s : check.trace) {
        const std::string end = s.result    ? std::string(auth::spfResultName(*s.result))
                                : s.matched ? "matches"
                                            : "-";
        const bool renamed = !s.expansion.empty() && s.term.find(s.expansion) == std::string::npos;
        out += fmt::format("  {}{}{}  {}  cost {}, so far {}/{}{}\n", std::string(size_t(s.depth) * 2, ' '),
                           s.term.empty() ? "record of " + s.domain : s.term,
                           renamed ? " (" + s.expansion + ")" : std::string(), end, s.cost, s.lookups,
                           s.voids, s.note.empty() ? std::string() : "  " + s.note);
        out += answersText(s, check);
    }
    return text::printableLines(out);
}

void checkOne(Globals& globals, const Options& o) {
    auto request = requestOf(o.ip, o.mailFrom, o.helo, "--ip");
    if (!request) return printError(globals, request.error());
    auto network = openNetwork(globals);
    if (!network) return printError(globals, network.error());
    const auth::SpfCheck check =
        (*network)->run(auth::checkSpf((*network)->resolver, *request, spfOptions(o, **network)));
    printLine(globals.json ? json::line(auth::toJson(check)) : toText(*request, check));
}

// Lines of a batch: {"id","ip","mail_from","helo"}.
class Batch {
  public:
    Batch(Globals& globals, const Options& options, Network& network)
        : globals_(globals), network_(network), json_(globals.json), options_(spfOptions(options, network)) {
        options_.records = &records_;
    }

    void run(LineFeed& feed) {
        bool more = true;
        while (more || !slots_.empty()) {
            if (more && slots_.size() < inFlight && (running_ == 0 || feed.ready())) {
                auto line = feed.next();
                more = line.has_value();
                if (line) take(*line, feed.cut());
            } else if (running_ > 0) {
                const size_t before = running_;
                network_.loop.runUntil([&] { return running_ < before; });
            }
            flush();
        }
        if (refused_ > 0) raiseStatus(globals_, refused_ == number_ ? 2 : 3);
    }

  private:
    struct Slot {
        std::optional<std::string> line;
    };

    void take(const std::string& line, bool cut) {
        if (text::trim(line).empty()) return;
        ++number_;
        const std::string stage = "line " + std::to_string(number_);
        auto slot = std::make_shared<Slot>();
        slots_.push_back(slot);
        json::value id(std::to_string(number_));
        auto request =
            cut ? Result<auth::SpfRequest>(fail(ErrorCode::TooLarge, stage,
                                                fmt::format("A line has at most {} bytes.", maxInputLine)))
                : read(line, stage, id);
        if (!request) return refuse(*slot, id, request.error());
        ++running_;
        auto ended = [this, slot, id, request = *request](const auth::SpfCheck& check) {
            --running_;
            slot->line = json_ ? checkLine(id, check) : batchText(id, request, check);
        };
        start(auth::checkSpf(network_.resolver, *request, options_), std::move(ended));
    }

    static Result<auth::SpfRequest> read(const std::string& line, const std::string& stage, json::value& id) {
        auto value = json::parse(line, stage);
        if (!value) return fail(value.error());
        const json::object* o = value->if_object();
        if (!o) return fail(ErrorCode::InvalidArgument, stage, "The line is no JSON object.");
        if (const json::value* given = o->if_contains("id")) id = *given;
        if (!o->contains("ip"))
            return fail(ErrorCode::InvalidArgument, stage, "The object has no field \"ip\".");
        for (const char* field : {"ip", "mail_from", "helo"})
            if (const json::value* v = o->if_contains(field); v && !v->is_string() && !v->is_null())
                return fail(ErrorCode::InvalidArgument, stage, fmt::format("\"{}\" is no string.", field));
        return requestOf(json::text(*o, "ip"), json::text(*o, "mail_from"), json::text(*o, "helo"), stage);
    }

    static std::string checkLine(const json::value& id, const auth::SpfCheck& check) {
        json::object out;
        out["id"] = id;
        for (auto& field : auth::toJson(check)) out[field.key()] = std::move(field.value());
        return json::line(out);
    }
    static std::string batchText(const json::value& id, const auth::SpfRequest& request,
                                 const auth::SpfCheck& check) {
        return text::printable(fmt::format("{}\t{}\t{}\t{}\t{}", json::line(id),
                                           auth::spfResultName(check.result), request.ip.toString(),
                                           check.domain, check.reason));
    }

    void refuse(Slot& slot, const json::value& id, const Error& error) {
        ++refused_;
        json::object line;
        line["id"] = id;
        line["error"] =
            json::object{{"code", errorCodeName(error.code)}, {"text", json::foreign(error.describe())}};
        slot.line = json_ ? json::line(line)
                          : text::printable(fmt::format("{}\terror\t{}", json::line(id), error.describe()));
    }

    void flush() {
        while (!slots_.empty() && slots_.front()->line) {
            printLine(*slots_.front()->line);
            slots_.pop_front();
        }
    }

    Globals& globals_;
    Network& network_;
    bool json_;
    auth::SpfRecordCache records_;
    auth::SpfOptions options_;
    std::deque<std::shared_ptr<Slot>> slots_; // in input order; the first unfinished one holds back the rest
    size_t running_ = 0, number_ = 0, refused_ = 0;
};

void check(Globals& globals, const Options& o) {
    if (o.batch.empty()) {
        if (o.ip.empty())
            return printError(
                globals, Error(ErrorCode::InvalidArgument, "spf check",
                               "Give --ip with --mail-from or --helo, or a file of checks with --batch."));
        return checkOne(globals, o);
    }
    if (!o.ip.empty() || !o.mailFrom.empty() || !o.helo.empty())
        return printError(globals, Error(ErrorCode::InvalidArgument, "spf check",
                                         "A batch brings its own addresses: give --batch alone."));
    auto feed = LineFeed::open(o.batch, maxInputLine);
    if (!feed) return printError(globals, feed.error());
    auto network = openNetwork(globals);
    if (!network) return printError(globals, network.error());
    (*network)->keepAnswers = false;
    Batch(globals, o, **network).run(*feed);
}

} // namespace

void addSpf(CLI::App& app, Globals& globals) {
    auto* group = app.add_subcommand("spf", "SPF as a receiver evaluates it (RFC 7208)");
    group->require_subcommand(1);
    group->footer(
        "Example:\n  waypost-cli spf check --ip 203.0.113.7 --mail-from a@example.org --helo mx.example.org");
    auto* run = group->add_subcommand("check", "evaluate SPF for a client, and show each step");
    auto o = std::make_shared<Options>();
    run->add_option("--ip", o->ip, "address of the client")->type_name("A");
    run->add_option("--mail-from", o->mailFrom, "envelope sender; empty: the HELO identity is checked")
        ->type_name("ADDRESS");
    run->add_option("--helo", o->helo, "what the client said in HELO")->type_name("NAME");
    run->add_option("--batch", o->batch,
                    "checks as JSON Lines {\"id\",\"ip\",\"mail_from\",\"helo\"}; - reads standard input")
        ->type_name("FILE");
    auto* traced = run->add_flag("--trace", o->askedTrace, "show each step with its answers (the default)");
    run->add_flag("--no-trace", o->noTrace, "the result alone")->excludes(traced);
    run->add_option("--receiver", o->receiver, "our own name, for the macro r (default: unknown)")
        ->type_name("NAME");
    run->footer(
        "A batch gives one result for each line, in the order of the lines; a line that cannot be read gives "
        "an error in its place.\n\nExample:\n  waypost-cli spf check --batch checks.jsonl --json\n\n"
        "Exit status: 0 every check has a result, 2 every line was refused, 3 some were.");
    run->callback([&globals, o] { check(globals, *o); });
    addSpfRecordVerbs(*group, globals);
}

} // namespace waypost::cli
