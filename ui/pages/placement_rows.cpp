#include "ui/pages/placement_rows.h"

#include "ui/pages/page_values.h"
#include "ui/theme/paint.h"
#include "ui/theme/theme.h"

#include <QCoreApplication>
#include <QMap>
#include <QPainter>

using namespace Qt::StringLiterals;

namespace waypost::ui::placement {

namespace {

struct Words {
    Q_DECLARE_TR_FUNCTIONS(Placement)
};

constexpr int wordsWidth = 116;
constexpr int narrowestPlot = 40;
constexpr Qt::Alignment toLeft = Qt::AlignLeft | Qt::AlignVCenter;
constexpr Qt::Alignment toRight = Qt::AlignRight | Qt::AlignVCenter;

Cell plain(const QString& text) {
    return {text, {}, {}, {}, {}, {}};
}

int widthOf(const QString& count) {
    if (count == "mailbox"_L1) return 98;
    if (count == "missing"_L1 || count == "not_sent"_L1 || count == "waiting"_L1) return 68;
    return 56;
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
    std::vector<Column> out{{u"provider"_s, Words::tr("Provider"), toLeft, 84, false, false}};
    const std::pair<QString, QString> counts[] = {
        {u"seeds"_s, Words::tr("Seeds")},       {u"inbox"_s, Words::tr("Inbox")},
        {u"category"_s, Words::tr("Categ.")},   {u"junk"_s, Words::tr("Spam")},
        {u"other"_s, Words::tr("Other")},       {u"missing"_s, Words::tr("Missing")},
        {u"not_sent"_s, Words::tr("Not sent")}, {u"mailbox"_s, Words::tr("Mailbox error")},
        {u"waiting"_s, Words::tr("Waiting")}};
    for (const auto& [id, title] : counts) out.push_back({id, title, toRight, widthOf(id), false, false});
    out.push_back({u"latency"_s, Words::tr("Latency"), toRight, 64, false, false});
    out.push_back({u"share"_s, Words::tr("Inbox share, 95 % interval"), toLeft, 196, false, false});
    return out;
}

namespace {

Cell shareCell(const engine::ProviderRow& r) {
    Cell out;
    out.text = Words::tr("? nothing known");
    out.toolTip = Words::tr("No seed of this provider has a verdict yet.");
    if (r.judged == 0) return out;
    out.text = Words::tr("%1 % of %2").arg(100.0 * r.inbox / r.judged, 0, 'f', 0).arg(r.judged);
    out.raw = double(r.inbox) / r.judged;
    out.trend = QVariantList{r.inbox, r.judged, r.low, r.high};
    out.toolTip = Words::tr("%1 of %2 judged seeds in the inbox, 95 % interval %3 to %4 %")
                      .arg(r.inbox)
                      .arg(r.judged)
                      .arg(100 * r.low, 0, 'f', 0)
                      .arg(100 * r.high, 0, 'f', 0);
    if (r.judged < ShareDelegate::fewSeeds)
        out.toolTip += Words::tr("; hatched: fewer than %1 seeds").arg(ShareDelegate::fewSeeds);
    return out;
}

} // namespace

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
    row.cells.push_back(shareCell(r));
    return row;
}

// The words end where the plot begins.
void ShareDelegate::initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const {
    QStyledItemDelegate::initStyleOption(option, index);
    option->text = option->fontMetrics.elidedText(option->text, Qt::ElideRight, wordsWidth - 2 * space::s);
}

void ShareDelegate::paint(QPainter* p, const QStyleOptionViewItem& option, const QModelIndex& index) const {
    QStyledItemDelegate::paint(p, option, index);
    const QVariantList v = index.data(TrendRole).toList();
    const Tokens& t = tokens();
    const int left = option.rect.left() + wordsWidth;
    const QRectF plot(left, option.rect.top(), option.rect.right() - left - space::m, option.rect.height());
    if (plot.width() < narrowestPlot) return;
    const qreal y = plot.center().y() + 0.5;
    const auto x = [&](double share) { return plot.left() + plot.width() * share; };
    p->save();
    p->setRenderHint(QPainter::Antialiasing);
    p->setPen(QPen(t.line, 1));
    for (const double share : {0.0, 0.5, 1.0})
        p->drawLine(QPointF(x(share), plot.top()), QPointF(x(share), plot.bottom()));
    const bool known = v.size() == 4;
    const double low = known ? v[2].toDouble() : 0;
    const double high = known ? v[3].toDouble() : 1;
    const QColor colour = t.of(known ? Outcome::Accepted : Outcome::Unknown);
    QColor faint = colour;
    faint.setAlphaF(known ? 0.4F : 0.7F);
    if (!known || v[1].toInt() < fewSeeds) paintHatch(*p, QRectF(x(low), y - 4, x(high) - x(low), 8), faint);
    if (known) {
        p->setPen(QPen(colour, 2));
        p->drawLine(QPointF(x(low), y), QPointF(x(high), y));
        for (const double end : {low, high}) p->drawLine(QPointF(x(end), y - 4), QPointF(x(end), y + 4));
        p->setBrush(colour);
        p->drawEllipse(QPointF(x(v[0].toDouble() / v[1].toDouble()), y), 4, 4);
    }
    p->restore();
}

std::vector<Column> seedColumns() {
    return {{u"state"_s, Words::tr("State"), toLeft, 112, false, true},
            {u"seed"_s, Words::tr("Seed"), toLeft, 190, false, true},
            {u"provider"_s, Words::tr("Provider"), toLeft, 92, false, true},
            {u"folder"_s, Words::tr("Folder"), toLeft, 124, false, true},
            {u"latency"_s, Words::tr("Latency"), toRight, 72, false, true},
            {u"why"_s, Words::tr("Why"), toLeft, 280, false, false}};
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
