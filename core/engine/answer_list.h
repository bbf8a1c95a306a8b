// DNS answers as a screen shows them, each once. Internal to engine/.
#pragma once

#include "dns/answer.h"
#include "engine/evidence_values.h"

#include <map>
#include <vector>

namespace waypost::engine {

AnswerView answerView(const dns::Answer& answer);

class AnswerList {
  public:
    // The answer's place; one to the same question, at the same time, is shared.
    int add(const dns::Answer& answer);
    std::vector<AnswerView> take() { return std::move(views_); }

  private:
    std::map<std::pair<dns::Question, std::int64_t>, int> places_;
    std::vector<AnswerView> views_;
};

} // namespace waypost::engine
