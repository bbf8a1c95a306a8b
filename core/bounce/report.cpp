#include "bounce/report.h"

namespace waypost::bounce {

std::string_view kindName(Kind k) {
    switch (k) {
    case Kind::Dsn: return "dsn";
    case Kind::Arf: return "arf";
    case Kind::AutoReply: return "auto-reply";
    case Kind::NotABounce: break;
    }
    return "not-a-bounce";
}

std::string_view actionName(Action a) {
    switch (a) {
    case Action::Failed: return "failed";
    case Action::Delayed: return "delayed";
    case Action::Delivered: return "delivered";
    case Action::Relayed: return "relayed";
    case Action::Expanded: return "expanded";
    case Action::Unknown: break;
    }
    return {};
}

std::string_view Feedback::first(std::string_view lowerName) const {
    for (const auto& [name, value] : fields) {
        if (name == lowerName) return value;
    }
    return {};
}

} // namespace waypost::bounce
