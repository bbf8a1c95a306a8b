#include "ui/shell/header_bar.h"

#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/widgets/foreign_text.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QToolButton>

using namespace Qt::StringLiterals;

namespace waypost::ui {

QString workspaceKindWord(WorkspaceKind kind) {
    switch (kind) {
    case WorkspaceKind::Demo: return u"DEMO"_s;
    case WorkspaceKind::Lab: return u"LAB"_s;
    case WorkspaceKind::Production: return u"PRODUCTION"_s;
    case WorkspaceKind::Ordinary: break;
    }
    return {};
}

HeaderBar::HeaderBar(QWidget* parent)
    : QWidget(parent), name_(foreign::label({}, this)), kindMark_(foreign::label({}, this)),
      palette_(new QPushButton(this)), offline_(new QToolButton(this)), bell_(new QToolButton(this)) {
    setObjectName(u"header"_s);
    setAttribute(Qt::WA_StyledBackground);
    setFixedHeight(44);
    name_->setTextInteractionFlags(Qt::NoTextInteraction);
    kindMark_->setTextInteractionFlags(Qt::NoTextInteraction);
    palette_->setIcon(icon(u"search"));
    palette_->setText(tr("Domain, IP, address, Message-ID, command") + u"     Ctrl+K"_s);
    palette_->setAccessibleName(tr("Open the palette"));
    palette_->setObjectName(u"paletteDoor"_s);
    palette_->setMinimumWidth(240);
    palette_->setMaximumWidth(520);
    palette_->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    offline_->setCheckable(true);
    offline_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    bell_->setIcon(icon(u"bell"));
    bell_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    auto* help = new QToolButton(this);
    help->setIcon(icon(u"help"));
    help->setAccessibleName(tr("Keys and help"));
    help->setToolTip(tr("Keys and help for this screen (F1)"));
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(space::l, 0, space::s, 0);
    row->setSpacing(space::s);
    row->addWidget(name_);
    row->addWidget(kindMark_, 0, Qt::AlignVCenter);
    row->addStretch(1);
    row->addWidget(palette_, 4);
    row->addStretch(1);
    row->addWidget(offline_);
    row->addWidget(bell_);
    row->addWidget(help);
    connect(palette_, &QPushButton::clicked, this, &HeaderBar::paletteAsked);
    connect(offline_, &QToolButton::clicked, this, [this](bool on) {
        setOffline(on);
        Q_EMIT offlineToggled(on);
    });
    connect(bell_, &QToolButton::clicked, this, &HeaderBar::notificationsAsked);
    connect(help, &QToolButton::clicked, this, &HeaderBar::helpAsked);
    connect(&Theme::current(), &Theme::changed, this, &HeaderBar::restyle);
    setOffline(false);
    setNotifications(0);
    setWorkspace({}, WorkspaceKind::Ordinary);
}

void HeaderBar::setWorkspace(const QString& name, WorkspaceKind kind) {
    kind_ = kind;
    name_->setText(foreign::printable(name));
    kindMark_->setText(workspaceKindWord(kind));
    kindMark_->setVisible(kind != WorkspaceKind::Ordinary);
    restyle();
}

void HeaderBar::restyle() {
    const Tokens& t = tokens();
    name_->setFont(Theme::current().section());
    QFont f = Theme::current().caption();
    f.setWeight(QFont::Bold);
    kindMark_->setFont(f);
    const QColor ground = kind_ == WorkspaceKind::Production ? t.production : t.lab;
    const QColor ink = contrast(QColor(Qt::white), ground) >= 4.0 ? QColor(Qt::white) : QColor(0x0E141C);
    kindMark_->setStyleSheet(
        u"background: %1; color: %2; border-radius: 3px; padding: 2px 7px;"_s.arg(ground.name(), ink.name()));
    palette_->setStyleSheet(u"text-align: left; color: %1;"_s.arg(t.textMuted.name()));
}

void HeaderBar::setNotifications(int count) {
    bell_->setText(count > 0 ? QString::number(count) : QString());
    bell_->setAccessibleName(count > 1    ? tr("%1 notifications").arg(count)
                             : count == 1 ? tr("1 notification")
                                          : tr("No notifications"));
    bell_->setToolTip(bell_->accessibleName());
}

void HeaderBar::setOfflineShown(bool shown) {
    offline_->setVisible(shown);
}

void HeaderBar::setOffline(bool offline) {
    offline_->setChecked(offline);
    offline_->setIcon(icon(offline ? u"offline" : u"online"));
    offline_->setText(offline ? tr("Offline") : tr("Online"));
    offline_->setAccessibleName(offline ? tr("Offline: nothing leaves this machine") : tr("Online"));
    offline_->setToolTip(offline ? tr("Nothing leaves this machine. Click to go online.")
                                 : tr("Click to stop every outgoing packet."));
}

QString HeaderBar::kindShown() const {
    return kindMark_->text();
}

} // namespace waypost::ui
