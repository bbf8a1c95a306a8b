// A rotation between its three forms: the machine, the stored row, what a screen shows. Internal to engine/
// and the command line. Pure.
#pragma once

#include "domain/rotation.h"
#include "engine/domain_values.h"
#include "store/rotation_store.h"

namespace waypost::engine {

store::RotationRow toRow(const domain::Rotation& rotation);
domain::Rotation fromRow(const store::RotationRow& row);
RotationView toView(const domain::Rotation& rotation);

} // namespace waypost::engine
