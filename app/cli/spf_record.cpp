// spf explain, draft and flatten: what a record says whatever the client, what an edit of it would change,
// and the record without its includes.
#include "auth/spf_json.h"
#include "base/text.h"
#include "cli/network.h"
#include "cli/spf_group.h"
#include "dns/names.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace waypost::cli {

namespace {

constexpr const char* noDomain = "record.invalid"; // RFC 6761: what a record without a domain is read at

struct Options {
    std::string what, at, record;
    std::vector<std::string> ips;
};

std::string nodeText(const auth::SpfTree& tree, size_t index) {
    const auth::SpfTreeNode& n = tree.nodes[index];
    const std::string indent(size_t(n.depth) * 4 + 2, ' ');
    if (n.state != auth::SpfTreeNode::State::Record) {
        using State = auth::SpfTreeNode::State;
        return indent +
               (n.state == State::NoRecord       ? "no SPF record here"
                : n.state == State::Several      ? "several SPF records: a permerror"
                : n.state == State::CouldNotLook ? "could not look"
                : n.state == State::Loop         ? "includes itself: a loop"
                                                 : "not followed: the tree is too large") +
               "\n";
    }
    std::string out;
    for (const auto& p : n.record->problems) out += indent + "fault: " + p.text + "\n";
    for (const auto& t : n.terms) {
        std::string marks;
        for (const auto& [on, word] :
             {std::pair{t.unreachable, "unreachable"}, std::pair{t.duplicate, "duplicate"},
              std::pair{t.dynamic, "depends on the message"}, std::pair{t.couldNotLook, "could not look"}})
            if (on) marks += fmt::format("  [{}]", word);
        if (t.voids > 0) marks += fmt::format("  [{}]", text::counted(std::uint64_t(t.voids), "void lookup"));
        out += fmt::format(
            "{}{:<{}} cost {:<2} {}{}{}\n", indent, t.written, 44 - std::min(40, n.depth * 4), t.cost,
            t.addresses4 > 0 ? text::counted(t.addresses4, "address", "addresses") : std::string(), marks,
            t.note.empty() ? std::string() : "  " + t.note);
        if (t.child) out += nodeText(tree, *t.child);
    }
    return out;
}

std::string toText(const auth::SpfTree& tree, std::string_view domain) {
    const auth::SpfTreeNode& root = tree.root();
    std::string out = fmt::format("{}\n", domain);
    if (root.record) out += "  " + root.record->text + "\n";
    out += fmt::format("  {}{} of {} lookups, headroom {}, {}; {} and {} authorised{}\n\n",
                       tree.couldNotLook || tree.dynamic ? "at least " : "", root.cost, auth::maxSpfLookups,
                       root.headroom(), text::counted(std::uint64_t(root.voids), "void lookup"),
                       text::counted(root.addresses4, "IPv4 address", "IPv4 addresses"),
                       text::counted(root.networks6, "IPv6 network"),
                       tree.loop     ? "; there is a loop"
                       : tree.broken ? "; something in it is a permerror"
                                     : "");
    return text::printableLines(out + nodeText(tree, 0));
}

Result<std::string> domainName(const std::string& name) {
    auto ascii = dns::toAscii(name);
    if (ascii && dns::isHostName(*ascii, true)) return dns::normalName(*ascii);
    return fail(ErrorCode::InvalidArgument, text::printable(name.substr(0, 80)),
                "This is not a domain name.");
}

void printTree(Globals& globals, const auth::SpfTree& tree, const std::string& domain) {
    if (globals.json)
        printLine(json::line(auth::toJson(tree)));
    else
        printLine(toText(tree, domain));
    if (tree.couldNotLook) raiseStatus(globals, 4);
}

void explain(Globals& globals, const Options& o) {
    const bool isRecord = auth::isSpfRecord(o.what);
    auto domain = domainName(!isRecord ? o.what : o.at.empty() ? noDomain : o.at);
    if (!domain) return printError(globals, domain.error());
    auto network = openNetwork(globals);
    if (!network) return printError(globals, network.error());
    dns::Resolver& resolver = (*network)->resolver;
    const auth::SpfTree tree = (*network)->run(isRecord ? auth::readSpfTreeOf(resolver, *domain, o.what)
                                                        : auth::readSpfTree(resolver, *domain));
    printTree(globals, tree, isRecord && o.at.empty() ? "a record without a domain" : *domain);
}

std::string toText(const auth::SpfDraft& d) {
    std::string out =
        fmt::format("{}\n  now   {}\n  draft {}\n", d.domain,
                    d.now.root().record ? d.now.root().record->text : "no SPF record", d.record);
    for (const auto& p : d.problems) out += "  fault: " + p.text + "\n";
    out += fmt::format("  lookups {} now, {} then; void lookups {} now, {} then\n\n", d.now.root().cost,
                       d.then->root().cost, d.now.root().voids, d.then->root().voids);
    for (const auto& r : d.rows)
        out += fmt::format("  {:<40} {:<10} {:<10} {}\n", r.ip.toString(), auth::spfResultName(r.now.result),
                           auth::spfResultName(r.then->result),
                           r.gains()   ? "gains a pass by " + r.then->matchedTerm
                           : r.loses() ? "loses its pass by " + r.now.matchedTerm
                                       : std::string());
    return text::printableLines(out);
}

void draft(Globals& globals, const Options& o) {
    auto domain = domainName(o.what);
    if (!domain) return printError(globals, domain.error());
    auth::SpfDraftRequest request;
    request.domain = *domain;
    request.record = o.record;
    for (const std::string& ip : o.ips) {
        const auto address = net::IpAddress::parse(ip);
        if (!address) {
            printRefused(globals, "ip", ip,
                         Error(ErrorCode::InvalidArgument, "--ip",
                               "\"" + text::printable(ip.substr(0, 80)) + "\" is not an IP address."));
            return;
        }
        request.ips.push_back(*address);
    }
    auto network = openNetwork(globals);
    if (!network) return printError(globals, network.error());
    auth::SpfOptions options;
    options.clock = &(*network)->clock;
    options.trace = false;
    const auth::SpfDraft result = (*network)->run(auth::trySpfDraft((*network)->resolver, request, options));
    printLine(globals.json ? json::line(auth::toJson(result)) : toText(result));
    if (!result.problems.empty()) raiseStatus(globals, 1);
    if (result.now.couldNotLook || result.then->couldNotLook) raiseStatus(globals, 4);
}

std::string toText(const auth::SpfFlattened& f, const std::string& domain) {
    std::string out = domain + "\n";
    if (f.record.empty()) return text::printableLines(out + "  not possible: " + f.why + "\n");
    out += fmt::format("  {}\n\n  {}\n", f.record, f.price);
    for (const auto& k : f.kept) out += fmt::format("  {} stays: {}\n", k.term, k.why);
    if (f.strings.size() > 1) {
        out += "\n  As the strings of one TXT record:\n";
        for (const std::string& s : f.strings) out += "    \"" + s + "\"\n";
    }
    return text::printableLines(out);
}

void flatten(Globals& globals, const Options& o) {
    auto domain = domainName(o.what);
    if (!domain) return printError(globals, domain.error());
    auto network = openNetwork(globals);
    if (!network) return printError(globals, network.error());
    const auth::SpfTree tree = (*network)->run(auth::readSpfTree((*network)->resolver, *domain));
    const auth::SpfFlattened flattened = auth::flattenSpf(tree);
    if (globals.json) {
        json::object line{{"domain", *domain}};
        for (auto& field : auth::toJson(flattened)) line[field.key()] = std::move(field.value());
        printLine(json::line(line));
    } else {
        printLine(toText(flattened, *domain));
    }
    if (flattened.record.empty()) raiseStatus(globals, tree.couldNotLook ? 4 : 1);
}

} // namespace

void addSpfRecordVerbs(CLI::App& group, Globals& globals) {
    auto* show =
        group.add_subcommand("explain", "what a record says, whatever the client: tree, cost, addresses");
    auto shown = std::make_shared<Options>();
    show->add_option("RECORD|DOMAIN", shown->what, "a domain, or the text of a record")->required();
    show->add_option("--domain", shown->at, "where the record would stand, for a and mx without a domain")
        ->type_name("NAME");
    show->footer(
        "Cost is the worst case: every term that asks counts.\n\nExample:\n  waypost-cli spf explain "
        "'v=spf1 include:_spf.example.net mx -all' --domain example.org\n\n"
        "Exit status: 0 read to its end, 2 refused input, 4 something could not be looked up.");
    show->callback([&globals, shown] { explain(globals, *shown); });

    auto* try_ = group.add_subcommand("draft", "try an edited record before it is published");
    auto tried = std::make_shared<Options>();
    try_->add_option("DOMAIN", tried->what, "the domain")->required();
    try_->add_option("--record", tried->record, "the edited record")->type_name("TEXT")->required();
    try_->add_option("--ip", tried->ips, "a sending address to try; repeatable")
        ->type_name("A")
        ->allow_extra_args(false);
    try_->footer(
        "Shows lookups now and then, and which addresses gain or lose a pass.\n\nExample:\n  waypost-cli spf "
        "draft example.org --record 'v=spf1 ip4:203.0.113.0/24 -all' --ip 203.0.113.7 --ip 198.51.100.2\n\n"
        "Exit status: 0 tried, 1 the draft has a fault, 2 refused input, 4 something could not be looked "
        "up.");
    try_->callback([&globals, tried] { draft(globals, *tried); });

    auto* flat =
        group.add_subcommand("flatten", "the record with its includes replaced by networks, and the price");
    auto flattened = std::make_shared<Options>();
    flat->add_option("DOMAIN", flattened->what, "the domain")->required();
    flat->footer("Nothing is published. What decides by more than the address stays as it is.\n\nExample:\n  "
                 "waypost-cli spf flatten example.org\n\n"
                 "Exit status: 0 made, 1 not possible, 2 refused input, 4 something could not be looked up.");
    flat->callback([&globals, flattened] { flatten(globals, *flattened); });
}

} // namespace waypost::cli
