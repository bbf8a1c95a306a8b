// What lists cost: replies of the range that quote them, by receiver and sending address.
#include "engine/listings.h"

#include <algorithm>
#include <map>
#include <unordered_map>

namespace waypost::engine {

namespace {

constexpr int pageOfReplies = 5000;

using ByReply = std::unordered_map<std::int64_t, std::vector<const reputation::List*>>;

ByReply quoting(store::Database& db, const reputation::QuotedLists& quoted) {
    ByReply out;
    std::int64_t after = 0;
    for (;;) {
        const auto page = store::replyTexts(db, after, pageOfReplies);
        if (page.empty()) return out;
        for (const store::ReplyTextRow& row : page)
            if (auto lists = quoted.in(row.text); !lists.empty()) out.emplace(row.reply, std::move(lists));
        after = page.back().reply;
    }
}

struct Sums {
    ListImpact impact;
    std::map<std::string, std::uint64_t> providers, targets;
    std::uint64_t sampleEvents = 0;
};

std::vector<std::string> mostFirst(const std::map<std::string, std::uint64_t>& counts, size_t most) {
    std::vector<std::pair<std::uint64_t, std::string>> order;
    for (const auto& [name, count] : counts)
        if (!name.empty()) order.emplace_back(count, name);
    std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
        return std::pair(b.first, a.second) < std::pair(a.first, b.second);
    });
    std::vector<std::string> out;
    for (size_t i = 0; i < order.size() && i < most; ++i) out.push_back(order[i].second);
    return out;
}

void add(Sums& sums, const store::ReplyUse& use) {
    ListImpact& i = sums.impact;
    if (i.messages == 0) i.firstSeen = use.firstSeen;
    i.messages += use.events;
    i.firstSeen = std::min(i.firstSeen, use.firstSeen);
    i.lastSeen = std::max(i.lastSeen, use.lastSeen);
    sums.providers[use.provider] += use.events;
    sums.targets[use.ip] += use.events;
    if (use.events > sums.sampleEvents) {
        sums.sampleEvents = use.events;
        i.sample = use.text;
    }
}

} // namespace

BlocklistImpact blocklistImpact(store::Database& db, std::shared_ptr<const reputation::Catalogue> catalogue,
                                UtcTime from, UtcTime to) {
    constexpr size_t mostNames = 50;
    BlocklistImpact out;
    out.from = from;
    out.to = to;
    const reputation::QuotedLists quoted(std::move(catalogue));
    const ByReply replies = quoting(db, quoted);
    std::vector<std::int64_t> ids;
    ids.reserve(replies.size());
    for (const auto& [id, lists] : replies) ids.push_back(id);
    std::map<std::string, Sums> sums;
    for (const store::ReplyUse& use : store::replyUses(db, from, to, ids))
        for (const reputation::List* list : replies.at(use.reply)) {
            Sums& s = sums[list->id];
            s.impact.list = list->id;
            s.impact.name = list->name;
            add(s, use);
        }
    for (auto& [id, s] : sums) {
        s.impact.providers = mostFirst(s.providers, mostNames);
        s.impact.targets = mostFirst(s.targets, mostNames);
        for (const std::string& target : s.impact.targets) {
            const auto cell = store::lists::cell(db, target, id);
            s.impact.listedByUs = s.impact.listedByUs || (cell && cell->status == "listed");
        }
        out.lists.push_back(std::move(s.impact));
    }
    std::sort(out.lists.begin(), out.lists.end(), [](const ListImpact& a, const ListImpact& b) {
        return std::pair(b.messages, std::string_view(a.list)) <
               std::pair(a.messages, std::string_view(b.list));
    });
    return out;
}

std::vector<ImpactRow> impactRows(store::Database& db, std::shared_ptr<const reputation::Catalogue> catalogue,
                                  const std::string& list, const std::string& target, UtcTime from,
                                  UtcTime to) {
    const reputation::QuotedLists quoted(std::move(catalogue));
    std::vector<std::int64_t> ids;
    for (const auto& [id, lists] : quoting(db, quoted))
        if (std::any_of(lists.begin(), lists.end(), [&list](const auto* l) { return l->id == list; }))
            ids.push_back(id);
    std::map<std::pair<std::string, std::string>, ImpactRow> rows;
    for (const store::ReplyUse& use : store::replyUses(db, from, to, ids)) {
        // A reply whose sending address is not known may have been about this target.
        if (!use.ip.empty() && net::IpAddress::parse(target) && use.ip != target) continue;
        ImpactRow& row = rows[{use.provider, use.category}];
        row.provider = use.provider;
        row.category = use.category;
        if (row.sample.empty()) row.sample = use.text;
        row.messages += use.events;
        row.lastSeen = std::max(row.lastSeen, use.lastSeen);
    }
    std::vector<ImpactRow> out;
    out.reserve(rows.size());
    for (auto& [key, row] : rows) out.push_back(std::move(row));
    std::sort(out.begin(), out.end(),
              [](const ImpactRow& a, const ImpactRow& b) { return b.messages < a.messages; });
    return out;
}

} // namespace waypost::engine
