#include "gallery/sample_data.h"

#include "ui/models/count_trend.h"
#include "ui/widgets/facet_list.h"

#include <cmath>

using namespace Qt::StringLiterals;

namespace waypost::ui::sample {

TimeSeries delivery() {
    TimeSeries s;
    s.from = dayStart;
    s.to = dayStart + 24 * hourMs;
    s.unit = u"attempts"_s;
    for (int h = 0; h < 24; ++h) {
        Bucket b{dayStart + h * hourMs, dayStart + (h + 1) * hourMs, {}, h != 4};
        const double wave = 1800 + 900 * std::sin((h - 6) / 24.0 * 6.283);
        const double trouble = h >= 13 && h <= 18 ? 700 - 90 * std::abs(15 - h) : 40;
        if (b.known)
            b.count = {std::floor(wave), 0, std::floor(trouble), 60 + h * 3.0, h > 14 ? 180.0 : 25.0, 15};
        s.buckets.push_back(b);
    }
    s.marks = {{dayStart + 12 * hourMs + 50 * 60'000, u"CH-9 SPF include added"_s},
               {dayStart + 19 * hourMs, u"CH-10 pool B limit lowered"_s}};
    return s;
}

std::vector<Column> clusterColumns() {
    return {{u"template"_s, u"Reply group"_s, Qt::AlignLeft | Qt::AlignVCenter, 380, true, true},
            {u"outcome"_s, u"Outcome"_s, Qt::AlignLeft | Qt::AlignVCenter, 110, false, true},
            {u"count"_s, u"Count"_s, Qt::AlignRight | Qt::AlignVCenter, 90, false, true},
            {u"trend"_s, u"24 h"_s, Qt::AlignLeft | Qt::AlignVCenter, 150, false, false},
            {u"first"_s, u"First seen"_s, Qt::AlignLeft | Qt::AlignVCenter, 100, false, true},
            {u"state"_s, u"State"_s, Qt::AlignLeft | Qt::AlignVCenter, 120, false, true}};
}

std::vector<Row> clusters() {
    const struct {
        const char16_t* text;
        Outcome state;
        qulonglong count;
        const char16_t *first, *life;
    } rows[] = {
        {u"421 4.7.28 Our system has detected an unusual rate of unsolicited mail originating from <ip>",
         Outcome::Deferred, 11204, u"01:20", u"new"},
        {u"250 2.0.0 OK <token> - gsmtp", Outcome::Accepted, 41233, u"60 d", u"known"},
        {u"550 5.1.1 The email account that you tried to reach does not exist", Outcome::Bounced, 3010,
         u"60 d", u"known"},
        {u"550 5.7.1 Service unavailable, client host <ip> blocked using <list>", Outcome::Blocked, 1204,
         u"2 h", u"regressed"},
        {u"451 4.7.1 Greylisted, try again in <n> seconds", Outcome::Deferred, 902, u"30 d", u"known"},
        {u"timeout after end of data", Outcome::Unknown, 41, u"3 h", u"new"},
    };
    std::vector<Row> out;
    for (const auto& r : rows) {
        CountTrend trend{r.count, 57594, r.state, {}};
        for (int i = 0; i < 24; ++i)
            trend.points << (r.state == Outcome::Deferred && i < 12 ? 2.0 : 10.0 + i % 7 * (1 + i / 6));
        const QString outcome = outcomeWord(r.state);
        std::vector<Cell> cells(6);
        cells[0] = {QString::fromUtf16(r.text), {}, {}, {}, {}, {}};
        cells[1] = {outcome, outcome, r.state, {}, u"outcome:"_s + outcome, {}};
        cells[2] = {grouped(r.count), r.count, {}, QVariant::fromValue(trend), {}, {}};
        cells[3] = {{}, r.count, {}, QVariant::fromValue(trend), {}, {}};
        cells[4] = {QString::fromUtf16(r.first), {}, {}, {}, {}, {}};
        cells[5] = {QString::fromUtf16(r.life), {}, {}, {}, {}, {}};
        out.push_back({QString::number(out.size() + 80), std::move(cells)});
    }
    return out;
}

} // namespace waypost::ui::sample
