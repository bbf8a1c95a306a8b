#include "message/bundle.h"

#include "base/json.h"
#include "base/text.h"
#include "message/bundle_answers.h"
#include "message/recorded_resolver.h"
#include "message/zip.h"

#include <fmt/format.h>

namespace waypost::message {

namespace {

constexpr std::string_view messageFile = "message.eml";
constexpr std::string_view answersFile = "answers.json";
constexpr std::string_view verdictsFile = "verdicts.json";
constexpr std::string_view connectionFile = "connection.json";
constexpr std::string_view manifestFile = "manifest.json";
constexpr std::string_view formatName = "waypost-evidence";
constexpr int formatVersion = 1;

std::unexpected<Error> corrupt(std::string_view file, std::string_view why) {
    return fail(ErrorCode::Corrupt, std::string(file), fmt::format("{} {}.", file, why));
}

std::string connectionText(const Bundle& b) {
    json::object o;
    o["ip"] = b.connection.ip ? json::value(b.connection.ip->toString()) : json::value(nullptr);
    o["helo"] = text::base64Encode(b.connection.helo);
    o["mail_from"] = b.connection.mailFromKnown ? json::value(text::base64Encode(b.connection.mailFrom))
                                                : json::value(nullptr);
    o["judged"] = formatUtc(b.judged);
    o["receiver"] = json::foreign(b.receiver);
    o["public_suffix_list"] = b.publicSuffixes;
    return json::line(o);
}

Result<void> readConnection(std::string_view bytes, Bundle& b) {
    auto parsed = json::parse(bytes, connectionFile);
    const json::object* o = parsed ? parsed->if_object() : nullptr;
    if (!o) return corrupt(connectionFile, "is not of the right form");
    const auto judged = parseUtc(json::text(*o, "judged"));
    const auto helo = text::base64Decode(json::text(*o, "helo"));
    const auto mailFrom = text::base64Decode(json::text(*o, "mail_from"));
    if (!judged || !helo || !mailFrom) return corrupt(connectionFile, "is not of the right form");
    if (const auto* ip = o->if_contains("ip"); ip && ip->is_string()) {
        b.connection.ip = net::IpAddress::parse(json::text(*o, "ip"));
        if (!b.connection.ip) return corrupt(connectionFile, "names no IP address");
    }
    b.connection.helo = *helo;
    const auto* sender = o->if_contains("mail_from");
    b.connection.mailFromKnown = sender && sender->is_string();
    b.connection.mailFrom = *mailFrom;
    b.judged = *judged;
    b.receiver = json::text(*o, "receiver");
    b.publicSuffixes = json::text(*o, "public_suffix_list");
    return {};
}

std::string manifestText(const std::vector<ZipMember>& members, const Bundle& b) {
    json::array files;
    for (const auto& m : members)
        files.push_back(json::object{
            {"name", m.name}, {"size", std::uint64_t(m.bytes.size())}, {"sha256", text::sha256Hex(m.bytes)}});
    json::object o;
    o["format"] = formatName;
    o["version"] = formatVersion;
    o["program"] = b.program;
    o["judged"] = formatUtc(b.judged);
    o["files"] = std::move(files);
    return json::line(o);
}

using Members = std::map<std::string, std::string>;

// Every file is there, listed, and what its hash says.
Result<std::string> checkManifest(const Members& members) {
    auto at = members.find(std::string(manifestFile));
    if (at == members.end()) return corrupt(manifestFile, "is missing");
    auto parsed = json::parse(at->second, manifestFile);
    const json::object* o = parsed ? parsed->if_object() : nullptr;
    if (!o || json::text(*o, "format") != formatName)
        return corrupt(manifestFile, "is not that of an evidence bundle");
    if (json::number(*o, "version") != formatVersion)
        return fail(ErrorCode::Unsupported, std::string(manifestFile),
                    "The bundle is of another version than this program reads.");
    Members hashes;
    if (const auto* files = json::list(*o, "files"))
        for (const auto& f : *files)
            if (const auto* entry = f.if_object())
                hashes.emplace(json::text(*entry, "name"), json::text(*entry, "sha256"));
    for (std::string_view name : {messageFile, answersFile, verdictsFile, connectionFile}) {
        const auto member = members.find(std::string(name));
        if (member == members.end()) return corrupt(name, "is missing");
        const auto hash = hashes.find(std::string(name));
        if (hash == hashes.end()) return corrupt(name, "is not listed in the manifest");
        if (text::sha256Hex(member->second) != hash->second)
            return corrupt(name, "was changed: its SHA-256 is not that of the manifest");
    }
    return std::string(json::text(*o, "program"));
}

} // namespace

Bundle bundleOf(const MessageCheck& check, const CheckOptions& options, std::string program) {
    Bundle b;
    b.message = check.headers->bytes();
    b.connection = options.connection;
    b.judged = check.judged;
    b.receiver = options.receiver;
    b.answers = check.answers;
    b.verdicts = toJson(check, true);
    if (options.publicSuffixes) b.publicSuffixes = options.publicSuffixes->date();
    b.program = std::move(program);
    return b;
}

Result<std::string> packBundle(const Bundle& bundle) {
    std::vector<ZipMember> members;
    members.push_back({std::string(messageFile), bundle.message ? *bundle.message : std::string()});
    members.push_back({std::string(answersFile), json::line(answersToJson(bundle.answers))});
    members.push_back({std::string(verdictsFile), bundle.verdicts});
    members.push_back({std::string(connectionFile), connectionText(bundle)});
    ZipMember manifest{std::string(manifestFile), manifestText(members, bundle)};
    members.push_back(std::move(manifest));
    return writeZip(members, bundle.judged);
}

Result<Bundle> readBundle(std::string_view zip) {
    auto members = readZip(zip, {messageFile, answersFile, verdictsFile, connectionFile, manifestFile});
    if (!members) return fail(members.error());
    auto program = checkManifest(*members);
    if (!program) return fail(program.error());
    Bundle b;
    b.program = *program;
    std::string& message = (*members)[std::string(messageFile)];
    if (message.size() > maxMessageBytes)
        return fail(ErrorCode::TooLarge, std::string(messageFile),
                    fmt::format("The message has more than {} bytes.", maxMessageBytes));
    b.message = std::make_shared<const std::string>(std::move(message));
    auto answers = json::parse((*members)[std::string(answersFile)], answersFile);
    const json::array* list = answers ? answers->if_array() : nullptr;
    if (!list) return corrupt(answersFile, "is no list");
    auto read = answersFromJson(*list);
    if (!read) return fail(read.error());
    b.answers = std::move(*read);
    if (auto connection = readConnection((*members)[std::string(connectionFile)], b); !connection)
        return fail(connection.error());
    b.verdicts = std::move((*members)[std::string(verdictsFile)]);
    return b;
}

Replay replayBundle(const Bundle& bundle, const Clock& clock,
                    std::shared_ptr<const dns::PublicSuffixList> list) {
    RecordedResolver recorded(bundle.answers);
    CheckOptions options;
    options.connection = bundle.connection;
    options.receiver = bundle.receiver;
    options.clock = &clock;
    options.at = bundle.judged;
    options.publicSuffixes = std::move(list);
    Replay out;
    // Recorded answers come at once, so the check never waits.
    if (auto check = runReady(message::check(recorded, bundle.message, options)))
        out.check = std::move(*check);
    out.identical = toJson(out.check, true) == bundle.verdicts;
    out.missing = recorded.missing();
    return out;
}

} // namespace waypost::message
