#include "desktop/startup.h"

#include <QEvent>
#include <QFile>
#include <QMessageBox>
#include <QTimer>
#include <QWidget>

#include <unistd.h>

#include <cstdio>
#include <ctime>

using namespace Qt::StringLiterals;

namespace waypost::desktop {

qint64 processAgeMs() {
    QFile file(u"/proc/self/stat"_s);
    if (!file.open(QIODevice::ReadOnly)) return -1;
    const QByteArray all = file.readAll();
    // The program's name stands in parentheses and may hold spaces; start time is the 20th field after it.
    const QList<QByteArray> fields = all.mid(all.lastIndexOf(')') + 2).split(' ');
    constexpr qsizetype startField = 19;
    if (fields.size() <= startField) return -1;
    const qint64 startMs = fields[startField].toLongLong() * 1000 / sysconf(_SC_CLK_TCK);
    timespec now{};
    if (clock_gettime(CLOCK_BOOTTIME, &now) != 0) return -1;
    return qint64{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000 - startMs;
}

FirstPaint::FirstPaint(QWidget& window) : QObject(&window) {
    if (qEnvironmentVariable("WAYPOST_TIMING") == "1"_L1) window.installEventFilter(this);
}

bool FirstPaint::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::Paint && !std::exchange(painted_, true)) {
        watched->removeEventFilter(this);
        // After this paint has come to its end.
        QTimer::singleShot(0, this, [] {
            std::fprintf(stderr, "first paint %lld ms\n", static_cast<long long>(processAgeMs()));
        });
    }
    return false;
}

int refuseWorkspace(const Error& error, const QString& file, bool unattended) {
    const QString sentence =
        QObject::tr("The workspace %1 cannot be opened: %2").arg(file, QString::fromStdString(error.text));
    std::fprintf(stderr, "waypost: %s\n", qPrintable(sentence));
    if (!unattended) {
        QMessageBox box(QMessageBox::Critical, u"Waypost"_s, sentence);
        box.setTextFormat(Qt::PlainText);
        box.exec();
    }
    const int status = exitStatusFor(error.code);
    return status == 1 || status == 0 ? 6 : status; // whatever it was, the storage did not open
}

} // namespace waypost::desktop
