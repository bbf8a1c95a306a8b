#include "dns/network_resolver.h"

#include "dns/network_state.h"

#include <bit>

namespace waypost::dns {

namespace {

constexpr int formatError = 1;
constexpr int notImplemented = 4;
constexpr int badVersion = 16;

// How much an outcome tells; the highest is reported.
int weight(Status s) {
    switch (s) {
    case Status::Ok:
    case Status::NxDomain:
    case Status::NoData: return 6;
    case Status::ServFail: return 5;
    case Status::Refused: return 4;
    case Status::Malformed: return 3;
    case Status::Timeout: return 2;
    case Status::Unreachable: return 1;
    case Status::Cancelled: return 0;
    }
    return 0;
}

} // namespace

void NetworkResolver::State::prepare() {
    options.window = std::clamp<size_t>(options.window, 1, maxWindow);
    byId.resize(std::clamp<size_t>(std::bit_ceil(options.window) * 32, 1024, 65536));
    options.tries = std::max(options.tries, 1);
    if (options.servers.size() > maxServers) options.servers.resize(maxServers);
    sockets.resize(options.servers.size());
    for (const auto& server : options.servers) serverTexts.push_back(server.toString());
    timer.emplace(loop, [weak = weak_from_this()](net::Timer::Reason reason) {
        auto self = weak.lock();
        if (!self) return;
        if (reason == net::Timer::Reason::Fired)
            self->expire();
        else
            self->cancelAll();
    });
}

Answer NetworkResolver::State::blank(const AskedQuery& q, Status status, std::string text) const {
    Answer answer;
    answer.question = q.question;
    answer.status = status;
    answer.at = clock.now();
    answer.text = std::move(text);
    if (q.server < serverTexts.size()) answer.server = serverTexts[q.server];
    return answer;
}

void NetworkResolver::State::ask(Question question, Done done) {
    ++counters.asked;
    auto q = std::make_shared<AskedQuery>();
    q->question = std::move(question);
    q->done = std::move(done);
    if (closed || timer->loopStopped()) {
        auto give = std::move(q->done);
        return give(blank(*q, Status::Cancelled, "The network loop has stopped."));
    }
    queue.push_back(std::move(q));
    pump();
}

// A loop and not a recursion: a question that ends at once makes room for the next one.
void NetworkResolver::State::pump() {
    if (pumping) return;
    pumping = true;
    while (!queue.empty() && active.size() < options.window) {
        QueryPtr q = std::move(queue.front());
        queue.pop_front();
        q->slot = active.size();
        active.push_back(q);
        launch(q);
    }
    pumping = false;
}

bool NetworkResolver::State::encode(AskedQuery& q) {
    QueryOptions how;
    how.recursionDesired = options.recursionDesired;
    how.dnssecOk = options.dnssecOk && q.edns;
    how.authenticData = true;
    how.udpSize = q.edns ? options.udpSize : std::uint16_t(0);
    auto bytes = encodeQuery(0, q.question, how);
    if (!bytes) {
        keep(q, blank(q, Status::Unreachable, bytes.error().text));
        return false;
    }
    q.bytes = std::move(*bytes);
    return true;
}

void NetworkResolver::State::launch(const QueryPtr& q) {
    if (options.servers.empty()) {
        keep(*q, blank(*q, Status::Unreachable, "No name server is configured."));
        return end(q);
    }
    if (!encode(*q)) return end(q);
    attempt(q);
}

void NetworkResolver::State::attempt(const QueryPtr& q) {
    ++q->attempt;
    q->attemptBegun = Monotonic::now();
    if (q->attempt == 1) q->begun = q->attemptBegun;
    if (q->attempt > 1) ++counters.repeated;
    if (options.tcpOnly)
        startTcp(q);
    else
        sendUdp(q);
}

void NetworkResolver::State::answered(const QueryPtr& q, Answer answer) {
    bool oldServer =
        answer.rcode == formatError || answer.rcode == notImplemented || answer.rcode == badVersion;
    if (answer.definite()) return finish(q, std::move(answer));
    keep(*q, std::move(answer));
    if (oldServer && q->edns) {
        // Some old servers know no EDNS: once more without it.
        release(*q);
        q->edns = false;
        if (encode(*q)) return attempt(q);
    }
    next(q, true);
}

void NetworkResolver::State::keep(AskedQuery& q, Answer answer) {
    bool better = !q.best || weight(answer.status) > weight(q.best->status);
    if (better) q.best = std::move(answer);
}

// On to the next server. One that has answered, whatever it was, is not asked in later rounds.
void NetworkResolver::State::next(const QueryPtr& q, bool answered) {
    release(*q);
    if (closed) return end(q);
    if (answered) q->answeredBy |= 1u << q->server;
    size_t count = options.servers.size();
    for (;;) {
        if (++q->server == count) {
            q->server = 0;
            if (++q->round >= options.tries) break;
        }
        bool skip = (q->answeredBy >> q->server & 1) != 0;
        if (!skip) return attempt(q);
        std::uint32_t all = count == maxServers ? ~0u : (1u << count) - 1;
        if (q->answeredBy == all) break;
    }
    end(q);
}

void NetworkResolver::State::end(const QueryPtr& q) {
    if (q->ended) return;
    Answer answer = q->best ? std::move(*q->best) : blank(*q, Status::Cancelled, "Cancelled.");
    if (answer.status == Status::Timeout) answer.took = since(q->begun);
    finish(q, std::move(answer));
}

void NetworkResolver::State::finish(const QueryPtr& q, Answer answer) {
    if (q->ended) return;
    // NOLINTNEXTLINE(performance-unnecessary-copy-initialization): the caller's may be the one in the table
    QueryPtr holder = q;
    holder->ended = true;
    release(*holder);
    if (holder->slot < active.size() && active[holder->slot] == holder) {
        active.back()->slot = holder->slot;
        std::swap(active[holder->slot], active.back());
        active.pop_back();
    }
    auto done = std::move(holder->done);
    auto self = shared_from_this();
    done(std::move(answer));
    pump();
}

void NetworkResolver::State::cancelAll() {
    closed = true;
    timer->cancel();
    deadlines.clear();
    auto pending = std::move(active);
    active.clear();
    auto waiting = std::move(queue);
    queue.clear();
    for (auto& q : pending) waiting.push_back(std::move(q));
    for (const auto& q : waiting) {
        q->best = blank(*q, Status::Cancelled, "The question was cancelled.");
        end(q);
    }
    for (auto& socket : sockets) socket.reset();
}

NetworkResolver::NetworkResolver(net::Loop& loop, const Clock& clock, Random& random,
                                 NetworkResolverOptions options)
    : state_(std::make_shared<State>(loop, clock, random, std::move(options))) {
    state_->prepare();
}

NetworkResolver::~NetworkResolver() {
    // Not from inside the destructor: whoever waits may be the owner of this object.
    state_->closed = true;
    if (state_->active.empty() && state_->queue.empty()) return;
    state_->loop.post([state = state_] { state->cancelAll(); });
}

void NetworkResolver::resolve(Question question, Done done) {
    state_->ask(std::move(question), std::move(done));
}

const NetworkResolver::Counters& NetworkResolver::counters() const {
    return state_->counters;
}

} // namespace waypost::dns
