#include "support/script_server.h"

#include <stdexcept>

namespace waypost::test {

struct ScriptServer::State {
    std::vector<Step> script;
    net::ServerTls tls;
    mutable std::mutex mutex;
    std::vector<std::string> problems;
    std::string body;
    std::vector<std::string> bodies;

    void problem(std::string what) {
        std::lock_guard lock(mutex);
        problems.push_back(std::move(what));
    }
};

namespace {

constexpr Millis patience{20'000};

class Connection {
  public:
    Connection(std::unique_ptr<net::ServerStream> stream)
        : stream_(std::move(stream)), reader_(*stream_, 64 * 1024) {}

    Task<bool> send(std::string bytes) {
        auto writing = stream_->writeAll(std::move(bytes), patience);
        net::IoResult r = co_await writing;
        co_return r.ok();
    }
    Task<net::Line> line() {
        auto reading = reader_.read(patience);
        net::Line l = co_await reading;
        co_return l;
    }
    Task<void> hang() {
        std::string buffer(4096, '\0');
        while (true) {
            auto reading = stream_->readSome(buffer, patience);
            net::IoResult r = co_await reading;
            if (!r.ok()) co_return;
        }
    }
    Task<bool> tls(net::ServerTls certificate) {
        auto accepting = stream_->acceptTls(std::move(certificate), patience);
        net::TlsOutcome t = co_await accepting;
        co_return t.established;
    }
    void close() { stream_->close(); }

  private:
    std::unique_ptr<net::ServerStream> stream_;
    net::LineReader reader_;
};

// One step; false ends the connection.
template <class StateT>
Task<bool> play(std::shared_ptr<Connection> c, std::shared_ptr<StateT> state, Step step) {
    if (step.kind == Step::Kind::Send) {
        auto sending = c->send(step.bytes);
        bool ok = co_await sending;
        co_return ok;
    }
    if (step.kind == Step::Kind::Flood) {
        const std::string block(64 * 1024, step.bytes[0]);
        for (size_t sent = 0; sent < step.count; sent += block.size()) {
            auto sending = c->send(block);
            bool ok = co_await sending;
            if (!ok) co_return false; // the client has had enough
        }
        co_return true;
    }
    if (step.kind == Step::Kind::Expect) {
        auto reading = c->line();
        net::Line line = co_await reading;
        const bool good =
            line.status == net::IoStatus::Ok && !line.bareLf && line.text.starts_with(step.bytes);
        if (!good) state->problem("expected \"" + step.bytes + "\", got \"" + line.text + "\"");
        co_return good;
    }
    if (step.kind == Step::Kind::Body) {
        std::string whole;
        while (true) {
            auto reading = c->line();
            net::Line line = co_await reading;
            if (line.status != net::IoStatus::Ok) co_return false;
            std::lock_guard lock(state->mutex);
            if (line.text == ".") {
                state->bodies.push_back(std::move(whole));
                co_return true;
            }
            state->body += line.text + "\n";
            whole.append(line.text, line.text.starts_with('.') ? 1 : 0).append("\r\n");
        }
    }
    if (step.kind == Step::Kind::Tls) {
        auto accepting = c->tls(state->tls);
        bool ok = co_await accepting;
        co_return ok;
    }
    if (step.kind == Step::Kind::Hang) {
        auto hanging = c->hang();
        co_await hanging;
    }
    co_return false;
}

template <class StateT>
Task<void> serve(std::unique_ptr<net::ServerStream> stream, std::shared_ptr<StateT> state) {
    auto connection = std::make_shared<Connection>(std::move(stream));
    for (size_t i = 0; i < state->script.size(); ++i) {
        auto playing = play(connection, state, state->script[i]);
        bool goOn = co_await playing;
        if (!goOn) break;
    }
    connection->close();
}

template <class T>
Task<T> now(std::function<T()> work) {
    co_return work();
}

} // namespace

ScriptServer::ScriptServer(net::Loop& loop, std::vector<Step> script, net::ServerTls tls, net::Endpoint at)
    : loop_(loop), state_(std::make_shared<State>()) {
    state_->script = std::move(script);
    state_->tls = std::move(tls);
    std::function<bool()> open = [this, at] {
        auto state = state_;
        auto opened = net::Listener::open(
            loop_, at, [state](auto stream) { start(serve(std::move(stream), state), [] {}); });
        if (!opened) return false;
        listener_ = std::move(*opened);
        endpoint_ = listener_->endpoint();
        return true;
    };
    if (!loop_.runBlocking<bool>([&open] { return now<bool>(open); }))
        throw std::runtime_error("no listener");
}

ScriptServer::~ScriptServer() {
    std::function<bool()> shut = [this] {
        listener_.reset();
        return true;
    };
    loop_.runBlocking<bool>([&shut] { return now<bool>(shut); });
}

std::vector<std::string> ScriptServer::problems() const {
    std::lock_guard lock(state_->mutex);
    return state_->problems;
}

std::string ScriptServer::body() const {
    std::lock_guard lock(state_->mutex);
    return state_->body;
}

std::vector<std::string> ScriptServer::bodies() const {
    std::lock_guard lock(state_->mutex);
    return state_->bodies;
}

} // namespace waypost::test
