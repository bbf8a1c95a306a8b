#include "ui/theme/tokens.h"

#include <QCoreApplication>

#include <cmath>

using namespace Qt::StringLiterals;

namespace waypost::ui {

QString outcomeGlyph(Outcome state) {
    switch (state) {
    case Outcome::Accepted: return u"✓"_s;
    case Outcome::Neutral: return u"◐"_s;
    case Outcome::Deferred: return u"◷"_s;
    case Outcome::Bounced: return u"✕"_s;
    case Outcome::Blocked: return u"⊘"_s;
    case Outcome::Unknown: break;
    }
    return u"?"_s;
}

QString outcomeWord(Outcome state) {
    const char* word = "unknown";
    switch (state) {
    case Outcome::Accepted: word = "accepted"; break;
    case Outcome::Neutral: word = "category"; break;
    case Outcome::Deferred: word = "deferred"; break;
    case Outcome::Bounced: word = "bounced"; break;
    case Outcome::Blocked: word = "blocked"; break;
    case Outcome::Unknown: break;
    }
    return QCoreApplication::translate("Outcome", word);
}

FillPattern outcomePattern(Outcome state) {
    switch (state) {
    case Outcome::Accepted:
    case Outcome::Neutral: return FillPattern::Solid;
    case Outcome::Deferred: return FillPattern::Slash;
    case Outcome::Bounced: return FillPattern::Backslash;
    case Outcome::Blocked: return FillPattern::Cross;
    case Outcome::Unknown: break;
    }
    return FillPattern::Dots;
}

Outcome severityState(Severity severity) {
    switch (severity) {
    case Severity::Error: return Outcome::Bounced;
    case Severity::Warning: return Outcome::Deferred;
    case Severity::Note: return Outcome::Neutral;
    case Severity::Info: break;
    }
    return Outcome::Unknown;
}

QString severityWord(Severity severity) {
    const char* word = "info";
    switch (severity) {
    case Severity::Error: word = "error"; break;
    case Severity::Warning: word = "warning"; break;
    case Severity::Note: word = "note"; break;
    case Severity::Info: break;
    }
    return QCoreApplication::translate("Severity", word);
}

const Tokens& lightTokens() {
    static const Tokens tokens = [] {
        Tokens t;
        t.window = QColor(0xE9ECF1);
        t.surface = QColor(0xF6F7F9);
        t.raised = QColor(0xFFFFFF);
        t.hover = QColor(0xDFE4EB);
        t.selection = QColor(0xD3E2F8);
        t.line = QColor(0xD9DEE5);
        t.lineStrong = QColor(0x8E98A6);
        t.text = QColor(0x1A1F26);
        t.textMuted = QColor(0x55606E);
        t.textFaint = QColor(0x8791A0);
        t.accent = QColor(0x1B5FBD);
        t.accentText = QColor(0xFFFFFF);
        t.production = QColor(0xB21800);
        t.lab = QColor(0x0B6E63);
        t.heatLow = QColor(0xE3EBF7);
        t.heatHigh = QColor(0x123A7A);
        t.state = {QColor(0x297C5E), QColor(0x233A71), QColor(0xC67F05),
                   QColor(0xB21800), QColor(0xA055CC), QColor(0x86909C)};
        return t;
    }();
    return tokens;
}

const Tokens& darkTokens() {
    static const Tokens tokens = [] {
        Tokens t;
        t.dark = true;
        t.window = QColor(0x1D2127);
        t.surface = QColor(0x262B33);
        t.raised = QColor(0x1F242B);
        t.hover = QColor(0x333A45);
        t.selection = QColor(0x2C4468);
        t.line = QColor(0x39414C);
        t.lineStrong = QColor(0x75808F);
        t.text = QColor(0xE4E8EE);
        t.textMuted = QColor(0xA9B3C0);
        t.textFaint = QColor(0x7A8593);
        t.accent = QColor(0x6FABFF);
        t.accentText = QColor(0x0E141C);
        t.production = QColor(0xDB4226);
        t.lab = QColor(0x45C4B0);
        t.heatLow = QColor(0x2F3A4B);
        t.heatHigh = QColor(0xA9CDFF);
        t.state = {QColor(0x62D1A8), QColor(0x0E74F3), QColor(0xFFAD28),
                   QColor(0xDB4226), QColor(0xE4CEF3), QColor(0x7C7E81)};
        return t;
    }();
    return tokens;
}

QColor Tokens::heat(double share) const {
    const double f = std::clamp(share, 0.0, 1.0);
    const auto mix = [f](float a, float b) { return static_cast<float>(a + (b - a) * f); };
    return QColor::fromRgbF(mix(heatLow.redF(), heatHigh.redF()), mix(heatLow.greenF(), heatHigh.greenF()),
                            mix(heatLow.blueF(), heatHigh.blueF()));
}

namespace {

double linear(double channel) {
    return channel <= 0.04045 ? channel / 12.92 : std::pow((channel + 0.055) / 1.055, 2.4);
}

double luminance(const QColor& c) {
    return 0.2126 * linear(c.redF()) + 0.7152 * linear(c.greenF()) + 0.0722 * linear(c.blueF());
}

} // namespace

double contrast(const QColor& a, const QColor& b) {
    const double la = luminance(a), lb = luminance(b);
    return (std::max(la, lb) + 0.05) / (std::min(la, lb) + 0.05);
}

} // namespace waypost::ui
