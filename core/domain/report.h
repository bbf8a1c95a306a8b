// What the inspection of one domain found: plain values, area by area, and the findings that point to the
// answers they rest on. Every area says whether it was looked at: CouldNotLook (a timeout, SERVFAIL,
// refusal…) is never "no record".
#pragma once

#include "auth/bimi_record.h"
#include "auth/bimi_svg.h"
#include "auth/dane.h"
#include "auth/dkim_key.h"
#include "auth/dmarc_discovery.h"
#include "auth/mark_certificate.h"
#include "auth/mta_sts.h"
#include "auth/spf_tree.h"
#include "auth/tls_rpt.h"
#include "domain/conversation.h"
#include "domain/finding.h"
#include "domain/prober.h"

#include <optional>
#include <string>
#include <vector>

namespace waypost::domain {

enum class AreaState { NotChecked, Checked, CouldNotLook };
std::string_view areaStateName(AreaState s); // "not-checked", "checked", "could-not-look"

struct Area {
    AreaState state = AreaState::NotChecked;
    std::string reason;                // unless Checked: why, one sentence
    std::vector<size_t> evidence;      // into DomainReport::evidence
    std::vector<size_t> conversations; // into DomainReport::conversations
};

struct SpfArea : Area {
    auth::SpfTree tree; // empty unless Checked; its answers are in the report's evidence too
    [[nodiscard]] const auth::SpfTreeNode* root() const {
        return tree.nodes.empty() ? nullptr : &tree.nodes.front();
    }
};

struct DkimSelector : Area {
    std::string selector;
    bool guessed = false; // from the list of common selectors, not known to be in use
    auth::DkimKeyAnswer keys;
};
struct DkimArea : Area {
    std::vector<DkimSelector> selectors; // guessed ones only where a key was found or the look failed
    size_t guessesTried = 0;
    std::optional<bool> namesBelow; // names exist under _domainkey, whatever their selectors
};

struct ReportTarget {
    std::string uri, domain;
    bool external = false;
    AreaState state = AreaState::NotChecked; // of the authorisation, when external
    bool authorised = false;
};
struct DmarcArea : Area {
    auth::DmarcDiscovery discovery;
    std::vector<ReportTarget> targets; // of rua=
};

struct MxHost : Area {
    std::uint16_t preference = 0;
    std::string host;
    std::vector<std::string> addresses;
    std::string alias;               // CNAME target, when the host is an alias
    bool addressesSecure = false;    // every address answer was authenticated
    Area tls;                        // the greeting: Checked when the server was talked to
    MailProbe probe;                 // when tls is Checked or CouldNotLook
    std::optional<bool> helloHasPtr; // the name in EHLO is one that the address leads to and back
};
struct MxArea : Area {
    bool secure = false; // the MX answer was authenticated
    bool nullMx = false;
    bool implicit = false; // no MX: mail goes to the address of the domain
    std::vector<MxHost> hosts;
};

struct PtrCheck : Area {
    std::string ip;
    std::string host; // the mail exchanger; empty for a sending address
    std::vector<std::string> names;
    std::vector<std::string> confirmed; // names that lead back to the address
};
struct PtrArea : Area {
    std::vector<PtrCheck> addresses;
};

struct DaneHost : Area {
    std::string host;
    std::string base;           // the TLSA base domain: the host, or where its alias leads (RFC 7672 2.2.2)
    bool authenticated = false; // AD of the TLSA answer
    bool secure = false;        // MX, addresses and TLSA are authenticated, by a resolver that is trusted
    std::string insecureWhy;    // unless secure
    std::vector<dns::TlsaData> records;
    std::optional<auth::DaneMatch> match; // when the server was talked to
};
struct DaneArea : Area {
    std::vector<DaneHost> hosts;
};

// MTA-STS, TLS-RPT, BIMI: one TXT record with tags.
struct PolicyRecordArea : Area {
    std::vector<std::string> records;  // all that begin like one
    std::optional<auth::TagList> tags; // when there is exactly one
};
// A file behind a record. Checked: the server answered, whatever it said.
struct FileArea : Area {
    std::string url;
    net::HttpOutcome outcome = net::HttpOutcome::NoConnection;
    int status = 0;
    std::string mediaType;
    std::string sha256; // of the body
    size_t size = 0;
    [[nodiscard]] bool fetched() const { return outcome == net::HttpOutcome::Answered && status == 200; }
};
struct StsHost {
    std::string host;
    bool allowed = false;
};
struct StsPolicyArea : FileArea {
    std::optional<auth::StsPolicy> policy; // when a file came
    std::vector<StsHost> hosts;            // each mail exchanger against it
};
struct MtaStsArea : PolicyRecordArea {
    std::optional<auth::StsRecord> record; // when there is exactly one
    StsPolicyArea policy;
};
struct TlsRptArea : PolicyRecordArea {
    std::optional<auth::TlsRptRecord> record;
};
struct LogoArea : FileArea {
    std::optional<auth::SvgReport> svg;
};
struct MarkArea : FileArea {
    std::optional<auth::MarkCertificate> certificate;
};
struct BimiArea : PolicyRecordArea {
    std::string selector = "default";
    std::optional<auth::BimiRecord> record;
    LogoArea logo;
    MarkArea mark;
};

// One address of one authoritative server, asked directly.
struct ServerCheck : Area {
    std::string ip;
    dns::Status status = dns::Status::Timeout;
    bool authoritative = false;
    std::optional<std::uint32_t> serial;
    Millis took{0};
};
struct NameServer : Area { // of its addresses
    std::string name;
    std::string alias;
    std::vector<ServerCheck> addresses;
};
struct ZoneArea : Area {
    std::vector<std::string> nameServers;
    std::optional<dns::SoaData> soa;
    Area direct; // asking each of them
    std::vector<NameServer> servers;
};
struct CaaArea : Area {
    std::vector<dns::CaaData> records;
};

struct DomainReport {
    std::string domain;  // as asked, A-labels
    std::string display; // U-labels
    UtcTime at;
    bool exists = true; // false: NXDOMAIN
    SpfArea spf;
    DkimArea dkim;
    DmarcArea dmarc;
    MxArea mx;
    PtrArea ptr;
    MtaStsArea mtaSts;
    TlsRptArea tlsRpt;
    BimiArea bimi;
    DaneArea dane;
    ZoneArea zone;
    CaaArea caa;
    std::vector<dns::Answer> evidence; // every answer, once
    // Which of them came from a name server asked directly: they are no part of the memory of DNS.
    std::vector<size_t> direct;
    std::vector<Conversation> conversations; // every HTTPS fetch and SMTP greeting, once
    std::vector<Finding> findings;           // gravest first
};

// One line of JSON, the form of `domain inspect --json`.
std::string toJson(const DomainReport& report);
// One conversation as evidence: who, when, the transcript, and the body with its hash.
std::string toJson(const Conversation& conversation);
// One answer as evidence: question, server, rcode, status, ttl, time, records as text.
std::string toJson(const dns::Answer& answer);

} // namespace waypost::domain
