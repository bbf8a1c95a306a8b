#include "reply/crosswalk.h"

#include "base/json.h"
#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace waypost::reply {

namespace {

constexpr int schemaVersion = 1;

std::vector<std::string> stringsOf(const json::object& o, std::string_view key) {
    std::vector<std::string> out;
    const auto* list = json::list(o, key);
    for (size_t i = 0; list && i < list->size(); ++i) {
        if (const auto* s = (*list)[i].if_string()) out.emplace_back(*s);
    }
    return out;
}

} // namespace

Result<std::shared_ptr<const Crosswalk>> Crosswalk::load(const std::filesystem::path& file) {
    auto document = json::readFile(file);
    if (!document) return std::unexpected(document.error());
    const std::string name = file.filename().string();
    const auto refuse = [&](std::string text) {
        return fail(ErrorCode::InvalidArgument, name, std::move(text));
    };
    const auto* top = document->if_object();
    const auto* vocabularies = top ? json::list(*top, "vocabularies") : nullptr;
    const auto* rows = top ? json::list(*top, "rows") : nullptr;
    if (!vocabularies || !rows || json::number(*top, "schema_version") != schemaVersion)
        return fail(ErrorCode::Unsupported, name,
                    fmt::format("This is not a crosswalk of schema version {}.", schemaVersion));
    auto out = std::make_shared<Crosswalk>();
    for (const auto& v : *vocabularies) {
        const auto* o = v.if_object();
        if (!o || json::text(*o, "id").empty()) return refuse("A vocabulary has no id.");
        out->vocabularies_.push_back({std::string(json::text(*o, "id")), std::string(json::text(*o, "name")),
                                      std::string(json::text(*o, "source"))});
    }
    size_t seen = 0;
    for (const auto& r : *rows) {
        const auto* o = r.if_object();
        const auto category = o ? categoryFromName(json::text(*o, "category")) : std::nullopt;
        const auto* terms = o ? json::child(*o, "terms") : nullptr;
        if (!category || !terms) return refuse("A row has no known category or no terms.");
        CrosswalkRow& row = out->rows_[size_t(*category)];
        if (!row.terms.empty()) return refuse(fmt::format("{} is given twice.", categoryName(*category)));
        row.category = *category;
        row.disagreement = json::text(*o, "disagreement");
        for (const auto& v : out->vocabularies_) row.terms.push_back(stringsOf(*terms, v.id));
        if (terms->size() != out->vocabularies_.size())
            return refuse(fmt::format("{} does not speak of each vocabulary once.", categoryName(*category)));
        ++seen;
    }
    if (seen != size_t(categoryCount)) return refuse("Not every category has a row.");
    return out;
}

std::vector<Category> Crosswalk::categoriesOf(std::string_view vocabulary, std::string_view term) const {
    std::vector<Category> out;
    for (size_t v = 0; v < vocabularies_.size(); ++v) {
        if (vocabularies_[v].id != vocabulary) continue;
        for (const auto& row : rows_) {
            if (std::any_of(row.terms[v].begin(), row.terms[v].end(),
                            [&](const std::string& t) { return text::iequals(t, term); }))
                out.push_back(row.category);
        }
    }
    return out;
}

} // namespace waypost::reply
