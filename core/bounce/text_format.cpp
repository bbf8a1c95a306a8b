#include "bounce/text_format.h"

#include "base/json.h"
#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <re2/re2.h>
#include <re2/set.h>

namespace waypost::bounce {

// Without bounded repeats, which make large automata: lengths are looked at afterwards.
const std::string_view addressPattern =
    R"((<[^<>\s]+@[^<>\s]+>|"[A-Za-z0-9!#$%&*+/=?^_`{|}~.-]+@[A-Za-z0-9._-]+"|)"
    R"((?:"[^"\n]+"|[A-Za-z0-9!#$%&*+/=?^_`{|}~.][A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]*))"
    R"(@(?:[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.v]+\])))";

struct TextFormats::Index {
    explicit Index(const RE2::Options& options) : set(options, RE2::UNANCHORED) {}
    RE2::Set set;
    std::vector<size_t> formatOf; // needle to format
};

namespace {

RE2::Options latinOptions() {
    RE2::Options o;
    o.set_encoding(RE2::Options::EncodingLatin1);
    o.set_log_errors(false);
    o.set_max_mem(16 << 20);
    return o;
}

Needles needlesOf(const json::object& o, std::string_view key) {
    Needles out;
    if (const auto* list = json::list(o, key)) {
        for (const auto& v : *list) {
            if (v.is_string() && !v.get_string().empty()) out.push_back(text::lowered(v.get_string()));
        }
    }
    return out;
}

Result<void> patternsOf(const json::object& o, std::string_view key, const TextFormat& f,
                        std::vector<std::shared_ptr<const RE2>>& out) {
    const auto* list = json::list(o, key);
    if (!list) return {};
    for (const auto& v : *list) {
        std::string pattern = v.is_string() ? std::string(v.get_string()) : std::string();
        const size_t at = pattern.find("{addr}");
        if (at != std::string::npos) pattern.replace(at, 6, addressPattern);
        auto re = std::make_shared<const RE2>("(?im)" + pattern, latinOptions());
        if (!re->ok() || re->NumberOfCapturingGroups() < 1)
            return fail(ErrorCode::InvalidArgument, fmt::format("{} format \"{}\"", f.file, f.id),
                        fmt::format("The {} pattern is not a regular expression of RE2 with a group: {}.",
                                    key, re->error()));
        out.push_back(std::move(re));
    }
    return {};
}

FormatSample sampleOf(const json::object& o) {
    FormatSample s;
    const json::object* in = json::child(o, "sample");
    if (!in) return s;
    s.from = json::text(*in, "from");
    s.subject = json::text(*in, "subject");
    s.mailer = json::text(*in, "mailer");
    s.failedRecipients = json::text(*in, "failed_recipients");
    s.text = json::text(*in, "text");
    s.status = json::text(*in, "status");
    s.diagnostic = json::text(*in, "diagnostic");
    s.action = json::text(*in, "action");
    if (const auto* list = json::list(*in, "recipients")) {
        for (const auto& v : *list) {
            if (v.is_string()) s.recipients.emplace_back(v.get_string());
        }
    }
    return s;
}

Result<TextFormat> formatFrom(const json::object& o, const std::string& file) {
    TextFormat f;
    f.file = file;
    f.id = json::text(o, "id");
    f.software = json::text(o, "software");
    f.source = json::text(o, "source");
    f.any = needlesOf(o, "any");
    f.from = needlesOf(o, "from");
    f.subject = needlesOf(o, "subject");
    f.mailer = needlesOf(o, "mailer");
    f.begin = needlesOf(o, "begin");
    f.end = needlesOf(o, "end");
    f.cut = needlesOf(o, "cut");
    f.delayed = needlesOf(o, "delayed");
    f.failedHeader = json::boolean(o, "failed_header");
    f.localNames = json::boolean(o, "local_names");
    f.wholeText = json::boolean(o, "whole_text");
    f.generic = json::boolean(o, "generic");
    const std::string_view collect = json::text(o, "collect", "below");
    f.collect = collect == "paragraph" ? Collect::Paragraph
                : collect == "above"   ? Collect::Above
                : collect == "section" ? Collect::Section
                : collect == "line"    ? Collect::Line
                                       : Collect::Below;
    f.meaning = reply::categoryFromName(json::text(o, "meaning"));
    f.sample = sampleOf(o);
    if (f.id.empty() || f.source.empty())
        return fail(ErrorCode::InvalidArgument, file, "A format has no id or no source.");
    if (!f.generic && f.any.empty() && f.from.empty() && f.subject.empty() && f.mailer.empty())
        return fail(ErrorCode::InvalidArgument, fmt::format("{} format \"{}\"", file, f.id),
                    "Nothing says how a mail of this format is known.");
    for (auto [key, out] : {std::pair{"recipient", &f.recipient}, std::pair{"reason", &f.reason}}) {
        if (auto ok = patternsOf(o, key, f, *out); !ok) return fail(ok.error());
    }
    return f;
}

bool anyIn(const Needles& needles, std::string_view in) {
    return needles.empty() || std::any_of(needles.begin(), needles.end(), [&](const std::string& n) {
               return in.find(n) != std::string_view::npos;
           });
}

} // namespace

TextFormats::TextFormats() = default;
TextFormats::~TextFormats() = default;

Result<std::shared_ptr<const TextFormats>> TextFormats::load(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> files;
    std::error_code ec;
    for (const auto& e : std::filesystem::directory_iterator(folder, ec)) {
        if (e.path().extension() == ".json") files.push_back(e.path());
    }
    if (ec || files.empty())
        return fail(ErrorCode::NotFound, folder.string(), "There are no descriptions of bounce formats.");
    std::sort(files.begin(), files.end());
    auto out = std::shared_ptr<TextFormats>(new TextFormats);
    // The first lines of a message: servers put these on top.
    std::string cuts =
        "(?m)^>?(?:received|return-path|x-original-to|delivered-to|dkim-signature|message-id): ?";
    for (const auto& file : files) {
        auto document = json::readFile(file);
        if (!document) return fail(document.error());
        const json::object* o = document->if_object();
        const auto* list = o ? json::list(*o, "formats") : nullptr;
        if (!list)
            return fail(ErrorCode::InvalidArgument, file.filename().string(),
                        "There is no list \"formats\".");
        for (const std::string& c : needlesOf(*o, "cuts")) cuts += "|" + RE2::QuoteMeta(c);
        for (const auto& v : *list) {
            if (!v.is_object()) continue;
            auto format = formatFrom(v.as_object(), file.filename().string());
            if (!format) return fail(format.error());
            for (const std::string& c : format->cut) cuts += "|" + RE2::QuoteMeta(c);
            out->formats_.push_back(std::move(*format));
        }
    }
    out->cut_ = std::make_shared<const RE2>(cuts, latinOptions());
    if (!out->cut_->ok())
        return fail(ErrorCode::Internal, folder.string(),
                    "The lines that begin a returned message are too many.");
    out->index_ = std::make_unique<Index>(latinOptions());
    for (size_t i = 0; i < out->formats_.size(); ++i) {
        const TextFormat& f = out->formats_[i];
        if (f.generic) out->generic_.push_back(&f);
        for (const std::string& needle : f.any) {
            if (out->index_->set.Add(RE2::QuoteMeta(needle), nullptr) < 0) continue;
            out->index_->formatOf.push_back(i);
        }
    }
    if (!out->index_->set.Compile())
        return fail(ErrorCode::Internal, folder.string(), "The needles of the bounce formats are too many.");
    return out;
}

std::vector<const TextFormat*> TextFormats::matching(const Mail& mail) const {
    std::vector<int> hits;
    std::vector<char> inText(formats_.size(), 0);
    const std::string_view head = mail.loweredText.substr(0, headBytes);
    index_->set.Match(re2::StringPiece(head.data(), head.size()), &hits);
    for (int h : hits) inText[index_->formatOf[size_t(h)]] = 1;
    std::vector<const TextFormat*> out;
    for (size_t i = 0; i < formats_.size(); ++i) {
        const TextFormat& f = formats_[i];
        if (f.generic || (!f.any.empty() && inText[i] == 0)) continue;
        if (anyIn(f.from, mail.from) && anyIn(f.subject, mail.subject) && anyIn(f.mailer, mail.mailer))
            out.push_back(&f);
    }
    return out;
}

} // namespace waypost::bounce
