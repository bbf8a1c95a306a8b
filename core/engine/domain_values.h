// Domains: inspections, their history and differences, SPF trials, sender requirements, key rotation. Plain
// values; see values.h.
#pragma once

#include "base/clock.h"
#include "engine/evidence_values.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace waypost::engine {

struct DomainsQuery {};
struct DomainLine {
    std::string name;
    UtcTime checked;
    int errors = 0, warnings = 0;
    bool inspected = false;
    bool couldNotLook = false;
};
struct Domains {
    std::vector<DomainLine> domains;
};

struct InspectDomain {
    std::string name;
    std::vector<std::string> selectors;
};
struct ForgetDomain {
    std::string name;
};
// The newest report, or the newest at or before `asOf`. With `rejudge` the stored DNS answers as of then are
// judged anew by today's rules; what had not been asked by then is "could not look".
struct DomainQuery {
    std::string name;
    std::optional<UtcTime> asOf = {};
    bool rejudge = false;
};
struct AreaView {
    std::string id, title; // "spf", "SPF"
    State state = State::Unknown;
    std::string headline;   // "pass possible, 8 of 10 lookups"
    std::vector<Node> tree; // Node::raw is an index into DomainView::answers
};
struct FindingView {
    std::string id, severity, area, subject, seen, good, fix, section, verify;
    int answer = -1; // index into DomainView::answers
};
// What a tab shows of an area: a row for each thing seen, columns fixed by the table's id (domain_details.h).
struct DetailRow {
    std::vector<std::string> cells;
    State state = State::Info;
    int answer = -1; // index into DomainView::answers
    std::vector<DetailRow> children;
};
struct DetailTable {
    std::string id;            // "spf", "dkim", "dmarc-walk"
    std::string summary;       // "8 of 10 lookups, 1 of 2 void, headroom 2"
    State state = State::Info; // Unknown: could not look; Absent: nothing is published
    std::string absent;        // why there is no row, one sentence
    std::vector<DetailRow> rows;
};
struct SelectorView {
    std::string selector;
    std::string origin; // "given on 2026-05-01; seen at a seed of 2026-05-03", "common name"
    bool guessed = false;
};
struct DomainView {
    std::string name;
    UtcTime checked;
    std::vector<AreaView> areas;
    std::vector<FindingView> findings;
    std::vector<AnswerView> answers;
    std::vector<DetailTable> details;
    std::vector<SelectorView> selectors;
    std::string json; // the same as `domain inspect --json`
};
struct DnsHistoryQuery {
    std::string name, type;
};
struct DnsHistoryRow {
    UtcTime firstSeen, lastSeen;
    std::string status, records, server;
};
struct DnsHistory {
    std::string name, type;
    std::vector<DnsHistoryRow> rows;
};

// Times at which the domain was inspected, newest first.
struct InspectionsQuery {
    std::string name;
};
struct InspectionLine {
    UtcTime at;
    int errors = 0, warnings = 0;
    bool couldNotLook = false;
};
struct Inspections {
    std::string name;
    std::vector<InspectionLine> inspections;
};

// What differs between two times: records and verdicts.
struct DomainDiffQuery {
    std::string name;
    UtcTime from, to;
};
struct DomainDiffRow {
    std::string kind;          // "record", "finding", "verdict"
    std::string what;          // "example.org TXT", "dkim-1024 s2024", "SPF"
    std::string before, after; // empty: was not there
    State state = State::Info; // how grave the new state is
    UtcTime changedAt;         // when the new state was first seen
    std::string trend;         // "worse", "better"; empty: neither
};
struct DomainDiff {
    std::string name;
    UtcTime from, to; // of the inspections that are compared
    std::vector<DomainDiffRow> rows;
};

// Would this address pass SPF, with the published record and with a draft of it? An empty `ips` takes the
// sending addresses known from events and inspections.
struct SpfTrialQuery {
    std::string domain;
    std::string draft; // empty: only the published record
    std::vector<std::string> ips;
    std::string localPart = {}, helo = {}; // of MAIL FROM and HELO; empty: "postmaster", the domain itself
};
struct SpfTrialRow {
    std::string ip, source; // source: "typed", "12 480 events", "MX"
    std::string now, then;  // SPF results; `then` empty without a draft
    std::string matchedNow, matchedThen;
};
struct SpfTrial {
    std::string domain, published, draft;
    int lookupsNow = 0, lookupsThen = 0, voidsNow = 0, voidsThen = 0;
    std::vector<std::string> problems; // of the draft
    std::vector<SpfTrialRow> rows;
    std::vector<Node> trace;     // of the first row: every step, Node::raw into answers
    std::vector<Node> traceThen; // of the first row with the draft
    std::vector<Node> draftTree;
    std::vector<AnswerView> answers;
    std::string flattened;      // the record with includes replaced by addresses; empty: not possible
    std::string flattenedPrice; // one sentence: what that costs
};

// What a provider asks of senders, with what we know of each.
struct RequirementsQuery {
    std::string name;
};
struct RequirementRow {
    std::string provider, id, requirement; // "Gmail", "gmail-dkim", one sentence
    std::string who;                       // whom it concerns
    std::string state;                     // "met", "not met", "cannot know from here"
    std::string evidence;                  // one sentence: what was seen, or why it cannot be known
    std::string reply;                     // what a violation earns
    std::string source;                    // where the provider says so
    int answer = -1;                       // into DomainView::answers of the newest report
};
struct Requirements {
    std::string name;
    std::vector<RequirementRow> rows;
};

// DKIM key rotation, a guided job: key made, published, seen on every authoritative server, switched, old key
// kept for the longest queue life, old key withdrawn.
struct RotationsQuery {
    std::string domain; // empty: all
};
struct StartRotation {
    std::string domain, oldSelector, newSelector, algorithm; // "rsa2048", "ed25519"
    int keepOldDays = 7;
};
struct AdvanceRotation {
    std::string id, step;    // "check", "switched", "check-retired", "abandon"; a check is a job
    std::string reason = {}; // of "abandon"
};
struct RotationStep {
    UtcTime at;
    std::string state, text;
    std::string actor; // "operator", "schedule", "cli"
};
struct RotationView {
    std::string id, domain, oldSelector, newSelector, algorithm;
    std::string state; // "publish", "waiting", "switch", "keep-old", "retire", "done", "abandoned"
    std::string next;  // what the operator does now, one sentence
    std::string recordName, recordText, recordZoneLine; // to publish
    std::string secretName;                             // of the private key
    std::optional<UtcTime> retireAfter;
    struct Server {
        // seen: "new key", "no key", "other key", "could not look"; of the old key: "old key", "no key",
        // "withdrawn", "could not look"
        std::string name, address, seen;
        UtcTime at;
        std::string text; // why it could not be looked at
    };
    std::vector<Server> servers;
    std::vector<RotationStep> timeline;
};
struct Rotations {
    std::vector<RotationView> rotations;
};

} // namespace waypost::engine
