// The search over the body: forms of the hash first, then rewrites, then inserted lines.
#include "auth/dkim_autopsy_search.h"
#include "base/text.h"
#include "mail/mime.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace waypost::auth::autopsy {

namespace {

constexpr size_t shownOctets = 160;
constexpr int trailingLinesTried = 20;

std::string withCrlf(std::string_view in) {
    std::string out;
    out.reserve(in.size() + in.size() / 32);
    for (size_t i = 0; i < in.size(); ++i) {
        if (in[i] == '\n' && (i == 0 || in[i - 1] != '\r')) out += '\r';
        out += in[i];
    }
    return out;
}

const std::map<std::string, std::string, std::less<>>& sentences() {
    static const std::map<std::string, std::string, std::less<>> all = {
        {"trailing-space-added", "White space was added at the ends of lines."},
        {"trailing-space-removed", "White space was removed from the ends of lines."},
        {"tabs-expanded", "Tabs were made spaces."},
        {"spaces-doubled", "Spaces were doubled inside lines."},
        {"line-ends", "Line ends were changed."},
        {"blank-lines-doubled", "An empty line was put behind each line."},
        {"dot-stuffing-left", "Dots that SMTP doubles at the start of a line were left doubled."},
        {"dot-stuffing-signed", "The signer hashed the body after SMTP had doubled the dots at the start of "
                                "lines; the fault is the signer's."},
        {"mbox-quoting", "Lines that begin with \"From \" were quoted with \">\", as mbox files do."},
        {"rewrapped", "Long lines were wrapped."},
        {"unwrapped", "Wrapped lines were joined."},
        {"long-lines-split", "Lines that were too long were split."},
        {"soft-breaks", "Quoted-printable soft line breaks were put into lines."},
        {"links-rewritten", "Links were replaced by those of a mail gateway."},
        {"charset-rewritten", "The text was converted to another charset."},
        {"transfer-encoding", "The transfer encoding was changed."},
        {"white-space",
         "White space was changed: the body fits in the relaxed form, and c= asks for the simple one."},
        {"wrong-canonicalization",
         "The signer hashed the body in the simple form, and c= says relaxed; the fault is the signer's."},
        {"length-ignored", "The signer hashed the whole body and wrote an l= that does not fit it."},
        {"signed-empty-body", "The signer hashed an empty body: the body was added after signing."},
        {"trailing-lines",
         "The signer did not handle the line ends at the end of the body as section 3.4.3 asks."},
        {"footer-appended", "Lines were added at the end of the body."},
        {"banner-prepended", "Lines were added at the start of the body."},
        {"lines-inserted", "Lines were added inside the body."}};
    return all;
}

class BodySearch {
  public:
    BodySearch(DkimAutopsy& out, const mail::HeaderBlock& message, Budget& budget)
        : out_(out), message_(message), budget_(budget),
          raw_(std::string_view(*message.bytes()).substr(message.bodyOffset())), body_(withCrlf(raw_)) {
        const DkimSignature& s = out.check.signature;
        target_ = {s.body, s.algorithm.ends_with("sha1") ? DkimHash::Sha1 : DkimHash::Sha256, s.length,
                   s.bodyHash};
    }

    void run() {
        if (forms() || rewrites(textRewrites()) || rewrites(partRewrites(message_)) || lines()) return;
    }

  private:
    bool trial(const std::string& id, std::string text, bool fitted) {
        out_.tried.push_back({DkimMutation::Part::Body, id, std::move(text), fitted});
        return fitted;
    }

    void name(const std::string& id, std::string_view signedBody, std::string_view detail = {}) {
        DkimMutation m;
        m.id = id;
        m.sentence = sentences().at(id);
        if (!detail.empty()) m.sentence += fmt::format(" ({})", detail);
        std::string text(signedBody);
        if (raw_.find("\r\n") == std::string_view::npos) std::erase(text, '\r');
        describeChange(m, text, raw_, message_.bodyOffset());
        out_.found.push_back(std::move(m));
    }

    // The hash of the body as it is, computed as signers that err compute it.
    bool forms() {
        const bool relaxed = target_.canonicalization == Canonicalization::Relaxed;
        BodyTarget other = target_;
        other.canonicalization = relaxed ? Canonicalization::Simple : Canonicalization::Relaxed;
        budget_.spend(body_.size() * 8);
        if (trial(relaxed ? "wrong-canonicalization" : "white-space",
                  fmt::format("the body hashed in the {} form", canonicalizationName(other.canonicalization)),
                  other.fitsBody(body_))) {
            name(relaxed ? "wrong-canonicalization" : "white-space",
                 canonicalBody(body_, other.canonicalization));
            return true;
        }
        BodyTarget whole = target_;
        whole.length.reset();
        if (target_.length &&
            trial("length-ignored", "the body hashed to its end in spite of l=", whole.fitsBody(body_))) {
            name("length-ignored", raw_);
            return true;
        }
        const bool empty = whole.fits("") || whole.fits("\r\n");
        if (trial("signed-empty-body", "an empty body hashed", empty)) {
            name("signed-empty-body", "");
            return true;
        }
        return lineEnds(whole);
    }

    bool lineEnds(const BodyTarget& whole) {
        std::string canonical = canonicalBody(body_, target_.canonicalization);
        std::string lf = canonical;
        std::erase(lf, '\r');
        if (trial("line-ends", "the body hashed with LF in place of CRLF", whole.fits(lf))) {
            name("line-ends", lf);
            return true;
        }
        bool fitted =
            canonical.size() >= 2 && whole.fits(std::string_view(canonical).substr(0, canonical.size() - 2));
        RunningHash running(target_.hash);
        running.update(canonical);
        for (int i = 0; i < trailingLinesTried && !fitted; ++i) {
            running.update("\r\n");
            fitted = running.value() == target_.digest;
        }
        if (!trial("trailing-lines", "the body hashed with other line ends at its end", fitted)) return false;
        name("trailing-lines", canonical);
        return true;
    }

    bool rewrites(const std::vector<Rewrite>& all) {
        for (const Rewrite& r : all) {
            if (!budget_.spend(body_.size() * 2)) return false;
            const auto candidate = r.undo(body_);
            if (!candidate) continue;
            if (!trial(r.id, r.text, target_.fitsBody(*candidate))) continue;
            name(r.id, *candidate, r.text);
            return true;
        }
        return false;
    }

    bool lines() {
        std::vector<size_t> ends;
        const mail::MimeTree tree = mail::MimeTree::parse(message_.bytes());
        for (const mail::MimePart& p : tree.parts())
            if (!p.isMultipart() && p.body.offset >= message_.bodyOffset() && ends.size() < 20)
                ends.push_back(p.body.end() - message_.bodyOffset());
        const auto found = findInsertedLines(raw_, target_, ends, budget_);
        if (!trial("lines-inserted",
                   "each stretch of lines taken away: at the end, at the start, in the middle",
                   found.has_value()))
            return false;
        const bool atStart = found->from == 0;
        const bool atEnd = found->to >= raw_.size();
        std::string without(raw_.substr(0, found->from));
        without += raw_.substr(found->to);
        name(atEnd ? "footer-appended" : atStart ? "banner-prepended" : "lines-inserted", without);
        DkimMutation& m = out_.found.back();
        m.span = {message_.bodyOffset() + found->from, found->to - found->from};
        m.asReceived = std::string(raw_.substr(found->from, std::min(m.span.length, shownOctets)));
        m.asSigned.clear();
        return true;
    }

    DkimAutopsy& out_;
    const mail::HeaderBlock& message_;
    Budget& budget_;
    std::string_view raw_;
    std::string body_; // with CRLF
    BodyTarget target_;
};

} // namespace

bool BodyTarget::fits(std::string_view canonical) const {
    if (length && canonical.size() < *length) return false;
    if (length) canonical = canonical.substr(0, size_t(*length));
    return dkimDigest(hash, canonical) == digest;
}

bool BodyTarget::fitsBody(std::string_view body) const {
    return fits(canonicalBody(body, canonicalization));
}

void describeChange(DkimMutation& m, std::string_view signedText, std::string_view received, size_t base) {
    size_t from = 0;
    const size_t shorter = std::min(signedText.size(), received.size());
    while (from < shorter && signedText[from] == received[from]) ++from;
    size_t tail = 0;
    while (tail < shorter - from &&
           signedText[signedText.size() - 1 - tail] == received[received.size() - 1 - tail])
        ++tail;
    const size_t was = std::min(signedText.size() - tail - from, shownOctets);
    const size_t is = std::min(received.size() - tail - from, shownOctets);
    m.asSigned = std::string(signedText.substr(from, was));
    m.asReceived = std::string(received.substr(from, is));
    m.span = {base + from, is};
}

void searchBody(DkimAutopsy& out, const mail::HeaderBlock& message, Budget& budget) {
    BodySearch(out, message, budget).run();
}

} // namespace waypost::auth::autopsy
