#include "ui/charts/time_series.h"

#include "ui/charts/time_axis.h"
#include "ui/theme/theme.h"
#include "ui/widgets/facet_list.h"

#include <QCoreApplication>
#include <QFontMetricsF>

#include <cmath>

using namespace Qt::StringLiterals;

namespace waypost::ui {

double Bucket::total() const {
    double sum = 0;
    for (const double c : count) sum += c;
    return sum;
}

QString TimeSeries::nameOf(Outcome o) const {
    const QString& own = names[static_cast<size_t>(o)];
    return own.isEmpty() ? outcomeWord(o) : own;
}

ChartLayout::ChartLayout(const TimeSeries& data, const ChartView& view, const QRectF& area)
    : data_(data), view_(view) {
    const QFontMetricsF m(Theme::current().caption());
    const qreal left = std::max(m.horizontalAdvance(u"100 %"_s), m.horizontalAdvance(u"12.5k"_s)) + 10;
    const qreal bottom = m.height() + 8, head = m.height() + 10;
    plot_ = area.adjusted(left, head, -8, -bottom);
    if (view.share) {
        top_ = 100;
    } else {
        double highest = 0;
        for (const Bucket& b : data.buckets) highest = std::max(highest, b.total());
        for (const ChartLine& l : data.lines)
            for (const auto& [at, v] : l.points)
                if (!std::isnan(v)) highest = std::max(highest, v);
        if (data.band && !data.band->percent) highest = std::max(highest, data.band->high);
        top_ = highest > 0 ? highest * 1.06 : 1;
    }
}

qreal ChartLayout::x(qint64 ms) const {
    const auto span = static_cast<qreal>(std::max<qint64>(1, data_.to - data_.from));
    return plot_.left() + plot_.width() * static_cast<qreal>(ms - data_.from) / span;
}

qint64 ChartLayout::timeAt(qreal at) const {
    const qreal f = std::clamp((at - plot_.left()) / std::max<qreal>(1, plot_.width()), 0.0, 1.0);
    return data_.from + static_cast<qint64>(f * static_cast<qreal>(data_.to - data_.from));
}

qreal ChartLayout::y(double value) const {
    return plot_.bottom() - plot_.height() * value / top_;
}

QRectF ChartLayout::column(int index) const {
    const Bucket& b = data_.buckets[static_cast<size_t>(index)];
    const qreal l = std::max(plot_.left(), x(b.start)), r = std::min(plot_.right(), x(b.end));
    const qreal gap = r - l > 6 ? std::min<qreal>(3, (r - l) * 0.15) : 0;
    return {l + gap / 2, plot_.top(), std::max<qreal>(0.5, r - l - gap), plot_.height()};
}

QRectF ChartLayout::bar(int index, Outcome state) const {
    const Bucket& b = data_.buckets[static_cast<size_t>(index)];
    const double total = b.total();
    if (!b.known || total <= 0) return {};
    const double scale = view_.share ? 100 / total : 1;
    double below = 0;
    for (int i = 0; i < static_cast<int>(state); ++i) below += b.count[static_cast<size_t>(i)];
    const double own = b.count[static_cast<size_t>(state)];
    if (own <= 0) return {};
    const QRectF c = column(index);
    const qreal upper = y((below + own) * scale), lower = y(below * scale);
    return {c.left(), upper, c.width(), lower - upper};
}

ChartHit ChartLayout::hit(QPointF at) const {
    if (!plot_.contains(at)) return {};
    for (int i = 0; i < static_cast<int>(data_.buckets.size()); ++i) {
        const QRectF c = column(i);
        if (at.x() < c.left() - 2 || at.x() > c.right() + 2) continue;
        for (const Outcome o : outcomeOrder) {
            const QRectF r = bar(i, o);
            if (!r.isEmpty() && at.y() >= r.top() && at.y() <= r.bottom()) return {i, o};
        }
        return {i, std::nullopt};
    }
    return {};
}

QString describeHit(const TimeSeries& data, const ChartView& view, const ChartHit& hit) {
    if (hit.bucket < 0 || hit.bucket >= static_cast<int>(data.buckets.size())) return {};
    const Bucket& b = data.buckets[static_cast<size_t>(hit.bucket)];
    const QString when = stampText(b.start, view.zone);
    if (!b.known) return QCoreApplication::translate("Chart", "%1: no data").arg(when);
    const auto number = [](double v) { return grouped(static_cast<qulonglong>(std::llround(v))); };
    if (!hit.state)
        return QCoreApplication::translate("Chart", "%1: %2 %3").arg(when, number(b.total()), data.unit);
    const double own = b.count[static_cast<size_t>(*hit.state)];
    const double share = b.total() > 0 ? own * 100 / b.total() : 0;
    return QCoreApplication::translate("Chart", "%1: %2 %3 of %4 (%5 %)")
        .arg(when, data.nameOf(*hit.state), number(own), number(b.total()), QString::number(share, 'f', 1));
}

} // namespace waypost::ui
