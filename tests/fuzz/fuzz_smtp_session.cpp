// A whole dialogue against a server made of fuzz bytes. The first byte picks the options, 0xff bytes cut what
// the server says into separate reads, 0xfe is a broken connection, 0xfd a timeout. Properties: the machine
// ends, no bare CR or LF and no password in clear leaves it, and "accepted" needs a 2yz after the final dot.
#include "smtp/dialogue.h"

#include <cstdint>
#include <cstdlib>

using namespace waypost;
using namespace waypost::smtp;

namespace {

struct World {
    Dialogue* d;
    std::string wire;
    bool tls = false;

    void drain() {
        for (int guard = 0; guard < 10'000; ++guard) {
            Action a = d->next();
            if (auto* s = std::get_if<Send>(&a)) {
                if (!tls && s->bytes.find("AUTH PLAIN ") != std::string::npos) std::abort();
                wire += s->bytes;
            } else if (std::holds_alternative<waypost::smtp::StartTls>(a)) {
                tls = true;
                d->tlsDone({TlsState::Established, true, "TLSv1.3", "X", ""});
            } else {
                return;
            }
        }
        std::abort(); // it talks for ever
    }
};

OutgoingMail mailOf(const char* to, bool probe) {
    OutgoingMail m;
    m.sender = *mail::MailAddress::parse("a@b.example");
    m.recipients.push_back({*mail::MailAddress::parse(to), {}, {}});
    m.recipients.push_back({*mail::MailAddress::parse("z@b.example"), {}, {}});
    m.message = std::make_shared<const std::string>("Subject: x\n\n.\r\n.\rMAIL FROM:<evil>\n");
    m.probe = probe;
    return m;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, size_t size) {
    if (size == 0) return 0;
    DialogueOptions o;
    o.heloName = "me.example";
    o.tls = TlsMode(data[0] & 3);
    if (data[0] & 4) o.credentials = Credentials{"u", Secret("password1"), false, {}};
    o.pipelining = (data[0] & 8) == 0;
    Dialogue d(o, {mailOf("x@b.example", (data[0] & 16) != 0), mailOf("y@b.example", false)});
    World w{&d, {}, false};
    w.drain();
    std::string piece;
    for (size_t i = 1; i < size && !d.done(); ++i) {
        if (data[i] < 0xfd) {
            piece += char(data[i]);
            continue;
        }
        d.received(std::exchange(piece, {}));
        w.drain();
        if (data[i] == 0xfe) d.closed("gone");
        if (data[i] == 0xfd) d.timedOut();
    }
    if (!piece.empty()) d.received(piece);
    w.drain();
    d.closed("end");
    if (!d.done()) std::abort();
    for (size_t i = 0; i < w.wire.size(); ++i) {
        const bool cr = w.wire[i] == '\r';
        if (cr ? i + 1 >= w.wire.size() || w.wire[i + 1] != '\n'
               : w.wire[i] == '\n' && (i == 0 || w.wire[i - 1] != '\r'))
            std::abort();
    }
    for (const MailResult& m : d.result().mails)
        for (const RecipientResult& r : m.recipients)
            if (r.outcome == Outcome::Accepted && (!r.reply || !r.reply->positive())) std::abort();
    for (const LogEntry& e : d.takeLog())
        if (o.credentials && e.bytes.find("password1") != std::string::npos) std::abort();
    return 0;
}
