#include "ui/widgets/age_label.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QStyle>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {

QString span(qint64 seconds) {
    if (seconds < 60) return QCoreApplication::translate("Age", "%1 s").arg(seconds);
    if (seconds < 3600) return QCoreApplication::translate("Age", "%1 min").arg(seconds / 60);
    if (seconds < 48 * 3600) return QCoreApplication::translate("Age", "%1 h").arg(seconds / 3600);
    return QCoreApplication::translate("Age", "%1 d").arg(seconds / 86400);
}

} // namespace

QString ageText(qint64 thenMs, qint64 nowMs) {
    const qint64 seconds = (nowMs - thenMs) / 1000;
    if (seconds < -1) return QCoreApplication::translate("Age", "clock ahead by %1").arg(span(-seconds));
    return QCoreApplication::translate("Age", "%1 ago").arg(span(std::max<qint64>(0, seconds)));
}

AgeLabel::AgeLabel(QWidget* parent, Now now)
    : QLabel(parent), now_(now ? std::move(now) : [] { return QDateTime::currentMSecsSinceEpoch(); }) {
    setTextFormat(Qt::PlainText);
    setProperty("role", u"muted"_s);
    timer_.setInterval(5000);
    connect(&timer_, &QTimer::timeout, this, &AgeLabel::refresh);
}

void AgeLabel::setSince(qint64 utcMs, qint64 staleAfterMs) {
    since_ = utcMs;
    staleAfter_ = staleAfterMs;
    timer_.start();
    refresh();
}

void AgeLabel::setNever(const QString& words) {
    timer_.stop();
    stale_ = true;
    setText(words);
}

void AgeLabel::refresh() {
    const qint64 now = now_();
    stale_ = staleAfter_ > 0 && now - since_ > staleAfter_;
    setText((stale_ ? u"◷ "_s : QString()) + ageText(since_, now));
    setEnabled(!stale_);
    const QDateTime utc = QDateTime::fromMSecsSinceEpoch(since_, Qt::UTC);
    setToolTip(utc.toString(Qt::ISODate) + (stale_ ? tr(" · older than it should be") : QString()));
}

} // namespace waypost::ui
