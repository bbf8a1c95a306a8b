// Ends the window program as its close button does when SIGTERM, SIGINT or SIGHUP comes: the layout is saved,
// event loop and engine end in order. The handler only writes one octet to a pipe (signal-safety(7)); the
// rest happens in the event loop. A second signal of the same kind ends the process at once. One at a time;
// GUI thread.
#pragma once

#include <QObject>

#include <array>

class QSocketNotifier;
class QWidget;

namespace waypost::desktop {

class EndOnSignal : public QObject {
  public:
    explicit EndOnSignal(QWidget& window);
    ~EndOnSignal() override;

  private:
    void end();

    QWidget& window_;
    std::array<int, 2> pipe_{-1, -1};
    QSocketNotifier* notifier_ = nullptr;
};

} // namespace waypost::desktop
