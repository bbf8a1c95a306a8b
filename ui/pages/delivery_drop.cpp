#include "ui/pages/delivery_drop.h"

#include "ui/theme/theme.h"
#include "ui/widgets/foreign_text.h"

#include <QFileInfo>
#include <QMimeData>
#include <QPainter>
#include <QUrl>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {
constexpr int namesShown = 4;
}

QStringList droppedFiles(const QMimeData* data) {
    QStringList out;
    for (const QUrl& url : data->urls())
        if (url.isLocalFile() && QFileInfo(url.toLocalFile()).isFile()) out << url.toLocalFile();
    return out;
}

DropOverlay::DropOverlay(QWidget* parent) : QWidget(parent) {
    setAttribute(Qt::WA_TransparentForMouseEvents);
    hide();
}

void DropOverlay::offer(const QStringList& files) {
    if (files.isEmpty()) {
        headline_ = tr("Nothing here can be imported");
        detail_ = tr("Only files are read: drop mail logs, plain or compressed, not folders or addresses.");
    } else {
        headline_ = files.size() == 1 ? tr("Import 1 log file") : tr("Import %1 log files").arg(files.size());
        QStringList names;
        for (const QString& f : files.mid(0, namesShown))
            names << foreign::printable(QFileInfo(f).fileName());
        if (files.size() > namesShown) names << tr("and %1 more").arg(files.size() - namesShown);
        detail_ = names.join(u", "_s) + u'\n' +
                  tr("Each file's kind is found by its content. Lines already stored are not stored twice.");
    }
    setGeometry(parentWidget()->rect());
    raise();
    show();
    update();
}

void DropOverlay::paintEvent(QPaintEvent*) {
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
