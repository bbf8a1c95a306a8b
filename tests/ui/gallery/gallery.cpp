// Renders the frame and every part of the kit with made-up values, light and dark: gallery FOLDER
#include "gallery/sample_data.h"
#include "ui/charts/dot_interval.h"
#include "ui/charts/grid_widget.h"
#include "ui/charts/time_series_widget.h"
#include "ui/delegates/cell_delegates.h"
#include "ui/shell/keys_help.h"
#include "ui/shell/main_window.h"
#include "ui/shell/status_strip.h"
#include "ui/shell/time_range_control.h"
#include "ui/shell/undo_bar.h"
#include "ui/theme/theme.h"
#include "ui/widgets/age_label.h"
#include "ui/widgets/chip_bar.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/evidence_trio.h"
#include "ui/widgets/facet_list.h"
#include "ui/widgets/filter_bar.h"
#include "ui/widgets/stat_tile.h"
#include "ui/widgets/transcript_view.h"
#include "ui/widgets/verdict_badge.h"

#include <QtWidgets>

using namespace waypost::ui;
using namespace Qt::StringLiterals;

namespace {

constexpr qint64 nowMs = sample::dayStart + 24 * sample::hourMs;

Evidence evidence() {
    Evidence e;
    e.raw = "May  1 13:20:11 mx1 postfix/smtp[4211]: 4WbT3k1xyz: to=<ana@gmail.example>, "
            "relay=gmail-smtp-in.example"
            "[192.0.2.26]:25, delay=4.1, delays=0.1/0/1.2/2.8, dsn=4.7.28, status=deferred (host "
            "gmail-smtp-in.example"
            "[192.0.2.26] said: 421-4.7.28 Our system has detected an unusual rate of unsolicited mail)\r\n"
            "odd bytes: \x01\xff and a lone \r here\n";
    e.origin = u"/var/log/mail.log.2.gz, byte 48 210 of the unpacked text"_s;
    e.firstOffset = 48210;
    const auto node = [&](const QString& text, const QString& value, const char* part,
                          std::optional<Outcome> state = {}) {
        const qsizetype at = e.raw.indexOf(part);
        return ExplanationNode{text, value, {}, state, {{at, qsizetype(strlen(part))}}, {}};
    };
    ExplanationNode verdict{
        u"deferred, rate limit"_s, u"4.7.28"_s, u"Temporary refusal: too much mail from this address"_s,
        Outcome::Deferred,         {},          {}};
    verdict.children = {node(u"rule gmail-rate-limit"_s, u"v3"_s, "421-4.7.28"),
                        node(u"cause: sending rate"_s, u"ours"_s, "unusual rate"),
                        node(u"permanence: temporary"_s, u"retry"_s, "status=deferred")};
    ExplanationNode line{u"log line"_s, u"postfix smtp"_s, {}, {}, {}, {}};
    line.children = {node(u"queue id"_s, u"4WbT3k1xyz"_s, "4WbT3k1xyz"),
                     node(u"recipient"_s, u"ana@gmail.example"_s, "ana@gmail.example"),
                     node(u"remote host"_s, u"192.0.2.26"_s, "192.0.2.26"),
                     node(u"delay"_s, u"4.1 s"_s, "delay=4.1")};
    e.nodes = {verdict, line};
    return e;
}

RowModel* clusterModel(QObject* parent) {
    auto* model = new RowModel(sample::clusterColumns(), parent);
    model->onFetch([model](const PageAsk& ask) { model->page(ask.ticket, sample::clusters(), false); });
    model->ask();
    return model;
}

class DeliveryPage final : public Page {
  public:
    DeliveryPage() {
        auto* chart = new TimeSeriesWidget;
        chart->setTitle(u"Attempts by outcome"_s);
        chart->setSeries(sample::delivery());
        auto* filter = new FilterBar;
        filter->chips()->setChips({{u"provider:gmail"_s, false, true},
                                   {u"outcome:deferred"_s, true, true},
                                   {u"pool:B"_s, false, false}});
        auto* facets = new FacetList;
        facets->setGroups(
            {{u"provider"_s,
              u"Provider"_s,
              {{u"gmail"_s, 48210}, {u"outlook"_s, 20114}, {u"yahoo"_s, 9120}, {u"other"_s, std::nullopt}}},
             {u"outcome"_s,
              u"Outcome"_s,
              {{u"accepted"_s, 41233}, {u"deferred"_s, 12106}, {u"bounced"_s, 3010}}},
             {u"stream"_s, u"Stream"_s, {{u"transactional"_s, 30100}, {u"marketing"_s, 27494}}}});
        facets->setChosen(u"provider"_s, {u"gmail"_s});
        auto* table = new DataTable;
        table->setRows(clusterModel(table));
        table->setItemDelegateForColumn(1, new OutcomeDelegate(table));
        table->setItemDelegateForColumn(2, new BarDelegate(table));
        table->setItemDelegateForColumn(3, new SparklineDelegate(table));
        table->selectRow(0);
        auto* trio = new EvidenceTrio(table);
        trio->show(evidence());
        trio->tree()->setCurrentItem(trio->tree()->topLevelItem(0)->child(0));
        auto* lower = new QSplitter;
        lower->addWidget(facets);
        lower->addWidget(trio);
        lower->setSizes({210, 1000});
        auto* column = new QVBoxLayout(this);
        column->setContentsMargins(space::l, 0, space::m, space::s);
        column->setSpacing(space::s);
        column->addWidget(filter);
        column->addWidget(chart);
        column->addWidget(lower, 1);
        chart->setFixedHeight(210);
    }
    QStringList crumbs() const override { return {u"gmail.com"_s, u"deferred"_s}; }
    bool usesTimeRange() const override { return true; }
    std::vector<KeyHelp> keys() const override {
        return {{u"i"_s, u"histogram on, off"_s}, {u"y"_s, u"count, share"_s}, {u"p"_s, u"pin to case"_s}};
    }
};

QWidget* placementPage() {
    auto* page = new QWidget;
    auto* tiles = new QHBoxLayout;
    const Stat stats[] = {
        {u"Inbox, last run"_s, u"81 %"_s, u"of 60"_s, u"95 %: 69–89"_s, u"6 min ago"_s, Outcome::Accepted,
         false},
        {u"Spam"_s, u"12 %"_s, u"of 60"_s, u"95 %: 6–22"_s, u"6 min ago"_s, Outcome::Bounced, false},
        {u"Missing"_s, u"4"_s, u"of 60"_s, u"sent, not found"_s, u"6 min ago"_s, Outcome::Unknown, false},
        {u"Lists"_s, u"2 listed"_s, u"46 watched"_s, u"3 could not answer"_s, u"2 h ago"_s, Outcome::Blocked,
         true}};
    for (const Stat& s : stats) {
        auto* tile = new StatTile;
        tile->set(s);
        tiles->addWidget(tile);
    }
    auto* dots = new DotInterval;
    dots->setRows({{u"gmail"_s, Outcome::Accepted, 13, 20, std::pair(17.0, 20.0)},
                   {u"outlook"_s, Outcome::Accepted, 12, 15, {}},
                   {u"yahoo"_s, Outcome::Accepted, 8, 9, {}},
                   {u"corporate gateway"_s, Outcome::Accepted, 0, 0, {}}});
    auto* heat = new GridWidget;
    heat->setShape({6, 16,
                    [](int r) {
                        return QStringList{u"gmail"_s,      u"outlook"_s,   u"yahoo"_s,
                                           u"small host"_s, u"corporate"_s, u"dead domain"_s}
                            .at(r);
                    },
                    [](int c) { return QString::number(400 + c); },
                    [](int r, int c) {
                        GridCell cell;
                        if (r == 5) return cell;
                        cell.share = ((r * 7 + c * 5) % 11) / 10.0;
                        cell.label = QString::number(int(*cell.share * 100));
                        cell.few = r == 3;
                        return cell;
                    }});
    auto* lists = new GridWidget;
    lists->setShape({8, 12, [](int r) { return u"203.0.113.%1"_s.arg(7 + r); },
                     [](int c) { return u"list%1.example"_s.arg(QChar(u'A' + c)); },
                     [](int r, int c) {
                         GridCell cell;
                         cell.state = (r + c * 3) % 9 == 0   ? Outcome::Blocked
                                      : (r * 5 + c) % 7 == 0 ? Outcome::Unknown
                                                             : Outcome::Accepted;
                         if (c == 4) cell.state = Outcome::Deferred;
                         if (c == 11) cell.state.reset();
                         return cell;
                     }});
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(space::l, 0, space::l, space::m);
    column->setSpacing(space::m);
    column->addLayout(tiles);
    column->addWidget(dots);
    column->addWidget(heat, 1);
    column->addWidget(lists, 1);
    return page;
}

QWidget* partsPage() {
    auto* page = new QWidget;
    auto* grid = new QGridLayout(page);
    grid->setContentsMargins(space::l, 0, space::l, space::m);
    using Kind = EmptyState::Kind;
    auto* blank = new EmptyState(
        Kind::NotSetUp, u"No seed mailboxes yet"_s,
        u"Seeds are mailboxes you own at each provider. A test sends to all of them and looks where the mail landed."_s,
        u"Import seeds from CSV"_s);
    blank->setSecondary(u"Use the lab's seeds"_s);
    grid->addWidget(blank, 0, 0);
    grid->addWidget(new EmptyState(Kind::NothingMatched, u"Nothing matched"_s,
                                   u"No rows for provider:gmail outcome:blocked in the last 24 hours."_s,
                                   u"Remove filters"_s),
                    0, 1);
    grid->addWidget(new EmptyState(Kind::NothingHappened, u"Nothing needs you"_s,
                                   u"18 checks passed, the oldest 6 min ago."_s),
                    1, 0);
    grid->addWidget(new EmptyState(Kind::CouldNotLook, u"Could not look"_s,
                                   u"The resolver 192.0.2.53 did not answer within 5 s."_s, u"Try again"_s),
                    1, 1);
    auto* badges = new QHBoxLayout;
    for (const Outcome o : outcomeOrder) badges->addWidget(new VerdictBadge(o, {}));
    badges->addStretch();
    for (const bool primary : {true, false}) {
        auto* b = new QPushButton(primary ? u"Send to 42 seed addresses"_s : u"Preview"_s);
        b->setProperty("primary", primary);
        badges->addWidget(b);
    }
    auto* dead = new QPushButton(u"Disabled"_s);
    dead->setEnabled(false);
    badges->addWidget(dead);
    auto* check = new QCheckBox(u"Verify TLS"_s);
    check->setChecked(true);
    badges->addWidget(check);
    auto* combo = new QComboBox;
    combo->addItems({u"starttls"_s, u"implicit"_s});
    badges->addWidget(combo);
    grid->addLayout(badges, 2, 0, 1, 2);
    auto* bad = new FilterBar;
    bad->setJudge([](const QString& t) {
        return t.contains(u"providr"_s)
                   ? FilterVerdict{u"There is no field “providr”; did you mean provider?"_s, 0, 7}
                   : FilterVerdict{};
    });
    bad->setText(u"providr:gmail age<24h"_s);
    grid->addWidget(bad, 3, 0, 1, 2);
    auto* talk = new TranscriptView;
    using Who = TranscriptLine::Who;
    talk->setLines({{0, Who::Note, u"connected to 192.0.2.26:25"_s, false},
                    {12, Who::Server, u"220 mx.gmail.example ESMTP"_s, false},
                    {13, Who::Client, u"EHLO mx1.example.org"_s, false},
                    {40, Who::Server, u"250-STARTTLS"_s, false},
                    {80, Who::Server, u"421-4.7.28 unusual rate of unsolicited mail"_s, true}});
    grid->addWidget(talk, 4, 0, 1, 2);
    JobInfo job{u"1"_s, u"Placement test"_s,     u"seeds"_s, 37,   120,
                20'000, JobInfo::State::Running, {},         true, false};
    auto* row = new JobRow;
    row->set(job);
    grid->addWidget(row, 5, 0);
    job.state = JobInfo::State::Partial;
    job.canRetry = true;
    auto* row2 = new JobRow;
    row2->set(job);
    grid->addWidget(row2, 5, 1);
    return page;
}

class Objects final : public PaletteProvider {
    std::vector<PaletteItem> offer(const QString&) override {
        return {{PaletteItem::Group::Object, u"d1"_s, u"gmail.com"_s, u"Domain"_s, {}, u"domains"_s, {}},
                {PaletteItem::Group::Object, u"d2"_s, u"203.0.113.7"_s, u"IP"_s, {}, u"blocklists"_s, {}}};
    }
};

void settle() {
    for (int i = 0; i < 5; ++i) QCoreApplication::processEvents();
}

} // namespace

int main(int argc, char** argv) {
    qputenv("QT_QPA_PLATFORM", "offscreen");
    QApplication app(argc, argv);
    const QString folder = argc > 1 ? QString::fromLocal8Bit(argv[1]) : u"."_s;
    QDir().mkpath(folder);
    QTemporaryDir scratch;
    for (const bool dark : {false, true}) {
        Theme::install(app).setMode(dark ? Theme::Mode::Dark : Theme::Mode::Light);
        const QString tail = dark ? u"-dark.png"_s : u"-light.png"_s;
        MainWindow w(scratch.filePath(dark ? u"d.ini"_s : u"l.ini"_s), [] { return nowMs; });
        w.setWorkspace(u"acme-mail"_s, dark ? WorkspaceKind::Lab : WorkspaceKind::Production);
        w.addPage(u"delivery"_s, u"Delivery"_s, u"delivery"_s, new DeliveryPage, u"Ctrl+6"_s);
        w.addPage(u"placement"_s, u"Placement"_s, u"placement"_s, placementPage(), u"Ctrl+2"_s);
        w.addPage(u"parts"_s, u"Parts"_s, u"message"_s, partsPage(), u"Ctrl+4"_s);
        for (const auto& [id, title] : {std::pair(u"today"_s, u"Today"_s),
                                        {u"domains"_s, u"Domains"_s},
                                        {u"blocklists"_s, u"Blocklists"_s},
                                        {u"reports"_s, u"Reports"_s},
                                        {u"suppression"_s, u"Suppression"_s},
                                        {u"warmup"_s, u"Warm-up"_s},
                                        {u"cases"_s, u"Cases"_s}})
            w.addPage(id, title, id, new QWidget, {});
        for (const auto& [id, title] : {std::pair(u"jobs"_s, u"Jobs"_s),
                                        {u"activity"_s, u"Activity"_s},
                                        {u"settings"_s, u"Settings"_s}})
            w.addPage(id, title, id, new QWidget, {}, NavRail::Section::Tools);
        w.rail()->setCount(u"today"_s, 4);
        w.header()->setNotifications(3);
        JobInfo job{u"1"_s, u"DNS scan"_s,           u"names"_s, 37,   120,
                    9000,   JobInfo::State::Running, {},         true, false};
        w.strip()->setJobs({job, job});
        w.strip()->setSegment(u"storage"_s, u"DB 1.2 GB"_s, u"Integrity checked at open"_s,
                              Outcome::Accepted);
        w.strip()->setSegment(u"resolver"_s, u"resolver 127.0.0.1 validating"_s, {}, Outcome::Accepted);
        w.strip()->setSegment(u"clock"_s, u"14:02Z"_s, {});
        w.omnibox()->addProvider(std::make_shared<Objects>());
        w.show();
        const auto shoot = [&](const QString& name) {
            settle();
            w.grab().save(folder + u'/' + name + tail);
        };
        w.openPage(u"delivery"_s);
        settle();
        shoot(u"delivery"_s);
        w.resize(MainWindow::smallest);
        w.rail()->setCollapsed(true);
        shoot(u"delivery-small"_s);
        w.rail()->setCollapsed(false);
        w.resize(MainWindow::usual);
        w.omnibox()->popUp(u"go"_s);
        shoot(u"palette"_s);
        w.omnibox()->dismiss();
        w.showKeys();
        w.offerUndo(u"Muted reply group 88 until tomorrow"_s, [] {});
        shoot(u"keys"_s);
        w.keysHelp()->hide();
        w.openPage(u"placement"_s);
        shoot(u"placement"_s);
        w.openPage(u"parts"_s);
        shoot(u"parts"_s);
    }
    return 0;
}
