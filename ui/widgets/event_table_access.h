// What a screen reader sees of an EventTable: the rows that are seen, each with its cells as one text.
#pragma once

namespace waypost::ui {

void installEventTableAccess(); // once; later calls do nothing

} // namespace waypost::ui
