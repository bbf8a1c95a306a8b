#include "reply/matcher.h"

#include <re2/re2.h>
#include <re2/set.h>

namespace waypost::reply {

namespace {

RE2::Options options(std::int64_t memory) {
    RE2::Options o;
    o.set_case_sensitive(false);
    o.set_log_errors(false);
    o.set_encoding(RE2::Options::EncodingLatin1); // replies are bytes; a broken sequence must not end a match
    o.set_max_mem(memory);
    return o;
}

} // namespace

struct Matcher::Part {
    RE2::Set set{options(matcherMemoryBytes), RE2::UNANCHORED};
    std::vector<int> ids;
    bool compiled = false;
};

Matcher::Matcher() = default;
Matcher::~Matcher() = default;

std::unique_ptr<re2::RE2> compilePattern(const std::string& pattern, std::string& error) {
    auto re = std::make_unique<RE2>(pattern, options(patternMemoryBytes));
    if (re->ok()) return re;
    error = re->error();
    return nullptr;
}

void Matcher::add(const std::string& pattern, int id) {
    patterns_.emplace_back(pattern, id);
}

void Matcher::build() const {
    for (const auto& [pattern, id] : patterns_) {
        if (parts_.empty() || parts_.back()->ids.size() >= patternsPerSet)
            parts_.push_back(std::make_unique<Part>());
        std::string error;
        if (parts_.back()->set.Add(pattern, &error) >= 0) parts_.back()->ids.push_back(id);
    }
    for (auto& p : parts_) p->compiled = p->set.Compile();
}

void Matcher::candidates(std::string_view text, std::vector<int>& out) const {
    std::call_once(built_, [this] { build(); });
    thread_local std::vector<int> hits;
    for (const auto& p : parts_) {
        RE2::Set::ErrorInfo info{RE2::Set::kNoError};
        hits.clear();
        const bool matched = p->compiled && p->set.Match({text.data(), text.size()}, &hits, &info);
        if (matched) {
            for (int h : hits) out.push_back(p->ids[size_t(h)]);
        } else if (!p->compiled || info.kind != RE2::Set::kNoError) {
            failures_.fetch_add(1, std::memory_order_relaxed);
            out.insert(out.end(), p->ids.begin(), p->ids.end());
        }
    }
}

} // namespace waypost::reply
