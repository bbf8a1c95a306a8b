#include "ui/pages/activity_page.h"

#include "ui/models/row_model.h"
#include "ui/pages/page_values.h"
#include "ui/theme/theme.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/foreign_text.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QStackedWidget>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {

constexpr int refreshDelayMs = 400;
constexpr int rowsAsked = 2000;

std::vector<Column> columns() {
    const Qt::Alignment left = Qt::AlignLeft | Qt::AlignVCenter;
    return {{u"time"_s, ActivityPage::tr("Time"), Qt::AlignRight | Qt::AlignVCenter, 140, false, false},
            {u"actor"_s, ActivityPage::tr("Who"), left, 100, false, false},
            {u"kind"_s, ActivityPage::tr("Kind"), left, 140, true, false},
            {u"object"_s, ActivityPage::tr("Object"), left, 220, true, false},
            {u"text"_s, ActivityPage::tr("What happened"), left, 500, false, false}};
}

// Where what an entry is about can be seen: screen and object.
std::pair<QString, QString> placeOf(const engine::ActivityRow& row) {
    const QString kind = qstr(row.kind);
    if (kind == "domain.inspect"_L1) return {u"domains"_s, qstr(row.object)};
    if (kind.startsWith("domain."_L1)) return {u"domains"_s, {}};
    if (kind.startsWith("placement."_L1)) return {u"placement"_s, qstr(row.object)};
    if (kind.startsWith("seeds."_L1)) return {u"placement"_s, u"seeds"_s};
    if (kind == "import"_L1 || kind == "export"_L1) return {u"delivery"_s, {}};
    if (kind.startsWith("settings."_L1) || kind.startsWith("secret."_L1)) return {u"settings"_s, {}};
    return {};
}

bool matches(const engine::ActivityRow& row, const QString& words) {
    for (const QString& word : words.split(u' ', Qt::SkipEmptyParts)) {
        const auto in = [&](const std::string& s) { return qstr(s).contains(word, Qt::CaseInsensitive); };
        if (!in(row.actor) && !in(row.kind) && !in(row.object) && !in(row.text) && !in(row.detail))
            return false;
    }
    return true;
}

} // namespace

ActivityPage::ActivityPage(EngineBridge& bridge, QWidget* parent)
    : Page(parent), bridge_(bridge), model_(new RowModel(columns(), this)), table_(new DataTable),
      search_(new QLineEdit), count_(new QLabel), detail_(foreign::label({})), body_(new QStackedWidget),
      empty_(new EmptyState) {
    table_->setRows(model_);
    table_->setSortingEnabled(false); // append-only: newest first
    table_->setAccessibleName(tr("Activity"));
    table_->setCompact(true);
    search_->setPlaceholderText(tr("Words to look for: who, kind, object, text"));
    search_->setClearButtonEnabled(true);
    search_->setAccessibleName(tr("Search the activity"));
    count_->setProperty("role", u"muted"_s);
    detail_->setWordWrap(true);
    detail_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    detail_->setMinimumHeight(48);
    detail_->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    auto* line = new QHBoxLayout;
    line->addWidget(search_, 1);
    line->addWidget(count_);
    auto* content = new QWidget;
    auto* inside = new QVBoxLayout(content);
    inside->setContentsMargins(0, 0, 0, 0);
    inside->addWidget(table_, 1);
    inside->addWidget(detail_);
    body_->addWidget(content);
    body_->addWidget(empty_);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(space::l, 0, space::m, space::s);
    column->setSpacing(space::s);
    column->addLayout(line);
    column->addWidget(body_, 1);
    soon_.setSingleShot(true);
    soon_.setInterval(refreshDelayMs);
    model_->onFetch([this](const PageAsk& ask) {
        std::vector<Row> rows;
        for (size_t i = 0; i < rows_.size(); ++i) {
            const engine::ActivityRow& r = rows_[i];
            if (!matches(r, search_->text())) continue;
            rows.push_back(
                {QString::number(i),
                 {Cell{shortStamp(r.at, zone_), qlonglong(r.at.ms), {}, {}, {}, {}},
                  Cell{qstr(r.actor), {}, {}, {}, {}, {}}, Cell{qstr(r.kind), {}, {}, {}, {}, {}},
                  Cell{qstr(r.object), {}, {}, {}, {}, {}}, Cell{qstr(r.text), {}, {}, {}, {}, {}}}});
        }
        model_->page(ask.ticket, std::move(rows), false);
    });
    connect(search_, &QLineEdit::textChanged, this, &ActivityPage::present);
    connect(table_, &DataTable::rowCurrent, this, &ActivityPage::showRow);
    connect(table_, &DataTable::rowActivated, this, [this](const QString& key) {
        const auto i = key.toULongLong();
        if (i >= rows_.size()) return;
        const auto [page, object] = placeOf(rows_[i]);
        if (!page.isEmpty()) Q_EMIT openRequested(page, object);
    });
    connect(empty_, &EmptyState::actionClicked, this, [this] {
        if (empty_->kind() == EmptyState::Kind::NothingMatched) return search_->clear();
        refresh();
    });
    connect(&soon_, &QTimer::timeout, this, &ActivityPage::refresh);
    connect(&bridge_, &EngineBridge::dataChanged, this, [this] {
        if (isVisible() && !soon_.isActive()) soon_.start();
    });
}

std::vector<KeyHelp> ActivityPage::keys() const {
    return {{u"j k"_s, tr("next, previous entry")},
            {u"/"_s, tr("search")},
            {u"Enter"_s, tr("open what it is about")}};
}

void ActivityPage::setTimeRange(const ResolvedRange&, const QTimeZone& zone) {
    zone_ = zone;
    present();
}

void ActivityPage::focusFilter() {
    search_->setFocus();
    search_->selectAll();
}

void ActivityPage::showEvent(QShowEvent* event) {
    Page::showEvent(event);
    refresh();
}

void ActivityPage::refresh() {
    bridge_.ask(engine::ActivityQuery{rowsAsked}, this, [this](const engine::Snapshot& s) {
        ui::take<engine::Activity>(
            s,
            [this](const engine::Activity& a) {
                rows_ = a.rows;
                present();
            },
            [this](const Error& e) {
                empty_->set(EmptyState::Kind::CouldNotLook, tr("The activity could not be read"),
                            qstr(e.text), tr("Try again"));
                body_->setCurrentIndex(1);
            });
    });
}

void ActivityPage::present() {
    model_->ask();
    const int shown = model_->rowCount();
    const QString all = counted(static_cast<qint64>(rows_.size()), tr("1 entry"), tr("%1 entries"));
    count_->setText(static_cast<size_t>(shown) == rows_.size() ? all : tr("%1 of %2").arg(shown).arg(all));
    body_->setCurrentIndex(shown > 0 ? 0 : 1);
    if (shown > 0)
        table_->setCurrentIndex(model_->index(0, 0));
    else if (rows_.empty())
        empty_->set(EmptyState::Kind::NothingHappened, tr("Nothing has been done yet"),
                    tr("Every start, change, import and stored secret is recorded here with its time."));
    else
        empty_->set(EmptyState::Kind::NothingMatched, tr("No entry has these words"),
                    counted(static_cast<qint64>(rows_.size()), tr("1 entry is recorded."),
                            tr("%1 entries are recorded.")),
                    tr("Clear the search"));
}

void ActivityPage::showRow(const QString& key) {
    const auto i = key.toULongLong();
    if (i >= rows_.size()) return;
    const engine::ActivityRow& r = rows_[i];
    QString words = qstr(r.text);
    if (!r.detail.empty()) words += u'\n' + qstr(r.detail);
    detail_->setText(foreign::printable(words, true));
}

} // namespace waypost::ui
