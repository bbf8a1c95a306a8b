#include "ui/widgets/verdict_badge.h"

#include "ui/theme/paint.h"
#include "ui/theme/theme.h"

#include <QPainter>

namespace waypost::ui {

namespace {
constexpr int markSide = 14;
constexpr int badgeHeight = 22;
} // namespace

VerdictBadge::VerdictBadge(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
}

VerdictBadge::VerdictBadge(Outcome state, const QString& word, QWidget* parent) : VerdictBadge(parent) {
    set(state, word);
}

void VerdictBadge::set(Outcome state, const QString& word) {
    state_ = state;
    word_ = word.isEmpty() ? outcomeWord(state) : word;
    setAccessibleName(word_);
    updateGeometry();
    update();
}

QSize VerdictBadge::sizeHint() const {
    return {markSide + 3 * space::s + QFontMetrics(Theme::current().body()).horizontalAdvance(word_),
            badgeHeight};
}

void VerdictBadge::paintEvent(QPaintEvent*) {
    const Tokens& t = tokens();
    QPainter p(this);
    p.setRenderHint(QPainter::Antialiasing);
    QColor wash = t.of(state_);
    wash.setAlphaF(0.14F);
    p.setPen(QPen(t.of(state_), 1));
    p.setBrush(wash);
    p.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4);
    paintMark(p, QRectF(space::s - 1, (height() - markSide) / 2.0, markSide, markSide), state_,
              state_ == Outcome::Unknown ? t.textMuted : t.of(state_));
    p.setFont(Theme::current().body());
    p.setPen(t.text);
    p.drawText(rect().adjusted(markSide + space::s + space::xs, 0, 0, 0), Qt::AlignVCenter | Qt::AlignLeft,
               word_);
}

} // namespace waypost::ui
