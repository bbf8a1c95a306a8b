// What was changed in a range, for the marks of the charts: imports, decisions about replies and rules, key
// rotations, settings. From the activity record.
#include "engine/context.h"
#include "store/activity_store.h"

#include <algorithm>

namespace waypost::engine {

namespace {

constexpr int pageRows = 500, maxPages = 20;
constexpr size_t maxMarks = 200;

bool isChange(std::string_view kind) {
    for (std::string_view prefix :
         {"import", "rules", "reply", "template", "dkim.rotation", "settings.change", "domain.change"})
        if (kind.starts_with(prefix)) return kind != "template.reason";
    return false;
}

} // namespace

Snapshot answer(Context& c, const MarksQuery& q) {
    return toSnapshot(c.workspace->read([&](store::Database& db) {
        Marks out;
        std::int64_t before = 0;
        for (int page = 0; page < maxPages && out.marks.size() < maxMarks; ++page) {
            const auto rows = store::activity::latest(db, pageRows, before);
            for (const store::ActivityRow& r : rows)
                if (isChange(r.kind) && r.at >= q.range.from && r.at < q.range.to &&
                    out.marks.size() < maxMarks)
                    out.marks.push_back({r.at, r.kind, r.text.empty() ? r.object : r.text});
            if (rows.size() < size_t(pageRows) || rows.back().at < q.range.from) break;
            before = rows.back().id;
        }
        std::reverse(out.marks.begin(), out.marks.end());
        return out;
    }));
}

} // namespace waypost::engine
