#include "auth/spf_flatten.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <expected>

namespace waypost::auth {

namespace {

constexpr size_t maxStringOctets = 255;  // RFC 1035 section 3.3
constexpr size_t safeRecordOctets = 450; // RFC 7208 section 3.4: the answer then fits 512 octets

std::string_view sign(Qualifier q) {
    switch (q) {
    case Qualifier::Pass: return "";
    case Qualifier::Fail: return "-";
    case Qualifier::SoftFail: return "~";
    case Qualifier::Neutral: return "?";
    }
    return "";
}

class Flattener {
  public:
    explicit Flattener(const SpfTree& tree) : tree_(tree) {}

    SpfFlattened run() {
        out_.lookupsBefore = tree_.root().cost;
        if (tree_.root().state != SpfTreeNode::State::Record)
            return impossible("There is no single SPF record.");
        if (tree_.couldNotLook) return impossible("A part of the record could not be looked up.");
        if (tree_.loop) return impossible("The record includes itself.");
        if (tree_.broken) return impossible("The record, or one that it includes, has a fault.");
        node(tree_.root(), false);
        endRun();
        for (const std::string& tail : tail_) words_.push_back(tail);
        out_.record = text::join(words_, " ");
        out_.strings = spfStrings(out_.record);
        price();
        return std::move(out_);
    }

  private:
    // Terms of one qualifier that follow each other: their order does not matter.
    struct Run {
        Qualifier qualifier = Qualifier::Pass;
        std::vector<IpNetwork> networks;
        std::vector<std::string> terms;
    };
    using Passing = std::expected<std::vector<IpNetwork>, std::string>;

    SpfFlattened impossible(std::string why) {
        out_.why = std::move(why);
        return std::move(out_);
    }

    void endRun() {
        const auto networks = merged(std::move(run_.networks));
        for (const IpNetwork& n : networks) words_.push_back(std::string(sign(run_.qualifier)) + n.term());
        for (const std::string& t : run_.terms) words_.push_back(t);
        run_ = {};
    }

    // The terms of the domain's own record, or of the one it redirects to.
    void node(const SpfTreeNode& n, bool redirected) {
        for (const SpfTreeTerm& t : n.terms) {
            if (t.unreachable) continue;
            if (t.term.kind == TermKind::Redirect) {
                redirect(t);
            } else if (t.term.kind == TermKind::Exp || t.term.kind == TermKind::UnknownModifier) {
                tail_.push_back(t.written);
            } else {
                if (t.term.qualifier != run_.qualifier) endRun();
                run_.qualifier = t.term.qualifier;
                mechanism(t, redirected);
            }
        }
    }

    void mechanism(const SpfTreeTerm& t, bool redirected) {
        switch (t.term.kind) {
        case TermKind::Ip4:
        case TermKind::Ip6:
            run_.networks.insert(run_.networks.end(), t.networks.begin(), t.networks.end());
            return;
        case TermKind::Include: return include(t);
        case TermKind::All: run_.terms.push_back(t.written); return;
        default: out_.lookupsAfter += t.cost;
        }
        // A term without a domain means the one whose record it stood in.
        run_.terms.push_back(redirected ? explicitTerm(t) : t.written);
    }

    static std::string explicitTerm(const SpfTreeTerm& t) {
        std::string out =
            std::string(sign(t.term.qualifier)) + std::string(termName(t.term.kind)) + ":" + t.target;
        if (t.term.kind == TermKind::Exists) return out;
        if (t.term.prefix4 != 32) out += fmt::format("/{}", t.term.prefix4);
        if (t.term.prefix6 != 128) out += fmt::format("//{}", t.term.prefix6);
        return out;
    }

    void include(const SpfTreeTerm& t) {
        std::vector<const SpfTreeNode*> read;
        Passing passing = t.child ? passingOf(tree_.nodes[*t.child], read)
                                  : std::unexpected(std::string("It depends on the message."));
        if (!passing) {
            out_.kept.push_back({t.written, passing.error()});
            out_.lookupsAfter += t.cost;
            run_.terms.push_back(t.written);
            return;
        }
        run_.networks.insert(run_.networks.end(), passing->begin(), passing->end());
        copied(read, merged(*passing).size());
    }

    void redirect(const SpfTreeTerm& t) {
        const SpfTreeNode* target = t.child ? &tree_.nodes[*t.child] : nullptr;
        const bool plain =
            target && std::all_of(target->terms.begin(), target->terms.end(), [](const auto& e) {
                return e.unreachable ||
                       (!e.dynamic && e.term.kind != TermKind::Ptr && e.term.macro.parts.size() <= 1);
            });
        if (!plain) {
            out_.kept.push_back(
                {t.written, "The record it leads to depends on the message or on its domain."});
            out_.lookupsAfter += t.cost;
            tail_.push_back(t.written);
            return;
        }
        // Section 6.2: the explanation is that of the record which decides.
        std::erase_if(tail_, [](const std::string& w) { return text::istartsWith(w, "exp="); });
        copied({target}, target->networks.size());
        node(*target, true);
    }

    // What passes in an included record, or why that cannot be said as networks.
    Passing passingOf(const SpfTreeNode& n, std::vector<const SpfTreeNode*>& read) {
        std::vector<IpNetwork> networks;
        bool refused = false;
        read.push_back(&n);
        for (const SpfTreeTerm& t : n.terms) {
            const TermKind kind = t.term.kind;
            if (t.unreachable || kind == TermKind::Exp || kind == TermKind::UnknownModifier) continue;
            if (t.term.qualifier != Qualifier::Pass) {
                refused = true;
                continue;
            }
            if (kind == TermKind::All)
                return std::unexpected(std::string("The record it leads to lets every address pass."));
            if (refused && kind != TermKind::Redirect)
                return std::unexpected(
                    std::string("The record it leads to refuses some addresses before it takes others."));
            if (t.dynamic || kind == TermKind::Ptr || kind == TermKind::Exists)
                return std::unexpected(
                    std::string("The record it leads to decides by more than the address."));
            if (kind == TermKind::Include || kind == TermKind::Redirect) {
                if (refused || !t.child)
                    return std::unexpected(
                        std::string("The record it leads to decides by more than the address."));
                Passing below = passingOf(tree_.nodes[*t.child], read);
                if (!below) return below;
                networks.insert(networks.end(), below->begin(), below->end());
            } else {
                networks.insert(networks.end(), t.networks.begin(), t.networks.end());
                for (size_t a : t.answers) noteTtl(tree_.answers[a]);
            }
        }
        return networks;
    }

    void copied(const std::vector<const SpfTreeNode*>& read, size_t networks) {
        out_.networks += networks;
        for (const SpfTreeNode* n : read) {
            if (std::find(out_.copied.begin(), out_.copied.end(), n->domain) == out_.copied.end())
                out_.copied.push_back(n->domain);
            if (n->answer != SIZE_MAX) noteTtl(tree_.answers[n->answer]);
        }
    }
    void noteTtl(const dns::Answer& a) {
        if (!a.ok()) return;
        out_.shortestTtl = hasTtl_ ? std::min(out_.shortestTtl, a.ttl()) : a.ttl();
        hasTtl_ = true;
    }

    void price() {
        if (out_.copied.empty()) {
            out_.price = "Nothing could be replaced: the record is as good as it was.";
            return;
        }
        out_.price =
            fmt::format("{} of {} {} copied. When they change there, nothing tells this record: mail from "
                        "new servers fails, and "
                        "given-up addresses keep the right to send, until it is made again; look at least "
                        "every {} s. Lookups fall "
                        "from {} to {}. The record has {}{}.",
                        text::counted(out_.networks, "network"), text::join(out_.copied, ", "),
                        out_.networks == 1 ? "is" : "are", std::max<std::uint32_t>(out_.shortestTtl, 1),
                        out_.lookupsBefore, out_.lookupsAfter, text::counted(out_.record.size(), "octet"),
                        out_.record.size() > safeRecordOctets
                            ? fmt::format(" in {}: above {} the answer may not fit one datagram, and some "
                                          "receivers then get none",
                                          text::counted(out_.strings.size(), "string"), safeRecordOctets)
                            : std::string());
    }

    const SpfTree& tree_;
    SpfFlattened out_;
    Run run_;
    std::vector<std::string> words_{"v=spf1"};
    std::vector<std::string> tail_; // modifiers
    bool hasTtl_ = false;
};

} // namespace

SpfFlattened flattenSpf(const SpfTree& tree) {
    return Flattener(tree).run();
}

std::vector<std::string> spfStrings(std::string_view record) {
    std::vector<std::string> out;
    while (record.size() > maxStringOctets) {
        size_t cut = record.rfind(' ', maxStringOctets - 1);
        cut = cut == std::string_view::npos ? maxStringOctets : cut + 1;
        out.emplace_back(record.substr(0, cut));
        record.remove_prefix(cut);
    }
    out.emplace_back(record);
    return out;
}

} // namespace waypost::auth
