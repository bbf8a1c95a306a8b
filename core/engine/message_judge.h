// A stored message judged over the stored answers. Internal to engine/.
#pragma once

#include "auth/dkim_autopsy.h"
#include "engine/context.h"
#include "message/check.h"
#include "store/message_store.h"

#include <string>
#include <vector>

namespace waypost::engine {

// The connection given for the message; the rest is taken from its trace headers.
message::CheckOptions checkOptions(Context& c, const store::MessageRow& row);

struct StoredJudgement {
    store::MessageRow row;
    message::CheckOptions options; // `at` is set
    message::MessageCheck check;
    std::vector<dns::Question> neverAsked;    // by then
    std::vector<auth::DkimAutopsy> autopsies; // when asked for and a signature is broken
};
// As of the first judgement, or of the last time DNS was asked (`now`). NotFound: there was none. Not inside
// another read.
Result<StoredJudgement> judgeStored(Context& c, const std::string& id, bool now, bool autopsies);

} // namespace waypost::engine
