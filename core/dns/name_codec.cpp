#include "dns/name_codec.h"

#include "base/text.h"

#include <fmt/format.h>

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

void appendEscaped(std::string& out, std::string_view label) {
    for (char c : label) {
        if (c > ' ' && c <= '~' && c != '.' && c != '\\')
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

Result<ReadName> readName(std::string_view message, size_t offset) {
    ReadName result;
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
            if (!jumped) result.next = at + 2;
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
        if (length == 0) {
            if (!jumped) result.next = at + 1;
            return result;
        }
        if (at + 1 + length > message.size())
            return corrupt(fmt::format("A label at octet {} runs past the end.", at));
        octets += size_t(length) + 1;
        if (octets > maxNameOctets)
            return corrupt(
                fmt::format("A name at octet {} is longer than {} octets.", offset, maxNameOctets));
        if (!result.name.empty()) result.name += '.';
        appendEscaped(result.name, message.substr(at + 1, length));
        at += 1 + size_t(length);
    }
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
