#include "reputation/catalogue.h"

#include "base/text.h"
#include "dns/names.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>

namespace waypost::reputation {

namespace {

Result<std::string> readText(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    const std::string name = file.filename().string();
    if (!in) return fail(ErrorCode::NotFound, name, "The file cannot be read.");
    std::string text(maxCatalogueBytes + 1, '\0');
    in.read(text.data(), std::streamsize(text.size()));
    text.resize(size_t(in.gcount()));
    if (text.size() > maxCatalogueBytes)
        return fail(ErrorCode::TooLarge, name,
                    fmt::format("A catalogue file has at most {} bytes.", maxCatalogueBytes));
    return text;
}

std::vector<std::filesystem::path> shippedFiles(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> out;
    std::error_code ec;
    for (const auto& entry : std::filesystem::directory_iterator(folder, ec)) {
        const std::string name = entry.path().filename().string();
        if (name.starts_with("dnsbl-") && name.ends_with(".json")) out.push_back(entry.path());
    }
    std::sort(out.begin(), out.end());
    return out;
}

Result<void> addFile(const std::filesystem::path& file, bool fromUser, std::vector<List>& lists,
                     std::string& date) {
    auto text = readText(file);
    if (!text) return fail(text.error());
    auto read = readCatalogue(*text, file.filename().string());
    if (!read) return fail(read.error());
    date = std::max(date, read->date);
    for (List& list : read->lists) {
        list.fromUser = fromUser;
        auto same = std::find_if(lists.begin(), lists.end(), [&](const List& l) { return l.id == list.id; });
        if (same != lists.end() && !fromUser)
            return fail(ErrorCode::Conflict, file.filename().string(),
                        "The id \"" + list.id + "\" stands in another file too.");
        if (same != lists.end())
            *same = std::move(list);
        else
            lists.push_back(std::move(list));
    }
    if (lists.size() > maxLists)
        return fail(ErrorCode::TooLarge, file.filename().string(),
                    fmt::format("A catalogue has at most {} lists.", maxLists));
    return {};
}

} // namespace

Result<std::shared_ptr<const Catalogue>> Catalogue::load(const std::filesystem::path& shipped,
                                                         const std::filesystem::path& user) {
    std::vector<List> lists;
    std::string date;
    const auto files = shippedFiles(shipped);
    if (files.empty())
        return fail(ErrorCode::NotFound, "catalogue",
                    "There is no dnsbl-*.json in \"" + shipped.string() + "\".");
    for (const auto& file : files)
        if (auto added = addFile(file, false, lists, date); !added) return fail(added.error());
    if (!user.empty())
        if (auto added = addFile(user, true, lists, date); !added) return fail(added.error());
    return of(std::move(lists), std::move(date));
}

std::shared_ptr<const Catalogue> Catalogue::of(std::vector<List> lists, std::string date) {
    auto out = std::make_shared<Catalogue>();
    out->lists_ = std::move(lists);
    out->date_ = std::move(date);
    return out;
}

const List* Catalogue::find(std::string_view idOrZone) const {
    const std::string wanted = dns::normalName(idOrZone);
    for (const List& list : lists_)
        if (list.id == wanted || (!list.zone.empty() && list.zone == wanted)) return &list;
    for (const List& list : lists_)
        if (std::find(list.alsoZones.begin(), list.alsoZones.end(), wanted) != list.alsoZones.end())
            return &list;
    return nullptr;
}

List unknownList(std::string_view zone) {
    List out;
    out.id = out.zone = out.name = dns::normalName(zone);
    out.asks = std::uint8_t(Asks::Ipv4) | std::uint8_t(Asks::Ipv6) | std::uint8_t(Asks::Domain);
    out.unpublished = Unpublished::Listed;
    out.operatorName = "unknown";
    out.note = "This list is in no catalogue: what its answers mean is not known.";
    out.fromUser = true;
    return out;
}

namespace {

void codeProblems(const List& list, std::vector<std::string>& out) {
    bool bits = false, answers = false;
    for (size_t i = 0; i < list.codes.size(); ++i) {
        const Code& code = list.codes[i];
        if (code.meaning.empty()) out.push_back(list.id + ": a code has no meaning.");
        if (!code.answer) {
            bits = true;
            continue;
        }
        if (code.kind != CodeKind::Refused) answers = true;
        for (size_t k = 0; k < i; ++k) {
            const auto& before = list.codes[k].answer;
            if (before && before->holds(code.answer->low) && before->holds(code.answer->high))
                out.push_back(list.id + ": a code is never reached, for one before it takes its answers.");
        }
    }
    if (bits && answers) out.push_back(list.id + ": it has bits beside whole answers.");
    if (list.codes.empty() && list.unpublished == Unpublished::Error && list.status != ListStatus::Dead &&
        list.status != ListStatus::Private)
        out.push_back(list.id + ": without codes no answer of it would be understood.");
}

void entryProblems(const List& list, std::vector<std::string>& out) {
    if (list.operatorName.empty()) out.push_back(list.id + ": the operator is missing.");
    if (list.status == ListStatus::Dead && list.since.empty())
        out.push_back(list.id + ": a dead list needs \"since\".");
    if (list.status == ListStatus::NeedsKey && list.keySecret.empty())
        out.push_back(list.id + ": a list with a key needs \"key_secret\".");
    const bool asked = list.status != ListStatus::Dead && list.status != ListStatus::Private;
    if (asked && list.asks == 0) out.push_back(list.id + ": it says not what it can be asked.");
    if (asked && !list.welcome && list.weight > 1 && list.delistPage.empty())
        out.push_back(list.id + ": a list of this weight needs a delisting page.");
}

} // namespace

std::vector<std::string> problemsOf(const std::vector<List>& lists) {
    std::vector<std::string> out;
    std::set<std::string> ids, zones;
    for (const List& list : lists) {
        if (!ids.insert(list.id).second) out.push_back(list.id + ": the id is there twice.");
        if (!list.zone.empty() && !zones.insert(list.zone).second)
            out.push_back(list.id + ": the zone " + list.zone + " is there twice.");
        entryProblems(list, out);
        codeProblems(list, out);
    }
    return out;
}

} // namespace waypost::reputation
