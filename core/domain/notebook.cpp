#include "domain/notebook.h"

#include "dns/names.h"

namespace waypost::domain {

void Notebook::resolve(dns::Question question, Done done) {
    const dns::Question key{dns::normalName(question.name), question.type};
    auto [it, fresh] = index_.try_emplace(key, entries_.size());
    if (!fresh) {
        Entry& known = entries_[it->second];
        if (known.answer)
            done(*known.answer);
        else
            known.waiting.push_back(std::move(done));
        return;
    }
    Entry& entry = entries_.emplace_back();
    entry.waiting.push_back(std::move(done));
    pending_.emplace_back(std::move(question), &entry);
    pump();
}

void Notebook::pump() {
    const std::weak_ptr<int> alive = life_;
    // An answer that comes at once (from a cache) may end the inspection before resolve() returns.
    while (!alive.expired() && inFlight_ < limit_ && !pending_.empty()) {
        auto [question, entry] = std::move(pending_.front());
        pending_.pop_front();
        ++inFlight_;
        upstream_.resolve(std::move(question), [this, entry](dns::Answer answer) {
            entry->answer = std::move(answer);
            --inFlight_;
            auto waiting = std::move(entry->waiting);
            // Those who wait may end the inspection, and this notebook with it: no member is touched after
            // them.
            pump();
            for (auto& w : waiting) w(*entry->answer);
        });
    }
}

std::optional<size_t> Notebook::find(std::string_view name, dns::RecordType type) const {
    auto it = index_.find({dns::normalName(name), type});
    if (it == index_.end()) return std::nullopt;
    return it->second;
}

Task<size_t> Notebook::look(std::string name, dns::RecordType type) {
    dns::Question question{name, type};
    auto asking = dns::ask(*this, std::move(question));
    (void)co_await asking;
    co_return *find(name, type);
}

size_t Notebook::keep(dns::Answer answer) {
    entries_.emplace_back().answer = std::move(answer);
    return entries_.size() - 1;
}

std::vector<dns::Answer> Notebook::take() {
    std::vector<dns::Answer> out;
    out.reserve(entries_.size());
    for (auto& entry : entries_) out.push_back(std::move(*entry.answer));
    entries_.clear();
    index_.clear();
    return out;
}

} // namespace waypost::domain
