#include "placement/run.h"

#include "base/text.h"
#include "placement/token.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace waypost::placement {

namespace {

struct StateName {
    SeedState state;
    std::string_view name;
};
constexpr std::array stateNames{
    StateName{SeedState::Planned, "planned"},
    StateName{SeedState::Sending, "sending"},
    StateName{SeedState::SendFailed, "send-failed"},
    StateName{SeedState::Deferred, "deferred"},
    StateName{SeedState::Waiting, "waiting"},
    StateName{SeedState::FoundInbox, "found-inbox"},
    StateName{SeedState::FoundCategory, "found-category"},
    StateName{SeedState::FoundJunk, "found-junk"},
    StateName{SeedState::FoundOther, "found-other"},
    StateName{SeedState::NotFound, "not-found"},
    StateName{SeedState::MailboxError, "mailbox-error"},
    StateName{SeedState::Uncertain, "uncertain"},
};

struct ProgressName {
    SendProgress progress;
    std::string_view name;
};
constexpr std::array progressNames{
    ProgressName{SendProgress::NotSent, "not-sent"},  ProgressName{SendProgress::Begun, "begun"},
    ProgressName{SendProgress::Accepted, "accepted"}, ProgressName{SendProgress::Deferred, "deferred"},
    ProgressName{SendProgress::Failed, "failed"},     ProgressName{SendProgress::Uncertain, "uncertain"},
};

// The worst wins; copies in \All count least.
int weight(const Sighting& s) {
    if (s.use == imap::SpecialUse::All) return 0;
    switch (placementOf(s)) {
    case SeedState::FoundJunk: return 4;
    case SeedState::FoundOther: return 3;
    case SeedState::FoundCategory: return 2;
    default: return 1;
    }
}

std::string seconds(Millis d) {
    auto s = d.count() / 1000;
    if (s < 120) return fmt::format("{} s", s);
    return fmt::format("{} min", s / 60);
}

} // namespace

std::string_view seedStateName(SeedState s) {
    for (const auto& row : stateNames) {
        if (row.state == s) return row.name;
    }
    return "";
}
std::optional<SeedState> seedStateFromName(std::string_view name) {
    for (const auto& row : stateNames) {
        if (row.name == name) return row.state;
    }
    return std::nullopt;
}
std::string_view sendProgressName(SendProgress p) {
    for (const auto& row : progressNames) {
        if (row.progress == p) return row.name;
    }
    return "";
}
std::optional<SendProgress> sendProgressFromName(std::string_view name) {
    for (const auto& row : progressNames) {
        if (row.name == name) return row.progress;
    }
    return std::nullopt;
}

bool isFound(SeedState s) {
    return s == SeedState::FoundInbox || s == SeedState::FoundCategory || s == SeedState::FoundJunk ||
           s == SeedState::FoundOther;
}

bool isFinal(SeedState s) {
    return isFound(s) || s == SeedState::SendFailed || s == SeedState::NotFound ||
           s == SeedState::MailboxError;
}

SeedState placementOf(const Sighting& s) {
    bool spamLabel = std::any_of(s.labels.begin(), s.labels.end(), [](const std::string& l) {
        return text::iequals(l, "\\Spam") || text::iequals(l, "\\Junk");
    });
    if (s.use == imap::SpecialUse::Junk || spamLabel) return SeedState::FoundJunk;
    if (s.use != imap::SpecialUse::Inbox) return SeedState::FoundOther;
    bool tab = !s.category.empty() && !text::iequals(s.category, "primary");
    return tab ? SeedState::FoundCategory : SeedState::FoundInbox;
}

const Sighting* decisive(const std::vector<Sighting>& sightings) {
    const Sighting* worst = nullptr;
    for (const Sighting& s : sightings) {
        if (!worst || weight(s) > weight(*worst)) worst = &s;
    }
    return worst;
}

void applySighting(SeedResult& r, const Sighting& s, UtcTime now) {
    r.state = placementOf(s);
    r.folder = s.folder;
    r.category = s.category;
    r.uid = s.uid;
    r.uidValidity = s.uidValidity;
    r.headers = s.headers;
    r.message = s.message;
    r.authenticationResults = headerValues(s.headers, "Authentication-Results");
    r.foundAt = now;
    r.problem.clear();
    if (s.internalDate && r.sentAt.ms != 0) {
        // The mailbox's date has whole seconds: less than a second early is no time travel.
        Millis took = *s.internalDate - r.sentAt;
        r.latency = took < Millis(0) && took > Millis(-1000) ? Millis(0) : took;
    }
}

std::vector<std::string> headerValues(std::string_view headers, std::string_view name) {
    std::vector<std::string> out;
    bool taking = false;
    while (!headers.empty()) {
        size_t end = headers.find('\n');
        std::string_view line = headers.substr(0, end);
        headers.remove_prefix(end == std::string_view::npos ? headers.size() : end + 1);
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (line.empty()) break;
        if (line.front() == ' ' || line.front() == '\t') {
            if (taking) out.back() += " " + std::string(text::trim(line));
            continue;
        }
        size_t colon = line.find(':');
        taking =
            colon != std::string_view::npos && text::iequals(text::trimRight(line.substr(0, colon)), name);
        if (taking) out.emplace_back(text::trim(line.substr(colon + 1)));
    }
    return out;
}

std::vector<SeedResult> planRun(const RunSpec& spec, UtcTime now, Random& random) {
    std::vector<SeedResult> results;
    for (const Seed& seed : spec.seeds) {
        if (!seed.enabled) continue;
        SeedResult r;
        r.seedId = seed.id;
        r.provider = seed.provider;
        r.token = spec.route.empty() ? spec.token : seedToken(spec.token, random);
        if (spec.route.empty()) {
            r.state = SeedState::Waiting;
            r.send = SendProgress::Accepted;
            r.sentAt = now;
        }
        results.push_back(std::move(r));
    }
    return results;
}

void recover(std::vector<SeedResult>& results) {
    for (SeedResult& r : results) {
        if (r.send != SendProgress::Begun) continue;
        r.send = SendProgress::Uncertain;
        r.state = SeedState::Uncertain;
        r.problem = "The program stopped while this was being sent; it is not sent again.";
    }
}

std::string describe(const SeedResult& r, int waitMinutes) {
    std::string after = r.latency ? " after " + seconds(*r.latency) : "";
    switch (r.state) {
    case SeedState::Planned: return "not sent yet";
    case SeedState::Sending: return "being sent";
    case SeedState::Waiting: return r.problem.empty() ? "sent, not found yet" : "sent; " + r.problem;
    case SeedState::FoundInbox: return "found in the inbox" + after;
    case SeedState::FoundCategory:
        return fmt::format("found in the inbox, tab {}{}", text::printable(r.category), after);
    case SeedState::FoundJunk: return fmt::format("found in junk ({}){}", text::printable(r.folder), after);
    case SeedState::FoundOther: return fmt::format("found in {}{}", text::printable(r.folder), after);
    case SeedState::NotFound: return fmt::format("accepted, not found after {} min", waitMinutes);
    case SeedState::SendFailed: return "not sent: " + r.problem;
    case SeedState::Deferred: return "deferred: " + r.problem;
    case SeedState::MailboxError: return r.problem;
    case SeedState::Uncertain: return "unknown whether it was accepted: " + r.problem;
    }
    return {};
}

} // namespace waypost::placement
