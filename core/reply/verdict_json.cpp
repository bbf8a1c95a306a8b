#include "reply/verdict_json.h"

namespace waypost::reply {

json::object toJson(const json::value& id, const Verdict& v) {
    const auto orNull = [](std::string_view s) { return s.empty() ? json::value(nullptr) : json::value(s); };
    json::object out;
    out["id"] = id;
    out["category"] = categoryName(v.category);
    out["cause"] = causeName(v.cause);
    out["permanence"] = orNull(permanenceName(v.permanence));
    out["action"] = orNull(v.action);
    out["rule"] = orNull(v.rule);
    out["rule_version"] = v.rule.empty() ? json::value(nullptr) : json::value(v.ruleVersion);
    if (v.spanLength > 0)
        out["span"] = json::object{{"start", v.spanStart}, {"length", v.spanLength}};
    else
        out["span"] = nullptr;
    out["template"] = json::foreign(v.templateText);
    out["template_key"] = v.templateKey;
    out["list"] = v.list.empty() ? json::value(nullptr) : json::foreign(v.list);
    return out;
}

} // namespace waypost::reply
