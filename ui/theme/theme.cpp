#include "ui/theme/theme.h"

#include "ui/theme/desktop_scheme.h"

#include <QApplication>
#include <QFile>
#include <QFontDatabase>
#include <QPalette>
#include <QStyleFactory>
#include <QToolTip>

using namespace Qt::StringLiterals;

// Resources of a static library are registered by hand; the macro must stand outside any namespace.
static void registerKitResources() {
    Q_INIT_RESOURCE(kit);
}

namespace waypost::ui {

namespace {

Theme* installed = nullptr;

QPalette paletteOf(const Tokens& t) {
    QPalette p;
    p.setColor(QPalette::Window, t.surface);
    p.setColor(QPalette::WindowText, t.text);
    p.setColor(QPalette::Base, t.surface);
    p.setColor(QPalette::AlternateBase, t.window);
    p.setColor(QPalette::Text, t.text);
    p.setColor(QPalette::PlaceholderText, t.textMuted);
    p.setColor(QPalette::Button, t.window);
    p.setColor(QPalette::ButtonText, t.text);
    p.setColor(QPalette::BrightText, t.of(Outcome::Bounced));
    p.setColor(QPalette::Highlight, t.selection);
    p.setColor(QPalette::HighlightedText, t.text);
    p.setColor(QPalette::ToolTipBase, t.raised);
    p.setColor(QPalette::ToolTipText, t.text);
    p.setColor(QPalette::Link, t.accent);
    p.setColor(QPalette::LinkVisited, t.accent);
    p.setColor(QPalette::Light, t.raised);
    p.setColor(QPalette::Midlight, t.hover);
    p.setColor(QPalette::Mid, t.line);
    p.setColor(QPalette::Dark, t.lineStrong);
    p.setColor(QPalette::Shadow, t.lineStrong);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        p.setColor(QPalette::Disabled, role, t.textFaint);
    return p;
}

QString sheetOf(const Tokens& t) {
    QFile file(u":/waypost/waypost.qss"_s);
    if (!file.open(QIODevice::ReadOnly)) return {};
    QString sheet = QString::fromUtf8(file.readAll());
    // Longer names first: "@lineStrong" must not be read as "@line".
    const std::pair<QString, QColor> names[] = {
        {u"@lineStrong"_s, t.lineStrong},
        {u"@textMuted"_s, t.textMuted},
        {u"@textFaint"_s, t.textFaint},
        {u"@accentText"_s, t.accentText},
        {u"@production"_s, t.production},
        {u"@selection"_s, t.selection},
        {u"@surface"_s, t.surface},
        {u"@window"_s, t.window},
        {u"@raised"_s, t.raised},
        {u"@accent"_s, t.accent},
        {u"@hover"_s, t.hover},
        {u"@line"_s, t.line},
        {u"@text"_s, t.text},
        {u"@lab"_s, t.lab},
        {u"@bad"_s, t.of(Outcome::Bounced)},
    };
    for (const auto& [name, colour] : names) sheet.replace(name, colour.name());
    sheet.replace(u"@mode"_s, t.dark ? u"dark"_s : u"light"_s);
    return sheet;
}

QFont sized(QFont font, qreal delta) {
    font.setPointSizeF(std::max(8.0, font.pointSizeF() + delta));
    return font;
}

} // namespace

Theme& Theme::install(QApplication& app, Mode mode) {
    if (!installed) installed = new Theme(app);
    installed->mode_ = mode;
    installed->apply();
    return *installed;
}

Theme& Theme::current() {
    Q_ASSERT(installed);
    return *installed;
}

Theme::Theme(QApplication& app) : QObject(&app), app_(app), base_(app.font()) {
    registerKitResources();
    if (base_.pointSizeF() <= 0) base_.setPointSizeF(10);
    desktopDark_ = app.palette().color(QPalette::Window).lightness() < 128;
    QApplication::setStyle(QStyleFactory::create(u"Fusion"_s));
    auto* scheme = new DesktopScheme(this);
    connect(scheme, &DesktopScheme::darkPreferred, this, &Theme::desktopSays);
    connect(this, &QObject::destroyed, [] { installed = nullptr; });
    scheme->ask();
}

void Theme::setMode(Mode mode) {
    if (mode == mode_) return;
    mode_ = mode;
    apply();
}

void Theme::desktopSays(bool dark) {
    desktopDark_ = dark;
    if (mode_ == Mode::System && dark != dark_) apply();
}

void Theme::apply() {
    dark_ = mode_ == Mode::Dark || (mode_ == Mode::System && desktopDark_);
    QApplication::setPalette(paletteOf(tokens()));
    QToolTip::setPalette(paletteOf(tokens()));
    app_.setStyleSheet(sheetOf(tokens()));
    Q_EMIT changed();
}

QFont Theme::body() const {
    return base_;
}
QFont Theme::caption() const {
    return sized(base_, -1);
}
QFont Theme::section() const {
    QFont f = sized(base_, 1);
    f.setWeight(QFont::DemiBold);
    return f;
}
QFont Theme::title() const {
    QFont f = sized(base_, 4);
    f.setWeight(QFont::DemiBold);
    return f;
}
QFont Theme::stat() const {
    QFont f = sized(base_, 10);
    f.setWeight(QFont::DemiBold);
    return f;
}
QFont Theme::mono() const {
    QFont f = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    f.setPointSizeF(base_.pointSizeF());
    f.setStyleHint(QFont::Monospace);
    return f;
}

} // namespace waypost::ui
