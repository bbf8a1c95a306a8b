// How a message came, from its trace fields, and the hops it took. Internal to message/. Pure.
#pragma once

#include "message/check.h"

namespace waypost::message {

// Completes what is given: the address and HELO from the topmost Received field that names a client with a
// public address (a private one when there is no other), MAIL FROM from Return-Path. `origin` says which came
// from where.
Connection readConnection(const mail::HeaderBlock& headers, Connection given);

// Oldest first. `now` marks dates in the future.
std::vector<Hop> readHops(const mail::HeaderBlock& headers, UtcTime now);

inline constexpr size_t maxHops = 200; // the topmost; more are left out

} // namespace waypost::message
