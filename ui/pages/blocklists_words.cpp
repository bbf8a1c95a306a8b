#include "ui/pages/blocklists_words.h"

#include "ui/pages/page_values.h"
#include "ui/widgets/age_label.h"

#include <QCoreApplication>
#include <QHash>

using namespace Qt::StringLiterals;

namespace waypost::ui::blocklists {

namespace {

struct Words {
    Q_DECLARE_TR_FUNCTIONS(Words)
};

} // namespace

std::optional<Outcome> mark(engine::CellState state) {
    using S = engine::CellState;
    switch (state) {
    case S::Listed: return Outcome::Blocked;
    case S::Clean: return Outcome::Accepted;
    case S::Refused: return Outcome::Deferred;
    case S::Error: return Outcome::Unknown;
    case S::NotApplicable:
    case S::Unseen: break;
    }
    return {};
}

QString word(engine::CellState state) {
    using S = engine::CellState;
    switch (state) {
    case S::Listed: return Words::tr("listed");
    case S::Clean: return Words::tr("clean");
    case S::Refused: return Words::tr("refused us");
    case S::Error: return Words::tr("no usable answer");
    case S::NotApplicable: return Words::tr("not applicable");
    case S::Unseen: break;
    }
    return Words::tr("never looked at");
}

QString letter(engine::CellState state) {
    using S = engine::CellState;
    switch (state) {
    case S::Listed: return u"L"_s;
    case S::Refused: return u"R"_s;
    case S::Error: return u"?"_s;
    case S::NotApplicable: return u"–"_s;
    case S::Clean:
    case S::Unseen: break;
    }
    return {};
}

QString confirmation(const engine::MatrixCell& cell) {
    if (cell.state != engine::CellState::Listed)
        return cell.confirmed ? Words::tr("a listing that was confirmed before; not cleared yet") : QString();
    return cell.confirmed ? Words::tr("confirmed by two looks in a row")
                          : Words::tr("seen once, not confirmed yet");
}

GridCell gridCell(const engine::MatrixCell& cell, qint64 now) {
    GridCell out;
    out.state = mark(cell.state);
    out.label = letter(cell.state);
    if (cell.welcome) out.label = u"W"_s;
    out.few = cell.state == engine::CellState::Listed && !cell.confirmed;
    QStringList parts{word(cell.state)};
    if (cell.welcome) parts << Words::tr("welcome: a list of good senders holds it");
    if (const QString sure = confirmation(cell); !sure.isEmpty()) parts << sure;
    if (cell.at.ms > 0) parts << Words::tr("looked %1").arg(ageText(cell.at.ms, now));
    if (cell.since.ms > 0)
        parts << Words::tr("so since %1 UTC").arg(shortStamp(cell.since, QTimeZone::utc()));
    out.toolTip = parts.join(u", "_s);
    return out;
}

QString reason(const std::string& code) {
    static const QHash<QString, QString> sentences{
        {u"timeout"_s, Words::tr("no answer in time")},
        {u"servfail"_s, Words::tr("the resolver failed (SERVFAIL)")},
        {u"dns-refused"_s, Words::tr("the name server said REFUSED")},
        {u"malformed"_s, Words::tr("the answer was malformed")},
        {u"unreachable"_s, Words::tr("the resolver could not be reached")},
        {u"cancelled"_s, Words::tr("the question was cancelled")},
        {u"outside-127/8"_s, Words::tr("an answer outside 127.0.0.0/8: not a listing, somebody lies")},
        {u"unpublished"_s, Words::tr("a code the list publishes no meaning for")},
        {u"unhealthy"_s, Words::tr("the list fails its own test points")},
        {u"public-resolver"_s, Words::tr("not asked: the list refuses public resolvers")},
        {u"daily-limit"_s, Words::tr("not asked: our limit for the day is used up")},
        {u"list-refused"_s, Words::tr("the list declined to answer us")},
        {u"wrong-kind"_s, Words::tr("the list knows no such names")},
        {u"dead"_s, Words::tr("the list has ended")},
        {u"no-key"_s, Words::tr("the list needs a key")},
        {u"no-zone"_s, Words::tr("the list has no zone to ask")},
    };
    const QString known = qstr(code);
    return sentences.value(known, known);
}

QString health(const std::string& word) {
    static const QHash<QString, QString> words{
        {u"healthy"_s, Words::tr("healthy")},
        {u"wildcard"_s, Words::tr("lists everything")},
        {u"lying"_s, Words::tr("lies")},
        {u"silent"_s, Words::tr("silent")},
        {u"refusing"_s, Words::tr("refuses us")},
        {u"dead"_s, Words::tr("dead")},
        {u"unknown"_s, Words::tr("could not be tested")},
    };
    return word.empty() ? Words::tr("not tested yet") : words.value(qstr(word), qstr(word));
}

Outcome healthMark(const std::string& word) {
    if (word == "healthy") return Outcome::Accepted;
    if (word.empty() || word == "unknown") return Outcome::Unknown;
    return word == "refusing" ? Outcome::Deferred : Outcome::Bounced;
}

} // namespace waypost::ui::blocklists
