#include "engine/message_view.h"

#include "auth/authentication_results.h"
#include "base/text.h"
#include "engine/answer_list.h"

#include <fmt/format.h>

#include <algorithm>

namespace waypost::engine {

namespace {

using message::MessageCheck;

static_assert(int(State::Ok) == int(message::StepState::Ok) &&
              int(State::Info) == int(message::StepState::Info) &&
              int(State::Warning) == int(message::StepState::Warning) &&
              int(State::Error) == int(message::StepState::Error) &&
              int(State::Unknown) == int(message::StepState::Unknown) &&
              int(State::Absent) == int(message::StepState::Absent));

constexpr size_t mostText = 2 * 1024 * 1024; // of one part, for the screen

Node leaf(std::string label, std::string value = {}) {
    Node n;
    n.label = std::move(label);
    n.value = std::move(value);
    return n;
}

Node bytesNode(std::string label, std::string value, mail::Span span) {
    Node n = leaf(std::move(label), std::move(value));
    n.raw = 0;
    n.start = int(span.offset);
    n.length = int(span.length);
    return n;
}

Node nodeOf(const message::Item& item, size_t answers) {
    Node n = leaf(text::printable(item.label), text::printable(item.value));
    n.state = State(int(item.state));
    const bool answered = item.answer && *item.answer < answers;
    if (item.bytes.length > 0) {
        n.raw = 0;
        n.start = int(item.bytes.offset);
        n.length = int(item.bytes.length);
    } else if (answered) {
        n.raw = 1 + int(*item.answer);
    }
    for (const message::Item& child : item.children) n.children.push_back(nodeOf(child, answers));
    if (item.bytes.length > 0 && answered) {
        Node answer = leaf("DNS answer");
        answer.raw = 1 + int(*item.answer);
        n.children.push_back(std::move(answer));
    }
    return n;
}

// A failure that only the missing body explains: the hash of the body does not come out, and the signature
// over the headers, where it was looked at, is sound.
bool bodyDecides(const auth::DkimSignatureCheck& s) {
    return s.result == auth::DkimResult::Fail && s.bodyOk == false && s.headerOk != false;
}

bool dkimUnknown(const MessageCheck& check, bool headersOnly) {
    return headersOnly &&
           std::any_of(check.dkim.signatures.begin(), check.dkim.signatures.end(), bodyDecides) &&
           check.dkim.best() != auth::DkimResult::Pass;
}

bool dmarcUnknown(const MessageCheck& check, bool headersOnly) {
    return dkimUnknown(check, headersOnly) && check.dmarc.walk.result == auth::DmarcResult::Fail;
}

// What cannot be known without the body must not read as a failure.
void correct(MessageStep& step, const MessageCheck& check) {
    if (step.id == "dkim") {
        step.state = State::Unknown;
        step.headline = "unknown: only the headers were given, so no body hash can be compared";
    } else if ((step.id == "dmarc" || step.id == "alignment") &&
               check.dmarc.walk.result == auth::DmarcResult::Fail) {
        step.state = State::Unknown;
        step.headline = "unknown: it rests on DKIM, which cannot be judged from headers alone";
    }
}

const char* encodingName(mail::TransferEncoding e) {
    switch (e) {
    case mail::TransferEncoding::Base64: return "base64";
    case mail::TransferEncoding::QuotedPrintable: return "quoted-printable";
    case mail::TransferEncoding::Unknown: return "unknown encoding";
    case mail::TransferEncoding::Identity: break;
    }
    return "not encoded";
}

std::string partText(const mail::MimeTree& tree, const mail::MimePart& part) {
    std::string out;
    if (const auto charset = part.type.parameter("charset")) out += text::printable(*charset) + ", ";
    if (!part.isMultipart()) out += std::string(encodingName(part.encoding)) + ", ";
    out += text::counted(part.body.length, "byte");
    if (!part.disposition.value.empty()) out += ", " + text::printable(part.disposition.value);
    if (const std::string name = tree.fileName(part); !name.empty())
        out += fmt::format(" \"{}\"", text::printable(name));
    if (!part.typeGiven) out += ", type not given";
    if (part.isMultipart() && !part.closed) out += ", never closed";
    if (part.opaque) out += ", not taken apart further";
    return out;
}

std::vector<Node> fieldsOf(const mail::MimePart& part) {
    constexpr size_t shownFields = 200;
    std::vector<Node> out;
    const auto& fields = part.headers.fields();
    for (const mail::HeaderField& f : fields) {
        if (out.size() == shownFields) {
            out.push_back(leaf(fmt::format("and {} more fields", fields.size() - shownFields)));
            break;
        }
        out.push_back(bytesNode(text::printable(part.headers.name(f)),
                                text::printable(part.headers.unfolded(f)), f.whole));
    }
    if (part.body.length > 0)
        out.push_back(bytesNode("body", text::counted(part.body.length, "byte"), part.body));
    return out;
}

void addParts(const mail::MimeTree& tree, const mail::MimePart& part, std::vector<std::vector<Node>>& out) {
    out.push_back(fieldsOf(part));
    for (const int child : part.children)
        if (child >= 0 && size_t(child) < tree.parts().size())
            addParts(tree, tree.parts()[size_t(child)], out);
}

Node partNode(const mail::MimeTree& tree, const mail::MimePart& part) {
    const auto& fields = part.headers.fields();
    const size_t start = fields.empty() ? part.body.offset : fields.front().whole.offset;
    Node n = bytesNode(text::printable(part.type.value), partText(tree, part),
                       {start, part.body.end() > start ? part.body.end() - start : 0});
    if ((part.isMultipart() && !part.closed) || part.opaque) n.state = State::Warning;
    for (const int child : part.children)
        if (child >= 0 && size_t(child) < tree.parts().size())
            n.children.push_back(partNode(tree, tree.parts()[size_t(child)]));
    return n;
}

std::string textOf(const mail::MimeTree& tree, std::string_view type) {
    const mail::MimePart* part = tree.firstOfType(type);
    if (!part) return {};
    std::string out = tree.text(*part).utf8;
    if (out.size() > mostText) out.resize(mostText);
    return out;
}

MessageHop hopOf(const MessageCheck& check, const message::Hop& hop) {
    MessageHop out;
    const mail::Received& r = hop.received;
    out.by = text::printable(r.by.value_or(""));
    const std::string name = r.rdns.value_or(r.helo.value_or(""));
    out.from = text::printable(name + (r.ip ? (name.empty() ? "" : " ") + ("[" + *r.ip + "]") : ""));
    out.with = text::printable(r.with.value_or("")) + (r.tls ? ", " + text::printable(*r.tls) : "");
    out.at = r.date;
    if (hop.delay) out.delayMs = hop.delay->count();
    out.skewed = hop.skewed;
    const auto& fields = check.headers->fields();
    if (hop.field < fields.size()) {
        out.text = text::printable(check.headers->unfolded(fields[hop.field]));
        out.start = int(fields[hop.field].whole.offset);
        out.length = int(fields[hop.field].whole.length);
    }
    return out;
}

std::string detailOf(const auth::AuthMethodResult& r) {
    std::string out;
    for (const auth::AuthProperty& p : r.properties)
        out += (out.empty() ? "" : " ") + fmt::format("{}.{}={}", p.ptype, p.property, p.value);
    if (!r.reason.empty()) out += (out.empty() ? "" : " ") + fmt::format("reason=\"{}\"", r.reason);
    if (!r.comment.empty()) out += (out.empty() ? "" : " ") + fmt::format("({})", r.comment);
    return text::printable(out);
}

// The same thing judged by us: the same method, and for DKIM the same domain and, where both name it,
// selector. Nothing when ours is not unique.
std::string oursFor(const auth::AuthMethodResult& theirs, const auth::AuthenticationResults& ours) {
    std::vector<const auth::AuthMethodResult*> found;
    for (const auth::AuthMethodResult& r : ours.results) {
        if (r.method != theirs.method) continue;
        bool same = true;
        for (const auto& [ptype, name] : {std::pair("header", "d"), std::pair("header", "s")}) {
            const std::string_view a = theirs.property(ptype, name), b = r.property(ptype, name);
            same = same && (a.empty() || b.empty() || text::lowered(a) == text::lowered(b));
        }
        if (same) found.push_back(&r);
    }
    return found.size() == 1 ? found.front()->result : std::string();
}

MessageClaim claimOf(const MessageCheck& check, const MessageCheck::Claimed& claimed,
                     const auth::AuthenticationResults& ours) {
    MessageClaim out;
    out.receiver = text::printable(claimed.results.authservId);
    const auto& fields = check.headers->fields();
    size_t value = 0;
    if (claimed.field < fields.size()) {
        out.start = int(fields[claimed.field].whole.offset);
        out.length = int(fields[claimed.field].whole.length);
        value = fields[claimed.field].value.offset;
    }
    for (const auth::AuthMethodResult& r : claimed.results.results) {
        MessageClaim::Method m;
        m.method = text::printable(r.method);
        m.result = text::printable(r.result);
        m.detail = detailOf(r);
        m.ours = oursFor(r, ours);
        m.differs = !m.ours.empty() && m.ours != m.result;
        if (out.length > 0 &&
            value + r.span.offset + r.span.length <= size_t(out.start) + size_t(out.length)) {
            m.start = int(value + r.span.offset);
            m.length = int(r.span.length);
        }
        out.methods.push_back(std::move(m));
    }
    if (out.methods.empty()) {
        MessageClaim::Method nothing;
        nothing.method = claimed.results.none ? "none" : "unreadable";
        out.methods.push_back(std::move(nothing));
    }
    for (const std::string& d : claimed.differences) out.differences.push_back(d);
    return out;
}

MessageConnection connectionOf(const message::Connection& c) {
    MessageConnection out;
    if (c.ip) out.ip = c.ip->toString();
    out.helo = text::printable(c.helo);
    if (c.mailFromKnown) out.mailFrom = c.mailFrom.empty() ? "<>" : text::printable(c.mailFrom);
    return out;
}

} // namespace

MessageVerdict messageVerdict(const MessageCheck& check, bool headersOnly) {
    // A failure of both ways alone is a failure: where SPF could not be judged, nothing is known.
    const bool fails = check.dmarc.walk.result == auth::DmarcResult::Fail;
    if ((fails && !check.spf) || dmarcUnknown(check, headersOnly)) return {"DMARC not known", State::Unknown};
    switch (check.dmarc.walk.result) {
    case auth::DmarcResult::Pass: return {"DMARC pass", State::Ok};
    case auth::DmarcResult::Fail: return {"DMARC fail", State::Error};
    case auth::DmarcResult::TempError: return {"DMARC temperror", State::Unknown};
    case auth::DmarcResult::PermError: return {"DMARC permerror", State::Error};
    case auth::DmarcResult::None: break;
    }
    return {"no DMARC", State::Warning};
}

namespace {

std::vector<Node> trialNodes(const auth::DkimAutopsy& autopsy) {
    std::vector<Node> out;
    for (const bool fitted : {true, false}) // what fitted stands first
        for (const auth::DkimTrial& t : autopsy.tried) {
            if (t.fitted != fitted) continue;
            Node n = leaf(text::printable(t.text), fitted ? "fits" : "does not fit");
            if (fitted) n.state = State::Ok;
            out.push_back(std::move(n));
        }
    if (autopsy.bounded) {
        Node n = leaf("the search",
                      "was ended by its cap; more may be found by dkim autopsy with a smaller message");
        n.state = State::Unknown;
        out.push_back(std::move(n));
    }
    return out;
}

} // namespace

std::vector<MessageView::Autopsy> autopsyViews(const std::vector<auth::DkimAutopsy>& autopsies) {
    std::vector<MessageView::Autopsy> out;
    for (const auth::DkimAutopsy& a : autopsies) {
        const auth::DkimSignatureCheck& s = a.check;
        if (s.result == auth::DkimResult::Pass || (s.bodyOk != false && s.headerOk != false)) continue;
        MessageView::Autopsy view;
        view.signature = text::printable(s.signature.domain + " " + s.signature.selector);
        view.headline = text::printable(a.conclusion);
        view.tree = trialNodes(a);
        if (a.found.empty()) out.push_back(view);
        for (const auth::DkimMutation& m : a.found) {
            MessageView::Autopsy found = view;
            const bool body = m.part == auth::DkimMutation::Part::Body;
            found.signature += body ? ", body" : ", header";
            found.headline = text::printable(m.sentence);
            found.mutation = m.id;
            found.before = m.asSigned;
            found.after = m.asReceived;
            found.start = int(m.span.offset);
            found.length = int(m.span.length);
            out.push_back(std::move(found));
        }
    }
    return out;
}

MessageView messageView(const MessageCheck& check, bool headersOnly) {
    MessageView out;
    out.connection = connectionOf(check.connection);
    out.origin = check.connection.origin;
    for (const message::Step& s : check.steps) {
        MessageStep step{s.id, s.title, text::printable(s.headline), s.rule, State(int(s.state)), {}};
        for (const message::Item& item : s.items) step.tree.push_back(nodeOf(item, check.answers.size()));
        if (dkimUnknown(check, headersOnly)) correct(step, check);
        out.steps.push_back(std::move(step));
    }
    for (const message::Hop& hop : check.hops) out.hops.push_back(hopOf(check, hop));
    const auto ours = auth::parseAuthenticationResults(check.authenticationResults);
    for (const MessageCheck::Claimed& c : check.claimed) out.claims.push_back(claimOf(check, c, ours));
    if (check.mime) {
        out.mime = partNode(*check.mime, check.mime->root());
        addParts(*check.mime, check.mime->root(), out.parts);
        for (const std::string& problem : check.mime->problems()) {
            Node n = leaf("structure", problem);
            n.state = State::Warning;
            out.mime.children.push_back(std::move(n));
        }
        out.text = textOf(*check.mime, "text/plain");
        out.html = textOf(*check.mime, "text/html");
    }
    for (const dns::Answer& a : check.answers) out.answers.push_back(answerView(a));
    if (check.headers && check.headers->bytes()) out.message.bytes = *check.headers->bytes();
    out.message.title = "Message";
    out.authenticationResults = check.authenticationResults;
    out.json = message::toJson(check, true);
    return out;
}

} // namespace waypost::engine
