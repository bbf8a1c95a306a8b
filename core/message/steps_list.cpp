// Mailing list fields and one-click unsubscribe (RFC 2919, 2369, 8058).
#include "base/text.h"
#include "message/steps.h"

#include <fmt/format.h>

#include <algorithm>

namespace waypost::message {

namespace {

constexpr size_t maxUris = 50;

// The URIs in angle brackets. Comments are skipped and white space inside is dropped (RFC 2369 section 2).
std::vector<std::string> urisOf(std::string_view value) {
    std::vector<std::string> out;
    for (size_t at = 0; at < value.size() && out.size() < maxUris; ++at) {
        if (value[at] == '(') {
            at = std::min(value.find(')', at), value.size() - 1);
        } else if (value[at] == '<') {
            const size_t close = value.find('>', at);
            if (close == std::string_view::npos) break;
            std::string uri;
            for (char c : value.substr(at + 1, close - at - 1))
                if (!text::isSpace(c)) uri += c;
            out.push_back(std::move(uri));
            at = close;
        }
    }
    return out;
}

bool isHttps(std::string_view uri) {
    return text::istartsWith(uri, "https://") && uri.size() > 8 && uri[8] != '/';
}

bool covers(const auth::DkimSignatureCheck& s, size_t field) {
    return s.result == auth::DkimResult::Pass &&
           std::find(s.signedFields.begin(), s.signedFields.end(), field) != s.signedFields.end();
}

// RFC 8058 section 4: one passing signature covers both fields.
bool bothCovered(const MessageCheck& check, size_t list, size_t post) {
    return std::any_of(check.dkim.signatures.begin(), check.dkim.signatures.end(),
                       [&](const auto& s) { return covers(s, list) && covers(s, post); });
}

bool couldNotVerify(const MessageCheck& check) {
    return std::any_of(check.dkim.signatures.begin(), check.dkim.signatures.end(),
                       [](const auto& s) { return s.result == auth::DkimResult::TempError; });
}

void addUris(Step& s, const std::vector<std::string>& uris) {
    for (const auto& uri : uris) {
        const bool known = isHttps(uri) || text::istartsWith(uri, "mailto:");
        s.items.push_back(item("address", text::printable(uri.substr(0, 500)),
                               known ? StepState::Info : StepState::Warning));
    }
}

} // namespace

Step listStep(const StepInput& in) {
    static constexpr std::string_view names[] = {"List-Id",        "List-Post",   "List-Help",
                                                 "List-Subscribe", "List-Owner",  "List-Archive",
                                                 "Precedence",     "Feedback-ID", "Auto-Submitted"};
    Step s{"list", "List fields", StepState::Absent, {}, {}, {}};
    s.rule = "Mail to many says which list it belongs to, each field once (RFC 2919 section 3, RFC 2369 "
             "section 3).";
    const auto& headers = *in.check.headers;
    std::string id;
    for (std::string_view name : names) {
        const auto fields = headers.topDown(name);
        for (const auto* f : fields) {
            const auto index = size_t(f - headers.fields().data());
            const bool twice = fields.size() > 1 && text::istartsWith(name, "List-");
            s.items.push_back(fieldItem(headers, index, twice ? StepState::Warning : StepState::Info));
            if (name == "List-Id") id = headers.unfolded(*f);
        }
    }
    if (s.items.empty()) {
        s.headline = "no list fields";
        return s;
    }
    const bool odd = worst(s.items) == StepState::Warning;
    const bool noId = !id.empty() && (id.find('<') == std::string::npos || id.find('>') == std::string::npos);
    if (noId) s.items.push_back(item("List-Id", "has no identifier in < >", StepState::Warning));
    s.state = odd || noId ? StepState::Warning : StepState::Info;
    s.headline =
        id.empty() ? text::counted(s.items.size(), "field") + ", no List-Id" : "list " + text::printable(id);
    return s;
}

Step unsubscribeStep(const StepInput& in) {
    const auto& headers = *in.check.headers;
    Step s{"unsubscribe", "One-click unsubscribe", StepState::Absent, {}, {}, {}};
    s.rule =
        "Marketing mail has one https address in List-Unsubscribe, List-Unsubscribe-Post with "
        "List-Unsubscribe=One-Click, and a passing DKIM signature over both (RFC 8058 sections 3 and 4).";
    const auto list = fieldOf(headers, "List-Unsubscribe");
    const auto post = fieldOf(headers, "List-Unsubscribe-Post");
    if (!list) {
        s.headline = "there is no List-Unsubscribe field";
        if (post) s.items.push_back(fieldItem(headers, *post, StepState::Warning));
        return s;
    }
    s.items.push_back(fieldItem(headers, *list));
    const auto uris = urisOf(headers.rawValue(headers.fields()[*list]));
    addUris(s, uris);
    const auto https = std::count_if(uris.begin(), uris.end(), isHttps);
    std::vector<std::string> faults;
    if (uris.empty()) faults.emplace_back("no address in < >");
    if (https != 1) faults.push_back(https == 0 ? "no https address" : "more than one https address");
    if (headers.topDown("List-Unsubscribe").size() > 1)
        faults.emplace_back("the field stands more than once");
    if (!post) {
        faults.emplace_back("no List-Unsubscribe-Post field");
    } else {
        s.items.push_back(fieldItem(headers, *post));
        const std::string value = headers.unfolded(headers.fields()[*post]);
        if (text::trim(value) != "List-Unsubscribe=One-Click")
            faults.emplace_back("List-Unsubscribe-Post is not List-Unsubscribe=One-Click");
        if (!bothCovered(in.check, *list, *post))
            faults.emplace_back(couldNotVerify(in.check) ? "whether DKIM covers both could not be looked up"
                                                         : "no passing DKIM signature covers both fields");
        else
            s.items.push_back(
                item("signature", "a passing DKIM signature covers both fields", StepState::Ok));
    }
    for (const auto& f : faults) s.items.push_back(item("missing", f, StepState::Warning));
    s.state = faults.empty() ? StepState::Ok : StepState::Warning;
    s.headline = faults.empty() ? "one-click works by the book" : text::join(faults, "; ");
    return s;
}

} // namespace waypost::message
