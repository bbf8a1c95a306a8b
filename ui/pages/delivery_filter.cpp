#include "ui/pages/delivery_filter.h"

#include "ui/pages/page_values.h"

#include <QCoreApplication>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace waypost::ui::delivery {

namespace {

struct FilterWords {
    Q_DECLARE_TR_FUNCTIONS(FilterWords)
};

using Values = std::vector<std::string>;
struct Field {
    const char16_t* name;
    Values engine::DeliveryFilter::* values;
};
constexpr Field fields[] = {
    {u"provider", &engine::DeliveryFilter::providers}, {u"category", &engine::DeliveryFilter::categories},
    {u"outcome", &engine::DeliveryFilter::outcomes},   {u"stream", &engine::DeliveryFilter::streams},
    {u"domain", &engine::DeliveryFilter::domains},     {u"template", &engine::DeliveryFilter::templates},
    {u"source", &engine::DeliveryFilter::sources},
};
constexpr QStringView findField = u"find";

const Field* fieldOf(const QString& name) {
    for (const Field& f : fields)
        if (name == QStringView(f.name)) return &f;
    return nullptr;
}

QString nearestField(const QString& typed) {
    const auto distance = [](const QString& a, QStringView b) {
        std::vector<qsizetype> row(static_cast<size_t>(b.size()) + 1);
        for (size_t j = 0; j < row.size(); ++j) row[j] = static_cast<qsizetype>(j);
        for (qsizetype i = 1; i <= a.size(); ++i) {
            qsizetype diagonal = row[0];
            row[0] = i;
            for (size_t j = 1; j < row.size(); ++j) {
                const qsizetype swap = diagonal + (a[i - 1] == b[static_cast<qsizetype>(j) - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = std::min({row[j] + 1, row[j - 1] + 1, swap});
            }
        }
        return row.back();
    };
    const Field* best = &fields[0];
    for (const Field& f : fields)
        if (distance(typed, f.name) < distance(typed, best->name)) best = &f;
    return QStringView(best->name).toString();
}

// The end of the term that starts at `at`: a space outside quotes.
qsizetype termEnd(const QString& text, qsizetype at) {
    bool quoted = false;
    for (; at < text.size(); ++at) {
        if (text[at] == u'"') quoted = !quoted;
        if (text[at].isSpace() && !quoted) break;
    }
    return at;
}

QString unquoted(QString value) {
    if (value.size() >= 2 && value.startsWith(u'"') && value.endsWith(u'"'))
        value = value.mid(1, value.size() - 2);
    return value;
}

} // namespace

QString termText(const QString& field, const QString& value) {
    const bool quote =
        value.isEmpty() || std::any_of(value.begin(), value.end(), [](QChar c) { return c.isSpace(); });
    return field + u':' + (quote ? u'"' + value + u'"' : value);
}

std::optional<Term> parseTerm(const QString& term) {
    const qsizetype colon = term.indexOf(u':');
    if (colon <= 0) return std::nullopt;
    const QString field = term.left(colon);
    if (!fieldOf(field) && field != findField) return std::nullopt;
    return Term{field, unquoted(term.mid(colon + 1))};
}

Typed parseTyped(const QString& text) {
    Typed out;
    bool haveFind = false;
    const auto refuse = [&](const QString& sentence, qsizetype start, qsizetype end) {
        out.verdict = {sentence, static_cast<int>(start), static_cast<int>(end - start)};
        out.terms.clear();
        return out;
    };
    for (qsizetype at = 0; at < text.size();) {
        if (text[at].isSpace()) {
            ++at;
            continue;
        }
        const qsizetype end = termEnd(text, at);
        const QString word = text.mid(at, end - at);
        // A Message-ID in angle brackets or an address may hold a colon; a field name never has those signs.
        const qsizetype colon = word.indexOf(u':');
        const QString head = word.left(std::max<qsizetype>(colon, 0));
        const bool named = colon > 0 && std::all_of(head.begin(), head.end(), [](QChar c) {
                               return (c >= u'a' && c <= u'z') || c == u'_' || c == u'-';
                           });
        Term term{findField.toString(), unquoted(word)};
        if (named) {
            const auto parsed = parseTerm(word);
            if (!parsed)
                return refuse(
                    FilterWords::tr("\"%1\" is no field; did you mean \"%2\"?").arg(head, nearestField(head)),
                    at, at + colon);
            term = *parsed;
            if (colon + 1 == word.size())
                return refuse(FilterWords::tr("A value is expected after \"%1:\".").arg(head), at, end);
        }
        if (term.field == findField && std::exchange(haveFind, true))
            return refuse(
                FilterWords::tr("Only one recipient, queue id or message id can be looked for at a time."),
                at, end);
        out.terms.push_back(term);
        at = end;
    }
    return out;
}

engine::DeliveryFilter toFilter(const std::vector<Chip>& chips) {
    engine::DeliveryFilter out;
    for (const Chip& c : chips) {
        const auto term = c.enabled ? parseTerm(c.term) : std::nullopt;
        if (!term) continue;
        if (const Field* f = fieldOf(term->field))
            (out.*(f->values)).push_back(term->value.toStdString());
        else
            out.recipientOrMessage = term->value.toStdString();
    }
    return out;
}

QStringList valuesOf(const std::vector<Chip>& chips, const QString& field) {
    QStringList out;
    for (const Chip& c : chips)
        if (const auto term = parseTerm(c.term); term && c.enabled && term->field == field)
            out << term->value;
    return out;
}

std::vector<Chip> withValues(std::vector<Chip> chips, const QString& field, const QStringList& values) {
    const auto valueOf = [&](const Chip& c) {
        const auto term = parseTerm(c.term);
        return term && term->field == field ? std::optional(term->value) : std::nullopt;
    };
    std::erase_if(chips, [&](const Chip& c) {
        const auto value = valueOf(c);
        return value && !values.contains(*value);
    });
    for (const QString& value : values) {
        const auto held =
            std::find_if(chips.begin(), chips.end(), [&](const Chip& c) { return valueOf(c) == value; });
        if (held == chips.end())
            chips.push_back({termText(field, value)});
        else
            *held = {termText(field, value)};
    }
    return chips;
}

} // namespace waypost::ui::delivery
