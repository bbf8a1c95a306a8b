#include "message/check.h"

#include "auth/author_domain.h"
#include "base/text.h"
#include "dns/names.h"
#include "dns/once_resolver.h"
#include "message/connection.h"
#include "message/steps.h"

namespace waypost::message {

namespace {

// The wall time of the judgement; the running time of the clock that was given.
class FixedTime final : public Clock {
  public:
    FixedTime(const Clock& clock, UtcTime now) : clock_(clock), now_(now) {}
    [[nodiscard]] UtcTime now() const override { return now_; }
    [[nodiscard]] Millis monotonic() const override { return clock_.monotonic(); }

  private:
    const Clock& clock_;
    UtcTime now_;
};

class Judge {
  public:
    Judge(dns::Resolver& resolver, const mail::Bytes& message, CheckOptions options)
        : resolver_(resolver), options_(std::move(options)),
          time_(*options_.clock, options_.at.value_or(options_.clock->now())) {
        out.judged = time_.now();
        out.headers = std::make_shared<const mail::HeaderBlock>(mail::HeaderBlock::parse(message));
        out.mime = std::make_shared<const mail::MimeTree>(mail::MimeTree::parse(message));
    }
    MessageCheck out;

    Task<void> run() {
        out.connection = readConnection(*out.headers, options_.connection);
        out.hops = readHops(*out.headers, time_.now());
        auto spf = checkConnection();
        co_await spf;
        const auth::DkimVerifyOptions verify = verifyOptions();
        auto dkim = auth::verifyDkim(resolver_, out.headers, verify);
        out.dkim = co_await dkim;
        auto arc = auth::verifyArc(resolver_, out.headers, verify);
        out.arc = co_await arc;
        const auth::AuthorDomains author = auth::readAuthorDomains(*out.headers);
        auth::DmarcOptions dmarcOptions;
        dmarcOptions.publicSuffixes = options_.publicSuffixes;
        auth::DmarcMessage facts = dmarcFacts(author);
        auto dmarc = auth::checkDmarc(resolver_, std::move(facts), std::move(dmarcOptions));
        out.dmarc = co_await dmarc;
        out.answers = resolver_.answers();
        out.authenticationResults = writeResults(out, options_.receiver);
        out.claimed = readClaims(out);
        out.steps = allSteps({out, time_.now(), author.fault});
    }

  private:
    auth::DkimVerifyOptions verifyOptions() const {
        auth::DkimVerifyOptions o;
        o.now = time_.now();
        return o;
    }

    // RFC 7208 sections 2.3 and 2.4: HELO beside MAIL FROM; the null sender is postmaster at HELO.
    Task<void> checkConnection() {
        const Connection& c = out.connection;
        if (!c.ip) co_return;
        if (c.mailFromKnown && (!c.mailFrom.empty() || !c.helo.empty())) {
            auto checking = spf(c.mailFrom);
            out.spf = co_await checking;
        }
        if (dns::isHostName(c.helo) && (!c.mailFromKnown || !c.mailFrom.empty())) {
            auto checking = spf({});
            out.spfHelo = co_await checking;
        }
    }
    Task<auth::SpfCheck> spf(std::string mailFrom) {
        auth::SpfRequest request;
        request.ip = *out.connection.ip;
        request.mailFrom = std::move(mailFrom);
        request.helo = out.connection.helo;
        auth::SpfOptions spfOptions;
        spfOptions.clock = &time_;
        spfOptions.receiver = options_.receiver;
        auto checking = auth::checkSpf(resolver_, std::move(request), std::move(spfOptions));
        auth::SpfCheck check = co_await checking;
        co_return check;
    }

    auth::DmarcMessage dmarcFacts(const auth::AuthorDomains& author) const {
        auth::DmarcMessage m;
        m.fromDomains = author.domains;
        m.fromFault = author.fault;
        if (out.spf) {
            m.spf = out.spf->result;
            m.spfDomain = out.spf->domain;
        }
        for (const auto& s : out.dkim.signatures)
            m.dkim.push_back({s.signature.domain, s.signature.selector, s.result});
        return m;
    }

    dns::OnceResolver resolver_;
    CheckOptions options_;
    FixedTime time_;
};

} // namespace

Task<MessageCheck> check(dns::Resolver& resolver, mail::Bytes message, CheckOptions options) {
    Judge judge(resolver, message, std::move(options));
    auto running = judge.run();
    co_await running;
    co_return std::move(judge.out);
}

} // namespace waypost::message
