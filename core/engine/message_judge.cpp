// Judging over stored answers, and the evidence bundle made of that.
#include "engine/message_judge.h"

#include "base/text.h"
#include "message/bundle.h"
#include "store/atomic_file.h"
#include "store/stored_resolver.h"

#include <fmt/format.h>

#include <algorithm>

namespace waypost::engine {

message::CheckOptions checkOptions(Context& c, const store::MessageRow& row) {
    message::CheckOptions o;
    if (!row.ip.empty()) o.connection.ip = net::IpAddress::parse(row.ip);
    o.connection.helo = row.helo;
    if (!row.mailFrom.empty()) {
        o.connection.mailFrom = row.mailFrom == "<>" ? std::string() : row.mailFrom;
        o.connection.mailFromKnown = true;
    }
    o.clock = &c.clock;
    o.publicSuffixes = c.publicSuffixes;
    return o;
}

namespace {

// A body or header hash that does not come out; without the body every one does not.
bool isBroken(const StoredJudgement& judged) {
    const auto& all = judged.check.dkim.signatures;
    return !judged.row.headersOnly &&
           std::any_of(all.begin(), all.end(), [](const auth::DkimSignatureCheck& s) {
               return s.result != auth::DkimResult::Pass && (s.bodyOk == false || s.headerOk == false);
           });
}

} // namespace

Result<StoredJudgement> judgeStored(Context& c, const std::string& id, bool now, bool autopsies) {
    return c.workspace->read([&](store::Database& db) -> Result<StoredJudgement> {
        auto row = store::messages::find(db, id);
        if (!row) return fail(ErrorCode::NotFound, "message", "This message is not in the workspace.");
        const std::optional<UtcTime> at = now ? row->again : row->judged;
        if (!at)
            return fail(ErrorCode::NotFound, "message",
                        now ? "DNS was not asked again for this message."
                            : "This message was not judged yet.");
        auto bytes = store::messages::bytes(db, id);
        if (!bytes) return fail(bytes.error());
        store::StoredResolver stored(db, *at);
        StoredJudgement out;
        out.options = checkOptions(c, *row);
        out.options.at = *at;
        out.row = std::move(*row);
        auto message = std::make_shared<const std::string>(std::move(*bytes));
        auto checking = message::check(stored, message, out.options);
        auto check = runReady(std::move(checking));
        if (!check)
            return fail(ErrorCode::Internal, "message", "The judgement waits for something it never asked.");
        out.check = std::move(*check);
        out.neverAsked = stored.neverAsked();
        if (!autopsies || !isBroken(out)) return out;
        auth::DkimVerifyOptions how;
        how.now = *at;
        auto searching = auth::autopsyDkim(stored, out.check.headers, how);
        if (auto found = runReady(std::move(searching))) out.autopsies = std::move(*found);
        return out;
    });
}

namespace {

Result<std::string> writeBundle(Context& c, const ExportBundle& command) {
    auto judged = judgeStored(c, command.message, command.now, false);
    if (!judged) return fail(judged.error());
    auto zip =
        message::packBundle(message::bundleOf(judged->check, judged->options, "waypost " WAYPOST_VERSION));
    if (!zip) return fail(zip.error());
    if (auto written = store::replaceFile(command.file, *zip); !written) return fail(written.error());
    return fmt::format("Evidence of \"{}\" written to {}: {}, DNS as of {}.", judged->row.title,
                       text::printable(command.file), text::counted(judged->check.answers.size(), "answer"),
                       formatUtc(*judged->options.at));
}

} // namespace

Snapshot perform(Context& c, const ExportBundle& command) {
    if (command.file.empty())
        return Error(ErrorCode::InvalidArgument, "bundle", "A file to write the evidence to is missing.");
    const std::string job =
        c.jobs->begin("bundle", "Export evidence to " + text::printable(command.file), "");
    c.work->post([&c, job, command](const std::stop_token&) {
        const Result<std::string> written = writeBundle(c, command);
        if (!written) return c.jobs->end(job, JobState::Failed, written.error().describe());
        c.activity("message.export", command.message, *written);
        c.jobs->end(job, JobState::Done, *written);
    });
    return Done{job};
}

} // namespace waypost::engine
