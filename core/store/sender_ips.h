// Addresses that mail of this workspace was sent from, by the events that name them. Thread rule and failure:
// those of the Database.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace waypost::store {

class Database;

struct SenderIp {
    std::string ip;
    std::uint64_t events = 0;
};
// Most events first, at most `limit`; events that name no address are left out.
std::vector<SenderIp> senderIps(Database& db, size_t limit);

} // namespace waypost::store
