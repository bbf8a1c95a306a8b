// A whole SPF check over a zone and a sender made of any octets: it ends, asks a bounded number of questions
// whose names can be asked, gives the same verdict with and without its trace, and its explanation is
// printable.
#include "auth/spf_check.h"
#include "auth/spf_json.h"
#include "dns/name_codec.h"

#include <cstdlib>

using namespace waypost;
using namespace waypost::auth;

namespace {

// The input, taken apart: the first piece is the sender, the second HELO, the rest are the data of the zone.
// Which name and type has which data is decided by the octets of the name.
class FuzzedZone final : public dns::Resolver {
  public:
    explicit FuzzedZone(std::vector<std::string> pieces) : pieces_(std::move(pieces)) {}
    size_t asked = 0;

    void resolve(dns::Question question, Done done) override {
        ++asked;
        if (!dns::nameToLabels(question.name)) std::abort();
        size_t seed = size_t(question.type);
        for (char c : question.name) seed = seed * 31 + static_cast<unsigned char>(c);
        dns::Answer a;
        a.question = question;
        a.status = statusOf(seed);
        a.rcode = a.status == dns::Status::NxDomain ? 3 : 0;
        if (a.ok()) fill(a, seed);
        if (a.records.empty() && a.ok()) a.status = dns::Status::NoData;
        done(std::move(a));
    }

  private:
    [[nodiscard]] const std::string& piece(size_t seed) const {
        static const std::string none;
        return pieces_.empty() ? none : pieces_[seed % pieces_.size()];
    }
    static dns::Status statusOf(size_t seed) {
        switch (seed / 7 % 16) {
        case 0: return dns::Status::NxDomain;
        case 1: return dns::Status::NoData;
        case 2: return dns::Status::ServFail;
        case 3: return dns::Status::Timeout;
        default: return dns::Status::Ok;
        }
    }
    void fill(dns::Answer& a, size_t seed) const {
        using dns::RecordType;
        const std::string& text = piece(seed);
        const std::string host =
            dns::labelsToName({text.substr(0, 63).empty() ? "h" : text.substr(0, 63), "test"});
        const size_t count = 1 + seed / 113 % 13;
        for (size_t i = 0; i < (a.question.type == RecordType::TXT ? 1 : count); ++i) {
            dns::RecordData data = dns::AddressData{"192.0.2." + std::to_string(i)};
            if (a.question.type == RecordType::TXT)
                data = dns::TxtData{{(seed % 5 == 0 ? "" : "v=spf1 ") + text.substr(0, text.size() / 2),
                                     text.substr(text.size() / 2)}};
            else if (a.question.type == RecordType::MX)
                data = dns::MxData{std::uint16_t(i), std::to_string(i) + "." + host};
            else if (a.question.type == RecordType::PTR)
                data = dns::NameData{std::to_string(i) + "." + host};
            else if (a.question.type == RecordType::AAAA)
                data = dns::AddressData{"2001:db8::" + std::to_string(i)};
            a.records.push_back({a.question.name, a.question.type, 60, std::move(data)});
        }
    }
    std::vector<std::string> pieces_;
};

std::vector<std::string> piecesOf(std::string_view in) {
    std::vector<std::string> out;
    while (true) {
        const size_t end = in.find('\n');
        out.emplace_back(in.substr(0, end));
        if (end == std::string_view::npos) return out;
        in.remove_prefix(end + 1);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, size_t size) {
    constexpr size_t enough = 8192, mostPieces = 64;
    if (size > enough) return 0;
    auto pieces = piecesOf({reinterpret_cast<const char*>(data), size});
    if (pieces.size() > mostPieces) return 0;
    SpfRequest request;
    request.ip = *net::IpAddress::parse(size % 2 ? "192.0.2.1" : "2001:db8::1");
    request.mailFrom = pieces.front();
    if (pieces.size() > 1) request.helo = pieces[1];
    if (pieces.size() > 2) pieces.erase(pieces.begin(), pieces.begin() + 2);

    FuzzedZone zone(pieces), again(pieces);
    SpfOptions options;
    const auto check = runReady(checkSpf(zone, request, options));
    if (!check || zone.asked > size_t(options.maxQuestions)) std::abort();
    if (check->lookups > options.maxLookups + 1 || check->voids > options.maxVoidLookups + 1) std::abort();
    if (check->explanation.size() > maxSpfExplanation) std::abort();
    for (char c : check->explanation)
        if (c < ' ' || c > '~') std::abort();
    if (!check->explanation.empty() && check->result != SpfResult::Fail) std::abort();
    if (json::line(toJson(*check)).empty()) std::abort();

    SpfRecordCache records;
    options.trace = false;
    options.records = &records;
    const auto untraced = runReady(checkSpf(again, request, options));
    if (!untraced || untraced->result != check->result || untraced->explanation != check->explanation)
        std::abort();
    if (again.asked != zone.asked || !untraced->trace.empty()) std::abort();
    return 0;
}
