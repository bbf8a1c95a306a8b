// The inspection at work. Private to domain; lives in the frame of inspect().
#pragma once

#include "domain/inspect.h"
#include "domain/notebook.h"

namespace waypost::domain {

inline constexpr size_t maxMxHosts = 20;      // more are counted and not looked at
inline constexpr size_t maxHostAddresses = 8; // per host and family, for PTR
inline constexpr size_t maxSelectors = 200;

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
    Task<void> inspectPtr();
    Task<void> inspectAddress(size_t index);
    void judgePtr(const PtrCheck& check);
    Task<void> inspectDane();
    Task<void> inspectDaneHost(size_t index);

    // inspect_policy.cpp
    Task<void> inspectMtaSts();
    Task<void> inspectTlsRpt();
    Task<void> inspectBimi();
    void judgeBimi();
    Task<void> inspectZone();
    Task<void> inspectCaa();
    // Reads the TXT records at `name` that begin with `version`; false when it could not look.
    Task<bool> readPolicyRecord(std::string name, std::string version, PolicyRecordArea* area,
                                std::string areaName);

    // Asks and notes the answer as evidence of the area.
    Task<size_t> look(std::string name, dns::RecordType type, Area* area);
    // Marks the area, adds the finding, returns true when the answer is not definite.
    bool couldNotLook(size_t answer, Area& area, std::string_view areaName);
    void add(std::string_view id, std::string subject, Facts facts, std::vector<size_t> evidence);
    [[nodiscard]] size_t evidenceOf(const dns::Answer& answer) const;
    [[nodiscard]] const dns::Answer& at(size_t index) const { return notebook_.at(index); }

    Notebook notebook_;
    InspectOptions options_;
    DomainReport report_;
};

} // namespace waypost::domain
