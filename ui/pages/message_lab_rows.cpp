#include "ui/pages/message_lab_rows.h"

#include "ui/charts/time_axis.h"
#include "ui/pages/domains_evidence.h"
#include "ui/pages/page_values.h"
#include "ui/widgets/age_label.h"
#include "ui/widgets/foreign_text.h"

#include <QCoreApplication>

using namespace Qt::StringLiterals;

namespace waypost::ui::lab {

namespace {

struct Words {
    Q_DECLARE_TR_FUNCTIONS(MessageLab)
};

const Qt::Alignment left = Qt::AlignLeft | Qt::AlignVCenter;
const Qt::Alignment right = Qt::AlignRight | Qt::AlignVCenter;

Cell plain(const QString& text) {
    Cell out;
    out.text = text;
    return out;
}

Cell stamp(UtcTime at, const QTimeZone& zone) {
    Cell out = plain(shortStamp(at, zone));
    out.raw = QVariant::fromValue<qint64>(at.ms);
    out.toolTip = stampText(at.ms, zone);
    return out;
}

engine::Node leaf(const QString& label, const std::string& value, int document = -1) {
    engine::Node n;
    n.label = label.toStdString();
    n.value = value;
    n.raw = document;
    return n;
}

Cell stateCell(const engine::MessageStep& step) {
    Cell out = plain(headlineOf(step).word);
    if (step.state == engine::State::Absent)
        out.text = u"–  "_s + out.text; // nothing there is neither good, nor bad, nor unknown
    else
        out.state = markOf(step.state);
    return out;
}

const engine::MessageStep* stepOf(const engine::MessageView& view, const std::string& id) {
    for (const engine::MessageStep& s : view.steps)
        if (s.id == id) return &s;
    return nullptr;
}

bool same(const engine::MessageStep& a, const engine::MessageStep& b) {
    return a.state == b.state && a.headline == b.headline;
}

QString delayText(std::int64_t ms) {
    const QString size = durationText(static_cast<int>(std::min<std::int64_t>(std::abs(ms), 2'000'000'000)));
    return ms < 0 ? u"−"_s + size : size;
}

} // namespace

Headline headlineOf(const engine::MessageStep& step) {
    static const QStringList results{u"pass"_s,      u"fail"_s,      u"none"_s,   u"neutral"_s, u"softfail"_s,
                                     u"temperror"_s, u"permerror"_s, u"policy"_s, u"unknown"_s};
    const QString whole = qstr(step.headline);
    qsizetype end = 0;
    while (end < whole.size() && whole[end].isLetter()) ++end;
    if (const QString word = whole.left(end); results.contains(word)) {
        while (end < whole.size() && (whole[end] == u':' || whole[end] == u',' || whole[end] == u'.')) ++end;
        return {word, whole.mid(end).trimmed()};
    }
    if (step.state == engine::State::Absent) return {Words::tr("none"), whole};
    const bool judged = step.id == "spf" || step.id == "dkim" || step.id == "dmarc" || step.id == "arc";
    if (judged && step.state == engine::State::Ok) return {u"pass"_s, whole};
    if (judged && step.state == engine::State::Error) return {u"fail"_s, whole};
    return {stateWord(step.state), whole};
}

std::vector<Column> messageColumns() {
    return {{u"message"_s, Words::tr("Message"), left, 150, false, false},
            {u"verdict"_s, Words::tr("Verdict"), left, 112, false, false},
            {u"added"_s, Words::tr("Added"), left, 74, false, false}};
}

Row messageRow(const engine::MessageLine& line, qint64 now) {
    Cell title = plain(qstr(line.title));
    title.toolTip = qstr(line.title) + u'\n' + qstr(line.from) + u'\n' + qstr(line.source);
    Cell verdict;
    if (!line.job.empty()) {
        verdict.text = Words::tr("judging…");
    } else if (line.verdict.empty()) {
        verdict.text = Words::tr("not judged");
        verdict.state = Outcome::Unknown;
    } else {
        verdict.text = qstr(line.verdict);
        verdict.state = markOf(line.state);
    }
    Cell added = plain(ageText(line.added.ms, now));
    added.raw = QVariant::fromValue<qint64>(line.added.ms);
    added.toolTip = stampText(line.added.ms, QTimeZone::utc());
    return {qstr(line.id), {title, verdict, added}};
}

bool matches(const engine::MessageLine& line, const QString& typed) {
    const QString all =
        qstr(line.title) + u'\n' + qstr(line.from) + u'\n' + qstr(line.source) + u'\n' + qstr(line.verdict);
    const QStringList words = typed.simplified().split(u' ', Qt::SkipEmptyParts);
    return std::all_of(words.begin(), words.end(),
                       [&](const QString& w) { return all.contains(w, Qt::CaseInsensitive); });
}

std::vector<Column> stepColumns() {
    return {{u"step"_s, Words::tr("Step"), left, 178, false, false},
            {u"result"_s, Words::tr("Result"), left, 118, false, false},
            {u"found"_s, Words::tr("What was found"), left, 420, false, false},
            {u"other"_s, Words::tr("At the other time"), left, 190, false, false}};
}

std::vector<Row> stepRows(const engine::MessageView& view, const engine::MessageView* other) {
    std::vector<Row> rows;
    for (size_t i = 0; i < view.steps.size(); ++i) {
        const engine::MessageStep& step = view.steps[i];
        const Headline headline = headlineOf(step);
        Cell found = plain(headline.rest);
        found.toolTip = qstr(step.headline) + u"\n\n"_s + qstr(step.rule);
        Cell beside;
        if (const engine::MessageStep* o = other ? stepOf(*other, step.id) : nullptr) {
            if (same(step, *o)) {
                beside = plain(Words::tr("the same"));
            } else {
                beside = stateCell(*o);
                beside.text = u"≠ "_s + qstr(o->headline);
            }
        }
        rows.push_back(
            {qstr(step.id),
             {plain(u"%1  %2"_s.arg(i + 1).arg(qstr(step.title))), stateCell(step), found, beside}});
    }
    return rows;
}

int differences(const engine::MessageView& view, const engine::MessageView& other) {
    int out = 0;
    for (const engine::MessageStep& step : view.steps) {
        const engine::MessageStep* o = stepOf(other, step.id);
        out += !o || !same(step, *o) ? 1 : 0;
    }
    return out;
}

std::vector<Column> hopColumns() {
    return {{u"hop"_s, Words::tr("Hop"), right, 44, false, false},
            {u"at"_s, Words::tr("Written"), left, 124, false, false},
            {u"delay"_s, Words::tr("After the hop before"), right, 186, false, false},
            {u"from"_s, Words::tr("From"), left, 230, false, false},
            {u"by"_s, Words::tr("By"), left, 200, false, false},
            {u"with"_s, Words::tr("With"), left, 120, false, false}};
}

std::vector<Row> hopRows(const engine::MessageView& view, const QTimeZone& zone) {
    std::vector<Row> rows;
    for (size_t i = 0; i < view.hops.size(); ++i) {
        const engine::MessageHop& hop = view.hops[i];
        Cell at = hop.at ? stamp(*hop.at, zone) : plain(Words::tr("no date"));
        Cell delay = plain(hop.delayMs ? delayText(*hop.delayMs) : i == 0 ? u"–"_s : Words::tr("not known"));
        if (hop.delayMs) delay.raw = QVariant::fromValue<qint64>(*hop.delayMs);
        if (hop.skewed) {
            delay.text = Words::tr("◷ %1, clocks disagree").arg(delay.text);
            delay.toolTip =
                Words::tr("This hop says it is earlier than the one before it: at least one of the "
                          "two clocks is wrong, and the delay cannot be known.");
        }
        rows.push_back({QString::number(i),
                        {plain(QString::number(i + 1)), at, delay, plain(qstr(hop.from)), plain(qstr(hop.by)),
                         plain(qstr(hop.with))}});
    }
    return rows;
}

std::vector<Column> answerColumns() {
    return {{u"question"_s, Words::tr("Question"), left, 250, false, false},
            {u"status"_s, Words::tr("Status"), left, 96, false, false},
            {u"ttl"_s, Words::tr("TTL"), right, 64, false, false},
            {u"records"_s, Words::tr("Records"), left, 340, true, false},
            {u"server"_s, Words::tr("Server"), left, 128, false, false},
            {u"at"_s, Words::tr("Answered"), left, 124, false, false}};
}

std::vector<Row> answerRows(const engine::MessageView& view, const QTimeZone& zone) {
    std::vector<Row> rows;
    for (size_t i = 0; i < view.answers.size(); ++i) {
        const engine::AnswerView& a = view.answers[i];
        Cell status = plain(qstr(a.status));
        const bool definite = a.status == "ok" || a.status == "nxdomain" || a.status == "no-data";
        status.state = a.status == "ok" ? Outcome::Accepted : definite ? Outcome::Neutral : Outcome::Unknown;
        rows.push_back(
            {QString::number(i),
             {plain(qstr(a.question)), status, plain(a.ttl >= 0 ? Words::tr("%1 s").arg(a.ttl) : u"–"_s),
              plain(qstr(a.records).trimmed().replace(u'\n', u" | "_s)),
              plain(a.server.empty() ? Words::tr("nobody") : qstr(a.server)), stamp(a.at, zone)}});
    }
    return rows;
}

std::vector<Column> claimColumns() {
    return {{u"receiver"_s, Words::tr("Receiver"), left, 190, false, false},
            {u"method"_s, Words::tr("Method"), left, 80, false, false},
            {u"claimed"_s, Words::tr("It wrote"), left, 100, false, false},
            {u"ours"_s, Words::tr("We find"), left, 120, false, false},
            {u"about"_s, Words::tr("About"), left, 340, false, false}};
}

std::vector<Row> claimRows(const engine::MessageView& view) {
    std::vector<Row> rows;
    for (size_t i = 0; i < view.claims.size(); ++i) {
        const engine::MessageClaim& claim = view.claims[i];
        for (size_t m = 0; m < claim.methods.size(); ++m) {
            const engine::MessageClaim::Method& method = claim.methods[m];
            Cell ours = plain(method.ours.empty() ? Words::tr("not judged here") : qstr(method.ours));
            if (method.differs) {
                ours.state = Outcome::Deferred;
                ours.text = Words::tr("%1, differs").arg(ours.text);
            } else if (!method.ours.empty()) {
                ours.state = Outcome::Accepted;
            }
            rows.push_back({QString::number(i) + u':' + QString::number(m),
                            {plain(qstr(claim.receiver)), plain(qstr(method.method)),
                             plain(qstr(method.result)), ours, plain(qstr(method.detail))}});
        }
    }
    return rows;
}

std::vector<engine::Node> hopTree(const engine::MessageHop& hop) {
    engine::Node top = leaf(Words::tr("Received"), hop.text, 0);
    top.start = hop.start;
    top.length = hop.length;
    if (hop.skewed) top.state = engine::State::Warning;
    for (const auto& [label, value] :
         {std::pair(Words::tr("from"), hop.from), std::pair(Words::tr("by"), hop.by),
          std::pair(Words::tr("with"), hop.with)})
        if (!value.empty()) top.children.push_back(leaf(label, value));
    top.children.push_back(leaf(Words::tr("date"), hop.at
                                                       ? stampText(hop.at->ms, QTimeZone::utc()).toStdString()
                                                       : Words::tr("none that can be read").toStdString()));
    if (hop.delayMs)
        top.children.push_back(
            leaf(Words::tr("after the hop before"), delayText(*hop.delayMs).toStdString()));
    return {top};
}

std::vector<engine::Node> answerTree(const engine::AnswerView& a, int document) {
    engine::Node top = leaf(qstr(a.question), a.status, document);
    const auto add = [&](const QString& label, const QString& value) {
        top.children.push_back(leaf(label, value.toStdString()));
    };
    if (a.rcode >= 0) add(Words::tr("rcode"), QString::number(a.rcode));
    add(Words::tr("server"), a.server.empty() ? Words::tr("nobody") : qstr(a.server));
    if (!a.transport.empty()) add(Words::tr("transport"), qstr(a.transport));
    add(Words::tr("TTL"), a.ttl >= 0 ? Words::tr("%1 s").arg(a.ttl) : Words::tr("none"));
    add(Words::tr("validated (AD)"), a.authenticated ? Words::tr("yes") : Words::tr("not said"));
    add(Words::tr("answered"), stampText(a.at.ms, QTimeZone::utc()));
    add(Words::tr("took"), durationText(a.tookMs));
    engine::Node records =
        leaf(Words::tr("records"), a.records.empty() ? Words::tr("none").toStdString() : "");
    for (const QString& line : qstr(a.records).split(u'\n', Qt::SkipEmptyParts))
        records.children.push_back(leaf(line, {}));
    top.children.push_back(std::move(records));
    return {top};
}

std::vector<engine::Node> claimTree(const engine::MessageClaim& claim) {
    engine::Node top = leaf(Words::tr("Authentication-Results"), claim.receiver, 0);
    top.start = claim.start;
    top.length = claim.length;
    for (const std::string& d : claim.differences) {
        engine::Node n = leaf(Words::tr("differs"), d);
        n.state = engine::State::Warning;
        top.children.push_back(std::move(n));
    }
    for (const engine::MessageClaim::Method& m : claim.methods) {
        engine::Node n = leaf(qstr(m.method), m.result);
        if (m.differs) n.state = engine::State::Warning;
        if (m.length > 0) {
            n.raw = 0;
            n.start = m.start;
            n.length = m.length;
        }
        if (!m.detail.empty()) n.children.push_back(leaf(Words::tr("about"), m.detail));
        if (!m.ours.empty()) n.children.push_back(leaf(Words::tr("we find"), m.ours));
        top.children.push_back(std::move(n));
    }
    return {top};
}

QString bytesText(qint64 bytes) {
    if (bytes < 10'000) return Words::tr("%1 bytes").arg(bytes);
    return QLocale::c().formattedDataSize(bytes, 1, QLocale::DataSizeTraditionalFormat);
}

QString connectionText(const engine::MessageConnection& c) {
    QStringList words;
    words << (c.ip.empty() ? Words::tr("no address known") : qstr(c.ip));
    words << (c.helo.empty() ? Words::tr("no HELO known") : u"HELO "_s + qstr(c.helo));
    words << (c.mailFrom.empty() ? Words::tr("no MAIL FROM known") : u"MAIL FROM "_s + qstr(c.mailFrom));
    return foreign::printable(words.join(u" · "_s));
}

QString asMarkdown(const engine::MessageView& view) {
    const auto cell = [](const QString& s) {
        return foreign::printable(s).replace(u'|', u"\\|"_s).replace(u'`', u'\'');
    };
    QString out = u"**"_s + cell(qstr(view.line.title)) + u"**  \n"_s;
    out += Words::tr("From %1, %2  \n").arg(cell(qstr(view.line.from)), connectionText(view.connection));
    out += Words::tr("DNS as of %1 UTC\n\n")
               .arg(QDateTime::fromMSecsSinceEpoch(view.judged.ms, Qt::UTC).toString(Qt::ISODate));
    out += u"| Step | Result | What was found |\n|---|---|---|\n"_s;
    for (const engine::MessageStep& step : view.steps) {
        const Headline h = headlineOf(step);
        out += u"| %1 | %2 | %3 |\n"_s.arg(cell(qstr(step.title)), cell(h.word), cell(h.rest));
    }
    return out;
}

QString asDig(const engine::MessageView& view) {
    QStringList lines;
    for (const engine::AnswerView& a : view.answers) lines << digCommand(a);
    lines.removeDuplicates();
    return lines.join(u'\n');
}

} // namespace waypost::ui::lab
