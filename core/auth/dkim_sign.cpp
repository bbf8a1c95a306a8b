#include "auth/dkim_sign.h"

#include "auth/dkim_header.h"
#include "base/text.h"
#include "dns/names.h"

#include <fmt/format.h>

#include <algorithm>

namespace waypost::auth {

namespace {

constexpr size_t foldAt = 76;

std::unexpected<Error> refuse(std::string text) {
    return fail(ErrorCode::InvalidArgument, "DKIM signature", std::move(text));
}

// Section 2.11: everything but the safe characters is written =XX.
std::string encodeDkimQuoted(std::string_view in) {
    std::string out;
    for (char c : in) {
        const auto u = static_cast<unsigned char>(c);
        if (u > 0x20 && u < 0x7f && c != '=' && c != ';')
            out += c;
        else
            out += fmt::format("={:02X}", u);
    }
    return out;
}

// A field written tag by tag, folded before a line grows past foldAt.
class FieldWriter {
  public:
    explicit FieldWriter(std::string_view name) : text_(fmt::format("{}:", name)), column_(text_.size()) {}

    void tag(std::string_view name, std::string_view value) {
        piece(fmt::format("{}{}={};", " ", name, value));
    }
    // Pieces that may be folded between.
    void list(std::string_view name, const std::vector<std::string>& values) {
        std::string first = fmt::format(" {}=", name);
        for (size_t i = 0; i < values.size(); ++i)
            piece((i == 0 ? first : std::string()) + values[i] + (i + 1 < values.size() ? ":" : ";"));
    }
    void last(std::string_view name) { piece(fmt::format(" {}=", name)); }
    // White space inside base64 means nothing.
    void base64(std::string_view text) {
        while (!text.empty()) {
            const size_t room = column_ < foldAt ? foldAt - column_ : 0;
            const size_t take = std::min(room, text.size());
            text_ += text.substr(0, take);
            column_ += take;
            text.remove_prefix(take);
            if (!text.empty()) fold();
        }
    }
    [[nodiscard]] const std::string& text() const { return text_; }

  private:
    void fold() {
        text_ += "\r\n\t";
        column_ = 8;
    }
    void piece(std::string_view in) {
        if (column_ + in.size() > foldAt) {
            fold();
            if (in.starts_with(' ')) in.remove_prefix(1);
        }
        text_ += in;
        column_ += in.size();
    }

    std::string text_;
    size_t column_;
};

// h=: every instance of each name, and one more of the oversigned.
std::vector<std::string> namesToSign(const mail::HeaderBlock& message, const DkimSignOptions& options) {
    std::vector<std::string> out;
    auto count = [&](std::string_view name) {
        return std::count_if(message.fields().begin(), message.fields().end(),
                             [&](const auto& f) { return text::iequals(message.name(f), name); });
    };
    const auto& wanted = options.headers.empty() ? dkimDefaultHeaders() : options.headers;
    const auto& over = dkimOversignedHeaders();
    for (const std::string& name : wanted) {
        auto times = count(name);
        const bool again = std::any_of(over.begin(), over.end(),
                                       [&](const std::string& o) { return text::iequals(o, name); });
        if (options.oversign && again) ++times;
        for (; times > 0; --times) out.push_back(name);
    }
    return out;
}

Result<void> check(const mail::HeaderBlock& message, const std::vector<DkimSigningKey>& keys,
                   const DkimSignOptions& options, const std::vector<std::string>& names) {
    if (!message.first("From")) return refuse("The message has no From field, which a signature must cover.");
    if (!message.stopReason().empty()) return refuse(message.stopReason());
    if (std::none_of(names.begin(), names.end(), [](const auto& n) { return text::iequals(n, "from"); }))
        return refuse("From must be among the signed fields.");
    for (const DkimSigningKey& k : keys) {
        if (!dns::isHostName(k.domain, true))
            return refuse(fmt::format("\"{}\" is not a domain name.", text::printable(k.domain)));
        if (!dns::isAskable(k.selector) || !dns::isHostName(k.selector + "." + k.domain, true))
            return refuse(fmt::format("\"{}\" is not a selector.", text::printable(k.selector)));
        if (!k.key) return refuse("There is no key to sign with.");
        const size_t at = options.identity.rfind('@');
        if (!options.identity.empty() &&
            (at == std::string::npos ||
             !dns::isAtOrUnder(std::string_view(options.identity).substr(at + 1), k.domain)))
            return refuse(fmt::format("The identity \"{}\" is not in {} or below it.",
                                      text::printable(options.identity), k.domain));
    }
    if (options.lifetime && (!options.now || options.lifetime->count() < 1000))
        return refuse("A lifetime needs a time of signing, and a second at least.");
    return {};
}

std::string fieldWithout(const DkimSigningKey& key, const DkimSignOptions& options,
                         const std::vector<std::string>& names, std::string_view bodyHash, FieldWriter& w) {
    w.tag("v", "1");
    w.tag("a", key.key->algorithm());
    w.tag("c",
          fmt::format("{}/{}", canonicalizationName(options.header), canonicalizationName(options.body)));
    w.tag("d", key.domain);
    if (!options.identity.empty()) w.tag("i", encodeDkimQuoted(options.identity));
    w.tag("s", key.selector);
    if (options.now) w.tag("t", std::to_string(options.now->ms / 1000));
    if (options.lifetime) w.tag("x", std::to_string((options.now->ms + options.lifetime->count()) / 1000));
    w.list("h", names);
    w.tag("bh", text::base64Encode(bodyHash));
    w.last("b");
    return w.text();
}

bool endsLinesWithCrlf(const mail::HeaderBlock& message) {
    const std::string& bytes = *message.bytes();
    const size_t lf = bytes.find('\n');
    return lf == std::string::npos || (lf != 0 && bytes[lf - 1] == '\r');
}

std::string withLineEnds(std::string field, bool crlf) {
    field += "\r\n";
    if (!crlf) std::erase(field, '\r');
    return field;
}

} // namespace

const std::vector<std::string>& dkimDefaultHeaders() {
    static const std::vector<std::string> names = {"From",
                                                   "Sender",
                                                   "Reply-To",
                                                   "To",
                                                   "Cc",
                                                   "Subject",
                                                   "Date",
                                                   "Message-ID",
                                                   "In-Reply-To",
                                                   "References",
                                                   "MIME-Version",
                                                   "Content-Type",
                                                   "Content-Transfer-Encoding",
                                                   "List-Id",
                                                   "List-Unsubscribe",
                                                   "List-Unsubscribe-Post",
                                                   "List-Help",
                                                   "List-Subscribe",
                                                   "List-Post",
                                                   "List-Owner",
                                                   "List-Archive",
                                                   "Feedback-ID",
                                                   "Resent-From",
                                                   "Resent-To",
                                                   "Resent-Cc",
                                                   "Resent-Date"};
    return names;
}

const std::vector<std::string>& dkimOversignedHeaders() {
    static const std::vector<std::string> names = {"From", "Reply-To", "To", "Cc", "Subject"};
    return names;
}

std::string dkimBodyHash(std::string_view body, Canonicalization kind) {
    BodyHasher hasher;
    const size_t number = hasher.want({kind, DkimHash::Sha256, std::nullopt});
    hasher.feed(body);
    hasher.finish();
    return hasher.digest(number);
}

Result<std::string> dkimSignatureFields(const std::shared_ptr<const mail::HeaderBlock>& message,
                                        const std::vector<DkimSigningKey>& keys,
                                        const DkimSignOptions& options) {
    const auto names = namesToSign(*message, options);
    if (auto ok = check(*message, keys, options, names); !ok) return fail(ok.error());
    const std::string_view body = std::string_view(*message->bytes()).substr(message->bodyOffset());
    const std::string bodyHash = options.bodyHash ? *options.bodyHash : dkimBodyHash(body, options.body);
    const HeaderPicker picker(message);
    std::string signedPart;
    for (size_t f : picker.pick(names, HeaderPicker::none).fields)
        appendCanonicalField(signedPart, fieldText(*message, message->fields()[f]), options.header);
    const bool crlf = endsLinesWithCrlf(*message);
    std::string out;
    for (const DkimSigningKey& k : keys) {
        FieldWriter writer("DKIM-Signature");
        std::string input = signedPart;
        appendCanonicalField(input, fieldWithout(k, options, names, bodyHash, writer), options.header);
        input.resize(input.size() - 2);
        auto signature = k.key->sign(dkimDigest(DkimHash::Sha256, input));
        if (!signature) return fail(signature.error());
        writer.base64(text::base64Encode(*signature));
        out += withLineEnds(writer.text(), crlf);
    }
    return out;
}

Result<std::string> dkimSign(const std::shared_ptr<const mail::HeaderBlock>& message,
                             const std::vector<DkimSigningKey>& keys, const DkimSignOptions& options) {
    auto fields = dkimSignatureFields(message, keys, options);
    if (!fields) return fields;
    const std::string& bytes = *message->bytes();
    const size_t at = message->mboxSeparator() ? bytes.find('\n') + 1 : 0;
    std::string out;
    out.reserve(bytes.size() + fields->size());
    out.append(bytes, 0, at).append(*fields).append(bytes, at);
    return out;
}

} // namespace waypost::auth
