// A page under test: an engine on a workspace in a temporary folder, with the lab or without, and the bridge.
#pragma once

#include "engine/engine.h"
#include "ui/bridge/engine_bridge.h"

#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QTest>

namespace waypost::test {

inline std::filesystem::path resources() {
    return qEnvironmentVariable("WAYPOST_RESOURCES").toStdString();
}

class PageBench {
  public:
    explicit PageBench(bool lab) {
        engine::OpenOptions how;
        how.workspace = file("test.waypost").toStdString();
        how.resources = resources();
        how.lab = lab;
        how.userRules = file("reply-rules.json").toStdString();
        auto opened = engine::Engine::open(std::move(how));
        if (!opened) qFatal("%s", opened.error().describe().c_str());
        engine_ = std::move(*opened);
        bridge_ = std::make_unique<ui::EngineBridge>(*engine_);
    }
    [[nodiscard]] engine::Engine& engine() { return *engine_; }
    [[nodiscard]] ui::EngineBridge& bridge() { return *bridge_; }
    [[nodiscard]] QString file(const char* name) const { return folder_.filePath(QString::fromUtf8(name)); }
    // Runs the command to the end of its job.
    engine::JobView finish(engine::Command command) {
        const engine::Snapshot started = engine_->runAndWait(std::move(command));
        if (const auto* error = std::get_if<Error>(&started)) qFatal("%s", error->describe().c_str());
        return engine_->waitForJob(std::get<engine::Done>(started).id);
    }
    template <class T>
    T ask(engine::Query query) {
        const engine::Snapshot answer = engine_->askAndWait(std::move(query));
        if (const auto* error = std::get_if<Error>(&answer)) qFatal("%s", error->describe().c_str());
        return std::get<T>(answer);
    }

  private:
    QTemporaryDir folder_;
    std::unique_ptr<engine::Engine> engine_;
    std::unique_ptr<ui::EngineBridge> bridge_;
};

inline std::string labLog() {
    return (resources() / "lab" / "mail.log").string();
}

} // namespace waypost::test
