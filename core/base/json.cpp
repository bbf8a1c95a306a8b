#include "base/json.h"

#include "base/text.h"

#include <boost/json/src.hpp>
#include <fmt/format.h>

#include <fstream>
#include <system_error>

namespace waypost::json {

Result<value> parse(std::string_view in, std::string_view what) {
    boost::system::error_code ec;
    boost::json::stream_parser parser;
    const size_t used = parser.write_some(in.data(), in.size(), ec);
    if (!ec && !text::trim(in.substr(used)).empty()) ec = boost::json::error::extra_data;
    if (!ec) parser.finish(ec);
    if (ec)
        return fail(ErrorCode::Corrupt, std::string(what),
                    fmt::format("Not valid JSON near byte {}: {}.", used, ec.message()));
    return parser.release();
}

Result<value> readFile(const std::filesystem::path& file, size_t maxBytes) {
    std::error_code ec;
    const auto size = std::filesystem::file_size(file, ec);
    if (ec)
        return fail(ErrorCode::NotFound, file.filename().string(),
                    "The file cannot be read: " + ec.message() + ".");
    if (size > maxBytes)
        return fail(ErrorCode::TooLarge, file.filename().string(),
                    fmt::format("The file has {} bytes, more than the {} allowed.", size, maxBytes));
    std::ifstream in(file, std::ios::binary);
    std::string content(size, '\0');
    if (!in.read(content.data(), std::streamsize(size)))
        return fail(ErrorCode::Io, file.filename().string(), "The file could not be read to its end.");
    return parse(content, file.filename().string());
}

std::string_view text(const object& o, std::string_view key, std::string_view otherwise) {
    const value* v = o.if_contains(key);
    return v && v->is_string() ? std::string_view(v->get_string()) : otherwise;
}

std::int64_t number(const object& o, std::string_view key, std::int64_t otherwise) {
    const value* v = o.if_contains(key);
    if (!v) return otherwise;
    if (v->is_int64()) return v->get_int64();
    if (v->is_uint64() && v->get_uint64() <= std::uint64_t(INT64_MAX)) return std::int64_t(v->get_uint64());
    return otherwise;
}

double real(const object& o, std::string_view key, double otherwise) {
    const value* v = o.if_contains(key);
    return v && v->is_number() ? v->to_number<double>() : otherwise;
}

bool boolean(const object& o, std::string_view key, bool otherwise) {
    const value* v = o.if_contains(key);
    return v && v->is_bool() ? v->get_bool() : otherwise;
}

const array* list(const object& o, std::string_view key) {
    const value* v = o.if_contains(key);
    return v ? v->if_array() : nullptr;
}

const object* child(const object& o, std::string_view key) {
    const value* v = o.if_contains(key);
    return v ? v->if_object() : nullptr;
}

value foreign(std::string_view bytes) {
    return value(boost::json::string(waypost::text::toValidUtf8(bytes)));
}

std::string line(const value& v) {
    return boost::json::serialize(v);
}

} // namespace waypost::json
