#include "domain/notebook.h"

#include "dns/names.h"

namespace waypost::domain {

namespace {

std::string keyOf(std::string_view name, dns::RecordType type) {
    std::string key = dns::normalName(name);
    key += char(std::uint16_t(type) >> 8);
    key += char(std::uint16_t(type) & 0xff);
    return key;
}

} // namespace

void Notebook::resolve(dns::Question question, Done done) {
    auto copy = [done = std::move(done)](const dns::AnswerPtr& answer) mutable { done(*answer); };
    ask(std::move(question), std::move(copy));
}

void Notebook::share(dns::Question question, SharedDone done) {
    ask(std::move(question), std::move(done));
}

size_t Notebook::ask(dns::Question question, SharedDone done) {
    auto [it, fresh] = index_.try_emplace(keyOf(question.name, question.type), entries_.size());
    const size_t index = it->second;
    if (!fresh) {
        Entry& known = entries_[index];
        if (known.answer)
            done(known.answer);
        else
            known.waiting.push_back(std::move(done));
        return index;
    }
    Entry& entry = entries_.emplace_back();
    entry.waiting.push_back(std::move(done));
    pending_.emplace_back(std::move(question), &entry);
    pump();
    return index;
}

void Notebook::pump() {
    const std::weak_ptr<int> alive = life_;
    // An answer that comes at once (from a cache) may end the inspection before ask() returns.
    while (!alive.expired() && inFlight_ < limit_ && !pending_.empty()) {
        auto [question, entry] = std::move(pending_.front());
        pending_.pop_front();
        ++inFlight_;
        upstream_.resolve(std::move(question), [this, entry](dns::Answer answer) {
            auto kept = std::make_shared<dns::Answer>(std::move(answer));
            entry->answer = kept;
            --inFlight_;
            auto waiting = std::move(entry->waiting);
            // Those who wait may end the inspection, and this notebook with it: no member is touched after
            // them.
            pump();
            for (auto& w : waiting) w(kept);
        });
    }
}

std::optional<size_t> Notebook::find(std::string_view name, dns::RecordType type) const {
    auto it = index_.find(keyOf(name, type));
    if (it == index_.end()) return std::nullopt;
    return it->second;
}

Task<size_t> Notebook::look(std::string name, dns::RecordType type) {
    size_t index = 0;
    auto begin = [&](std::move_only_function<void(bool)> done) {
        auto arrived = [done = std::move(done)](const dns::AnswerPtr&) mutable { done(true); };
        index = ask({std::move(name), type}, std::move(arrived));
    };
    auto waiting = completion<bool>(std::move(begin));
    (void)co_await waiting;
    co_return index;
}

size_t Notebook::keep(dns::Answer answer) {
    entries_.emplace_back().answer = std::make_shared<dns::Answer>(std::move(answer));
    return entries_.size() - 1;
}

std::vector<dns::Answer> Notebook::take() {
    std::vector<dns::Answer> out;
    out.reserve(entries_.size());
    for (auto& entry : entries_) {
        if (entry.answer.use_count() == 1)
            out.push_back(std::move(*entry.answer));
        else
            out.push_back(*entry.answer);
    }
    entries_.clear();
    index_.clear();
    return out;
}

} // namespace waypost::domain
