// MailDecoder: mails of an mbox, a maildir or an IMAP folder become events of their kind: a bounce is an
// AsyncBounce, a feedback report a Complaint, an out-of-office note an AutoReply. Other mails are skipped and
// counted. Each event names its mail by Message-ID and recipient: the same mail in another file brings
// nothing new. A mail without a Date that can be read happened when its file was last written. Thread rule:
// one thread.
#pragma once

#include "bounce/parser.h"
#include "ingest/event_maker.h"

#include <string>

namespace waypost::ingest {

class MailDecoder final : public RecordDecoder {
  public:
    explicit MailDecoder(const DecoderOptions& options);

    void begin(const FileFacts& file) override;
    // One mail; an mbox separator may stand in front of it.
    void record(const LineAt& record, store::EventBatch& batch) override;
    void finish(store::EventBatch& batch) override;

  private:
    void bounced(const bounce::Report& report, const LineAt& mail, Told& told, store::EventBatch& batch);

    const DecoderOptions options_;
    EventMaker maker_;
    UtcTime modified_;
    std::string name_, key_, messageId_;
};

// What a file of mails looks like; the empty string is "like this" (see Format::looks).
std::string looksLikeMbox(std::string_view head, const DecoderOptions& options);
std::string looksLikeMail(std::string_view head, const DecoderOptions& options);

} // namespace waypost::ingest
