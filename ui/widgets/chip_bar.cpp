#include "ui/widgets/chip_bar.h"

#include "ui/theme/paint.h"
#include "ui/theme/theme.h"
#include "ui/widgets/flow_layout.h"
#include "ui/widgets/foreign_text.h"

#include <QContextMenuEvent>
#include <QKeyEvent>
#include <QMenu>
#include <QPainter>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {
constexpr int chipHeight = 24;
constexpr int crossSide = 16;
constexpr int longestChip = 320;
} // namespace

ChipButton::ChipButton(const Chip& chip, QWidget* parent) : QAbstractButton(parent), chip_(chip) {
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Filter %1").arg(shown()));
    setAccessibleDescription(tr("Delete removes, minus negates, space switches off, F2 edits"));
    setToolTip(foreign::toolTip(shown()));
}

QString ChipButton::shown() const {
    return (chip_.negated ? u"−"_s : QString()) + foreign::printable(chip_.term);
}

QSize ChipButton::sizeHint() const {
    const int text = QFontMetrics(Theme::current().body()).horizontalAdvance(shown());
    return {std::min(longestChip, text + 2 * space::s + crossSide + space::xs), chipHeight};
}

QRect ChipButton::crossRect() const {
    return {width() - crossSide - 6, (height() - crossSide) / 2, crossSide, crossSide};
}

void ChipButton::paintEvent(QPaintEvent*) {
    const Tokens& t = tokens();
    QPainter p(this);
    p.setRenderHint(QPainter::Antialiasing);
    QPen edge(chip_.enabled ? t.accent : t.lineStrong, 1);
    if (!chip_.enabled) edge.setStyle(Qt::DashLine);
    p.setPen(edge);
    p.setBrush(underMouse() ? t.hover : chip_.enabled ? t.selection : t.surface);
    p.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), chipHeight / 2.0, chipHeight / 2.0);
    QFont f = Theme::current().body();
    f.setStrikeOut(!chip_.enabled);
    p.setFont(f);
    p.setPen(chip_.enabled ? t.text : t.textMuted);
    const QRect area = rect().adjusted(space::s + 2, 0, -crossSide - space::s, 0);
    p.drawText(area, Qt::AlignVCenter | Qt::AlignLeft,
               foreign::middleElided(shown(), QFontMetrics(f), area.width()));
    const QRectF c = QRectF(crossRect()).adjusted(4.5, 4.5, -4.5, -4.5);
    p.setPen(QPen(t.text, 1.4, Qt::SolidLine, Qt::RoundCap));
    p.drawLine(c.topLeft(), c.bottomRight());
    p.drawLine(c.topRight(), c.bottomLeft());
    if (hasFocus()) paintFocus(p, rect(), t, chipHeight / 2.0 - 1);
}

void ChipButton::mouseReleaseEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton && crossRect().contains(event->pos()))
        Q_EMIT removeAsked();
    else if (event->button() == Qt::LeftButton && rect().contains(event->pos()))
        popMenu(mapToGlobal(rect().bottomLeft()));
}

void ChipButton::keyPressEvent(QKeyEvent* event) {
    switch (event->key()) {
    case Qt::Key_Delete:
    case Qt::Key_Backspace: Q_EMIT removeAsked(); break;
    case Qt::Key_Minus: Q_EMIT negateAsked(); break;
    case Qt::Key_Space: Q_EMIT switchAsked(); break;
    case Qt::Key_F2: Q_EMIT editAsked(); break;
    case Qt::Key_Return:
    case Qt::Key_Enter: popMenu(mapToGlobal(rect().bottomLeft())); break;
    default: QAbstractButton::keyPressEvent(event);
    }
}

void ChipButton::contextMenuEvent(QContextMenuEvent* event) {
    popMenu(event->globalPos());
}

void ChipButton::popMenu(const QPoint& at) {
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->addAction(tr("Edit"), this, &ChipButton::editAsked);
    menu->addAction(chip_.negated ? tr("Include again") : tr("Exclude instead"), this,
                    &ChipButton::negateAsked);
    menu->addAction(chip_.enabled ? tr("Switch off") : tr("Switch on"), this, &ChipButton::switchAsked);
    menu->addAction(tr("Remove"), this, &ChipButton::removeAsked);
    menu->popup(at);
}

ChipBar::ChipBar(QWidget* parent) : QWidget(parent) {
    setLayout(new FlowLayout(space::xs));
    QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Minimum);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    setAccessibleName(tr("Active filters"));
    hide();
}

void ChipBar::setChips(const std::vector<Chip>& chips) {
    if (chips == chips_) return;
    chips_ = chips;
    rebuild();
}

void ChipBar::add(const QString& term) {
    for (const Chip& c : chips_)
        if (c.term == term && !c.negated && c.enabled) return;
    std::erase_if(chips_, [&](const Chip& c) { return c.term == term; });
    chips_.push_back({term});
    rebuild();
    Q_EMIT changed();
}

void ChipBar::remove(const QString& term) {
    if (std::erase_if(chips_, [&](const Chip& c) { return c.term == term; }) == 0) return;
    rebuild();
    Q_EMIT changed();
}

void ChipBar::clear() {
    if (chips_.empty()) return;
    chips_.clear();
    rebuild();
    Q_EMIT changed();
}

void ChipBar::rebuild() {
    while (QLayoutItem* item = layout()->takeAt(0)) {
        item->widget()->hide();
        item->widget()->deleteLater();
        delete item;
    }
    for (const Chip& chip : chips_) {
        auto* button = new ChipButton(chip, this);
        const auto change = [this, term = chip.term](auto edit) {
            for (Chip& c : chips_)
                if (c.term == term) edit(c);
            rebuild();
            Q_EMIT changed();
        };
        connect(button, &ChipButton::removeAsked, this, [this, term = chip.term] { remove(term); });
        connect(button, &ChipButton::editAsked, this, [this, chip] {
            const bool group = chip.term.contains(u" OR "_s);
            Q_EMIT editAsked(!chip.negated ? chip.term
                             : group       ? u"-("_s + chip.term + u')'
                                           : u'-' + chip.term);
        });
        connect(button, &ChipButton::negateAsked, this,
                [change] { change([](Chip& c) { c.negated = !c.negated; }); });
        connect(button, &ChipButton::switchAsked, this,
                [change] { change([](Chip& c) { c.enabled = !c.enabled; }); });
        layout()->addWidget(button);
        button->show();
    }
    setVisible(!chips_.empty());
    updateGeometry();
}

} // namespace waypost::ui
