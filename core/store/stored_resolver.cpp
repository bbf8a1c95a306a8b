#include "store/stored_resolver.h"

#include "base/text.h"
#include "dns/wire.h"
#include "dns/zone_line.h"
#include "store/dns_store.h"
#include "store/storage_error.h"

#include <fmt/format.h>

namespace waypost::store {

namespace {

// The lines are "name TYPE data" without TTLs; one that cannot be read back is left out and said so.
void readLines(dns::Answer& answer, const DnsRow& row) {
    size_t lost = 0;
    for (std::string_view line : text::split(row.records, '\n')) {
        if (line.empty()) continue;
        auto record = dns::parseZoneLine(line, std::uint32_t(row.ttl.value_or(0)));
        if (record)
            answer.records.push_back(std::move(*record));
        else
            ++lost;
    }
    if (lost > 0)
        answer.text =
            fmt::format("{} of the stored answer could not be read back.", text::counted(lost, "record"));
}

} // namespace

dns::Answer answerOf(const DnsRow& row) {
    dns::Answer answer;
    answer.question = row.question;
    if (!row.raw.empty()) answer = dns::decodeAnswer(row.question, row.raw);
    const bool readable = !row.raw.empty() && answer.status == row.status;
    if (!readable) {
        answer = {};
        answer.question = row.question;
        answer.status = row.status;
        readLines(answer, row);
    }
    answer.rcode = row.rcode;
    if (!row.text.empty()) answer.text = row.text;
    answer.authenticated = row.authenticated;
    answer.authoritative = row.authoritative;
    answer.truncated = row.truncated;
    answer.server = row.server;
    answer.transport = dns::Transport::Recorded;
    answer.at = row.at;
    answer.took = row.took;
    answer.raw = row.raw;
    return answer;
}

std::optional<DnsRow> StoredResolver::find(const dns::Question& question) {
    std::optional<DnsRow> row;
    if (failures_ == Failures::LastDefinite) row = dnsrecord::asOf(db_, question, at_, true);
    if (!row) row = dnsrecord::asOf(db_, question, at_);
    return row;
}

void StoredResolver::resolve(dns::Question question, Done done) {
    dns::Answer answer;
    std::optional<DnsRow> row;
    std::string problem;
    try {
        row = find(question);
    } catch (const StorageError& e) {
        problem = e.what(); // an exception must not leave a task
    }
    if (row) {
        if (!newest_ || row->at > *newest_) newest_ = row->at;
        answer = answerOf(*row);
    } else {
        if (problem.empty()) neverAsked_.push_back(question);
        answer.status = dns::Status::Unreachable;
        answer.transport = dns::Transport::Recorded;
        answer.at = at_;
        answer.text = problem.empty() ? fmt::format("never asked before {}", formatUtc(at_)) : problem;
    }
    answer.question = std::move(question);
    done(std::move(answer));
}

} // namespace waypost::store
