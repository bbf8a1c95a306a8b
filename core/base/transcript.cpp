#include "base/transcript.h"

#include "base/text.h"

#include <fmt/format.h>

namespace waypost {

void Transcript::add(UtcTime at, Direction direction, std::string_view bytes) {
    const size_t room = maxTotalBytes - std::min(kept_, maxTotalBytes);
    const size_t keep = std::min({bytes.size(), maxEntryBytes, room});
    dropped_ += bytes.size() - keep;
    if (keep == 0 && !bytes.empty()) return;
    kept_ += keep;
    entries_.push_back({at, direction, std::string(bytes.substr(0, keep))});
}

namespace {

char directionLetter(Direction d) {
    return d == Direction::Sent ? 'C' : d == Direction::Received ? 'S' : '*';
}

std::string timeOfDay(UtcTime at) {
    CivilTime c = toCivil(at);
    return fmt::format("{:02}:{:02}:{:02}.{:03}", c.hour, c.minute, c.second, ((at.ms % 1000) + 1000) % 1000);
}

} // namespace

std::string Transcript::toText() const {
    std::string out;
    for (const TranscriptEntry& e : entries_) {
        for (std::string_view line : text::split(text::trimRight(e.bytes), '\n')) {
            if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
            out += fmt::format("{} {}: {}\n", timeOfDay(e.at), directionLetter(e.direction),
                               text::printable(line));
        }
    }
    if (dropped_ != 0) out += fmt::format("({} more bytes were not kept)\n", dropped_);
    return out;
}

// One entry: "<ms> <letter> <length>\n<bytes>\n". Lengths make any byte safe.
std::string Transcript::serialize() const {
    std::string out = fmt::format("waypost-transcript 1 {}\n", dropped_);
    for (const TranscriptEntry& e : entries_)
        out += fmt::format("{} {} {}\n{}\n", e.at.ms, directionLetter(e.direction), e.bytes.size(), e.bytes);
    return out;
}

Transcript Transcript::deserialize(std::string_view stored) {
    Transcript out;
    auto line = [&]() {
        const size_t end = std::min(stored.find('\n'), stored.size());
        std::string_view l = stored.substr(0, end);
        stored.remove_prefix(std::min(end + 1, stored.size()));
        return l;
    };
    auto head = text::words(line());
    if (head.size() == 3) out.dropped_ = text::parseUnsigned(head[2]).value_or(0);
    while (!stored.empty()) {
        std::string_view header = line();
        auto w = text::words(header);
        auto at = w.size() == 3 ? text::parseUnsigned(w[0]) : std::nullopt;
        auto size = w.size() == 3 ? text::parseUnsigned(w[2]) : std::nullopt;
        if (!at || !size || *size > stored.size()) {
            out.note({}, header);
            continue;
        }
        Direction d = w[1] == "C" ? Direction::Sent : w[1] == "S" ? Direction::Received : Direction::Note;
        out.add({std::int64_t(*at)}, d, stored.substr(0, *size));
        stored.remove_prefix(std::min<size_t>(*size + 1, stored.size()));
    }
    return out;
}

} // namespace waypost
