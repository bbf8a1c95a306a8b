#include "store/event_names.h"

#include "store/database.h"
#include "store/event_text.h"

namespace waypost::store {

size_t NameBook::Hash::operator()(std::string_view text) const {
    return size_t(hashOf(text));
}

std::int64_t findName(Database& db, NameKind kind, std::string_view value) {
    if (value.empty()) return 0;
    auto find = db.prepare("SELECT id FROM event_name WHERE kind = ? AND value = ?");
    return find.with(int(kind), value).step() ? find.integer(0) : 0;
}

TemplateName templateOf(Database& db, std::int64_t id) {
    auto find = db.prepare("SELECT key, text FROM event_template WHERE id = ?");
    if (!find.with(id).step()) return {};
    return {find.string(0), find.string(1)};
}

std::string nameOf(Database& db, std::int64_t id) {
    if (id == 0) return {};
    auto find = db.prepare("SELECT value FROM event_name WHERE id = ?");
    return find.with(id).step() ? find.string(0) : std::string();
}

std::int64_t NameBook::id(Database& db, NameKind kind, std::string_view value) {
    if (value.empty()) return 0;
    Shelf& shelf = shelves_[size_t(kind)];
    if (shelf.lastId != 0 && shelf.last == value) return shelf.lastId;
    auto found = shelf.ids.find(value);
    if (found == shelf.ids.end()) {
        std::int64_t id = findName(db, kind, value);
        if (id == 0) {
            db.run("INSERT INTO event_name(kind, value) VALUES(?, ?)", int(kind), value);
            id = db.lastInsertId();
        }
        if (shelf.ids.size() >= maxRemembered) shelf.ids.clear();
        found = shelf.ids.emplace(std::string(value), id).first;
    }
    shelf.last.assign(value);
    shelf.lastId = found->second;
    return found->second;
}

void NameBook::forget() {
    for (auto& shelf : shelves_) shelf = {};
}

} // namespace waypost::store
