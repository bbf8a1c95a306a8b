#include "lab/zone_view.h"

namespace waypost::lab {

void ZoneView::resolve(dns::Question question, Done done) {
    dns::Message query;
    query.questions.push_back(question);
    auto reply = zone_.answer(query);
    auto bytes = reply ? dns::encodeResponse(*reply) : Result<std::string>(std::string());
    dns::Answer answer;
    answer.question = question;
    if (!reply)
        answer.status = dns::Status::Timeout;
    else if (bytes)
        answer = dns::decodeAnswer(question, *bytes);
    else
        answer.status = dns::Status::ServFail;
    answer.server = "lab";
    answer.at = clock_.now();
    done(std::move(answer));
}

} // namespace waypost::lab
