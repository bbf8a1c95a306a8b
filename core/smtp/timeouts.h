// How long each phase may take, for its whole reply. Defaults are the client minimums of RFC 5321 4.5.3.2;
// where it names none, ours.
#pragma once

#include "base/clock.h"

#include <cstdint>
#include <string_view>

namespace waypost::smtp {

enum class Phase : std::uint8_t {
    Connect,
    Tls,
    Greeting,
    Ehlo,
    StartTls,
    Auth,
    Mail,
    Rcpt,
    DataCommand,
    DataBlock,
    FinalDot,
    Reset,
    Quit
};
inline constexpr int phaseCount = int(Phase::Quit) + 1;
// "the greeting", "the answer to EHLO": for the sentence that names what did not come.
std::string_view phaseName(Phase p);

struct Timeouts {
    Millis connect{30'000};
    Millis tls{60'000};
    Millis greeting{5 * 60'000};
    Millis command{5 * 60'000}; // EHLO, STARTTLS, AUTH, RSET
    Millis mail{5 * 60'000};
    Millis rcpt{5 * 60'000};
    Millis dataCommand{2 * 60'000};
    Millis dataBlock{3 * 60'000}; // each block sent
    Millis finalDot{10 * 60'000};
    Millis quit{10'000}; // the result is known by then
    Millis session{60 * 60'000};

    [[nodiscard]] Millis of(Phase p) const;
    // The same value everywhere: tests.
    static Timeouts all(Millis value);
};

} // namespace waypost::smtp
