#include "ingest/attempts.h"

#include "store/event_text.h"

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

const StreamRule* streamRule(OpenMessage& m, std::string_view instance, const DecoderOptions& options) {
    if (m.rule == -2) {
        m.rule = -1;
        for (size_t i = 0; i < options.streams.size() && m.rule < 0; ++i) {
            const auto& r = options.streams[i];
            std::string_view value = r.field == StreamRule::Field::Sender     ? std::string_view(m.sender)
                                     : r.field == StreamRule::Field::Instance ? instance
                                                                              : std::string_view(m.messageId);
            if (globMatches(r.pattern, value)) m.rule = std::int16_t(i);
        }
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
