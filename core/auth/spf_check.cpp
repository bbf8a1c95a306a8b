#include "auth/spf_check.h"

#include "auth/spf_evaluator.h"

namespace waypost::auth {

std::string_view spfResultName(SpfResult r) {
    switch (r) {
    case SpfResult::None: return "none";
    case SpfResult::Neutral: return "neutral";
    case SpfResult::Pass: return "pass";
    case SpfResult::Fail: return "fail";
    case SpfResult::SoftFail: return "softfail";
    case SpfResult::TempError: return "temperror";
    case SpfResult::PermError: return "permerror";
    }
    return "none";
}

Task<SpfCheck> checkSpf(dns::Resolver& resolver, SpfRequest request, SpfOptions options) {
    SpfEvaluator evaluator(std::move(request), std::move(options));
    while (const dns::Question* question = evaluator.advance()) {
        dns::AnswerPtr answer = resolver.known(*question);
        if (!answer) {
            auto begin = [&resolver, question](dns::Resolver::SharedDone done) {
                resolver.share(*question, std::move(done));
            };
            auto asking = completion<dns::AnswerPtr>(std::move(begin));
            answer = co_await asking;
        }
        evaluator.take(std::move(answer));
    }
    co_return std::move(evaluator.out);
}

} // namespace waypost::auth
