#include "ui/bridge/engine_bridge.h"

#include "engine/engine.h"

#include <atomic>

namespace waypost::ui {

EngineBridge::EngineBridge(engine::Engine& engine, QObject* parent)
    : QObject(parent), engine_(engine), alive_(std::make_shared<std::atomic<bool>>(true)) {
    timer_.setSingleShot(true);
    timer_.setInterval(drainIntervalMs);
    connect(&timer_, &QTimer::timeout, this, &EngineBridge::drain);
    // Engine threads only post; the posted call starts the timer, so a burst of wakes costs one drain.
    engine_.onWake([this, alive = alive_] {
        if (alive->load()) QMetaObject::invokeMethod(this, [this] { wake(); }, Qt::QueuedConnection);
    });
    // What was queued before somebody listened woke nobody.
    wake();
}

EngineBridge::~EngineBridge() {
    alive_->store(false);
    engine_.onWake({});
}

engine::Ticket EngineBridge::ask(engine::Query query, QObject* context, Done done) {
    const engine::Ticket ticket = engine_.ask(std::move(query));
    waiting_.insert(ticket, {context, std::move(done)});
    return ticket;
}

engine::Ticket EngineBridge::run(engine::Command command, QObject* context, Done done) {
    const engine::Ticket ticket = engine_.run(std::move(command));
    waiting_.insert(ticket, {context, std::move(done)});
    return ticket;
}

void EngineBridge::wake() {
    if (!timer_.isActive()) timer_.start();
}

void EngineBridge::drain() {
    for (const engine::Event& event : engine_.drain()) {
        if (const auto* answered = std::get_if<engine::Answered>(&event)) {
            const Waiting w = waiting_.take(answered->ticket);
            if (w.context && w.done) w.done(*answered->snapshot);
        } else if (const auto* job = std::get_if<engine::JobChanged>(&event)) {
            Q_EMIT jobChanged(job->job);
        } else if (const auto* data = std::get_if<engine::DataChanged>(&event)) {
            Q_EMIT dataChanged(QString::fromStdString(data->what), QString::fromStdString(data->object));
        }
    }
}

} // namespace waypost::ui
