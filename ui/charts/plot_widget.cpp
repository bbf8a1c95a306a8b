#include "ui/charts/plot_widget.h"

#include "ui/theme/paint.h"
#include "ui/theme/theme.h"
#include "ui/widgets/foreign_text.h"

#include <QHeaderView>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QStackedWidget>
#include <QStandardItemModel>
#include <QTableView>
#include <QToolTip>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace waypost::ui {

class PlotWidget::Canvas : public QWidget {
  public:
    explicit Canvas(PlotWidget& owner) : QWidget(&owner), owner_(owner) {
        setFocusPolicy(Qt::StrongFocus);
        setMouseTracking(true);
        connect(&Theme::current(), &Theme::changed, this, qOverload<>(&QWidget::update));
    }

  protected:
    void paintEvent(QPaintEvent*) override {
        QPainter p(this);
        paintPlot(p, QRectF(rect()), owner_.plot_, owner_.cursor_, tokens());
        if (hasFocus()) paintFocus(p, rect(), tokens());
    }
    void keyPressEvent(QKeyEvent* event) override {
        const int at = owner_.cursor_.value_or(-1);
        switch (event->key()) {
        case Qt::Key_Left: return owner_.setCursorPoint(at - 1);
        case Qt::Key_Right: return owner_.setCursorPoint(at + 1);
        case Qt::Key_Home: return owner_.setCursorPoint(0);
        case Qt::Key_End: return owner_.setCursorPoint(1 << 30);
        default: QWidget::keyPressEvent(event);
        }
    }
    void mouseMoveEvent(QMouseEvent* event) override {
        if (owner_.plot_.lines.empty()) return;
        const PlotLayout layout(owner_.plot_, QRectF(rect()));
        int best = -1;
        qreal distance = 1e9;
        const auto& points = owner_.plot_.lines.front().points;
        for (int i = 0; i < int(points.size()); ++i) {
            const qreal d = std::abs(layout.x(points[size_t(i)].x()) - event->position().x());
            if (d < distance) {
                distance = d;
                best = i;
            }
        }
        if (best < 0) return;
        owner_.setCursorPoint(best);
        QToolTip::showText(event->globalPosition().toPoint(), foreign::toolTip(owner_.describe(best)), this);
    }
    void leaveEvent(QEvent*) override {
        if (hasFocus()) return;
        owner_.cursor_.reset();
        update();
    }

  private:
    PlotWidget& owner_;
};

PlotWidget::PlotWidget(QWidget* parent)
    : QWidget(parent), stack_(new QStackedWidget), canvas_(new Canvas(*this)), table_(new QTableView),
      model_(new QStandardItemModel(this)) {
    table_->setModel(model_);
    table_->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table_->verticalHeader()->hide();
    table_->horizontalHeader()->setStretchLastSection(true);
    stack_->addWidget(canvas_);
    stack_->addWidget(table_);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(stack_);
    setFocusProxy(canvas_);
}

QWidget* PlotWidget::canvas() const {
    return canvas_;
}

void PlotWidget::setTitle(const QString& title) {
    canvas_->setAccessibleName(title);
    table_->setAccessibleName(title);
}

void PlotWidget::setPlot(const Plot& plot) {
    plot_ = plot;
    cursor_.reset();
    fillTable();
    canvas_->update();
}

void PlotWidget::setTableShown(bool on) {
    stack_->setCurrentIndex(on ? 1 : 0);
}

bool PlotWidget::tableShown() const {
    return stack_->currentIndex() == 1;
}

void PlotWidget::fillTable() {
    model_->clear();
    QStringList head{plot_.xTitle.isEmpty() ? tr("from") : plot_.xTitle};
    for (const PlotLine& l : plot_.lines) head << l.name;
    model_->setHorizontalHeaderLabels(head);
    if (plot_.lines.empty()) return;
    const size_t rows = plot_.lines.front().points.size();
    for (size_t i = 0; i < rows; ++i) {
        QList<QStandardItem*> row{new QStandardItem(plot_.xText(plot_.lines.front().points[i].x()))};
        for (const PlotLine& l : plot_.lines) {
            const double y = i < l.points.size() ? l.points[i].y() : std::nan("");
            auto* item = new QStandardItem(plot_.yText(y));
            item->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
            item->setData(y, Qt::UserRole);
            row << item;
        }
        model_->appendRow(row);
    }
    table_->resizeColumnsToContents();
}

QString PlotWidget::describe(int point) const {
    if (plot_.lines.empty() || point < 0 || point >= int(plot_.lines.front().points.size())) return {};
    QStringList values;
    for (const PlotLine& l : plot_.lines) {
        if (point >= int(l.points.size())) continue;
        QString words = l.name + u' ' + plot_.yText(l.points[size_t(point)].y());
        if (point < int(l.low.size()) && point < int(l.high.size()))
            words += tr(" (95 %: %1 to %2)")
                         .arg(plot_.yText(l.low[size_t(point)].y()), plot_.yText(l.high[size_t(point)].y()));
        values << words;
    }
    return plot_.xText(plot_.lines.front().points[size_t(point)].x()) + u": "_s + values.join(u", "_s);
}

void PlotWidget::setCursorPoint(int point) {
    if (plot_.lines.empty() || plot_.lines.front().points.empty()) return;
    cursor_ = std::clamp(point, 0, int(plot_.lines.front().points.size()) - 1);
    canvas_->setAccessibleDescription(describe(*cursor_));
    canvas_->update();
}

} // namespace waypost::ui
