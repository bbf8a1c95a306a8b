#include "ui/pages/message_lab_drop.h"

#include "ui/theme/theme.h"
#include "ui/widgets/foreign_text.h"

#include <QFileInfo>
#include <QPainter>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {
constexpr int namesShown = 4;
} // namespace

MessageDropOverlay::MessageDropOverlay(QWidget* parent) : QWidget(parent) {
    setAttribute(Qt::WA_TransparentForMouseEvents);
    hide();
}

void MessageDropOverlay::offer(const QStringList& files, bool text) {
    if (!files.isEmpty()) {
        headline_ = files.size() == 1 ? tr("Open in Message lab") : tr("Open %1 messages").arg(files.size());
        QStringList names;
        for (const QString& f : files.mid(0, namesShown))
            names << foreign::printable(QFileInfo(f).fileName());
        if (files.size() > namesShown) names << tr("and %1 more").arg(files.size() - namesShown);
        detail_ = names.join(u", "_s) + u'\n' +
                  tr("Judged as a receiver would, with DNS as it is now. Nothing is sent.");
    } else if (text) {
        headline_ = tr("Paste into Message lab");
        detail_ = tr("The text is shown first and judged when you ask for it.");
    } else {
        headline_ = tr("Nothing here can be opened");
        detail_ = tr("Drop message files (.eml) or the source of a message, not folders or addresses.");
    }
    setGeometry(parentWidget()->rect());
    raise();
    show();
    update();
}

void MessageDropOverlay::paintEvent(QPaintEvent*) {
    const Tokens& t = tokens();
    QPainter p(this);
    p.setRenderHint(QPainter::Antialiasing);
    QColor ground = t.surface;
    ground.setAlphaF(0.94F);
    p.fillRect(rect(), ground);
    p.setPen(QPen(t.accent, 2, Qt::DashLine));
    p.drawRoundedRect(QRectF(rect()).adjusted(12, 12, -12, -12), 8, 8);
    p.setPen(t.text);
    p.setFont(Theme::current().title());
    const QRect upper(0, 0, width(), height() / 2 - space::xs);
    p.drawText(upper, Qt::AlignHCenter | Qt::AlignBottom, headline_);
    p.setFont(Theme::current().body());
    p.setPen(t.textMuted);
    const QRect lower(space::xl, height() / 2 + space::s, width() - 2 * space::xl, height() / 2);
    p.drawText(lower, Qt::AlignHCenter | Qt::AlignTop | Qt::TextWordWrap, detail_);
}

} // namespace waypost::ui
