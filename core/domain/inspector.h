// The inspection at work. Private to domain; lives in the frame of inspect().
#pragma once

#include "domain/inspect.h"
#include "domain/notebook.h"

namespace waypost::domain {

inline constexpr size_t maxMxHosts = 20;      // more are counted and not looked at
inline constexpr size_t maxHostAddresses = 8; // per host and family, for PTR
inline constexpr size_t maxSelectors = 200;
inline constexpr size_t maxNameServers = 16; // asked directly; and of each
inline constexpr size_t maxServerAddresses = 4;

class Inspector {
  public:
    Inspector(dns::Resolver& resolver, std::string_view domain, InspectOptions options);
    Task<DomainReport> run();

  private:
    // inspect_auth.cpp
    Task<void> inspectSpf();
    void judgeSpf();
    void judgeSpfNode(const auth::SpfTreeNode& node);
    void judgeSpfAll(const auth::SpfTreeNode& root);
    Task<void> inspectDkim();
    Task<void> inspectSelector(size_t index);
    void judgeSelector(const DkimSelector& s);
    void judgeKey(const DkimSelector& s, const auth::DkimKey& key);
    Task<void> inspectDmarc();
    Task<void> authoriseTargets();
    void judgeDmarc();
    void judgeDmarcRecord(const auth::DmarcRecord& record, const auth::DmarcStep& step);

    // inspect_mail.cpp
    Task<void> inspectMail();
    Task<void> inspectMx();
    Task<void> inspectMxHost(size_t index);
    void judgeMx();
    void judgeMxHost(const MxHost& host);

    // inspect_ptr.cpp
    Task<void> inspectPtr();
    Task<void> inspectAddress(size_t index);
    void judgePtr(const PtrCheck& check);

    // inspect_tls.cpp: the greeting of each mail exchanger
    Task<void> probeMx();
    Task<void> probeMxHost(size_t index);
    void judgeTls();
    void judgeHostTls(MxHost& host);
    void judgeCertificate(const MxHost& host, const net::TlsOutcome& tls);
    void judgeHello(MxHost& host);

    // inspect_dane.cpp
    Task<void> inspectDane();
    Task<void> inspectDaneHost(size_t index);
    void judgeDane();
    void judgeDaneHost(DaneHost& host);
    [[nodiscard]] std::string insecureWhy(const MxHost& host, const DaneHost& dane) const;

    // inspect_mta_sts.cpp
    Task<void> inspectMtaSts();
    void judgeSts();
    void judgeStsPolicy();
    void judgeStsHosts(const auth::StsPolicy& policy);

    // inspect_bimi.cpp
    Task<void> inspectBimi();
    Task<void> followBimi();
    Task<void> fetchBimi();
    void judgeBimi();
    void judgeLogo();
    void judgeMark();

    // inspect_policy.cpp
    Task<void> inspectTlsRpt();
    Task<void> inspectCaa();
    // Reads the TXT records at `name` that begin with `version`; false when it could not look.
    Task<bool> readPolicyRecord(std::string name, std::string version, PolicyRecordArea* area,
                                std::string areaName);
    // Looks up the host and fetches; the area says how that went. The body only when it was answered.
    Task<std::optional<std::string>> fetchFile(std::string url, std::string accept, size_t maxBody,
                                               FileArea* area, std::string areaName);

    // inspect_zone.cpp
    Task<void> inspectZone();
    Task<void> askServers();
    Task<void> askServer(size_t index);
    void judgeServers();
    void judgeServer(const NameServer& server);
    void judgeSerials();

    // Asks and notes the answer as evidence of the area.
    Task<size_t> look(std::string name, dns::RecordType type, Area* area);
    // Marks the area, adds the finding, returns true when the answer is not definite.
    bool couldNotLook(size_t answer, Area& area, std::string_view areaName);
    void add(std::string_view id, std::string subject, Facts facts, std::vector<size_t> evidence,
             std::vector<size_t> conversations = {});
    [[nodiscard]] size_t evidenceOf(const dns::Answer& answer) const;
    [[nodiscard]] const dns::Answer& at(size_t index) const { return notebook_.at(index); }

    Notebook notebook_;
    InspectOptions options_;
    DomainReport report_;
};

} // namespace waypost::domain
