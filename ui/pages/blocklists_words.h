// Words, marks and times of the Blocklists screen in one place: a state has the same letter, mark and
// sentence in the matrix, the strips, the cell and the legend. Pure functions, GUI thread.
#pragma once

#include "engine/values.h"
#include "ui/charts/grid_widget.h"
#include "ui/theme/tokens.h"

#include <QString>

namespace waypost::ui::blocklists {

// The mark of a state; nothing for what is neither good nor bad (not applicable, never looked at).
std::optional<Outcome> mark(engine::CellState state);
// "listed", "clean", "refused us", "no usable answer", "not applicable", "never looked at".
QString word(engine::CellState state);
// One letter for cells and greyscale prints: L, R, ?, –; none for clean.
QString letter(engine::CellState state);
// A cell of the matrix with its tool tip; `now` is UTC ms.
GridCell gridCell(const engine::MatrixCell& cell, qint64 now);
// "two looks in a row", "seen once, not confirmed yet".
QString confirmation(const engine::MatrixCell& cell);
// The word a reason code stands for: "outside-127/8" -> "an answer outside 127.0.0.0/8".
QString reason(const std::string& code);
// How a list is: "healthy", "lists everything (wildcard)", …; empty word: "not tested yet".
QString health(const std::string& word);
Outcome healthMark(const std::string& word);

} // namespace waypost::ui::blocklists
