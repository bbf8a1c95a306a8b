// SPF records and macros from any octets: spans stay inside the record, a second reading of the same text is
// the same, an expansion can be asked or is refused, and a check over a zone of this one record is bounded.
#include "auth/spf_check.h"
#include "dns/name_codec.h"

#include <cstdlib>

using namespace waypost;
using namespace waypost::auth;

namespace {

// Every name has the same record and address.
class OneRecord final : public dns::Resolver {
  public:
    explicit OneRecord(std::string text) : text_(std::move(text)) {}
    int queries = 0;
    void resolve(dns::Question question, Done done) override {
        ++queries;
        if (!dns::nameToLabels(question.name)) std::abort();
        dns::Answer a;
        a.status = dns::Status::Ok;
        a.rcode = 0;
        if (question.type == dns::RecordType::TXT)
            a.records.push_back({question.name, question.type, 60, dns::TxtData{{text_}}});
        else if (question.type == dns::RecordType::A)
            a.records.push_back({question.name, question.type, 60, dns::AddressData{"192.0.2.1"}});
        else if (question.type == dns::RecordType::PTR)
            a.records.push_back({question.name, question.type, 60, dns::NameData{"x.example.org"}});
        else
            a.status = dns::Status::NoData;
        a.question = std::move(question);
        done(std::move(a));
    }

  private:
    std::string text_;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, size_t size) {
    constexpr size_t enough = 2048;
    if (size > enough) return 0;
    const std::string text = "v=spf1 " + std::string(reinterpret_cast<const char*>(data), size);
    const SpfRecord record = parseSpf(text);
    for (const auto& term : record.terms) {
        if (term.span.offset + term.span.length > text.size() || term.span.length == 0) std::abort();
        MacroValues values;
        values.localPart = text;
        values.domain = values.senderDomain = "example.org";
        const std::string target = toTargetName(expand(term.macro, values));
        if (!target.empty() && !dns::nameToLabels(target)) std::abort();
    }
    for (const auto& problem : record.problems)
        if (problem.span.offset + problem.span.length > text.size()) std::abort();

    OneRecord resolver(text);
    SpfRequest request{*net::IpAddress::parse("2001:db8::1"), "a@example.org", "h.example.org"};
    SpfOptions options;
    auto check = runReady(checkSpf(resolver, request, options));
    if (!check) std::abort();
    if (!record.problems.empty() && check->result != SpfResult::PermError) std::abort();
    constexpr int mostQueries = 200; // 10 terms of at most 11 questions, a record each, and the names of %{p}
    if (resolver.queries > mostQueries) std::abort();
    return 0;
}
