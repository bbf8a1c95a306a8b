// The parts of the report that rest on conversations: mail exchangers, DANE, MTA-STS, BIMI, name servers.
#include "base/text.h"
#include "domain/json_parts.h"

#include <fmt/format.h>

namespace waypost::domain {

using json::array;
using json::object;
using json::value;

namespace {

object certificateJson(const net::TlsOutcome& tls) {
    object o;
    o["verdict"] = net::certificateVerdictName(tls.verdict);
    o["text"] = json::foreign(tls.verdictText);
    o["subject"] = json::foreign(tls.subject);
    o["issuer"] = json::foreign(tls.issuer);
    o["names"] = strings(tls.names);
    o["not_before"] = formatUtc(tls.notBefore);
    o["not_after"] = formatUtc(tls.notAfter);
    array chain;
    for (const std::string& der : tls.chainDer) chain.push_back(json::foreign(text::sha256Hex(der)));
    o["chain_sha256"] = std::move(chain);
    return o;
}

object tlsJson(const MxHost& host) {
    object o = areaJson(host.tls);
    if (host.tls.state == AreaState::NotChecked) return o;
    const MailProbe& p = host.probe;
    o["address"] = p.remote.ip.toString();
    o["banner_name"] = json::foreign(p.bannerName);
    o["ehlo_name"] = json::foreign(p.ehloName);
    o["ehlo_name_has_ptr"] = host.helloHasPtr ? value(*host.helloHasPtr) : value(nullptr);
    o["capabilities"] = strings(p.capabilities);
    o["starttls"] = smtp::tlsStateName(p.tlsState);
    o["ms"] = p.took.count();
    if (!p.tls) return o;
    if (!p.tls->failure.empty()) o["failure"] = json::foreign(p.tls->failure);
    if (!p.tls->established) return o;
    o["protocol"] = p.tls->protocol;
    o["cipher"] = p.tls->cipher;
    o["certificate"] = certificateJson(*p.tls);
    return o;
}

object recordJson(const PolicyRecordArea& area) {
    object o = areaJson(area);
    o["records"] = strings(area.records);
    if (!area.tags) return o;
    object tags;
    for (const auto& t : area.tags->tags) tags[t.name] = json::foreign(t.value);
    o["tags"] = std::move(tags);
    return o;
}

object fileJson(const FileArea& file) {
    object o = areaJson(file);
    if (!file.url.empty()) o["url"] = json::foreign(file.url);
    if (file.conversations.empty()) return o;
    o["outcome"] = net::httpOutcomeName(file.outcome);
    o["status"] = file.status > 0 ? value(file.status) : value(nullptr);
    o["media_type"] = json::foreign(file.mediaType);
    o["bytes"] = std::uint64_t(file.size);
    o["sha256"] = file.sha256;
    return o;
}

array svgProblems(const std::vector<auth::SvgProblem>& problems) {
    array out;
    for (const auto& p : problems)
        out.push_back(json::foreign(p.line == 0 ? p.text : fmt::format("Line {}: {}", p.line, p.text)));
    return out;
}

object markJson(const auth::MarkCertificate& c) {
    object o;
    o["valid"] = c.valid();
    o["kind"] = auth::markKindName(c.kind);
    o["mark_type"] = json::foreign(c.markType);
    o["subject"] = json::foreign(c.subject);
    o["issuer"] = json::foreign(c.issuer);
    o["issuer_state"] = auth::markIssuerName(c.issuerState);
    if (!c.issuerText.empty()) o["issuer_text"] = json::foreign(c.issuerText);
    o["names"] = strings(c.names);
    o["not_before"] = formatUtc(c.notBefore);
    o["not_after"] = formatUtc(c.notAfter);
    o["logged"] = c.logged;
    o["logo_sha256"] = c.logoSha256;
    o["same_logo"] = c.sameLogo ? value(*c.sameLogo) : value(nullptr);
    o["problems"] = strings(c.problems);
    o["remarks"] = strings(c.remarks);
    return o;
}

object serverJson(const NameServer& s) {
    object o = areaJson(s);
    o["name"] = json::foreign(s.name);
    if (!s.alias.empty()) o["alias"] = json::foreign(s.alias);
    array addresses;
    for (const ServerCheck& c : s.addresses) {
        object e = areaJson(c);
        e["ip"] = json::foreign(c.ip);
        e["status"] = dns::statusName(c.status);
        e["authoritative"] = c.authoritative;
        e["serial"] = c.serial ? value(*c.serial) : value(nullptr);
        e["ms"] = c.took.count();
        addresses.push_back(std::move(e));
    }
    o["addresses"] = std::move(addresses);
    return o;
}

} // namespace

object mxJson(const MxArea& mx) {
    object o = areaJson(mx);
    o["null_mx"] = mx.nullMx;
    o["implicit"] = mx.implicit;
    array hosts;
    for (const auto& h : mx.hosts) {
        object e = areaJson(h);
        e["preference"] = h.preference;
        e["host"] = json::foreign(h.host);
        e["addresses"] = strings(h.addresses);
        if (!h.alias.empty()) e["alias"] = json::foreign(h.alias);
        e["tls"] = tlsJson(h);
        hosts.push_back(std::move(e));
    }
    o["hosts"] = std::move(hosts);
    return o;
}

object daneJson(const DaneArea& dane) {
    object o = areaJson(dane);
    array hosts;
    for (const auto& h : dane.hosts) {
        object e = areaJson(h);
        e["host"] = json::foreign(h.host);
        if (!h.base.empty()) e["base"] = json::foreign(h.base);
        e["authenticated"] = h.authenticated;
        e["secure"] = h.secure;
        if (!h.insecureWhy.empty()) e["insecure_why"] = json::foreign(h.insecureWhy);
        array records;
        for (size_t i = 0; i < h.records.size(); ++i) {
            const auto& r = h.records[i];
            const auth::TlsaUse use = auth::tlsaUse(r);
            object record{{"usage", r.usage},
                          {"selector", r.selector},
                          {"matching", r.matching},
                          {"data", text::hex(r.data)},
                          {"usable", use.usable}};
            if (h.match && i < h.match->notes.size()) {
                record["matches"] = h.match->notes[i].empty();
                if (!h.match->notes[i].empty()) record["why"] = json::foreign(h.match->notes[i]);
            } else if (!use.usable) {
                record["why"] = use.why;
            }
            records.push_back(std::move(record));
        }
        e["records"] = std::move(records);
        e["match"] = h.match ? value(auth::daneVerdictName(h.match->verdict)) : value(nullptr);
        if (h.match) e["match_text"] = json::foreign(h.match->text);
        hosts.push_back(std::move(e));
    }
    o["hosts"] = std::move(hosts);
    return o;
}

object mtaStsJson(const MtaStsArea& area) {
    object o = recordJson(area);
    o["valid"] = area.record ? value(area.record->valid()) : value(nullptr);
    object file = fileJson(area.policy);
    if (area.policy.policy) {
        const auth::StsPolicy& p = *area.policy.policy;
        file["valid"] = p.valid();
        file["mode"] = p.mode ? value(auth::stsModeName(*p.mode)) : value(nullptr);
        file["mx"] = strings(p.mx);
        file["max_age"] = p.maxAge ? value(*p.maxAge) : value(nullptr);
        file["problems"] = strings(p.problems);
        file["remarks"] = strings(p.remarks);
        array hosts;
        for (const StsHost& h : area.policy.hosts)
            hosts.push_back({{"host", json::foreign(h.host)}, {"allowed", h.allowed}});
        file["hosts"] = std::move(hosts);
    }
    o["policy"] = std::move(file);
    return o;
}

object tlsRptJson(const TlsRptArea& area) {
    object o = recordJson(area);
    if (!area.record) return o;
    o["valid"] = area.record->valid();
    array rua;
    for (const auto& u : area.record->rua) rua.push_back(json::foreign(u.uri));
    o["rua"] = std::move(rua);
    return o;
}

object bimiJson(const BimiArea& area) {
    object o = recordJson(area);
    o["selector"] = json::foreign(area.selector);
    if (area.record) {
        o["valid"] = area.record->valid();
        o["declined"] = area.record->declined();
        o["avatar"] = json::foreign(area.record->avatar);
    }
    object logo = fileJson(area.logo);
    if (area.logo.svg) {
        logo["valid"] = area.logo.svg->valid();
        logo["title"] = json::foreign(area.logo.svg->title);
        logo["problems"] = svgProblems(area.logo.svg->problems);
        logo["remarks"] = svgProblems(area.logo.svg->remarks);
    }
    o["logo"] = std::move(logo);
    object mark = fileJson(area.mark);
    if (area.mark.certificate) mark["mark"] = markJson(*area.mark.certificate);
    o["certificate"] = std::move(mark);
    return o;
}

object zoneJson(const ZoneArea& zone) {
    object o = areaJson(zone);
    o["name_servers"] = strings(zone.nameServers);
    o["serial"] = zone.soa ? value(zone.soa->serial) : value(nullptr);
    object direct = areaJson(zone.direct);
    array servers;
    for (const NameServer& s : zone.servers) servers.push_back(serverJson(s));
    direct["servers"] = std::move(servers);
    o["direct"] = std::move(direct);
    return o;
}

object conversationHead(const Conversation& c, size_t index) {
    object o;
    o["conversation"] = std::uint64_t(index);
    o["protocol"] = c.protocol;
    o["subject"] = json::foreign(c.subject);
    o["server"] = c.server;
    o["outcome"] = c.outcome;
    o["time"] = formatUtc(c.at);
    o["ms"] = c.took.count();
    if (c.status > 0) o["status"] = c.status;
    if (!c.mediaType.empty()) o["media_type"] = json::foreign(c.mediaType);
    if (!c.bodySha256.empty()) o["sha256"] = c.bodySha256;
    if (!c.text.empty()) o["remark"] = json::foreign(c.text);
    return o;
}

object conversationJson(const Conversation& c) {
    object o = conversationHead(c, 0);
    o.erase("conversation");
    o["transcript"] = json::foreign(c.transcript.toText());
    if (c.body.empty()) return o;
    // Octets that are not text are kept whole as well.
    if (text::toValidUtf8(c.body) == c.body)
        o["body"] = json::foreign(c.body);
    else
        o["body_base64"] = text::base64Encode(c.body);
    return o;
}

std::string toJson(const Conversation& conversation) {
    return json::line(conversationJson(conversation));
}

} // namespace waypost::domain
