#include "dns/names.h"

#include "base/text.h"
#include "dns/name_codec.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <idn2.h>

namespace waypost::dns {

namespace {

constexpr size_t maxNameText = 253;
constexpr size_t maxTypedName = 1024;

std::string_view withoutDot(std::string_view name) {
    if (name.ends_with('.')) name.remove_suffix(1);
    return name;
}

bool isHostLabel(std::string_view label, bool allowUnderscore) {
    if (label.empty() || label.size() > maxLabelOctets || label.front() == '-' || label.back() == '-')
        return false;
    return std::all_of(label.begin(), label.end(),
                       [&](char c) { return text::isAlnum(c) || c == '-' || (allowUnderscore && c == '_'); });
}

} // namespace

std::string normalName(std::string_view name) {
    return text::lowered(withoutDot(name));
}

bool isAskable(std::string_view name) {
    name = withoutDot(name);
    if (name.empty()) return false;
    return nameToLabels(name).has_value();
}

bool isHostName(std::string_view name, bool allowUnderscore) {
    name = withoutDot(name);
    if (name.size() > maxNameText) return false;
    const auto labels = text::split(name, '.');
    if (labels.size() < 2) return false;
    for (auto label : labels)
        if (!isHostLabel(label, allowUnderscore)) return false;
    return !std::all_of(labels.back().begin(), labels.back().end(), text::isDigit);
}

std::string_view parentOf(std::string_view name) {
    name = withoutDot(name);
    const size_t dot = name.find('.');
    return dot == std::string_view::npos ? std::string_view() : name.substr(dot + 1);
}

size_t labelCount(std::string_view name) {
    name = withoutDot(name);
    return name.empty() ? 0 : 1 + size_t(std::count(name.begin(), name.end(), '.'));
}

std::string_view lastLabels(std::string_view name, size_t count) {
    name = withoutDot(name);
    for (size_t have = labelCount(name); have > count; --have) name = parentOf(name);
    return name;
}

bool isAtOrUnder(std::string_view name, std::string_view ancestor) {
    name = withoutDot(name);
    ancestor = withoutDot(ancestor);
    if (name.size() == ancestor.size()) return text::iequals(name, ancestor);
    return name.size() > ancestor.size() && text::iendsWith(name, ancestor) &&
           name[name.size() - ancestor.size() - 1] == '.';
}

std::optional<std::string> reverseName(std::string_view ip) {
    const std::string textForm(ip);
    std::array<unsigned char, 16> bytes{};
    if (inet_pton(AF_INET, textForm.c_str(), bytes.data()) == 1)
        return fmt::format("{}.{}.{}.{}.in-addr.arpa", bytes[3], bytes[2], bytes[1], bytes[0]);
    if (inet_pton(AF_INET6, textForm.c_str(), bytes.data()) != 1) return std::nullopt;
    std::string out;
    for (size_t i = bytes.size(); i-- > 0;) out += fmt::format("{:x}.{:x}.", bytes[i] & 0xf, bytes[i] >> 4);
    return out + "ip6.arpa";
}

Result<std::string> toAscii(std::string_view typed) {
    const std::string name(withoutDot(text::trim(typed)));
    auto refuse = [&](std::string_view why) {
        return fail(ErrorCode::InvalidArgument, "domain name",
                    fmt::format("\"{}\" is not a domain name: {}.",
                                text::printable(std::string_view(name).substr(0, 80)), why));
    };
    if (name.empty()) return refuse("it is empty");
    if (name.size() > maxTypedName || name.find('\0') != std::string::npos)
        return refuse("it is too long or holds a NUL");
    char* out = nullptr;
    const int rc = idn2_to_ascii_8z(name.c_str(), &out, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
    if (rc != IDN2_OK) return refuse(idn2_strerror(rc));
    std::string ascii = text::lowered(out);
    idn2_free(out);
    if (!isHostName(ascii, true))
        return refuse("a name has two or more labels of letters, digits and hyphens");
    return ascii;
}

std::string toUnicode(std::string_view name) {
    std::string in(name);
    if (in.find("xn--") == std::string::npos && in.find("XN--") == std::string::npos) return in;
    char* out = nullptr;
    if (idn2_to_unicode_8z8z(in.c_str(), &out, 0) != IDN2_OK) return in;
    std::string unicode(out);
    idn2_free(out);
    // Only what leads back to the same name: a label libidn2 would not have made stays as it is.
    auto back = toAscii(unicode);
    return back && *back == normalName(in) ? unicode : in;
}

} // namespace waypost::dns
