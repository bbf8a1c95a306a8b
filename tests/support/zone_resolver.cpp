#include "support/zone_resolver.h"

#include "base/text.h"
#include "dns/name_codec.h"
#include "dns/wire.h"
#include "dns/zone_line.h"

#include <stdexcept>

namespace waypost::test {

using namespace waypost::dns;

namespace {

constexpr std::uint32_t jsonTtl = 300;

std::string canonical(std::string_view name) {
    auto labels = nameToLabels(name);
    return text::lowered(labels ? labelsToName(*labels) : std::string(name));
}

Status statusFromWord(std::string_view word) {
    for (auto s : {Status::NoData, Status::NxDomain, Status::ServFail, Status::Refused, Status::Timeout,
                   Status::Malformed, Status::Unreachable, Status::Cancelled})
        if (statusName(s) == word) return s;
    throw std::runtime_error("zone: no status is named " + std::string(word));
}

// U+0000 to U+00FF, one octet each.
std::string octets(std::string_view utf8) {
    std::string out;
    for (size_t i = 0; i < utf8.size(); ++i) {
        const auto c = static_cast<unsigned char>(utf8[i]);
        if (c < 0x80) {
            out += char(c);
        } else if (i + 1 < utf8.size() && c <= 0xc3) {
            out += char((c & 0x3) << 6 | (static_cast<unsigned char>(utf8[++i]) & 0x3f));
        } else {
            throw std::runtime_error("zone: a character above U+00FF");
        }
    }
    return out;
}

std::string jsonName(std::string_view name) {
    std::vector<std::string> labels;
    std::string bytes = octets(name);
    std::string_view view = bytes;
    if (view.ends_with('.')) view.remove_suffix(1);
    if (view.empty()) return {};
    for (auto label : text::split(view, '.')) labels.emplace_back(label);
    return labelsToName(labels);
}

RecordData jsonData(RecordType type, const json::value& data) {
    switch (type) {
    case RecordType::MX:
        return MxData{std::uint16_t(data.at(0).as_int64()), jsonName(data.at(1).as_string())};
    case RecordType::TXT:
    case RecordType::SPF: {
        TxtData txt;
        for (const auto& s : data.as_array()) {
            const std::string bytes = octets(s.as_string());
            // Longer ones go over the wire in pieces of 255.
            size_t at = 0;
            do {
                txt.strings.push_back(bytes.substr(at, 255));
                at += 255;
            } while (at < bytes.size());
        }
        return txt;
    }
    case RecordType::CNAME:
    case RecordType::NS:
    case RecordType::PTR: return NameData{jsonName(data.as_string())};
    default: {
        auto parsed = parseRecordData(type, std::string_view(data.as_string()));
        if (!parsed) throw std::runtime_error("zone: " + parsed.error().text);
        return *parsed;
    }
    }
}

} // namespace

void ZoneResolver::add(std::string_view lines) {
    for (auto line : text::split(lines, '\n')) {
        line = text::trim(line);
        if (line.empty() || line.front() == ';') continue;
        const auto words = text::words(line);
        if (words.size() >= 2 && words.size() <= 3 && words.back().starts_with('!')) {
            Node& node = nodes_[canonical(words[0])];
            const Status status = statusFromWord(words.back().substr(1));
            if (words.size() == 2)
                node.otherwise = status;
            else if (auto type = recordTypeFromName(words[1]))
                node.failures[*type] = status;
            else
                throw std::runtime_error("zone: no record type is named " + std::string(words[1]));
            continue;
        }
        auto record = parseZoneLine(line);
        if (!record) throw std::runtime_error("zone line " + std::string(line) + ": " + record.error().text);
        nodes_[record->name].records.push_back(std::move(*record));
    }
}

void ZoneResolver::addJson(const json::object& zone) {
    for (const auto& entry : zone) {
        const std::string name = text::lowered(jsonName(entry.key()));
        Node& node = nodes_[name];
        for (const auto& item : entry.value().as_array()) {
            if (item.is_string()) {
                node.otherwise = Status::Timeout;
                continue;
            }
            const auto type = recordTypeFromName(json::text(item.as_object(), "type"));
            if (!type) throw std::runtime_error("zone: unknown type in " + json::line(item));
            node.records.push_back({name, *type, jsonTtl, jsonData(*type, item.at("data"))});
        }
    }
}

size_t ZoneResolver::queriesFor(std::string_view name, RecordType type) const {
    size_t n = 0;
    for (const auto& q : asked_)
        if (q.type == type && canonical(q.name) == canonical(name)) ++n;
    return n;
}

const ZoneResolver::Node* ZoneResolver::find(const std::string& name) const {
    auto it = nodes_.find(name);
    return it == nodes_.end() ? nullptr : &it->second;
}

bool ZoneResolver::exists(const std::string& name) const {
    if (nodes_.contains(name)) return true;
    const std::string below = "." + name;
    for (const auto& [other, node] : nodes_)
        if (other.ends_with(below)) return true;
    return false;
}

Answer ZoneResolver::answer(const Question& question) const {
    Answer a;
    a.question = question;
    std::string name = canonical(question.name);
    std::vector<std::string> seen;
    while (true) {
        seen.push_back(name);
        const Node* node = find(name);
        if (!node) {
            a.status = exists(name) ? Status::NoData : Status::NxDomain;
            return a;
        }
        const Record* alias = nullptr;
        for (const auto& r : node->records) {
            if (r.type == question.type || question.type == RecordType::ANY) a.records.push_back(r);
            if (r.type == RecordType::CNAME) alias = &r;
        }
        if (!a.ofType(question.type).empty()) {
            a.status = Status::Ok;
            return a;
        }
        if (auto failure = node->failures.find(question.type); failure != node->failures.end()) {
            a.status = failure->second;
            return a;
        }
        if (!alias) {
            a.status = node->otherwise.value_or(Status::NoData);
            return a;
        }
        a.records.push_back(*alias);
        name = canonical(std::get<NameData>(alias->data).name);
        // A circle ends in NOERROR with the aliases alone.
        if (std::find(seen.begin(), seen.end(), name) != seen.end() || seen.size() > size_t(maxCnames)) {
            a.status = Status::NoData;
            return a;
        }
    }
}

void ZoneResolver::resolve(Question question, Done done) {
    asked_.push_back(question);
    Answer a = answer(question);
    a.server = "zone";
    a.transport = Transport::Recorded;
    a.authenticated = authenticated_ && a.definite();
    if (clock_) a.at = clock_->now();
    switch (a.status) {
    case Status::Ok:
    case Status::NoData: a.rcode = 0; break;
    case Status::NxDomain: a.rcode = 3; break;
    case Status::ServFail: a.rcode = 2; break;
    case Status::Refused: a.rcode = 5; break;
    case Status::Malformed: a.text = "The zone was told to answer with broken octets."; break;
    case Status::Unreachable: a.text = "The zone was told not to be reachable."; break;
    default: break;
    }
    if (!a.definite()) a.records.clear();
    done(std::move(a));
}

} // namespace waypost::test
