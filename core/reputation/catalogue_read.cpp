// From JSON to lists, and what is wrong with it.
#include "base/text.h"
#include "dns/names.h"
#include "net/address.h"
#include "reputation/catalogue.h"

#include <fmt/format.h>

#include <algorithm>

namespace waypost::reputation {

namespace {

constexpr size_t maxTextBytes = 2000; // of one field

class EntryReader {
  public:
    EntryReader(const json::object& o, std::string where) : o_(o), where_(std::move(where)) {}

    Result<List> read() {
        identity();
        families();
        codes();
        tests();
        state();
        limits();
        words();
        if (error_) return fail(*error_);
        return std::move(list_);
    }

  private:
    void wrong(std::string text) {
        if (!error_) error_ = Error(ErrorCode::InvalidArgument, where_, std::move(text));
    }
    std::string text(std::string_view key) {
        const json::value* v = o_.if_contains(key);
        if (!v) return {};
        if (!v->is_string() || v->get_string().size() > maxTextBytes)
            wrong(fmt::format("\"{}\" is no text of at most {} bytes.", key, maxTextBytes));
        return std::string(json::text(o_, key));
    }
    std::vector<std::string> texts(const json::object& o, std::string_view key) {
        std::vector<std::string> out;
        const json::value* v = o.if_contains(key);
        if (!v) return out;
        const json::array* list = v->if_array();
        constexpr size_t most = 100;
        if (!list || list->size() > most) {
            wrong(fmt::format("\"{}\" is no list of at most {} texts.", key, most));
            return out;
        }
        for (const json::value& item : *list) {
            if (item.is_string() && item.get_string().size() <= maxTextBytes)
                out.emplace_back(item.get_string());
            else
                wrong(fmt::format("\"{}\" holds something that is no text.", key));
        }
        return out;
    }
    std::string zoneName(std::string_view raw) {
        std::string zone = dns::normalName(raw);
        if (!dns::isHostName(zone, true)) wrong("\"" + text::printable(raw) + "\" is no name of a zone.");
        return zone;
    }

    void identity() {
        list_.id = text("id");
        where_ += list_.id.empty() ? "" : " " + text::printable(list_.id);
        const bool plain = std::all_of(list_.id.begin(), list_.id.end(), [](char c) {
            return text::isDigit(c) || (c >= 'a' && c <= 'z') || c == '-';
        });
        if (list_.id.empty() || !plain) wrong("\"id\" has lower-case letters, digits and hyphens.");
        list_.name = text("name");
        if (list_.name.empty()) wrong("\"name\" is missing.");
        const std::string zone = text("zone");
        if (!zone.empty()) list_.zone = zoneName(zone);
        for (const std::string& more : texts(o_, "zones")) {
            if (list_.zone.empty())
                list_.zone = zoneName(more);
            else
                list_.alsoZones.push_back(zoneName(more));
        }
    }

    void families() {
        for (const std::string& word : texts(o_, "asks")) {
            bool known = false;
            for (const Asks a : {Asks::Ipv4, Asks::Ipv6, Asks::Domain, Asks::Email})
                if (word == asksName(a)) {
                    list_.asks = std::uint8_t(list_.asks | std::uint8_t(a));
                    known = true;
                }
            if (!known) wrong("\"asks\" knows ipv4, ipv6, domain and email.");
        }
        const std::string kind = text("kind");
        if (!kind.empty() && kind != "block" && kind != "welcome") wrong("\"kind\" is block or welcome.");
        list_.welcome = kind == "welcome";
        const std::string form = text("domain_form");
        if (form == "host")
            list_.domainForm = DomainForm::Host;
        else if (!form.empty() && form != "registrable")
            wrong("\"domain_form\" is registrable or host.");
        const std::string hash = text("hash");
        if (hash == "sha1")
            list_.hash = HashKind::Sha1;
        else if (hash == "md5")
            list_.hash = HashKind::Md5;
        else if (hash == "blake2-base32")
            list_.hash = HashKind::Blake2Base32;
        else if (!hash.empty())
            wrong("\"hash\" is sha1, md5 or blake2-base32.");
    }

    CodeKind codeKind(const json::object& o) {
        const std::string_view word = json::text(o, "kind");
        for (const CodeKind k : {CodeKind::Listed, CodeKind::Welcome, CodeKind::Score, CodeKind::Refused})
            if (word == codeKindName(k)) return k;
        if (o.contains("kind")) wrong("\"kind\" of a code is listed, welcome, score or refused.");
        return list_.welcome ? CodeKind::Welcome : CodeKind::Listed;
    }

    void code(const json::object& o) {
        Code c;
        c.kind = codeKind(o);
        c.sub = json::text(o, "sub");
        c.meaning = json::text(o, "meaning");
        if (o.contains("answer")) {
            c.answer = OctetPattern::parse(json::text(o, "answer"));
            if (!c.answer || c.answer->low[0] != 127 || c.answer->high[0] != 127)
                wrong("\"answer\" is no pattern of an address in 127.0.0.0/8.");
        } else {
            const std::int64_t bit = json::number(o, "bit");
            constexpr std::int64_t most = 255;
            if (bit < 1 || bit > most) wrong("A code has an \"answer\", or a \"bit\" from 1 to 255.");
            c.bit = std::uint8_t(bit);
        }
        list_.codes.push_back(std::move(c));
    }

    void codes() {
        if (const json::value* v = o_.if_contains("codes")) {
            const json::array* list = v->if_array();
            if (!list || list->size() > maxCodes)
                return wrong(fmt::format("\"codes\" is no list of at most {} codes.", maxCodes));
            for (const json::value& item : *list) {
                if (const json::object* o = item.if_object())
                    code(*o);
                else
                    wrong("A code is an object.");
            }
        }
        const std::string otherwise = text("unpublished");
        if (!otherwise.empty() && otherwise != "listed" && otherwise != "error")
            wrong("\"unpublished\" is listed or error.");
        const bool understood = std::any_of(list_.codes.begin(), list_.codes.end(),
                                            [](const Code& c) { return c.kind != CodeKind::Refused; });
        list_.unpublished = otherwise == "listed" || (otherwise.empty() && !understood) ? Unpublished::Listed
                                                                                        : Unpublished::Error;
    }

    TestPoints points(const json::object& tests, std::string_view family) {
        TestPoints out;
        const json::object* o = json::child(tests, family);
        if (!o) return out;
        out.listed = texts(*o, "listed");
        out.unlisted = texts(*o, "unlisted");
        out.answers = texts(*o, "answers");
        if (o->contains("listed") && out.listed.empty()) out.listed = {"none"};
        if (o->contains("unlisted") && out.unlisted.empty()) out.unlisted = {"none"};
        return out;
    }

    void tests() {
        const json::object* tests = json::child(o_, "test");
        if (!tests) return;
        list_.test4 = points(*tests, "ipv4");
        list_.test6 = points(*tests, "ipv6");
        list_.testName = points(*tests, "domain");
    }

    void state() {
        const std::string word = text("status");
        bool known = word.empty();
        for (const ListStatus s : {ListStatus::Alive, ListStatus::NeedsKey, ListStatus::Register,
                                   ListStatus::Private, ListStatus::Dead})
            if (word == listStatusName(s)) {
                list_.status = s;
                known = true;
            }
        if (!known) wrong("\"status\" is alive, needs-key, register, private or dead.");
        if (list_.status != ListStatus::Private && list_.zone.empty()) wrong("\"zone\" is missing.");
        list_.since = text("since");
        list_.statusNote = text("status_note");
        list_.keySecret = text("key_secret");
        list_.nameServers = texts(o_, "nameservers");
        for (const std::string& server : list_.nameServers)
            if (!net::Endpoint::parse(server, 53)) wrong("\"nameservers\" holds what is no address.");
        list_.publicResolvers = json::boolean(o_, "public_resolvers", true);
    }

    std::int64_t within(const json::object& o, std::string_view key, std::int64_t standard,
                        std::int64_t most) {
        const std::int64_t n = json::number(o, key, standard);
        if (n < 0 || n > most) wrong(fmt::format("\"{}\" is from 0 to {}.", key, most));
        return std::clamp<std::int64_t>(n, 0, most);
    }

    void limits() {
        constexpr std::int64_t mostAtOnce = 10'000, mostADay = 1'000'000'000, aWeek = 604'800;
        if (const json::object* o = json::child(o_, "limits")) {
            ListLimits& l = list_.limits;
            l.inFlight = std::max(1, int(within(*o, "in_flight", l.inFlight, mostAtOnce)));
            l.perSecond = int(within(*o, "per_second", l.perSecond, mostAtOnce));
            l.perDay = within(*o, "per_day", l.perDay, mostADay);
            l.recheckSeconds = int(within(*o, "recheck_seconds", l.recheckSeconds, aWeek));
        }
        constexpr std::int64_t mostWeight = 5;
        list_.weight = int(within(o_, "weight", 0, mostWeight));
    }

    void words() {
        list_.operatorName = text("operator");
        list_.site = text("site");
        list_.terms = text("terms");
        list_.note = text("note");
        list_.delistPage = text("delist_page");
        list_.expires = text("expires");
        list_.delistSteps = texts(o_, "delist_steps");
        for (const std::string& word : texts(o_, "quoted")) list_.quoted.push_back(text::lowered(word));
    }

    const json::object& o_;
    std::string where_;
    List list_;
    std::optional<Error> error_;
};

} // namespace

Result<CatalogueFile> readCatalogue(std::string_view text, std::string_view what) {
    auto root = json::parse(text, what);
    if (!root) return fail(root.error());
    const json::object* o = root->if_object();
    const json::array* lists = o ? json::list(*o, "lists") : nullptr;
    if (!lists) return fail(ErrorCode::Corrupt, std::string(what), "There is no list \"lists\".");
    if (json::number(*o, "schema_version") != catalogueSchemaVersion)
        return fail(ErrorCode::Unsupported, std::string(what),
                    fmt::format("\"schema_version\" must be {}.", catalogueSchemaVersion));
    if (lists->size() > maxLists)
        return fail(ErrorCode::TooLarge, std::string(what),
                    fmt::format("A catalogue has at most {} lists.", maxLists));
    CatalogueFile out;
    out.date = json::text(*o, "date");
    for (size_t i = 0; i < lists->size(); ++i) {
        const std::string where = fmt::format("{} list {}", what, i + 1);
        const json::object* entry = (*lists)[i].if_object();
        if (!entry) return fail(ErrorCode::Corrupt, where, "A list is an object.");
        auto read = EntryReader(*entry, where).read();
        if (!read) return fail(read.error());
        out.lists.push_back(std::move(*read));
    }
    return out;
}

} // namespace waypost::reputation
