#include "dkim_cases.h"

#include "auth/dkim_canon.h"
#include "auth/dkim_hash.h"
#include "base/text.h"
#include "dkim_fixture.h"

#include <algorithm>

namespace waypost::test {

namespace {

const std::string crlf = "\r\n";

std::string words(Random& random, size_t count) {
    static constexpr const char* all[] = {"spring", "sale",      "the",  "a", "receipt", "for",
                                          "your",   "order",     "1.",   ".", "..",      "=20",
                                          "--",     "h\xc3\xbc", "100%", "x"};
    std::string out;
    for (size_t i = 0; i < count; ++i) {
        if (i) out += random.below(6) == 0 ? "  " : random.below(8) == 0 ? "\t" : " ";
        out += all[random.below(std::size(all))];
    }
    return out;
}

std::string generatedBody(Random& random) {
    std::string out;
    const size_t lines = random.below(12);
    for (size_t i = 0; i < lines; ++i) {
        if (random.below(5) != 0) out += words(random, 1 + random.below(9));
        if (random.below(6) == 0) out += random.below(2) ? "  " : "\t";
        out += crlf;
    }
    for (size_t i = random.below(4); i > 1; --i) out += crlf;
    if (random.below(20) == 0) out.clear();
    return out;
}

std::vector<CaseField> generatedFields(Random& random) {
    std::vector<CaseField> out{{"From", " Anna <anna@example.org>"}, {"To", " b@example.net"}};
    std::string subject = " " + words(random, 1 + random.below(6));
    if (random.below(3) == 0) subject += crlf + (random.below(2) ? " " : "\t ") + words(random, 3);
    out.push_back({"Subject", subject});
    out.push_back({"Date", " Tue, 14 Nov 2023 22:13:20 +0000"});
    out.push_back({"Message-ID", "<" + random.token(12) + "@example.org>"});
    if (random.below(2)) out.push_back({"X-Empty", random.below(2) ? "" : " "});
    if (random.below(2)) out.push_back({"x-MIXED-case", "\t" + words(random, 2) + " \t"});
    if (random.below(2)) {
        out.push_back({"X-Twice", " first"});
        out.push_back({"X-Twice", " second"});
    }
    for (size_t i = out.size() - 1; i > 0; --i) std::swap(out[i], out[random.below(i + 1)]);
    return out;
}

std::string decimal(std::int64_t n) {
    return std::to_string(n);
}

size_t indexOf(std::string_view in, std::string_view what) {
    const size_t at = in.find(what);
    return at == in.npos ? 0 : at;
}

// The message after a change of the first place where `from` stands.
std::function<std::string(std::string)> replaced(std::string from, std::string to) {
    return [from = std::move(from), to = std::move(to)](std::string m) {
        const size_t at = m.find(from);
        return at == m.npos ? m : m.replace(at, from.size(), to);
    };
}

// The part of h= from the fields, bottom-up, as RFC 6376 section 5.4.2 has it.
std::string signedFields(const DkimCase& c, const std::string& h) {
    std::string out;
    std::map<std::string, size_t> used;
    for (auto piece : text::split(h, ':')) {
        const std::string name = text::lowered(text::trim(piece));
        std::vector<const CaseField*> all;
        for (const auto& f : c.fields)
            if (text::lowered(text::trim(f.name)) == name) all.push_back(&f);
        const size_t nth = used[name]++;
        if (name.empty() || nth >= all.size()) continue;
        const CaseField& f = *all[all.size() - 1 - nth];
        auth::appendCanonicalField(out, f.name + ":" + f.value,
                                   c.relaxedHeader ? auth::Canonicalization::Relaxed
                                                   : auth::Canonicalization::Simple);
    }
    return out;
}

} // namespace

std::string* DkimCase::tag(std::string_view name) {
    for (auto& [n, v] : tags)
        if (n == name) return &v;
    return nullptr;
}

void DkimCase::set(std::string_view name, std::string value) {
    if (auto* v = tag(name))
        *v = std::move(value);
    else
        tags.emplace_back(name, std::move(value));
}

void DkimCase::drop(std::string_view name) {
    std::erase_if(tags, [&](const auto& t) { return t.first == name; });
}

CaseField* DkimCase::field(std::string_view name) {
    for (auto& f : fields)
        if (text::iequals(f.name, name)) return &f;
    return nullptr;
}

DkimCase generatedCase(Random& random) {
    DkimCase c;
    c.fields = generatedFields(random);
    c.body = generatedBody(random);
    c.relaxedHeader = random.below(2) == 0;
    c.relaxedBody = random.below(2) == 0;
    c.keyRecord = rsa2048Record;
    auto word = [](bool relaxed) { return relaxed ? "relaxed" : "simple"; };
    c.tags = {{"v", "1"},
              {"a", "rsa-sha256"},
              {"c", std::string(word(c.relaxedHeader)) + "/" + word(c.relaxedBody)},
              {"d", "example.org"},
              {"s", "sel"},
              {"h", "From:To:Subject:Date:Message-ID:X-Empty:X-MIXED-case:X-Twice"}};
    return c;
}

std::string signedCase(const DkimCase& c) {
    auto body = auth::canonicalBody(c.body, c.relaxedBody ? auth::Canonicalization::Relaxed
                                                          : auth::Canonicalization::Simple);
    std::string h;
    bool hasBh = false;
    for (const auto& [name, value] : c.tags) {
        if (name == "h") h = value;
        if (name == "bh") hasBh = true;
        if (name == "l")
            if (auto n = text::parseUnsigned(text::trim(value)); n && *n < body.size()) body.resize(*n);
    }
    std::string value = " ";
    for (const auto& [name, v] : c.tags) value += name + "=" + v + c.between;
    if (!hasBh)
        value += "bh=" + text::base64Encode(auth::dkimDigest(auth::DkimHash::Sha256, body)) + c.between;
    value += "b=";
    std::string input = signedFields(c, h);
    auth::appendCanonicalField(input, c.fieldName + ":" + value + c.after,
                               c.relaxedHeader ? auth::Canonicalization::Relaxed
                                               : auth::Canonicalization::Simple);
    input.resize(input.size() - 2);
    static const auto rsa = privateKey(rsa2048Pem), ed = privateKey(ed25519Pem);
    auto signature = (c.ed25519 ? ed : rsa)->sign(auth::dkimDigest(auth::DkimHash::Sha256, input));
    std::string out = c.fieldName + ":" + value + text::base64Encode(*signature) + c.after + crlf;
    for (const auto& f : c.fields) out += f.name + ":" + f.value + crlf;
    out += crlf + c.body;
    return c.afterwards ? c.afterwards(std::move(out)) : out;
}

namespace {

using Changes = std::vector<DkimChange>;

void headerChanges(Changes& all) {
    auto add = [&](const char* id, auto f) { all.push_back({id, f}); };
    auto later = [&](const char* id, auto f) {
        all.push_back({id, [f](DkimCase& c, Random&) { c.afterwards = f(c); }});
    };
    later("a signed value was changed", [](DkimCase&) { return replaced("Anna", "Bnna"); });
    later("a space was added inside a value", [](DkimCase&) { return replaced("Anna <", "Anna  <"); });
    later("a field was folded", [](DkimCase&) { return replaced("Nov 2023", "Nov\r\n 2023"); });
    later("a name was written in other case", [](DkimCase&) { return replaced("\r\nFrom:", "\r\nFROM:"); });
    later("a space stands before the colon", [](DkimCase&) { return replaced("\r\nDate:", "\r\nDate :"); });
    later("a second From stands on top", [](DkimCase&) {
        return [](const std::string& m) { return "From: Eve <eve@example.com>\r\n" + m; };
    });
    later("a field that is not signed was added",
          [](DkimCase&) { return [](const std::string& m) { return "X-Other: yes\r\n" + m; }; });
    later("a field named in h= but absent was added", [](DkimCase& c) {
        c.set("h", *c.tag("h") + ":X-Absent");
        return [](const std::string& m) { return "X-Absent: now here\r\n" + m; };
    });
    later("the signed Date is gone",
          [](DkimCase&) { return replaced("Date: Tue, 14 Nov 2023 22:13:20 +0000\r\n", ""); });
    add("the header is From alone", [](DkimCase& c, Random&) { c.fields = {{"From", " a@example.org"}}; });
    add("a field has no value", [](DkimCase& c, Random&) { c.field("To")->value = ""; });
    add("a value is white space over two lines",
        [](DkimCase& c, Random&) { c.field("To")->value = " \r\n b@example.net"; });
    add("a value ends in white space", [](DkimCase& c, Random&) { c.field("To")->value += " \t "; });
    add("octets above ASCII in a value", [](DkimCase& c, Random&) { c.field("To")->value = " \xff\xfe@x"; });
    add("a long value",
        [](DkimCase& c, Random&) { c.field("Subject")->value = " " + std::string(900, 'x'); });
}

void bodyChanges(Changes& all) {
    auto later = [&](const char* id, auto f) {
        all.push_back({id, [f](DkimCase& c, Random&) {
                           c.body = "A line of  text.\r\nAnother line.\r\n" + c.body;
                           c.afterwards = f;
                       }});
    };
    auto add = [&](const char* id, std::string body) {
        all.push_back({id, [body](DkimCase& c, Random&) { c.body = body; }});
    };
    later("a letter of the body was changed", replaced("Another", "Anothe4"));
    later("a space was added at the end of a line", replaced("Another line.\r\n", "Another line. \r\n"));
    later("spaces inside a line became one", replaced("of  text", "of text"));
    later("a line of the body was folded", replaced("Another line", "Another\r\n line"));
    later("empty lines were added at the end", [](const std::string& m) { return m + "\r\n\r\n\r\n"; });
    later("a line of spaces was added at the end", [](const std::string& m) { return m + "  \t\r\n"; });
    later("a footer was added", [](const std::string& m) { return m + "-- \r\nThe list\r\n"; });
    later("the last line end was cut", [](std::string m) {
        if (m.ends_with(crlf)) m.resize(m.size() - 2);
        return m;
    });
    add("the last line has no line end", "text\r\nand more");
    add("the body is empty", "");
    add("the body is one empty line", "\r\n");
    add("the body is white space", " \t \r\n");
    add("the body is white space without a line end", " \t ");
    add("the body begins with empty lines", "\r\n\r\ntext\r\n");
    add("the body has a NUL", std::string("a\0b\r\n", 5));
    add("the body has a bare CR", "a\rb\r\n");
    add("the body ends in a bare CR", "a\r");
    add("the body has lines of 5000 octets",
        std::string(5000, 'x') + " \r\n" + std::string(5000, 'y') + "\r\n");
}

void tagChanges(Changes& all) {
    auto add = [&](const char* id, std::function<void(DkimCase&)> f) {
        all.push_back({id, [f = std::move(f)](DkimCase& c, Random&) { f(c); }});
    };
    auto set = [&](const char* id, const char* name, std::string value) {
        all.push_back({id, [name, value](DkimCase& c, Random&) { c.set(name, value); }});
    };
    auto drop = [&](const char* id, const char* name) {
        all.push_back({id, [name](DkimCase& c, Random&) { c.drop(name); }});
    };
    drop("no v=", "v");
    set("v=2", "v", "2");
    set("v=1.0", "v", "1.0");
    add("v= is not first", [](DkimCase& c) { std::swap(c.tags[0], c.tags[3]); });
    drop("no a=", "a");
    set("a= in capitals", "a", "RSA-SHA256");
    set("a= is unknown", "a", "rsa-md5");
    set("a= is rsa-sha1 over SHA-256", "a", "rsa-sha1");
    set("a= without a hash", "a", "rsa");
    drop("no d=", "d");
    set("d= is empty", "d", "");
    set("d= in capitals", "d", "EXAMPLE.ORG");
    set("d= of one label", "d", "org");
    set("d= ends in a dot", "d", "example.org.");
    drop("no s=", "s");
    set("s= is empty", "s", "");
    drop("no h=", "h");
    set("h= is empty", "h", "");
    set("h= without From", "h", "To:Subject:Date");
    set("h= with spaces around the colons", "h", "From : To : Subject");
    set("h= folded", "h", "From:\r\n\tTo:\r\n Subject");
    set("h= ends in a colon", "h", "From:To:");
    set("h= names a field more often than it is there", "h", "From:To:To:Subject:Subject");
    set("h= names From twice", "h", "From:From:To");
    set("h= in small letters", "h", "from:to:subject");
    set("h= names an absent field", "h", "From:X-Nowhere");
    set("bh= is empty", "bh", "");
    set("bh= is of another body", "bh", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    set("bh= is no base64", "bh", "!!!!");
    add("c= is left out", [](DkimCase& c) {
        c.drop("c");
        c.relaxedHeader = c.relaxedBody = false;
    });
    add("c= names the header only", [](DkimCase& c) {
        c.set("c", "relaxed");
        c.relaxedHeader = true;
        c.relaxedBody = false;
    });
    set("c= is unknown", "c", "tight/tight");
    add("c= in capitals", [](DkimCase& c) {
        c.set("c", "RELAXED/RELAXED");
        c.relaxedHeader = c.relaxedBody = true;
    });
    set("q=dns/txt", "q", "dns/txt");
    set("q= is unknown", "q", "http");
    set("q= is a list that has dns/txt", "q", "http:dns/txt");
    set("i= is the domain", "i", "@example.org");
    set("i= is an address of the domain", "i", "anna@example.org");
    set("i= is below the domain", "i", "anna@mail.example.org");
    set("i= is of another domain", "i", "anna@example.com");
    set("i= only ends like the domain", "i", "anna@badexample.org");
    set("i= has no at sign", "i", "example.org");
    set("l= is zero", "l", "0");
    set("l= is one octet", "l", "1");
    set("l= is larger than the body", "l", "1000000");
    set("l= is no number", "l", "12a");
    set("l= is empty", "l", "");
    set("l= is negative", "l", "-1");
    set("l= has 30 digits", "l", std::string(30, '9'));
    set("t= is now", "t", decimal(caseTime));
    set("t= is a year ahead", "t", decimal(caseTime + 31'536'000));
    set("t= is no number", "t", "now");
    add("x= is over", [](DkimCase& c) {
        c.set("t", decimal(caseTime - 7200));
        c.set("x", decimal(caseTime - 3600));
    });
    add("x= is to come", [](DkimCase& c) {
        c.set("t", decimal(caseTime));
        c.set("x", decimal(caseTime + 3600));
    });
    add("x= lies before t=", [](DkimCase& c) {
        c.set("t", decimal(caseTime));
        c.set("x", decimal(caseTime - 1));
    });
    set("z= is there", "z", "From:anna@example.org|To:b=40example.net");
    set("a tag nobody knows", "foo", "bar");
    set("a tag with an underscore", "x_1", "y");
    set("a tag that begins with a digit", "1x", "y");
    add("a tag twice", [](DkimCase& c) { c.tags.emplace_back("d", "example.org"); });
    add("an unknown tag twice", [](DkimCase& c) {
        c.tags.emplace_back("foo", "1");
        c.tags.emplace_back("foo", "2");
    });
    add("no space between tags", [](DkimCase& c) { c.between = ";"; });
    add("tags on lines of their own", [](DkimCase& c) { c.between = ";\r\n\t"; });
    add("two semicolons", [](DkimCase& c) { c.between = ";;"; });
    add("a semicolon at the end", [](DkimCase& c) { c.after = ";"; });
    add("white space around the equals sign", [](DkimCase& c) {
        for (auto& t : c.tags)
            if (t.first == "d") t = {"d ", " example.org"};
    });
    add("a tag without a value at the end", [](DkimCase& c) { c.after = "; junk"; });
    add("the name of the field in capitals", [](DkimCase& c) { c.fieldName = "DKIM-SIGNATURE"; });
    add("the name of the field in small letters", [](DkimCase& c) { c.fieldName = "dkim-signature"; });
    auto inB = [&](const char* id, std::function<void(std::string&, size_t)> f) {
        all.push_back({id, [f](DkimCase& c, Random&) {
                           c.afterwards = [f](std::string m) {
                               f(m, indexOf(m, "; b=") + 4);
                               return m;
                           };
                       }});
    };
    inB("b= was cut", [](std::string& m, size_t at) { m.erase(at, 8); });
    inB("b= is empty", [](std::string& m, size_t at) { m.erase(at, m.find("\r\n", at) - at); });
    inB("b= is folded", [](std::string& m, size_t at) { m.insert(at + 20, "\r\n\t "); });
    inB("b= begins with white space", [](std::string& m, size_t at) { m.insert(at, "  "); });
    inB("b= has a letter changed",
        [](std::string& m, size_t at) { m[at + 9] = m[at + 9] == 'A' ? 'B' : 'A'; });
    inB("b= has an octet that is no base64", [](std::string& m, size_t at) { m.insert(at + 9, "!"); });
    inB("b= is written BB=", [](std::string& m, size_t at) { m[at - 2] = 'B'; });
}

void keyChanges(Changes& all) {
    const std::string p = std::string(rsa2048Record).substr(std::string(rsa2048Record).find("p="));
    auto key = [&](const char* id, std::string record) {
        all.push_back({id, [record](DkimCase& c, Random&) { c.keyRecord = record; }});
    };
    auto both = [&](const char* id, const char* tag, const char* value, std::string record) {
        all.push_back({id, [=](DkimCase& c, Random&) {
                           c.set(tag, value);
                           c.keyRecord = record;
                       }});
    };
    key("there is no key", "");
    key("the key is p= alone", p);
    key("the key has no v=", "k=rsa; " + p);
    key("the key has v= but not first", "k=rsa; v=DKIM1; " + p);
    key("the key says v=DKIM2", "v=DKIM2; " + p);
    key("the key says v=dkim1", "v=dkim1; " + p);
    key("the key has no k=", "v=DKIM1; " + p);
    key("the key has an unknown k=", "v=DKIM1; k=dsa; " + p);
    key("the key says k=ed25519 for an RSA key", "v=DKIM1; k=ed25519; " + p);
    key("the key says h=sha256", "v=DKIM1; h=sha256; " + p);
    key("the key says h=sha1:sha256", "v=DKIM1; h=sha1:sha256; " + p);
    key("the key says h=sha1", "v=DKIM1; h=sha1; " + p);
    key("the key says h= of an unknown hash and sha256", "v=DKIM1; h=md5:sha256; " + p);
    key("the key says s=email", "v=DKIM1; s=email; " + p);
    key("the key says s=*", "v=DKIM1; s=*; " + p);
    key("the key says s=other", "v=DKIM1; s=other; " + p);
    key("the key says s=other:email", "v=DKIM1; s=other:email; " + p);
    key("the key says t=y", "v=DKIM1; t=y; " + p);
    key("the key says t=s", "v=DKIM1; t=s; " + p);
    both("the key says t=s and i= is below the domain", "i", "a@sub.example.org", "v=DKIM1; t=s; " + p);
    both("the key says t=s and i= is the domain", "i", "a@example.org", "v=DKIM1; t=s; " + p);
    both("the key says t=y:s and i= is below the domain", "i", "a@sub.example.org", "v=DKIM1; t=y:s; " + p);
    key("the key says g=*", "v=DKIM1; g=*; " + p);
    key("the key says g= of another user", "v=DKIM1; g=eve; " + p);
    key("the key has notes", "v=DKIM1; n=a note, with words; " + p);
    key("the key is revoked", "v=DKIM1; k=rsa; p=");
    key("the key has no p=", "v=DKIM1; k=rsa");
    key("the key is no base64", "v=DKIM1; p=!!!!");
    key("the key is cut", "v=DKIM1; " + p.substr(0, 100));
    key("the key is of another signer", rsaRecord);
    key("the key is of 512 bits", rsa512Record);
    key("the key has spaces in p=", "v=DKIM1; p=" + p.substr(2, 50) + " " + p.substr(52));
    key("the key has no space between tags", "v=DKIM1;k=rsa;" + p);
    key("the key ends in a semicolon", "v=DKIM1; " + p + ";");
    key("the key has white space around tags", "  v = DKIM1 ; k = rsa ; " + p + " ");
    key("the key has a tag nobody knows", "v=DKIM1; foo=bar; " + p);
    key("the key has p= twice", "v=DKIM1; " + p + "; " + p);
    key("the key has an empty tag", "v=DKIM1;; " + p);
    key("the record is of something else", "v=spf1 -all");
    all.push_back({"Ed25519", [](DkimCase& c, Random&) {
                       c.set("a", "ed25519-sha256");
                       c.ed25519 = true;
                       c.keyRecord = ed25519Record;
                   }});
    all.push_back({"Ed25519 with a key of type RSA", [](DkimCase& c, Random&) {
                       c.set("a", "ed25519-sha256");
                       c.ed25519 = true;
                   }});
}

} // namespace

const std::vector<DkimChange>& dkimChanges() {
    static const std::vector<DkimChange> all = [] {
        Changes out{{"nothing was changed", [](DkimCase&, Random&) {}}};
        headerChanges(out);
        bodyChanges(out);
        tagChanges(out);
        keyChanges(out);
        return out;
    }();
    return all;
}

} // namespace waypost::test
