#include "auth/spf_record_cache.h"

namespace waypost::auth {

SpfRecordPtr SpfRecordCache::get(std::string_view text) {
    if (auto found = records_.find(text); found != records_.end()) return found->second;
    auto record = std::make_shared<const SpfRecord>(parseSpf(text));
    if (text.size() > maxTextOctets) return record;
    if (records_.size() >= maxEntries) records_.clear();
    records_.emplace(std::string(text), record);
    return record;
}

} // namespace waypost::auth
