// Pictures of a screen's states, light and dark, into the folder WAYPOST_SHOTS names; without it nothing.
#pragma once

#include "ui/theme/theme.h"

#include <QCoreApplication>
#include <QDir>
#include <QTest>
#include <QWidget>

namespace waypost::test {

inline void shoot(QWidget& page, const QString& name) {
    const QString folder = qEnvironmentVariable("WAYPOST_SHOTS");
    if (folder.isEmpty()) return;
    QDir().mkpath(folder);
    for (const auto mode : {ui::Theme::Mode::Dark, ui::Theme::Mode::Light}) {
        ui::Theme::current().setMode(mode);
        QTest::qWait(120);
        const bool dark = mode == ui::Theme::Mode::Dark;
        QPixmap picture(page.size());
        picture.fill(ui::Theme::current().tokens().surface);
        page.render(&picture);
        picture.save(QDir(folder).filePath(name + QLatin1String(dark ? "-dark.png" : "-light.png")));
    }
}

} // namespace waypost::test
