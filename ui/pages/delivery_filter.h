// The Delivery screen's filter: chips on one side, the filter language (core filter/query.h) on the other.
// The chips are the truth: each is one term that must hold, may be negated, and narrows nothing while it is
// switched off. Pure functions, GUI thread.
#pragma once

#include "engine/values.h"
#include "ui/widgets/chip_bar.h"
#include "ui/widgets/filter_bar.h"

#include <QString>
#include <QTimeZone>

#include <optional>
#include <vector>

namespace waypost::ui::delivery {

// One term as text, quoted where it must be; the values are taken literally. Empty for a field that is none.
QString termText(const QString& field, const QString& value);
QString termText(const QString& field, const QStringList& values);

// The chips of a typed text, or what is wrong with it and where.
struct Typed {
    std::vector<Chip> chips;
    FilterVerdict verdict;
};
Typed parseTyped(const QString& text);
// The whole filter as text: what is copied, saved and exported.
QString filterText(const std::vector<Chip>& chips);

// Times become instants: days are those of `zone`. Chosen reply groups stand in `templates`, the rest in
// `query`.
engine::DeliveryFilter toFilter(const std::vector<Chip>& chips, const QTimeZone& zone);
// The values that chips of this field choose; not those they exclude.
QStringList valuesOf(const std::vector<Chip>& chips, const QString& field);
// One chip for the field with these values, where the first of its chips was; none without values.
std::vector<Chip> withValues(std::vector<Chip> chips, const QString& field, const QStringList& values);
// Adds typed chips; one that chooses values of a field that is chosen already widens that chip.
std::vector<Chip> withChips(std::vector<Chip> chips, const std::vector<Chip>& more);
// "gmail", "not marketing": what a chip says, in the breadcrumbs.
QString crumbOf(const Chip& chip);

// What could be typed next; values of the facets come with their counts.
FilterOffers offersFor(const QString& text, int cursor, const engine::Overview* overview);

} // namespace waypost::ui::delivery
