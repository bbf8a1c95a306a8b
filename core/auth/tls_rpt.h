// TLS-RPT (RFC 8460 section 3): the TXT record at _smtp._tls that says where reports about TLS failures go.
// Pure.
#pragma once

#include "auth/dmarc_record.h"

#include <string>
#include <string_view>
#include <vector>

namespace waypost::auth {

struct TlsRptRecord {
    std::string text;
    std::vector<ReportUri> rua;
    std::vector<std::string> problems; // any of them makes senders act as if there were no record
    std::vector<std::string> unknownFields;
    [[nodiscard]] bool valid() const { return problems.empty(); }
};

// The text begins with v=TLSRPTv1 and a semicolon: others at the name are not counted.
bool isTlsRptRecord(std::string_view txt);
TlsRptRecord parseTlsRpt(std::string_view txt);

} // namespace waypost::auth
