#include "smtp/timeouts.h"

namespace waypost::smtp {

std::string_view phaseName(Phase p) {
    switch (p) {
    case Phase::Connect: return "the connection";
    case Phase::Tls: return "the TLS handshake";
    case Phase::Greeting: return "the greeting";
    case Phase::Ehlo: return "the answer to EHLO";
    case Phase::StartTls: return "the answer to STARTTLS";
    case Phase::Auth: return "the answer to AUTH";
    case Phase::Mail: return "the answer to MAIL FROM";
    case Phase::Rcpt: return "the answer to RCPT TO";
    case Phase::DataCommand: return "the answer to DATA";
    case Phase::DataBlock: return "the transfer of the message";
    case Phase::FinalDot: return "the answer to the message";
    case Phase::Reset: return "the answer to RSET";
    case Phase::Quit: return "the answer to QUIT";
    }
    return "an answer";
}

Millis Timeouts::of(Phase p) const {
    switch (p) {
    case Phase::Connect: return connect;
    case Phase::Tls: return tls;
    case Phase::Greeting: return greeting;
    case Phase::Ehlo:
    case Phase::StartTls:
    case Phase::Auth:
    case Phase::Reset: return command;
    case Phase::Mail: return mail;
    case Phase::Rcpt: return rcpt;
    case Phase::DataCommand: return dataCommand;
    case Phase::DataBlock: return dataBlock;
    case Phase::FinalDot: return finalDot;
    case Phase::Quit: return quit;
    }
    return command;
}

Timeouts Timeouts::all(Millis v) {
    return {v, v, v, v, v, v, v, v, v, v, v * 100};
}

} // namespace waypost::smtp
