#include "ui/charts/heat_legend.h"

#include "ui/theme/paint.h"
#include "ui/theme/theme.h"

#include <QPainter>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {
constexpr int scaleWidth = 90, swatch = 18, barHeight = 10;
}

HeatLegend::HeatLegend(QWidget* parent) : QWidget(parent), few_(tr("under 20 attempts")) {
    setAccessibleName(tr("Colours from 0 to 100 %; hatched: %1").arg(few_));
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    connect(&Theme::current(), &Theme::changed, this, qOverload<>(&QWidget::update));
}

void HeatLegend::setFewText(const QString& text) {
    few_ = text;
    setAccessibleName(tr("Colours from 0 to 100 %; hatched: %1").arg(few_));
    updateGeometry();
    update();
}

QSize HeatLegend::sizeHint() const {
    const QFontMetrics m(Theme::current().caption());
    return {m.horizontalAdvance(u"0 %100 %"_s) + scaleWidth + swatch + m.horizontalAdvance(few_) + 36,
            m.height() + 4};
}

void HeatLegend::paintEvent(QPaintEvent*) {
    const Tokens& t = tokens();
    QPainter p(this);
    p.setFont(Theme::current().caption());
    const QFontMetrics m(p.font());
    const int top = (height() - barHeight) / 2;
    int x = 0;
    const auto word = [&](const QString& text) {
        p.setPen(t.textMuted);
        p.drawText(QRect(x, 0, m.horizontalAdvance(text) + 2, height()), Qt::AlignVCenter | Qt::AlignLeft,
                   text);
        x += m.horizontalAdvance(text) + 6;
    };
    word(u"0 %"_s);
    QLinearGradient scale(x, 0, x + scaleWidth, 0);
    for (int i = 0; i <= 8; ++i) scale.setColorAt(i / 8.0, t.heat(i / 8.0));
    p.fillRect(QRect(x, top, scaleWidth, barHeight), scale);
    x += scaleWidth + 6;
    word(u"100 %"_s);
    x += 10;
    const QRectF box(x, top, swatch, barHeight);
    p.setPen(QPen(t.line, 1));
    p.drawRect(box.adjusted(0.5, 0.5, -0.5, -0.5));
    paintHatch(p, box, t.textMuted);
    x += swatch + 6;
    word(few_);
}

} // namespace waypost::ui
