// A text table: columns as wide as their widest cell.
#pragma once

#include <string>
#include <vector>

namespace waypost::app {

struct Column {
    std::string title;
    bool right = false; // numbers
};
std::string table(const std::vector<Column>& columns, const std::vector<std::vector<std::string>>& rows);

} // namespace waypost::app
