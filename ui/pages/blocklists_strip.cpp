#include "ui/pages/blocklists_strip.h"

#include "ui/pages/blocklists_words.h"
#include "ui/pages/page_values.h"
#include "ui/theme/paint.h"
#include "ui/theme/theme.h"
#include "ui/widgets/foreign_text.h"

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {
constexpr qint64 shortest = 3'600'000; // an hour fills the strip when no more is known
constexpr double bandHeight = 18;
} // namespace

StateStrip::StateStrip(QWidget* parent) : QWidget(parent) {
    setAccessibleName(tr("State over time"));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    connect(&Theme::current(), &Theme::changed, this, qOverload<>(&QWidget::update));
}

void StateStrip::set(std::vector<engine::ListingPeriod> periods, qint64 now) {
    periods_ = std::move(periods);
    to_ = now;
    from_ =
        periods_.empty() ? now - shortest : std::min<qint64>(periods_.front().firstSeen.ms, now - shortest);
    QStringList words;
    for (const engine::ListingPeriod& p : periods_)
        words << tr("%1 since %2 UTC")
                     .arg(blocklists::word(p.state), shortStamp(p.firstSeen, QTimeZone::utc()));
    setAccessibleDescription(words.join(u"; "_s));
    update();
}

QRectF StateStrip::band() const {
    return {0.5, 2.5, width() - 1.0, bandHeight};
}

double StateStrip::xOf(qint64 ms) const {
    const double share = double(ms - from_) / double(std::max<qint64>(1, to_ - from_));
    return band().left() + std::clamp(share, 0.0, 1.0) * band().width();
}

// At least three pixels, also of a moment at the right edge.
QRectF StateStrip::rectOf(const engine::ListingPeriod& period) const {
    constexpr double least = 3;
    const double left = std::min(xOf(period.firstSeen.ms), band().right() - least);
    return {left, band().top(), std::max(least, xOf(period.lastSeen.ms) - left), bandHeight};
}

void StateStrip::paintEvent(QPaintEvent*) {
    QPainter p(this);
    const Tokens& t = tokens();
    p.setFont(Theme::current().caption());
    p.setPen(QPen(t.line, 1));
    p.drawRect(band());
    for (const engine::ListingPeriod& period : periods_) {
        const QRectF r = rectOf(period);
        if (const auto state = blocklists::mark(period.state)) paintFill(p, r, *state, t);
        const QString letter = blocklists::letter(period.state);
        if (letter.isEmpty() || r.width() < 16) continue;
        const QRectF plate(r.center().x() - 7, r.top() + 2, 14, bandHeight - 4);
        p.fillRect(plate, t.surface);
        p.setPen(t.text);
        p.drawText(plate, Qt::AlignCenter, letter);
    }
    p.setPen(t.textMuted);
    const QRectF scale(0, band().bottom() + 4, width(), height() - band().bottom() - 4);
    p.drawText(scale, Qt::AlignLeft | Qt::AlignTop, shortStamp(UtcTime{from_}, QTimeZone::utc()));
    p.drawText(scale, Qt::AlignRight | Qt::AlignTop, tr("now"));
}

QString StateStrip::describe(int x) const {
    for (const engine::ListingPeriod& p : periods_) {
        const QRectF r = rectOf(p);
        if (x < r.left() || x > r.right()) continue;
        QString words = tr("%1 from %2 to %3 UTC, %4")
                            .arg(blocklists::word(p.state), shortStamp(p.firstSeen, QTimeZone::utc()),
                                 shortStamp(p.lastSeen, QTimeZone::utc()),
                                 counted(p.looks, tr("1 look"), tr("%1 looks")));
        if (!p.answer.empty()) words += u"\n"_s + qstr(p.answer) + u" "_s + qstr(p.meaning);
        return words;
    }
    return {};
}

bool StateStrip::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip) return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const QString words = describe(help->pos().x());
    if (words.isEmpty())
        QToolTip::hideText();
    else
        QToolTip::showText(help->globalPos(), foreign::toolTip(words), this);
    return true;
}

} // namespace waypost::ui
