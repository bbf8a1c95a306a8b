#include "lab/profile.h"

#include "base/json.h"

namespace waypost::lab {

namespace {

ReplyRule readReply(const json::object& o) {
    ReplyRule r;
    r.stage = json::text(o, "stage");
    r.when = json::text(o, "when", "always");
    r.value = json::text(o, "value");
    r.amount = int(json::number(o, "amount"));
    r.window = Millis(json::number(o, "window_ms", 60'000));
    r.reply = json::text(o, "reply");
    return r;
}

FilingRule readFiling(const json::object& o) {
    return {std::string(json::text(o, "when")), std::string(json::text(o, "value")),
            std::string(json::text(o, "folder")), std::string(json::text(o, "category"))};
}

Profile readProfile(const json::object& o) {
    Profile p;
    p.id = json::text(o, "id");
    p.title = json::text(o, "title");
    p.provider = json::text(o, "provider");
    p.domain = json::text(o, "domain");
    p.mxHost = json::text(o, "mx");
    p.ip = json::text(o, "ip");
    p.listens = json::boolean(o, "listens", true);
    p.starttls = json::boolean(o, "starttls", true);
    p.gmailExtensions = json::boolean(o, "gmail_extensions");
    p.banner = json::text(o, "banner", "ESMTP");
    p.acceptDelay = Millis(json::number(o, "accept_delay_ms"));
    if (const json::array* users = json::list(o, "users"))
        for (const json::value& u : *users)
            if (u.is_string()) p.users.emplace_back(u.get_string());
    if (const json::array* boxes = json::list(o, "mailboxes"))
        for (const json::value& b : *boxes)
            if (const json::object* box = b.if_object())
                p.mailboxes.push_back(
                    {std::string(json::text(*box, "name")), std::string(json::text(*box, "special_use"))});
    if (const json::array* rules = json::list(o, "replies"))
        for (const json::value& r : *rules)
            if (const json::object* rule = r.if_object()) p.replies.push_back(readReply(*rule));
    if (const json::array* rules = json::list(o, "filing"))
        for (const json::value& r : *rules)
            if (const json::object* rule = r.if_object()) p.filing.push_back(readFiling(*rule));
    return p;
}

} // namespace

Result<std::vector<Profile>> loadProfiles(const std::filesystem::path& file) {
    auto document = json::readFile(file);
    if (!document) return fail(document.error());
    const json::object* root = document->if_object();
    const json::array* list = root ? json::list(*root, "profiles") : nullptr;
    if (!list || json::number(*root, "schema_version") != 1)
        return fail(ErrorCode::Corrupt, file.filename().string(),
                    "This is not a lab profile file of schema version 1.");
    std::vector<Profile> out;
    for (const json::value& v : *list) {
        const json::object* o = v.if_object();
        if (!o) continue;
        out.push_back(readProfile(*o));
        const Profile& p = out.back();
        if (p.id.empty() || p.domain.empty() || p.mxHost.empty() || !p.ip.starts_with("127."))
            return fail(ErrorCode::Corrupt, file.filename().string(),
                        "Profile \"" + p.id + "\" needs id, domain, mx and a loopback ip.");
    }
    return out;
}

} // namespace waypost::lab
