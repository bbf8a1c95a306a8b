#include "net/asio_detail.h"

#include <boost/asio/ssl/error.hpp>

namespace waypost::net {

std::string_view ioStatusName(IoStatus s) {
    switch (s) {
    case IoStatus::Ok: return "ok";
    case IoStatus::Eof: return "eof";
    case IoStatus::Timeout: return "timeout";
    case IoStatus::Refused: return "refused";
    case IoStatus::Reset: return "reset";
    case IoStatus::Unreachable: return "unreachable";
    case IoStatus::TooLong: return "too-long";
    case IoStatus::TlsFailed: return "tls-failed";
    case IoStatus::Forbidden: return "forbidden";
    case IoStatus::Cancelled: return "cancelled";
    case IoStatus::Other: return "other";
    }
    return "other";
}

std::string_view certificateVerdictName(CertificateVerdict v) {
    switch (v) {
    case CertificateVerdict::Trusted: return "trusted";
    case CertificateVerdict::NameMismatch: return "name-mismatch";
    case CertificateVerdict::Expired: return "expired";
    case CertificateVerdict::NotYetValid: return "not-yet-valid";
    case CertificateVerdict::SelfSigned: return "self-signed";
    case CertificateVerdict::UnknownIssuer: return "unknown-issuer";
    case CertificateVerdict::Invalid: return "invalid";
    case CertificateVerdict::NotChecked: return "not-checked";
    }
    return "not-checked";
}

asio::ip::address toAsio(const IpAddress& ip) {
    auto octets = ip.octets();
    if (ip.isV4()) {
        asio::ip::address_v4::bytes_type bytes;
        std::copy(octets.begin(), octets.end(), bytes.begin());
        return asio::ip::address_v4(bytes);
    }
    asio::ip::address_v6::bytes_type bytes;
    std::copy(octets.begin(), octets.end(), bytes.begin());
    return asio::ip::address_v6(bytes);
}

tcp::endpoint toAsio(const Endpoint& e) {
    return {toAsio(e.ip), e.port};
}

Endpoint fromAsio(const asio::ip::address& ip, std::uint16_t port) {
    if (ip.is_v4()) return {IpAddress::v4(ip.to_v4().to_bytes()), port};
    return {IpAddress::v6(ip.to_v6().to_bytes()), port};
}

IoStatus statusOf(const ErrorCodeSystem& error) {
    namespace e = asio::error;
    if (!error) return IoStatus::Ok;
    if (error == e::eof || error == asio::ssl::error::stream_truncated) return IoStatus::Eof;
    if (error == e::connection_refused) return IoStatus::Refused;
    if (error == e::connection_reset || error == e::broken_pipe || error == e::connection_aborted)
        return IoStatus::Reset;
    if (error == e::network_unreachable || error == e::host_unreachable || error == e::network_down ||
        error == boost::system::errc::host_unreachable)
        return IoStatus::Unreachable;
    if (error == e::timed_out) return IoStatus::Timeout;
    if (error == e::operation_aborted || error == e::bad_descriptor) return IoStatus::Cancelled;
    if (error.category() == e::get_ssl_category() ||
        error.category() == asio::ssl::error::get_stream_category())
        return IoStatus::TlsFailed;
    return IoStatus::Other;
}

} // namespace waypost::net
