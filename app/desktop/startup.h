// How the program starts: the clock of the first paint, and the sentence when the workspace cannot be opened.
#pragma once

#include "base/error.h"

#include <QObject>
#include <QString>

class QWidget;

namespace waypost::desktop {

// Milliseconds since the operating system started this process; -1: the system does not say.
qint64 processAgeMs();

// Prints "first paint N ms" to standard error once the window was painted the first time, when
// WAYPOST_TIMING=1.
class FirstPaint : public QObject {
    Q_OBJECT
  public:
    explicit FirstPaint(QWidget& window);
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    bool painted_ = false;
};

// Says in one dialog (or on standard error when nobody watches) why there is no workspace; the exit status.
int refuseWorkspace(const Error& error, const QString& file, bool unattended);

} // namespace waypost::desktop
