#include "ui/shell/window_tint.h"

#include "ui/theme/theme.h"

#include <QEvent>
#include <QPainter>

namespace waypost::ui {

WindowTint::WindowTint(QWidget* parent) : QWidget(parent) {
    setAttribute(Qt::WA_TransparentForMouseEvents);
    setFocusPolicy(Qt::NoFocus);
    parent->installEventFilter(this);
    setGeometry(parent->rect());
    hide();
}

void WindowTint::setKind(WorkspaceKind kind) {
    kind_ = kind;
    setVisible(kind != WorkspaceKind::Ordinary);
    setGeometry(parentWidget()->rect());
    raise();
    update();
}

bool WindowTint::eventFilter(QObject* watched, QEvent* event) {
    if (watched == parentWidget() && event->type() == QEvent::Resize) setGeometry(parentWidget()->rect());
    return QWidget::eventFilter(watched, event);
}

void WindowTint::paintEvent(QPaintEvent*) {
    const Tokens& t = tokens();
    QPainter p(this);
    if (kind_ == WorkspaceKind::Production) {
        p.setPen(QPen(t.production, frameWidth, Qt::SolidLine, Qt::SquareCap, Qt::MiterJoin));
        const qreal half = frameWidth / 2.0;
        p.drawRect(QRectF(rect()).adjusted(half, half, -half, -half));
        return;
    }
    QFont f = Theme::current().stat();
    f.setPointSizeF(f.pointSizeF() * 2.5);
    f.setWeight(QFont::Black);
    p.setFont(f);
    QColor faint = t.lab;
    faint.setAlphaF(0.10F);
    p.setPen(faint);
    p.drawText(rect().adjusted(0, 0, -24, -40), Qt::AlignRight | Qt::AlignBottom, workspaceKindWord(kind_));
}

} // namespace waypost::ui
