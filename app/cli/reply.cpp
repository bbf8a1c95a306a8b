#include "base/json.h"
#include "base/text.h"
#include "cli/classifier.h"
#include "reply/crosswalk.h"
#include "reply/verdict_json.h"

#include <CLI/CLI.hpp>

#include <iostream>

namespace waypost::cli {

namespace {

constexpr size_t maxInputLine = 64 * 1024;

struct Input {
    json::value id;
    std::string text, provider, mx;
};

// Raw text, or {"id","text","provider"?,"mx"?}.
Result<Input> readInput(std::string_view line, const std::string& number) {
    Input in;
    in.id = json::value(number);
    if (line.size() > maxInputLine)
        return fail(ErrorCode::TooLarge, "line " + number, "A reply has at most 65536 bytes.");
    if (!line.starts_with('{')) {
        in.text = line;
        return in;
    }
    auto value = json::parse(line, "line " + number);
    if (!value) return fail(value.error());
    const json::object* o = value->if_object();
    if (!o || !o->contains("text") || !o->at("text").is_string())
        return fail(ErrorCode::InvalidArgument, "line " + number,
                    "The object has no field \"text\" with a string.");
    in.text = json::text(*o, "text");
    if (const json::value* id = o->if_contains("id")) in.id = *id;
    in.provider = json::text(*o, "provider");
    in.mx = json::text(*o, "mx");
    return in;
}

// What others would call it: the first term of each vocabulary.
json::object termsOf(const reply::Crosswalk& table, reply::Category c) {
    json::object out;
    const auto& row = table.row(c);
    for (size_t i = 0; i < row.terms.size(); ++i) {
        const auto& terms = row.terms[i];
        out[table.vocabularies()[i].id] = terms.empty() ? json::value(nullptr) : json::value(terms.front());
    }
    return out;
}

void printVerdict(const Globals& globals, const Input& in, const reply::Verdict& v,
                  const reply::Crosswalk& table) {
    if (globals.json) {
        json::object o = reply::toJson(in.id, v);
        o["crosswalk"] = termsOf(table, v.category);
        return printLine(json::line(o));
    }
    const std::string_view permanence = reply::permanenceName(v.permanence);
    printLine(std::string(reply::categoryName(v.category)) + "\t" +
              std::string(permanence.empty() ? "-" : permanence) + "\t" + (v.rule.empty() ? "-" : v.rule) +
              "\t" + text::printable(in.text));
}

void classify(Globals& globals, const std::string& file) {
    if (file != "-")
        return printError(globals, Error(ErrorCode::InvalidArgument, "reply classify",
                                         "Replies are read from standard input: give \"-\"."));
    auto classifier = loadClassifier(globals);
    if (!classifier) return printError(globals, classifier.error());
    auto table = reply::Crosswalk::load(globals.paths.resources / "rules" / "crosswalk.json");
    if (!table) return printError(globals, table.error());
    size_t number = 0, refused = 0;
    for (std::string line; std::getline(std::cin, line);) {
        ++number;
        if (!line.empty() && line.back() == '\r') line.pop_back();
        auto in = readInput(line, std::to_string(number));
        if (!in) {
            printRefused(globals, "id", std::to_string(number), in.error());
            ++refused;
            continue;
        }
        reply::ReplyText t;
        t.text = in->text;
        t.provider = in->provider;
        t.mx = in->mx;
        printVerdict(globals, *in, (*classifier)->classify(t), **table);
    }
    if (refused > 0) globals.status = refused == number ? 2 : 3;
}

} // namespace

void addReply(CLI::App& app, Globals& globals) {
    auto* group = app.add_subcommand("reply", "what SMTP replies mean");
    group->require_subcommand(1);
    group->footer("Example:\n  echo '550 5.1.1 user unknown' | waypost-cli reply classify -");
    auto* classify_ = group->add_subcommand("classify", "classify replies from standard input, one a line");
    auto file = std::make_shared<std::string>("-");
    classify_->add_option("FILE", *file, "\"-\" for standard input")->required();
    classify_->footer(
        "A line is a reply as it stands, or {\"id\",\"text\",\"provider\",\"mx\"} as JSON; without an id the "
        "line's number is used.\n\nExample:\n  echo '421 4.7.28 rate limited' | waypost-cli reply "
        "classify - --json\n\n"
        "Exit status: 0 all, 2 every line was refused, 3 some were.");
    classify_->callback([&globals, file] { classify(globals, *file); });
    addReplyTemplates(*group, globals);
    addReplyRules(*group, globals);
}

} // namespace waypost::cli
