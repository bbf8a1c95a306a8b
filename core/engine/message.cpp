// Message lab: messages are kept first and judged then, in a job; what is shown is judged anew over the
// stored answers, as of the first judgement or of the last time DNS was asked.
#include "base/text.h"
#include "base/uuid.h"
#include "dns/caching_resolver.h"
#include "engine/context.h"
#include "engine/message_judge.h"
#include "engine/message_view.h"
#include "engine/names.h"
#include "message/check.h"
#include "message/input.h"
#include "store/deflate.h"
#include "store/message_store.h"
#include "store/placement_store.h"

#include <fmt/format.h>

#include <filesystem>

namespace waypost::engine {

namespace {

constexpr int messagesShown = 1000;

static_assert(store::messages::maxBytes == message::maxMessageBytes);

MessageLine lineOf(const store::MessageRow& row, const std::vector<JobView>& jobs) {
    MessageLine out{row.id,    row.title,  row.sender, row.source, row.verdict, State(row.state),
                    row.added, row.judged, row.again,  {},         row.size,    row.headersOnly};
    for (const JobView& j : jobs)
        if (j.id == row.job && (j.state == JobState::Running || j.state == JobState::Queued)) out.job = j.id;
    return out;
}

std::vector<JobView> jobsOf(Context& c) {
    auto jobs = c.jobs->list();
    return jobs ? std::move(jobs->jobs) : std::vector<JobView>();
}

Result<net::IpAddress> address(const std::string& typed) {
    auto ip = net::IpAddress::parse(typed);
    if (!ip)
        return fail(ErrorCode::InvalidArgument, "connection",
                    fmt::format("\"{}\" is not an IP address.", text::printable(typed)));
    return *ip;
}

Result<void> checkConnection(const MessageConnection& given) {
    if (!given.ip.empty())
        if (auto ip = address(given.ip); !ip) return fail(ip.error());
    for (const std::string& word : {given.helo, given.mailFrom})
        if (word.size() > 1000 || word.find_first_of("\r\n\t ") != std::string::npos)
            return fail(ErrorCode::InvalidArgument, "connection",
                        fmt::format("\"{}\" is neither a HELO name nor an address.",
                                    text::printable(word.substr(0, 60))));
    return {};
}

std::string commandOf(const MessageConnection& c, const std::string& source) {
    const bool file = source.find_first_of(" /'\"\\") == std::string::npos && source.ends_with(".eml");
    std::string out = "waypost-cli message check " + (file ? source : std::string("message.eml"));
    const auto add = [&out](const char* option, const std::string& value) {
        if (!value.empty()) out += fmt::format(" {} '{}'", option, value == "<>" ? "" : value);
    };
    add("--ip", c.ip);
    add("--helo", c.helo);
    add("--mail-from", c.mailFrom);
    return out;
}

// What the judgement does not rest on, so that nobody takes "not asked" for "not there".
std::vector<std::string> notesOf(const StoredJudgement& judged) {
    std::vector<std::string> out;
    if (const auto& never = judged.neverAsked; !never.empty()) {
        std::string names;
        constexpr size_t named = 4;
        for (size_t i = 0; i < std::min(named, never.size()); ++i)
            names += fmt::format("{}{} {}", i ? ", " : "", text::printable(never[i].name),
                                 dns::recordTypeName(never[i].type));
        if (never.size() > named) names += fmt::format(" and {} more", never.size() - named);
        out.push_back(fmt::format("Not asked by then, so nothing is known of it: {}.", names));
    }
    if (judged.row.headersOnly)
        out.emplace_back("Only the headers were given: body hashes, parts and text are not judged.");
    return out;
}

} // namespace

Snapshot answer(Context& c, const MessagesQuery&) {
    const std::vector<JobView> jobs = jobsOf(c);
    return toSnapshot(c.workspace->read([&](store::Database& db) {
        Messages out;
        for (const store::MessageRow& row : store::messages::all(db, messagesShown))
            out.messages.push_back(lineOf(row, jobs));
        return out;
    }));
}

Snapshot answer(Context& c, const MessageQuery& q) {
    auto judged = judgeStored(c, q.id, q.now, true);
    if (!judged) return judged.error();
    const store::MessageRow& row = judged->row;
    MessageView view = messageView(judged->check, row.headersOnly);
    const MessageVerdict verdict = messageVerdict(judged->check, row.headersOnly);
    view.line = lineOf(row, jobsOf(c));
    view.line.verdict = verdict.text;
    view.line.state = verdict.state;
    view.judged = *judged->options.at;
    view.now = q.now;
    view.autopsies = autopsyViews(judged->autopsies);
    view.notes = notesOf(*judged);
    view.command = commandOf(view.connection, row.source);
    return view;
}

namespace {

Task<void> judgeJob(Context* c, std::string job, store::MessageRow row, mail::Bytes bytes) {
    // The chain is held, so that a change of the settings meanwhile does not take it away. The cache is of
    // this judgement alone: "now" means asked now.
    resolver(*c);
    auto held = c->names;
    dns::CachingResolver fresh(held->recording, c->clock);
    auto checking = message::check(fresh, bytes, checkOptions(*c, row));
    const message::MessageCheck check = co_await checking;
    if (c->jobs->stopToken(job).stop_requested()) {
        c->jobs->end(job, JobState::Cancelled, "Cancelled; the message is kept, no verdict was stored.");
        c->changed("messages", row.id);
        co_return;
    }
    const MessageVerdict verdict = messageVerdict(check, row.headersOnly);
    const std::string report = message::toJson(check, true);
    const std::string text = fmt::format("{}: {}.", row.title, verdict.text);
    c->workspace->write(
        [id = row.id, now = c->clock.now(), verdict, report](store::Database& db) {
            return store::messages::setJudged(db, id, now, verdict.text, int(verdict.state), report);
        },
        [c, job, id = row.id, text](Result<bool> stored) {
            if (!stored)
                c->jobs->end(job, JobState::Failed, stored.error().describe());
            else {
                c->activity("message.check", id, text);
                c->jobs->end(job, JobState::Done, text);
            }
            c->changed("messages", id);
        });
}

// Begins the job that judges a stored message; its id.
Result<std::string> judge(Context& c, const store::MessageRow& row, mail::Bytes bytes) {
    const MessageConnection given{row.ip, row.helo, row.mailFrom};
    std::string job = c.jobs->begin("message", "Judge \"" + row.title + "\"", commandOf(given, row.source));
    auto stored =
        c.workspace
            ->write([id = row.id, job](store::Database& db) { return store::messages::setJob(db, id, job); })
            .get();
    if (!stored || !*stored) {
        const Error problem =
            stored ? Error(ErrorCode::NotFound, "message", "This message is not in the workspace.")
                   : stored.error();
        c.jobs->end(job, JobState::Failed, problem.describe());
        return fail(problem);
    }
    c.changed("messages", row.id);
    c.loop.post([&c, job, judged = store::MessageRow(row), bytes = std::move(bytes)]() mutable {
        start(judgeJob(&c, job, std::move(judged), std::move(bytes)), [] {});
    });
    return job;
}

struct Given {
    message::MessageInput input;
    std::string source;
};

Result<Given> seedMessage(Context& c, const CheckMessage& command) {
    auto row = c.workspace->read(
        [&](store::Database& db) { return store::placement::result(db, command.run, command.seed); });
    if (!row) return fail(row.error());
    auto whole = c.workspace->read(
        [&](store::Database& db) { return store::placement::message(db, command.run, command.seed); });
    if (!whole) return fail(whole.error());
    if (*whole) {
        auto input = message::messageInput(std::move(**whole));
        if (!input) return fail(input.error());
        return Given{std::move(*input), text::printable(command.seed)};
    }
    if (!*row || !(*row)->headers || (*row)->headers->empty())
        return fail(ErrorCode::NotFound, "seed",
                    fmt::format("Nothing of the message at {} is stored: it was not found there.",
                                text::printable(command.seed)));
    auto input = message::messageInput(*(*row)->headers);
    if (!input) return fail(input.error());
    return Given{std::move(*input), text::printable(command.seed)};
}

Result<Given> given(Context& c, const CheckMessage& command) {
    if (!command.run.empty() || !command.seed.empty()) return seedMessage(c, command);
    const bool file = !command.file.empty();
    auto input = file ? message::readMessageFile(command.file) : message::messageInput(command.bytes);
    if (!input) return fail(input.error());
    return Given{std::move(*input),
                 file ? text::printable(std::filesystem::path(command.file).filename().string()) : "pasted"};
}

} // namespace

Snapshot perform(Context& c, const CheckMessage& command) {
    if (auto ok = checkConnection(command.connection); !ok) return ok.error();
    auto taken = given(c, command);
    if (!taken) return taken.error();
    SystemRandom random;
    store::MessageRow row;
    row.added = c.clock.now();
    row.id = uuid7(row.added, random);
    row.title = !command.title.empty()        ? text::printable(command.title)
                : !taken->input.title.empty() ? taken->input.title
                                              : "(no subject)";
    row.sender = taken->input.from;
    row.source = taken->source;
    row.ip = command.connection.ip;
    row.helo = command.connection.helo;
    row.mailFrom = command.connection.mailFrom;
    row.headersOnly = taken->input.headersOnly;
    row.size = std::int64_t(taken->input.bytes.size());
    auto bytes = std::make_shared<const std::string>(std::move(taken->input.bytes));
    auto packed = std::make_shared<const std::string>(store::deflated(*bytes));
    auto stored =
        c.workspace->write([row, packed](store::Database& db) { store::messages::insert(db, row, *packed); })
            .get();
    if (!stored) return stored.error();
    auto job = judge(c, row, std::move(bytes));
    if (!job) return job.error();
    return Done{row.id};
}

Snapshot perform(Context& c, const JudgeAgain& command) {
    if (command.connection)
        if (auto ok = checkConnection(*command.connection); !ok) return ok.error();
    if (command.connection) {
        auto set = c.workspace
                       ->write([command](store::Database& db) {
                           const MessageConnection& to = *command.connection;
                           return store::messages::setConnection(db, command.id, to.ip, to.helo, to.mailFrom);
                       })
                       .get();
        if (!set) return set.error();
    }
    mail::Bytes bytes;
    auto row = c.workspace->read([&](store::Database& db) -> Result<store::MessageRow> {
        auto found = store::messages::find(db, command.id);
        if (!found) return fail(ErrorCode::NotFound, "message", "This message is not in the workspace.");
        auto plain = store::messages::bytes(db, command.id);
        if (!plain) return fail(plain.error());
        bytes = std::make_shared<const std::string>(std::move(*plain));
        return std::move(*found);
    });
    if (!row) return row.error();
    auto job = judge(c, *row, std::move(bytes));
    if (!job) return job.error();
    return Done{*job};
}

Snapshot perform(Context& c, const ForgetMessage& command) {
    auto removed =
        c.workspace->write([command](store::Database& db) { return store::messages::remove(db, command.id); })
            .get();
    if (!removed) return removed.error();
    if (!*removed) return Error(ErrorCode::NotFound, "message", "This message is not in the workspace.");
    c.activity("message.forget", command.id, "A message of the lab and its verdict were removed.");
    c.changed("messages", command.id);
    return Done{command.id};
}

} // namespace waypost::engine
