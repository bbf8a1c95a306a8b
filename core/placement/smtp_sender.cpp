#include "placement/smtp_sender.h"

#include "mail/address.h"

namespace waypost::placement {

namespace {

SendOutcome unable(std::string why) {
    SendOutcome outcome;
    outcome.kind = SendOutcome::Kind::Unable;
    outcome.reply = std::move(why);
    return outcome;
}

SendOutcome::Kind kindOf(smtp::Outcome outcome, const std::optional<smtp::Failure>& failure) {
    switch (outcome) {
    case smtp::Outcome::Accepted: return SendOutcome::Kind::Accepted;
    case smtp::Outcome::Deferred: return SendOutcome::Kind::Deferred;
    case smtp::Outcome::Rejected: return SendOutcome::Kind::Refused;
    case smtp::Outcome::Uncertain: return SendOutcome::Kind::Uncertain;
    case smtp::Outcome::NotAttempted: break;
    }
    // Nothing of the message left: settings and sign-in stay wrong, the rest may pass.
    bool ours =
        failure && (failure->kind == smtp::FailureKind::Local || failure->kind == smtp::FailureKind::Auth);
    return ours ? SendOutcome::Kind::Unable : SendOutcome::Kind::Deferred;
}

} // namespace

SendOutcome sendOutcomeOf(const smtp::DialogueResult& result) {
    SendOutcome outcome;
    const smtp::RecipientResult* recipient = nullptr;
    if (!result.mails.empty() && !result.mails[0].recipients.empty())
        recipient = &result.mails[0].recipients[0];
    smtp::Outcome came = recipient ? recipient->outcome : smtp::Outcome::NotAttempted;
    outcome.kind = kindOf(came, result.failure);
    const smtp::Reply* reply = recipient && recipient->reply ? &*recipient->reply : nullptr;
    if (!reply && result.failure && result.failure->reply) reply = &*result.failure->reply;
    if (reply) {
        outcome.code = reply->code;
        outcome.reply = reply->summary();
    } else if (recipient && !recipient->failure.empty()) {
        outcome.reply = recipient->failure;
    } else if (result.failure) {
        outcome.reply = result.failure->text;
    }
    return outcome;
}

Task<SendOutcome> SmtpSender::send(Seed seed, std::string envelopeSender, std::string message) {
    auto to = mail::MailAddress::parse(seed.address);
    if (!to) co_return unable(to.error().text);
    smtp::OutgoingMail mail;
    if (!envelopeSender.empty()) {
        auto from = mail::MailAddress::parse(envelopeSender);
        if (!from) co_return unable(from.error().text);
        mail.sender = std::move(*from);
    }
    std::string domain = to->domain();
    if (!route_) co_return unable("There is no sending route.");
    Result<smtp::SessionRequest> request = co_await route_(std::move(domain));
    if (!request) co_return unable(request.error().text);
    smtp::Recipient recipient;
    recipient.address = std::move(*to);
    mail.recipients.push_back(std::move(recipient));
    mail.message = std::make_shared<const std::string>(std::move(message));
    request->mails.push_back(std::move(mail));
    smtp::SessionRequest ready = std::move(*request);
    smtp::SessionResult session = co_await smtp::runSession(&dialer_, &clock_, std::move(ready));
    SendOutcome outcome = sendOutcomeOf(session.dialogue);
    outcome.transcript = std::make_shared<const Transcript>(std::move(session.transcript));
    co_return outcome;
}

} // namespace waypost::placement
