#include "engine/run_task.h"

#include "base/json.h"
#include "base/log.h"
#include "base/uuid.h"
#include "engine/names.h"
#include "placement/statistics.h"
#include "store/event_writer.h"
#include "store/transcript_store.h"

#include <fmt/format.h>

namespace waypost::engine {

namespace {

void logFailure(const char* what, const Result<void>& r) {
    if (!r) log::warn(what, r.error().describe());
}

} // namespace

RunTask::RunTask(Context& c, Parts parts)
    : c_(c), parts_(std::move(parts)), names_((resolver(c), c.names)),
      deliverer_(c.dialer, names_->cache, c.clock, random_), sender_(*this),
      reader_(c.dialer, c.clock, readerOptions()), sleeper_(c.loop),
      runner_(sender_, reader_, c.clock, sleeper_, hooks()) {}

placement::ImapReaderOptions RunTask::readerOptions() {
    placement::ImapReaderOptions o;
    o.addresses = [this](std::string host) { return addresses(std::move(host)); };
    o.secret = [this](std::string name) { return secret(std::move(name)); };
    o.caPem = c_.lab ? c_.lab->caPem() : parts_.route.caPem; // what the operator trusts, for mailboxes too
    o.session.version = WAYPOST_VERSION;
    o.wholeUpTo = store::placement::maxSeedMessage;
    return o;
}

placement::RunHooks RunTask::hooks() {
    placement::RunHooks h;
    h.changed = [this](const placement::SeedResult& r) { changed(r); };
    h.intent = [this](placement::SeedResult r) { return intent(std::move(r)); };
    return h;
}

void RunTask::begin() {
    onStop_ = std::make_unique<std::stop_callback<std::function<void()>>>(c_.jobs->stopToken(parts_.job),
                                                                          [this] { runner_.cancel(); });
    start(run(), [self = shared_from_this()] {});
}

Task<void> RunTask::run() {
    auto results = placement::planRun(parts_.spec, c_.clock.now(), random_);
    for (const placement::SeedResult& r : results) changed(r);
    auto running = runner_.run(parts_.spec, std::move(results));
    const placement::RunOutcome outcome = co_await running;
    finish(outcome);
}

void RunTask::finish(const placement::RunOutcome& outcome) {
    onStop_.reset();
    const placement::Counts counts = placement::count(outcome.results);
    const std::string text = fmt::format(
        "{} of {} seeds judged: {} inbox, {} category, {} spam, {} other, {} missing.", counts.verdicts(),
        counts.seeds, counts.inbox, counts.category, counts.junk, counts.other, counts.missing);
    const char* state = outcome.cancelled ? "cancelled" : "done";
    Context& c = c_;
    c.workspace->write(
        [run = parts_.run, state = std::string(state), text, now = c.clock.now()](store::Database& db) {
            store::placement::setRunState(db, run, state, text, now);
        },
        [&c, job = parts_.job, run = parts_.run, text, cancelled = outcome.cancelled](Result<void> stored) {
            if (!stored) return c.jobs->end(job, JobState::Failed, stored.error().describe());
            c.activity("placement.done", run, text);
            c.changed("runs", run);
            c.jobs->end(job, cancelled ? JobState::Cancelled : JobState::Done, text);
        });
}

Task<Result<std::vector<net::IpAddress>>> RunTask::addresses(std::string host) {
    std::vector<dns::Answer> answers;
    auto looking = delivery::findAddresses(&names_->cache, host, 0, &answers);
    const delivery::MxHost found = co_await looking;
    if (found.addresses.empty())
        co_return fail(ErrorCode::Network, "imap host",
                       fmt::format("{} has no address: {}.", host, found.text));
    co_return found.addresses;
}

// The secret file is read on this thread: a small file, once for each look.
Task<Result<Secret>> RunTask::secret(std::string name) {
    co_return c_.secrets->get(name);
}

std::string
RunTask::transcriptId(const std::shared_ptr<const Transcript>& transcript, const char*,
                      std::vector<std::pair<std::string, std::shared_ptr<const Transcript>>>* added) {
    if (!transcript || transcript->empty()) return {};
    auto it = transcripts_.find(transcript.get());
    if (it != transcripts_.end()) return it->second.first;
    std::string id = uuid7(c_.clock.now(), random_);
    transcripts_[transcript.get()] = {id, transcript};
    added->push_back({id, transcript});
    return id;
}

store::SeedResultRow
RunTask::row(const placement::SeedResult& r,
             std::vector<std::pair<std::string, std::shared_ptr<const Transcript>>>* added) {
    store::SeedResultRow out;
    out.run = parts_.run;
    out.seed = r.seedId;
    out.provider = r.provider;
    out.state = placement::seedStateName(r.state);
    out.folder = r.folder;
    out.text = placement::describe(r, parts_.spec.waitMinutes);
    json::object detail{{"send", placement::sendProgressName(r.send)},
                        {"attempts", r.attempts},
                        {"code", r.replyCode},
                        {"reply", json::foreign(r.reply)},
                        {"gmail_category", json::foreign(r.category)},
                        {"uid", r.uid},
                        {"uid_validity", r.uidValidity},
                        {"token", r.token},
                        {"problem", json::foreign(r.problem)}};
    out.detail = json::line(detail);
    out.category = categories_[r.seedId];
    out.messageKey = r.token;
    if (r.sentAt.ms != 0) out.sentAt = r.sentAt;
    if (r.foundAt.ms != 0) out.foundAt = r.foundAt;
    out.latency = r.latency;
    if (!r.headers.empty()) out.headers = r.headers;
    out.smtpTranscript = transcriptId(r.sendTranscript, "smtp", added);
    out.imapTranscript = transcriptId(r.readTranscript, "imap", added);
    out.updated = c_.clock.now();
    return out;
}

namespace {

using Added = std::vector<std::pair<std::string, std::shared_ptr<const Transcript>>>;

// One transaction: the row and the transcripts it points to.
void store_(store::Database& db, const store::SeedResultRow& row, const Added& added, UtcTime now) {
    for (const auto& [id, transcript] : added)
        store::transcripts::insert(
            db, {id, id == row.smtpTranscript ? "smtp" : "imap", row.seed, now, *transcript});
    store::placement::saveResult(db, row);
}

} // namespace

void RunTask::changed(const placement::SeedResult& r) {
    Added added;
    store::SeedResultRow stored = row(r, &added);
    std::string message; // once: it does not change
    if (!r.message.empty() && keptMessages_.insert(r.seedId).second) message = r.message;
    c_.workspace->write(
        [stored, added, message, now = c_.clock.now()](store::Database& db) {
            store_(db, stored, added, now);
            if (!message.empty()) store::placement::saveMessage(db, stored.run, stored.seed, message);
        },
        [](Result<void> done) { logFailure("placement", done); });
    c_.changed("runs", parts_.run);
    if (placement::isFinal(r.state) && !settledSeeds_[r.seedId]) {
        settledSeeds_[r.seedId] = true;
        ++settled_;
    }
    c_.jobs->progress(parts_.job, settled_, std::int64_t(parts_.spec.seeds.size()),
                      fmt::format("{} of {} seeds settled", settled_, parts_.spec.seeds.size()));
}

// Stored before the message goes out: what was begun is never sent twice.
Task<bool> RunTask::intent(placement::SeedResult result) {
    Added added;
    store::SeedResultRow stored = row(result, &added);
    auto waiting = completion<bool>([this, stored, added](std::move_only_function<void(bool)> done) {
        auto shared = std::make_shared<std::move_only_function<void(bool)>>(std::move(done));
        c_.workspace->write(
            [stored, added, now = c_.clock.now()](store::Database& db) { store_(db, stored, added, now); },
            [this, shared](Result<void> r) {
                logFailure("placement", r);
                c_.loop.post([shared, ok = r.has_value()] { (*shared)(ok); });
            });
    });
    const bool ok = co_await waiting;
    co_return ok;
}

Task<placement::SendOutcome> RunTask::RouteSender::send(placement::Seed seed, std::string envelopeSender,
                                                        std::string message) {
    // The rate is kept between the beginnings of two sends, whichever worker they belong to.
    const Millis now = task_.c_.clock.monotonic();
    const Millis slot = std::max(now, nextSlot_);
    nextSlot_ = slot + Millis(1000 / std::max(1, task_.parts_.perSecond));
    if (slot > now) {
        auto pause = task_.c_.loop.sleep(slot - now);
        co_await pause;
    }
    placement::SendOutcome out;
    auto sender = mail::MailAddress::parse(envelopeSender);
    auto recipient = mail::MailAddress::parse(seed.address);
    if (!sender || !recipient) {
        out.reply = !sender ? sender.error().text : recipient.error().text;
        co_return out;
    }
    auto bytes = std::make_shared<const std::string>(std::move(message));
    auto delivering = task_.deliverer_.deliver(task_.parts_.route, *sender, *recipient, bytes);
    const delivery::Attempt attempt = co_await delivering;
    using Kind = placement::SendOutcome::Kind;
    switch (attempt.result.outcome) {
    case smtp::Outcome::Accepted: out.kind = Kind::Accepted; break;
    case smtp::Outcome::Rejected: out.kind = Kind::Refused; break;
    case smtp::Outcome::Uncertain: out.kind = Kind::Uncertain; break;
    case smtp::Outcome::Deferred:
    case smtp::Outcome::NotAttempted: out.kind = Kind::Deferred; break;
    }
    if (attempt.result.reply) {
        out.code = attempt.result.reply->code;
        out.reply = attempt.result.reply->summary();
    } else {
        out.reply = attempt.result.failure;
    }
    out.transcript = attempt.transcript;
    task_.record(seed, envelopeSender, attempt);
    co_return out;
}

// Every attempt is a reply event like those of imported logs.
void RunTask::record(const placement::Seed& seed, const std::string& sender,
                     const delivery::Attempt& attempt) {
    reply::ReplyEvent e;
    e.at = attempt.at;
    e.source = "placement";
    e.stream = "seed";
    e.campaign = parts_.spec.name;
    e.sender = sender;
    if (attempt.peer) {
        e.sendingIp = attempt.localIp.toString();
        e.mxIp = attempt.peer->ip.toString();
    }
    e.messageKey = parts_.spec.token + "/" + seed.id;
    e.recipient = seed.address;
    e.recipientDomain = attempt.result.address.domain();
    e.mxHost = attempt.mxHost;
    e.provider =
        seed.provider.empty() ? std::string(c_.providers->find(e.mxHost, e.recipientDomain)) : seed.provider;
    e.stage = reply::Stage(int(attempt.result.stage) + 1);
    if (attempt.tls) e.tls = attempt.tls->protocol;
    if (attempt.result.reply) {
        e.code = attempt.result.reply->code;
        e.enhanced = attempt.result.reply->enhanced;
        e.text = attempt.result.reply->text();
    } else {
        e.text = attempt.result.failure;
    }
    const reply::Verdict v =
        c_.classifier()->classify({e.text, e.code, e.enhanced, e.provider, e.mxHost, e.stage});
    e.category = v.category;
    e.cause = v.cause;
    e.permanence = v.permanence;
    e.action = v.action;
    e.rule = v.rule;
    e.ruleVersion = v.ruleVersion;
    e.spanStart = v.spanStart;
    e.spanLength = v.spanLength;
    e.list = v.list;
    e.template_ = v.templateKey;
    e.latencyMs = std::int32_t(attempt.took.count());
    Added added;
    e.evidence.transcript = transcriptId(attempt.transcript, "smtp", &added);
    categories_[seed.id] = reply::categoryName(e.category);
    c_.workspace->write(
        [e, added, now = c_.clock.now()](store::Database& db) {
            for (const auto& [id, transcript] : added)
                store::transcripts::insert(db, {id, "smtp", e.mxHost, now, *transcript});
            store::appendEvents(db, std::span(&e, 1));
        },
        [](Result<void> done) { logFailure("placement", done); });
    c_.changed("events");
}

static_assert(int(reply::Stage::Connect) == int(smtp::Stage::Connect) + 1 &&
              int(reply::Stage::After) == int(smtp::Stage::After) + 1);

} // namespace waypost::engine
