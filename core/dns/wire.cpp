#include "dns/wire.h"

#include "base/text.h"
#include "dns/name_codec.h"
#include "dns/octets.h"
#include "dns/rdata_codec.h"

#include <fmt/format.h>

namespace waypost::dns {

namespace {

constexpr size_t headerOctets = 12;
constexpr std::uint16_t classIn = 1;
constexpr size_t optOctets = 11;
constexpr size_t minRecordOctets = 11; // a root name, type, class, TTL, length
// Bits of the second header word (RFC 1035 section 4.1.1, RFC 4035 section 3.2 for AD and CD).
constexpr std::uint16_t bitQr = 0x8000, bitAa = 0x0400, bitTc = 0x0200, bitRd = 0x0100, bitRa = 0x0080,
                        bitAd = 0x0020, bitCd = 0x0010;
constexpr std::uint32_t bitDo = 0x8000; // in the TTL field of OPT

std::unexpected<Error> corrupt(std::string text) {
    return fail(ErrorCode::Corrupt, "dns message", std::move(text));
}

void readFlags(Message& m, std::uint16_t flags) {
    m.response = flags & bitQr;
    m.opcode = std::uint8_t(flags >> 11 & 0xf);
    m.authoritative = flags & bitAa;
    m.truncated = flags & bitTc;
    m.recursionDesired = flags & bitRd;
    m.recursionAvailable = flags & bitRa;
    m.authenticated = flags & bitAd;
    m.checkingDisabled = flags & bitCd;
    m.rcode = flags & 0xf;
}

std::uint16_t writeFlags(const Message& m, bool cut) {
    auto flags = std::uint16_t(m.opcode << 11 | (m.rcode & 0xf));
    if (m.response) flags |= bitQr;
    if (m.authoritative) flags |= bitAa;
    if (m.truncated || cut) flags |= bitTc;
    if (m.recursionDesired) flags |= bitRd;
    if (m.recursionAvailable) flags |= bitRa;
    if (m.authenticated) flags |= bitAd;
    if (m.checkingDisabled) flags |= bitCd;
    return flags;
}

class Reader {
  public:
    explicit Reader(std::string_view bytes) : bytes_(bytes) {}

    Result<Message> run() {
        if (bytes_.size() < headerOctets)
            return corrupt(fmt::format("{} octets are too few for a DNS header.", bytes_.size()));
        if (bytes_.size() > maxMessageOctets) return corrupt("The message is longer than 65535 octets.");
        m_.id = octets::get16(bytes_, 0);
        readFlags(m_, octets::get16(bytes_, 2));
        for (unsigned i = octets::get16(bytes_, 4); i > 0; --i)
            if (auto ok = question(); !ok) return fail(ok.error());
        std::vector<Record>* sections[] = {&m_.answers, &m_.authority, &m_.additional};
        for (size_t s = 0; s < 3; ++s) {
            const unsigned count = octets::get16(bytes_, 6 + 2 * s);
            // The count is the peer's word: only what the octets can hold is believed.
            sections[s]->reserve(std::min<size_t>({count, maxRecordsUsed, bytes_.size() / minRecordOctets}));
            for (unsigned i = count; i > 0; --i) {
                auto ok = record(*sections[s]);
                if (ok) continue;
                // A cut message may end anywhere; what came whole is kept.
                if (m_.truncated) return std::move(m_);
                return fail(ok.error());
            }
        }
        return std::move(m_);
    }

  private:
    Result<void> question() {
        auto name = readName(bytes_, at_);
        if (!name) return fail(name.error());
        if (name->next + 4 > bytes_.size()) return corrupt("The question runs past the end.");
        if (m_.questions.size() >= maxRecordsUsed) return corrupt("The message has too many questions.");
        if (octets::get16(bytes_, name->next + 2) != classIn)
            return corrupt("The question is not of class IN.");
        m_.questions.push_back({std::move(name->name), RecordType(octets::get16(bytes_, name->next))});
        at_ = name->next + 4;
        return {};
    }

    Result<void> record(std::vector<Record>& section) {
        auto name = readName(bytes_, at_);
        if (!name) return fail(name.error());
        const size_t fixed = name->next;
        if (fixed + 10 > bytes_.size()) return corrupt("A record runs past the end of the message.");
        const auto type = RecordType(octets::get16(bytes_, fixed));
        const auto cls = octets::get16(bytes_, fixed + 2);
        const auto ttl = octets::get32(bytes_, fixed + 4);
        const size_t length = octets::get16(bytes_, fixed + 8);
        if (fixed + 10 + length > bytes_.size())
            return corrupt(fmt::format("The data of a {} record runs past the end of the message.",
                                       recordTypeName(type)));
        at_ = fixed + 10 + length;
        if (type == RecordType::OPT) {
            edns(cls, ttl);
            return {};
        }
        if (cls != classIn || section.size() >= maxRecordsUsed) {
            ++m_.recordsLeftOut;
            return {};
        }
        auto data = readData(bytes_, fixed + 10, length, type);
        if (!data) return fail(data.error());
        for (char& c : name->name) c = text::lower(c);
        section.push_back({std::move(name->name), type, ttl & 0x80000000U ? 0 : ttl, std::move(*data)});
        return {};
    }

    void edns(std::uint16_t udpSize, std::uint32_t ttl) {
        m_.edns = true;
        m_.udpSize = std::max<std::uint16_t>(512, udpSize);
        m_.rcode = (m_.rcode & 0xf) | int(ttl >> 24) << 4;
        m_.dnssecOk = ttl & bitDo;
    }

    std::string_view bytes_;
    size_t at_ = headerOctets;
    Message m_;
};

void put16At(std::string& out, size_t at, std::uint16_t v) {
    out[at] = char(v >> 8);
    out[at + 1] = char(v & 0xff);
}

void appendOpt(std::string& out, std::uint16_t udpSize, std::uint32_t extended) {
    out += '\0';
    octets::put16(out, std::uint16_t(RecordType::OPT));
    octets::put16(out, udpSize);
    octets::put32(out, extended);
    octets::put16(out, 0);
}

void writeOpt(std::string& out, const Message& m) {
    appendOpt(out, m.udpSize, std::uint32_t(m.rcode >> 4 & 0xff) << 24 | (m.dnssecOk ? bitDo : 0));
}

Result<void> writeRecord(std::string& out, NameWriter& names, const Record& r) {
    if (auto ok = names.write(out, r.name); !ok) return ok;
    octets::put16(out, std::uint16_t(r.type));
    octets::put16(out, classIn);
    octets::put32(out, r.ttl);
    const size_t lengthAt = out.size();
    octets::put16(out, 0);
    if (auto ok = writeData(out, r.data, r.type); !ok) return ok;
    const size_t length = out.size() - lengthAt - 2;
    if (length > 0xffff) return corrupt("The data of a record is longer than 65535 octets.");
    put16At(out, lengthAt, std::uint16_t(length));
    return {};
}

} // namespace

std::optional<std::uint16_t> messageId(std::string_view bytes) {
    if (bytes.size() < 2) return std::nullopt;
    return octets::get16(bytes, 0);
}

Result<Message> decodeMessage(std::string_view bytes) {
    return Reader(bytes).run();
}

Result<Message> decodeQuery(std::string_view bytes) {
    auto message = decodeMessage(bytes);
    if (!message) return message;
    if (message->response) return corrupt("The message is a response, not a query.");
    if (message->questions.size() != 1)
        return corrupt(fmt::format("The query has {} questions.", message->questions.size()));
    return message;
}

namespace {

// The same octets without the detour over a Message, for the names nearly everybody asks; empty for others.
std::string encodePlainQuery(std::uint16_t id, const Question& question, const QueryOptions& options) {
    const bool edns = options.udpSize != 0;
    std::string out;
    out.reserve(headerOctets + question.name.size() + 2 + 4 + (edns ? optOctets : 0));
    octets::put16(out, id);
    octets::put16(
        out, std::uint16_t((options.recursionDesired ? bitRd : 0) | (options.authenticData ? bitAd : 0)));
    octets::put16(out, 1);
    octets::put32(out, 0);
    octets::put16(out, edns ? 1 : 0);
    if (!appendPlainName(out, question.name)) return {};
    octets::put16(out, std::uint16_t(question.type));
    octets::put16(out, classIn);
    if (edns) appendOpt(out, options.udpSize, options.dnssecOk ? bitDo : 0);
    return out;
}

} // namespace

Result<std::string> encodeQuery(std::uint16_t id, const Question& question, const QueryOptions& options) {
    if (auto plain = encodePlainQuery(id, question, options); !plain.empty()) return plain;
    Message m;
    m.id = id;
    m.recursionDesired = options.recursionDesired;
    m.authenticated = options.authenticData;
    m.questions = {question};
    m.edns = options.udpSize != 0;
    m.udpSize = options.udpSize;
    m.dnssecOk = options.dnssecOk;
    return encodeResponse(m);
}

Result<std::string> encodeResponse(const Message& m, size_t maxBytes) {
    std::string out(headerOctets, '\0');
    NameWriter names;
    for (const auto& q : m.questions) {
        if (auto ok = names.write(out, q.name); !ok) return fail(ok.error());
        octets::put16(out, std::uint16_t(q.type));
        octets::put16(out, classIn);
    }
    const size_t reserved = m.edns ? optOctets : 0;
    const std::vector<Record>* sections[] = {&m.answers, &m.authority, &m.additional};
    std::uint16_t counts[3] = {0, 0, 0};
    bool cut = false;
    for (size_t s = 0; s < 3 && !cut; ++s) {
        for (const auto& r : *sections[s]) {
            const size_t before = out.size();
            if (auto ok = writeRecord(out, names, r); !ok) return fail(ok.error());
            if (out.size() + reserved > std::min(maxBytes, maxMessageOctets) || counts[s] == UINT16_MAX) {
                out.resize(before);
                cut = true;
                break;
            }
            ++counts[s];
        }
    }
    if (m.edns) writeOpt(out, m);
    put16At(out, 0, m.id);
    put16At(out, 2, writeFlags(m, cut));
    put16At(out, 4, std::uint16_t(m.questions.size()));
    put16At(out, 6, counts[0]);
    put16At(out, 8, counts[1]);
    put16At(out, 10, std::uint16_t(counts[2] + (m.edns ? 1 : 0)));
    return out;
}

} // namespace waypost::dns
