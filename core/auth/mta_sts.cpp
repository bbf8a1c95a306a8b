#include "auth/mta_sts.h"

#include "base/text.h"
#include "dns/names.h"

#include <fmt/format.h>

#include <algorithm>

namespace waypost::auth {

namespace {

constexpr std::string_view version = "v=STSv1";
constexpr size_t maxFieldName = 32;
constexpr size_t shownBytes = 60;

std::string shown(std::string_view foreign) {
    return text::printable(foreign.substr(0, shownBytes));
}

// RFC 8461 section 3.1 and 3.2: (ALPHA / DIGIT) *31(ALPHA / DIGIT / "_" / "-" / ".")
bool isFieldName(std::string_view name) {
    if (name.empty() || name.size() > maxFieldName || !text::isAlnum(name.front())) return false;
    return std::all_of(name.begin(), name.end(),
                       [](char c) { return text::isAlnum(c) || c == '_' || c == '-' || c == '.'; });
}

bool isId(std::string_view id) {
    return !id.empty() && id.size() <= maxStsId && std::all_of(id.begin(), id.end(), text::isAlnum);
}

bool isBlank(char c) {
    return c == ' ' || c == '\t';
}

std::string_view trimBlanks(std::string_view in) {
    while (!in.empty() && isBlank(in.front())) in.remove_prefix(1);
    while (!in.empty() && isBlank(in.back())) in.remove_suffix(1);
    return in;
}

// 1*(%x21-3A / %x3C / %x3E-7E): no blanks, no control characters, no ";" and no "=".
bool isExtensionValue(std::string_view value) {
    return !value.empty() && std::all_of(value.begin(), value.end(), [](char c) {
        return c > ' ' && c < '\x7f' && c != ';' && c != '=';
    });
}

void readRecordField(std::string_view field, bool& sawId, StsRecord& out) {
    const size_t equals = field.find('=');
    if (equals == std::string_view::npos) {
        out.problems.push_back(fmt::format("\"{}\" has no \"=\".", shown(field)));
        return;
    }
    const std::string_view name = field.substr(0, equals), value = field.substr(equals + 1);
    if (!isFieldName(name)) {
        out.problems.push_back(fmt::format("\"{}\" does not begin with a field name.", shown(field)));
    } else if (name == "id") {
        if (sawId) out.problems.emplace_back("id= stands more than once.");
        if (!isId(value))
            out.problems.push_back(
                fmt::format("id= must be 1 to {} letters and digits, not \"{}\".", maxStsId, shown(value)));
        if (!sawId) out.id = value;
        sawId = true;
    } else if (!isExtensionValue(value)) {
        out.problems.push_back(fmt::format("The value of {}= is empty or has a blank in it.", name));
    }
}

std::optional<StsMode> modeFrom(std::string_view word) {
    for (StsMode m : {StsMode::None, StsMode::Testing, StsMode::Enforce})
        if (stsModeName(m) == word) return m;
    return std::nullopt;
}

// A host name in A-labels, or one after "*.". One label alone is allowed (RFC 5321 Domain).
bool isMxPattern(std::string_view pattern) {
    if (pattern.starts_with("*.")) pattern.remove_prefix(2);
    if (pattern.find('*') != std::string_view::npos || pattern.empty() || pattern.size() > 253) return false;
    for (std::string_view label : text::split(pattern, '.')) {
        if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') return false;
        if (!std::all_of(label.begin(), label.end(),
                         [](char c) { return text::isAlnum(c) || c == '-' || c == '_'; }))
            return false;
    }
    return true;
}

class PolicyReader {
  public:
    StsPolicy read(std::string_view body) {
        if (body.size() > maxStsPolicy) {
            problem(fmt::format("The policy has {} bytes, more than the {} that senders read.", body.size(),
                                maxStsPolicy));
            return std::move(out_);
        }
        if (body.starts_with("\xef\xbb\xbf")) problem("The policy begins with a byte order mark.");
        size_t lines = 0;
        for (size_t at = 0; at < body.size();) {
            size_t end = body.find('\n', at);
            if (end == std::string_view::npos) end = body.size();
            std::string_view line = body.substr(at, end - at);
            at = end + 1;
            if (line.ends_with('\r')) line.remove_suffix(1);
            if (++lines > maxStsLines) {
                problem(fmt::format("The policy has more than {} lines.", maxStsLines));
                break;
            }
            readLine(line);
        }
        conclude();
        return std::move(out_);
    }

  private:
    void problem(std::string text) {
        if (out_.problems.size() < 20) out_.problems.push_back(std::move(text));
    }
    void remark(std::string text) {
        if (out_.remarks.size() < 20) out_.remarks.push_back(std::move(text));
    }

    void readLine(std::string_view line) {
        const std::string_view whole = trimBlanks(line);
        // The grammar has no empty line, yet files end with one: senders pass over them.
        if (whole.empty()) return remark("There is an empty line.");
        const size_t colon = line.find(':');
        const std::string_view name = line.substr(0, colon);
        if (colon == std::string_view::npos || !isFieldName(name))
            return problem(fmt::format("The line \"{}\" is not \"name: value\".", shown(line)));
        const std::string_view value = trimBlanks(line.substr(colon + 1));
        if (name == "mx") return readMx(value);
        if (name != "version" && name != "mode" && name != "max_age") {
            if (out_.unknownFields.size() < 20) out_.unknownFields.emplace_back(name);
            return;
        }
        // Section 3.2: of a field that must not be repeated the first entry counts.
        if (std::find(seen_.begin(), seen_.end(), name) != seen_.end())
            return remark(fmt::format("{} stands more than once; the first counts.", name));
        seen_.emplace_back(name);
        if (name == "version") return readVersion(value);
        if (name == "mode") return readMode(value);
        readAge(value);
    }

    void readVersion(std::string_view value) {
        if (value != "STSv1") problem(fmt::format("version is \"{}\"; it must be STSv1.", shown(value)));
    }
    void readMode(std::string_view value) {
        out_.mode = modeFrom(value);
        if (!out_.mode)
            problem(fmt::format("mode is \"{}\"; it must be enforce, testing or none.", shown(value)));
    }
    void readMx(std::string_view value) {
        std::string pattern = dns::normalName(value);
        if (!isMxPattern(pattern))
            return problem(
                fmt::format("mx \"{}\" is neither a host name nor \"*.\" and a domain.", shown(value)));
        if (out_.mx.size() >= maxStsMx)
            return problem(fmt::format("There are more than {} mx lines.", maxStsMx));
        out_.mx.push_back(std::move(pattern));
    }
    void readAge(std::string_view value) {
        const auto seconds = value.size() > 10 ? std::nullopt : text::parseUnsigned(value);
        if (!seconds) return problem(fmt::format("max_age is \"{}\"; it must be seconds.", shown(value)));
        if (std::int64_t(*seconds) > maxStsAge)
            return problem(fmt::format("max_age is {}; the most is {} (a year).", *seconds, maxStsAge));
        out_.maxAge = std::int64_t(*seconds);
    }

    void conclude() {
        for (const char* name : {"version", "mode", "max_age"})
            if (std::find(seen_.begin(), seen_.end(), name) == seen_.end())
                problem(fmt::format("There is no {}.", name));
        // "mx" may be left out only when the mode is none (section 3.2).
        if (out_.mx.empty() && out_.mode && *out_.mode != StsMode::None)
            problem("There is no mx, so no host may receive mail.");
        else if (out_.mx.empty() && !out_.mode && out_.problems.empty())
            problem("There is no mx.");
    }

    StsPolicy out_;
    std::vector<std::string> seen_;
};

} // namespace

std::string_view stsModeName(StsMode m) {
    switch (m) {
    case StsMode::None: return "none";
    case StsMode::Testing: return "testing";
    case StsMode::Enforce: return "enforce";
    }
    return "none";
}

bool isStsRecord(std::string_view txt) {
    if (!txt.starts_with(version)) return false;
    // The grammar allows blanks before the semicolon, the text beside it does not; both are taken.
    const std::string_view rest = trimBlanks(txt.substr(version.size()));
    return rest.starts_with(';');
}

StsRecord parseStsRecord(std::string_view txt) {
    StsRecord out;
    out.text = std::string(txt);
    if (!isStsRecord(txt)) {
        out.problems.emplace_back("It does not begin with \"v=STSv1;\".");
        return out;
    }
    bool sawId = false;
    std::string_view rest = trimBlanks(txt.substr(version.size()));
    rest.remove_prefix(1);
    const auto fields = text::split(rest, ';');
    if (fields.size() > maxTags) {
        out.problems.push_back(fmt::format("There are more than {} fields.", maxTags));
        return out;
    }
    for (size_t i = 0; i < fields.size(); ++i) {
        const std::string_view field = trimBlanks(fields[i]);
        if (!field.empty())
            readRecordField(field, sawId, out);
        else if (i + 1 != fields.size())
            out.problems.emplace_back("There is an empty field between two semicolons.");
    }
    if (!sawId) out.problems.emplace_back("There is no id=.");
    return out;
}

bool stsMxMatches(std::string_view pattern, std::string_view host) {
    const std::string want = dns::normalName(pattern), name = dns::normalName(host);
    if (name.empty()) return false;
    if (!want.starts_with("*.")) return want == name;
    const size_t dot = name.find('.');
    return dot != std::string::npos && dot > 0 && std::string_view(name).substr(dot + 1) == want.substr(2);
}

bool StsPolicy::allows(std::string_view host) const {
    if (mode == StsMode::None) return true;
    return std::any_of(mx.begin(), mx.end(), [&](const std::string& p) { return stsMxMatches(p, host); });
}

StsPolicy parseStsPolicy(std::string_view body) {
    return PolicyReader().read(body);
}

} // namespace waypost::auth
