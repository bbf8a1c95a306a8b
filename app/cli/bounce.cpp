// bounce parse: what bounce and feedback mails say, one line for each mail.
#include "base/text.h"
#include "bounce/mail_source.h"
#include "bounce/parser.h"
#include "bounce/to_json.h"
#include "cli/classifier.h"
#include "cli/globals.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace waypost::cli {

namespace {

// The file, and for a mail of an mbox where it begins in it.
json::object jsonOf(const bounce::MailAt& mail, const bounce::Report& report) {
    json::object o = bounce::toJson(mail.file.string(), report);
    if (mail.ofMbox) o["offset"] = mail.offset;
    return o;
}

std::string orDash(std::string_view s) {
    return s.empty() ? "-" : text::printable(s);
}

std::string textOf(const bounce::MailAt& mail, const bounce::Report& report) {
    const std::string file = text::printable(mail.file.string());
    const std::string_view kind = bounce::kindName(report.kind);
    if (report.recipients.empty()) return fmt::format("{}\t{}\t-\t-\t-\t-\t-", file, kind);
    std::string out;
    for (const bounce::Recipient& r : report.recipients) {
        const std::string_view category =
            report.kind == bounce::Kind::Dsn ? reply::categoryName(r.category) : "-";
        out += fmt::format("{}{}\t{}\t{}\t{}\t{}\t{}\t{}", out.empty() ? "" : "\n", file, kind,
                           orDash(r.address), orDash(r.status), category,
                           orDash(reply::permanenceName(r.permanence)), orDash(r.diagnostic));
    }
    return out;
}

void parse(Globals& globals, const std::vector<std::string>& files) {
    auto classifier = loadClassifier(globals);
    if (!classifier) return printError(globals, classifier.error());
    auto providers = reply::ProviderMap::load(globals.paths.resources / "rules" / "providers.json");
    if (!providers) return printError(globals, providers.error());
    auto parser = bounce::Parser::load(globals.paths.resources, {classifier->get(), providers->get()});
    if (!parser) return printError(globals, parser.error());
    size_t read = 0, refused = 0;
    std::string lines; // printed in blocks: a folder has many thousand mails
    const auto print = [&] {
        if (!lines.empty()) printLine(std::string_view(lines).substr(1));
        lines.clear();
    };
    const auto take = [&](bounce::MailAt&& mail) {
        ++read;
        const bounce::Report report = (*parser)->parse(std::move(mail.bytes));
        lines += '\n';
        lines += globals.json ? json::line(jsonOf(mail, report)) : textOf(mail, report);
        if (lines.size() > 64 * 1024) print();
        return true;
    };
    const auto refuse = [&](const std::filesystem::path& file, const Error& error) {
        ++refused;
        print();
        printRefused(globals, "file", file.string(), error);
    };
    for (const std::string& file : files) bounce::eachMail(file, take, refuse);
    print();
    if (refused > 0) globals.status = read == 0 ? 2 : 3;
}

} // namespace

void addBounce(CLI::App& app, Globals& globals) {
    auto* group = app.add_subcommand("bounce", "what bounce and feedback mails say");
    group->require_subcommand(1);
    group->footer("Example:\n  waypost-cli bounce parse returned.eml --json");
    auto* run = group->add_subcommand("parse", "read bounces, feedback reports and automatic answers");
    auto files = std::make_shared<std::vector<std::string>>();
    run->add_option("FILE", *files, "message, mbox, maildir or folder of messages")->required();
    run->footer(
        "A mail is a delivery status notification (dsn), a feedback report (arf), an automatic answer "
        "(auto-reply), or not-a-bounce. Each mail of an mbox or folder is a line of its own.\n\nExample:\n"
        "  waypost-cli bounce parse Maildir/ --json\n\n"
        "Exit status: 0 all, 2 every file was refused, 3 some were.");
    run->callback([&globals, files] { parse(globals, *files); });
}

} // namespace waypost::cli
