// Transfer encodings of MIME parts that somebody changed on the way, undone part by part and all together.
#include "auth/dkim_autopsy_search.h"
#include "base/text.h"
#include "mail/mime.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

namespace waypost::auth::autopsy {

namespace {

constexpr size_t maxPartsTried = 20;

using mail::MimePart;
using mail::MimeTree;
using mail::TransferEncoding;

struct Change {
    TransferEncoding from, to;
    std::string word; // of the header, as signed
};

std::string_view shownEncoding(TransferEncoding e) {
    return e == TransferEncoding::Base64            ? "base64"
           : e == TransferEncoding::QuotedPrintable ? "quoted-printable"
                                                    : "8bit";
}

const mail::HeaderField* encodingField(const MimePart& p) {
    return p.headers.first("Content-Transfer-Encoding");
}

std::string encoded(std::string_view plain, TransferEncoding to) {
    if (to == TransferEncoding::Base64) return mail::encodeBase64Lines(plain);
    if (to == TransferEncoding::QuotedPrintable) return mail::encodeQuotedPrintable(plain);
    return std::string(plain);
}

struct Edit {
    mail::Span span; // of the message
    std::string text;
};

// The word in the part's own header, and its body.
void addEdits(std::vector<Edit>& edits, const MimeTree& tree, const MimePart& p, const Change& c,
              size_t bodyAt) {
    const mail::HeaderField* field = encodingField(p);
    if (field && field->whole.offset >= bodyAt) {
        const std::string_view raw = p.headers.rawValue(*field);
        const std::string_view word = text::trim(raw);
        edits.push_back({{field->value.offset + size_t(word.data() - raw.data()), word.size()}, c.word});
    }
    std::string plain = mail::decodeTransfer(tree.raw(p), c.from);
    edits.push_back({p.body, encoded(plain, c.to)});
}

std::optional<std::string> apply(const std::string& bytes, size_t bodyAt, std::vector<Edit> edits) {
    std::sort(edits.begin(), edits.end(),
              [](const Edit& a, const Edit& b) { return a.span.offset < b.span.offset; });
    std::string out;
    size_t at = bodyAt;
    for (const Edit& e : edits) {
        if (e.span.offset < at) return std::nullopt;
        out.append(bytes, at, e.span.offset - at).append(e.text);
        at = e.span.end();
    }
    out.append(bytes, std::min(at, bytes.size()));
    return out;
}

std::vector<int> leavesWith(const MimeTree& tree, TransferEncoding encoding, bool textOnly) {
    std::vector<int> out;
    for (size_t i = 0; i < tree.parts().size() && out.size() < maxPartsTried; ++i) {
        const MimePart& p = tree.parts()[i];
        if (p.isMultipart() || p.isMessage() || p.encoding != encoding || p.body.length == 0) continue;
        if (textOnly && !p.type.value.starts_with("text/")) continue;
        out.push_back(int(i));
    }
    return out;
}

std::vector<Change> changes() {
    using E = TransferEncoding;
    return {{E::QuotedPrintable, E::Identity, "8bit"},
            {E::QuotedPrintable, E::Identity, "7bit"},
            {E::Base64, E::Identity, "8bit"},
            {E::Base64, E::Identity, "7bit"},
            {E::Base64, E::QuotedPrintable, "quoted-printable"},
            {E::QuotedPrintable, E::Base64, "base64"},
            {E::Identity, E::QuotedPrintable, "quoted-printable"},
            {E::Identity, E::Base64, "base64"}};
}

} // namespace

std::vector<Rewrite> partRewrites(const mail::HeaderBlock& message) {
    auto tree = std::make_shared<const MimeTree>(MimeTree::parse(message.bytes()));
    const size_t bodyAt = message.bodyOffset();
    std::vector<Rewrite> out;
    for (const Change& c : changes()) {
        const bool textOnly = c.from == TransferEncoding::Identity;
        const auto leaves = leavesWith(*tree, c.from, textOnly);
        auto add = [&](const std::vector<int>& parts, const std::string& which) {
            auto undo = [tree, bodyAt, c, parts](std::string_view) -> std::optional<std::string> {
                std::vector<Edit> edits;
                for (int i : parts) addEdits(edits, *tree, tree->parts()[size_t(i)], c, bodyAt);
                return apply(*tree->root().headers.bytes(), bodyAt, std::move(edits));
            };
            out.push_back({"transfer-encoding",
                           fmt::format("{} put back from {} to {}", which, shownEncoding(c.from), c.word),
                           undo});
        };
        if (leaves.size() > 1) add(leaves, "all parts");
        for (int i : leaves) add({i}, fmt::format("part {}", i));
    }
    return out;
}

} // namespace waypost::auth::autopsy
