#include "dns/network_resolver.h"

#include "dns/wire.h"
#include "net/dialer.h"
#include "net/timer.h"
#include "net/udp_client.h"

#include <fmt/format.h>

#include <deque>

namespace waypost::dns {

namespace {

using Monotonic = std::chrono::steady_clock;

constexpr int formatError = 1;
constexpr int notImplemented = 4;
constexpr int badVersion = 16;

Millis since(Monotonic::time_point begun) {
    return std::chrono::duration_cast<Millis>(Monotonic::now() - begun);
}

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

// A UDP socket to one server, in use until its last query has ended.
struct Socket {
    std::unique_ptr<net::UdpClient> udp;
    size_t server = 0;
    int used = 0;
    std::uint64_t strays = 0;
};

struct Query {
    Question question;
    Resolver::Done done;
    std::string bytes; // the query; the id is written into it for each attempt
    std::shared_ptr<Socket> socket;
    std::optional<Answer> best;
    Monotonic::time_point begun, attemptBegun;
    std::uint64_t strayBase = 0;  // the socket's strays when this attempt began
    std::uint32_t attempt = 0;    // counts the attempts; the end of an older TCP attempt does not match it
    std::uint32_t answeredBy = 0; // bit per server that need not be asked again
    std::uint64_t sending = 0;    // the datagram that is waited for; unlike the id never used twice
    std::uint16_t id = 0;
    size_t server = 0;
    int round = 0;
    bool edns = true;
    bool waiting = false; // its id is in the table
    bool ended = false;
};
using QueryPtr = std::shared_ptr<Query>;

constexpr size_t maxServers = 32; // bits of Query::answeredBy

// Small, because it stays until its time also when the answer has come.
struct Deadline {
    Monotonic::time_point at;
    std::uint64_t sending;
    std::uint16_t id;
};

} // namespace

struct NetworkResolver::State : std::enable_shared_from_this<State> {
    State(net::Loop& l, const Clock& c, Random& r, NetworkResolverOptions o)
        : loop(l), clock(c), random(r), options(std::move(o)), dialer(l), byId(65536) {}

    void prepare();
    void ask(Question question, Done done);
    void pump();
    bool encode(Query& q);
    void launch(const QueryPtr& q);
    void attempt(const QueryPtr& q);
    void sendUdp(const QueryPtr& q);
    void startTcp(const QueryPtr& q);
    Task<Answer> overTcp(QueryPtr q, net::Endpoint server);
    std::shared_ptr<Socket> socketFor(size_t server, std::string& failure);
    void assignId(const QueryPtr& q);
    void release(Query& q);
    void received(Socket& socket, std::string_view bytes);
    void answered(const QueryPtr& q, Answer answer);
    void keep(Query& q, Answer answer);
    void next(const QueryPtr& q, bool answered);
    void socketFailed(Socket& socket, net::IoStatus status, const std::string& text);
    void expire();
    void dropPastDeadlines();
    void armTimer();
    void end(const QueryPtr& q);
    void cancelAll();
    Answer blank(const Query& q, Status status, std::string text) const;

    net::Loop& loop;
    const Clock& clock;
    Random& random;
    NetworkResolverOptions options;
    net::TcpDialer dialer;
    std::vector<QueryPtr> byId;
    std::vector<std::shared_ptr<Socket>> sockets; // the current one of each server
    std::deque<QueryPtr> queue;
    std::unordered_map<Query*, QueryPtr> active;
    std::deque<Deadline> deadlines; // in order: every attempt has the same time
    std::optional<net::Timer> timer;
    Counters counters;
    std::uint64_t idBits = 0;
    int idsLeft = 0;
    bool pumping = false;
    bool closed = false;
};

void NetworkResolver::State::prepare() {
    options.window = std::clamp<size_t>(options.window, 1, maxWindow);
    options.tries = std::max(options.tries, 1);
    if (options.servers.size() > maxServers) options.servers.resize(maxServers);
    sockets.resize(options.servers.size());
    timer.emplace(loop, [weak = weak_from_this()](net::Timer::Reason reason) {
        auto self = weak.lock();
        if (!self) return;
        if (reason == net::Timer::Reason::Fired)
            self->expire();
        else
            self->cancelAll();
    });
}

Answer NetworkResolver::State::blank(const Query& q, Status status, std::string text) const {
    Answer answer;
    answer.question = q.question;
    answer.status = status;
    answer.at = clock.now();
    answer.text = std::move(text);
    if (q.server < options.servers.size()) answer.server = options.servers[q.server].toString();
    return answer;
}

void NetworkResolver::State::ask(Question question, Done done) {
    ++counters.asked;
    auto q = std::make_shared<Query>();
    q->question = std::move(question);
    q->done = std::move(done);
    q->begun = q->attemptBegun = Monotonic::now();
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
        active.emplace(q.get(), q);
        launch(q);
    }
    pumping = false;
}

bool NetworkResolver::State::encode(Query& q) {
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
    q->begun = Monotonic::now();
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
    if (q->attempt > 1) ++counters.repeated;
    if (options.tcpOnly)
        startTcp(q);
    else
        sendUdp(q);
}

std::shared_ptr<Socket> NetworkResolver::State::socketFor(size_t server, std::string& failure) {
    auto& current = sockets[server];
    if (current && current->used < queriesPerSocket) return current;
    auto fresh = std::make_shared<Socket>();
    fresh->server = server;
    net::UdpClient::Events events;
    std::weak_ptr<Socket> weakSocket = fresh;
    events.datagram = [weak = weak_from_this(), weakSocket](std::string_view bytes) {
        auto self = weak.lock();
        auto socket = weakSocket.lock();
        if (self && socket) self->received(*socket, bytes);
    };
    events.failed = [weak = weak_from_this(), weakSocket](net::IoStatus status, const std::string& text) {
        auto self = weak.lock();
        auto socket = weakSocket.lock();
        if (self && socket) self->socketFailed(*socket, status, text);
    };
    auto opened = net::UdpClient::open(loop, options.servers[server], std::move(events));
    if (!opened) {
        failure = opened.error().text;
        return nullptr;
    }
    fresh->udp = std::move(*opened);
    current = fresh;
    return fresh;
}

void NetworkResolver::State::assignId(const QueryPtr& q) {
    do {
        if (idsLeft == 0) {
            idBits = random.next();
            idsLeft = 4;
        }
        q->id = std::uint16_t(idBits);
        idBits >>= 16;
        --idsLeft;
    } while (byId[q->id]);
    byId[q->id] = q;
    q->waiting = true;
    q->bytes[0] = char(q->id >> 8);
    q->bytes[1] = char(q->id & 0xff);
}

void NetworkResolver::State::release(Query& q) {
    if (q.waiting) byId[q.id].reset();
    q.waiting = false;
    q.socket.reset();
}

void NetworkResolver::State::sendUdp(const QueryPtr& q) {
    std::string failure;
    auto socket = socketFor(q->server, failure);
    if (!socket) {
        keep(*q, blank(*q, Status::Unreachable, std::move(failure)));
        return next(q, true);
    }
    ++socket->used;
    ++counters.sent;
    q->strayBase = socket->strays;
    q->socket = std::move(socket);
    assignId(q);
    q->socket->udp->send(q->bytes);
    q->sending = counters.sent;
    deadlines.push_back({q->attemptBegun + options.timeout, q->sending, q->id});
    dropPastDeadlines();
    if (!timer->armed()) armTimer();
}

void NetworkResolver::State::received(Socket& socket, std::string_view bytes) {
    auto id = messageId(bytes);
    QueryPtr q = id ? byId[*id] : nullptr;
    if (!q || q->socket.get() != &socket) {
        ++socket.strays;
        ++counters.strays;
        return;
    }
    Answer answer = decodeAnswer(q->question, bytes);
    answer.server = options.servers[q->server].toString();
    answer.transport = Transport::Udp;
    answer.at = clock.now();
    answer.took = since(q->attemptBegun);
    if (answer.raw.empty()) answer.raw = bytes;
    if (answer.status == Status::Malformed && !answer.truncated) {
        // It may be forged: the right one can still come.
        keep(*q, std::move(answer));
        return;
    }
    if (!answer.truncated) return answered(q, std::move(answer));
    answer.status = Status::Timeout;
    answer.records.clear();
    answer.authority.clear();
    answer.text = "The answer over UDP was cut, and the whole one did not come over TCP.";
    keep(*q, std::move(answer));
    release(*q);
    startTcp(q);
}

void NetworkResolver::State::startTcp(const QueryPtr& q) {
    ++counters.overTcp;
    ++q->attempt; // the UDP deadline is over
    auto mine = q->attempt;
    auto ended = [self = shared_from_this(), q, mine](Answer answer) {
        if (q->ended || q->attempt != mine) return;
        bool cut = q->best && q->best->truncated && q->best->server == answer.server;
        answer.truncated = cut;
        if (answer.rcode >= 0) return self->answered(q, std::move(answer));
        if (cut && answer.status != Status::Malformed) {
            // The cut answer stays the evidence; what TCP did is told beside it.
            q->best->status = answer.status;
            q->best->text = "The answer over UDP was cut; over TCP: " + answer.text;
        } else {
            self->keep(*q, std::move(answer));
        }
        self->next(q, false);
    };
    start(overTcp(q, options.servers[q->server]), std::move(ended));
}

namespace {

Status statusFor(net::IoStatus status) {
    switch (status) {
    case net::IoStatus::Timeout: return Status::Timeout;
    case net::IoStatus::Cancelled: return Status::Cancelled;
    case net::IoStatus::Eof: return Status::Malformed;
    default: return Status::Unreachable;
    }
}

Task<net::IoResult> exchange(net::Stream& stream, std::string query, std::string& reply, Millis limit) {
    auto begun = Monotonic::now();
    std::string framed{char(query.size() >> 8), char(query.size() & 0xff)};
    framed += query;
    auto writing = stream.writeAll(std::move(framed), limit);
    net::IoResult result = co_await writing;
    if (!result.ok()) co_return result;
    net::LineReader reader(stream, 0);
    std::string length;
    Millis left = std::max(Millis(0), limit - since(begun));
    auto sizing = reader.readExactly(2, length, left);
    result = co_await sizing;
    if (!result.ok()) co_return result;
    size_t size = size_t(std::uint8_t(length[0])) << 8 | std::uint8_t(length[1]);
    left = std::max(Millis(0), limit - since(begun));
    auto reading = reader.readExactly(size, reply, left);
    result = co_await reading;
    co_return result;
}

} // namespace

Task<Answer> NetworkResolver::State::overTcp(QueryPtr q, net::Endpoint server) {
    auto keepAlive = shared_from_this();
    auto begun = Monotonic::now();
    std::string query = q->bytes;
    auto id = std::uint16_t(random.below(65536));
    query[0] = char(id >> 8);
    query[1] = char(id & 0xff);
    Answer answer = blank(*q, Status::Timeout, {});
    net::DialRequest request;
    request.to = server;
    request.deadline = options.timeout;
    auto dialing = dialer.dial(request);
    net::DialOutcome dialed = co_await dialing;
    net::IoResult result;
    result.status = dialed.status;
    result.text = dialed.text;
    std::string reply;
    if (dialed.stream) {
        Millis left = std::max(Millis(0), options.timeout - since(begun));
        auto exchanging = exchange(*dialed.stream, query, reply, left);
        result = co_await exchanging;
    }
    if (!result.ok()) {
        answer.status = statusFor(result.status);
        answer.text = result.text;
    } else if (messageId(reply) != id) {
        answer.status = Status::Malformed;
        answer.text = "The answer over TCP has another id than the query.";
        answer.raw = reply;
    } else {
        answer = decodeAnswer(q->question, reply);
        if (answer.raw.empty()) answer.raw = reply;
    }
    answer.transport = Transport::Tcp;
    answer.server = server.toString();
    answer.at = clock.now();
    answer.took = since(begun);
    co_return answer;
}

void NetworkResolver::State::answered(const QueryPtr& q, Answer answer) {
    bool oldServer =
        answer.rcode == formatError || answer.rcode == notImplemented || answer.rcode == badVersion;
    bool definite = answer.definite();
    keep(*q, std::move(answer));
    if (definite) return end(q);
    if (oldServer && q->edns) {
        // Some old servers know no EDNS: once more without it.
        release(*q);
        q->edns = false;
        if (encode(*q)) return attempt(q);
    }
    next(q, true);
}

void NetworkResolver::State::keep(Query& q, Answer answer) {
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

void NetworkResolver::State::socketFailed(Socket& socket, net::IoStatus status, const std::string& text) {
    if (status == net::IoStatus::Cancelled) return;
    std::vector<QueryPtr> waiting;
    for (const auto& [raw, q] : active)
        if (q->socket.get() == &socket) waiting.push_back(q);
    if (sockets[socket.server].get() == &socket) sockets[socket.server].reset();
    for (const auto& q : waiting) {
        if (q->ended || q->socket.get() != &socket) continue;
        keep(*q, blank(*q, Status::Unreachable,
                       fmt::format("{} cannot be reached over UDP: {}.",
                                   options.servers[q->server].toString(), text)));
        next(q, false);
    }
}

void NetworkResolver::State::expire() {
    auto now = Monotonic::now();
    while (!deadlines.empty() && deadlines.front().at <= now) {
        Deadline due = deadlines.front();
        deadlines.pop_front();
        QueryPtr q = byId[due.id];
        if (!q || q->sending != due.sending) continue;
        ++counters.timeouts;
        std::string text = fmt::format("No answer within {} ms.", options.timeout.count());
        auto strays = q->socket ? q->socket->strays - q->strayBase : 0;
        if (strays > 0) text += fmt::format(" {} datagrams came that answer nothing that was asked.", strays);
        keep(*q, blank(*q, Status::Timeout, std::move(text)));
        next(q, false);
    }
    armTimer();
}

// Those in front whose answer has come.
void NetworkResolver::State::dropPastDeadlines() {
    while (!deadlines.empty()) {
        const auto& q = byId[deadlines.front().id];
        if (q && q->sending == deadlines.front().sending) return;
        deadlines.pop_front();
    }
}

void NetworkResolver::State::armTimer() {
    dropPastDeadlines();
    if (deadlines.empty() || closed) return;
    auto left = std::chrono::ceil<Millis>(deadlines.front().at - Monotonic::now());
    timer->arm(std::max(left, Millis(0)));
}

void NetworkResolver::State::end(const QueryPtr& q) {
    if (q->ended) return;
    // NOLINTNEXTLINE(performance-unnecessary-copy-initialization): the caller's may be the one in the table
    QueryPtr holder = q;
    holder->ended = true;
    release(*holder);
    active.erase(holder.get());
    Answer answer = holder->best ? std::move(*holder->best) : blank(*holder, Status::Cancelled, "Cancelled.");
    if (answer.status == Status::Timeout) answer.took = since(holder->begun);
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
    for (auto& [raw, q] : pending) waiting.push_back(q);
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
