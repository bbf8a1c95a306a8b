// What the tests with real servers share: an engine over a new workspace, answers by kind, and a certificate.
#pragma once

#include "engine/engine.h"
#include "net/dialer.h"
#include "net/listener.h"
#include "support/paths.h"
#include "support/servers_process.h"

#include <QTest>

namespace waypost::test {

// Real servers may be absent where the tests run; that must be seen.
#define WAYPOST_NEEDS(reason)                                                                                \
    do {                                                                                                     \
        const std::string why_ = (reason);                                                                   \
        if (!why_.empty()) QSKIP(why_.c_str());                                                              \
    } while (false)

inline std::unique_ptr<engine::Engine> openEngine(const std::filesystem::path& folder) {
    engine::OpenOptions o;
    o.workspace = folder / "interop.waypost";
    o.resources = resources();
    auto opened = engine::Engine::open(std::move(o));
    if (!opened) qFatal("%s", opened.error().describe().c_str());
    return std::move(*opened);
}

template <class T>
T as(const engine::Snapshot& s) {
    if (const T* value = std::get_if<T>(&s)) return *value;
    const Error* error = std::get_if<Error>(&s);
    qFatal("%s", error ? error->describe().c_str() : "an answer of another kind");
}

inline std::string errorText(const engine::Snapshot& s) {
    const Error* error = std::get_if<Error>(&s);
    return error ? error->text : std::string();
}

// Starts the job and waits for its end.
inline engine::JobView job(engine::Engine& e, engine::Command command) {
    return e.waitForJob(as<engine::Done>(e.runAndWait(std::move(command))).id);
}

inline void set(engine::Engine& e, const std::string& key, const std::string& value) {
    as<engine::Done>(e.runAndWait(engine::SaveSetting{key, value}));
}

inline net::ServerTls certificate(const net::TestAuthority& authority,
                                  const std::vector<std::string>& names) {
    const UtcTime now = SystemClock().now();
    return authority.issue(names, now - Millis(86'400'000), now + Millis(86'400'000));
}

} // namespace waypost::test
