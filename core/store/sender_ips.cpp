#include "store/sender_ips.h"

#include "store/event_cells.h"
#include "store/event_names.h"

#include <algorithm>
#include <tuple>

namespace waypost::store {

std::vector<SenderIp> senderIps(Database& db, size_t limit) {
    std::unordered_map<std::int64_t, std::uint64_t> counts;
    const ResolvedFilter everything(db, {});
    eachCell(db, everything, {}, {}, [&counts](const Cell& cell) {
        if (cell.ip != 0) counts[cell.ip] += std::uint64_t(cell.events);
    });
    std::vector<SenderIp> out;
    out.reserve(counts.size());
    for (const auto& [id, events] : counts) out.push_back({nameOf(db, id), events});
    std::sort(out.begin(), out.end(), [](const SenderIp& a, const SenderIp& b) {
        return std::tie(b.events, a.ip) < std::tie(a.events, b.ip);
    });
    if (out.size() > limit) out.resize(limit);
    return out;
}

} // namespace waypost::store
