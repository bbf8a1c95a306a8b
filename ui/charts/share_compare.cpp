#include "ui/charts/share_compare.h"

#include "ui/theme/paint.h"
#include "ui/theme/theme.h"
#include "ui/widgets/facet_list.h"
#include "ui/widgets/foreign_text.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QPainter>
#include <QToolTip>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {

constexpr int nameWidth = 120, valueWidth = 300, axisHeight = 22, rowHeight = 34, markSide = 13;

QString percent(double share) {
    return QString::number(100 * share, 'f', 1) + u" %"_s;
}

QString sideText(const ShareSide& s) {
    if (s.whole <= 0) return ShareCompare::tr("nothing known");
    return ShareCompare::tr("%1 of %2, %3 [%4..%5]")
        .arg(grouped(qulonglong(s.part)), grouped(qulonglong(s.whole)), percent(s.part / s.whole),
             percent(s.low), percent(s.high));
}

} // namespace

ShareCompare::ShareCompare(QWidget* parent) : QWidget(parent) {
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setAccessibleName(tr("Outcome shares of both ranges"));
    connect(&Theme::current(), &Theme::changed, this, qOverload<>(&QWidget::update));
}

void ShareCompare::setRows(const std::vector<ShareRow>& rows) {
    rows_ = rows;
    if (current_ >= int(rows_.size())) current_ = -1;
    top_ = 0.05;
    for (const ShareRow& r : rows_)
        for (const ShareSide* s : {&r.before, &r.now})
            if (s->whole > 0) top_ = std::max(top_, s->high);
    for (const double step : {0.04, 0.08, 0.2, 0.4, 0.6, 0.8, 1.0})
        if (top_ <= step) {
            top_ = step;
            break;
        }
    updateGeometry();
    update();
}

QSize ShareCompare::sizeHint() const {
    return {680, int(rows_.size()) * rowHeight + axisHeight};
}

QSize ShareCompare::minimumSizeHint() const {
    return {nameWidth + valueWidth + 100, sizeHint().height()};
}

QRectF ShareCompare::plotRect() const {
    return {nameWidth, 0, qreal(std::max(60, width() - nameWidth - valueWidth)),
            qreal(int(rows_.size()) * rowHeight)};
}

QString ShareCompare::describe(const ShareRow& r) {
    QString words = tr("%1: before %2; now %3").arg(r.name, sideText(r.before), sideText(r.now));
    if (r.couldBeChance) words += tr("; the difference could be chance");
    return words;
}

void ShareCompare::paintEvent(QPaintEvent*) {
    QPainter p(this);
    p.setRenderHint(QPainter::Antialiasing);
    const QRectF plot = plotRect();
    paintAxis(p, plot);
    for (int i = 0; i < int(rows_.size()); ++i) paintRow(p, i, plot);
    if (hasFocus()) paintFocus(p, rect(), tokens());
}

void ShareCompare::paintAxis(QPainter& p, const QRectF& plot) const {
    const Tokens& t = tokens();
    p.setFont(Theme::current().caption());
    for (int i = 0; i <= 4; ++i) {
        const qreal x = std::round(plot.left() + plot.width() * i / 4) + 0.5;
        p.setPen(QPen(i == 0 ? t.lineStrong : t.line, 1));
        p.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom() + 3));
        p.setPen(t.textMuted);
        p.drawText(QRectF(x - 40, plot.bottom() + 3, 80, axisHeight - 3), Qt::AlignHCenter | Qt::AlignTop,
                   QString::number(std::lround(100 * top_ * i / 4)) + u" %"_s);
    }
}

void ShareCompare::paintRow(QPainter& p, int index, const QRectF& plot) const {
    const Tokens& t = tokens();
    const ShareRow& row = rows_[size_t(index)];
    const QRect line(0, index * rowHeight, width(), rowHeight);
    if (index == current_) p.fillRect(line, t.selection);
    const QColor colour = t.of(row.state);
    paintMark(p, QRectF(space::xs, line.center().y() - markSide / 2.0, markSide, markSide), row.state,
              colour);
    p.setFont(Theme::current().body());
    p.setPen(t.text);
    p.drawText(line.adjusted(markSide + space::m, 0, 0, 0), Qt::AlignVCenter | Qt::AlignLeft,
               QFontMetrics(p.font()).elidedText(row.name, Qt::ElideRight, nameWidth - markSide - space::l));
    const auto x = [&](double share) { return plot.left() + plot.width() * std::min(1.0, share / top_); };
    const auto side = [&](const ShareSide& s, qreal y, bool now) {
        if (s.whole <= 0) return;
        p.setPen(QPen(now ? colour : t.textMuted, 2, now ? Qt::SolidLine : Qt::DotLine));
        p.drawLine(QPointF(x(s.low), y), QPointF(x(s.high), y));
        p.setPen(QPen(now ? colour : t.textMuted, 2));
        p.setBrush(now ? colour : t.surface);
        p.drawEllipse(QPointF(x(s.part / s.whole), y), 4, 4);
    };
    side(row.before, line.center().y() - 6, false);
    side(row.now, line.center().y() + 7, true);
    p.setFont(Theme::current().caption());
    const int left = int(plot.right()) + space::m;
    const QRect cell(left, line.top(), valueWidth - space::m - space::s, line.height());
    const auto put = [&](int from, int width, const QString& words, const QColor& ink) {
        p.setPen(ink);
        p.drawText(QRect(cell.left() + from, cell.top(), width, cell.height()),
                   Qt::AlignVCenter | Qt::AlignRight, words);
    };
    const auto share = [](const ShareSide& s) { return s.whole > 0 ? percent(s.part / s.whole) : u"?"_s; };
    put(0, 58, share(row.before), t.textMuted);
    put(58, 16, u"→"_s, t.textMuted);
    put(78, 58, share(row.now), t.text);
    if (row.before.whole <= 0 || row.now.whole <= 0) return;
    const double points = 100 * (row.now.part / row.now.whole - row.before.part / row.before.whole);
    const QString change = (points >= 0 ? u"+"_s : u"−"_s) + QString::number(std::abs(points), 'f', 1);
    put(140, 46, change, row.couldBeChance ? t.textMuted : t.text);
    put(190, cell.width() - 190, row.couldBeChance ? tr("maybe chance") : tr("changed"),
        row.couldBeChance ? t.textMuted : t.text);
}

void ShareCompare::setCurrent(int row) {
    if (rows_.empty()) return;
    current_ = std::clamp(row, 0, int(rows_.size()) - 1);
    setAccessibleDescription(describe(rows_[size_t(current_)]));
    update();
}

void ShareCompare::keyPressEvent(QKeyEvent* event) {
    switch (event->key()) {
    case Qt::Key_Up:
    case Qt::Key_K: return setCurrent(current_ - 1);
    case Qt::Key_Down:
    case Qt::Key_J: return setCurrent(current_ + 1);
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (current_ >= 0) Q_EMIT rowActivated(rows_[size_t(current_)].key);
        return;
    default: QWidget::keyPressEvent(event);
    }
}

void ShareCompare::mousePressEvent(QMouseEvent* event) {
    const int row = int(event->position().y()) / rowHeight;
    if (row < 0 || row >= int(rows_.size())) return;
    setCurrent(row);
    if (event->button() == Qt::LeftButton) Q_EMIT rowActivated(rows_[size_t(row)].key);
}

bool ShareCompare::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip) return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const int row = help->pos().y() / rowHeight;
    if (row >= 0 && row < int(rows_.size()))
        QToolTip::showText(help->globalPos(), foreign::toolTip(describe(rows_[size_t(row)])), this);
    else
        QToolTip::hideText();
    return true;
}

} // namespace waypost::ui
