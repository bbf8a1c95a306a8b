#include "engine/jobs.h"

#include "base/log.h"
#include "base/uuid.h"
#include "store/job_store.h"

namespace waypost::engine {

namespace {

store::JobRow toRow(const JobView& v) {
    store::JobRow row;
    row.id = v.id;
    row.kind = v.kind;
    row.title = v.title;
    row.state = store::JobState(int(v.state));
    row.done = v.done;
    row.total = v.total;
    row.text = v.text;
    row.command = v.command;
    row.created = v.started;
    row.started = v.started;
    if (v.finished.ms != 0) row.finished = v.finished;
    return row;
}

JobView toView(const store::JobRow& row) {
    JobView v;
    v.id = row.id;
    v.kind = row.kind;
    v.title = row.title;
    v.state = JobState(int(row.state));
    v.done = row.done;
    v.total = row.total;
    v.text = row.text;
    v.command = row.command;
    v.started = row.started.value_or(row.created);
    v.finished = row.finished.value_or(UtcTime{});
    return v;
}

static_assert(int(JobState::Interrupted) == int(store::JobState::Interrupted) &&
              int(JobState::Queued) == int(store::JobState::Queued));

} // namespace

std::string JobBook::begin(std::string kind, std::string title, std::string command) {
    Live live;
    {
        std::lock_guard lock(mutex_);
        live.view.id = uuid7(clock_.now(), random_);
        live.view.kind = std::move(kind);
        live.view.title = std::move(title);
        live.view.command = std::move(command);
        live.view.state = JobState::Running;
        live.view.started = clock_.now();
        live_[live.view.id] = live;
    }
    if (!workspace_.readOnly())
        workspace_.write([row = toRow(live.view)](store::Database& db) { store::job::insert(db, row); },
                         [](Result<void> r) {
                             if (!r) log::warn("engine", r.error().describe());
                         });
    events_.push(JobChanged{live.view});
    return live.view.id;
}

void JobBook::progress(const std::string& id, std::int64_t done, std::int64_t total, std::string text) {
    JobView view;
    {
        std::lock_guard lock(mutex_);
        auto it = live_.find(id);
        if (it == live_.end()) return;
        it->second.view.done = done;
        it->second.view.total = total;
        it->second.view.text = std::move(text);
        view = it->second.view;
    }
    events_.push(JobChanged{view});
}

void JobBook::end(const std::string& id, JobState state, std::string text) {
    JobView view;
    {
        std::lock_guard lock(mutex_);
        auto it = live_.find(id);
        if (it == live_.end()) return;
        it->second.view.state = state;
        it->second.view.text = std::move(text);
        it->second.view.finished = clock_.now();
        view = it->second.view;
        live_.erase(it);
        recent_[id] = view;
    }
    store(view);
    events_.push(JobChanged{view});
    ended_.notify_all();
}

void JobBook::store(const JobView& view) {
    if (workspace_.readOnly()) return;
    workspace_.write([row = toRow(view)](store::Database& db) { store::job::update(db, row); },
                     [](Result<void> r) {
                         if (!r) log::warn("engine", r.error().describe());
                     });
}

bool JobBook::cancel(const std::string& id) {
    std::stop_source stop(std::nostopstate);
    {
        std::lock_guard lock(mutex_);
        auto it = live_.find(id);
        if (it == live_.end()) return false;
        it->second.view.text = "cancelling…";
        stop = it->second.stop;
    }
    stop.request_stop();
    return true;
}

void JobBook::cancelAll() {
    std::vector<std::string> ids;
    {
        std::lock_guard lock(mutex_);
        for (const auto& [id, ignored] : live_) ids.push_back(id);
    }
    for (const std::string& id : ids) cancel(id);
}

bool JobBook::anyRunning() {
    std::lock_guard lock(mutex_);
    return !live_.empty();
}

bool JobBook::isRunning(std::string_view kind, std::string_view title) {
    std::lock_guard lock(mutex_);
    return std::any_of(live_.begin(), live_.end(), [&](const auto& entry) {
        return entry.second.view.kind == kind && entry.second.view.title == title;
    });
}

std::stop_token JobBook::stopToken(const std::string& id) {
    std::lock_guard lock(mutex_);
    auto it = live_.find(id);
    return it == live_.end() ? std::stop_token() : it->second.stop.get_token();
}

JobView JobBook::wait(const std::string& id) {
    std::unique_lock lock(mutex_);
    ended_.wait(lock, [&] { return !live_.contains(id); });
    auto it = recent_.find(id);
    return it == recent_.end() ? JobView{} : it->second;
}

Result<Jobs> JobBook::list() {
    auto rows = workspace_.read([](store::Database& db) { return store::job::latest(db, 200); });
    if (!rows) return fail(rows.error());
    Jobs out;
    std::lock_guard lock(mutex_);
    for (const store::JobRow& row : *rows) {
        // How a job ended is known here before it is stored (and stays known when the disk is full).
        auto live = live_.find(row.id);
        auto recent = recent_.find(row.id);
        if (live != live_.end())
            out.jobs.push_back(live->second.view);
        else
            out.jobs.push_back(recent == recent_.end() ? toView(row) : recent->second);
    }
    return out;
}

} // namespace waypost::engine
