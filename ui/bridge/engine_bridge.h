// EngineBridge: the only place where the window meets the engine. Requests go down at once; events come up in
// batches, at most 20 times a second, on the GUI thread. A callback runs only while its context object lives.
#pragma once

#include "engine/values.h"

#include <QHash>
#include <QObject>
#include <QPointer>
#include <QTimer>

#include <atomic>
#include <functional>
#include <memory>

namespace waypost::engine {
class Engine;
}

namespace waypost::ui {

class EngineBridge : public QObject {
    Q_OBJECT
  public:
    static constexpr int drainIntervalMs = 50;

    explicit EngineBridge(engine::Engine& engine, QObject* parent = nullptr);
    ~EngineBridge() override;

    // `done` gets the snapshot (an Error or the type that belongs to the query) unless `context` is gone by
    // then.
    using Done = std::function<void(const engine::Snapshot&)>;
    engine::Ticket ask(engine::Query query, QObject* context, Done done);
    engine::Ticket run(engine::Command command, QObject* context, Done done);

  Q_SIGNALS:
    void jobChanged(const waypost::engine::JobView& job);
    void dataChanged(const QString& what, const QString& object);

  private:
    void wake();
    void drain();

    struct Waiting {
        QPointer<QObject> context;
        Done done;
    };
    engine::Engine& engine_;
    QHash<engine::Ticket, Waiting> waiting_;
    QTimer timer_;
    std::shared_ptr<std::atomic<bool>> alive_;
};

// Calls `good` with the snapshot's T, or `bad` with the error.
template <class T, class Good, class Bad>
void take(const engine::Snapshot& snapshot, const Good& good, const Bad& bad) {
    if (const T* value = std::get_if<T>(&snapshot))
        good(*value);
    else if (const Error* error = std::get_if<Error>(&snapshot))
        bad(*error);
}

} // namespace waypost::ui
