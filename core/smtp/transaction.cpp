// Dialogue, part two: one mail transaction after the other.
#include "base/text.h"
#include "smtp/dialogue.h"

#include <fmt/format.h>

namespace waypost::smtp {

void Dialogue::settle(RecipientResult& r, Stage stage, const Reply& reply) {
    r.outcome = reply.temporary() ? Outcome::Deferred : Outcome::Rejected;
    r.stage = stage;
    r.reply = reply;
}

// The same answer for every recipient that has none yet.
void Dialogue::settleOpen(Stage stage, const Reply& reply) {
    for (size_t i = 0; i < rcpt_.size(); ++i) {
        if (rcpt_[i] == Rcpt::Settled) continue;
        settle(mailResult().recipients[i], stage, reply);
        rcpt_[i] = Rcpt::Settled;
    }
}

// The session ended: what that means for everybody who has no result yet.
void Dialogue::abandon(const Failure& why) {
    if (mailIndex_ >= mails_.size()) return;
    rcpt_.resize(mail().recipients.size(), Rcpt::Open);
    for (size_t i = 0; i < rcpt_.size(); ++i) {
        if (rcpt_[i] == Rcpt::Settled) continue;
        RecipientResult& r = mailResult().recipients[i];
        r.stage = why.stage;
        r.failure = why.text;
        r.reply = why.reply;
        const bool ourSide = why.kind == FailureKind::Auth || why.kind == FailureKind::Local;
        if (dotSent_)
            r.outcome = Outcome::Uncertain;
        else if (ourSide ||
                 (why.kind == FailureKind::Tls && !why.reply && result_.tls.state == TlsState::NotOffered))
            r.outcome = Outcome::NotAttempted;
        else
            r.outcome = why.reply && why.reply->permanent() ? Outcome::Rejected : Outcome::Deferred;
        rcpt_[i] = Rcpt::Settled;
    }
    for (size_t m = mailIndex_ + 1; m < mails_.size(); ++m)
        for (RecipientResult& r : result_.mails[m].recipients) {
            r.stage = why.stage;
            r.failure = why.text;
        }
    mailIndex_ = mails_.size();
}

// SMTP forbids some mails to some servers; that is known before a command is sent. True: nothing is left.
bool Dialogue::refuseLocally() {
    const Capabilities& c = result_.capabilities;
    auto refuse = [&](size_t i, Stage stage, std::string sentence) {
        RecipientResult& r = mailResult().recipients[i];
        r.outcome = Outcome::Rejected;
        r.stage = stage;
        r.failure = std::move(sentence);
        rcpt_[i] = Rcpt::Settled;
    };
    auto refuseAll = [&](const std::string& sentence) {
        for (size_t i = 0; i < rcpt_.size(); ++i) refuse(i, Stage::Mail, sentence);
        return true;
    };
    const std::uint64_t size = mail().message ? messageFacts(*mail().message).size : 0;
    if (!mail().probe && !mail().message) return refuseAll("There is no message to send.");
    if (c.size && *c.size != 0 && size > *c.size)
        return refuseAll(
            fmt::format("The message has {} bytes and the server takes at most {}.", size, *c.size));
    if (mail().envid.size() > maxEnvid) return refuseAll("The envelope id is longer than 100 characters.");
    if (mail().sender.needsSmtpUtf8() && !c.smtpUtf8)
        return refuseAll("The sender's address needs SMTPUTF8, which the server does not offer (5.6.7).");
    bool left = false;
    for (size_t i = 0; i < rcpt_.size(); ++i) {
        const Recipient& to = mail().recipients[i];
        if (to.address.isNull())
            refuse(i, Stage::Rcpt, "The recipient's address is empty.");
        else if (to.address.needsSmtpUtf8() && !c.smtpUtf8)
            refuse(i, Stage::Rcpt, "The address needs SMTPUTF8, which the server does not offer (5.6.7).");
        else
            left = true;
    }
    return !left;
}

void Dialogue::startMail() {
    while (mailIndex_ < mails_.size()) {
        rcpt_.assign(mail().recipients.size(), Rcpt::Open);
        nextRcpt_ = 0;
        mailSent_ = mailFailed_ = dataSent_ = dotSent_ = false;
        if (!refuseLocally()) {
            state_ = State::Mailing;
            return sendGroup();
        }
        ++mailIndex_;
    }
    quit();
}

std::string Dialogue::mailLine() {
    const Capabilities& c = result_.capabilities;
    MailParameters p;
    auto& notes = mailResult().notes;
    if (mail().message) {
        const MessageFacts facts = messageFacts(*mail().message);
        if (c.size) p.size = facts.size;
        p.eightBitMime = facts.eightBit && c.eightBitMime;
        if (facts.eightBit && !c.eightBitMime)
            notes.emplace_back(
                "The server does not offer 8BITMIME; the 8-bit message was sent without announcing it.");
    }
    bool utf8 = mail().sender.needsSmtpUtf8();
    bool asksDsn = mail().ret || !mail().envid.empty();
    for (const Recipient& r : mail().recipients) {
        utf8 |= r.address.needsSmtpUtf8();
        asksDsn |= r.notify.any() || !r.original.empty();
    }
    p.smtpUtf8 = utf8 && c.smtpUtf8;
    if (c.dsn) {
        p.ret = mail().ret;
        p.envid = mail().envid;
    } else if (asksDsn) {
        notes.emplace_back("The server does not offer DSN; the wishes about delivery reports were left out.");
    }
    return mailCommand(mail().sender, p);
}

// One write: the next command, or with PIPELINING (RFC 2920) as many as may go together.
void Dialogue::sendGroup() {
    Send out;
    out.phase = nextRcpt_ == 0 && !mailSent_ ? Phase::Mail : Phase::Rcpt;
    const bool together = pipelined();
    const bool dsn = result_.capabilities.dsn;
    auto put = [&](const std::string& line, Expected e) {
        out.bytes += line;
        expected_.push_back(e);
    };
    if (!mailSent_) {
        mailSent_ = true;
        put(mailLine(), {Phase::Mail});
    }
    size_t rcpts = 0;
    while (nextRcpt_ < rcpt_.size() && (together ? rcpts < groupRecipients : out.bytes.empty())) {
        const size_t i = nextRcpt_++;
        if (rcpt_[i] == Rcpt::Settled) continue; // refused locally
        const Recipient& r = mail().recipients[i];
        put(rcptCommand(r.address, dsn ? r.notify : Notify(), dsn ? std::string_view(r.original) : ""),
            {Phase::Rcpt, i});
        ++rcpts;
    }
    if (together && nextRcpt_ == rcpt_.size() && !mail().probe) {
        dataSent_ = true;
        put("DATA\r\n", {Phase::DataCommand});
    }
    if (out.bytes.empty()) return advance(); // only locally refused recipients were left
    log(Direction::Sent, out.bytes);
    out.deadline = options_.timeouts.of(out.phase);
    sends_.push_back(std::move(out));
}

// Every reply of the last group is in.
void Dialogue::advance() {
    if (!expected_.empty() || state_ != State::Mailing) return;
    if (strayBytes(mailFailed_ ? Stage::Mail : Stage::Rcpt)) return;
    if (mailFailed_) return endMail(false);
    if (nextRcpt_ < rcpt_.size()) return sendGroup();
    const bool willing = std::find(rcpt_.begin(), rcpt_.end(), Rcpt::Willing) != rcpt_.end();
    if (mail().probe) {
        for (size_t i = 0; i < rcpt_.size(); ++i)
            if (rcpt_[i] == Rcpt::Willing) rcpt_[i] = Rcpt::Settled;
        return endMail(true);
    }
    if (!willing || dataSent_) return endMail(true);
    dataSent_ = true;
    command("DATA", {Phase::DataCommand});
}

void Dialogue::onMail(const Reply& reply) {
    mailResult().mailReply = reply;
    if (reply.intermediate())
        return lost(FailureKind::Protocol, "The server answered MAIL FROM with a 3yz code.");
    if (!reply.positive()) {
        mailFailed_ = true;
        settleOpen(Stage::Mail, reply);
    }
    advance();
}

void Dialogue::onRcpt(const Reply& reply, size_t i) {
    if (reply.intermediate())
        return lost(FailureKind::Protocol, "The server answered RCPT TO with a 3yz code.");
    if (!mailFailed_) { // else it is an answer to a recipient of a refused sender
        RecipientResult& r = mailResult().recipients[i];
        r.stage = Stage::Rcpt;
        r.reply = reply;
        if (reply.positive()) {
            rcpt_[i] = Rcpt::Willing;
            if (mail().probe) r.outcome = Outcome::Accepted;
        } else {
            settle(r, Stage::Rcpt, reply);
            rcpt_[i] = Rcpt::Settled;
        }
    }
    advance();
}

void Dialogue::onData(const Reply& reply) {
    mailResult().dataReply = reply;
    const bool willing = std::find(rcpt_.begin(), rcpt_.end(), Rcpt::Willing) != rcpt_.end();
    if (reply.positive()) return lost(FailureKind::Protocol, "The server answered DATA with a 2yz code.");
    if (strayBytes(Stage::Data)) return;
    if (!reply.intermediate()) {
        settleOpen(Stage::Data, reply);
        return endMail(!mailFailed_);
    }
    if (willing) return startBody();
    // RFC 2920 3.1: a server that says 354 without recipients gets an empty message that goes to nobody.
    command(".", {Phase::FinalDot, 0, false, true});
}

void Dialogue::startBody() {
    state_ = State::Body;
    encoder_ = DotEncoder();
    bodyAt_ = 0;
    log(Direction::Note, fmt::format("The message follows: {} bytes.", mail().message->size()));
}

Send Dialogue::bodyBlockAction() {
    Send out;
    out.phase = lastPhase_ = Phase::DataBlock;
    out.deadline = options_.timeouts.dataBlock;
    std::string_view rest = std::string_view(*mail().message).substr(bodyAt_);
    encoder_.feed(rest.substr(0, bodyBlock), out.bytes);
    bodyAt_ += std::min(rest.size(), bodyBlock);
    if (bodyAt_ == mail().message->size()) {
        encoder_.finish(out.bytes);
        log(Direction::Sent, ".\r\n");
        // From here on only the server knows.
        dotSent_ = true;
        state_ = State::FinalDot;
        expected_.push_back({Phase::FinalDot});
        ++serial_;
    }
    mailResult().wireBytes += out.bytes.size();
    return out;
}

void Dialogue::onFinalDot(const Reply& reply) {
    mailResult().finalReply = reply;
    if (reply.intermediate())
        return lost(FailureKind::Protocol, "The server answered the message with a 3yz code.");
    // A second reply makes the first one doubtful: strayBytes() then says Uncertain.
    if (onlyGoodbyeWaits()) {
        for (size_t i = 0; i < rcpt_.size(); ++i) {
            if (rcpt_[i] == Rcpt::Settled) continue;
            RecipientResult& r = mailResult().recipients[i];
            if (reply.positive()) {
                r.outcome = Outcome::Accepted;
                r.stage = Stage::Body;
                r.reply = reply;
            } else {
                settle(r, Stage::Body, reply);
            }
            rcpt_[i] = Rcpt::Settled;
        }
    }
    if (strayBytes(Stage::Body)) return;
    if (reply.code == 421) {
        failSession(FailureKind::Refused, Stage::Body,
                    fmt::format("The server closed the session: {}", reply.summary()), reply);
        return finish();
    }
    endMail(false);
}

// A reply while the message is still being sent: the final dot has not left, so nothing was taken.
void Dialogue::onEarlyReply(const Reply& reply) {
    if (reply.temporary() || reply.permanent()) {
        mailResult().finalReply = reply;
        settleOpen(Stage::Body, reply);
        failSession(FailureKind::Refused, Stage::Body,
                    fmt::format("The server stopped the message: {}", reply.summary()), reply);
        return finish();
    }
    lost(FailureKind::Protocol,
         fmt::format("The server answered before the message was complete: {}.", reply.summary()));
}

void Dialogue::endMail(bool transactionOpen) {
    ++mailIndex_;
    dotSent_ = false;
    if (!transactionOpen || mailIndex_ >= mails_.size()) return startMail();
    state_ = State::Reset;
    command("RSET", {Phase::Reset});
}

void Dialogue::onReset(const Reply& reply) {
    if (!reply.positive()) {
        failSession(FailureKind::Refused, Stage::Mail,
                    fmt::format("The server refused RSET: {}", reply.summary()), reply);
        return quit();
    }
    if (!strayBytes(Stage::Mail)) startMail();
}

} // namespace waypost::smtp
