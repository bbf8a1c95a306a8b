// JobBanner: one command of this screen that takes time: its progress with Cancel while it runs, one sentence
// with its result afterwards, until it is closed. It hides itself when there is nothing to say.
#pragma once

#include "engine/values.h"
#include "ui/bridge/engine_bridge.h"

#include <QFrame>

#include <functional>
#include <map>

class QLabel;
class QPushButton;
class QStackedWidget;

namespace waypost::ui {

class JobRow;

class JobBanner : public QFrame {
    Q_OBJECT
  public:
    explicit JobBanner(EngineBridge& bridge, QWidget* parent = nullptr);
    // A command that answers with the id of its job.
    void run(engine::Command command);
    void say(const QString& sentence, bool problem = false);
    [[nodiscard]] bool isBusy() const { return busy_; }
    [[nodiscard]] QString sentence() const;

  Q_SIGNALS:
    void ended(const waypost::engine::JobView& job);

  private:
    void jobChanged(const engine::JobView& job);
    void follow(const std::string& id);
    void finish(const engine::JobView& job);

    EngineBridge& bridge_;
    QStackedWidget* stack_;
    JobRow* row_;
    QLabel* sentence_;
    std::string job_;
    std::map<std::string, engine::JobView> early_; // what came before the answer that names the job
    bool busy_ = false;
};

} // namespace waypost::ui
