#include "ui/pages/delivery_latency.h"

#include "ui/charts/box_plot.h"
#include "ui/charts/plot_widget.h"
#include "ui/pages/delivery_filter.h"
#include "ui/pages/page_values.h"
#include "ui/theme/theme.h"
#include "ui/widgets/facet_list.h"
#include "ui/widgets/foreign_text.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QScrollArea>
#include <QSplitter>
#include <QToolButton>

#include <cmath>
#include <limits>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {

constexpr size_t boxesShown = 40;

QLabel* heading(const QString& text) {
    auto* label = new QLabel(text);
    label->setFont(Theme::current().section());
    return label;
}

QWidget* titled(const QString& title, QWidget* part, QWidget* below = nullptr) {
    auto* box = new QWidget;
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins(0, space::xs, 0, 0);
    column->setSpacing(space::xs);
    column->addWidget(heading(title));
    column->addWidget(part, 1);
    if (below) column->addWidget(below);
    return box;
}

double known(std::int64_t ms) {
    return ms < 0 ? std::numeric_limits<double>::quiet_NaN() : static_cast<double>(ms);
}

} // namespace

DeliveryLatency::DeliveryLatency(EngineBridge& bridge, QWidget* parent) : DeliveryTab(bridge, parent) {
    summary_ = foreign::label({});
    summary_->setMinimumWidth(0);
    summary_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    asTable_ = new QToolButton;
    asTable_->setText(tr("Table"));
    asTable_->setCheckable(true);
    asTable_->setShortcut(QKeySequence(u"Alt+T"_s));
    asTable_->setToolTip(tr("The charts' values as tables (Alt+T)"));
    lines_ = new PlotWidget;
    lines_->setTitle(tr("Time to acceptance over time"));
    survival_ = new PlotWidget;
    survival_->setTitle(tr("Share of messages still waiting"));
    survivalWords_ = foreign::label({});
    survivalWords_->setWordWrap(true);
    survivalWords_->setProperty("role", u"muted"_s);
    auto* charts = new QSplitter(Qt::Horizontal);
    charts->addWidget(titled(tr("Percentiles over time"), lines_));
    charts->addWidget(titled(tr("Still waiting"), survival_, survivalWords_));
    charts->setSizes({600, 500});
    charts->setChildrenCollapsible(false);
    split_ = new QSplitter(Qt::Vertical);
    split_->addWidget(buildBoxes());
    split_->addWidget(charts);
    split_->setSizes({260, 320});
    split_->setChildrenCollapsible(false);
    auto* line = new QHBoxLayout;
    line->addWidget(summary_, 1);
    line->addWidget(asTable_);
    auto* content = new QWidget;
    auto* column = new QVBoxLayout(content);
    column->setContentsMargins(0, space::s, 0, 0);
    column->setSpacing(space::xs);
    column->addLayout(line);
    column->addWidget(split_, 1);
    setContent(content);
    connect(asTable_, &QToolButton::toggled, this, [this](bool on) {
        lines_->setTableShown(on);
        survival_->setTableShown(on);
    });
    connect(boxes_, &BoxPlot::rowActivated, this,
            [this](const QString& provider) { Q_EMIT valuesAsked(u"provider"_s, {provider}); });
}

QWidget* DeliveryLatency::buildBoxes() {
    boxes_ = new BoxPlot;
    auto* scroll = new QScrollArea;
    scroll->setWidget(boxes_);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setFocusPolicy(Qt::NoFocus);
    auto* words = new QLabel(
        tr("Box: the middle half; line: median; whiskers: 5 % and 95 %; hatched: under 20 attempts."));
    words->setProperty("role", u"muted"_s);
    words->setWordWrap(true);
    return titled(tr("From the first attempt to acceptance, by provider"), scroll, words);
}

QString DeliveryLatency::summary() const {
    return summary_->text();
}

std::vector<KeyHelp> DeliveryLatency::keys() const {
    return {{u"Enter"_s, tr("only this provider")},
            {u"← →"_s, tr("values of a point (in a chart)")},
            {u"Alt+T"_s, tr("values as tables")}};
}

void DeliveryLatency::ask() {
    const quint64 question = ++question_;
    bridge_.ask(engine::LatencyQuery{scope_.engineRange(), scope_.filter()}, this,
                [this, question](const engine::Snapshot& snapshot) {
                    if (question != question_) return;
                    take<engine::Latency>(
                        snapshot, [this](const engine::Latency& l) { show(l); },
                        [this](const Error& e) { showFailed(e); });
                    Q_EMIT shown();
                });
}

void DeliveryLatency::show(const engine::Latency& latency) {
    if (latency.events == 0) return showNothing(latency.stored, latency.asOf);
    if (latency.all.events == 0)
        return showEmpty(EmptyState::Kind::NothingMatched, tr("No accepted attempt with a known time"),
                         tr("%1 attempts are in this view. None of them was accepted with the time of its "
                            "first attempt known.")
                             .arg(grouped(latency.events)));
    summary_->setText(tr("Half of %1 accepted attempts within %2, 95 % within %3")
                          .arg(grouped(latency.all.events),
                               plotDuration(static_cast<double>(latency.all.p50)),
                               plotDuration(static_cast<double>(latency.all.p95))));
    std::vector<BoxRow> rows;
    for (const engine::Latency::Box& b : latency.boxes) {
        if (rows.size() == boxesShown) break;
        rows.push_back({qstr(b.label),
                        qstr(b.provider),
                        {known(b.q.p5), known(b.q.p25), known(b.q.p50), known(b.q.p75), known(b.q.p95)},
                        b.q.events});
    }
    boxes_->setRows(rows);
    if (!placed_) {
        // Few providers leave their room to the charts.
        const int wanted = boxes_->sizeHint().height() + 72;
        split_->setSizes({std::min(wanted, split_->height() / 2), split_->height()});
        placed_ = true;
    }
    showLines(latency);
    showSurvival(latency);
    showContent();
}

void DeliveryLatency::showLines(const engine::Latency& latency) {
    const Tokens& t = tokens();
    Plot plot;
    plot.yAxis = Plot::Y::Duration;
    plot.from = static_cast<double>(scope_.range.from);
    plot.to = static_cast<double>(scope_.range.to);
    plot.zone = scope_.zone;
    PlotLine half{tr("median"), t.of(Outcome::Accepted), Qt::SolidLine, false, {}, {}, {}};
    PlotLine quarter{tr("75 %"), t.textMuted, Qt::DotLine, false, {}, {}, {}};
    PlotLine most{tr("95 %"), t.of(Outcome::Deferred), Qt::DashLine, false, {}, {}, {}};
    for (const engine::Latency::Point& p : latency.points) {
        const double x = static_cast<double>(p.start.ms) + static_cast<double>(latency.bucket.count()) / 2;
        half.points.emplace_back(x, known(p.q.p50));
        quarter.points.emplace_back(x, known(p.q.p75));
        most.points.emplace_back(x, known(p.q.p95));
    }
    plot.lines = {half, quarter, most};
    lines_->setPlot(plot);
}

void DeliveryLatency::showSurvival(const engine::Latency& latency) {
    if (!latency.survival || latency.survival->points.empty()) {
        survival_->setPlot({});
        return survivalWords_->setText(tr("How long messages waited cannot be told for this view."));
    }
    const engine::Survival& s = *latency.survival;
    Plot plot;
    plot.xAxis = Plot::X::Duration;
    plot.xTitle = tr("since the first attempt");
    plot.yTitle = tr("not accepted yet, 95 % band");
    PlotLine line{tr("still waiting"), tokens().of(Outcome::Deferred), Qt::SolidLine, true, {}, {}, {}};
    for (const engine::SurvivalPoint& p : s.points) {
        const auto x = static_cast<double>(std::max<std::int64_t>(1, p.ms));
        line.points.emplace_back(x, p.waiting);
        line.low.emplace_back(x, p.low);
        line.high.emplace_back(x, p.high);
    }
    plot.from = std::max(1.0, line.points.front().x());
    plot.to = std::max(plot.from * 10, line.points.back().x());
    plot.lines = {line};
    survival_->setPlot(plot);
    const auto reached = [](const std::optional<std::int64_t>& ms) {
        return ms ? plotDuration(static_cast<double>(*ms)) : tr("not reached");
    };
    survivalWords_->setText(tr("%1 messages accepted (half after %2, 95 % after %3), %4 still waiting, %5 "
                               "ended without acceptance. Those that wait count as long as they were seen.")
                                .arg(grouped(s.accepted), reached(s.p50Ms), reached(s.p95Ms),
                                     grouped(s.waiting), grouped(s.failed)));
}

QByteArray DeliveryLatency::saveLayout() const {
    return split_->saveState();
}

void DeliveryLatency::restoreLayout(const QByteArray& state) {
    placed_ = split_->restoreState(state);
}

} // namespace waypost::ui
