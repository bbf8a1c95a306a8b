#include "ui/pages/delivery_matrix.h"

#include "ui/charts/grid_widget.h"
#include "ui/charts/heat_legend.h"
#include "ui/charts/time_axis.h"
#include "ui/pages/delivery_filter.h"
#include "ui/pages/page_values.h"
#include "ui/theme/theme.h"
#include "ui/widgets/facet_list.h"
#include "ui/widgets/foreign_text.h"
#include "ui/widgets/stat_tile.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {

constexpr int anyProblem = -1;
constexpr std::uint64_t smallSample = 200; // below this a share carries its interval

std::uint64_t sum(const engine::Matrix::Counts& counts) {
    return counts[0] + counts[1] + counts[2] + counts[3] + counts[4];
}

QString outcomeText(int outcome) {
    return qstr(reply::outcomeName(static_cast<reply::Outcome>(outcome)));
}

} // namespace

DeliveryMatrix::DeliveryMatrix(EngineBridge& bridge, QWidget* parent) : DeliveryTab(bridge, parent) {
    measure_ = new QComboBox;
    measure_->setAccessibleName(tr("Share that colours the cells"));
    measure_->addItem(tr("deferred"), static_cast<int>(reply::Outcome::Deferred));
    measure_->addItem(tr("bounced"), static_cast<int>(reply::Outcome::Bounced));
    measure_->addItem(tr("blocked"), static_cast<int>(reply::Outcome::Blocked));
    measure_->addItem(tr("not accepted"), anyProblem);
    measure_->addItem(tr("accepted"), static_cast<int>(reply::Outcome::Accepted));
    auto* caption = new QLabel(tr("&Share of attempts"));
    caption->setBuddy(measure_);
    summary_ = foreign::label({});
    summary_->setProperty("role", u"muted"_s);
    legend_ = new HeatLegend;
    grid_ = new GridWidget;
    grid_->setAccessibleName(tr("Provider by time"));
    detail_ = foreign::label({});
    detail_->setMinimumHeight(20);
    auto* line = new QHBoxLayout;
    line->setSpacing(space::s);
    line->addWidget(caption);
    line->addWidget(measure_);
    line->addSpacing(space::m);
    line->addWidget(summary_, 1);
    line->addWidget(legend_);
    auto* content = new QWidget;
    auto* column = new QVBoxLayout(content);
    column->setContentsMargins(0, space::s, 0, 0);
    column->setSpacing(space::s);
    column->addLayout(line);
    column->addWidget(grid_, 1);
    column->addWidget(detail_);
    setContent(content);
    connect(measure_, &QComboBox::currentIndexChanged, this, &DeliveryMatrix::paintAgain);
    connect(grid_, &GridWidget::cellCurrent, this, &DeliveryMatrix::describe);
    connect(grid_, &GridWidget::cellActivated, this, &DeliveryMatrix::openCell);
}

std::vector<KeyHelp> DeliveryMatrix::keys() const {
    return {{u"arrows"_s, tr("move over the cells")}, {u"Enter"_s, tr("attempts of the cell")}};
}

void DeliveryMatrix::ask() {
    const quint64 question = ++question_;
    bridge_.ask(engine::MatrixQuery{scope_.engineRange(), scope_.filter()}, this,
                [this, question](const engine::Snapshot& snapshot) {
                    if (question != question_) return;
                    take<engine::Matrix>(
                        snapshot, [this](const engine::Matrix& m) { show(m); },
                        [this](const Error& e) { showFailed(e); });
                    Q_EMIT shown();
                });
}

void DeliveryMatrix::show(const engine::Matrix& matrix) {
    matrix_ = matrix;
    if (matrix.events == 0) return showNothing(matrix.stored, matrix.asOf);
    paintAgain();
    fitCells();
    showContent();
}

std::uint64_t DeliveryMatrix::measured(const engine::Matrix::Counts& counts) const {
    const int which = measure_->currentData().toInt();
    return which == anyProblem ? sum(counts) - counts[0] : counts[static_cast<size_t>(which)];
}

void DeliveryMatrix::paintAgain() {
    GridShape shape;
    shape.rows = static_cast<int>(matrix_.rows.size());
    shape.columns = static_cast<int>(matrix_.columns.size());
    shape.rowTitle = [this](int r) {
        const engine::Matrix::Row& row = matrix_.rows[static_cast<size_t>(r)];
        return qstr(row.label);
    };
    const bool days = matrix_.bucket.count() >= 86'400'000;
    shape.columnTitle = [this, days](int c) {
        const QDateTime at =
            QDateTime::fromMSecsSinceEpoch(matrix_.columns[static_cast<size_t>(c)].ms, scope_.zone);
        const bool first = c == 0 || at.time() == at.date().startOfDay(scope_.zone).time();
        if (days) return QLocale::c().toString(at, u"d MMM"_s);
        return at.toString(u"HH:mm"_s) + (first ? QLocale::c().toString(at, u" d MMM"_s) : QString());
    };
    shape.cell = [this](int r, int c) {
        const engine::Matrix::Counts& counts =
            matrix_.rows[static_cast<size_t>(r)].cells[static_cast<size_t>(c)];
        GridCell cell;
        const std::uint64_t all = sum(counts);
        if (all == 0) {
            cell.toolTip = tr("no attempt");
            return cell;
        }
        const std::uint64_t part = measured(counts);
        cell.share = static_cast<double>(part) / static_cast<double>(all);
        cell.label = QString::number(std::lround(100 * *cell.share));
        cell.few = all < fewEvents;
        cell.toolTip = tr("%1 of %2 attempts %3").arg(grouped(part), grouped(all), measure_->currentText());
        return cell;
    };
    grid_->setShape(shape);
    grid_->cellsChanged();
    std::uint64_t part = 0;
    for (const engine::Matrix::Row& row : matrix_.rows) part += measured(row.total);
    const double share =
        100.0 * static_cast<double>(part) / static_cast<double>(std::max<std::uint64_t>(1, matrix_.events));
    summary_->setText(
        tr("%1 of %2 in the range (%3 %)").arg(grouped(part), grouped(matrix_.events)).arg(share, 0, 'f', 1));
    const QPoint at = grid_->cursor();
    at.x() < 0
        ? detail_->setText(tr("Choose a cell to see its numbers; Enter or a click shows its attempts."))
        : describe(at.y(), at.x());
}

// Cells fill the width as far as they stay readable.
void DeliveryMatrix::fitCells() {
    const int columns = std::max<int>(1, static_cast<int>(matrix_.columns.size()));
    int title = 60;
    for (const engine::Matrix::Row& row : matrix_.rows)
        title = std::max(title, QFontMetrics(Theme::current().caption()).horizontalAdvance(qstr(row.label)) +
                                    2 * space::s);
    const int room = (grid_->width() - std::min(title, 220) - 2) / columns;
    grid_->setCellSize({std::clamp(room, 14, 84), 26});
}

void DeliveryMatrix::resizeEvent(QResizeEvent* event) {
    DeliveryTab::resizeEvent(event);
    if (!matrix_.columns.empty()) fitCells();
}

void DeliveryMatrix::describe(int row, int column) {
    if (row < 0 || row >= static_cast<int>(matrix_.rows.size()) ||
        column >= static_cast<int>(matrix_.columns.size()))
        return;
    const engine::Matrix::Row& r = matrix_.rows[static_cast<size_t>(row)];
    const engine::Matrix::Counts& counts = r.cells[static_cast<size_t>(column)];
    const std::uint64_t all = sum(counts), part = measured(counts);
    QString words =
        tr("%1, from %2: ")
            .arg(qstr(r.label), stampText(matrix_.columns[static_cast<size_t>(column)].ms, scope_.zone));
    if (all == 0) return detail_->setText(words + tr("no attempt"));
    words += tr("%1 of %2 %3 (%4 %)")
                 .arg(grouped(part), grouped(all), measure_->currentText())
                 .arg(100.0 * static_cast<double>(part) / static_cast<double>(all), 0, 'f', 1);
    if (all < smallSample) {
        const auto [low, high] = wilson95(static_cast<double>(part), static_cast<double>(all));
        words += tr("; 95 %: %1–%2 %").arg(100 * low, 0, 'f', 0).arg(100 * high, 0, 'f', 0);
    }
    if (all < fewEvents) words += tr("; few attempts, hatched");
    detail_->setText(words);
}

void DeliveryMatrix::openCell(int row, int column) {
    const engine::Matrix::Row& r = matrix_.rows[static_cast<size_t>(row)];
    const engine::Matrix::Counts& counts = r.cells[static_cast<size_t>(column)];
    if (sum(counts) == 0) return;
    const qint64 start = matrix_.columns[static_cast<size_t>(column)].ms;
    const ResolvedRange range{std::max(start, scope_.range.from),
                              std::min<qint64>(start + matrix_.bucket.count(), scope_.range.to)};
    std::vector<Chip> chips = delivery::withValues(scope_.chips, u"provider"_s, {qstr(r.provider)});
    const int which = measure_->currentData().toInt();
    if (measured(counts) > 0) {
        QStringList outcomes;
        for (int i = 0; i < 5; ++i)
            if (which == anyProblem ? i != 0 : i == which) outcomes << outcomeText(i);
        chips = delivery::withValues(chips, u"outcome"_s, outcomes);
    }
    Q_EMIT rowsAsked(range, chips);
}

QByteArray DeliveryMatrix::saveLayout() const {
    return QByteArray::number(measure_->currentIndex());
}

void DeliveryMatrix::restoreLayout(const QByteArray& state) {
    bool good = false;
    const int index = state.toInt(&good);
    if (good && index >= 0 && index < measure_->count()) measure_->setCurrentIndex(index);
}

} // namespace waypost::ui
