#include "ui/pages/domains_area.h"

#include "ui/pages/page_values.h"
#include "ui/theme/paint.h"
#include "ui/theme/theme.h"
#include "ui/widgets/foreign_text.h"

#include <QButtonGroup>
#include <QGridLayout>
#include <QPainter>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {
constexpr int tileWidth = 130;
constexpr qreal markSide = 13;
} // namespace

AreaTile::AreaTile(QWidget* parent) : QAbstractButton(parent) {
    setCheckable(true);
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void AreaTile::set(const engine::AreaView& area) {
    state_ = area.state;
    title_ = qstr(area.title);
    headline_ = foreign::printable(qstr(area.headline));
    setAccessibleName(tr("%1: %2").arg(title_, stateWord(state_)));
    setAccessibleDescription(headline_);
    setToolTip(foreign::toolTip(qstr(area.headline)));
    update();
}

QSize AreaTile::sizeHint() const {
    const QFontMetrics body(Theme::current().body()), caption(Theme::current().caption());
    return {tileWidth, body.height() + caption.height() + 2 * space::s - 2};
}

QSize AreaTile::minimumSizeHint() const {
    return {96, sizeHint().height()};
}

void AreaTile::paintEvent(QPaintEvent*) {
    const Tokens& t = tokens();
    QPainter p(this);
    p.setRenderHint(QPainter::Antialiasing);
    p.setPen(QPen(isChecked() ? t.accent : t.line, 1));
    p.setBrush(isChecked() ? t.selection : underMouse() ? t.hover : t.surface);
    p.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4);
    const QRect r = rect().adjusted(space::s, space::s - 2, -space::s, -space::s + 2);
    QFont head = Theme::current().body();
    head.setWeight(QFont::DemiBold);
    const QFontMetrics m(head);
    p.setFont(head);
    p.setPen(t.text);
    p.drawText(QRect(r.left(), r.top(), r.width(), m.height()), Qt::AlignLeft | Qt::AlignVCenter, title_);
    const QFont small = Theme::current().caption();
    const QFontMetrics sm(small);
    const int titleWidth = m.horizontalAdvance(title_) + space::s;
    // The long word where it fits, a short one that says the same where not.
    const int room = r.width() - titleWidth - static_cast<int>(markSide) - space::xs;
    QString full = stateWord(state_);
    if (state_ == engine::State::Absent && sm.horizontalAdvance(full) > room) full = tr("none");
    const QString word = sm.elidedText(full, Qt::ElideRight, room);
    const int wordWidth = sm.horizontalAdvance(word);
    p.setFont(small);
    p.drawText(QRect(r.right() - wordWidth, r.top(), wordWidth + 1, m.height()),
               Qt::AlignRight | Qt::AlignVCenter, word);
    const Outcome mark = markOf(state_);
    paintMark(p,
              QRectF(r.right() - wordWidth - markSide - space::xs, r.top() + (m.height() - markSide) / 2.0,
                     markSide, markSide),
              mark, t.of(mark));
    p.setPen(t.textMuted);
    p.drawText(QRect(r.left(), r.bottom() - sm.height() + 1, r.width(), sm.height()),
               Qt::AlignLeft | Qt::AlignVCenter, sm.elidedText(headline_, Qt::ElideRight, r.width()));
    if (hasFocus()) paintFocus(p, rect(), t, 4);
}

void AreaTile::enterEvent(QEnterEvent* event) {
    QAbstractButton::enterEvent(event);
    update();
}

void AreaTile::leaveEvent(QEvent* event) {
    QAbstractButton::leaveEvent(event);
    update();
}

AreaTiles::AreaTiles(QWidget* parent)
    : QWidget(parent), grid_(new QGridLayout(this)), group_(new QButtonGroup(this)) {
    grid_->setContentsMargins(0, 0, 0, 0);
    grid_->setSpacing(space::xs);
    for (int c = 0; c < perRow; ++c) grid_->setColumnStretch(c, 1);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    connect(group_, &QButtonGroup::idClicked, this, &AreaTiles::areaChosen);
}

void AreaTiles::set(const std::vector<engine::AreaView>& areas) {
    while (tiles_.size() > areas.size()) {
        delete tiles_.back();
        tiles_.pop_back();
    }
    while (tiles_.size() < areas.size()) {
        const int at = static_cast<int>(tiles_.size());
        auto* tile = new AreaTile;
        group_->addButton(tile, at);
        grid_->addWidget(tile, at / perRow, at % perRow);
        tiles_.push_back(tile);
    }
    for (size_t i = 0; i < areas.size(); ++i) tiles_[i]->set(areas[i]);
}

void AreaTiles::choose(int area) {
    if (area >= 0 && area < static_cast<int>(tiles_.size()))
        tiles_[static_cast<size_t>(area)]->setChecked(true);
}

int AreaTiles::chosen() const {
    return group_->checkedId();
}

} // namespace waypost::ui
