#include "engine/run_message.h"

#include "mail/builder.h"
#include "mail/headers.h"
#include "mail/raw.h"

#include <fmt/format.h>

namespace waypost::engine {

namespace {

RunMessage fromEml(const RunSpec& spec) {
    RunMessage out;
    mail::Normalized normal = mail::normalizeCrlf(spec.message);
    out.bytes = std::move(normal.bytes);
    mail::HeaderBlock headers = mail::HeaderBlock::parse(out.bytes);
    auto from = headers.value("From");
    if (!from) {
        out.problems.push_back("The message has no From header; receivers refuse it (RFC 5322 section 3.6).");
        return out;
    }
    mail::AddressList list = mail::parseAddressList(*from);
    if (list.mailboxes.size() != 1)
        out.problems.push_back(fmt::format(
            "The From header names {} addresses; a seed test needs exactly one.", list.mailboxes.size()));
    else
        out.sender = list.mailboxes.front().address.wire();
    return out;
}

RunMessage fromParts(const RunSpec& spec, UtcTime now, Random& random) {
    RunMessage out;
    auto from = mail::parseMailbox(spec.from);
    auto subject = mail::HeaderText::make(spec.subject);
    if (!from) out.problems.push_back("From: " + from.error().text);
    if (!subject) out.problems.push_back("Subject: " + subject.error().text);
    if (!from || !subject) return out;
    auto name = mail::HeaderText::make(from->name);
    mail::MessageBuilder builder;
    builder.from({from->address, name ? *name : mail::HeaderText()}).subject(*subject).text(spec.body);
    auto built = builder.build(now, random);
    if (!built)
        out.problems.push_back(built.error().text);
    else
        out.bytes = std::move(*built);
    out.sender = from->address.wire();
    return out;
}

} // namespace

RunMessage runMessage(const RunSpec& spec, UtcTime now, Random& random) {
    RunMessage out = spec.message.empty() ? fromParts(spec, now, random) : fromEml(spec);
    if (out.problems.empty() && !spec.from.empty() && !spec.message.empty()) {
        auto sender = mail::parseMailbox(spec.from);
        if (sender)
            out.sender = sender->address.wire();
        else
            out.problems.push_back("Envelope sender: " + sender.error().text);
    }
    return out;
}

} // namespace waypost::engine
