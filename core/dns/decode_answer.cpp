// What a message means for one question: alias chain, status, and the sentence when it means nothing.
#include "base/text.h"
#include "dns/name_codec.h"
#include "dns/wire.h"

#include <fmt/format.h>

#include <algorithm>

namespace waypost::dns {

namespace {

Answer malformed(Answer answer, std::string sentence) {
    answer.status = Status::Malformed;
    answer.records.clear();
    answer.text = std::move(sentence);
    return answer;
}

// The alias chain from the asked name and the records at its end, moved out of the answer section.
struct Chain {
    std::vector<Record> records;
    bool tooLong = false;
    std::string remark; // empty, or why the chain has no end
};

Record* aliasOf(std::vector<Record>& answers, std::string_view name) {
    auto isAlias = [&](const Record& r) { return r.type == RecordType::CNAME && sameName(r.name, name); };
    auto it = std::ranges::find_if(answers, isAlias);
    return it == answers.end() ? nullptr : &*it;
}

bool isWanted(const Record& r, std::string_view name, RecordType type) {
    const bool typeFits = r.type == type || type == RecordType::ANY || r.type == RecordType::RRSIG;
    return typeFits && sameName(r.name, name);
}

Chain follow(std::vector<Record>& answers, const std::string& asked, RecordType type) {
    Chain chain;
    const bool direct = type == RecordType::CNAME || type == RecordType::ANY;
    // Nearly every answer: no alias, nothing to leave out.
    if (std::ranges::all_of(answers, [&](const Record& r) { return isWanted(r, asked, type); })) {
        chain.records = std::move(answers);
        return chain;
    }
    std::string name = asked;
    std::vector<std::string> seen{canonicalName(asked)};
    while (Record* alias = direct ? nullptr : aliasOf(answers, name)) {
        if (seen.size() > size_t(maxCnames)) {
            chain.tooLong = true;
            chain.remark = fmt::format("The answer goes through more than {} aliases.", maxCnames);
            return chain;
        }
        name = canonicalName(std::get<NameData>(alias->data).name);
        chain.records.push_back(std::move(*alias));
        answers.erase(answers.begin() + (alias - answers.data()));
        if (std::ranges::find(seen, name) != seen.end()) {
            chain.remark = fmt::format("The aliases go round in a circle at {}.", name);
            return chain;
        }
        seen.push_back(name);
    }
    for (auto& r : answers)
        if (isWanted(r, name, type)) chain.records.push_back(std::move(r));
    return chain;
}

Status statusOf(const Answer& a) {
    switch (a.rcode) {
    case 0: break;
    case 2: return Status::ServFail;
    case 3: return Status::NxDomain;
    case 5: return Status::Refused;
    default: return Status::ServFail;
    }
    auto asked = [&](const Record& r) {
        return a.question.type == RecordType::ANY || r.type == a.question.type;
    };
    return std::ranges::any_of(a.records, asked) ? Status::Ok : Status::NoData;
}

// Empty when the message answers this question.
std::string mismatch(const Message& m, const Question& asked) {
    if (!m.response) return "The message is a query, not a response.";
    if (m.opcode != 0)
        return fmt::format("The response is to a request of kind {}, not to a query.", m.opcode);
    // A server that could not read the query may answer without repeating it.
    if (m.questions.empty() && m.rcode != 0) return {};
    if (m.questions.size() != 1) return fmt::format("The response has {} questions.", m.questions.size());
    const Question& got = m.questions.front();
    if (got.type == asked.type && sameName(got.name, asked.name)) return {};
    return fmt::format("The response is about {} {}, not about {} {}.", got.name, recordTypeName(got.type),
                       asked.name, recordTypeName(asked.type));
}

} // namespace

Answer decodeAnswer(const Question& question, std::string_view bytes) {
    Answer answer;
    answer.question = question;
    answer.raw = std::string(bytes);
    auto message = decodeMessage(bytes);
    if (!message) return malformed(std::move(answer), message.error().text);
    if (auto why = mismatch(*message, question); !why.empty())
        return malformed(std::move(answer), std::move(why));
    answer.rcode = message->rcode;
    answer.authenticated = message->authenticated;
    answer.authoritative = message->authoritative;
    answer.truncated = message->truncated;
    answer.authority = std::move(message->authority);
    Chain chain = follow(message->answers, question.name, question.type);
    if (chain.tooLong) return malformed(std::move(answer), std::move(chain.remark));
    answer.records = std::move(chain.records);
    answer.text = std::move(chain.remark);
    answer.status = statusOf(answer);
    if (answer.status == Status::NoData && answer.truncated)
        return malformed(std::move(answer), "The response was cut off before its records.");
    if (answer.rcode != 0 && answer.rcode != 2 && answer.rcode != 3 && answer.rcode != 5)
        answer.text = fmt::format("The server answered with rcode {}.", answer.rcode);
    if (answer.text.empty() && message->recordsLeftOut > 0)
        answer.text = fmt::format("{} records over the limit of {} were left out.", message->recordsLeftOut,
                                  maxRecordsUsed);
    return answer;
}

} // namespace waypost::dns
