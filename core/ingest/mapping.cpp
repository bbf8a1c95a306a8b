#include "ingest/mapping.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace waypost::ingest {

namespace {

constexpr std::array<std::string_view, size_t(mappedFieldCount)> fieldNames{
    "recipient", "sender",   "campaign",   "pool",    "sending-ip", "mx-host",         "mx-ip",
    "tls",       "queue-id", "message-id", "text",    "code",       "enhanced",        "command",
    "opinion",   "event-id", "size",       "attempt", "latency-ms", "latency-seconds", "queued"};

constexpr std::pair<std::string_view, MappedOutcome> outcomeNames[] = {
    {"reject", MappedOutcome::Reject},
    {"skip", MappedOutcome::Skip},
    {"accepted", MappedOutcome::Accepted},
    {"deferred", MappedOutcome::Deferred},
    {"failed", MappedOutcome::Failed},
    {"withheld", MappedOutcome::Withheld},
    {"async-bounce", MappedOutcome::AsyncBounce},
    {"complaint", MappedOutcome::Complaint},
    {"by-code", MappedOutcome::ByCode}};

constexpr size_t maxPaths = 16, maxWords = 256;

class Reader {
  public:
    explicit Reader(std::string_view file) : file_(file) {}

    bool paths(const json::value* in, std::string_view where, std::vector<std::string>& out) {
        if (!in) return complain(where, "is missing");
        auto one = [&](const json::value& v) {
            if (!v.is_string() || v.get_string().empty()) return false;
            out.emplace_back(std::string_view(v.get_string()));
            return true;
        };
        if (const auto* list = in->if_array()) {
            bool good =
                !list->empty() && list->size() <= maxPaths && std::all_of(list->begin(), list->end(), one);
            return good || complain(where, "is a path or a list of 1 to 16 paths");
        }
        return one(*in) || complain(where, "is a path or a list of 1 to 16 paths");
    }
    bool outcome(std::string_view word, std::string_view where, MappedOutcome& out) {
        for (const auto& [name, value] : outcomeNames) {
            if (name == word) {
                out = value;
                return true;
            }
        }
        return complain(where, fmt::format("has \"{}\", which is no outcome", text::printable(word)));
    }
    bool complain(std::string_view where, std::string_view what) {
        error = Error(ErrorCode::Corrupt, std::string(file_),
                      fmt::format("{}: \"{}\" {}.", text::printable(file_), text::printable(where), what));
        return false;
    }
    static int fieldOf(std::string_view name) {
        auto found = std::find(fieldNames.begin(), fieldNames.end(), name);
        return found == fieldNames.end() ? -1 : int(found - fieldNames.begin());
    }
    std::optional<Error> error;

  private:
    std::string_view file_;
};

bool readDetect(const json::object& o, Reader& r, Mapping& m) {
    const auto* detect = json::child(o, "detect");
    if (!detect) return r.complain("detect", "is missing");
    if (const auto* fields = detect->if_contains("fields")) {
        if (!r.paths(fields, "detect.fields", m.detectFields)) return false;
    }
    if (const auto* values = json::child(*detect, "values")) {
        for (const auto& [path, words] : *values) {
            auto& list = m.detectValues[std::string(path)];
            if (!r.paths(&words, "detect.values", list)) return false;
        }
    }
    if (m.detectFields.size() + m.detectValues.size() < 2)
        return r.complain("detect", "needs two conditions or more, to tell the log from others");
    return true;
}

bool readOutcome(const json::object& o, Reader& r, Mapping& m) {
    const auto* outcome = json::child(o, "outcome");
    if (!outcome) return r.complain("outcome", "is missing");
    if (!r.outcome(json::text(*outcome, "otherwise", "reject"), "outcome.otherwise", m.otherwise))
        return false;
    if (!outcome->contains("field"))
        return m.otherwise == MappedOutcome::ByCode ||
               r.complain("outcome.field", "is missing, and \"otherwise\" is not \"by-code\"");
    if (!r.paths(outcome->if_contains("field"), "outcome.field", m.outcomePaths)) return false;
    const auto* values = json::child(*outcome, "values");
    if (!values || values->empty() || values->size() > maxWords)
        return r.complain("outcome.values", "is missing, empty or too long");
    for (const auto& [word, meaning] : *values) {
        MappedOutcome means{};
        std::string_view name = meaning.is_string() ? std::string_view(meaning.get_string()) : "";
        if (!r.outcome(name, "outcome.values", means)) return false;
        m.outcomes.insert_or_assign(text::lowered(word), means);
    }
    return true;
}

bool readFields(const json::object& o, Reader& r, Mapping& m) {
    const auto* fields = json::child(o, "fields");
    if (!fields) return r.complain("fields", "is missing");
    for (const auto& [name, paths] : *fields) {
        int field = Reader::fieldOf(name);
        if (field < 0) return r.complain(name, "is no field of an event");
        if (!r.paths(&paths, name, m.fields[size_t(field)])) return false;
    }
    if (m.fields[size_t(MappedField::Recipient)].empty()) return r.complain("fields.recipient", "is missing");
    if (const auto* constants = json::child(o, "constants")) {
        for (const auto& [name, value] : *constants) {
            int field = Reader::fieldOf(name);
            if (field < 0 || !value.is_string()) return r.complain(name, "is no text of an event");
            m.constants[size_t(field)] = std::string_view(value.get_string());
        }
    }
    return true;
}

bool readTime(const json::object& o, Reader& r, Mapping& m) {
    const auto* time = json::child(o, "time");
    if (!time) return r.complain("time", "is missing");
    std::string_view zone = json::text(*time, "zone", "utc");
    if (zone != "utc" && zone != "local") return r.complain("time.zone", "is \"utc\" or \"local\"");
    m.localTime = zone == "local";
    return r.paths(time->if_contains("field"), "time.field", m.timePaths);
}

bool isName(std::string_view name) {
    return !name.empty() && name.size() <= 32 && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || text::isDigit(c) || c == '-';
    });
}

} // namespace

std::string_view mappedFieldName(MappedField field) {
    return fieldNames[size_t(field)];
}

bool Mapping::fits(JsonValue record) const {
    if (!record.isObject()) return false;
    for (const auto& path : detectFields) {
        if (record.at(path).type() == JsonNode::Type::Missing) return false;
    }
    for (const auto& [path, words] : detectValues) {
        if (std::find(words.begin(), words.end(), record.at(path).text()) == words.end()) return false;
    }
    return true;
}

Result<Mapping> readMapping(const json::value& file, std::string_view name) {
    Reader r(name);
    Mapping m;
    const auto* o = file.if_object();
    bool good = o != nullptr || r.complain("file", "is no JSON object");
    good = good && (json::number(*o, "schema") == 1 || r.complain("schema", "is not 1"));
    if (good) {
        m.name = json::text(*o, "name");
        m.title = json::text(*o, "title", m.name);
        m.source = json::text(*o, "source");
        m.date = json::text(*o, "date");
        m.version = int(json::number(*o, "version"));
    }
    good = good && (isName(m.name) || r.complain("name", "is not 1 to 32 of a-z, 0-9 and -"));
    good =
        good && readDetect(*o, r, m) && readTime(*o, r, m) && readOutcome(*o, r, m) && readFields(*o, r, m);
    if (!good) return fail(std::move(*r.error));
    return m;
}

} // namespace waypost::ingest
