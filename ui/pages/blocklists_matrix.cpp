#include "ui/pages/blocklists_matrix.h"

#include "ui/charts/grid_widget.h"
#include "ui/pages/blocklists_cell.h"
#include "ui/pages/blocklists_words.h"
#include "ui/pages/page_values.h"
#include "ui/theme/theme.h"

#include <QCheckBox>
#include <QDateTime>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QSplitter>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {

qint64 nowMs() {
    return QDateTime::currentMSecsSinceEpoch();
}

QString rowTitle(const engine::WatchedTarget& t) {
    const bool plain = t.role.empty() || t.role == "ip" || t.role == "other";
    return plain ? qstr(t.text) : qstr(t.text) + u" · "_s + qstr(t.role);
}

} // namespace

BlocklistsMatrix::BlocklistsMatrix(EngineBridge& bridge, QWidget* parent)
    : QWidget(parent), bridge_(bridge), find_(new QLineEdit),
      only_(new QCheckBox(tr("Only what is &listed"))), legend_(new QLabel), grid_(new GridWidget),
      cell_(new BlocklistCellView), split_(new QSplitter(Qt::Vertical)) {
    find_->setPlaceholderText(tr("Find a target"));
    find_->setClearButtonEnabled(true);
    find_->setMaximumWidth(260);
    find_->setAccessibleName(tr("Find a target"));
    legend_->setProperty("role", u"muted"_s);
    legend_->setText(tr("L listed (hatched: seen once) · ✓ clean · R refused us · ? no usable answer · "
                        "– not applicable · empty: never looked at"));
    grid_->setAccessibleName(tr("Targets by lists"));
    grid_->setCellSize({38, space::rowComfortable});
    auto* line = new QHBoxLayout;
    line->setSpacing(space::m);
    line->addWidget(find_);
    line->addWidget(only_);
    line->addStretch();
    line->addWidget(legend_);
    split_->addWidget(grid_);
    split_->addWidget(cell_);
    split_->setSizes({360, 300});
    split_->setStretchFactor(0, 1);
    split_->setChildrenCollapsible(false);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, space::s, 0, 0);
    column->setSpacing(space::s);
    column->addLayout(line);
    column->addWidget(split_, 1);
    cell_->showEmpty(tr("Choose a cell"), tr("Its question, answer, meaning, history and cost appear here."));
    connect(find_, &QLineEdit::textChanged, this, &BlocklistsMatrix::narrow);
    connect(only_, &QCheckBox::toggled, this, &BlocklistsMatrix::narrow);
    connect(grid_, &GridWidget::cellCurrent, this, &BlocklistsMatrix::showCell);
    connect(grid_, &GridWidget::cellMenuAsked, this, &BlocklistsMatrix::menu);
    connect(cell_, &BlocklistCellView::repliesAsked, this, &BlocklistsMatrix::repliesAsked);
    connect(cell_, &BlocklistCellView::againAsked, this, &BlocklistsMatrix::againAsked);
}

void BlocklistsMatrix::focusFilter() {
    find_->setFocus();
    find_->selectAll();
}

void BlocklistsMatrix::set(std::shared_ptr<const engine::BlocklistMatrix> matrix, int days) {
    matrix_ = std::move(matrix);
    days_ = days;
    narrow();
    if (grid_->cursor().x() >= 0) showCell(grid_->cursor().y(), grid_->cursor().x());
}

bool BlocklistsMatrix::isWanted(size_t target) const {
    const engine::WatchedTarget& t = matrix_->targets[target];
    const QString word = find_->text().trimmed();
    if (!word.isEmpty() && !rowTitle(t).contains(word, Qt::CaseInsensitive)) return false;
    if (!only_->isChecked()) return true;
    for (size_t l = 0; l < matrix_->lists.size(); ++l)
        if (matrix_->at(target, l).state == engine::CellState::Listed) return true;
    return false;
}

void BlocklistsMatrix::narrow() {
    if (!matrix_) return;
    rows_.clear();
    for (size_t i = 0; i < matrix_->targets.size(); ++i)
        if (isWanted(i)) rows_.push_back(i);
    GridShape shape;
    shape.rows = static_cast<int>(rows_.size());
    shape.columns = static_cast<int>(matrix_->lists.size());
    shape.rowTitle = [this](int r) { return rowTitle(matrix_->targets[rows_[static_cast<size_t>(r)]]); };
    shape.columnTitle = [this](int c) { return qstr(matrix_->lists[static_cast<size_t>(c)].zone); };
    shape.cell = [this](int r, int c) {
        return blocklists::gridCell(matrix_->at(rows_[static_cast<size_t>(r)], static_cast<size_t>(c)),
                                    nowMs());
    };
    grid_->setShape(std::move(shape));
    grid_->cellsChanged();
}

void BlocklistsMatrix::choose(const QString& target, const QString& list) {
    if (!matrix_) return;
    for (size_t r = 0; r < rows_.size(); ++r) {
        if (qstr(matrix_->targets[rows_[r]].text) != target) continue;
        for (size_t c = 0; c < matrix_->lists.size(); ++c)
            if (qstr(matrix_->lists[c].id) == list || list.isEmpty())
                return grid_->setCursorCell(static_cast<int>(r), static_cast<int>(c));
    }
}

void BlocklistsMatrix::showCell(int row, int column) {
    if (!matrix_ || row < 0 || row >= static_cast<int>(rows_.size()) || column < 0 ||
        column >= static_cast<int>(matrix_->lists.size()))
        return;
    engine::BlocklistCellQuery ask;
    ask.target = matrix_->targets[rows_[static_cast<size_t>(row)]].text;
    ask.list = matrix_->lists[static_cast<size_t>(column)].id;
    ask.days = days_;
    const quint64 question = ++question_;
    bridge_.ask(std::move(ask), this, [this, question](const engine::Snapshot& s) {
        if (question != question_) return;
        take<engine::BlocklistCell>(
            s, [this](const engine::BlocklistCell& c) { cell_->show(c, nowMs()); },
            [this](const Error& e) {
                cell_->showEmpty(tr("The cell could not be read"), qstr(e.text), true);
            });
        Q_EMIT cellShown();
    });
}

void BlocklistsMatrix::menu(int row, int column, const QPoint& at) {
    if (!matrix_ || row < 0 || row >= static_cast<int>(rows_.size())) return;
    const QString target = qstr(matrix_->targets[rows_[static_cast<size_t>(row)]].text);
    const QString list = qstr(matrix_->lists[static_cast<size_t>(column)].id);
    QMenu menu(this);
    menu.addAction(tr("Look again"), this, [this, target, list] { Q_EMIT againAsked(target, list); });
    menu.addAction(tr("Replies that quote this list"), this, [this, list] { Q_EMIT repliesAsked(list); });
    menu.addSeparator();
    menu.addAction(tr("Stop watching %1").arg(target), this, [this, target] { Q_EMIT unwatchAsked(target); });
    menu.exec(at);
}

QByteArray BlocklistsMatrix::saveLayout() const {
    return split_->saveState();
}

void BlocklistsMatrix::restoreLayout(const QByteArray& state) {
    split_->restoreState(state);
}

} // namespace waypost::ui
