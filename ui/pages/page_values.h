// What several screens need to show the engine's values in the kit's widgets: states, times, explanation
// nodes. Pure functions, GUI thread.
#pragma once

#include "engine/values.h"
#include "ui/theme/tokens.h"
#include "ui/widgets/explanation_tree.h"
#include "ui/widgets/job_row.h"

#include <QString>
#include <QTimeZone>

#include <string>
#include <vector>

namespace waypost::ui {

inline QString qstr(const std::string& s) {
    return QString::fromUtf8(s.data(), static_cast<qsizetype>(s.size()));
}
inline QString qstr(std::string_view s) {
    return QString::fromUtf8(s.data(), static_cast<qsizetype>(s.size()));
}

Outcome markOf(reply::Outcome outcome);
Outcome markOf(engine::State state);
QString stateWord(engine::State state); // "ok", "not checked"
// Nothing for states that say neither good nor bad, so that trees are not full of marks.
std::optional<Outcome> nodeMark(engine::State state);

// "20 Nov 09:15:01" in the display zone; tool tips carry zone and UTC (stampText).
QString shortStamp(UtcTime at, const QTimeZone& zone);
// counted(1, tr("1 seed"), tr("%1 seeds")): the sentence for one, or that for many with the number in it.
QString counted(qint64 count, const QString& one, const QString& many);
QString durationText(int ms); // "0.9 s", "5 min"; "unknown" below 0

// Nodes with their byte ranges in document 0; ranges of other documents are left out.
std::vector<ExplanationNode> explanation(const std::vector<engine::Node>& nodes);

JobInfo jobInfo(const engine::JobView& job, UtcTime now);

} // namespace waypost::ui
