#include "store/transcript_store.h"

#include "base/text.h"
#include "store/database.h"
#include "store/deflate.h"

#include <fmt/format.h>

namespace waypost::store::transcripts {

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
    auto plain = inflated(select.text(4), select.integer(3), maxBytes);
    if (!plain)
        return fail(ErrorCode::Corrupt, "transcript",
                    fmt::format("The stored transcript {} is damaged.", text::printable(id)));
    return TranscriptRow{std::string(id), select.string(0), select.string(1), select.time(2),
                         Transcript::deserialize(*plain)};
}

} // namespace waypost::store::transcripts
