// Session::find(): which mailbox holds which token, in few round trips. One to open and search a mailbox, one
// to read the token fields of all its recent messages, one for the whole headers of the hits.
#include "base/text.h"
#include "imap/session.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace waypost::imap {

namespace {

constexpr size_t fetchBatch = 500;
constexpr Millis day{86'400'000};
constexpr std::array<std::string_view, 5> gmailTabs{"social", "promotions", "updates", "forums", "purchases"};

constexpr int lastRank = 6;

// The order of looking. Nothing: never looked in.
std::optional<int> rank(SpecialUse use) {
    switch (use) {
    case SpecialUse::Inbox: return 0;
    case SpecialUse::Junk: return 1;
    case SpecialUse::None:
    case SpecialUse::Flagged: return 2;
    case SpecialUse::Archive: return 3;
    case SpecialUse::All: return 4;
    case SpecialUse::Trash: return 5;
    case SpecialUse::Drafts:
    case SpecialUse::Sent: break;
    }
    return std::nullopt;
}

bool always(const Mailbox& m, const Query& q) {
    return !q.folders.empty() || m.use == SpecialUse::Inbox || m.use == SpecialUse::Junk;
}

bool allFound(const Query& q, const std::vector<Hit>& hits) {
    return std::all_of(q.needles.begin(), q.needles.end(), [&](const std::string& needle) {
        return std::any_of(hits.begin(), hits.end(), [&](const Hit& h) { return h.needle == needle; });
    });
}

std::string commonPrefix(const std::vector<std::string>& words) {
    std::string prefix = words.front();
    for (const std::string& w : words) {
        size_t n = 0;
        while (n < prefix.size() && n < w.size() && prefix[n] == w[n]) ++n;
        prefix.resize(n);
    }
    return prefix;
}

std::vector<std::uint32_t> uidsOf(const std::vector<Hit>& hits) {
    std::vector<std::uint32_t> uids;
    uids.reserve(hits.size());
    for (const Hit& h : hits) uids.push_back(h.uid);
    std::sort(uids.begin(), uids.end());
    uids.erase(std::unique(uids.begin(), uids.end()), uids.end());
    return uids;
}

void takeHits(const Fetched& f, const Query& q, std::vector<Hit>& hits) {
    if (!f.uid) return;
    for (const Section& s : f.sections) {
        if (!s.bytes) continue;
        for (const std::string& needle : q.needles) {
            if (s.bytes->find(needle) == std::string::npos) continue;
            Hit h;
            h.needle = needle;
            h.uid = *f.uid;
            h.internalDate = f.internalDate;
            h.size = f.size.value_or(0);
            hits.push_back(std::move(h));
        }
    }
}

// The octets up to and with the empty line, as BODY[HEADER] gives them.
std::string headerOf(const std::string& message) {
    const size_t end = message.find("\r\n\r\n");
    return end == std::string::npos ? message : message.substr(0, end + 4);
}

// Without a usable SEARCH.
std::vector<std::uint32_t> newestUids(const MailboxState& state, size_t newest) {
    std::vector<std::uint32_t> uids;
    std::uint32_t next = state.uidNext.value_or(0);
    auto span = std::uint32_t(std::min<size_t>(newest, 100'000));
    for (std::uint32_t u = next > span ? next - span : 1; u < next; ++u) uids.push_back(u);
    return uids;
}

} // namespace

std::vector<Mailbox> foldersFor(const std::vector<Mailbox>& all, const Query& q) {
    auto wanted = [&q](const Mailbox& m) {
        if (!m.selectable()) return false;
        if (q.folders.empty()) return rank(m.use).has_value();
        return std::any_of(q.folders.begin(), q.folders.end(), [&](const std::string& f) {
            return f == m.name || f == m.wireName ||
                   (m.use == SpecialUse::Inbox && text::iequals(f, "INBOX"));
        });
    };
    std::vector<Mailbox> out;
    for (int r = 0; r <= lastRank; ++r) {
        for (const Mailbox& m : all) {
            if (rank(m.use).value_or(lastRank) == r && wanted(m)) out.push_back(m);
        }
    }
    return out;
}

struct Session::Look {
    Mailbox mailbox;
    Query query;
    FolderLook seen;
    std::uint32_t uidValidity = 0;
    std::vector<std::uint32_t> uids;
    std::vector<Hit> hits;
};

Task<FindResult> Session::find(Query query) {
    FindResult result;
    totalEnd_ = clock_.monotonic() + options_.total;
    std::erase(query.needles, std::string());
    std::vector<Mailbox> folders;
    if (dialogue_ && !failure() && !query.needles.empty()) folders = foldersFor(mailboxes(), query);
    for (const Mailbox& m : folders) {
        if (!always(m, query) && allFound(query, result.hits)) break;
        if (result.folders.size() >= query.maxFolders) {
            result.foldersLeftOut = folders.size() - result.folders.size();
            break;
        }
        Look look;
        look.mailbox = m;
        look.query = query;
        look.seen.folder = m.name;
        look.seen.use = m.use;
        Look* here = &look;
        bool ok = co_await lookIn(here);
        std::move(look.hits.begin(), look.hits.end(), std::back_inserter(result.hits));
        result.folders.push_back(std::move(look.seen));
        if (!ok) break;
    }
    sink_ = {};
    result.failure = failure();
    co_return result;
}

Task<bool> Session::lookIn(Look* look) {
    bool ok = co_await recent(look);
    if (ok && !look->uids.empty()) ok = co_await scan(look);
    if (ok && !look->hits.empty()) ok = co_await details(look);
    bool tabs = look->mailbox.use == SpecialUse::Inbox && has("X-GM-EXT-1");
    if (ok && tabs && !look->hits.empty()) ok = co_await categories(look);
    for (Hit& h : look->hits) {
        h.folder = look->mailbox.name;
        h.use = look->mailbox.use;
        h.useFromName = look->mailbox.useFromName;
        h.uidValidity = look->uidValidity;
    }
    co_return ok;
}

// Opens the mailbox and finds its recent messages in one round trip. SINCE looks at calendar days without
// zones, hence a day earlier.
Task<bool> Session::recent(Look* look) {
    SearchKey since;
    since.since = searchDate(look->query.since - day);
    dialogue_->submit(examineCommand(look->mailbox.wireName));
    dialogue_->submit(searchCommand(since, has("ESEARCH")));
    bool ok = co_await drive();
    std::vector<Completed> done = takeAll();
    if (!ok || done.size() != 2) co_return ok;
    const MailboxState& state = done[0].mailbox;
    look->seen.exists = state.exists;
    look->uidValidity = state.uidValidity.value_or(0);
    if (done[0].status != Status::Ok) {
        look->seen.refused = text::printable(done[0].text.empty() ? "refused" : done[0].text);
        co_return true;
    }
    look->uids = std::move(done[1].hits);
    if (done[1].status != Status::Ok && state.exists > 0) look->uids = newestUids(state, look->query.newest);
    if (look->uids.size() > look->query.newest) ok = co_await older(look, since);
    co_return ok;
}

// More recent messages than are read: the newest, and what the server's own header search adds.
Task<bool> Session::older(Look* look, SearchKey since) {
    auto& uids = look->uids;
    look->seen.cut = true;
    uids.erase(uids.begin(), uids.end() - std::ptrdiff_t(look->query.newest));
    since.headerName = look->query.headerName;
    since.headerHas = commonPrefix(look->query.needles);
    dialogue_->submit(searchCommand(since, has("ESEARCH")));
    bool ok = co_await drive();
    for (const Completed& done : takeAll()) {
        if (done.hits.size() > look->query.newest) continue;
        uids.insert(uids.end(), done.hits.begin(), done.hits.end());
    }
    std::sort(uids.begin(), uids.end());
    uids.erase(std::unique(uids.begin(), uids.end()), uids.end());
    co_return ok;
}

// Reads the token fields of all these messages; the batches go out together.
Task<bool> Session::scan(Look* look) {
    sink_ = [look](const Fetched& f) {
        if (!f.sections.empty()) ++look->seen.scanned;
        takeHits(f, look->query, look->hits);
    };
    std::vector<std::string> fields{look->query.headerName, "Message-ID"};
    const auto& uids = look->uids;
    for (size_t i = 0; i < uids.size(); i += fetchBatch) {
        auto first = uids.begin() + std::ptrdiff_t(i);
        auto last = uids.begin() + std::ptrdiff_t(std::min(uids.size(), i + fetchBatch));
        dialogue_->submit(fetchCommand(uidSet({first, last}), FetchWhat::Summary, fields, false));
    }
    bool ok = co_await drive();
    sink_ = {};
    for (const Completed& done : takeAll()) {
        if (done.status == Status::Ok || !ok) continue;
        ok = false;
        fail(FailureKind::CommandRefused, "The server did not give the headers asked for.", done.text);
    }
    co_return ok;
}

// The whole headers of the hits; of the small ones, where the query says so, the message.
Task<bool> Session::details(Look* look) {
    std::vector<Hit> small, large;
    for (const Hit& h : look->hits)
        (h.size > 0 && h.size <= look->query.wholeUpTo ? small : large).push_back(h);
    sink_ = [look](Fetched f) {
        const std::string* header = f.section("HEADER");
        const std::string* whole = f.section("");
        for (Hit& h : look->hits) {
            if (!f.uid || h.uid != *f.uid || (!header && !whole)) continue;
            h.headers = header ? *header : headerOf(*whole);
            if (whole) h.message = *whole;
            h.gmailLabels = f.gmailLabels;
            h.gmailMessage = f.gmailMessage;
        }
    };
    for (const auto& [hits, what] :
         {std::pair(&large, FetchWhat::Header), std::pair(&small, FetchWhat::Message)})
        if (!hits->empty())
            dialogue_->submit(fetchCommand(uidSet(uidsOf(*hits)), what, {}, has("X-GM-EXT-1")));
    bool ok = co_await drive();
    sink_ = {};
    takeAll();
    co_return ok;
}

// Gmail's tabs are no labels; only a search tells them. Primary is what is in no other tab, and only when
// every search was answered.
Task<bool> Session::categories(Look* look) {
    for (std::string_view tab : gmailTabs) {
        SearchKey key;
        key.uids = uidSet(uidsOf(look->hits));
        key.gmailRaw = "category:" + std::string(tab);
        dialogue_->submit(searchCommand(key, false));
    }
    bool ok = co_await drive();
    std::vector<Completed> done = takeAll();
    if (!ok || done.size() != gmailTabs.size()) co_return ok;
    bool answered =
        std::all_of(done.begin(), done.end(), [](const Completed& c) { return c.status == Status::Ok; });
    for (Hit& h : look->hits) {
        for (size_t i = 0; i < done.size(); ++i) {
            const auto& in = done[i].hits;
            if (std::binary_search(in.begin(), in.end(), h.uid)) h.gmailCategory = gmailTabs[i];
        }
        if (h.gmailCategory.empty() && answered) h.gmailCategory = "primary";
    }
    co_return true;
}

} // namespace waypost::imap
