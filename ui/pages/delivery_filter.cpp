#include "ui/pages/delivery_filter.h"

#include "filter/complete.h"
#include "filter/parser.h"
#include "ui/pages/page_values.h"
#include "ui/widgets/facet_list.h"

#include <QCoreApplication>
#include <QDateTime>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace waypost::ui::delivery {

namespace {

struct FilterWords {
    Q_DECLARE_TR_FUNCTIONS(FilterWords)
};

using filter::Node;

const filter::FieldInfo* fieldOf(const QString& name) {
    return filter::findField(filter::eventFields(), name.toStdString());
}

std::optional<Node> nodeOf(const Chip& chip) {
    auto node = filter::parse(chip.term.toStdString());
    if (!node || node->everything()) return std::nullopt;
    if (!chip.negated) return *node;
    Node out;
    out.kind = Node::Kind::Not;
    out.children.push_back(std::move(*node));
    return out;
}

Chip chipOf(const Node& node) {
    const bool negated = node.kind == Node::Kind::Not;
    return {qstr(filter::print(negated ? node.children[0] : node)), negated};
}

// The term of a chip that names values of a field and nothing else.
const filter::Term* choiceOf(const Node& node) {
    if (node.kind != Node::Kind::Term || node.term.bare) return nullptr;
    if (node.term.op != filter::Op::Has && node.term.op != filter::Op::Equal) return nullptr;
    const bool literal =
        std::all_of(node.term.values.begin(), node.term.values.end(), [](const filter::Value& v) {
            return v.kind == filter::Value::Kind::Literal || v.kind == filter::Value::Kind::Missing;
        });
    return literal ? &node.term : nullptr;
}

// Its values when it is a switched-on choice of this field.
std::optional<QStringList> chosenBy(const Chip& chip, const filter::FieldInfo* field) {
    if (!chip.enabled || chip.negated || !field) return std::nullopt;
    const auto node = nodeOf(chip);
    const filter::Term* term = node ? choiceOf(*node) : nullptr;
    if (!term || term->field != field) return std::nullopt;
    QStringList out;
    for (const filter::Value& v : term->values) out << qstr(v.text);
    return out;
}

int charsOf(const std::string& bytes, size_t octets) {
    return static_cast<int>(QString::fromUtf8(bytes.data(), static_cast<qsizetype>(octets)).size());
}

Node nodeOf(const std::vector<Chip>& chips) {
    Node all;
    for (const Chip& c : chips)
        if (auto node = c.enabled ? nodeOf(c) : std::nullopt)
            all = filter::both(std::move(all), std::move(*node));
    return all;
}

} // namespace

QString termText(const QString& field, const QStringList& values) {
    const filter::FieldInfo* f = fieldOf(field);
    if (!f || values.isEmpty()) return {};
    std::vector<std::string> all;
    for (const QString& v : values) all.push_back(v.toStdString());
    return qstr(filter::print(filter::termOf(*f, all)));
}

QString termText(const QString& field, const QString& value) {
    return termText(field, QStringList{value});
}

Typed parseTyped(const QString& text) {
    Typed out;
    const std::string bytes = text.toStdString();
    auto node = filter::parse(bytes);
    if (!node) {
        const filter::ParseError& e = node.error();
        const int start = charsOf(bytes, e.offset);
        out.verdict = {qstr(e.sentence), start, charsOf(bytes, e.offset + e.length) - start};
        return out;
    }
    if (node->everything()) return out;
    for (const Node& n : filter::conjuncts(*node)) out.chips.push_back(chipOf(n));
    return out;
}

QString filterText(const std::vector<Chip>& chips) {
    return qstr(filter::print(nodeOf(chips)));
}

engine::DeliveryFilter toFilter(const std::vector<Chip>& chips, const QTimeZone& zone) {
    engine::DeliveryFilter out;
    std::vector<Chip> rest;
    for (const Chip& c : chips) {
        const auto templates = chosenBy(c, fieldOf(u"template"_s));
        if (!templates || !out.templates.empty()) {
            rest.push_back(c);
            continue;
        }
        for (const QString& t : *templates) out.templates.push_back(t.toStdString());
    }
    filter::Moment moment;
    moment.now.ms = QDateTime::currentMSecsSinceEpoch();
    moment.startOfDay = [zone](UtcTime t) {
        return UtcTime{
            QDateTime::fromMSecsSinceEpoch(t.ms, zone).date().startOfDay(zone).toMSecsSinceEpoch()};
    };
    out.query = filter::print(filter::withInstants(nodeOf(rest), moment));
    return out;
}

QStringList valuesOf(const std::vector<Chip>& chips, const QString& field) {
    QStringList out;
    for (const Chip& c : chips)
        if (const auto values = chosenBy(c, fieldOf(field))) out << *values;
    return out;
}

std::vector<Chip> withValues(std::vector<Chip> chips, const QString& field, const QStringList& values) {
    const filter::FieldInfo* f = fieldOf(field);
    std::optional<size_t> place;
    for (size_t i = 0; i < chips.size();) {
        if (!chosenBy(chips[i], f)) {
            ++i;
            continue;
        }
        if (!place) place = i;
        chips.erase(chips.begin() + static_cast<qsizetype>(i));
    }
    if (!f || values.isEmpty()) return chips;
    const auto at = static_cast<qsizetype>(place.value_or(chips.size()));
    chips.insert(chips.begin() + at, Chip{termText(field, values)});
    return chips;
}

std::vector<Chip> withChips(std::vector<Chip> chips, const std::vector<Chip>& more) {
    for (const Chip& c : more) {
        const auto node = nodeOf(c);
        const filter::Term* choice = node ? choiceOf(*node) : nullptr;
        QStringList values = choice ? valuesOf(chips, qstr(choice->field->name)) : QStringList();
        if (!values.isEmpty()) {
            for (const filter::Value& v : choice->values)
                if (!values.contains(qstr(v.text))) values << qstr(v.text);
            chips = withValues(std::move(chips), qstr(choice->field->name), values);
            continue;
        }
        std::erase_if(chips, [&](const Chip& held) { return held.term == c.term; });
        chips.push_back(c);
    }
    return chips;
}

QString crumbOf(const Chip& chip) {
    Chip positive = chip;
    positive.negated = false;
    const auto node = nodeOf(positive);
    const filter::Term* choice = node ? choiceOf(*node) : nullptr;
    QString words = chip.term;
    if (choice) {
        QStringList values;
        for (const filter::Value& v : choice->values)
            values << (!v.text.empty()                   ? qstr(v.text)
                       : choice->field->name == "stream" ? FilterWords::tr("unassigned")
                                                         : FilterWords::tr("unknown"));
        words = values.join(u", "_s);
    }
    return chip.negated ? FilterWords::tr("not %1").arg(words) : words;
}

FilterOffers offersFor(const QString& text, int cursor, const engine::Overview* overview) {
    const std::string bytes = text.toStdString();
    const auto at = static_cast<size_t>(QStringView(text).left(cursor).toUtf8().size());
    const auto& schema = filter::eventFields();
    auto got = filter::complete(bytes, at, {}, schema);
    if (overview && !got.field.empty()) {
        std::vector<filter::KnownValue> known;
        for (const engine::Facet& f : overview->facets)
            if (fieldOf(qstr(f.field)) == filter::findField(schema, got.field))
                for (const engine::FacetValue& v : f.values) known.push_back({v.value, v.events});
        if (got.field == "template")
            for (const engine::ReplyGroup& g : overview->groups) known.push_back({g.templateKey, g.events});
        got = filter::complete(bytes, at, known, schema);
    }
    FilterOffers out;
    out.start = charsOf(bytes, got.offset);
    out.length = charsOf(bytes, got.offset + got.length) - out.start;
    for (const filter::Completion& c : got.items)
        out.items.push_back(
            {qstr(c.text), qstr(c.help), c.count > 0 ? grouped(c.count) : QString(), c.isField});
    return out;
}

} // namespace waypost::ui::delivery
