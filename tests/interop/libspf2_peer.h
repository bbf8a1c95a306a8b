// libspf2 over a zone in memory, through a DNS layer of our own: no socket. Internal to tst_differential_spf.
#pragma once

#include "spf_disagreements.h"
#include "support/zone_resolver.h"

#include <arpa/nameser.h>
#include <netinet/in.h>

#include <netdb.h>

#include <cstring>

extern "C" {
#include <spf2/spf.h>
#include <spf2/spf_dns_rr.h>
}

namespace waypost::test {

inline void putRecord(SPF_dns_rr_t* rr, const dns::Record& r) {
    const int i = rr->num_rr;
    auto text = [&](const std::string& s) {
        SPF_dns_rr_buf_realloc(rr, i, s.size() + 1);
        std::memcpy(rr->rr[i]->txt, s.c_str(), s.size() + 1);
        ++rr->num_rr;
    };
    if (const auto* a = std::get_if<dns::AddressData>(&r.data)) {
        const auto ip = net::IpAddress::parse(a->text);
        SPF_dns_rr_buf_realloc(rr, i, sizeof(SPF_dns_rr_data_t));
        std::memcpy(rr->rr[i], ip->octets().data(), ip->octets().size());
        ++rr->num_rr;
    } else if (const auto* mx = std::get_if<dns::MxData>(&r.data)) {
        text(mx->exchange);
    } else if (const auto* name = std::get_if<dns::NameData>(&r.data)) {
        text(name->name);
    } else if (const auto* txt = std::get_if<dns::TxtData>(&r.data)) {
        text(txt->joined());
    }
}

inline SPF_dns_rr_t* lookUp(SPF_dns_server_t* layer, const char* domain, ns_type type, int) {
    auto& zone = *static_cast<ZoneResolver*>(layer->hook);
    const auto asked = dns::RecordType(std::uint16_t(type));
    dns::Answer answer;
    zone.resolve({domain, asked}, [&answer](dns::Answer a) { answer = std::move(a); });
    int status = TRY_AGAIN;
    if (answer.ok()) status = NETDB_SUCCESS;
    if (answer.status == dns::Status::NxDomain) status = HOST_NOT_FOUND;
    if (answer.status == dns::Status::NoData) status = NO_DATA;
    SPF_dns_rr_t* rr = SPF_dns_rr_new_init(layer, domain, type, 300, status);
    for (const dns::Record* r : answer.ofType(asked)) putRecord(rr, *r);
    return rr;
}

inline PeerVerdict libspf2Verdict(const SpfCase& c) {
    ZoneResolver zone;
    zone.addJson(c.zone);
    SPF_dns_server_t layer{};
    layer.lookup = lookUp;
    layer.name = "zone";
    layer.hook = &zone;
    SPF_server_t* server = SPF_server_new_dns(&layer, 0);
    SPF_server_set_rec_dom(server, "mx.receiver.example");
    SPF_request_t* request = SPF_request_new(server);
    if (c.ip.find(':') == std::string::npos)
        SPF_request_set_ipv4_str(request, c.ip.c_str());
    else
        SPF_request_set_ipv6_str(request, c.ip.c_str());
    SPF_request_set_helo_dom(request, c.helo.c_str());
    if (!c.mailFrom.empty()) SPF_request_set_env_from(request, c.mailFrom.c_str());
    SPF_response_t* response = nullptr;
    SPF_request_query_mailfrom(request, &response);
    const SPF_result_t result = response ? SPF_response_result(response) : SPF_RESULT_INVALID;
    const SPF_errcode_t error = response ? SPF_response_errcode(response) : SPF_E_INTERNAL_ERROR;
    PeerVerdict verdict{SPF_strresult(result), {}, {}};
    // It has no result when it could not read a record; its error says what that is worth.
    if (result == SPF_RESULT_INVALID) verdict.result = error == SPF_E_DNS_ERROR ? "temperror" : "permerror";
    for (int i = 0; response && i < SPF_response_messages(response); ++i) {
        SPF_error_t* said = SPF_response_message(response, i);
        if (SPF_error_errorp(said)) verdict.error += std::string(SPF_strerror(SPF_error_code(said))) + ". ";
    }
    if (response) SPF_response_free(response);
    SPF_request_free(request);
    SPF_server_free(server);
    return verdict;
}

} // namespace waypost::test
