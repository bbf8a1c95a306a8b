#include "dns/name_codec.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace waypost::dns {

namespace {

constexpr std::string_view stage = "dns name";
constexpr size_t maxPointerOffset = 0x3fff;

std::unexpected<Error> bad(std::string text) {
    return fail(ErrorCode::InvalidArgument, std::string(stage), std::move(text));
}

std::unexpected<Error> corrupt(std::string text) {
    return fail(ErrorCode::Corrupt, std::string(stage), std::move(text));
}

// One octet of a text label at `at`, which moves on; nothing for a broken escape.
std::optional<char> readOctet(std::string_view name, size_t& at) {
    if (name[at] != '\\') return name[at++];
    if (++at >= name.size()) return std::nullopt;
    if (!text::isDigit(name[at])) return name[at++];
    if (at + 3 > name.size()) return std::nullopt;
    auto number = text::parseUnsigned(name.substr(at, 3));
    if (!number || *number > 255) return std::nullopt;
    at += 3;
    return char(*number);
}

// Stands for itself in text form.
bool isPlain(char c) {
    return c > ' ' && c <= '~' && c != '.' && c != '\\';
}

void appendEscaped(std::string& out, std::string_view label) {
    for (char c : label) {
        if (isPlain(c))
            out += c;
        else
            out += fmt::format("\\{:03}", unsigned(static_cast<unsigned char>(c)));
    }
}

} // namespace

Result<std::vector<std::string>> nameToLabels(std::string_view name) {
    std::vector<std::string> labels;
    if (name.empty() || name == ".") return labels;
    size_t octets = 1;
    std::string label;
    auto finish = [&]() -> std::string {
        if (label.empty()) return fmt::format("\"{}\" has an empty label.", text::printable(name));
        if (label.size() > maxLabelOctets)
            return fmt::format("\"{}\" has a label of {} octets, more than the {} allowed.",
                               text::printable(name), label.size(), maxLabelOctets);
        octets += label.size() + 1;
        if (octets > maxNameOctets)
            return fmt::format("\"{}\" is longer than the {} octets allowed for a name.",
                               text::printable(name.substr(0, 80)), maxNameOctets);
        labels.push_back(std::move(label));
        label.clear();
        return {};
    };
    size_t at = 0;
    while (at < name.size()) {
        if (name[at] != '.') {
            auto octet = readOctet(name, at);
            if (!octet) return bad(fmt::format("\"{}\" has a broken escape.", text::printable(name)));
            label += *octet;
            continue;
        }
        ++at;
        if (auto problem = finish(); !problem.empty()) return bad(std::move(problem));
        if (at == name.size()) return labels;
    }
    if (auto problem = finish(); !problem.empty()) return bad(std::move(problem));
    return labels;
}

std::string labelsToName(const std::vector<std::string>& labels) {
    std::string out;
    for (const auto& label : labels) {
        if (!out.empty()) out += '.';
        appendEscaped(out, label);
    }
    return out;
}

namespace {

// A name while it is read: on the stack, so that the text is allocated once and at its size.
class NameText {
  public:
    void dot() {
        if (size_ > 0) text_[size_++] = '.';
    }
    void label(std::string_view octets) {
        for (char c : octets) {
            if (isPlain(c))
                text_[size_++] = c;
            else
                escape(static_cast<unsigned char>(c));
        }
    }
    [[nodiscard]] std::string text() const { return {text_.data(), size_}; }

  private:
    void escape(unsigned octet) {
        text_[size_++] = '\\';
        text_[size_++] = char('0' + octet / 100);
        text_[size_++] = char('0' + octet / 10 % 10);
        text_[size_++] = char('0' + octet % 10);
    }

    std::array<char, 4 * maxNameOctets> text_; // NOLINT(cppcoreguidelines-pro-type-member-init): on purpose
    size_t size_ = 0;
};

} // namespace

Result<ReadName> readName(std::string_view message, size_t offset) {
    NameText text;
    size_t next = 0;
    size_t at = offset;
    size_t octets = 1;
    int hops = 0;
    bool jumped = false;
    while (true) {
        if (at >= message.size())
            return corrupt(fmt::format("A name at octet {} runs past the end.", offset));
        const auto length = static_cast<unsigned char>(message[at]);
        if ((length & 0xc0) == 0xc0) {
            if (at + 1 >= message.size())
                return corrupt(fmt::format("A name at octet {} ends in half a pointer.", offset));
            const size_t target = size_t(length & 0x3f) << 8 | static_cast<unsigned char>(message[at + 1]);
            if (!jumped) next = at + 2;
            jumped = true;
            // Only backwards: a pointer to itself or forwards is a loop or a trick.
            if (target >= at)
                return corrupt(fmt::format("A name at octet {} points forwards or at itself.", offset));
            if (++hops > maxPointerHops)
                return corrupt(fmt::format("A name at octet {} has more than {} compression pointers.",
                                           offset, maxPointerHops));
            at = target;
            continue;
        }
        if (length > maxLabelOctets)
            return corrupt(fmt::format("A name at octet {} has a label of unknown kind.", offset));
        if (length == 0) return ReadName{text.text(), jumped ? next : at + 1};
        if (at + 1 + length > message.size())
            return corrupt(fmt::format("A label at octet {} runs past the end.", at));
        octets += size_t(length) + 1;
        if (octets > maxNameOctets)
            return corrupt(
                fmt::format("A name at octet {} is longer than {} octets.", offset, maxNameOctets));
        text.dot();
        text.label(message.substr(at + 1, length));
        at += 1 + size_t(length);
    }
}

bool appendPlainName(std::string& out, std::string_view name) {
    const size_t before = out.size();
    if (name.ends_with('.')) name.remove_suffix(1);
    if (name.size() + 2 > maxNameOctets) return false;
    size_t lengthAt = out.size();
    out += '\0';
    for (char c : name) {
        if (c != '.' && isPlain(c)) {
            out += c;
            continue;
        }
        const size_t length = out.size() - lengthAt - 1;
        if (c != '.' || length == 0 || length > maxLabelOctets) break;
        out[lengthAt] = char(length);
        lengthAt = out.size();
        out += '\0';
    }
    const size_t length = out.size() - lengthAt - 1;
    if (length > 0 && length <= maxLabelOctets && out.size() - before == name.size() + 1) {
        out[lengthAt] = char(length);
        out += '\0';
        return true;
    }
    out.resize(before);
    return false;
}

bool sameName(std::string_view a, std::string_view b) {
    if (a.find('\\') != a.npos || b.find('\\') != b.npos) return canonicalName(a) == canonicalName(b);
    if (a.ends_with('.')) a.remove_suffix(1);
    if (b.ends_with('.')) b.remove_suffix(1);
    // An octet that has to be escaped may stand as it is in one of them.
    auto plain = [](char c) { return c == '.' || isPlain(c); };
    if (text::iequals(a, b)) return true;
    if (std::ranges::all_of(a, plain) && std::ranges::all_of(b, plain)) return false;
    return canonicalName(a) == canonicalName(b);
}

std::string canonicalName(std::string_view name) {
    auto labels = nameToLabels(name);
    return text::lowered(labels ? labelsToName(*labels) : std::string(name));
}

Result<void> NameWriter::write(std::string& out, std::string_view name) {
    auto labels = nameToLabels(name);
    if (!labels) return fail(labels.error());
    for (size_t i = 0; i < labels->size(); ++i) {
        std::string suffix;
        for (size_t j = i; j < labels->size(); ++j) {
            suffix += char((*labels)[j].size());
            suffix += text::lowered((*labels)[j]);
        }
        if (auto known = offsets_.find(suffix); known != offsets_.end()) {
            out += char(0xc0 | known->second >> 8);
            out += char(known->second & 0xff);
            return {};
        }
        if (out.size() <= maxPointerOffset) offsets_.emplace(std::move(suffix), std::uint16_t(out.size()));
        out += char((*labels)[i].size());
        out += (*labels)[i];
    }
    out += '\0';
    return {};
}

Result<void> NameWriter::writePlain(std::string& out, std::string_view name) {
    auto labels = nameToLabels(name);
    if (!labels) return fail(labels.error());
    for (const auto& label : *labels) {
        out += char(label.size());
        out += label;
    }
    out += '\0';
    return {};
}

} // namespace waypost::dns
