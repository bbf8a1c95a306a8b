// Generated messages and signatures for the comparison with other DKIM implementations: a message, and ways
// to change it, its signature or its key one at a time. A change of the signature is signed anew, so that the
// verdict depends on what the tag means and not on a hash that no longer fits.
#pragma once

#include "base/random.h"

#include <ctime>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::test {

// A field as name and value with folds: "Subject", " Spring\r\n sale".
struct CaseField {
    std::string name, value;
};

struct DkimCase {
    std::vector<CaseField> fields;
    std::string body;
    // The signature's tags in order, "b" left out; "bh" is computed unless it stands here.
    std::vector<std::pair<std::string, std::string>> tags;
    std::string fieldName = "DKIM-Signature";
    std::string between = "; "; // what separates tags
    std::string after;          // behind the last tag, b=
    bool relaxedHeader = true, relaxedBody = true, ed25519 = false;
    std::string keyRecord;
    std::function<std::string(std::string)> afterwards; // the whole signed message, changed

    std::string* tag(std::string_view name);
    void set(std::string_view name, std::string value); // changes or appends
    void drop(std::string_view name);
    CaseField* field(std::string_view name);
};

// The peers know no clock but the real one.
inline const std::int64_t caseTime = std::int64_t(std::time(nullptr));

DkimCase generatedCase(Random& random);
// Signs it as its tags say; `bodyLength` is what l= limits, if it is a number.
std::string signedCase(const DkimCase& c);

struct DkimChange {
    const char* id; // a sentence
    std::function<void(DkimCase&, Random&)> apply;
};
const std::vector<DkimChange>& dkimChanges();

} // namespace waypost::test
