#include "reply/named_list.h"

#include "base/json.h"
#include "base/text.h"
#include "reply/matcher.h"

#include <fmt/format.h>

#include <algorithm>
#include <re2/re2.h>

namespace waypost::reply {

namespace {

constexpr int schemaVersion = 1;
constexpr size_t maxEntries = 2000, maxWordBytes = 100;

struct Entry {
    std::string list;
    std::vector<std::string> words; // lower case
};

// How servers introduce a zone: Postfix "blocked using Z", others "listed at/in/on/by Z", "found in Z".
constexpr const char* introduced =
    R"((?:blocked|rejected|refused|denied|listed|found|blacklisted|listing|entry|rbl|dnsbl)[\w ,;:]{0,24}?(?: using| at| in| on| by| via|:)(?: the| a| an)*[ =:('"<]+)"
    R"((?:https?://)?((?:[a-z0-9_-]{1,63}\.){1,6}[a-z]{2,24})(?:[/?=][^ ]*)?(?:[^\w@.-]|\.(?:\W|$)|$))";

class TableOfLists final : public NamedLists {
  public:
    explicit TableOfLists(std::vector<Entry> entries)
        : entries_(std::move(entries)), zone_(introduced, options()) {
        for (size_t i = 0; i < entries_.size(); ++i) {
            for (const auto& w : entries_[i].words) words_.add(RE2::QuoteMeta(w), int(i));
        }
    }

    [[nodiscard]] std::string find(std::string_view text) const override {
        const std::string lower = text::lowered(text);
        // The zone itself, where it looks like one: a mail host's own name is none.
        re2::StringPiece zone;
        if (RE2::PartialMatch(lower, zone_, &zone) && isZone({zone.data(), zone.size()}))
            return std::string(zone);
        std::vector<int> found;
        words_.candidates(lower, found);
        const auto first = std::min_element(found.begin(), found.end());
        return first == found.end() ? std::string() : entries_[size_t(*first)].list;
    }

    [[nodiscard]] bool valid() const { return zone_.ok(); }

  private:
    static RE2::Options options() {
        RE2::Options o;
        o.set_log_errors(false);
        o.set_encoding(RE2::Options::EncodingLatin1);
        return o;
    }

    [[nodiscard]] static bool isZone(std::string_view name) {
        for (std::string_view part :
             {"bl.", "rbl", "dnsbl", "dnsrbl", "black", "block", "list",  "dul",  "spam",       "zen.",
              "xbl", "sbl", "pbl",   "dbl",    "css.",  "surbl", "abuse", "psbl", "uceprotect", "rhs"}) {
            const size_t at = name.find(part);
            if (at != std::string_view::npos && !name.starts_with("www.") && !name.starts_with("check.") &&
                !name.starts_with("lookup."))
                return true;
        }
        return false;
    }

    std::vector<Entry> entries_;
    Matcher words_;
    RE2 zone_;
};

} // namespace

Result<std::shared_ptr<const NamedLists>> NamedLists::load(const std::filesystem::path& file) {
    auto document = json::readFile(file);
    if (!document) return std::unexpected(document.error());
    const std::string name = file.filename().string();
    const auto* top = document->if_object();
    const auto* list = top ? json::list(*top, "lists") : nullptr;
    if (!list || json::number(*top, "schema_version") != schemaVersion || list->size() > maxEntries)
        return fail(ErrorCode::Unsupported, name,
                    fmt::format("This is not a table of lists of schema version {}.", schemaVersion));
    std::vector<Entry> entries;
    for (const auto& v : *list) {
        const auto* o = v.if_object();
        Entry e;
        if (o) e.list = text::lowered(json::text(*o, "list"));
        const auto* words = o ? json::list(*o, "words") : nullptr;
        for (size_t i = 0; words && i < words->size(); ++i) {
            if (const auto* w = (*words)[i].if_string()) e.words.push_back(text::lowered(*w));
        }
        for (const auto& w : e.words) {
            if (w.empty() || w.size() > maxWordBytes) e.list.clear();
        }
        if (e.list.empty() || e.words.empty())
            return fail(ErrorCode::InvalidArgument, name,
                        "An entry needs a list and words of 1 to 100 bytes.");
        entries.push_back(std::move(e));
    }
    return std::make_shared<TableOfLists>(std::move(entries));
}

} // namespace waypost::reply
