// RFC 4180 records with the line they begin on. Any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace waypost {

struct CsvRecord {
    size_t line = 0;
    std::vector<std::string> fields;
    std::string problem; // why the record cannot be used; the reader goes on behind it
};

class CsvReader {
  public:
    // The separator is the one of , ; and TAB that the first line holds most often.
    explicit CsvReader(std::string_view text);
    // False at the end. Empty lines are skipped.
    bool next(CsvRecord& into);

  private:
    bool quotedField(std::string& into);
    void plainField(std::string& into);
    [[nodiscard]] bool atLineEnd() const;
    void skipLineEnd();

    std::string_view in_;
    size_t at_ = 0;
    size_t line_ = 1;
    char separator_ = ',';
};

// The field, in quotes when it has to be.
std::string csvField(std::string_view text);

} // namespace waypost
