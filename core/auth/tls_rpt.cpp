#include "auth/tls_rpt.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace waypost::auth {

namespace {

constexpr std::string_view version = "v=TLSRPTv1";
constexpr size_t shownBytes = 60;

std::string shown(std::string_view foreign) {
    return text::printable(foreign.substr(0, shownBytes));
}

// *WSP ";" *WSP: no line ends.
std::string_view trimBlanks(std::string_view in) {
    while (!in.empty() && (in.front() == ' ' || in.front() == '\t')) in.remove_prefix(1);
    while (!in.empty() && (in.back() == ' ' || in.back() == '\t')) in.remove_suffix(1);
    return in;
}

bool isFieldName(std::string_view name) {
    constexpr size_t longest = 32;
    if (name.empty() || name.size() > longest || !text::isAlnum(name.front())) return false;
    return std::all_of(name.begin(), name.end(),
                       [](char c) { return text::isAlnum(c) || c == '_' || c == '-' || c == '.'; });
}

void readAddresses(std::string_view value, TlsRptRecord& out) {
    out.rua = parseReportUris(value);
    if (out.rua.empty()) out.problems.emplace_back("rua= names no address.");
    for (const ReportUri& u : out.rua) {
        if (!u.valid)
            out.problems.push_back(
                fmt::format("\"{}\" in rua= is neither a mailto: nor an https: address.", shown(u.uri)));
        // Section 3: "!" must be percent-encoded; the size suffix of old DMARC has no place here.
        else if (!u.sizeLimit.empty() || u.uri.find('!') != std::string::npos)
            out.problems.push_back(
                fmt::format("\"{}\" in rua= has a \"!\"; it must be written %21.", shown(u.uri)));
    }
}

} // namespace

bool isTlsRptRecord(std::string_view txt) {
    return txt.starts_with(version) && trimBlanks(txt.substr(version.size())).starts_with(';');
}

TlsRptRecord parseTlsRpt(std::string_view txt) {
    TlsRptRecord out;
    out.text = std::string(txt);
    if (!isTlsRptRecord(txt)) {
        out.problems.emplace_back("It does not begin with \"v=TLSRPTv1;\".");
        return out;
    }
    std::string_view rest = trimBlanks(txt.substr(version.size()));
    rest.remove_prefix(1);
    const auto fields = text::split(rest, ';');
    if (fields.size() > maxTags) {
        out.problems.push_back(fmt::format("There are more than {} fields.", maxTags));
        return out;
    }
    bool sawRua = false;
    for (size_t i = 0; i < fields.size(); ++i) {
        const std::string_view field = trimBlanks(fields[i]);
        if (field.empty()) {
            if (i + 1 != fields.size())
                out.problems.emplace_back("There is an empty field between two semicolons.");
            continue;
        }
        const size_t equals = field.find('=');
        const std::string_view name = field.substr(0, equals);
        if (equals == std::string_view::npos || !isFieldName(name)) {
            out.problems.push_back(fmt::format("\"{}\" is not \"name=value\".", shown(field)));
        } else if (name != "rua") {
            out.unknownFields.emplace_back(name);
        } else if (sawRua) {
            out.problems.emplace_back("rua= stands more than once.");
        } else {
            sawRua = true;
            readAddresses(field.substr(equals + 1), out);
        }
    }
    if (!sawRua) out.problems.emplace_back("There is no rua=.");
    return out;
}

} // namespace waypost::auth
