// The Delivery screen's filter: chips on one side, the engine's fields on the other. The chips are the truth;
// a switched off chip narrows nothing. Grammar of the field: terms separated by spaces, each `field:value`,
// `field:"value with spaces"`, or one lone word that names a recipient, queue id or message id. Pure
// functions, GUI thread.
#pragma once

#include "engine/values.h"
#include "ui/widgets/chip_bar.h"
#include "ui/widgets/filter_bar.h"

#include <QString>

#include <optional>
#include <vector>

namespace waypost::ui::delivery {

struct Term {
    QString field, value;
};

QString termText(const QString& field, const QString& value); // quotes a value that needs it
std::optional<Term> parseTerm(const QString& term);

// The terms of a typed text, or what is wrong with it and where.
struct Typed {
    std::vector<Term> terms;
    FilterVerdict verdict;
};
Typed parseTyped(const QString& text);

engine::DeliveryFilter toFilter(const std::vector<Chip>& chips);
QStringList valuesOf(const std::vector<Chip>& chips, const QString& field);
// Replaces the chips of one field, keeping the place of the others.
std::vector<Chip> withValues(std::vector<Chip> chips, const QString& field, const QStringList& values);

} // namespace waypost::ui::delivery
