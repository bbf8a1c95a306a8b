// SPF checks, trees, drafts and flattened records as JSON: what the command line prints and evidence keeps.
// Foreign bytes are repaired to UTF-8. Pure.
#pragma once

#include "auth/spf_draft.h"
#include "auth/spf_flatten.h"
#include "base/json.h"

namespace waypost::auth {

// {"result","explanation","lookups","void_lookups","reason","domain","sender","matched","trace":[…]};
// explanation is the bare text that exp= led to, empty when there is none. `trace` as the check was made:
// without it "trace" is an empty list.
json::object toJson(const SpfCheck& check);

// {"domain","lookups","void_lookups","headroom","ipv4_addresses","ipv6_networks","complete","loop","broken",
// "nodes":[…]}; a term with a record below it names its place in nodes.
json::object toJson(const SpfTree& tree);

// {"domain","record","problems","now":{tree},"then":{tree},"addresses":[{"ip","now","then","gains","loses",…}]}
json::object toJson(const SpfDraft& draft);

// {"record","strings","price","copied","kept","lookups_before","lookups_after","shortest_ttl","why"}
json::object toJson(const SpfFlattened& flattened);

} // namespace waypost::auth
