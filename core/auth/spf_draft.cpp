#include "auth/spf_draft.h"

#include "dns/names.h"

#include <algorithm>

namespace waypost::auth {

namespace {

constexpr size_t maxStringOctets = 255; // RFC 1035 section 3.3
constexpr std::uint32_t draftTtl = 0;

dns::AnswerPtr answerWith(std::string domain, const std::string& record) {
    auto answer = std::make_shared<dns::Answer>();
    dns::TxtData txt;
    for (size_t at = 0; at < record.size(); at += maxStringOctets)
        txt.strings.push_back(record.substr(at, maxStringOctets));
    answer->question = {domain, dns::RecordType::TXT};
    answer->status = dns::Status::Ok;
    answer->rcode = 0;
    answer->server = "draft";
    answer->transport = dns::Transport::Recorded;
    answer->records.push_back({std::move(domain), dns::RecordType::TXT, draftTtl, std::move(txt)});
    return answer;
}

} // namespace

DraftResolver::DraftResolver(dns::Resolver& upstream, const std::string& domain, const std::string& record)
    : upstream_(upstream), draft_(answerWith(dns::normalName(domain), record)) {}

bool DraftResolver::isDraft(const dns::Question& question) const {
    return question.type == dns::RecordType::TXT && dns::normalName(question.name) == draft_->question.name;
}

void DraftResolver::resolve(dns::Question question, Done done) {
    if (!isDraft(question)) return upstream_.resolve(std::move(question), std::move(done));
    dns::Answer answer = *draft_;
    answer.question = std::move(question);
    done(std::move(answer));
}

dns::AnswerPtr DraftResolver::known(const dns::Question& question) {
    return isDraft(question) ? draft_ : upstream_.known(question);
}

bool SpfDraftRow::gains() const {
    return then && now.result != SpfResult::Pass && then->result == SpfResult::Pass;
}

bool SpfDraftRow::loses() const {
    return then && now.result == SpfResult::Pass && then->result != SpfResult::Pass;
}

Task<SpfDraft> trySpfDraft(dns::Resolver& resolver, SpfDraftRequest request, SpfOptions options) {
    SpfDraft out;
    out.domain = request.domain;
    out.record = request.record;
    auto reading = readSpfTree(resolver, request.domain);
    out.now = co_await reading;
    std::optional<DraftResolver> drafted;
    if (!request.record.empty()) {
        drafted.emplace(resolver, request.domain, request.record);
        auto readingDraft = readSpfTree(*drafted, request.domain);
        out.then = co_await readingDraft;
        if (isSpfRecord(request.record))
            out.problems = parseSpf(request.record).problems;
        else
            out.problems.push_back(
                {{0, request.record.size()}, "The draft does not begin with \"v=spf1\" and a space."});
    }
    if (request.ips.size() > maxDraftAddresses) request.ips.resize(maxDraftAddresses);
    for (const net::IpAddress& ip : request.ips) {
        SpfRequest one;
        one.ip = ip;
        one.mailFrom = request.localPart + "@" + request.domain;
        one.helo = request.helo.empty() ? request.domain : request.helo;
        SpfDraftRow row;
        row.ip = ip;
        auto checking = checkSpf(resolver, one, options);
        row.now = co_await checking;
        if (drafted) {
            auto checkingDraft = checkSpf(*drafted, one, options);
            row.then = co_await checkingDraft;
        }
        out.rows.push_back(std::move(row));
        options.trace = false;
    }
    co_return out;
}

} // namespace waypost::auth
