#include "ui/charts/time_series_widget.h"

#include "ui/charts/time_series_model.h"
#include "ui/theme/paint.h"
#include "ui/theme/theme.h"

#include <QHeaderView>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QPdfWriter>
#include <QShortcut>
#include <QStackedWidget>
#include <QSvgGenerator>
#include <QTableView>
#include <QToolTip>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {
constexpr qreal brushStarts = 6; // px a press must travel to be a brush and not a click
} // namespace

class TimeSeriesWidget::Canvas final : public QWidget {
  public:
    explicit Canvas(TimeSeriesWidget* chart) : QWidget(chart), chart_(chart) {
        setFocusPolicy(Qt::StrongFocus);
        setProperty("pane", true); // a stop of F6
        setMouseTracking(true);
        setMinimumSize(160, 90);
    }

  protected:
    void paintEvent(QPaintEvent*) override {
        QPainter p(this);
        ChartView view = chart_->view_;
        if (!hasFocus()) view.cursor.reset();
        paintTimeSeries(p, rect(), chart_->data_, view, tokens());
        if (hasFocus()) paintFocus(p, rect(), tokens());
    }
    void mousePressEvent(QMouseEvent* e) override {
        if (e->button() == Qt::LeftButton) press_ = e->position();
    }
    void mouseMoveEvent(QMouseEvent* e) override {
        const ChartLayout layout = here();
        chart_->view_.hoverX = e->position().x();
        if (press_ && std::abs(e->position().x() - press_->x()) >= brushStarts)
            chart_->view_.brush = {
                press_->x(), std::clamp(e->position().x(), layout.plot().left(), layout.plot().right())};
        const QString words = describeHit(chart_->data_, chart_->view_, layout.hit(e->position()));
        QString tip = words;
        for (const ChartMark& m : chart_->data_.marks)
            if (std::abs(layout.x(m.at) - e->position().x()) < 4) tip += u"\n▾ "_s + m.text;
        QToolTip::showText(e->globalPosition().toPoint(), tip.toHtmlEscaped().replace(u'\n', u"<br>"_s),
                           this);
        update();
    }
    void mouseReleaseEvent(QMouseEvent* e) override {
        if (e->button() != Qt::LeftButton || !press_) return;
        const ChartLayout layout = here();
        const auto brush = chart_->view_.brush;
        press_.reset();
        chart_->view_.brush.reset();
        update();
        if (brush) {
            const qint64 a = layout.timeAt(brush->first), b = layout.timeAt(brush->second);
            if (a != b) Q_EMIT chart_->rangeSelected(std::min(a, b), std::max(a, b));
            return;
        }
        const ChartHit hit = layout.hit(e->position());
        if (hit.bucket < 0) return;
        chart_->view_.cursor = hit;
        chart_->announce();
        Q_EMIT chart_->barActivated(hit.bucket, hit.state ? static_cast<int>(*hit.state) : -1);
    }
    void contextMenuEvent(QContextMenuEvent* e) override {
        const ChartHit hit = here().hit(e->pos());
        if (hit.bucket >= 0)
            Q_EMIT chart_->barMenuAsked(hit.bucket, hit.state ? static_cast<int>(*hit.state) : -1,
                                        e->globalPos());
    }
    void leaveEvent(QEvent*) override {
        chart_->view_.hoverX.reset();
        update();
    }
    void keyPressEvent(QKeyEvent* e) override {
        switch (e->key()) {
        case Qt::Key_Left: return chart_->moveCursor(-1, 0);
        case Qt::Key_Right: return chart_->moveCursor(1, 0);
        case Qt::Key_Up: return chart_->moveCursor(0, 1);
        case Qt::Key_Down: return chart_->moveCursor(0, -1);
        case Qt::Key_Home: return chart_->moveCursor(-1'000'000, 0);
        case Qt::Key_End: return chart_->moveCursor(1'000'000, 0);
        case Qt::Key_Y: return chart_->setShare(!chart_->view_.share);
        case Qt::Key_Return:
        case Qt::Key_Enter: return activate();
        default: QWidget::keyPressEvent(e);
        }
    }

  private:
    void activate() {
        const auto& cursor = chart_->view_.cursor;
        if (cursor && cursor->bucket >= 0)
            Q_EMIT chart_->barActivated(cursor->bucket,
                                        cursor->state ? static_cast<int>(*cursor->state) : -1);
    }
    [[nodiscard]] ChartLayout here() const { return {chart_->data_, chart_->view_, rect()}; }
    TimeSeriesWidget* chart_;
    std::optional<QPointF> press_;
};

TimeSeriesWidget::TimeSeriesWidget(QWidget* parent)
    : QWidget(parent), stack_(new QStackedWidget(this)), canvas_(new Canvas(this)), table_(new QTableView),
      empty_(new EmptyState), model_(new TimeSeriesModel(this)) {
    table_->setModel(model_);
    table_->setAccessibleName(tr("Chart values"));
    table_->verticalHeader()->hide();
    table_->verticalHeader()->setDefaultSectionSize(space::rowCompact);
    table_->setSelectionBehavior(QAbstractItemView::SelectRows);
    table_->setTabKeyNavigation(false);
    table_->setShowGrid(false);
    table_->horizontalHeader()->setMinimumSectionSize(72);
    table_->horizontalHeader()->setSectionResizeMode(0, QHeaderView::ResizeToContents);
    for (QWidget* page :
         {static_cast<QWidget*>(canvas_), static_cast<QWidget*>(table_), static_cast<QWidget*>(empty_)})
        stack_->addWidget(page);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(stack_);
    auto* swap = new QShortcut(Qt::ALT | Qt::Key_T, this);
    swap->setContext(Qt::WidgetWithChildrenShortcut);
    connect(swap, &QShortcut::activated, this, [this] { setTableShown(!tableShown()); });
    connect(table_, &QTableView::activated, this, [this](const QModelIndex& i) {
        const int state = i.column() - TimeSeriesModel::FirstState;
        Q_EMIT barActivated(i.row(), state >= 0 && state < outcomeCount ? state : -1);
    });
    connect(&Theme::current(), &Theme::changed, canvas_, qOverload<>(&QWidget::update));
    setTitle(tr("Chart over time"));
    showEmpty(EmptyState::Kind::NothingHappened, tr("Nothing in this range"), {});
}

void TimeSeriesWidget::setTitle(const QString& title) {
    title_ = title;
    setAccessibleName(title);
    canvas_->setAccessibleName(title);
}

void TimeSeriesWidget::setSeries(const TimeSeries& data) {
    data_ = data;
    view_.brush.reset();
    if (view_.cursor && view_.cursor->bucket >= static_cast<int>(data.buckets.size())) view_.cursor.reset();
    model_->set(data_, view_.zone, view_.share);
    const bool table = tableShown();
    stack_->setCurrentWidget(table ? static_cast<QWidget*>(table_) : canvas_);
    announce();
    canvas_->update();
}

void TimeSeriesWidget::showEmpty(EmptyState::Kind kind, const QString& headline, const QString& text,
                                 const QString& action) {
    data_ = {};
    model_->set(data_, view_.zone, view_.share);
    empty_->set(kind, headline, text, action);
    stack_->setCurrentWidget(empty_);
}

void TimeSeriesWidget::setZone(const QTimeZone& zone) {
    view_.zone = zone;
    model_->set(data_, view_.zone, view_.share);
    canvas_->update();
}

void TimeSeriesWidget::setShare(bool on) {
    if (on == view_.share) return;
    view_.share = on;
    model_->set(data_, view_.zone, view_.share);
    canvas_->update();
    Q_EMIT shareChanged(on);
}

void TimeSeriesWidget::setTableShown(bool on) {
    if (stack_->currentWidget() == empty_) return;
    stack_->setCurrentWidget(on ? static_cast<QWidget*>(table_) : canvas_);
    stack_->currentWidget()->setFocus(Qt::ShortcutFocusReason);
}

bool TimeSeriesWidget::tableShown() const {
    return stack_->currentWidget() == table_;
}

QWidget* TimeSeriesWidget::canvas() const {
    return canvas_;
}

void TimeSeriesWidget::moveCursor(int buckets, int states) {
    if (data_.buckets.empty()) return;
    const int last = static_cast<int>(data_.buckets.size()) - 1;
    ChartHit c = view_.cursor.value_or(ChartHit{buckets > 0 ? -1 : last + 1, std::nullopt});
    c.bucket = std::clamp(c.bucket + buckets, 0, last);
    const Bucket& b = data_.buckets[static_cast<size_t>(c.bucket)];
    // Up and down visit only states that are there; below the lowest is the whole bucket.
    int at = c.state ? static_cast<int>(*c.state) : -1;
    for (at += states; states != 0 && at >= 0 && at < outcomeCount && b.count[static_cast<size_t>(at)] <= 0;)
        at += states;
    if (at < outcomeCount) c.state = at < 0 ? std::nullopt : std::optional(static_cast<Outcome>(at));
    view_.cursor = c;
    announce();
    canvas_->update();
}

void TimeSeriesWidget::announce() {
    const QString words = view_.cursor
                              ? describeHit(data_, view_, *view_.cursor)
                              : tr("%1 buckets. Arrow keys move, Enter opens rows, Alt+T shows the table.")
                                    .arg(data_.buckets.size());
    canvas_->setAccessibleDescription(words);
}

void TimeSeriesWidget::paintAll(QPainter& p, const QSizeF& size, const Tokens& t) const {
    p.fillRect(QRectF(QPointF(), size), t.surface);
    const QFontMetricsF m(Theme::current().section());
    p.setFont(Theme::current().section());
    p.setPen(t.text);
    p.drawText(QPointF(8, 6 + m.ascent()), title_);
    ChartView still = view_;
    still.cursor.reset();
    still.hoverX.reset();
    still.brush.reset();
    paintTimeSeries(p, QRectF(0, m.height() + 10, size.width(), size.height() - m.height() - 10), data_,
                    still, t);
}

bool TimeSeriesWidget::savePng(const QString& path, QSize size, qreal scale, bool asShown) const {
    QImage image(size * scale, QImage::Format_ARGB32_Premultiplied);
    image.setDevicePixelRatio(scale);
    QPainter p(&image);
    paintAll(p, size, asShown ? tokens() : lightTokens());
    p.end();
    return image.save(path, "PNG");
}

bool TimeSeriesWidget::saveSvg(const QString& path, QSize size, bool asShown) const {
    QSvgGenerator svg;
    svg.setFileName(path);
    svg.setSize(size);
    svg.setViewBox(QRect(QPoint(), size));
    svg.setTitle(title_);
    QPainter p;
    if (!p.begin(&svg)) return false;
    paintAll(p, size, asShown ? tokens() : lightTokens());
    return p.end();
}

bool TimeSeriesWidget::savePdf(const QString& path, QSize size) const {
    QPdfWriter pdf(path);
    pdf.setResolution(96);
    pdf.setPageSize(QPageSize(QSizeF(size) * 72 / 96, QPageSize::Point));
    pdf.setPageMargins(QMarginsF());
    pdf.setTitle(title_);
    QPainter p;
    if (!p.begin(&pdf)) return false;
    paintAll(p, size, lightTokens());
    return p.end();
}

} // namespace waypost::ui
