// Paint helpers shared by widgets, charts and delegates: state fills with their pattern, state marks drawn as
// vectors (so that no font decides how a verdict looks), focus ring. They draw on any device, also SVG and
// PDF.
#pragma once

#include "ui/theme/tokens.h"

#include <QRectF>

class QPainter;

namespace waypost::ui {

// Fills `rect` with the state's colour and pattern. Patterns are anchored to the page, so neighbours line up.
void paintFill(QPainter& painter, const QRectF& rect, Outcome state, const Tokens& t);
// Sparse diagonal lines over whatever is there: "few observations" (fewer than 200 events, fewer than 10
// seeds).
void paintHatch(QPainter& painter, const QRectF& rect, const QColor& colour);
// The glyph of a state, drawn inside `rect` (kept square, centred).
void paintMark(QPainter& painter, const QRectF& rect, Outcome state, const QColor& colour);
// Visible focus: 2 px, inside `rect`.
void paintFocus(QPainter& painter, const QRectF& rect, const Tokens& t, qreal radius = 3);

} // namespace waypost::ui
