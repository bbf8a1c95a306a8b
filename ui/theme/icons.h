// Icons: our own line drawings (resources/icons), 24 px grid, tinted from the theme at paint time, sharp at
// any scale.
#pragma once

#include <QIcon>
#include <QStringView>

namespace waypost::ui {

// Unknown names give a null icon. `On` state is tinted with the accent, `Disabled` with the faint text
// colour.
QIcon icon(QStringView name);
// Tinted with one fixed colour (state marks, text on accent).
QIcon icon(QStringView name, const QColor& colour);

} // namespace waypost::ui
