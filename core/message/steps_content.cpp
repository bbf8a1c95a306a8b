// MIME structure, what the parts are, and size. Nothing is rendered, nothing is fetched.
#include "base/text.h"
#include "message/steps.h"

#include <fmt/format.h>

#include <algorithm>

namespace waypost::message {

namespace {

constexpr size_t commonSizeLimit = 25U * 1024 * 1024; // what the large mailbox providers take
constexpr size_t maxListed = 50;

mail::Span spanOf(const mail::MimePart& p) {
    const auto& fields = p.headers.fields();
    const size_t start = fields.empty() ? p.body.offset : fields.front().whole.offset;
    return {start, p.body.end() - start};
}

bool isExecutable(std::string_view name) {
    static constexpr std::string_view endings[] = {".exe", ".scr", ".com", ".bat", ".cmd", ".js",
                                                   ".jse", ".vbs", ".vbe", ".wsf", ".ps1", ".msi",
                                                   ".jar", ".lnk", ".hta", ".iso"};
    return std::any_of(std::begin(endings), std::end(endings),
                       [&](std::string_view e) { return text::iendsWith(name, e); });
}

bool hasEightBit(std::string_view in) {
    return std::any_of(in.begin(), in.end(), [](char c) { return static_cast<unsigned char>(c) > 127; });
}

struct Found {
    bool plain = false, html = false;
    size_t attachments = 0;
};

void lookAtPart(Step& s, const mail::MimeTree& tree, const mail::MimePart& p, Found& found) {
    const bool attached = p.disposition.value == "attachment";
    if (p.type.value == "text/plain" && !attached) found.plain = true;
    if (p.type.value == "text/html" && !attached) found.html = true;
    const std::string file = tree.fileName(p);
    if (attached || (!file.empty() && !p.isMultipart())) ++found.attachments;
    std::string fault;
    StepState state = StepState::Warning;
    if (isExecutable(file)) {
        fault = fmt::format("the attachment \"{}\" is of a kind that receivers refuse", file);
        state = StepState::Error;
    } else if (p.isMultipart() && !p.closed) {
        fault = "the final boundary is missing (RFC 2046 section 5.1.1)";
    } else if (p.isMultipart() && !p.type.parameter("boundary")) {
        fault = "a multipart without a boundary (RFC 2046 section 5.1)";
        state = StepState::Error;
    } else if (p.encoding == mail::TransferEncoding::Unknown) {
        fault = "the transfer encoding is not known (RFC 2045 section 6)";
    } else if (p.opaque) {
        fault = "was not taken apart any further";
    } else if (!p.isMultipart() && !p.isMessage() && p.encoding == mail::TransferEncoding::Identity &&
               hasEightBit(tree.raw(p)) &&
               !text::iequals(text::trim(p.headers.value("Content-Transfer-Encoding").value_or("")),
                              "8bit") &&
               !text::iequals(text::trim(p.headers.value("Content-Transfer-Encoding").value_or("")),
                              "binary")) {
        fault = "8-bit characters, and the transfer encoding does not say so (RFC 2045 section 2.8)";
    }
    if (s.items.size() >= maxListed) return;
    Item i = item(text::printable(p.type.value), text::counted(p.body.length, "byte"),
                  fault.empty() ? StepState::Info : state);
    if (!file.empty()) i.value += ", " + text::printable(file);
    if (!fault.empty()) i.value += ": " + text::printable(fault);
    i.bytes = spanOf(p);
    s.items.push_back(std::move(i));
}

} // namespace

Step contentStep(const StepInput& in) {
    Step s{"content", "Content", StepState::Ok, {}, {}, {}};
    s.rule =
        "Parts are of known types and encodings, text has a plain form beside HTML, nothing is executable "
        "(RFC 2045, RFC 2046 section 5.1.4).";
    const mail::MimeTree& tree = *in.check.mime;
    Found found;
    for (const auto& p : tree.parts()) lookAtPart(s, tree, p, found);
    for (const auto& problem : tree.problems())
        s.items.push_back(item("structure", text::printable(problem), StepState::Warning));
    const auto& headers = *in.check.headers;
    if (fieldOf(headers, "Content-Type") && !fieldOf(headers, "MIME-Version"))
        s.items.push_back(
            item("MIME-Version", "is missing beside Content-Type (RFC 2045 section 4)", StepState::Warning));
    if (found.html && !found.plain)
        s.items.push_back(item("plain text", "HTML has no plain form beside it", StepState::Warning));
    if (!fieldOf(headers, "Subject") || text::trim(*headers.value("Subject")).empty())
        s.items.push_back(item("Subject", "is empty or missing", StepState::Warning));
    const size_t size = headers.bytes()->size();
    s.items.push_back(item("size", text::counted(size, "byte"),
                           size > commonSizeLimit ? StepState::Warning : StepState::Info));
    const StepState state = worst(s.items);
    s.state = state == StepState::Info ? StepState::Ok : state;
    const auto odd = std::count_if(s.items.begin(), s.items.end(), [](const Item& i) {
        return i.state == StepState::Warning || i.state == StepState::Error;
    });
    s.headline = fmt::format("{}, {}{}", text::counted(tree.parts().size(), "part"),
                             text::counted(found.attachments, "attachment"),
                             odd ? ", " + text::counted(std::uint64_t(odd), "note") : "");
    return s;
}

} // namespace waypost::message
