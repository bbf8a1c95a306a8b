#include "ui/widgets/filter_popup.h"

#include "ui/theme/theme.h"

#include <QKeyEvent>
#include <QLineEdit>
#include <QListWidget>
#include <QPainter>
#include <QStyledItemDelegate>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {

constexpr int mostRows = 10;
constexpr int popupWidth = 460;
constexpr int rowHeight = 24;
enum OfferRole { HelpRole = Qt::UserRole + 1, CountRole };

// The word on the left, its meaning or its count in muted text on the right.
class OfferDelegate : public QStyledItemDelegate {
  public:
    using QStyledItemDelegate::QStyledItemDelegate;
    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const override {
        return {popupWidth, rowHeight};
    }
    void paint(QPainter* p, const QStyleOptionViewItem& option, const QModelIndex& i) const override {
        const Tokens& t = tokens();
        const bool current = option.state & QStyle::State_Selected;
        p->fillRect(option.rect, current ? t.selection : t.surface);
        const QRect area = option.rect.adjusted(space::s, 0, -space::s, 0);
        p->setFont(Theme::current().mono());
        p->setPen(t.text);
        const QString word = i.data().toString();
        const int used = std::min(p->fontMetrics().horizontalAdvance(word) + space::m, area.width() * 2 / 3);
        p->drawText(area.adjusted(0, 0, used - area.width(), 0), Qt::AlignLeft | Qt::AlignVCenter,
                    p->fontMetrics().elidedText(word, Qt::ElideMiddle, used));
        p->setFont(Theme::current().body());
        p->setPen(current ? t.text : t.textMuted);
        QString more = i.data(CountRole).toString();
        if (more.isEmpty()) more = i.data(HelpRole).toString();
        p->drawText(area, Qt::AlignRight | Qt::AlignVCenter,
                    p->fontMetrics().elidedText(more, Qt::ElideRight, area.width() - used));
    }
};

} // namespace

FilterPopup::FilterPopup(QLineEdit* field)
    : QFrame(field->window(), Qt::ToolTip), field_(field), list_(new QListWidget(this)) {
    setFocusPolicy(Qt::NoFocus);
    setFrameShape(QFrame::StyledPanel);
    list_->setFocusPolicy(Qt::NoFocus);
    list_->setFrameShape(QFrame::NoFrame);
    list_->setItemDelegate(new OfferDelegate(list_));
    list_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    list_->setAccessibleName(tr("What can be typed next"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(1, 1, 1, 1);
    column->addWidget(list_);
    connect(list_, &QListWidget::itemClicked, this,
            [this](QListWidgetItem* item) { choose(list_->row(item)); });
    hide();
}

int FilterPopup::current() const {
    return isVisible() ? list_->currentRow() : -1;
}

void FilterPopup::offer(const FilterOffers& offers) {
    offers_ = offers;
    list_->clear();
    for (const FilterOffer& o : offers.items) {
        auto* item = new QListWidgetItem(o.text, list_);
        item->setData(HelpRole, o.help);
        item->setData(CountRole, o.count);
        item->setData(Qt::AccessibleTextRole, o.text + u' ' + (o.count.isEmpty() ? o.help : o.count));
    }
    if (offers.items.empty()) return hide();
    list_->setCurrentRow(-1);
    place();
    show();
}

void FilterPopup::place() {
    const int rows = std::min<int>(mostRows, list_->count());
    resize(std::min(popupWidth, std::max(field_->width(), 240)), rows * rowHeight + 2);
    const int at = field_->fontMetrics().horizontalAdvance(field_->text().left(offers_.start));
    move(field_->mapToGlobal(
        QPoint(std::max(0, std::min(at, field_->width() - width())), field_->height() + 2)));
}

void FilterPopup::choose(int row) {
    if (row < 0 || row >= static_cast<int>(offers_.items.size())) return;
    const FilterOffer offer = offers_.items[static_cast<size_t>(row)];
    hide();
    Q_EMIT chosen(offer);
}

bool FilterPopup::takeKey(QKeyEvent* event) {
    if (!isVisible() || event->modifiers() & (Qt::ControlModifier | Qt::AltModifier)) return false;
    const int row = list_->currentRow(), count = list_->count();
    switch (event->key()) {
    case Qt::Key_Down: list_->setCurrentRow(row + 1 < count ? row + 1 : 0); return true;
    case Qt::Key_Up: list_->setCurrentRow(row > 0 ? row - 1 : count - 1); return true;
    case Qt::Key_Tab: choose(std::max(0, row)); return true;
    case Qt::Key_Escape: hide(); return true;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (row < 0) {
            hide();
            return false;
        }
        choose(row);
        return true;
    default: return false;
    }
}

} // namespace waypost::ui
