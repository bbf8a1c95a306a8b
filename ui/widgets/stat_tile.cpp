#include "ui/widgets/stat_tile.h"

#include "ui/theme/paint.h"
#include "ui/theme/theme.h"
#include "ui/widgets/foreign_text.h"

#include <QPainter>

#include <cmath>

using namespace Qt::StringLiterals;

namespace waypost::ui {

StatTile::StatTile(QWidget* parent) : QAbstractButton(parent) {
    setFocusPolicy(Qt::StrongFocus);
    setCursor(Qt::PointingHandCursor);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    connect(&Theme::current(), &Theme::changed, this, [this] { updateGeometry(); });
}

void StatTile::set(const Stat& stat) {
    stat_ = stat;
    setAccessibleName(
        QStringList{stat.caption, stat.value, stat.denominator, stat.interval, stat.age}.join(u' '));
    setToolTip(foreign::toolTip(accessibleName()));
    updateGeometry();
    update();
}

QSize StatTile::sizeHint() const {
    const Theme& theme = Theme::current();
    const QFontMetrics small(theme.caption()), big(theme.stat());
    return {220, 2 * space::s + big.height() + 2 * small.height()};
}

QSize StatTile::minimumSizeHint() const {
    return {150, sizeHint().height()};
}

void StatTile::paintEvent(QPaintEvent*) {
    const Theme& theme = Theme::current();
    const Tokens& t = theme.tokens();
    QPainter p(this);
    p.setRenderHint(QPainter::Antialiasing);
    p.setPen(QPen(t.line, 1));
    p.setBrush(isDown() ? t.selection : underMouse() ? t.hover : t.surface);
    p.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4);
    const QRect inner = rect().adjusted(space::m, space::s, -space::m, -space::s);
    const QFontMetrics small(theme.caption()), big(theme.stat()), middle(theme.body());
    const auto line = [&](const QFont& font, const QColor& colour, int x, int baseline, const QString& text) {
        p.setFont(font);
        p.setPen(colour);
        const QFontMetrics m(font);
        p.drawText(x, baseline, m.elidedText(text, Qt::ElideRight, inner.right() - x));
        return x + m.horizontalAdvance(text);
    };
    int y = inner.top() + small.ascent();
    line(theme.caption(), t.textMuted, inner.left(), y, stat_.caption);
    y += small.descent() + big.ascent();
    int x = inner.left();
    if (stat_.outcome) {
        const int side = 18;
        paintMark(p, QRectF(x, y - big.ascent() / 2.0 - side / 2.0 + 2, side, side), *stat_.outcome,
                  stat_.stale ? t.textMuted : t.of(*stat_.outcome));
        x += side + space::s;
    }
    x = line(theme.stat(), stat_.stale ? t.textMuted : t.text, x, y, stat_.value);
    if (!stat_.denominator.isEmpty()) line(theme.body(), t.textMuted, x + space::s, y, stat_.denominator);
    y += big.descent() + small.ascent();
    QString last = stat_.interval;
    if (!stat_.age.isEmpty())
        last += (last.isEmpty() ? QString() : u"  ·  "_s) + (stat_.stale ? u"◷ "_s : QString()) + stat_.age;
    line(theme.caption(), t.textMuted, inner.left(), y, last);
    if (hasFocus()) paintFocus(p, rect(), t);
}

std::pair<double, double> wilson95(double successes, double total) {
    if (total <= 0) return {0, 1};
    constexpr double z = 1.959963984540054;
    const double share = successes / total;
    const double centre = share + z * z / (2 * total);
    const double spread = z * std::sqrt(share * (1 - share) / total + z * z / (4 * total * total));
    const double scale = 1 + z * z / total;
    return {std::max(0.0, (centre - spread) / scale), std::min(1.0, (centre + spread) / scale)};
}

} // namespace waypost::ui
