#include "ui/shell/omnibox.h"

#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/widgets/foreign_text.h"

#include <QGraphicsDropShadowEffect>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPainter>
#include <QStyledItemDelegate>
#include <QVBoxLayout>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {

constexpr int boxWidth = 620, rowHeight = 32, rowsShown = 10, recentLimit = 20;
enum Role { CategoryRole = Qt::UserRole, KeysRole };

class RowDelegate final : public QStyledItemDelegate {
  public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* p, const QStyleOptionViewItem& o, const QModelIndex& i) const override {
        const Tokens& t = tokens();
        p->save();
        if (o.state & QStyle::State_Selected) p->fillRect(o.rect, t.selection);
        const QRect r = o.rect.adjusted(space::m, 0, -space::m, 0);
        i.data(Qt::DecorationRole).value<QIcon>().paint(p, QRect(r.left(), r.center().y() - 8, 18, 18));
        p->setFont(Theme::current().caption());
        p->setPen(t.textMuted);
        const QString keys = i.data(KeysRole).toString(), category = i.data(CategoryRole).toString();
        const QFontMetrics small(p->font());
        int right = r.right();
        if (!keys.isEmpty()) {
            const int w = small.horizontalAdvance(keys) + 12;
            const QRectF cap(right - w + 0.5, r.center().y() - 8.5, w, 18);
            p->setBrush(Qt::NoBrush);
            p->setPen(QPen(t.lineStrong, 1));
            p->drawRoundedRect(cap, 3, 3);
            p->setPen(t.textMuted);
            p->drawText(cap, Qt::AlignCenter, keys);
            right -= w + space::s;
        }
        const int cw = small.horizontalAdvance(category);
        p->drawText(QRect(right - cw, r.top(), cw + 1, r.height()), Qt::AlignVCenter, category);
        p->setFont(Theme::current().body());
        p->setPen(t.text);
        const QRect words(r.left() + 28, r.top(), right - cw - r.left() - 36, r.height());
        p->drawText(words, Qt::AlignVCenter,
                    QFontMetrics(p->font()).elidedText(i.data().toString(), Qt::ElideMiddle, words.width()));
        p->restore();
    }
    QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const override {
        return {200, rowHeight};
    }
};

} // namespace

int fuzzyScore(const QString& typed, const QString& text) {
    if (typed.isEmpty()) return 0;
    int score = 0, run = 0;
    qsizetype at = 0;
    for (const QChar wanted : typed) {
        if (wanted.isSpace()) {
            run = 0;
            continue;
        }
        const qsizetype found = text.indexOf(wanted, at, Qt::CaseInsensitive);
        if (found < 0) return -1;
        run = found == at && at > 0 ? run + 1 : 0;
        score += 1 + 3 * run;
        if (found == 0 || !text[found - 1].isLetterOrNumber()) score += 5;
        at = found + 1;
    }
    if (text.contains(typed, Qt::CaseInsensitive)) score += 20;
    if (text.startsWith(typed, Qt::CaseInsensitive)) score += 20;
    return score * 100 / (100 + static_cast<int>(text.size()));
}

Omnibox::Omnibox(QWidget* window)
    : QFrame(window), field_(new QLineEdit(this)), list_(new QListWidget(this)), none_(new QLabel(this)) {
    setProperty("popup", true);
    setAccessibleName(tr("Palette"));
    field_->setPlaceholderText(tr("Domain, IP, address, Message-ID or command"));
    field_->setAccessibleName(tr("Palette search"));
    field_->addAction(icon(u"search"), QLineEdit::LeadingPosition);
    field_->installEventFilter(this);
    list_->setItemDelegate(new RowDelegate(list_));
    list_->setUniformItemSizes(true);
    list_->setFocusPolicy(Qt::NoFocus);
    list_->setAccessibleName(tr("Palette results"));
    list_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    none_->setProperty("role", u"muted"_s);
    none_->setContentsMargins(space::m, space::s, space::m, space::s);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(space::s, space::s, space::s, space::s);
    column->setSpacing(space::s);
    column->addWidget(field_);
    column->addWidget(list_);
    column->addWidget(none_);
    connect(field_, &QLineEdit::textChanged, this, &Omnibox::refill);
    connect(list_, &QListWidget::itemClicked, this, &Omnibox::runCurrent);
    window->installEventFilter(this);
    hide();
}

void Omnibox::addProvider(std::shared_ptr<PaletteProvider> provider) {
    providers_.push_back(std::move(provider));
}

std::vector<PaletteItem> Omnibox::matches(const QString& typed) const {
    struct Scored {
        PaletteItem item;
        int score;
        size_t order; // as offered
    };
    std::vector<Scored> found;
    const QString words = typed.trimmed();
    for (const auto& provider : providers_) {
        for (PaletteItem& item : provider->offer(words)) {
            int score = item.group == PaletteItem::Group::LookUp
                            ? 1 // a look-up is made for the typed text, it always fits
                            : std::max(fuzzyScore(words, item.title),
                                       fuzzyScore(words, item.category + u' ' + item.title) - 2);
            if (!words.isEmpty() && score <= 0) continue;
            const qsizetype recent = recents_.indexOf(item.id);
            if (recent >= 0) score += words.isEmpty() ? 1000 - static_cast<int>(recent) : 5;
            found.push_back({std::move(item), score, found.size()});
        }
    }
    std::sort(found.begin(), found.end(), [&](const Scored& a, const Scored& b) {
        const bool recentA = a.score >= 900, recentB = b.score >= 900;
        if (recentA != recentB) return recentA;
        if (a.item.group != b.item.group && !recentA) return a.item.group < b.item.group;
        return a.score != b.score ? a.score > b.score : a.order < b.order;
    });
    std::vector<PaletteItem> out;
    for (Scored& s : found)
        if (out.size() < shownLimit) out.push_back(std::move(s.item));
    return out;
}

void Omnibox::refill() {
    shown_ = matches(field_->text());
    list_->clear();
    for (const PaletteItem& item : shown_) {
        auto* row = new QListWidgetItem(icon(item.icon.isEmpty() ? u"search"_s : item.icon),
                                        foreign::printable(item.title), list_);
        row->setData(CategoryRole, item.category);
        row->setData(KeysRole, item.keys);
        row->setData(Qt::AccessibleTextRole, QStringList{item.title, item.category, item.keys}.join(u' '));
    }
    if (!shown_.empty()) list_->setCurrentRow(0);
    list_->setVisible(!shown_.empty());
    none_->setVisible(shown_.empty());
    none_->setText(tr("Nothing by that name. Type a domain, an IP address or a command."));
    place();
}

void Omnibox::place() {
    const int rows = std::clamp(static_cast<int>(shown_.size()), 1, rowsShown);
    list_->setFixedHeight(rows * rowHeight + 6);
    layout()->activate();
    const int width = std::min(boxWidth, parentWidget()->width() - 2 * space::xl);
    setGeometry((parentWidget()->width() - width) / 2, space::s, width, sizeHint().height());
}

void Omnibox::popUp(const QString& text) {
    field_->setText(text);
    refill();
    show();
    raise();
    place();
    field_->setFocus(Qt::PopupFocusReason);
}

void Omnibox::dismiss() {
    hide();
}

void Omnibox::runCurrent() {
    const int at = list_->currentRow();
    if (at < 0 || at >= static_cast<int>(shown_.size())) return;
    const PaletteItem item = shown_[static_cast<size_t>(at)];
    recents_.removeAll(item.id);
    recents_.prepend(item.id);
    while (recents_.size() > recentLimit) recents_.removeLast();
    dismiss();
    Q_EMIT ran(item.id);
    if (item.run) item.run();
}

bool Omnibox::eventFilter(QObject* watched, QEvent* event) {
    if (watched == parentWidget() && event->type() == QEvent::Resize && isVisible()) place();
    if (watched == field_ && event->type() == QEvent::FocusOut && isVisible()) dismiss();
    if (watched != field_ || event->type() != QEvent::KeyPress) return QFrame::eventFilter(watched, event);
    const int count = list_->count();
    switch (static_cast<QKeyEvent*>(event)->key()) {
    case Qt::Key_Escape: dismiss(); return true;
    case Qt::Key_Return:
    case Qt::Key_Enter: runCurrent(); return true;
    case Qt::Key_Down:
        if (count) list_->setCurrentRow((list_->currentRow() + 1) % count);
        return true;
    case Qt::Key_Up:
        if (count) list_->setCurrentRow((list_->currentRow() + count - 1) % count);
        return true;
    default: return QFrame::eventFilter(watched, event);
    }
}

} // namespace waypost::ui
