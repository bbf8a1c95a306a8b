// Theme: the palette, fonts and sheet of the application, switched live. GUI thread only.
// At start it follows the desktop (settings portal when there is one, else the palette's lightness); an
// operator's choice of Light or Dark wins.
#pragma once

#include "ui/theme/tokens.h"

#include <QFont>
#include <QObject>

class QApplication;

namespace waypost::ui {

class Theme : public QObject {
    Q_OBJECT
  public:
    enum class Mode { System, Light, Dark };

    // Call once, after QApplication is made. The theme lives as long as the application.
    static Theme& install(QApplication& app, Mode mode = Mode::System);
    static Theme& current(); // after install()

    void setMode(Mode mode);
    [[nodiscard]] Mode mode() const { return mode_; }
    [[nodiscard]] const Tokens& tokens() const { return dark_ ? darkTokens() : lightTokens(); }
    [[nodiscard]] bool isDark() const { return dark_; }

    // Sizes relative to the system size s: caption s-1 (never under 8 pt), section s+1 semibold, title s+4,
    // stat s+10.
    [[nodiscard]] QFont body() const;
    [[nodiscard]] QFont caption() const;
    [[nodiscard]] QFont section() const;
    [[nodiscard]] QFont title() const;
    [[nodiscard]] QFont stat() const;
    [[nodiscard]] QFont mono() const; // everything copied from the wire

  Q_SIGNALS:
    void changed();

  private:
    explicit Theme(QApplication& app);
    void desktopSays(bool dark);
    void apply();

    QApplication& app_;
    Mode mode_ = Mode::System;
    bool desktopDark_ = false;
    bool dark_ = false;
    QFont base_;
};

inline const Tokens& tokens() {
    return Theme::current().tokens();
}

} // namespace waypost::ui
