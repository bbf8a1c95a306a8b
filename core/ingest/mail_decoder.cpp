#include "ingest/mail_decoder.h"

#include "base/text.h"
#include "mail/date.h"
#include "mail/headers.h"
#include "store/event_text.h"

#include <fmt/format.h>

namespace waypost::ingest {

namespace {

std::string_view unbracketed(std::string_view id) {
    id = text::trim(id);
    if (id.starts_with('<')) id.remove_prefix(1);
    if (const size_t end = id.find('>'); end != std::string_view::npos) id = id.substr(0, end);
    return id;
}

Told::End endOf(const bounce::Recipient& r) {
    if (r.action == bounce::Action::Delayed || r.permanence == reply::Permanence::Temporary)
        return Told::End::Deferred;
    return Told::End::Failed;
}

bool isEnd(const bounce::Recipient& r) {
    return r.action != bounce::Action::Delivered && r.action != bounce::Action::Relayed &&
           r.action != bounce::Action::Expanded;
}

} // namespace

MailDecoder::MailDecoder(const DecoderOptions& options) : options_(options), maker_(options_, "mail") {}

void MailDecoder::begin(const FileFacts& file) {
    modified_ = file.modified;
}

void MailDecoder::bounced(const bounce::Report& report, const LineAt& mail, Told& told,
                          store::EventBatch& batch) {
    bool any = false;
    for (const bounce::Recipient& r : report.recipients) {
        if (!isEnd(r)) continue;
        told.recipient = r.original.empty() ? r.address : r.original;
        told.end = endOf(r);
        told.gaveUp = r.action != bounce::Action::Delayed;
        told.mxHost = r.remoteMta;
        told.text = r.judged.empty() ? std::string_view(r.diagnostic) : std::string_view(r.judged);
        told.code = r.code;
        told.enhanced = r.status;
        name_ = fmt::format("{}:{}", key_, text::lowered(told.recipient));
        told.event = name_;
        maker_.add(told, mail, batch);
        any = true;
    }
    if (!any) ++batch.skipped; // it says that the message was delivered
}

void MailDecoder::record(const LineAt& record, store::EventBatch& batch) {
    LineAt mail = record;
    if (mail.bytes.starts_with("From ")) {
        const size_t line = std::min(mail.bytes.find('\n'), mail.bytes.size() - 1) + 1;
        mail.bytes.remove_prefix(line);
        mail.offset += std::int64_t(line);
    }
    const bounce::Report report = options_.bounces->parse(std::string(mail.bytes));
    if (report.kind == bounce::Kind::NotABounce) {
        ++batch.skipped;
        return;
    }
    Told told;
    told.at = mail::parseMailDate(report.date).value_or(modified_);
    messageId_ = unbracketed(report.original.messageId);
    told.message = told.messageId = messageId_;
    told.sender = report.original.from;
    key_ = unbracketed(report.messageId);
    if (key_.empty()) key_ = fmt::format("{:016x}", store::hashOf(mail.bytes));
    if (report.kind == bounce::Kind::Dsn) {
        told.kind = reply::Kind::AsyncBounce;
        if (report.recipients.empty())
            return EventMaker::reject(mail, "a bounce that names no recipient", batch);
        return bounced(report, mail, told, batch);
    }
    const bool complaint = report.kind == bounce::Kind::Arf;
    told.kind = complaint ? reply::Kind::Complaint : reply::Kind::AutoReply;
    told.end = complaint ? Told::End::Complained : Told::End::Answered;
    const std::string type(report.feedback ? report.feedback->first("feedback-type") : "");
    told.text = type;
    if (report.recipients.empty()) return EventMaker::reject(mail, "it names nobody it is about", batch);
    for (const bounce::Recipient& r : report.recipients) {
        told.recipient = r.address;
        name_ = fmt::format("{}:{}", key_, text::lowered(r.address));
        told.event = name_;
        maker_.add(told, mail, batch);
    }
}

void MailDecoder::finish(store::EventBatch& batch) {
    maker_.finish(batch);
}

std::string looksLikeMail(std::string_view head, const DecoderOptions& options) {
    if (!options.bounces) return "mails are not read here";
    const mail::HeaderBlock h = mail::HeaderBlock::parse(head.substr(0, 64 * 1024));
    int known = 0;
    for (auto name :
         {"From", "To", "Subject", "Date", "Message-ID", "Received", "Return-Path", "MIME-Version"})
        known += h.first(name) != nullptr;
    const bool bad = h.badLine() && !h.hasEmptyLine();
    if (known >= 3 && !bad) return {};
    return fmt::format("{} of the fields that a mail has",
                       known == 0 ? "none" : fmt::format("only {}", known));
}

std::string looksLikeMbox(std::string_view head, const DecoderOptions& options) {
    if (!head.starts_with("From ")) return "it does not begin with \"From \"";
    const size_t line = std::min(head.find('\n'), head.size() - 1) + 1;
    return looksLikeMail(head.substr(line), options);
}

} // namespace waypost::ingest
