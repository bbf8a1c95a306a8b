// SourceBook: data about sources of events, read from resources/ingest and from a folder of the operator's
// (whose files win): mapping files for logs in JSON lines (mapping.h), and what sources call their replies
// ("pmta:bad-mailbox") in our terms. Such a name decides only when our rules have nothing to say about the
// text: it is the source's opinion. Thread rule: immutable after load. Failure: Error that names file and
// field.
#pragma once

#include "base/result.h"
#include "ingest/mapping.h"
#include "reply/event.h"

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::ingest {

struct OpinionMeaning {
    reply::Category failed = reply::Category::Unclassified;   // of a final failure
    reply::Category deferred = reply::Category::Unclassified; // of one that is tried again
    reply::Cause cause = reply::Cause::Unknown;
};

class SourceBook {
  public:
    // `user` may be empty or absent; a mapping there with the name of a shipped one replaces it.
    static Result<std::shared_ptr<const SourceBook>> load(const std::filesystem::path& shipped,
                                                          const std::filesystem::path& user = {});
    // Nothing when no file says what it means.
    [[nodiscard]] const OpinionMeaning* opinion(std::string_view name) const;
    [[nodiscard]] const std::vector<Mapping>& mappings() const { return mappings_; }

  private:
    Result<void> readFolder(const std::filesystem::path& folder, bool required);
    Result<void> readOpinions(const std::filesystem::path& file);

    std::map<std::string, OpinionMeaning, std::less<>> opinions_;
    std::vector<Mapping> mappings_;
};

} // namespace waypost::ingest
