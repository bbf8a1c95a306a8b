#include "engine/answer_list.h"

#include "dns/names.h"

#include <fmt/format.h>

namespace waypost::engine {

namespace {

std::string_view transportName(dns::Transport t) {
    switch (t) {
    case dns::Transport::None: return "";
    case dns::Transport::Udp: return "UDP";
    case dns::Transport::Tcp: return "TCP";
    case dns::Transport::Cache: return "cache";
    case dns::Transport::Recorded: return "stored";
    }
    return "";
}

} // namespace

AnswerView answerView(const dns::Answer& a) {
    AnswerView v;
    v.question = fmt::format("{} {}", a.question.name, dns::recordTypeName(a.question.type));
    v.status = dns::statusName(a.status);
    v.server = a.server;
    v.transport = transportName(a.transport);
    v.rcode = a.rcode;
    v.ttl = a.definite() ? std::int64_t(a.ttl()) : -1;
    v.authenticated = a.authenticated;
    v.at = a.at;
    v.tookMs = int(a.took.count());
    for (const dns::Record& r : a.records)
        v.records += fmt::format("{}. {} IN {} {}\n", r.name, r.ttl, dns::recordTypeName(r.type),
                                 dns::presentation(r));
    if (!a.definite() && !a.text.empty()) v.records += "; " + a.text + "\n";
    v.raw = a.raw;
    return v;
}

int AnswerList::add(const dns::Answer& answer) {
    const dns::Question question{dns::normalName(answer.question.name), answer.question.type};
    auto [it, fresh] = places_.try_emplace({question, answer.at.ms}, int(views_.size()));
    if (fresh) views_.push_back(answerView(answer));
    return it->second;
}

} // namespace waypost::engine
