#include "ui/widgets/event_table.h"

#include "ui/theme/paint.h"
#include "ui/theme/theme.h"
#include "ui/widgets/event_table_access.h"
#include "ui/widgets/foreign_text.h"

#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QHeaderView>
#include <QHelpEvent>
#include <QMenu>
#include <QPainter>
#include <QScrollBar>
#include <QStandardItemModel>
#include <QToolTip>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {
constexpr int rowHeight = space::rowCompact;
constexpr int markSide = 12;
constexpr quint64 mostRows = INT_MAX; // of a scroll bar
} // namespace

EventTable::EventTable(QWidget* parent)
    : QAbstractScrollArea(parent), header_(new QHeaderView(Qt::Horizontal, this)),
      heads_(new QStandardItemModel(this)) {
    installEventTableAccess();
    setFocusPolicy(Qt::StrongFocus);
    setFrameShape(QFrame::NoFrame);
    viewport()->setMouseTracking(true);
    header_->setModel(heads_);
    header_->setSectionsMovable(true);
    header_->setHighlightSections(false);
    header_->setStretchLastSection(true);
    header_->setMinimumSectionSize(36);
    header_->setFocusPolicy(Qt::NoFocus);
    header_->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(header_, &QWidget::customContextMenuRequested, this, &EventTable::headerMenu);
    for (auto signal : {&QHeaderView::sectionMoved, &QHeaderView::sectionResized})
        connect(header_, signal, this, [this] { layOut(); });
    verticalScrollBar()->setSingleStep(1);
}

EventTable::~EventTable() = default;

void EventTable::setColumns(std::vector<Column> columns) {
    columns_ = std::move(columns);
    heads_->setColumnCount(static_cast<int>(columns_.size()));
    for (int i = 0; i < heads_->columnCount(); ++i) {
        const Column& c = columns_[static_cast<size_t>(i)];
        auto* item = new QStandardItem(c.title);
        item->setTextAlignment(c.align);
        heads_->setHorizontalHeaderItem(i, item);
        header_->resizeSection(i, c.width);
    }
    layOut();
}

int EventTable::columnOf(const QString& id) const {
    for (int i = 0; i < static_cast<int>(columns_.size()); ++i)
        if (columns_[static_cast<size_t>(i)].id == id) return i;
    return -1;
}

void EventTable::setColumnShown(const QString& id, bool shown) {
    if (const int i = columnOf(id); i >= 0) header_->setSectionHidden(i, !shown);
    layOut();
}

// --- what is held

void EventTable::ask() {
    pages_.clear();
    anchors_ = {{0, 0}};
    asked_.clear();
    count_ = 0;
    ended_ = false;
    error_.clear();
    current_ = anchor_ = -1;
    newest_ = 0;
    verticalScrollBar()->setValue(0);
    layOut();
    send(0);
}

void EventTable::send(quint64 page) {
    if (asked_.contains(page) || !fetch_) return;
    const quint64 first = page * pageRows;
    auto from = std::prev(anchors_.upper_bound(first));
    const WindowAsk ask{++lastTicket_, first, from->second, first - from->first, pageRows};
    asked_[page] = ask.ticket;
    fetch_(ask);
}

void EventTable::setCount(quint64 rows) {
    if (ended_ || rows == count_) return;
    count_ = std::max<quint64>(rows, pages_.empty() ? 0 : pages_.rbegin()->first * pageRows + 1);
    layOut();
}

void EventTable::page(quint64 ticket, quint64 first, std::vector<Row> rows, bool more) {
    const quint64 page = first / pageRows;
    const auto asked = asked_.find(page);
    if (asked == asked_.end() || asked->second != ticket) return;
    asked_.erase(asked);
    const quint64 end = first + rows.size();
    // Newer events push in from above: from here on rows are counted from the one that was the newest.
    if (first == 0 && !rows.empty()) {
        newest_ = rows.front().key.toLongLong();
        anchors_[0] = newest_ + 1;
    }
    // Beyond the end there is nothing to correct with.
    if (!more && (!rows.empty() || first == 0)) {
        count_ = end;
        ended_ = true;
    } else if (more) {
        count_ = std::max(count_, end + 1);
        if (!rows.empty()) anchors_[end] = rows.back().key.toLongLong();
    }
    hold(page, std::move(rows));
    layOut();
    Q_EMIT answered();
}

void EventTable::failed(quint64 ticket, const QString& sentence) {
    std::erase_if(asked_, [ticket](const auto& a) { return a.second == ticket; });
    error_ = sentence;
    viewport()->update();
    Q_EMIT answered();
}

// The pages used longest ago make room.
void EventTable::hold(quint64 page, std::vector<Row> rows) {
    pages_[page] = {std::move(rows), ++clock_};
    while (pages_.size() > pagesHeld) {
        auto oldest = pages_.begin();
        for (auto p = pages_.begin(); p != pages_.end(); ++p)
            if (p->second.used < oldest->second.used) oldest = p;
        pages_.erase(oldest);
    }
}

const Row* EventTable::row(quint64 index) const {
    const auto page = pages_.find(index / pageRows);
    const auto at = static_cast<size_t>(index % pageRows);
    return page != pages_.end() && at < page->second.rows.size() ? &page->second.rows[at] : nullptr;
}

qsizetype EventTable::heldRows() const {
    qsizetype out = 0;
    for (const auto& [n, page] : pages_) out += static_cast<qsizetype>(page.rows.size());
    return out;
}

QString EventTable::currentKey() const {
    const Row* r = current_ < 0 ? nullptr : row(static_cast<quint64>(current_));
    return r ? r->key : QString();
}

void EventTable::fetchSeen() {
    if (count_ == 0) return;
    const quint64 top = topRow(),
                  last = std::min<quint64>(count_ - 1, top + static_cast<quint64>(seenRows()));
    for (quint64 page = top / pageRows; page <= last / pageRows; ++page) {
        const auto held = pages_.find(page);
        if (held == pages_.end())
            send(page);
        else
            held->second.used = ++clock_;
    }
}

// --- geometry

int EventTable::seenRows() const {
    return std::max(1, viewport()->height() / rowHeight);
}

quint64 EventTable::topRow() const {
    return static_cast<quint64>(verticalScrollBar()->value());
}

QRect EventTable::rowRect(quint64 index) const {
    const quint64 top = topRow();
    if (index < top || index > top + static_cast<quint64>(seenRows())) return {};
    return {0, static_cast<int>(index - top) * rowHeight, viewport()->width(), rowHeight};
}

qint64 EventTable::rowAt(int y) const {
    const quint64 at = topRow() + static_cast<quint64>(std::max(0, y) / rowHeight);
    return y >= 0 && at < count_ ? static_cast<qint64>(at) : -1;
}

int EventTable::columnAt(int x) const {
    return header_->logicalIndexAt(x);
}

void EventTable::layOut() {
    setViewportMargins(0, space::header, 0, 0);
    const QRect view = viewport()->geometry();
    header_->setGeometry(view.left(), view.top() - space::header, view.width(), space::header);
    const quint64 rows = std::min(count_, mostRows);
    const int seen = seenRows();
    verticalScrollBar()->setRange(0, std::max(0, static_cast<int>(rows) - seen));
    verticalScrollBar()->setPageStep(seen);
    horizontalScrollBar()->setRange(0, std::max(0, header_->length() - view.width()));
    horizontalScrollBar()->setPageStep(view.width());
    header_->setOffset(horizontalScrollBar()->value());
    fetchSeen();
    viewport()->update();
}

void EventTable::resizeEvent(QResizeEvent* event) {
    QAbstractScrollArea::resizeEvent(event);
    layOut();
}

void EventTable::scrollContentsBy(int, int) {
    header_->setOffset(horizontalScrollBar()->value());
    fetchSeen();
    viewport()->update();
}

// --- painting

void EventTable::paintEvent(QPaintEvent*) {
    QPainter p(viewport());
    const Tokens& t = tokens();
    p.fillRect(viewport()->rect(), t.surface);
    const quint64 top = topRow();
    for (int i = 0; i <= seenRows(); ++i) {
        const quint64 index = top + static_cast<quint64>(i);
        if (index >= count_) break;
        paintRow(p, index, {0, i * rowHeight, viewport()->width(), rowHeight});
    }
    if (!error_.isEmpty() && count_ == 0) {
        p.setPen(t.text);
        p.drawText(viewport()->rect(), Qt::AlignCenter | Qt::TextWordWrap, error_);
    }
}

void EventTable::paintRow(QPainter& p, quint64 index, const QRect& area) {
    const Tokens& t = tokens();
    const auto i = static_cast<qint64>(index);
    const bool selected =
        current_ >= 0 && i >= std::min(current_, anchor_) && i <= std::max(current_, anchor_);
    if (selected) p.fillRect(area, t.selection);
    const Row* r = row(index);
    if (!r) {
        p.setPen(t.textMuted);
        p.drawText(area.adjusted(space::s, 0, 0, 0), Qt::AlignVCenter | Qt::AlignLeft, u"…"_s);
        return;
    }
    for (int visual = 0; visual < header_->count(); ++visual) {
        const int logical = header_->logicalIndex(visual);
        if (header_->isSectionHidden(logical) || logical >= static_cast<int>(r->cells.size())) continue;
        const int x = header_->sectionViewportPosition(logical), width = header_->sectionSize(logical);
        if (x + width < 0 || x > area.width()) continue;
        paintCell(p, r->cells[static_cast<size_t>(logical)], columns_[static_cast<size_t>(logical)],
                  QRect(x, area.top(), width, area.height()));
    }
    if (i == current_ && hasFocus()) paintFocus(p, area, t, 2);
}

void EventTable::paintCell(QPainter& p, const Cell& cell, const Column& column, const QRect& area) {
    const Tokens& t = tokens();
    QRect text = area.adjusted(space::s, 0, -space::xs, 0);
    if (cell.state) {
        paintMark(p, QRectF(text.left(), text.center().y() - markSide / 2.0 + 0.5, markSide, markSide),
                  *cell.state, t.of(*cell.state));
        text.setLeft(text.left() + markSide + space::xs);
    }
    p.setFont(column.mono ? Theme::current().mono() : Theme::current().body());
    p.setPen(t.text);
    const QString shown = foreign::printable(QStringView(cell.text).left(400));
    p.drawText(text, static_cast<int>(column.align) | Qt::TextSingleLine,
               p.fontMetrics().elidedText(shown, Qt::ElideRight, text.width()));
}

// --- moving and choosing

void EventTable::setCurrentRow(qint64 index, bool extend) {
    if (count_ == 0) return;
    index = std::clamp<qint64>(index, 0, static_cast<qint64>(count_) - 1);
    const bool other = index != current_;
    current_ = index;
    if (!extend || anchor_ < 0) anchor_ = index;
    const auto top = static_cast<qint64>(topRow());
    const int seen = seenRows();
    if (index < top) verticalScrollBar()->setValue(static_cast<int>(index));
    if (index >= top + seen) verticalScrollBar()->setValue(static_cast<int>(index - seen + 1));
    viewport()->update();
    if (!other) return;
    QAccessibleEvent focus(this, QAccessible::Focus);
    focus.setChild(static_cast<int>(index - static_cast<qint64>(topRow())) + 1);
    QAccessible::updateAccessibility(&focus);
    if (const QString key = currentKey(); !key.isEmpty()) Q_EMIT rowCurrent(key);
}

bool EventTable::moveBy(QKeyEvent* event) {
    const bool extend = event->modifiers() & Qt::ShiftModifier;
    const qint64 at = std::max<qint64>(0, current_);
    switch (event->key()) {
    case Qt::Key_J:
    case Qt::Key_Down: setCurrentRow(current_ < 0 ? 0 : at + 1, extend); return true;
    case Qt::Key_K:
    case Qt::Key_Up: setCurrentRow(at - 1, extend); return true;
    case Qt::Key_PageDown: setCurrentRow(at + seenRows(), extend); return true;
    case Qt::Key_PageUp: setCurrentRow(at - seenRows(), extend); return true;
    case Qt::Key_Home: setCurrentRow(0, extend); return true;
    case Qt::Key_End: setCurrentRow(static_cast<qint64>(count_) - 1, extend); return true;
    case Qt::Key_Left:
    case Qt::Key_Right: {
        constexpr int step = 60;
        horizontalScrollBar()->setValue(horizontalScrollBar()->value() +
                                        (event->key() == Qt::Key_Left ? -step : step));
        return true;
    }
    default: return false;
    }
}

void EventTable::goToProblem(int direction) {
    for (qint64 i = current_ + direction; i >= 0 && i < static_cast<qint64>(count_); i += direction) {
        const Row* r = row(static_cast<quint64>(i));
        if (!r) return setCurrentRow(i); // further is not held: the next press looks on from there
        for (const Cell& c : r->cells)
            if (c.state && *c.state >= Outcome::Deferred) return setCurrentRow(i);
    }
}

void EventTable::keyPressEvent(QKeyEvent* event) {
    if (event->matches(QKeySequence::Copy)) {
        QApplication::clipboard()->setText(selectionAsText());
        return;
    }
    const bool plain = (event->modifiers() & ~(Qt::ShiftModifier | Qt::KeypadModifier)) == 0;
    if (plain && event->key() == Qt::Key_E)
        return goToProblem(event->modifiers() & Qt::ShiftModifier ? -1 : 1);
    if (plain && (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter)) {
        if (const QString key = currentKey(); !key.isEmpty()) Q_EMIT rowActivated(key);
        return;
    }
    if (plain && moveBy(event)) return;
    QAbstractScrollArea::keyPressEvent(event);
}

void EventTable::mousePressEvent(QMouseEvent* event) {
    const qint64 at = rowAt(event->pos().y());
    if (at < 0) return;
    if (event->button() == Qt::LeftButton || at < std::min(current_, anchor_) ||
        at > std::max(current_, anchor_))
        setCurrentRow(at, event->modifiers() & Qt::ShiftModifier);
}

void EventTable::mouseDoubleClickEvent(QMouseEvent* event) {
    if (rowAt(event->pos().y()) < 0) return;
    if (const QString key = currentKey(); !key.isEmpty()) Q_EMIT rowActivated(key);
}

QString EventTable::cellText(quint64 index, int column) const {
    const Row* r = row(index);
    if (!r || column < 0 || column >= static_cast<int>(r->cells.size())) return {};
    return foreign::printable(r->cells[static_cast<size_t>(column)].text);
}

QString EventTable::selectionAsText(QChar separator) const {
    if (current_ < 0) return {};
    QList<int> shown;
    QStringList heads, lines;
    for (int visual = 0; visual < header_->count(); ++visual) {
        const int logical = header_->logicalIndex(visual);
        if (header_->isSectionHidden(logical)) continue;
        shown << logical;
        heads << columns_[static_cast<size_t>(logical)].title;
    }
    lines << heads.join(separator);
    const qint64 first = std::min(current_, anchor_), last = std::max(current_, anchor_);
    for (const auto& [page, held] : pages_) {
        for (size_t n = 0; n < held.rows.size(); ++n) {
            const quint64 index = page * pageRows + n;
            if (static_cast<qint64>(index) < first || static_cast<qint64>(index) > last) continue;
            QStringList cells;
            for (const int c : shown) cells << cellText(index, c).replace(separator, u' ');
            lines << cells.join(separator);
        }
    }
    return lines.join(u'\n');
}

void EventTable::contextMenuEvent(QContextMenuEvent* event) {
    const bool keyboard = event->reason() == QContextMenuEvent::Keyboard;
    const qint64 at = keyboard ? current_ : rowAt(event->pos().y());
    const Row* r = at < 0 ? nullptr : row(static_cast<quint64>(at));
    if (!r) return;
    const int column = keyboard ? header_->logicalIndex(0) : columnAt(event->pos().x());
    if (column < 0 || column >= static_cast<int>(r->cells.size())) return;
    const Cell& cell = r->cells[static_cast<size_t>(column)];
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    if (const QString term = cell.filter; !term.isEmpty()) {
        menu->addAction(tr("Apply as filter"), this, [this, term] { Q_EMIT filterAsked(term); });
        menu->addAction(tr("Exclude"), this, [this, term] { Q_EMIT filterAsked(u"-"_s + term); });
        menu->addAction(tr("Copy as filter"), this, [term] { QApplication::clipboard()->setText(term); });
    }
    menu->addAction(tr("Copy value"), this, [value = cell.raw.isValid() ? cell.raw.toString() : cell.text] {
        QApplication::clipboard()->setText(value);
    });
    menu->addAction(tr("Copy rows"), this, [this] { QApplication::clipboard()->setText(selectionAsText()); });
    menu->popup(keyboard ? viewport()->mapToGlobal(rowRect(static_cast<quint64>(at)).bottomLeft())
                         : event->globalPos());
}

bool EventTable::viewportEvent(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        auto* help = static_cast<QHelpEvent*>(event);
        const qint64 at = rowAt(help->pos().y());
        const Row* r = at < 0 ? nullptr : row(static_cast<quint64>(at));
        const int column = columnAt(help->pos().x());
        if (r && column >= 0 && column < static_cast<int>(r->cells.size())) {
            const Cell& c = r->cells[static_cast<size_t>(column)];
            QToolTip::showText(help->globalPos(), foreign::toolTip(c.toolTip.isEmpty() ? c.text : c.toolTip),
                               this);
        }
        return true;
    }
    return QAbstractScrollArea::viewportEvent(event);
}

void EventTable::focusInEvent(QFocusEvent* event) {
    QAbstractScrollArea::focusInEvent(event);
    viewport()->update();
}

void EventTable::focusOutEvent(QFocusEvent* event) {
    QAbstractScrollArea::focusOutEvent(event);
    viewport()->update();
}

void EventTable::headerMenu(const QPoint& at) {
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    for (int i = 0; i < static_cast<int>(columns_.size()); ++i) {
        QAction* action = menu->addAction(columns_[static_cast<size_t>(i)].title);
        action->setCheckable(true);
        action->setChecked(!header_->isSectionHidden(i));
        connect(action, &QAction::toggled, this,
                [this, i](bool on) { setColumnShown(columns_[static_cast<size_t>(i)].id, on); });
    }
    menu->popup(header_->mapToGlobal(at));
}

QByteArray EventTable::saveLayout() const {
    return header_->saveState();
}

void EventTable::restoreLayout(const QByteArray& state) {
    header_->restoreState(state);
    layOut();
}

} // namespace waypost::ui
