#include "desktop/ending.h"

#include <QApplication>
#include <QSocketNotifier>
#include <QWidget>

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>

namespace waypost::desktop {

namespace {

constexpr int endings[] = {SIGTERM, SIGINT, SIGHUP};

// What a signal handler may touch.
std::atomic<int> writeEnd{-1};
static_assert(std::atomic<int>::is_always_lock_free);

void onSignal(int number) {
    const int before = errno;
    const auto octet = static_cast<char>(number);
    if (write(writeEnd.load(), &octet, 1) < 0) _exit(128 + number); // nobody would hear of it
    errno = before;
}

void handle(int number, void (*handler)(int)) {
    struct sigaction action = {};
    action.sa_handler = handler;
    sigemptyset(&action.sa_mask);
    action.sa_flags = static_cast<int>(SA_RESTART | SA_RESETHAND);
    sigaction(number, &action, nullptr);
}

} // namespace

EndOnSignal::EndOnSignal(QWidget& window) : window_(window) {
    if (pipe2(pipe_.data(), O_CLOEXEC | O_NONBLOCK) != 0) {
        std::perror("waypost: signals will end the program without saving the layout");
        return;
    }
    writeEnd = pipe_[1];
    notifier_ = new QSocketNotifier(pipe_[0], QSocketNotifier::Read, this);
    connect(notifier_, &QSocketNotifier::activated, this, &EndOnSignal::end);
    for (const int number : endings) handle(number, onSignal);
}

EndOnSignal::~EndOnSignal() {
    if (!notifier_) return;
    for (const int number : endings) handle(number, SIG_DFL);
    delete notifier_; // before its descriptor goes
    writeEnd = -1;
    for (const int end : pipe_) close(end);
}

void EndOnSignal::end() {
    char octet = 0;
    while (read(pipe_[0], &octet, 1) > 0) {
    }
    // A dialog in front would keep the window; whoever sent the signal cannot answer it.
    while (QWidget* dialog = QApplication::activeModalWidget())
        if (!dialog->close()) break;
    window_.close();
    QCoreApplication::exit(0); // also when something kept the window open
}

} // namespace waypost::desktop
