#include "ui/shell/time_range_control.h"

#include "ui/charts/time_axis.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"

#include <QDateTime>
#include <QFrame>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QToolButton>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {
constexpr std::pair<const char16_t*, const char*> presets[] = {
    {u"now-1h..now", QT_TR_NOOP("Last hour")},      {u"now-6h..now", QT_TR_NOOP("Last 6 hours")},
    {u"now-24h..now", QT_TR_NOOP("Last 24 hours")}, {u"now/d..now", QT_TR_NOOP("Today")},
    {u"yesterday", QT_TR_NOOP("Yesterday")},        {u"now-7d..now", QT_TR_NOOP("Last 7 days")},
    {u"now-30d..now", QT_TR_NOOP("Last 30 days")},  {u"now-90d..now", QT_TR_NOOP("Last 90 days")},
};
} // namespace

TimeRangeControl::TimeRangeControl(QWidget* parent, std::function<qint64()> now)
    : QWidget(parent), now_(now ? std::move(now) : [] { return QDateTime::currentMSecsSinceEpoch(); }),
      button_(new QToolButton(this)), zoneButton_(new QToolButton(this)) {
    const auto small = [this](const QString& name, const QString& says, auto act) {
        auto* b = new QToolButton(this);
        b->setIcon(icon(name));
        b->setAccessibleName(says);
        b->setToolTip(says);
        connect(b, &QToolButton::clicked, this, act);
        return b;
    };
    button_->setIcon(icon(u"clock"));
    button_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    button_->setAccessibleName(tr("Time range"));
    connect(button_, &QToolButton::clicked, this, &TimeRangeControl::openPopup);
    zoneButton_->setPopupMode(QToolButton::InstantPopup);
    zoneButton_->setAccessibleName(tr("Display zone"));
    zoneButton_->setToolTip(tr("Zone times are shown in"));
    auto* zones = new QMenu(zoneButton_);
    zones->addAction(u"UTC"_s, this, [this] { setZone(QTimeZone::utc()); });
    const QTimeZone local = QTimeZone::systemTimeZone();
    zones->addAction(tr("Local (%1)").arg(QString::fromLatin1(local.id())), this,
                     [this, local] { setZone(local); });
    zoneButton_->setMenu(zones);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    row->addWidget(small(u"chevron-left"_s, tr("Earlier range ([)"), [this] { step(-1); }));
    row->addWidget(button_);
    row->addWidget(zoneButton_);
    row->addWidget(small(u"chevron-right"_s, tr("Later range (])"), [this] { step(1); }));
    row->addWidget(small(u"minus"_s, tr("Longer range (-)"), [this] { zoom(2); }));
    row->addWidget(small(u"plus"_s, tr("Shorter range (+)"), [this] { zoom(0.5); }));
    zoneButton_->setText(u"UTC"_s);
    setText(u"now-24h..now"_s);
}

bool TimeRangeControl::setText(const QString& text) {
    const RangeVerdict verdict = resolveRange(text, now_(), zone_);
    error_ = verdict.error;
    if (!verdict.range) return false;
    text_ = text.simplified();
    const bool moved = range_ != *verdict.range;
    range_ = *verdict.range;
    show(text_);
    if (moved) Q_EMIT rangeChanged(range_);
    return true;
}

void TimeRangeControl::show(const QString& text) {
    QString words = text;
    for (const auto& [preset, title] : presets)
        if (text == QStringView(preset)) words = tr(title);
    if (!followsClock(text) && words == text) {
        const QDateTime from = QDateTime::fromMSecsSinceEpoch(range_.from, zone_),
                        to = QDateTime::fromMSecsSinceEpoch(range_.to, zone_);
        const bool oneDay = from.date() == to.date();
        words = QLocale::c().toString(from, u"d MMM HH:mm"_s) + u" – "_s +
                QLocale::c().toString(to, oneDay ? u"HH:mm"_s : u"d MMM HH:mm"_s);
    }
    button_->setText(words);
    button_->setToolTip(text + u'\n' + stampText(range_.from, zone_) + u"\n"_s + stampText(range_.to, zone_));
}

void TimeRangeControl::setZone(const QTimeZone& zone) {
    zone_ = zone;
    const QString name = zone == QTimeZone::utc()
                             ? u"UTC"_s
                             : QDateTime::fromMSecsSinceEpoch(now_(), zone).timeZoneAbbreviation();
    zoneButton_->setText(name);
    setText(text_);
    Q_EMIT zoneChanged();
}

void TimeRangeControl::step(int direction) {
    setRange(stepped(range_, direction));
}

void TimeRangeControl::zoom(double factor) {
    setRange(zoomed(range_, factor));
}

void TimeRangeControl::refresh() {
    setText(text_);
}

void TimeRangeControl::openPopup() {
    QFrame* popup = buildPopup();
    popup->adjustSize();
    const QPoint at = button_->mapToGlobal(QPoint(button_->width() - popup->width(), button_->height() + 4));
    popup->move(at);
    popup->show();
}

QFrame* TimeRangeControl::buildPopup() {
    auto* popup = new QFrame(this, Qt::Popup);
    popup->setAttribute(Qt::WA_DeleteOnClose);
    popup->setProperty("popup", true);
    auto* grid = new QGridLayout(popup);
    grid->setContentsMargins(space::m, space::m, space::m, space::m);
    int n = 0;
    for (const auto& [preset, title] : presets) {
        auto* b = new QPushButton(tr(title), popup);
        b->setProperty("flat", true);
        const QString text = QString::fromUtf16(preset);
        connect(b, &QPushButton::clicked, this, [this, popup, text] {
            setText(text);
            popup->close();
        });
        grid->addWidget(b, n / 2, n % 2);
        ++n;
    }
    auto* field = new QLineEdit(text_, popup);
    field->setAccessibleName(tr("Time range"));
    field->setMinimumWidth(320);
    auto* says = new QLabel(tr("now-24h..now · 2026-05-01..2026-05-03 · now/d..now"), popup);
    says->setProperty("role", u"muted"_s);
    says->setWordWrap(true);
    grid->addWidget(field, n / 2, 0, 1, 2);
    grid->addWidget(says, n / 2 + 1, 0, 1, 2);
    connect(field, &QLineEdit::returnPressed, this, [this, popup, field, says] {
        if (setText(field->text()))
            popup->close();
        else
            says->setText(error_);
    });
    field->setFocus();
    return popup;
}

} // namespace waypost::ui
