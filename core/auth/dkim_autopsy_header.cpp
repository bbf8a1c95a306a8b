// The search over the header: with an RSA key the signed digest is recovered from b=, so that each trial is
// one hash; with Ed25519 each trial is a verification.
#include "auth/dkim_autopsy_edits.h"
#include "auth/dkim_autopsy_search.h"
#include "auth/dkim_canon.h"
#include "auth/dkim_header.h"
#include "auth/dkim_verify.h"
#include "base/text.h"

#include <algorithm>

namespace waypost::auth::autopsy {

namespace {

constexpr size_t maxPairs = 60; // edits tried two by two and three by three

class HeaderSearch {
  public:
    HeaderSearch(DkimAutopsy& out, std::shared_ptr<const mail::HeaderBlock> message, DkimKeys keys,
                 Budget& budget)
        : out_(out), message_(std::move(message)), keys_(std::move(keys)), budget_(budget),
          s_(out.check.signature), own_(out.check.field) {}

    void run() {
        for (const auto& k : keys_.records)
            if (k->key && !wanted_) wanted_ = k->key->signedDigest(hashOf(s_), s_.signature);
        if (!wanted_ && s_.algorithm.starts_with("rsa")) return otherKey();
        const auto edits = headerEdits(*message_, s_, own_);
        if (signerForms() || singles(edits) || several(edits)) return;
    }

  private:
    // b= does not even open with the published key: no change of the header makes that.
    void otherKey() {
        out_.tried.push_back(
            {DkimMutation::Part::Header, "other-key", "b= opened with the published key", true});
        DkimMutation m;
        m.part = DkimMutation::Part::Header;
        m.id = "other-key";
        m.sentence = "b= was made with another key than the published one, or was damaged itself.";
        const auto& field = message_->fields()[own_];
        m.span = {field.value.offset + s_.signatureSpan.offset, s_.signatureSpan.length};
        m.asReceived = std::string(message_->view(m.span)).substr(0, 160);
        out_.found.push_back(std::move(m));
    }

    bool fits(std::string_view input) {
        if (!budget_.check() || !budget_.spend(input.size())) return false;
        const std::string digest = dkimDigest(hashOf(s_), input);
        return wanted_ ? digest == *wanted_ : tryKeys(keys_, s_, digest).verified;
    }

    std::string fieldAs(size_t f, const std::vector<const HeaderEdit*>& edits) const {
        for (const HeaderEdit* e : edits)
            if (e->kind == HeaderEdit::Kind::Replace && e->field == f) return e->text;
        return std::string(fieldText(*message_, message_->fields()[f]));
    }

    // The instance of each name of h= that is left, from the bottom up, each as it was by `edits`.
    std::string input(const std::vector<const HeaderEdit*>& edits, Canonicalization kind,
                      bool topDown = false) const {
        std::string out;
        std::vector<bool> used(message_->fields().size(), false);
        used[own_] = true;
        for (const HeaderEdit* e : edits)
            if (e->kind == HeaderEdit::Kind::Drop) used[e->field] = true;
        for (const std::string& name : s_.headers) {
            auto instances = topDown ? message_->topDown(name) : message_->bottomUp(name);
            const auto left =
                std::find_if(instances.begin(), instances.end(), [&](const mail::HeaderField* f) {
                    return !used[size_t(f - message_->fields().data())];
                });
            if (left != instances.end()) {
                const auto f = size_t(*left - message_->fields().data());
                used[f] = true;
                appendCanonicalField(out, fieldAs(f, edits), kind);
                continue;
            }
            for (const HeaderEdit* e : edits)
                if (e->kind == HeaderEdit::Kind::Add && text::istartsWith(e->text, name + ":"))
                    appendCanonicalField(out, e->text, kind);
        }
        appendSignatureField(out, *message_, message_->fields()[own_], s_.signatureSpan, kind);
        return out;
    }

    void name(const HeaderEdit& e) {
        DkimMutation m;
        m.part = DkimMutation::Part::Header;
        m.id = e.id;
        m.sentence = e.sentence;
        if (e.kind == HeaderEdit::Kind::Replace) {
            const auto& f = message_->fields()[e.field];
            describeChange(m, e.text, fieldText(*message_, f), f.whole.offset);
        } else if (e.kind == HeaderEdit::Kind::Drop) {
            m.span = message_->fields()[e.field].whole;
            m.asReceived = std::string(message_->view(m.span)).substr(0, 160);
        } else {
            m.span = {message_->bodyOffset(), 0};
            m.asSigned = e.text;
        }
        out_.found.push_back(std::move(m));
    }

    void nameForm(const char* id, const char* sentence) {
        DkimMutation m;
        m.part = DkimMutation::Part::Header;
        m.id = id;
        m.sentence = sentence;
        m.span = message_->fields()[own_].whole;
        out_.found.push_back(std::move(m));
    }

    bool trial(const std::string& id, std::string text, bool fitted) {
        out_.tried.push_back({DkimMutation::Part::Header, id, std::move(text), fitted});
        return fitted;
    }

    // The header as it is, hashed as signers that err hash it.
    bool signerForms() {
        const bool relaxed = s_.header == Canonicalization::Relaxed;
        const auto other = relaxed ? Canonicalization::Simple : Canonicalization::Relaxed;
        if (trial("header-white-space", "the header hashed in the other form", fits(input({}, other)))) {
            nameForm("header-white-space",
                     relaxed
                         ? "The signer hashed the header in the simple form, and c= says relaxed; the fault "
                           "is the signer's."
                         : "White space or folding of the header was changed: it fits in the relaxed form.");
            return true;
        }
        if (trial("instances-top-down", "repeated fields taken from the top",
                  fits(input({}, s_.header, true)))) {
            nameForm("instances-top-down",
                     "Repeated fields were hashed from the top down, or their order was changed.");
            return true;
        }
        if (trial("signature-line-end", "the signature field hashed with its CRLF",
                  fits(input({}, s_.header) + "\r\n"))) {
            nameForm("signature-line-end",
                     "The signer hashed the line end of its own field; the fault is the signer's.");
            return true;
        }
        return false;
    }

    bool tryEdits(const std::vector<const HeaderEdit*>& edits) {
        if (!fits(input(edits, s_.header))) return false;
        for (const HeaderEdit* e : edits) name(*e);
        return true;
    }

    bool singles(const std::vector<HeaderEdit>& edits) {
        for (const HeaderEdit& e : edits)
            if (trial(e.id, e.tried, tryEdits({&e}))) return true;
        return false;
    }

    static bool clash(const HeaderEdit& a, const HeaderEdit& b) {
        return a.kind != HeaderEdit::Kind::Add && b.kind != HeaderEdit::Kind::Add && a.field == b.field;
    }

    // What lists do together: a tag in the subject, another From, fields added.
    bool several(const std::vector<HeaderEdit>& edits) {
        const size_t n = std::min(edits.size(), maxPairs);
        bool fitted = false;
        for (size_t i = 0; i < n && !fitted; ++i)
            for (size_t j = i + 1; j < n && !fitted; ++j)
                fitted = !clash(edits[i], edits[j]) && tryEdits({&edits[i], &edits[j]});
        const size_t few = std::min(n, size_t(24));
        for (size_t i = 0; i < few && !fitted; ++i)
            for (size_t j = i + 1; j < few && !fitted; ++j)
                for (size_t k = j + 1; k < few && !fitted; ++k)
                    fitted = !clash(edits[i], edits[j]) && !clash(edits[i], edits[k]) &&
                             !clash(edits[j], edits[k]) && tryEdits({&edits[i], &edits[j], &edits[k]});
        return trial("several", "these two and three together", fitted);
    }

    DkimAutopsy& out_;
    std::shared_ptr<const mail::HeaderBlock> message_;
    DkimKeys keys_;
    Budget& budget_;
    const DkimSignature& s_;
    size_t own_;
    std::optional<std::string> wanted_; // the digest that was signed
};

} // namespace

void searchHeader(DkimAutopsy& out, const std::shared_ptr<const mail::HeaderBlock>& message,
                  const dns::Answer& keys, Budget& budget) {
    HeaderSearch(out, message, dkimKeysFrom(keys), budget).run();
}

} // namespace waypost::auth::autopsy
