#include "ingest/reply_head.h"

#include "base/text.h"

namespace waypost::ingest {

std::string_view enhancedOf(std::string_view in) {
    in = text::trim(in);
    if (in.size() < 5 || in[1] != '.' || (in[0] != '2' && in[0] != '4' && in[0] != '5')) return {};
    size_t at = 2, part = 0;
    for (int i = 0; i < 2; ++i) {
        for (part = 0; at < in.size() && text::isDigit(in[at]); ++at) ++part;
        if (part == 0 || part > 3) return {};
        if (i == 1) break;
        if (at >= in.size() || in[at] != '.') return {};
        ++at;
    }
    if (at < in.size() && (text::isAlnum(in[at]) || in[at] == '.')) return {};
    return in.substr(0, at);
}

ReplyHead replyHead(std::string_view in) {
    in = text::trim(in);
    ReplyHead out;
    if (in.size() >= 3 && in[0] >= '2' && in[0] <= '5' && text::isDigit(in[1]) && text::isDigit(in[2]) &&
        (in.size() == 3 || in[3] == ' ' || in[3] == '-' || in[3] == '\n' || in[3] == '\r')) {
        out.code = (in[0] - '0') * 100 + (in[1] - '0') * 10 + (in[2] - '0');
        in = in.size() > 3 ? in.substr(4) : std::string_view{};
    }
    out.enhanced = enhancedOf(in);
    return out;
}

std::string_view withoutDiagnosticType(std::string_view in) {
    in = text::trim(in);
    size_t end = in.find(';');
    if (end == std::string_view::npos || end == 0 || end > 16) return in;
    for (char c : in.substr(0, end)) {
        if (!text::isAlnum(c) && c != '-') return in;
    }
    return text::trim(in.substr(end + 1));
}

HostAndIp hostAndIp(std::string_view in) {
    in = withoutDiagnosticType(in);
    HostAndIp out;
    size_t open = in.find_first_of("([");
    out.host = text::trim(in.substr(0, open));
    if (open != std::string_view::npos) {
        size_t close = in.find_first_of(")]", open);
        if (close != std::string_view::npos) out.ip = text::trim(in.substr(open + 1, close - open - 1));
    }
    if (out.host.ends_with('.')) out.host.remove_suffix(1);
    return out;
}

reply::Stage stageOfCommand(std::string_view command) {
    using reply::Stage;
    command = text::trim(command);
    if (command == ".") return Stage::Body;
    struct Verb {
        std::string_view begins;
        Stage stage;
    };
    static constexpr Verb verbs[] = {{"mail", Stage::Mail}, {"rcpt", Stage::Rcpt},    {"data", Stage::Data},
                                     {"bdat", Stage::Body}, {"starttls", Stage::Tls}, {"ehlo", Stage::Helo},
                                     {"helo", Stage::Helo}, {"lhlo", Stage::Helo},    {"auth", Stage::Auth},
                                     {"quit", Stage::After}};
    for (const auto& v : verbs) {
        if (text::istartsWith(command, v.begins)) return v.stage;
    }
    return Stage::Unknown;
}

} // namespace waypost::ingest
