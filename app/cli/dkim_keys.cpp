// `dkim sign` and `dkim keygen`.
#include "auth/dkim_sign.h"
#include "base/text.h"
#include "cli/dkim_group.h"
#include "cli/workspace.h"
#include "dns/names.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace waypost::cli {

namespace {

struct SignOptions {
    std::string domain, file, canonicalization = "relaxed/relaxed", identity, headers;
    std::vector<std::string> selectors, keys;
    std::optional<std::int64_t> at, lifetime;
};

Result<std::shared_ptr<const auth::DkimPrivateKey>> readKey(const std::string& file) {
    auto pem = readWholeFile(file, auth::DkimPrivateKey::maxPem);
    if (!pem) return fail(pem.error());
    auto key = auth::DkimPrivateKey::fromPem(Secret(std::move(*pem)));
    if (!key) return fail(key.error().code, file, key.error().text);
    return key;
}

Result<std::vector<auth::DkimSigningKey>> readKeys(const SignOptions& o) {
    if (o.selectors.size() != o.keys.size())
        return fail(ErrorCode::InvalidArgument, "dkim sign", "Each --key needs a --selector of its own.");
    auto domain = dns::toAscii(o.domain);
    if (!domain) return fail(domain.error());
    std::vector<auth::DkimSigningKey> out;
    for (size_t i = 0; i < o.keys.size(); ++i) {
        auto key = readKey(o.keys[i]);
        if (!key) return fail(key.error());
        out.push_back({*domain, o.selectors[i], *key});
    }
    return out;
}

Result<auth::DkimSignOptions> signOptions(const SignOptions& o) {
    auth::DkimSignOptions out;
    const auto word = [](std::string_view w) -> std::optional<auth::Canonicalization> {
        if (w == "simple") return auth::Canonicalization::Simple;
        if (w == "relaxed") return auth::Canonicalization::Relaxed;
        return std::nullopt;
    };
    const size_t slash = o.canonicalization.find('/');
    const auto header = word(std::string_view(o.canonicalization).substr(0, slash));
    const auto body =
        slash == std::string::npos ? header : word(std::string_view(o.canonicalization).substr(slash + 1));
    if (!header || !body)
        return fail(ErrorCode::InvalidArgument, "--canonicalization",
                    "Give simple or relaxed, or two of them with \"/\".");
    out.header = *header;
    out.body = *body;
    out.now = judgingTime(o.at);
    if (o.lifetime) out.lifetime = std::chrono::seconds(*o.lifetime);
    out.identity = o.identity;
    if (!o.headers.empty())
        for (std::string_view name : text::split(o.headers, ':')) out.headers.emplace_back(text::trim(name));
    return out;
}

void sign(Globals& globals, const SignOptions& o) {
    auto keys = readKeys(o);
    if (!keys) return printError(globals, keys.error());
    auto options = signOptions(o);
    if (!options) return printError(globals, options.error());
    auto message = openMessage(o.file);
    if (!message) return printRefused(globals, "file", o.file, message.error());
    auto out = auth::dkimSign(*message, *keys, *options);
    if (!out) return printRefused(globals, "file", o.file, out.error());
    // The message as it is: a byte more or less would break the signature.
    std::fwrite(out->data(), 1, out->size(), stdout);
    std::fflush(stdout);
}

struct KeygenOptions {
    std::string domain, selector, kind = "rsa2048", out;
};

Result<void> writeNew(const std::string& file, const Secret& pem) {
    const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return fail(errno == EEXIST ? ErrorCode::Conflict : ErrorCode::Io, file,
                    errno == EEXIST ? std::string("It exists already; a key is never overwritten.")
                                    : fmt::format("It cannot be written: {}.", std::strerror(errno)));
    std::string_view rest = pem.reveal();
    while (!rest.empty()) {
        const ssize_t n = ::write(fd, rest.data(), rest.size());
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) break;
        rest.remove_prefix(size_t(n));
    }
    const bool whole = rest.empty() && ::fsync(fd) == 0;
    ::close(fd);
    if (!whole) return fail(ErrorCode::Io, file, "The key could not be written whole.");
    return {};
}

void printKey(const Globals& globals, const KeygenOptions& o, const auth::DkimPrivateKey& key,
              const Secret& pem) {
    const bool named = !o.domain.empty();
    const auth::DkimPublication p = auth::dkimPublication(key, o.selector, o.domain);
    if (globals.json) {
        json::object line{{"type", key.type()}, {"bits", key.bits()}, {"record", p.record}};
        if (named) line["name"] = p.name;
        json::array strings;
        for (const std::string& s : p.strings) strings.push_back(json::value(s));
        line["strings"] = std::move(strings);
        if (named) line["zone_line"] = p.zoneLine;
        line[o.out.empty() ? "private_key" : "file"] =
            o.out.empty() ? json::value(std::string(pem.reveal())) : json::foreign(o.out);
        return printLine(json::line(line));
    }
    if (o.out.empty()) std::fwrite(pem.reveal().data(), 1, pem.reveal().size(), stdout);
    if (named) printLine("name:   " + p.name);
    printLine("record: " + p.record);
    if (named) printLine("zone:   " + p.zoneLine);
}

void keygen(Globals& globals, KeygenOptions o) {
    const auto kind = auth::dkimKeyKindFrom(o.kind);
    if (!kind)
        return printError(globals, Error(ErrorCode::InvalidArgument, "--type",
                                         "Give rsa2048, rsa3072, rsa4096 or ed25519."));
    if (!o.domain.empty() || !o.selector.empty()) {
        auto domain = dns::toAscii(o.domain);
        if (!domain || !dns::isHostName(*domain, true) || o.selector.empty() ||
            !dns::isHostName(o.selector + "." + *domain, true))
            return printError(globals, Error(ErrorCode::InvalidArgument, "dkim keygen",
                                             "--domain and --selector must both be names."));
        o.domain = *domain;
    }
    auto key = auth::DkimPrivateKey::generate(*kind);
    if (!key) return printError(globals, key.error());
    const Secret pem = (*key)->pem();
    if (!o.out.empty()) {
        auto written = writeNew(o.out, pem);
        if (!written) return printError(globals, written.error());
    }
    printKey(globals, o, **key, pem);
}

void addSign(CLI::App& group, Globals& globals) {
    auto* run = group.add_subcommand("sign", "sign a message and print it");
    auto o = std::make_shared<SignOptions>();
    run->add_option("FILE", o->file, "message file; - reads standard input")->required();
    run->add_option("--domain", o->domain, "the domain that signs (d=)")->required()->type_name("D");
    run->add_option("--selector", o->selectors, "selector (s=); once for each key")
        ->required()
        ->type_name("S")
        ->allow_extra_args(false);
    run->add_option("--key", o->keys, "private key in PEM form, RSA or Ed25519; repeatable")
        ->required()
        ->type_name("PEM")
        ->allow_extra_args(false);
    run->add_option("--headers", o->headers, "fields to sign, names with \":\" between")->type_name("LIST");
    run->add_option("--canonicalization", o->canonicalization, "header/body, each simple or relaxed")
        ->type_name("H/B")
        ->capture_default_str();
    run->add_option("--identity", o->identity, "the user or agent signed for (i=)")->type_name("ADDRESS");
    run->add_option("--at", o->at, "time of signing, in seconds since 1970 (default: now)")
        ->type_name("EPOCH")
        ->check(CLI::Range(std::int64_t(0), std::int64_t(253'402'300'799)));
    run->add_option("--lifetime", o->lifetime, "the signature expires so many seconds later (x=)")
        ->type_name("SECONDS")
        ->check(CLI::Range(std::int64_t(1), std::int64_t(3'153'600'000)));
    run->footer(
        "From, Reply-To, To, Cc and Subject are named once more than they occur, so that nobody can add "
        "one.\n\nExample:\n  waypost-cli dkim sign --domain example.org --selector s1 --key s1.pem "
        "message.eml\n\n"
        "Exit status: 0 signed, 2 the message, a key or a name was refused.");
    run->callback([&globals, o] { sign(globals, *o); });
}

void addKeygen(CLI::App& group, Globals& globals) {
    auto* run = group.add_subcommand("keygen", "make a key and show what to publish for it");
    auto o = std::make_shared<KeygenOptions>();
    run->add_option("--domain", o->domain, "domain the key is for")->type_name("D");
    run->add_option("--selector", o->selector, "selector it will have")->type_name("S");
    run->add_option("--type", o->kind, "rsa2048, rsa3072, rsa4096 or ed25519")
        ->type_name("T")
        ->capture_default_str();
    run->add_option("--out", o->out,
                    "new file for the private key (mode 0600); without it the key is printed")
        ->type_name("FILE");
    run->footer(
        "\"record\" is one string, as the forms of DNS providers take it; \"zone\" is a line of a zone file, "
        "in strings of at most 255 octets.\n\nExample:\n"
        "  waypost-cli dkim keygen --domain example.org --selector s2026 --out s2026.pem\n\n"
        "Exit status: 0 made, 2 a name was refused, 7 the file exists.");
    run->callback([&globals, o] { keygen(globals, *o); });
}

} // namespace

void addDkimKeys(CLI::App& group, Globals& globals) {
    addSign(group, globals);
    addKeygen(group, globals);
}

} // namespace waypost::cli
