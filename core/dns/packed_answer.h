// An answer in one block of memory, as the cache keeps it: a third of the size of the value with its strings,
// one allocation instead of six, and one place to read when it is asked for. Without the question, which is
// the one of who asks. Only for octets of our own making, in this process.
#pragma once

#include "dns/answer.h"

namespace waypost::dns {

std::string packAnswer(const Answer& answer);
Answer unpackAnswer(std::string_view packed, Question question);

} // namespace waypost::dns
