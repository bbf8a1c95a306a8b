// The rules of RFC 9989 sections 4.4 to 5.3 as a table: author domains, what SPF and DKIM found, a zone, the
// organisational domain and the verdict. It is run over a zone in memory and over loopback DNS.
#pragma once

#include "auth/dmarc_check.h"

#include <QString>
#include <QStringList>

#include <vector>

namespace waypost::test {

using namespace waypost::auth;

struct DmarcRule {
    const char* name;
    QString from, mechanisms, zone, org, verdict;
};

inline SpfResult spfResult(const std::string& word) {
    for (auto r : {SpfResult::None, SpfResult::Neutral, SpfResult::Pass, SpfResult::Fail, SpfResult::SoftFail,
                   SpfResult::TempError, SpfResult::PermError})
        if (spfResultName(r) == word) return r;
    qFatal("no such result");
}

inline DkimResult dkimResult(const std::string& word) {
    if (word == "pass") return DkimResult::Pass;
    if (word == "fail") return DkimResult::Fail;
    if (word == "temperror") return DkimResult::TempError;
    if (word == "permerror") return DkimResult::PermError;
    if (word == "neutral") return DkimResult::Neutral;
    qFatal("no such result");
}

// "spf:pass:example.org dkim:fail:example.net"
inline DmarcMessage messageOf(const QString& from, const QString& mechanisms) {
    DmarcMessage m;
    for (const QString& d : from.split(' ', Qt::SkipEmptyParts)) m.fromDomains.push_back(d.toStdString());
    for (const QString& word : mechanisms.split(' ', Qt::SkipEmptyParts)) {
        const QStringList parts = word.split(':');
        const std::string result = parts[1].toStdString();
        if (parts[0] == "spf") {
            m.spf = spfResult(result);
            m.spfDomain = parts[2].toStdString();
        } else {
            m.dkim.push_back({parts[2].toStdString(), "s", dkimResult(result)});
        }
    }
    return m;
}

inline QString policyName(const std::optional<DmarcPolicy>& p) {
    return p ? QString::fromUtf8(dmarcPolicyName(*p).data()) : "-";
}

// "result policy disposition [spf][dkim]"
inline QString shown(const DmarcReading& r) {
    return QString("%1 %2 %3%4%5")
        .arg(QString::fromUtf8(dmarcResultName(r.result).data()), policyName(r.policy),
             policyName(r.disposition), r.alignedSpf ? " spf" : "", r.alignedDkim ? " dkim" : "");
}

inline std::vector<DmarcRule> dmarcRules() {
    std::vector<DmarcRule> rules;
    auto row = [&](const char* name, const char* from, const char* mechanisms, const QString& zone,
                   const char* org, const char* verdict) {
        rules.push_back({name, QString::fromLatin1(from), QString::fromUtf8(mechanisms), zone,
                         QString::fromLatin1(org), QString::fromLatin1(verdict)});
    };
    const QString reject = "_dmarc.example.org TXT \"v=DMARC1; p=reject\"\n";

    row("5.3.5: SPF passes for the author domain", "example.org", "spf:pass:example.org", reject,
        "example.org", "pass reject none spf");
    row("5.3.5: DKIM passes for the author domain", "example.org", "dkim:pass:example.org", reject,
        "example.org", "pass reject none dkim");
    row("5.3.5: both pass", "example.org", "spf:pass:example.org dkim:pass:example.org", reject,
        "example.org", "pass reject none spf dkim");
    row("5.3.5: nothing was checked", "example.org", "", reject, "example.org", "fail reject reject");
    row("5.3.5: both fail", "example.org", "spf:fail:example.org dkim:fail:example.org", reject,
        "example.org", "fail reject reject");
    row("5.3.5: softfail is no pass", "example.org", "spf:softfail:example.org", reject, "example.org",
        "fail reject reject");
    row("5.3.5: neutral is no pass", "example.org", "spf:neutral:example.org dkim:neutral:example.org",
        reject, "example.org", "fail reject reject");
    row("5.3.5: permerror is no pass and no excuse", "example.org",
        "spf:permerror:example.org dkim:permerror:example.org", reject, "example.org", "fail reject reject");
    row("4.4.1: one of several signatures is enough", "example.org",
        "dkim:fail:example.org dkim:pass:other.example dkim:pass:example.org", reject, "example.org",
        "pass reject none dkim");
    row("4.4: a pass of another organisation", "example.org", "spf:pass:example.net dkim:pass:mailer.example",
        reject, "example.org", "fail reject reject");
    row("4.4: case does not count", "EXAMPLE.org", "dkim:pass:Example.ORG", reject, "example.org",
        "pass reject none dkim");
    row("4.4: a dot at the end does not count", "example.org.", "spf:pass:example.org", reject, "example.org",
        "pass reject none spf");

    row("5.3.1: U-labels of an envelope", "xn--bcher-kva.example",
        "spf:pass:b\xc3\xbc"
        "cher.example",
        "_dmarc.xn--bcher-kva.example TXT \"v=DMARC1; p=reject\"", "xn--bcher-kva.example",
        "pass reject none spf");
    row("4.4: relaxed, the identifier is below", "example.org", "spf:pass:bounce.example.org", reject,
        "example.org", "pass reject none spf");
    row("4.4: relaxed, the author is below", "news.example.org", "dkim:pass:example.org", reject,
        "example.org", "pass reject none dkim");
    row("4.4 table 1: relaxed, siblings", "news.example.org", "dkim:pass:foo.example.org", reject,
        "example.org", "pass reject none dkim");
    row("4.4: a name that only ends alike", "example.org", "spf:pass:badexample.org", reject, "example.org",
        "fail reject reject");
    row("4.7 adkim=s: a subdomain does not align", "example.org", "dkim:pass:a.example.org",
        "_dmarc.example.org TXT \"v=DMARC1; p=reject; adkim=s\"", "example.org", "fail reject reject");
    row("4.7 adkim=s: the same name aligns", "example.org", "dkim:pass:example.org",
        "_dmarc.example.org TXT \"v=DMARC1; p=reject; adkim=s\"", "example.org", "pass reject none dkim");
    row("4.7 adkim=s says nothing of SPF", "example.org", "spf:pass:a.example.org",
        "_dmarc.example.org TXT \"v=DMARC1; p=reject; adkim=s\"", "example.org", "pass reject none spf");
    row("4.7 aspf=s: a subdomain does not align", "example.org", "spf:pass:a.example.org",
        "_dmarc.example.org TXT \"v=DMARC1; p=reject; aspf=s\"", "example.org", "fail reject reject");
    row("4.7 aspf=s says nothing of DKIM", "example.org", "dkim:pass:a.example.org",
        "_dmarc.example.org TXT \"v=DMARC1; p=reject; aspf=s\"", "example.org", "pass reject none dkim");
    row("4.7 adkim=s of an inherited record: the author's own name counts", "news.example.org",
        "dkim:pass:example.org", "_dmarc.example.org TXT \"v=DMARC1; p=reject; adkim=s\"", "example.org",
        "fail reject reject");
    row("4.8: a broken adkim is relaxed", "example.org", "dkim:pass:a.example.org",
        "_dmarc.example.org TXT \"v=DMARC1; p=reject; adkim=strict\"", "example.org",
        "pass reject none dkim");

    row("4.10.1: no record anywhere", "a.example.org", "spf:pass:a.example.org", "", "a.example.org",
        "none - none");
    row("4.10.1: the record of the author domain comes first", "a.example.org", "",
        reject + "_dmarc.a.example.org TXT \"v=DMARC1; p=none\"", "example.org", "fail none none");
    row("4.10.1: then that of the organisation", "a.b.example.org", "",
        reject + "_dmarc.b.example.org TXT \"v=DMARC1; p=none\"", "example.org", "fail reject reject");
    row("4.10.1: then that of the public suffix domain", "a.example.bank", "",
        "_dmarc.bank TXT \"v=DMARC1; p=reject; psd=y\"\na.example.bank A 192.0.2.1", "example.bank",
        "fail reject reject");
    row("4.10.1: sp of the public suffix domain", "example.bank", "",
        "_dmarc.bank TXT \"v=DMARC1; p=none; sp=quarantine; psd=y\"\nexample.bank A 192.0.2.1",
        "example.bank", "fail quarantine quarantine");
    row("4.10.1: an organisation with a record does not use the suffix's", "a.example.bank", "",
        "_dmarc.bank TXT \"v=DMARC1; p=reject; psd=y\"\n_dmarc.example.bank TXT \"v=DMARC1; p=none\"",
        "example.bank", "fail none none");
    row("4.10.1: p for the author domain, whatever sp says", "example.org", "",
        "_dmarc.example.org TXT \"v=DMARC1; p=none; sp=reject; np=reject\"", "example.org", "fail none none");
    row("4.10.1: p of the author's own record below the organisation", "a.example.org", "",
        reject + "_dmarc.a.example.org TXT \"v=DMARC1; p=quarantine; sp=none\"", "example.org",
        "fail quarantine quarantine");
    row("4.10.1: sp for a subdomain that exists", "a.example.org", "",
        "_dmarc.example.org TXT \"v=DMARC1; p=none; sp=quarantine; np=reject\"\na.example.org MX 1 "
        "mx.example.org",
        "example.org", "fail quarantine quarantine");
    row("4.10.1: np for one that does not", "a.example.org", "",
        "_dmarc.example.org TXT \"v=DMARC1; p=none; sp=quarantine; np=reject\"\nexample.org A 192.0.2.1",
        "example.org", "fail reject reject");
    row("4.7: without np, sp for one that does not exist", "a.example.org", "",
        "_dmarc.example.org TXT \"v=DMARC1; p=none; sp=quarantine\"", "example.org",
        "fail quarantine quarantine");
    row("4.7: np alone leaves p to existing subdomains", "a.example.org", "",
        "_dmarc.example.org TXT \"v=DMARC1; p=reject; np=none\"\na.example.org A 192.0.2.1", "example.org",
        "fail reject reject");
    row("3.2.13: a name with only a text record exists", "a.example.org", "",
        "_dmarc.example.org TXT \"v=DMARC1; p=none; sp=none; np=reject\"\na.example.org TXT \"x\"",
        "example.org", "fail none none");
    row("3.2.13: a name with only names below it exists", "a.example.org", "",
        "_dmarc.example.org TXT \"v=DMARC1; p=none; sp=none; np=reject\"\nb.a.example.org TXT \"x\"",
        "example.org", "fail none none");
    row("3.2.13: an alias to nowhere exists", "a.example.org", "",
        "_dmarc.example.org TXT \"v=DMARC1; p=none; sp=none; np=reject\"\na.example.org CNAME "
        "nowhere.example.net",
        "example.org", "fail none none");
    row("5.3.6: whether the name exists is not known, and np would decide", "a.example.org", "",
        "_dmarc.example.org TXT \"v=DMARC1; p=none; np=reject\"\na.example.org !timeout", "example.org",
        "temperror - none");
    row("5.3.6: it decides nothing", "a.example.org", "",
        "_dmarc.example.org TXT \"v=DMARC1; p=reject; np=reject\"\na.example.org !timeout", "example.org",
        "fail reject reject");

    row("4.10.1: no p with a report address counts as none", "example.org", "",
        "_dmarc.example.org TXT \"v=DMARC1; rua=mailto:a@example.org\"", "example.org", "fail none none");
    row("4.10.1: no p and no report address: no DMARC", "example.org", "spf:pass:example.org",
        "_dmarc.example.org TXT \"v=DMARC1; sp=reject\"", "example.org", "none - none");
    row("4.10.1: a faulty p with a report address", "example.org", "",
        "_dmarc.example.org TXT \"v=DMARC1; p=block; rua=mailto:a@example.org\"", "example.org",
        "fail none none");
    row("4.10.1: a faulty p without one", "example.org", "", "_dmarc.example.org TXT \"v=DMARC1; p=block\"",
        "example.org", "none - none");
    row("4.10.1: a faulty sp spoils p too", "example.org", "",
        "_dmarc.example.org TXT \"v=DMARC1; p=reject; sp=block; rua=mailto:a@example.org\"", "example.org",
        "fail none none");
    row("4.10.1: a faulty np without a report address", "example.org", "",
        "_dmarc.example.org TXT \"v=DMARC1; p=reject; np=block\"", "example.org", "none - none");
    row("4.10.1: a report address that is none does not help", "example.org", "",
        "_dmarc.example.org TXT \"v=DMARC1; rua=a@example.org\"", "example.org", "none - none");
    row("4.10.1: a report address of another scheme is a URI", "example.org", "",
        "_dmarc.example.org TXT \"v=DMARC1; rua=ftp://example.org/x\"", "example.org", "fail none none");
    row("4.10.1: it does not fall through to the organisation", "a.example.org", "",
        reject + "_dmarc.a.example.org TXT \"v=DMARC1\"", "example.org", "none - none");

    row("4.7 v: another version is no record", "example.org", "",
        "_dmarc.example.org TXT \"v=DMARC2; p=reject\"", "example.org", "none - none");
    row("4.7 v: the value is case sensitive", "example.org", "",
        "_dmarc.example.org TXT \"v=dmarc1; p=reject\"", "example.org", "none - none");
    row("4.7 v: it must be the first tag", "example.org", "", "_dmarc.example.org TXT \"p=reject; v=DMARC1\"",
        "example.org", "none - none");
    row("4.8: white space around the signs", "example.org", "",
        "_dmarc.example.org TXT \"v = DMARC1 ; p = reject ;\"", "example.org", "fail reject reject");
    row("4.8: words count without regard to case", "example.org", "",
        "_dmarc.example.org TXT \"v=DMARC1; p=Reject; t=N\"", "example.org", "fail reject reject");
    row("4.5: the strings of a record are joined", "example.org", "",
        "_dmarc.example.org TXT \"v=DMARC1; p=rej\" \"ect\"", "example.org", "fail reject reject");
    row("4.7: the order of the tags is free", "example.org", "",
        "_dmarc.example.org TXT \"v=DMARC1; rua=mailto:a@b.example; sp=none; p=reject\"", "example.org",
        "fail reject reject");
    row("4.7: unknown tags are ignored", "example.org", "",
        "_dmarc.example.org TXT \"v=DMARC1; zz=1; p=reject\"", "example.org", "fail reject reject");
    row("4.7: pct is a removed tag and ignored", "example.org", "",
        "_dmarc.example.org TXT \"v=DMARC1; p=reject; pct=0\"", "example.org", "fail reject reject");
    row("4.10: two records are none", "example.org", "",
        reject + "_dmarc.example.org TXT \"v=DMARC1; p=none\"", "example.org", "none - none");
    row("4.10: two records below, one above", "a.example.org", "",
        reject +
            "_dmarc.a.example.org TXT \"v=DMARC1; p=none\"\n_dmarc.a.example.org TXT \"v=DMARC1; p=none; "
            "t=y\"",
        "example.org", "fail reject reject");
    row("4.10: other text records beside it are discarded", "example.org", "",
        reject + "_dmarc.example.org TXT \"v=spf1 -all\"", "example.org", "fail reject reject");
    row("4.10: an alias is followed", "example.org", "",
        "_dmarc.example.org CNAME dmarc.provider.example\ndmarc.provider.example TXT \"v=DMARC1; "
        "p=reject\"",
        "example.org", "fail reject reject");

    row("4.7 t=y: reject becomes quarantine", "example.org", "",
        "_dmarc.example.org TXT \"v=DMARC1; p=reject; t=y\"", "example.org", "fail reject quarantine");
    row("4.7 t=y: quarantine becomes none", "example.org", "",
        "_dmarc.example.org TXT \"v=DMARC1; p=quarantine; t=y\"", "example.org", "fail quarantine none");
    row("4.7 t=y: none stays", "example.org", "", "_dmarc.example.org TXT \"v=DMARC1; p=none; t=y\"",
        "example.org", "fail none none");
    row("4.7 t=y: sp too", "a.example.org", "", "_dmarc.example.org TXT \"v=DMARC1; p=none; sp=reject; t=y\"",
        "example.org", "fail reject quarantine");
    row("4.7 t=y: a pass is a pass", "example.org", "spf:pass:example.org",
        "_dmarc.example.org TXT \"v=DMARC1; p=reject; t=y\"", "example.org", "pass reject none spf");

    row("4.10.2 step 1: psd=n makes an organisation", "a.b.example.org", "dkim:pass:example.org",
        reject + "_dmarc.b.example.org TXT \"v=DMARC1; p=quarantine; psd=n\"", "b.example.org",
        "fail quarantine quarantine");
    row("4.10.2 step 1: both sides of psd=n align", "a.b.example.org", "dkim:pass:c.b.example.org",
        reject + "_dmarc.b.example.org TXT \"v=DMARC1; p=quarantine; psd=n\"", "b.example.org",
        "pass quarantine none dkim");
    row("4.10.2: the identifier is walked too: psd=n below takes it out", "example.org",
        "dkim:pass:b.example.org", reject + "_dmarc.b.example.org TXT \"v=DMARC1; p=none; psd=n\"",
        "example.org", "fail reject reject");
    row("4.10.2: and one further below", "example.org", "spf:pass:a.b.example.org",
        reject + "_dmarc.b.example.org TXT \"v=DMARC1; p=none; psd=n\"", "example.org", "fail reject reject");
    row("4.10.2 step 2: psd=y above the author", "a.example.bank", "dkim:pass:example.bank",
        "_dmarc.bank TXT \"v=DMARC1; p=reject; psd=y\"", "example.bank", "pass reject none dkim");
    row("4.10.2 step 2: registrants under one suffix do not align", "example.bank", "dkim:pass:other.bank",
        "_dmarc.bank TXT \"v=DMARC1; p=reject; psd=y\"", "example.bank", "fail reject reject");
    row("4.10.2 step 2: a suffix of two labels", "a.shop.co.example", "dkim:pass:other.co.example",
        "_dmarc.co.example TXT \"v=DMARC1; p=quarantine; psd=y\"", "shop.co.example",
        "fail quarantine quarantine");
    row("4.10.2 step 2: not at the start: mail of the suffix itself", "bank", "dkim:pass:bank",
        "_dmarc.bank TXT \"v=DMARC1; p=reject; psd=y\"", "bank", "pass reject none dkim");
    row("4.10.2 step 2: a registrant does not align with mail of the suffix", "bank",
        "dkim:pass:example.bank", "_dmarc.bank TXT \"v=DMARC1; p=reject; psd=y\"", "bank",
        "fail reject reject");
    row("4.10.2 step 3: the fewest labels win", "a.mail.example.org", "dkim:pass:x.example.org",
        reject + "_dmarc.mail.example.org TXT \"v=DMARC1; p=none\"", "example.org", "pass reject none dkim");
    row("4.10.2 step 3: a record at the top without psd is the organisation", "example.test",
        "dkim:pass:other.test", "_dmarc.test TXT \"v=DMARC1; p=reject\"", "test", "pass reject none dkim");
    row("4.10 steps 2 and 6: psd=y at the start ends the walk", "bank.example", "dkim:pass:example",
        "_dmarc.bank.example TXT \"v=DMARC1; p=reject; psd=y\"\n_dmarc.example TXT \"v=DMARC1; p=none\"",
        "bank.example", "fail reject reject");
    row("4.10: psd=u is no mark", "a.b.example.org", "",
        reject + "_dmarc.b.example.org TXT \"v=DMARC1; p=none; psd=u\"", "example.org", "fail reject reject");
    row("4.8: a broken psd is no mark", "a.b.example.org", "",
        reject + "_dmarc.b.example.org TXT \"v=DMARC1; p=none; psd=x\"", "example.org", "fail reject reject");
    row("4.10 step 4: eight labels jump to seven", "a.b.c.d.e.f.example.org", "",
        "_dmarc.b.c.d.e.f.example.org TXT \"v=DMARC1; p=quarantine\"", "b.c.d.e.f.example.org",
        "fail quarantine quarantine");
    row("4.10 step 4: nine labels pass one by", "a.b.c.d.e.f.g.example.org", "",
        reject + "_dmarc.b.c.d.e.f.g.example.org TXT \"v=DMARC1; p=none; psd=n\"", "example.org",
        "fail reject reject");
    row("5.1.8: a long author domain has its own record read", "mail.a.b.c.d.e.f.g.example.org", "",
        reject + "_dmarc.mail.a.b.c.d.e.f.g.example.org TXT \"v=DMARC1; p=none\"", "example.org",
        "fail none none");

    static const std::string label(63, 'a');
    static const std::string longest =
        label + "." + label + "." + label + "." + label.substr(0, 49) + ".example.org";
    row("4.10: a name that leaves no room for _dmarc has no record of its own", longest.c_str(), "", reject,
        "example.org", "fail reject reject");
    row("5.3.1: no domain", "", "spf:pass:example.org", reject, "", "none - none");
    row("5.3.1: two domains", "example.org example.net", "spf:pass:example.org", reject, "", "none - none");

    row("5.3.6: the record cannot be looked up", "example.org", "spf:pass:example.org",
        "_dmarc.example.org !servfail", "", "temperror - none");
    row("5.3.6: nothing here, and above cannot be looked up", "a.example.org", "dkim:pass:a.example.org",
        "_dmarc.example.org !timeout", "", "temperror - none");
    row("4.10.1: the author's record stands whatever is above", "a.example.org", "dkim:pass:a.example.org",
        "_dmarc.a.example.org TXT \"v=DMARC1; p=reject\"\n_dmarc.org !timeout", "", "pass reject none dkim");
    row("5.3.6: the organisation is unknown and would decide", "a.example.org", "dkim:pass:example.org",
        "_dmarc.a.example.org TXT \"v=DMARC1; p=reject\"\n_dmarc.org !timeout", "", "temperror reject none");
    row("5.3.6: strict needs no organisation", "a.example.org", "dkim:pass:example.org",
        "_dmarc.a.example.org TXT \"v=DMARC1; p=reject; adkim=s\"\n_dmarc.org !timeout", "",
        "fail reject reject");
    row("5.3.6: the walk of the identifier cannot be made", "example.org", "dkim:pass:a.example.org",
        reject + "_dmarc.a.example.org !timeout", "example.org", "temperror reject none");
    row("5.3.6: SPF had a temporary error", "example.org", "spf:temperror:example.org dkim:fail:example.org",
        reject, "example.org", "temperror reject none");
    row("5.3.6: DKIM had a temporary error", "example.org",
        "spf:fail:example.org dkim:temperror:a.example.org", reject, "example.org", "temperror reject none");
    row("5.3.6: a pass beside a temporary error passes", "example.org",
        "spf:temperror:example.org dkim:pass:example.org", reject, "example.org", "pass reject none dkim");
    row("5.3.6: a temporary error of a foreign domain excuses nothing", "example.org",
        "spf:temperror:evil.example dkim:temperror:evil.example", reject, "example.org",
        "fail reject reject");
    row("5.4: p=none changes nothing", "example.org", "spf:fail:example.org",
        "_dmarc.example.org TXT \"v=DMARC1; p=none\"", "example.org", "fail none none");
    return rules;
}

} // namespace waypost::test
