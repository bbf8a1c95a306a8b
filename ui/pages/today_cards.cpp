#include "ui/pages/today_cards.h"

#include "ui/pages/page_values.h"
#include "ui/theme/paint.h"
#include "ui/theme/theme.h"
#include "ui/widgets/age_label.h"
#include "ui/widgets/foreign_text.h"

#include <QAbstractListModel>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QStyledItemDelegate>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {

constexpr int cardHeight = 54;
constexpr int cardsShown = 6; // more scroll
constexpr int markSide = 16;
constexpr int openWidth = 64;

enum CardRole { SentenceRole = Qt::UserRole + 1, WhyRole, StateRole, PageRole, ObjectRole, AgeRole };

} // namespace

class TodayCards::Model : public QAbstractListModel {
  public:
    using QAbstractListModel::QAbstractListModel;
    std::vector<engine::TodayCard> cards;
    UtcTime now;

    void replace(std::vector<engine::TodayCard> fresh, UtcTime at) {
        beginResetModel();
        cards = std::move(fresh);
        now = at;
        endResetModel();
    }
    [[nodiscard]] int rowCount(const QModelIndex& parent) const override {
        return parent.isValid() ? 0 : static_cast<int>(cards.size());
    }
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override {
        if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
        const engine::TodayCard& c = cards[static_cast<size_t>(index.row())];
        switch (role) {
        case Qt::DisplayRole:
        case Qt::AccessibleTextRole:
            return u"%1: %2. %3"_s.arg(stateWord(c.severity), foreign::printable(qstr(c.text)),
                                       foreign::printable(qstr(c.why)));
        case Qt::ToolTipRole: return foreign::toolTip(qstr(c.text) + u"\n"_s + qstr(c.why));
        case SentenceRole: return foreign::printable(qstr(c.text));
        case WhyRole: return foreign::printable(qstr(c.why));
        case StateRole: return static_cast<int>(c.severity);
        case PageRole: return qstr(c.page);
        case ObjectRole: return qstr(c.object);
        case AgeRole: return c.since.ms == 0 ? QString() : ageText(c.since.ms, now.ms);
        default: return {};
        }
    }
};

class TodayCards::Delegate : public QStyledItemDelegate {
  public:
    using QStyledItemDelegate::QStyledItemDelegate;
    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const override {
        return {320, cardHeight};
    }
    void paint(QPainter* p, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        const Tokens& t = tokens();
        const QRect r = option.rect;
        p->save();
        if (option.state & QStyle::State_Selected)
            p->fillRect(r, t.selection);
        else if (option.state & QStyle::State_MouseOver)
            p->fillRect(r, t.hover);
        p->setPen(t.line);
        p->drawLine(r.bottomLeft(), r.bottomRight());
        const auto state = static_cast<engine::State>(index.data(StateRole).toInt());
        const Outcome mark = markOf(state);
        const QRectF markRect(r.left() + space::m, r.top() + 11, markSide, markSide);
        paintMark(*p, markRect, mark, t.of(mark));
        paintWords(*p, option, r, state, index);
        p->restore();
    }

  private:
    static void paintWords(QPainter& p, const QStyleOptionViewItem& option, const QRect& r,
                           engine::State state, const QModelIndex& index) {
        const Tokens& t = tokens();
        const QFont bold = Theme::current().section();
        const QFont caption = Theme::current().caption();
        const int left = r.left() + space::m + markSide + space::s;
        const int wordWidth = 96;
        const QRect first(left, r.top() + 8, r.right() - left - openWidth - space::m, 22);
        const QRect second(left + wordWidth, r.top() + 30, first.width() - wordWidth, 18);
        p.setFont(option.font);
        p.setPen(t.textMuted);
        p.drawText(QRect(left, first.top(), wordWidth, first.height()), Qt::AlignVCenter, stateWord(state));
        p.setFont(bold);
        p.setPen(t.text);
        const QRect sentence = first.adjusted(wordWidth, 0, 0, 0);
        p.drawText(sentence, Qt::AlignVCenter,
                   QFontMetrics(bold).elidedText(index.data(SentenceRole).toString(), Qt::ElideMiddle,
                                                 sentence.width()));
        p.setFont(caption);
        p.setPen(t.textMuted);
        QString why = index.data(WhyRole).toString();
        const QString age = index.data(AgeRole).toString();
        if (!age.isEmpty()) why += u" · "_s + age;
        p.drawText(second, Qt::AlignVCenter,
                   QFontMetrics(caption).elidedText(why, Qt::ElideRight, second.width()));
        p.setFont(option.font);
        p.setPen(t.accent);
        p.drawText(QRect(r.right() - openWidth - space::m, r.top(), openWidth, r.height()),
                   Qt::AlignVCenter | Qt::AlignRight, TodayCards::tr("Open"));
    }
};

TodayCards::TodayCards(QWidget* parent) : QListView(parent), model_(new Model(this)) {
    setModel(model_);
    setItemDelegate(new Delegate(this));
    setAccessibleName(tr("Needs a person"));
    setUniformItemSizes(true);
    setMouseTracking(true);
    setFrameShape(NoFrame);
    setSelectionMode(SingleSelection);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void TodayCards::setCards(std::vector<engine::TodayCard> cards, UtcTime now) {
    const int row = currentIndex().row();
    model_->replace(std::move(cards), now);
    if (count() > 0) setCurrentIndex(model_->index(std::clamp(row, 0, count() - 1)));
    updateGeometry();
}

int TodayCards::count() const {
    return model_->rowCount({});
}

QSize TodayCards::sizeHint() const {
    return {480, cardHeight * std::clamp(count(), 1, cardsShown) + 2 * frameWidth() + 4};
}

QSize TodayCards::minimumSizeHint() const {
    return {240, cardHeight * std::clamp(count(), 1, 3) + 4};
}

void TodayCards::open(const QModelIndex& index) {
    if (index.isValid()) Q_EMIT opened(index.data(PageRole).toString(), index.data(ObjectRole).toString());
}

void TodayCards::keyPressEvent(QKeyEvent* event) {
    const int row = currentIndex().row();
    if (event->key() == Qt::Key_J) return setCurrentIndex(model_->index(std::min(row + 1, count() - 1)));
    if (event->key() == Qt::Key_K) return setCurrentIndex(model_->index(std::max(row - 1, 0)));
    if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) return open(currentIndex());
    QListView::keyPressEvent(event);
}

void TodayCards::mouseReleaseEvent(QMouseEvent* event) {
    QListView::mouseReleaseEvent(event);
    const QModelIndex index = indexAt(event->position().toPoint());
    const bool onOpen = event->position().x() > viewport()->width() - openWidth - 2 * space::m;
    if (event->button() == Qt::LeftButton && onOpen) open(index);
}

} // namespace waypost::ui
