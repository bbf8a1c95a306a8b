#include "ui/pages/domains_detail.h"

#include "ui/pages/page_values.h"
#include "ui/theme/paint.h"
#include "ui/theme/theme.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/foreign_text.h"

#include <QApplication>
#include <QButtonGroup>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QMenu>
#include <QPainter>
#include <QPushButton>
#include <QStackedWidget>
#include <QTreeWidgetItemIterator>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {

constexpr int answerRole = Qt::UserRole;
constexpr int markRole = answerRole + 1;

QIcon markIcon(Outcome state) {
    QPixmap pixmap(32, 32);
    pixmap.setDevicePixelRatio(2);
    pixmap.fill(Qt::transparent);
    QPainter p(&pixmap);
    paintMark(p, QRectF(1, 1, 14, 14), state, tokens().of(state));
    p.end();
    return pixmap;
}

std::optional<Outcome> rowMark(engine::State state) {
    if (state == engine::State::Info) return std::nullopt;
    return markOf(state);
}

} // namespace

DetailTree::DetailTree(const QString& name, const std::vector<DetailColumn>& columns, int markColumn,
                       QWidget* parent)
    : QTreeWidget(parent), columns_(columns), markColumn_(markColumn) {
    QStringList titles;
    for (const DetailColumn& c : columns_) titles << c.title;
    setColumnCount(static_cast<int>(columns_.size()));
    setHeaderLabels(titles);
    setAccessibleName(name);
    setUniformRowHeights(true);
    setIndentation(16);
    setTextElideMode(Qt::ElideMiddle);
    setTabKeyNavigation(false);
    setSelectionMode(SingleSelection);
    header()->setStretchLastSection(true);
    header()->setMinimumSectionSize(36);
    for (int i = 0; i < columnCount(); ++i) {
        const DetailColumn& c = columns_[static_cast<size_t>(i)];
        setColumnWidth(i, c.width);
        headerItem()->setTextAlignment(i, (c.number ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    }
    connect(this, &QTreeWidget::currentItemChanged, this, [this](QTreeWidgetItem* item) {
        if (filling_ || !item) return;
        Q_EMIT answerChosen(answerOf(item));
        Q_EMIT topRowChosen(rowOf(item));
    });
    connect(header(), &QHeaderView::sectionResized, this, [this](int section) {
        if (!fitting_ && section + 1 < columnCount() && QApplication::mouseButtons() != Qt::NoButton)
            fixed_ = true;
    });
    connect(&Theme::current(), &Theme::changed, this, &DetailTree::paintMarks);
}

// Numbers keep their width; the others give up, or get, what the view lacks or has over.
void DetailTree::fit() {
    if (fixed_) return;
    int whole = 0, numbers = 0;
    for (const DetailColumn& c : columns_) {
        whole += c.width;
        numbers += c.number ? c.width : 0;
    }
    const double scale = static_cast<double>(viewport()->width() - numbers) / std::max(1, whole - numbers);
    fitting_ = true;
    for (int i = 0; i + 1 < columnCount(); ++i) {
        const DetailColumn& c = columns_[static_cast<size_t>(i)];
        if (!c.number) setColumnWidth(i, std::max(44, static_cast<int>(c.width * scale)));
    }
    // The last one takes the rest; without this its declared width makes the view scroll.
    const int last = columnCount() - 1;
    setColumnWidth(last, std::max(44, viewport()->width() - header()->sectionPosition(last)));
    fitting_ = false;
}

void DetailTree::resizeEvent(QResizeEvent* event) {
    QTreeWidget::resizeEvent(event);
    fit();
}

void DetailTree::setRows(const std::vector<engine::DetailRow>& rows) {
    filling_ = true;
    clear();
    bool deep = false;
    for (const engine::DetailRow& row : rows) {
        add(invisibleRootItem(), row);
        deep = deep || !row.children.empty();
    }
    setRootIsDecorated(deep);
    expandAll();
    paintMarks();
    fit(); // a scroll bar may have come or gone
    filling_ = false;
}

void DetailTree::add(QTreeWidgetItem* parent, const engine::DetailRow& row) {
    auto* item = new QTreeWidgetItem(parent);
    for (size_t i = 0; i < columns_.size(); ++i) {
        const int at = static_cast<int>(i);
        const QString text = i < row.cells.size() ? qstr(row.cells[i]) : QString();
        item->setText(at, foreign::printable(text));
        if (!text.isEmpty()) item->setToolTip(at, foreign::toolTip(text));
        if (columns_[i].number) item->setTextAlignment(at, Qt::AlignRight | Qt::AlignVCenter);
        if (columns_[i].mono) item->setFont(at, Theme::current().mono());
    }
    item->setData(0, answerRole, row.answer);
    if (const auto mark = rowMark(row.state)) item->setData(0, markRole, static_cast<int>(*mark));
    for (const engine::DetailRow& child : row.children) add(item, child);
}

void DetailTree::paintMarks() {
    for (QTreeWidgetItemIterator it(this); *it; ++it)
        if (const QVariant mark = (*it)->data(0, markRole); mark.isValid())
            (*it)->setIcon(markColumn_, markIcon(static_cast<Outcome>(mark.toInt())));
}

int DetailTree::answerOf(const QTreeWidgetItem* item) const {
    if (!item) return -1;
    if (const int own = item->data(0, answerRole).toInt(); own >= 0) return own;
    // What an include says is in the record below it.
    if (item->childCount() > 0)
        if (const int below = item->child(0)->data(0, answerRole).toInt(); below >= 0) return below;
    for (item = item->parent(); item; item = item->parent())
        if (const int above = item->data(0, answerRole).toInt(); above >= 0) return above;
    return -1;
}

int DetailTree::rowOf(const QTreeWidgetItem* item) const {
    while (item && item->parent()) item = item->parent();
    return item ? indexOfTopLevelItem(const_cast<QTreeWidgetItem*>(item)) : -1;
}

bool DetailTree::goToProblem(int direction) {
    for (QTreeWidgetItem* item = currentItem() ? currentItem() : topLevelItem(0); item;) {
        item = direction > 0 ? itemBelow(item) : itemAbove(item);
        const QVariant mark = item ? item->data(0, markRole) : QVariant();
        if (!mark.isValid() || mark.toInt() < static_cast<int>(Outcome::Deferred)) continue;
        setCurrentItem(item);
        return true;
    }
    return false;
}

QString DetailTree::asMarkdown() const {
    QStringList titles, rule, lines;
    for (const DetailColumn& c : columns_) {
        titles << c.title;
        rule << (c.number ? u"--:"_s : u"---"_s);
    }
    lines << u"| "_s + titles.join(u" | "_s) + u" |"_s << u"|"_s + rule.join(u"|"_s) + u"|"_s;
    for (QTreeWidgetItemIterator it(const_cast<DetailTree*>(this)); *it; ++it) {
        QStringList cells;
        int depth = 0;
        for (const QTreeWidgetItem* up = (*it)->parent(); up; up = up->parent()) ++depth;
        for (int i = 0; i < columnCount(); ++i) cells << (*it)->text(i).replace(u'|', u"\\|"_s);
        cells.front().prepend(QString(depth * 2, QChar(0xa0)));
        lines << u"| "_s + cells.join(u" | "_s) + u" |"_s;
    }
    return lines.join(u'\n');
}

void DetailTree::contextMenuEvent(QContextMenuEvent* event) {
    const bool keyboard = event->reason() == QContextMenuEvent::Keyboard;
    QTreeWidgetItem* item = keyboard ? currentItem() : itemAt(event->pos());
    if (!item) return;
    const int column = std::max(0, keyboard ? currentColumn() : columnAt(event->pos().x()));
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    const auto copy = [menu, this](const QString& title, const QString& what) {
        menu->addAction(title, this, [what] { QApplication::clipboard()->setText(what); });
    };
    copy(tr("Copy value"), item->text(column));
    QStringList cells;
    for (int i = 0; i < columnCount(); ++i) cells << item->text(i);
    copy(tr("Copy row"), cells.join(u'\t'));
    copy(tr("Copy table as Markdown"), asMarkdown());
    if (hook_) {
        menu->addSeparator();
        hook_(*menu, *item);
    }
    menu->popup(keyboard ? viewport()->mapToGlobal(visualItemRect(item).bottomLeft()) : event->globalPos());
}

void DetailTree::keyPressEvent(QKeyEvent* event) {
    if (event->matches(QKeySequence::Copy) && currentItem()) {
        QApplication::clipboard()->setText(currentItem()->text(std::max(0, currentColumn())));
        return;
    }
    const auto press = [this](Qt::Key key) {
        QKeyEvent moved(QEvent::KeyPress, key, Qt::NoModifier);
        QTreeWidget::keyPressEvent(&moved);
    };
    const bool plain = event->modifiers() == Qt::NoModifier || event->modifiers() == Qt::ShiftModifier;
    if (plain && (event->key() == Qt::Key_J || event->key() == Qt::Key_N)) return press(Qt::Key_Down);
    if (plain && (event->key() == Qt::Key_K || event->key() == Qt::Key_P)) return press(Qt::Key_Up);
    if (plain && event->key() == Qt::Key_E) {
        goToProblem(event->modifiers() & Qt::ShiftModifier ? -1 : 1);
        return;
    }
    QTreeWidget::keyPressEvent(event);
}

QByteArray DetailTree::saveLayout() const {
    return header()->saveState();
}

void DetailTree::restoreLayout(const QByteArray& state) {
    fixed_ = header()->restoreState(state) || fixed_;
}

DetailPane::DetailPane(const QString& name, const std::vector<DetailColumn>& columns, int markColumn,
                       QWidget* parent)
    : QWidget(parent), name_(name), mark_(new QLabel), summary_(foreign::label({})),
      tree_(new DetailTree(name, columns, markColumn)), empty_(new EmptyState), stack_(new QStackedWidget) {
    summary_->setWordWrap(true);
    summary_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto* line = new QHBoxLayout;
    line->setSpacing(space::xs);
    line->addWidget(mark_);
    line->addWidget(summary_, 1);
    stack_->addWidget(tree_);
    stack_->addWidget(empty_);
    stack_->setMinimumWidth(200); // what an empty state would like must not widen the window
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(space::xs);
    column->addLayout(line);
    column->addWidget(stack_, 1);
}

void DetailPane::setSummary(const QString& text, engine::State state) {
    summary_->setText(foreign::printable(text));
    summary_->setVisible(!text.isEmpty());
    const auto mark = nodeMark(state);
    mark_->setVisible(mark.has_value() && !text.isEmpty());
    if (!mark) return;
    mark_->setPixmap(markIcon(*mark).pixmap(16, 16));
    mark_->setToolTip(stateWord(state));
    mark_->setAccessibleName(stateWord(state));
}

void DetailPane::showEmpty(int kind, const QString& headline, const QString& text, const QString& action) {
    setSummary({}, engine::State::Info);
    empty_->set(static_cast<EmptyState::Kind>(kind), headline, text, action);
    stack_->setCurrentWidget(empty_);
}

void DetailPane::show(const engine::DetailTable* table) {
    using Kind = EmptyState::Kind;
    if (!table)
        return showEmpty(static_cast<int>(Kind::CouldNotLook), tr("%1: not in this report").arg(name_),
                         tr("The inspection is older than this part of the screen. Check the domain again."));
    if (table->rows.empty()) {
        const QString text = qstr(table->absent);
        if (table->state == engine::State::Unknown)
            return showEmpty(static_cast<int>(Kind::CouldNotLook), tr("%1: could not look").arg(name_), text,
                             tr("Check again"));
        return showEmpty(static_cast<int>(Kind::NotSetUp), tr("%1: nothing published").arg(name_), text);
    }
    setSummary(qstr(table->summary), table->state);
    tree_->setRows(table->rows);
    stack_->setCurrentWidget(tree_);
}

bool DetailPane::showsRows() const {
    return stack_->currentWidget() == tree_;
}

QString DetailPane::summary() const {
    return summary_->text();
}

Segments::Segments(const QStringList& titles, QWidget* parent)
    : QWidget(parent), line_(new QHBoxLayout(this)), group_(new QButtonGroup(this)) {
    line_->setContentsMargins(0, 0, 0, 0);
    line_->setSpacing(space::xs);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    for (int i = 0; i < titles.size(); ++i) {
        auto* button = new QPushButton(titles[i]);
        button->setCheckable(true);
        button->setProperty("segment", true);
        button->setChecked(i == 0);
        group_->addButton(button, i);
        line_->addWidget(button);
    }
    line_->addStretch();
    connect(group_, &QButtonGroup::idToggled, this, [this](int id, bool on) {
        if (on) Q_EMIT chosenChanged(id);
    });
}

void Segments::choose(int index) {
    if (QAbstractButton* button = group_->button(index)) button->setChecked(true);
}

void Segments::setTitle(int index, const QString& title) {
    if (QAbstractButton* button = group_->button(index)) button->setText(title);
}

int Segments::chosen() const {
    return group_->checkedId();
}

const engine::DetailTable* detail(const DomainViewPtr& view, std::string_view id) {
    if (view)
        for (const engine::DetailTable& table : view->details)
            if (table.id == id) return &table;
    return nullptr;
}

QIcon stateIcon(engine::State state) {
    const auto mark = rowMark(state);
    return mark ? markIcon(*mark) : QIcon();
}

QString stateText(engine::State state, const QString& words) {
    return outcomeGlyph(markOf(state)) + u' ' + words;
}

} // namespace waypost::ui
