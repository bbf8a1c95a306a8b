#include "bounce/parser.h"

#include "base/text.h"
#include "bounce/auto_reply.h"
#include "bounce/delivery_status.h"
#include "bounce/feedback.h"
#include "bounce/field_groups.h"
#include "bounce/notice_json.h"
#include "bounce/text_bounce.h"
#include "bounce/words.h"

namespace waypost::bounce {

namespace {

constexpr std::string_view statusTypes[] = {"message/delivery-status", "message/global-delivery-status"};

void fillCodes(Recipient& r) {
    if (r.code == 0) (void)replyIn(r.diagnostic, r.code);
    size_t length = 0;
    if (!r.status.empty()) return;
    const size_t at = findStatusCode(r.diagnostic, 0, length);
    if (at != std::string::npos) r.status = r.diagnostic.substr(at, length);
}

// "550-5.7.1 first line": the reply went on, and the status field holds its first line alone.
bool isCutReply(std::string_view words) {
    return words.size() > 4 && words.find('\n') == std::string_view::npos && words[3] == '-' &&
           findReply(words) == 0;
}

// The words for people may say more about this recipient.
bool isOpen(const Recipient& r, const reply::Verdict& v) {
    if (r.action == Action::Delivered || r.action == Action::Relayed || r.action == Action::Expanded)
        return false;
    return Judge::isVague(v) || r.diagnostic.empty() || isCutReply(r.diagnostic);
}

Recipient* findRecipient(Report& report, const Recipient& like) {
    if (report.recipients.size() > 100) return nullptr; // a long list is not compared with itself
    for (Recipient& r : report.recipients) {
        if (text::iequals(r.address, like.address) && r.action == like.action) return &r;
    }
    return nullptr;
}

void describeOriginal(const MailView& view, Report& report) {
    const mail::HeaderBlock& h = view.returned();
    const auto value = [&](std::string_view name) { return h.value(name).value_or(""); };
    Original& o = report.original;
    if (o.messageId.empty()) o.messageId = value("Message-ID");
    if (o.from.empty()) o.from = firstAddress(value("From"));
    if (o.subject.empty()) o.subject = value("Subject");
    o.to = allAddresses(value("To"), Report::maxRecipients);
}

// Exim names a file or a pipe where the delivery ended there; its header field has the address.
void nameFailed(const MailView& view, Report& report) {
    const auto failed = allAddresses(view.field("X-Failed-Recipients"), Report::maxRecipients);
    if (failed.size() != report.recipients.size()) return;
    for (size_t i = 0; i < failed.size(); ++i) {
        std::string& address = report.recipients[i].address;
        if (address.find('@') == std::string::npos || address.find_first_of("/| ") == 0) address = failed[i];
    }
}

// Addresses the mail could not name otherwise: the variable return path, then the header of the message.
void recoverRecipients(const MailView& view, Report& report) {
    std::string verp;
    for (auto name : {"To", "Delivered-To", "X-Original-To", "Envelope-To"}) {
        if (verp.empty()) verp = verpRecipient(firstAddress(view.field(name)));
    }
    if (report.recipients.size() == 1 && !verp.empty()) {
        Recipient& r = report.recipients.front();
        if (!text::iequals(verp, r.address)) r.original = verp;
        return;
    }
    if (!report.recipients.empty()) return;
    std::vector<std::string> found;
    if (!verp.empty()) found.push_back(verp);
    if (found.empty()) found = allAddresses(view.field("X-Failed-Recipients"), Report::maxRecipients);
    if (found.empty()) found = report.original.to;
    for (std::string& a : found) {
        Recipient r;
        r.address = std::move(a);
        r.action = Action::Failed;
        report.recipients.push_back(std::move(r));
    }
}

} // namespace

std::string verpRecipient(std::string_view address) {
    const size_t sign = address.rfind('@');
    if (sign == std::string_view::npos) return {};
    const std::string_view local = address.substr(0, sign);
    const size_t equals = local.rfind('=');
    if (equals == std::string_view::npos || equals == 0) return {};
    const std::string_view domain = local.substr(equals + 1);
    const bool host = domain.find('.') != std::string_view::npos && domain.size() > 3 &&
                      std::all_of(domain.begin(), domain.end(),
                                  [](char c) { return text::isAlnum(c) || c == '.' || c == '-'; });
    // SRS0=hash=tt=domain=user is a rewritten sender and names no recipient.
    if (!host || text::istartsWith(local, "srs0") || text::istartsWith(local, "srs1") ||
        text::istartsWith(local, "prvs="))
        return {};
    const std::string_view before = local.substr(0, equals);
    const size_t plus = before.find('+');
    const size_t start = plus != std::string_view::npos ? plus : before.find('-');
    if (start == std::string_view::npos || start + 1 >= before.size()) return {};
    return std::string(before.substr(start + 1)) + "@" + std::string(domain);
}

Result<std::shared_ptr<const Parser>> Parser::load(const std::filesystem::path& resources, Judge judge) {
    auto formats = TextFormats::load(resources / "rules" / "bounces");
    if (!formats) return fail(formats.error());
    return std::make_shared<const Parser>(*formats, std::move(judge));
}

bool Parser::readStatus(const MailView& view, Report& report, std::vector<std::string>& comments) const {
    for (const auto* part : view.ownParts({statusTypes[0], statusTypes[1]})) {
        const std::string content = view.tree().content(*part);
        DeliveryStatus status = readDeliveryStatus(std::string_view(content).substr(0, 1024 * 1024));
        if (report.reportingMta.empty()) report.reportingMta = status.reportingMta;
        if (report.original.envelopeId.empty()) report.original.envelopeId = status.envelopeId;
        for (StatusRecipient& r : status.recipients) {
            if (report.recipients.size() >= Report::maxRecipients) break;
            r.recipient.addressAt = view.placeIn(*part, r.addressWords, r.addressAt);
            r.recipient.diagnosticAt = view.placeIn(*part, r.diagnosticWords, r.diagnosticAt);
            Recipient* known = findRecipient(report, r.recipient);
            if (known) { // named twice: what says more stays
                if (known->diagnostic.empty()) *known = std::move(r.recipient);
                continue;
            }
            report.recipients.push_back(std::move(r.recipient));
            comments.push_back(std::move(r.comment));
        }
        report.kind = Kind::Dsn;
        report.format = "rfc3464";
    }
    nameFailed(view, report);
    return !report.recipients.empty();
}

// Servers that write the fields into their text, or lost the MIME structure on the way.
bool Parser::readStatusInText(MailView& view, Report& report) const {
    if (view.lowered().find("final-recipient:") == std::string_view::npos) return false;
    DeliveryStatus status = readDeliveryStatus(view.text());
    if (status.recipients.empty()) return false;
    report.reportingMta = status.reportingMta;
    for (StatusRecipient& r : status.recipients) {
        const auto placeOf = [&](const std::string& words, size_t near) {
            const size_t at = words.empty() ? std::string_view::npos : view.text().find(words, near);
            return at == std::string_view::npos ? Place{} : view.place(at, words.size());
        };
        r.recipient.addressAt = placeOf(r.addressWords, r.addressAt);
        r.recipient.diagnosticAt = placeOf(r.diagnosticWords, r.diagnosticAt);
        report.recipients.push_back(std::move(r.recipient));
    }
    report.kind = Kind::Dsn;
    report.format = "rfc3464";
    return true;
}

void Parser::takeReading(const MailView& view, const TextReading& reading, bool judged,
                         Report& report) const {
    report.kind = Kind::Dsn;
    report.format = reading.format->id;
    for (const TextRecipient& t : reading.recipients) {
        Recipient r;
        r.address = t.address;
        r.original = t.original;
        r.action = reading.delayed ? Action::Delayed : Action::Failed;
        const std::string_view words = view.text().substr(t.reasonAt, t.reasonLength);
        const std::string_view said = replyIn(words, r.code);
        r.diagnostic = said;
        for (size_t at = r.diagnostic.find("\n<<< "); at != std::string::npos;
             at = r.diagnostic.find("\n<<< ", at))
            r.diagnostic.erase(at + 1, 4);
        r.addressAt = view.place(t.addressAt, t.addressLength);
        r.diagnosticAt = view.place(t.reasonAt + (words.size() - said.size()), said.size());
        fillCodes(r);
        if (judged) judge_.judge(r, report.reportingMta, words);
        if (r.category == reply::Category::Unclassified && reading.format->meaning)
            r.category = *reading.format->meaning;
        report.recipients.push_back(std::move(r));
    }
}

bool Parser::readWords(MailView& view, Report& report, bool bounce, bool judged) const {
    TextFormats::Mail mail;
    mail.loweredText = view.lowered();
    mail.from = text::lowered(view.field("From"));
    mail.subject = text::lowered(view.field("Subject"));
    mail.mailer = text::lowered(view.field("X-Mailer"));
    for (const TextFormat* f : formats_->matching(mail)) {
        if (auto reading = readText(view, *f)) {
            takeReading(view, *reading, judged, report);
            return true;
        }
    }
    if (!bounce) return false;
    for (const TextFormat* f : formats_->generic()) {
        if (auto reading = readText(view, *f)) {
            takeReading(view, *reading, judged, report);
            return true;
        }
    }
    return false;
}

// The status part names the recipients; what its words leave open, the text for people may say.
void Parser::completeFromWords(MailView& view, Report& report,
                               const std::vector<std::string>& comments) const {
    bool open = false;
    std::vector<reply::Verdict> first;
    first.reserve(report.recipients.size());
    for (Recipient& r : report.recipients) {
        if (r.action == Action::Unknown) r.action = Action::Failed;
        fillCodes(r);
        first.push_back(judge_.ask(r, report.reportingMta));
        judge_.judge(r, report.reportingMta, first.back(), {});
        open = open || isOpen(r, first.back());
    }
    if (!open) return;
    const size_t cut = findCut(view, *formats_);
    if (cut != std::string_view::npos) view.cutAt(cut);
    Report words;
    (void)readWords(view, words, true, false);
    for (Recipient& r : report.recipients) {
        const auto index = size_t(&r - report.recipients.data());
        if (!isOpen(r, first[index])) continue;
        const Recipient* said = nullptr;
        for (const Recipient& w : words.recipients) {
            if (text::iequals(w.address, r.address) || text::iequals(w.address, r.original)) said = &w;
        }
        if (!said && report.recipients.size() == 1 && words.recipients.size() == 1)
            said = &words.recipients.front();
        std::string_view more = said                      ? std::string_view(said->diagnostic)
                                : index < comments.size() ? std::string_view(comments[index])
                                                          : std::string_view{};
        const bool longer = said && isCutReply(r.diagnostic) && said->code == r.code &&
                            said->diagnostic.size() > r.diagnostic.size();
        const bool changed = said && r.diagnostic.empty() && said->code != 0;
        if (longer || changed) {
            r.diagnostic = said->diagnostic;
            r.diagnosticAt = said->diagnosticAt;
            r.code = said->code;
        }
        if (more.empty() && report.recipients.size() == 1) more = text::trim(view.text());
        if (longer || changed) first[index] = judge_.ask(r, report.reportingMta);
        judge_.judge(r, report.reportingMta, first[index], more);
    }
}

void Parser::finish(const MailView& view, Report& report) const {
    describeOriginal(view, report);
    for (const std::string& p : view.tree().problems()) report.problems.push_back(p);
    if (report.kind != Kind::Dsn) return;
    const size_t before = report.recipients.size();
    recoverRecipients(view, report);
    for (size_t i = before; i < report.recipients.size(); ++i)
        judge_.judge(report.recipients[i], report.reportingMta, text::trim(view.text()));
}

Report Parser::parse(std::string mail) const {
    if (mail.size() > maxMail) mail.resize(maxMail);
    MailView view(std::make_shared<const std::string>(std::move(mail)));
    Report report;
    report.messageId = view.headers().value("Message-ID").value_or("");
    report.date = view.headers().value("Date").value_or("");
    if (readFeedback(view, report)) {
        finish(view, report);
        return report;
    }
    std::vector<std::string> comments;
    if (readStatus(view, report, comments)) {
        completeFromWords(view, report, comments);
        finish(view, report);
        return report;
    }
    if (readSesNotice(view, report)) {
        for (Recipient& r : report.recipients) {
            if (report.kind != Kind::Dsn) break;
            fillCodes(r);
            judge_.judge(r, report.reportingMta, {});
        }
        finish(view, report);
        return report;
    }
    const bool bounce = looksLikeBounce(view) || report.kind == Kind::Dsn;
    const bool answer = isAutomaticAnswer(view);
    const size_t cut = findCut(view, *formats_);
    if (cut != std::string_view::npos) view.cutAt(cut);
    if (readStatusInText(view, report)) {
        completeFromWords(view, report, comments);
    } else if ((answer && !isSurelyBounce(view)) || !readWords(view, report, bounce, true)) {
        report.kind = report.kind == Kind::Dsn ? Kind::Dsn : answer ? Kind::AutoReply : Kind::NotABounce;
        if (report.kind == Kind::AutoReply) {
            Recipient r;
            r.address = firstAddress(view.field("From"));
            if (!r.address.empty()) report.recipients.push_back(std::move(r));
        }
    }
    finish(view, report);
    return report;
}

} // namespace waypost::bounce
