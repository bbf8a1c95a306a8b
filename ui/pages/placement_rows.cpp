#include "ui/pages/placement_rows.h"

#include "ui/pages/page_values.h"

#include <QCoreApplication>
#include <QMap>

using namespace Qt::StringLiterals;

namespace waypost::ui::placement {

namespace {

struct Words {
    Q_DECLARE_TR_FUNCTIONS(Placement)
};

constexpr Qt::Alignment toLeft = Qt::AlignLeft | Qt::AlignVCenter;
constexpr Qt::Alignment toRight = Qt::AlignRight | Qt::AlignVCenter;

Cell plain(const QString& text) {
    return {text, {}, {}, {}, {}, {}};
}

Cell number(int n) {
    return {n == 0 ? u"–"_s : QString::number(n), n, {}, {}, {}, {}};
}

} // namespace

std::pair<QString, Outcome> seedState(const std::string& state) {
    if (state == "planned") return {Words::tr("not sent yet"), Outcome::Unknown};
    if (state == "sending") return {Words::tr("being sent"), Outcome::Unknown};
    if (state == "send-failed") return {Words::tr("not sent"), Outcome::Blocked};
    if (state == "deferred") return {Words::tr("deferred"), Outcome::Deferred};
    if (state == "waiting") return {Words::tr("waiting"), Outcome::Deferred};
    if (state == "found-inbox") return {Words::tr("inbox"), Outcome::Accepted};
    if (state == "found-category") return {Words::tr("category"), Outcome::Neutral};
    if (state == "found-junk") return {Words::tr("spam"), Outcome::Bounced};
    if (state == "found-other") return {Words::tr("other folder"), Outcome::Neutral};
    if (state == "not-found") return {Words::tr("missing"), Outcome::Unknown};
    if (state == "mailbox-error") return {Words::tr("mailbox error"), Outcome::Unknown};
    if (state == "uncertain") return {Words::tr("uncertain"), Outcome::Unknown};
    return {qstr(state), Outcome::Unknown};
}

std::pair<QString, Outcome> runState(const std::string& state) {
    if (state == "running") return {Words::tr("running"), Outcome::Neutral};
    if (state == "done") return {Words::tr("done"), Outcome::Accepted};
    if (state == "cancelled") return {Words::tr("cancelled, partial"), Outcome::Deferred};
    if (state == "interrupted") return {Words::tr("interrupted, partial"), Outcome::Deferred};
    return {qstr(state), Outcome::Unknown};
}

bool runIsLive(const engine::RunLine& run) {
    return run.state == "running";
}

std::vector<Column> providerColumns() {
    std::vector<Column> out{{u"provider"_s, Words::tr("Provider"), toLeft, 104, false, false}};
    const std::pair<QString, QString> counts[] = {
        {u"seeds"_s, Words::tr("Seeds")},       {u"inbox"_s, Words::tr("Inbox")},
        {u"category"_s, Words::tr("Categ.")},   {u"junk"_s, Words::tr("Spam")},
        {u"other"_s, Words::tr("Other")},       {u"missing"_s, Words::tr("Missing")},
        {u"not_sent"_s, Words::tr("Not sent")}, {u"mailbox"_s, Words::tr("Mailbox error")},
        {u"waiting"_s, Words::tr("Waiting")}};
    for (const auto& [id, title] : counts)
        out.push_back({id, title, toRight, id == "mailbox"_L1 ? 100 : 68, false, false});
    out.push_back({u"latency"_s, Words::tr("Median latency"), toRight, 112, false, false});
    return out;
}

Row providerRow(const engine::ProviderRow& r) {
    Row row;
    row.key = qstr(r.provider);
    row.cells = {plain(r.provider == "all" ? Words::tr("all") : qstr(r.provider)),
                 number(r.seeds),
                 number(r.inbox),
                 number(r.category),
                 number(r.junk),
                 number(r.other),
                 number(r.notFound),
                 number(r.notSent),
                 number(r.mailboxError),
                 number(r.waiting),
                 Cell{r.medianLatencyMs < 0 ? u"–"_s : durationText(r.medianLatencyMs),
                      r.medianLatencyMs,
                      {},
                      {},
                      {},
                      {}}};
    return row;
}

DotRow dotRow(const engine::ProviderRow& r) {
    DotRow row;
    row.name = r.provider == "all" ? Words::tr("all") : qstr(r.provider);
    row.hits = r.inbox;
    row.total = r.judged;
    return row;
}

std::vector<Column> seedColumns() {
    return {{u"state"_s, Words::tr("State"), toLeft, 128, false, true},
            {u"seed"_s, Words::tr("Seed"), toLeft, 230, false, true},
            {u"provider"_s, Words::tr("Provider"), toLeft, 110, false, true},
            {u"folder"_s, Words::tr("Folder"), toLeft, 150, false, true},
            {u"latency"_s, Words::tr("Latency"), toRight, 80, false, true},
            {u"why"_s, Words::tr("Why"), toLeft, 420, false, false}};
}

Row seedRow(const engine::SeedRow& r) {
    const auto [word, mark] = seedState(r.state);
    Row row;
    row.key = qstr(r.seed);
    row.cells = {Cell{word, {}, mark, {}, {}, {}},
                 plain(qstr(r.seed)),
                 plain(qstr(r.provider)),
                 plain(r.folder.empty() ? u"–"_s : qstr(r.folder)),
                 Cell{r.latencyMs < 0 ? u"–"_s : durationText(r.latencyMs), r.latencyMs, {}, {}, {}, {}},
                 plain(qstr(r.text))};
    return row;
}

void sortRows(std::vector<Row>& rows, const std::vector<Column>& columns, const PageAsk& ask) {
    size_t at = columns.size();
    for (size_t i = 0; i < columns.size(); ++i)
        if (columns[i].id == ask.sortColumn) at = i;
    if (at == columns.size()) return;
    const auto less = [at](const Row& a, const Row& b) {
        const Cell& x = a.cells[at];
        const Cell& y = b.cells[at];
        if (x.raw.isValid() && y.raw.isValid()) return x.raw.toLongLong() < y.raw.toLongLong();
        return QString::compare(x.text, y.text, Qt::CaseInsensitive) < 0;
    };
    std::sort(rows.begin(), rows.end(), [&](const Row& a, const Row& b) {
        const bool ascending = ask.order == Qt::AscendingOrder;
        if (less(a, b)) return ascending;
        if (less(b, a)) return !ascending;
        return a.key < b.key;
    });
}

QString providerCounts(const engine::SeedList& list) {
    QMap<QString, int> counts;
    for (const engine::SeedLine& s : list.seeds)
        if (s.enabled) ++counts[s.provider.empty() ? Words::tr("unknown") : qstr(s.provider)];
    QStringList parts;
    for (auto it = counts.cbegin(); it != counts.cend(); ++it)
        parts << u"%1 %2"_s.arg(it.key()).arg(it.value());
    return parts.join(u", "_s);
}

int enabledSeeds(const engine::SeedList& list) {
    return static_cast<int>(
        std::count_if(list.seeds.begin(), list.seeds.end(), [](const auto& s) { return s.enabled; }));
}

} // namespace waypost::ui::placement
