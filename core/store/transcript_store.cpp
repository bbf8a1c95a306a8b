#include "store/transcript_store.h"

#include "base/text.h"
#include "store/database.h"

#include <fmt/format.h>

#include <zlib.h>

#include <stdexcept>

namespace waypost::store::transcripts {

namespace {

std::string deflated(std::string_view plain) {
    uLongf size = compressBound(plain.size());
    std::string out(size, '\0');
    if (compress2(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(plain.data()),
                  plain.size(), Z_DEFAULT_COMPRESSION) != Z_OK)
        throw std::runtime_error("zlib cannot deflate");
    out.resize(size);
    return out;
}

std::optional<std::string> inflated(std::string_view packed, std::int64_t plainBytes) {
    if (plainBytes < 0 || size_t(plainBytes) > maxBytes) return std::nullopt;
    uLongf size = uLongf(plainBytes);
    std::string out(size, '\0');
    Bytef empty = 0;
    auto* target = out.empty() ? &empty : reinterpret_cast<Bytef*>(out.data());
    int code = uncompress(target, &size, reinterpret_cast<const Bytef*>(packed.data()), packed.size());
    if (code != Z_OK || size != out.size()) return std::nullopt;
    return out;
}

} // namespace

void insert(Database& db, const TranscriptRow& row) {
    auto plain = row.transcript.serialize();
    auto body = deflated(plain);
    db.run("INSERT INTO transcript(id, kind, peer, at, size, body) VALUES(?, ?, ?, ?, ?, ?)", row.id,
           row.kind, row.peer, row.at, plain.size(), Blob{body});
}

Result<TranscriptRow> find(Database& db, std::string_view id) {
    auto select = db.prepare("SELECT kind, peer, at, size, body FROM transcript WHERE id = ?");
    if (!select.with(id).step())
        return fail(ErrorCode::NotFound, "transcript",
                    fmt::format("There is no transcript {}.", text::printable(id)));
    auto plain = inflated(select.text(4), select.integer(3));
    if (!plain)
        return fail(ErrorCode::Corrupt, "transcript",
                    fmt::format("The stored transcript {} is damaged.", text::printable(id)));
    return TranscriptRow{std::string(id), select.string(0), select.string(1), select.time(2),
                         Transcript::deserialize(*plain)};
}

} // namespace waypost::store::transcripts
