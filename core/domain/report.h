// What the inspection of one domain found: plain values, area by area, and the findings that point to the
// answers they rest on. Every area says whether it was looked at: CouldNotLook (a timeout, SERVFAIL,
// refusal…) is never "no record".
#pragma once

#include "auth/dkim_key.h"
#include "auth/dmarc_discovery.h"
#include "auth/spf_tree.h"
#include "domain/finding.h"

#include <optional>
#include <string>
#include <vector>

namespace waypost::domain {

enum class AreaState { NotChecked, Checked, CouldNotLook };
std::string_view areaStateName(AreaState s); // "not-checked", "checked", "could-not-look"

struct Area {
    AreaState state = AreaState::NotChecked;
    std::string reason;           // unless Checked: why, one sentence
    std::vector<size_t> evidence; // into DomainReport::evidence
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
    std::string alias; // CNAME target, when the host is an alias
};
struct MxArea : Area {
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
    bool authenticated = false; // AD of the TLSA answer
    std::vector<dns::TlsaData> records;
};
struct DaneArea : Area {
    std::vector<DaneHost> hosts;
};

// MTA-STS, TLS-RPT, BIMI: one TXT record with tags.
struct PolicyRecordArea : Area {
    std::vector<std::string> records;  // all that begin like one
    std::optional<auth::TagList> tags; // when there is exactly one
};
struct MtaStsArea : PolicyRecordArea {
    Area policy; // the file over HTTPS
};

struct ZoneArea : Area {
    std::vector<std::string> nameServers;
    std::optional<dns::SoaData> soa;
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
    PolicyRecordArea tlsRpt, bimi;
    DaneArea dane;
    ZoneArea zone;
    CaaArea caa;
    std::vector<dns::Answer> evidence; // every answer, once
    std::vector<Finding> findings;     // gravest first
};

// One line of JSON, the form of `domain inspect --json`.
std::string toJson(const DomainReport& report);
// One answer as evidence: question, server, rcode, status, ttl, time, records as text.
std::string toJson(const dns::Answer& answer);

} // namespace waypost::domain
