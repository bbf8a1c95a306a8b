#include "ingest/attempts.h"

#include "ingest/streams.h"
#include "store/event_text.h"

#include <algorithm>

namespace waypost::ingest {

namespace {
constexpr std::int64_t messageBlock = 4096;
}

std::int64_t MessageKeys::of(OpenMessage& m, const RecordDecoder& decoder) {
    if (m.id != 0) return m.id;
    if (next_ == end_) {
        next_ = decoder.reserveMessages ? decoder.reserveMessages(messageBlock) : next_ + 1;
        end_ = next_ + messageBlock;
    }
    m.id = next_++;
    return m.id;
}

const StreamRule* streamRule(OpenMessage& m, std::string_view instance, const store::NewEvent& event,
                             const DecoderOptions& options) {
    if (m.rule == -2) {
        StreamSubject subject;
        subject.sender = m.sender;
        subject.instance = instance;
        subject.messageId = m.messageId;
        subject.relay = event.mxHost;
        subject.sendingIp = event.sendingIp;
        subject.campaign = event.campaign;
        const StreamRule* rule = streamOf(options.streams, subject);
        if (std::any_of(options.streams.begin(), options.streams.end(), dependsOnAttempt)) return rule;
        m.rule = rule ? std::int16_t(rule - options.streams.data()) : std::int16_t(-1);
    }
    return m.rule < 0 ? nullptr : &options.streams[size_t(m.rule)];
}

void countAttempt(OpenMessage& m, const AttemptFacts& facts, reply::Category category,
                  store::NewEvent& event) {
    event.flags = store::FirstOfMessage | store::FirstInClass;
    if (m.tried.empty() && !facts.waits) {
        event.attempt = m.begun ? 1 : 0;
        return;
    }
    const std::uint64_t recipient = store::hashOf(facts.recipient);
    Tried* tried = nullptr;
    for (auto& t : m.tried) {
        if (t.recipient == recipient) tried = &t;
    }
    const std::uint32_t bit = 1u << unsigned(category);
    if (tried) {
        event.flags = (tried->categories & bit) ? 0 : store::FirstInClass;
    } else if (m.tried.size() < OpenMessage::maxTried) {
        tried = &m.tried.emplace_back();
        tried->recipient = recipient;
    }
    if (!facts.attempted) event.flags |= store::NoAttempt;
    const std::uint32_t attempts = (tried ? tried->attempts : 0) + (facts.attempted ? 1 : 0);
    event.attempt = m.begun && tried ? std::int32_t(attempts) : 0;
    if (!tried) return;
    tried->attempts = attempts;
    tried->categories |= bit;
}

} // namespace waypost::ingest
