#include "base/text.h"
#include "message/steps.h"

#include <fmt/format.h>

namespace waypost::message {

namespace {

StepState stateOf(auth::DkimResult r) {
    switch (r) {
    case auth::DkimResult::Pass: return StepState::Ok;
    case auth::DkimResult::Fail:
    case auth::DkimResult::PermError: return StepState::Error;
    case auth::DkimResult::Policy:
    case auth::DkimResult::Neutral:
    case auth::DkimResult::None: return StepState::Warning;
    case auth::DkimResult::TempError: return StepState::Unknown;
    }
    return StepState::Unknown;
}

Item hashItem(std::string label, const std::optional<bool>& ok, const std::string& value) {
    return item(std::move(label), ok ? (*ok ? "fits" + value : "does not fit" + value) : "not computed",
                ok ? (*ok ? StepState::Ok : StepState::Error) : StepState::Unknown);
}

Item bodyItem(const MessageCheck& check, const auth::DkimSignatureCheck& s) {
    std::string value = fmt::format(", {} of {} octets", s.signedBytes, s.bodyBytes);
    if (s.bodyOk == false)
        value += fmt::format("; bh= is {}, the body gives {}", text::base64Encode(s.signature.bodyHash),
                             text::base64Encode(s.computedBodyHash));
    Item i = hashItem("body hash", s.bodyOk, value);
    const size_t body = check.headers->bodyOffset();
    i.bytes = {body, check.headers->bytes()->size() - body};
    return i;
}

Item signedItem(const MessageCheck& check, const auth::DkimSignatureCheck& s) {
    Item i = item("signed fields", text::printable(text::join(s.signature.headers, ", ").substr(0, 500)));
    for (size_t field : s.signedFields)
        if (field < check.headers->fields().size()) i.children.push_back(fieldItem(*check.headers, field));
    return i;
}

Item signatureItem(const MessageCheck& check, const auth::DkimSignatureCheck& s) {
    Item i = fieldItem(*check.headers, s.field, stateOf(s.result));
    i.label = text::printable(
        fmt::format("{} {}", s.signature.domain.empty() ? "?" : s.signature.domain, s.signature.selector));
    i.value = text::printable(
        fmt::format("{}{}", auth::dkimResultName(s.result), s.reason.empty() ? "" : ": " + s.reason));
    i.children.push_back(item("algorithm", text::printable(s.signature.algorithm)));
    i.children.push_back(hashItem("header signature", s.headerOk, ""));
    i.children.push_back(bodyItem(check, s));
    Item key = item("key", text::printable(s.keyName));
    if (s.answer && *s.answer < check.dkim.answers.size())
        key.answer = answerTo(check, plain(check.dkim.answers[*s.answer]).question);
    i.children.push_back(std::move(key));
    i.children.push_back(signedItem(check, s));
    if (!s.oversigned.empty())
        i.children.push_back(
            item("kept from being added", text::printable(text::join(s.oversigned, ", ")), StepState::Ok));
    for (const auto& r : s.remarks)
        i.children.push_back(item(r.id, text::printable(r.text), StepState::Warning));
    return i;
}

} // namespace

Step dkimStep(const StepInput& in) {
    const auth::DkimCheck& d = in.check.dkim;
    Step s{"dkim", "DKIM", StepState::Absent, {}, {}, {}};
    s.rule = "A domain signs the body and chosen header fields; one signature that fits is enough "
             "(RFC 6376 sections 3.7 and 6).";
    size_t passing = 0;
    for (const auto& signature : d.signatures) {
        s.items.push_back(signatureItem(in.check, signature));
        passing += signature.result == auth::DkimResult::Pass ? 1 : 0;
    }
    if (d.notLookedAt > 0)
        s.items.push_back(item(
            "more signatures",
            fmt::format("{} beyond the first {} were not verified", d.notLookedAt, auth::maxDkimSignatures),
            StepState::Warning));
    if (d.signatures.empty()) {
        s.headline = "the message is not signed";
        return s;
    }
    const auth::DkimResult best = d.best();
    s.state = stateOf(best);
    s.headline =
        passing > 0
            ? fmt::format("{} of {} fits", passing, text::counted(d.signatures.size(), "signature"))
            : text::printable(fmt::format("{}: {}", auth::dkimResultName(best), d.signatures.front().reason));
    return s;
}

} // namespace waypost::message
