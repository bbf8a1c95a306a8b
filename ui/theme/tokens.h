// Tokens: every colour, distance and state mark of the window, with a light and a dark value. Pure values,
// any thread. State colours, glyphs and patterns were chosen together: contrast >= 3:1 on `surface`, and told
// apart under each kind of colour blindness. A state is never colour alone: it always has a glyph and a word,
// and a pattern in fills.
#pragma once

#include <QColor>
#include <QString>

#include <array>

namespace waypost::ui {

// The six outcome states, in stack order from the bottom up.
enum class Outcome { Accepted, Neutral, Deferred, Bounced, Blocked, Unknown };
inline constexpr int outcomeCount = 6;
inline constexpr std::array<Outcome, outcomeCount> outcomeOrder{Outcome::Accepted, Outcome::Neutral,
                                                                Outcome::Deferred, Outcome::Bounced,
                                                                Outcome::Blocked,  Outcome::Unknown};

enum class FillPattern { Solid, Slash, Backslash, Cross, Dots };

QString outcomeGlyph(Outcome state);
QString outcomeWord(Outcome state); // "accepted", translatable
FillPattern outcomePattern(Outcome state);

enum class Severity { Error, Warning, Note, Info };
Outcome severityState(Severity severity); // severity uses the same four hues
QString severityWord(Severity severity);

struct Tokens {
    bool dark = false;
    QColor window;  // rail, header, status strip
    QColor surface; // content
    QColor raised;  // inputs, popups
    QColor hover;
    QColor selection;
    QColor line;
    QColor lineStrong;
    QColor text;
    QColor textMuted; // captions: still >= 4.5:1
    QColor textFaint; // disabled
    QColor accent;
    QColor accentText; // on accent
    QColor production; // frame of a production workspace
    QColor lab;        // mark of a lab or demo workspace
    QColor heatLow, heatHigh;
    std::array<QColor, outcomeCount> state;

    [[nodiscard]] QColor of(Outcome o) const { return state[static_cast<size_t>(o)]; }
    // Sequential scale, share 0..1: light to dark in light mode, dark to light in dark mode.
    [[nodiscard]] QColor heat(double share) const;
};

const Tokens& lightTokens();
const Tokens& darkTokens();

// WCAG contrast ratio, 1..21.
double contrast(const QColor& a, const QColor& b);

namespace space {
inline constexpr int xs = 4, s = 8, m = 12, l = 16, xl = 24;
inline constexpr int rowComfortable = 24, rowCompact = 20, header = 28, toolbar = 36;
inline constexpr int railNarrow = 56, railWide = 168;
} // namespace space

} // namespace waypost::ui
