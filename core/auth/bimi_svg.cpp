#include "auth/bimi_svg.h"

#include "base/text.h"

#include <fmt/format.h>

#include <expat.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <memory>
#include <optional>

namespace waypost::auth {

namespace {

constexpr char nameSeparator = ' ';
constexpr std::string_view svgSpace = "http://www.w3.org/2000/svg";
constexpr std::string_view linkSpace = "http://www.w3.org/1999/xlink";
constexpr std::string_view xmlSpace = "http://www.w3.org/XML/1998/namespace";
constexpr size_t maxTitle = 64; // characters that receivers show
constexpr size_t shownBytes = 40;

// What is left of SVG Tiny 1.2 when the draft has taken its part.
constexpr std::string_view allowed[] = {
    "circle", "defs",    "desc",     "ellipse",        "font",           "font-face",  "font-face-src",
    "g",      "glyph",   "hkern",    "line",           "linearGradient", "metadata",   "missing-glyph",
    "path",   "polygon", "polyline", "radialGradient", "rect",           "solidColor", "stop",
    "svg",    "switch",  "tbreak",   "text",           "textArea",       "title",      "tspan",
    "use",
};

struct Refused {
    std::string_view element, why;
};
constexpr Refused refused[] = {
    {"script", "scripts"},
    {"handler", "scripts"},
    {"listener", "scripts"},
    {"animate", "animation"},
    {"animateColor", "animation"},
    {"animateMotion", "animation"},
    {"animateTransform", "animation"},
    {"animation", "animation"},
    {"set", "animation"},
    {"mpath", "animation"},
    {"discard", "animation"},
    {"a", "links"},
    {"image", "raster images"},
    {"feImage", "raster images"},
    {"foreignObject", "foreign objects"},
    {"audio", "sound"},
    {"video", "video"},
    {"prefetch", "references to other files"},
    {"font-face-uri", "references to other files"},
};

struct QualifiedName {
    std::string_view space, local;
};
QualifiedName split(const char* name) {
    const std::string_view whole(name);
    const size_t at = whole.find(nameSeparator);
    if (at == std::string_view::npos) return {{}, whole};
    return {whole.substr(0, at), whole.substr(at + 1)};
}

std::string shown(std::string_view foreign) {
    return text::printable(foreign.substr(0, shownBytes));
}

// A number, with "px" allowed behind it.
std::optional<double> number(std::string_view in) {
    in = text::trim(in);
    if (in.ends_with("px")) in.remove_suffix(2);
    double out = 0;
    const auto [end, error] = std::from_chars(in.data(), in.data() + in.size(), out);
    if (error != std::errc{} || end != in.data() + in.size() || !std::isfinite(out)) return std::nullopt;
    return out;
}

class Checker {
  public:
    SvgReport run(std::string_view bytes) {
        if (bytes.size() > maxSvgBytes)
            problem(0, fmt::format("The file has {} bytes; receivers take at most {}.", bytes.size(),
                                   maxSvgBytes));
        if (bytes.starts_with("\x1f\x8b")) {
            problem(0, "The file is compressed; it must be plain SVG.");
            return std::move(out_);
        }
        if (bytes.size() > maxSvgRead) return std::move(out_);
        parse(bytes);
        return std::move(out_);
    }

  private:
    using Parser = std::unique_ptr<std::remove_pointer_t<XML_Parser>, decltype(&XML_ParserFree)>;

    void parse(std::string_view bytes) {
        const Parser parser(XML_ParserCreateNS(nullptr, nameSeparator), XML_ParserFree);
        if (!parser) return problem(0, "The XML parser has no memory.");
        parser_ = parser.get();
        XML_SetUserData(parser_, this);
        XML_SetElementHandler(
            parser_,
            [](void* self, const char* name, const char** attributes) {
                static_cast<Checker*>(self)->begin(name, attributes);
            },
            [](void* self, const char*) { static_cast<Checker*>(self)->end(); });
        XML_SetCharacterDataHandler(parser_, [](void* self, const char* text, int size) {
            static_cast<Checker*>(self)->characters({text, size_t(size)});
        });
        XML_SetStartDoctypeDeclHandler(parser_, [](void* self, const char*, const char*, const char*, int) {
            static_cast<Checker*>(self)->stop("A DOCTYPE is not allowed: it can define entities.");
        });
        XML_SetProcessingInstructionHandler(parser_, [](void* self, const char* target, const char*) {
            static_cast<Checker*>(self)->here(
                fmt::format("The processing instruction \"{}\" is not allowed.", shown(target)));
        });
        const auto status = XML_Parse(parser_, bytes.data(), int(bytes.size()), XML_TRUE);
        if (stopped_) return;
        if (status != XML_STATUS_OK)
            return problem(size_t(XML_GetCurrentLineNumber(parser_)),
                           fmt::format("The XML is broken: {}.", XML_ErrorString(XML_GetErrorCode(parser_))));
        out_.wellFormed = true;
        conclude();
    }

    void problem(size_t line, std::string text) { note(out_.problems, line, std::move(text)); }
    static void note(std::vector<SvgProblem>& list, size_t line, std::string text) {
        const bool same =
            std::any_of(list.begin(), list.end(), [&](const auto& p) { return p.text == text; });
        if (!same && list.size() < maxSvgProblems) list.push_back({line, std::move(text)});
    }
    [[nodiscard]] size_t line() const { return size_t(XML_GetCurrentLineNumber(parser_)); }
    void here(std::string text) { problem(line(), std::move(text)); }
    void remark(std::string text) { note(out_.remarks, line(), std::move(text)); }
    void stop(std::string text) {
        here(std::move(text));
        stopped_ = true;
        XML_StopParser(parser_, XML_FALSE);
    }

    void begin(const char* name, const char** attributes) {
        if (stopped_) return;
        ++depth_;
        if (depth_ > maxSvgDepth) return stop(fmt::format("Elements stand more than {} deep.", maxSvgDepth));
        if (++out_.elements > maxSvgElements)
            return stop(fmt::format("There are more than {} elements.", maxSvgElements));
        const QualifiedName q = split(name);
        // Anything may stand inside <metadata>; it is not drawn.
        if (metadata_ > 0) return;
        if (depth_ == 1)
            root(q, attributes);
        else
            element(q);
        if (q.space == svgSpace && q.local == "metadata") metadata_ = depth_;
        titleOpen_ = q.space == svgSpace && q.local == "title" && depth_ == 2;
        titles_ += titleOpen_ ? 1 : 0;
        for (const char** a = attributes; *a; a += 2) attribute(split(a[0]), a[1]);
    }
    void end() {
        if (metadata_ == depth_) metadata_ = 0;
        --depth_;
        titleOpen_ = false;
    }
    void characters(std::string_view text) {
        if (titleOpen_ && out_.title.size() < 4 * maxTitle) out_.title += text;
    }

    void root(const QualifiedName& q, const char** attributes) {
        if (q.local != "svg" || q.space != svgSpace) {
            here(q.local == "svg" ? std::string("The root has not the SVG namespace.")
                                  : fmt::format("The root is \"{}\", not \"svg\".", shown(q.local)));
        }
        std::optional<std::string> version, profile, box, width, height;
        for (const char** a = attributes; *a; a += 2) {
            const std::string_view name(a[0]);
            if (name == "version") version = a[1];
            if (name == "baseProfile") profile = a[1];
            if (name == "viewBox") box = a[1];
            if (name == "width") width = a[1];
            if (name == "height") height = a[1];
            if (name == "x" || name == "y") here(fmt::format("The root must have no {}=.", name));
        }
        if (version != "1.2")
            here(version ? fmt::format("version is \"{}\"; it must be 1.2.", shown(*version))
                         : std::string("The root has no version=\"1.2\"."));
        if (profile != "tiny-ps")
            here(profile ? fmt::format("baseProfile is \"{}\"; it must be tiny-ps.", shown(*profile))
                         : std::string("The root has no baseProfile=\"tiny-ps\"."));
        size(box, width, height);
    }

    void size(const std::optional<std::string>& box, const std::optional<std::string>& width,
              const std::optional<std::string>& height) {
        for (const auto& side : {width, height})
            if (side && side->find('%') != std::string::npos)
                remark("The root's width or height is a percentage; some receivers want pixels.");
        if (box) {
            std::string spaced = *box;
            std::replace(spaced.begin(), spaced.end(), ',', ' ');
            const auto words = text::words(spaced);
            const auto w = words.size() == 4 ? number(words[2]) : std::nullopt;
            const auto h = words.size() == 4 ? number(words[3]) : std::nullopt;
            if (!w || !h || *w <= 0 || *h <= 0)
                return here(
                    fmt::format("viewBox \"{}\" is not four numbers with a size above zero.", shown(*box)));
            out_.width = *w;
            out_.height = *h;
        } else {
            const auto w = width ? number(*width) : std::nullopt;
            const auto h = height ? number(*height) : std::nullopt;
            if (!w || !h || *w <= 0 || *h <= 0)
                return here("The root has neither a viewBox nor a width and height in pixels.");
            out_.width = *w;
            out_.height = *h;
        }
        if (std::abs(out_.width - out_.height) > 1e-6 * std::max(out_.width, out_.height))
            here(fmt::format("The picture is {} by {}; it must be square.", out_.width, out_.height));
    }

    void element(const QualifiedName& q) {
        if (q.space != svgSpace)
            return here(fmt::format("The element \"{}\" is not of SVG.", shown(q.local)));
        for (const Refused& r : refused)
            if (q.local == r.element)
                return here(fmt::format("The element \"{}\" is not allowed: no {}.", q.local, r.why));
        if (q.local == "svg") return here("An svg inside the svg is not allowed.");
        if (std::find(std::begin(allowed), std::end(allowed), q.local) == std::end(allowed))
            here(fmt::format("The element \"{}\" is not in SVG Tiny PS.", shown(q.local)));
    }

    void attribute(const QualifiedName& q, std::string_view value) {
        const bool own = q.space.empty();
        if (own && text::istartsWith(q.local, "on") && q.local.size() > 2 && q.local != "only")
            return here(fmt::format("The attribute \"{}\" is not allowed: no scripts.", shown(q.local)));
        const bool link = q.local == "href" && (own || q.space == linkSpace);
        if (link && !text::trim(value).starts_with('#'))
            return here(fmt::format("The reference \"{}\" leads out of the file.", shown(value)));
        if (q.space == xmlSpace && q.local == "base") return here("xml:base is not allowed.");
        if (own && q.local == "src") return here("The attribute \"src\" is not allowed.");
        urls(value);
        if (own && q.local == "style") remark("style= is not part of SVG Tiny; presentation attributes are.");
    }

    // url(#id) is the only form that stays inside.
    void urls(std::string_view value) {
        for (size_t at = text::ifind(value, "url("); at != std::string_view::npos;) {
            std::string_view rest = text::trim(value.substr(at + 4));
            if (!rest.empty() && (rest.front() == '"' || rest.front() == '\'')) rest.remove_prefix(1);
            if (!rest.starts_with('#')) {
                here(fmt::format("The reference \"{}\" leads out of the file.", shown(value.substr(at))));
                return;
            }
            const size_t next = text::ifind(value.substr(at + 4), "url(");
            at = next == std::string_view::npos ? next : at + 4 + next;
        }
    }

    void conclude() {
        out_.title = std::string(text::trim(out_.title));
        if (titles_ == 0)
            problem(0, "There is no <title> directly in the svg.");
        else if (out_.title.empty())
            problem(0, "The <title> is empty.");
        if (titles_ > 1) problem(0, "There is more than one <title> in the svg.");
        if (out_.title.size() > maxTitle)
            note(out_.remarks, 0, fmt::format("The title is longer than {} characters.", maxTitle));
    }

    SvgReport out_;
    XML_Parser parser_ = nullptr;
    int depth_ = 0;
    int metadata_ = 0; // the depth of the open <metadata>
    int titles_ = 0;
    bool titleOpen_ = false;
    bool stopped_ = false;
};

} // namespace

SvgReport checkBimiSvg(std::string_view bytes) {
    return Checker().run(bytes);
}

} // namespace waypost::auth
