// Beast parses, our Stream carries: no Asio operation is started here.
#include "net/http.h"

#include "base/text.h"
#include "net/address_policy.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace waypost::net {

namespace {

namespace http = boost::beast::http;
using Parser = http::response_parser<http::string_body>;

constexpr size_t readSize = 8 * 1024;
constexpr size_t maxFields = 100;

class Exchange {
  public:
    Exchange(Dialer& dialer, const Clock& clock, HttpRequest request)
        : dialer_(dialer), clock_(clock), request_(std::move(request)) {}

    Task<HttpResponse> run() {
        out_.at = clock_.now();
        began_ = clock_.monotonic();
        auto connecting = connect();
        const bool connected = co_await connecting;
        if (connected) {
            auto asking = ask();
            co_await asking;
        }
        if (stream_) stream_->close();
        if (!out_.body.empty()) out_.bodySha256 = text::sha256Hex(out_.body);
        if (!out_.text.empty()) note(out_.text);
        out_.took = clock_.monotonic() - began_;
        co_return std::move(out_);
    }

  private:
    [[nodiscard]] Millis left() const { return request_.deadline - (clock_.monotonic() - began_); }
    void note(std::string_view text) { out_.transcript.note(clock_.now(), text); }
    void end(HttpOutcome outcome, std::string text) {
        out_.outcome = outcome;
        out_.text = std::move(text);
    }
    void outOfTime() {
        end(HttpOutcome::Timeout, fmt::format("{} did not answer whole within {} ms.",
                                              request_.url.toString(), request_.deadline.count()));
    }

    // Only what may be connected to is left; each refusal is noted.
    void choose() {
        note(fmt::format("GET {}", request_.url.toString()));
        std::string refused;
        for (const IpAddress& ip : request_.addresses) {
            auto why = refusalOf(ip);
            if (!why) {
                if (targets_.size() < HttpResponse::maxAddresses) targets_.push_back(ip);
                continue;
            }
            note(*why);
            if (refused.empty()) refused = std::move(*why);
        }
        if (request_.addresses.empty())
            end(HttpOutcome::NoAddress, fmt::format("{} has no address.", request_.url.host));
        else if (targets_.empty())
            end(HttpOutcome::Forbidden, refused);
    }

    Task<bool> connect() {
        choose();
        for (const IpAddress& ip : targets_) {
            if (left() <= Millis(0)) {
                outOfTime();
                co_return false;
            }
            DialRequest dial;
            dial.to = {ip, request_.url.port};
            dial.deadline = left();
            out_.remote = dial.to;
            note(fmt::format("Connecting to {}.", dial.to.toString()));
            auto dialing = dialer_.dial(dial);
            DialOutcome dialed = co_await dialing;
            if (dialed.status == IoStatus::Ok) {
                stream_ = std::move(dialed.stream);
                out_.text.clear(); // of an address tried before
                auto securing = secure();
                const bool safe = co_await securing;
                co_return safe;
            }
            notConnected(dial.to, dialed);
            if (dialed.status == IoStatus::Cancelled) break;
        }
        co_return false;
    }

    void notConnected(const Endpoint& to, const DialOutcome& dialed) {
        const auto outcome = dialed.status == IoStatus::Timeout     ? HttpOutcome::Timeout
                             : dialed.status == IoStatus::Cancelled ? HttpOutcome::Cancelled
                             : dialed.status == IoStatus::Forbidden ? HttpOutcome::Forbidden
                                                                    : HttpOutcome::NoConnection;
        end(outcome, fmt::format("No connection to {}: {}{}{}.", to.toString(), ioStatusName(dialed.status),
                                 dialed.text.empty() ? "" : ", ", dialed.text));
    }

    Task<bool> secure() {
        TlsOptions tls;
        tls.serverName = request_.url.host;
        tls.policy = TlsPolicy::Require;
        tls.caFile = request_.caFile;
        tls.caPem = request_.caPem;
        auto shaking = stream_->startTls(tls, std::max(left(), Millis(1)));
        out_.tls = co_await shaking;
        if (!out_.tls->established) {
            if (left() <= Millis(0))
                outOfTime();
            else
                end(HttpOutcome::TlsFailed,
                    fmt::format("TLS with {} failed: {}", request_.url.host, out_.tls->failure));
            co_return false;
        }
        note(fmt::format("{}, {}. {}", out_.tls->protocol, out_.tls->cipher, out_.tls->verdictText));
        co_return true;
    }

    [[nodiscard]] std::string requestText() const {
        const HttpsUrl& url = request_.url;
        const std::string host = url.port == 443 ? url.host : fmt::format("{}:{}", url.host, url.port);
        return fmt::format("GET {} HTTP/1.1\r\nHost: {}\r\nAccept: {}\r\nAccept-Encoding: identity\r\n"
                           "User-Agent: Waypost\r\nConnection: close\r\n\r\n",
                           url.target, host, request_.accept);
    }

    Task<void> ask() {
        std::string request = requestText();
        out_.transcript.add(clock_.now(), Direction::Sent, request);
        auto writing = stream_->writeAll(std::move(request), std::max(left(), Millis(1)));
        const IoResult written = co_await writing;
        if (!written.ok()) {
            broken(written);
            co_return;
        }
        parser_.header_limit(HttpResponse::maxHeader);
        parser_.body_limit(request_.maxBody);
        std::string buffer(readSize, '\0');
        while (!finished_) {
            if (left() <= Millis(0)) {
                outOfTime();
                break;
            }
            auto reading = stream_->readSome(buffer, left());
            const IoResult got = co_await reading;
            if (!got.ok()) {
                ended(got);
                break;
            }
            out_.transcript.add(clock_.now(), Direction::Received, {buffer.data(), got.bytes});
            pending_.append(buffer.data(), got.bytes);
            parse();
        }
        takeResponse();
    }

    // Feeds what has come, and stops at the end of the message or at a fault.
    void parse() {
        while (!finished_ && !pending_.empty()) {
            // Beast limits what it is given at once; the header as a whole is limited here.
            const size_t room = HttpResponse::maxHeader - headerBytes_;
            const bool inHeader = !parser_.is_header_done();
            const size_t offered = inHeader ? std::min(pending_.size(), room) : pending_.size();
            boost::system::error_code error;
            const size_t used = parser_.put(boost::asio::buffer(pending_.data(), offered), error);
            pending_.erase(0, used);
            if (!parser_.is_header_done()) headerBytes_ += used;
            if (error == http::error::need_more) {
                if (!parser_.is_header_done() && headerBytes_ + pending_.size() >= HttpResponse::maxHeader)
                    tooLong("header", HttpResponse::maxHeader);
                return;
            }
            if (error) return faulty(error);
            if (parser_.is_done()) {
                finished_ = true;
                out_.outcome = HttpOutcome::Answered;
            } else if (used == 0) {
                return;
            }
        }
    }

    void tooLong(std::string_view what, size_t limit) {
        finished_ = true;
        end(HttpOutcome::TooLarge, fmt::format("The {} of {} is larger than the {} bytes allowed.", what,
                                               request_.url.toString(), limit));
    }
    void faulty(const boost::system::error_code& error) {
        if (error == http::error::header_limit) return tooLong("header", HttpResponse::maxHeader);
        if (error == http::error::body_limit) return tooLong("body", request_.maxBody);
        finished_ = true;
        end(HttpOutcome::Broken, fmt::format("What {} sent is not a proper HTTP response: {}.",
                                             request_.url.host, error.message()));
    }

    void ended(const IoResult& io) {
        if (io.status != IoStatus::Eof) return broken(io);
        boost::system::error_code error;
        if (parser_.is_header_done() && !parser_.is_done()) parser_.put_eof(error);
        if (parser_.is_done() && !error)
            out_.outcome = HttpOutcome::Answered;
        else
            end(HttpOutcome::Broken,
                fmt::format("{} closed the connection before its response was whole.", request_.url.host));
    }
    void broken(const IoResult& io) {
        if (io.status == IoStatus::Timeout) return outOfTime();
        end(io.status == IoStatus::Cancelled ? HttpOutcome::Cancelled : HttpOutcome::Broken,
            fmt::format("The connection to {} was lost: {}.", request_.url.host,
                        io.text.empty() ? ioStatusName(io.status) : std::string_view(io.text)));
    }

    void takeResponse() {
        if (!parser_.is_header_done()) return;
        auto& message = parser_.get();
        out_.status = int(message.result_int());
        for (const auto& f : message) {
            if (out_.fields.size() >= maxFields) break;
            out_.fields.emplace_back(std::string(f.name_string()), std::string(f.value()));
        }
        out_.body = std::move(message.body());
        const std::string_view coding = out_.field("Content-Encoding");
        if (out_.outcome == HttpOutcome::Answered && !coding.empty() && !text::iequals(coding, "identity"))
            end(HttpOutcome::Encoded,
                fmt::format("{} sent the file with the content coding \"{}\" though none "
                            "was asked for.",
                            request_.url.host, text::printable(coding)));
    }

    Dialer& dialer_;
    const Clock& clock_;
    HttpRequest request_;
    HttpResponse out_;
    Millis began_{0};
    std::vector<IpAddress> targets_;
    std::unique_ptr<Stream> stream_;
    Parser parser_;
    std::string pending_;
    size_t headerBytes_ = 0;
    bool finished_ = false;
};

} // namespace

std::string_view httpOutcomeName(HttpOutcome o) {
    switch (o) {
    case HttpOutcome::Answered: return "answered";
    case HttpOutcome::NoAddress: return "no-address";
    case HttpOutcome::Forbidden: return "forbidden";
    case HttpOutcome::NoConnection: return "no-connection";
    case HttpOutcome::TlsFailed: return "tls-failed";
    case HttpOutcome::Timeout: return "timeout";
    case HttpOutcome::TooLarge: return "too-large";
    case HttpOutcome::Broken: return "broken";
    case HttpOutcome::Encoded: return "encoded";
    case HttpOutcome::Cancelled: return "cancelled";
    }
    return "no-connection";
}

std::string_view HttpResponse::field(std::string_view name) const {
    for (const auto& [key, value] : fields)
        if (text::iequals(key, name)) return value;
    return {};
}

std::string HttpResponse::mediaType() const {
    const std::string_view value = field("Content-Type");
    return text::lowered(text::trim(value.substr(0, value.find(';'))));
}

Task<HttpResponse> httpsGet(Dialer* dialer, const Clock* clock, HttpRequest request) {
    Exchange exchange(*dialer, *clock, std::move(request));
    auto running = exchange.run();
    HttpResponse response = co_await running;
    co_return response;
}

} // namespace waypost::net
