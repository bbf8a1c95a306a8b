#include "ui/shell/nav_rail.h"

#include "ui/theme/icons.h"
#include "ui/theme/paint.h"
#include "ui/theme/theme.h"

#include <QAbstractButton>
#include <QButtonGroup>
#include <QPainter>
#include <QToolButton>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {
constexpr int buttonHeight = 34, iconSide = 20;
} // namespace

class NavRail::Button final : public QAbstractButton {
  public:
    Button(NavRail* rail, QString id_, const QString& title, const QString& iconName, QString keys_)
        : QAbstractButton(rail), rail_(rail), id(std::move(id_)), keys(std::move(keys_)) {
        setText(title);
        setIcon(waypost::ui::icon(iconName));
        setCheckable(true);
        setFocusPolicy(Qt::StrongFocus);
        setAccessibleName(title);
        setToolTip(keys.isEmpty() ? title : u"%1 (%2)"_s.arg(title, keys));
        setFixedHeight(buttonHeight);
        setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    }
    [[nodiscard]] QSize sizeHint() const override { return {space::railWide, buttonHeight}; }
    const NavRail* rail_;
    QString id, keys;
    int count = 0;

  protected:
    void paintEvent(QPaintEvent*) override {
        const Tokens& t = tokens();
        QPainter p(this);
        p.setRenderHint(QPainter::Antialiasing);
        const QRectF box = QRectF(rect()).adjusted(6, 1, -6, -1);
        if (isChecked() || underMouse()) {
            p.setPen(Qt::NoPen);
            p.setBrush(isChecked() ? t.selection : t.hover);
            p.drawRoundedRect(box, 4, 4);
        }
        if (isChecked()) p.fillRect(QRectF(0, box.top() + 4, 3, box.height() - 8), t.accent);
        const bool narrow = rail_->isCollapsed();
        const int left = narrow ? (width() - iconSide) / 2 : 16;
        icon().paint(&p, QRect(left, (height() - iconSide) / 2, iconSide, iconSide), Qt::AlignCenter,
                     QIcon::Normal, isChecked() ? QIcon::On : QIcon::Off);
        QFont f = Theme::current().body();
        if (isChecked()) f.setWeight(QFont::DemiBold);
        p.setFont(f);
        p.setPen(t.text);
        if (!narrow) {
            const QRect words = rect().adjusted(16 + iconSide + 10, 0, count ? -40 : -10, 0);
            p.drawText(words, Qt::AlignVCenter | Qt::AlignLeft,
                       QFontMetrics(f).elidedText(text(), Qt::ElideRight, words.width()));
        }
        if (count) paintCount(p, narrow);
        if (hasFocus()) paintFocus(p, box, t);
    }
    void paintCount(QPainter& p, bool narrow) const {
        p.setFont(Theme::current().caption());
        const QString text = count > 99 ? u"99+"_s : QString::number(count);
        const int w = std::max(18, QFontMetrics(p.font()).horizontalAdvance(text) + 10);
        const QRectF pill(width() - w - (narrow ? 6 : 12), narrow ? 2 : (height() - 16) / 2.0, w, 16);
        p.setPen(Qt::NoPen);
        p.setBrush(tokens().accent);
        p.drawRoundedRect(pill, 8, 8);
        p.setPen(tokens().accentText);
        p.drawText(pill, Qt::AlignCenter, text);
    }
};

NavRail::NavRail(QWidget* parent)
    : QWidget(parent), main_(new QVBoxLayout), tools_(new QVBoxLayout), fold_(new QToolButton(this)),
      group_(new QButtonGroup(this)) {
    setObjectName(u"rail"_s);
    setAttribute(Qt::WA_StyledBackground);
    fold_->setIcon(icon(u"rail"));
    fold_->setAccessibleName(tr("Collapse navigation"));
    fold_->setToolTip(tr("Collapse or widen the navigation"));
    connect(fold_, &QToolButton::clicked, this, [this] { setCollapsed(!collapsed_); });
    main_->setSpacing(2);
    tools_->setSpacing(2);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, space::s, 0, space::s);
    column->setSpacing(space::s);
    column->addLayout(main_);
    column->addStretch();
    column->addLayout(tools_);
    auto* last = new QHBoxLayout;
    last->setContentsMargins(10, 0, 10, 0);
    last->addWidget(fold_);
    last->addStretch();
    column->addLayout(last);
    applyWidth();
}

void NavRail::add(const QString& id, const QString& title, const QString& iconName, const QString& keys,
                  Section section) {
    auto* button = new Button(this, id, title, iconName, keys);
    buttons_.push_back(button);
    group_->addButton(button);
    (section == Section::Main ? main_ : tools_)->addWidget(button);
    connect(button, &QAbstractButton::clicked, this, [this, id] { Q_EMIT chosen(id); });
}

void NavRail::setCurrent(const QString& id) {
    for (Button* b : buttons_)
        if (b->id == id) b->setChecked(true);
}

void NavRail::setCount(const QString& id, int count) {
    for (Button* b : buttons_) {
        if (b->id != id) continue;
        b->count = count;
        b->setAccessibleDescription(count ? tr("%1 need a person").arg(count) : QString());
        b->update();
    }
}

void NavRail::setCollapsed(bool collapsed) {
    if (collapsed == collapsed_) return;
    collapsed_ = collapsed;
    applyWidth();
    Q_EMIT collapsedChanged(collapsed_);
}

void NavRail::applyWidth() {
    setFixedWidth(collapsed_ ? space::railNarrow : space::railWide);
    update();
}

} // namespace waypost::ui
