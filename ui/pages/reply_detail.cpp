#include "ui/pages/reply_detail.h"

#include "ui/charts/time_series_widget.h"
#include "ui/pages/delivery_rows.h"
#include "ui/pages/page_values.h"
#include "ui/theme/theme.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/facet_list.h"
#include "ui/widgets/flow_layout.h"
#include "ui/widgets/foreign_text.h"
#include "ui/widgets/raw_view.h"

#include <QComboBox>
#include <QDateTime>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QStackedWidget>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {

using What = engine::ChangeTemplate::What;
constexpr qint64 dayMs = 86'400'000;
constexpr int daysHeight = 120;

QLabel* wrapped(bool muted) {
    QLabel* label = foreign::label({});
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    if (muted) label->setProperty("role", u"muted"_s);
    return label;
}

QString quoted(const std::string& words) {
    return u'"' + foreign::printable(qstr(words)) + u'"';
}

} // namespace

ReplyDetail::ReplyDetail(EngineBridge& bridge, QWidget* parent)
    : QWidget(parent), bridge_(bridge), body_(new QStackedWidget), empty_(new EmptyState) {
    content_ = new QWidget;
    auto* column = new QVBoxLayout(content_);
    column->setContentsMargins(space::s, 0, 0, 0);
    column->setSpacing(space::s);
    column->addWidget(buildHead());
    column->addWidget(buildButtons());
    column->addWidget(buildForm());
    nearest_ = wrapped(false);
    column->addWidget(nearest_);
    sample_ = new RawView;
    sample_->setMinimumHeight(90);
    column->addWidget(sample_, 1);
    days_ = new TimeSeriesWidget;
    days_->setTitle(tr("Attempts by day"));
    days_->setMinimumHeight(daysHeight);
    column->addWidget(days_, 1);
    body_->addWidget(empty_);
    body_->addWidget(content_);
    auto* whole = new QVBoxLayout(this);
    whole->setContentsMargins(0, 0, 0, 0);
    whole->addWidget(body_);
}

QWidget* ReplyDetail::buildHead() {
    title_ = wrapped(false);
    title_->setFont(Theme::current().section());
    facts_ = wrapped(true);
    auto* head = new QWidget;
    auto* column = new QVBoxLayout(head);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(space::xs);
    column->addWidget(title_);
    column->addWidget(facts_);
    return head;
}

QWidget* ReplyDetail::buildButtons() {
    auto* box = new QWidget;
    auto* flow = new FlowLayout(space::s, box);
    const auto add = [&](const char16_t* id, const QString& text, auto&& pressed) {
        auto* button = new QPushButton(text);
        button->setObjectName(QStringView(id).toString());
        flow->addWidget(button);
        connect(button, &QPushButton::clicked, this, pressed);
    };
    add(u"attempts", tr("Show attempts"),
        [this] { Q_EMIT attemptsAsked(qstr(view_.row.key), qstr(view_.row.provider)); });
    add(u"rule", tr("Make a rule…"), [this] { Q_EMIT ruleAsked(qstr(view_.row.key)); });
    add(u"known", tr("Known"), [this] { setState("known", tr("The template is known from now on.")); });
    add(u"resolved", tr("Resolved"),
        [this] { setState("resolved", tr("Resolved. It comes back as regressed when it is seen again.")); });
    add(u"mute", tr("Mute until…"),
        [this] { openForm(What::State, tr("Mute for"), tr("Why it may be quiet")); });
    add(u"name", tr("Name…"), [this] { openForm(What::Name, tr("Name"), tr("A few words")); });
    add(u"merge", tr("Merge into…"), [this] { openForm(What::Merge, tr("Counts as part of"), {}); });
    add(u"split", tr("Split off…"),
        [this] { openForm(What::Split, tr("Replies that contain"), tr("words of the reply")); });
    return box;
}

QWidget* ReplyDetail::buildForm() {
    form_ = new QFrame;
    form_->setProperty("panel", true);
    caption_ = new QLabel;
    choice_ = new QComboBox;
    choice_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    choice_->setMinimumContentsLength(12);
    words_ = new QLineEdit;
    apply_ = new QPushButton(tr("Apply"));
    apply_->setProperty("primary", true);
    auto* cancel = new QPushButton(tr("Cancel"));
    auto* row = new QHBoxLayout(form_);
    row->setContentsMargins(space::s, space::xs, space::s, space::xs);
    row->setSpacing(space::s);
    row->addWidget(caption_);
    row->addWidget(choice_);
    row->addWidget(words_, 1);
    row->addWidget(apply_);
    row->addWidget(cancel);
    form_->hide();
    connect(apply_, &QPushButton::clicked, this, &ReplyDetail::apply);
    connect(words_, &QLineEdit::returnPressed, this, &ReplyDetail::apply);
    connect(cancel, &QPushButton::clicked, this, &ReplyDetail::closeForm);
    return form_;
}

QPushButton* ReplyDetail::button(const QString& what) const {
    return what == "apply"_L1 ? apply_ : content_->findChild<QPushButton*>(what);
}

QString ReplyDetail::difference() const {
    return nearest_->text();
}

void ReplyDetail::setOthers(const std::vector<engine::ReplyTemplate>& all) {
    others_.clear();
    for (const engine::ReplyTemplate& t : all)
        others_.emplace_back(qstr(t.key), qstr(t.name.empty() ? t.text : t.name));
}

void ReplyDetail::openForm(What what, const QString& caption, const QString& hint) {
    what_ = what;
    caption_->setText(caption);
    words_->setPlaceholderText(hint);
    words_->setAccessibleName(hint.isEmpty() ? caption : hint);
    words_->setText(what == What::Name ? qstr(view_.row.name) : QString());
    words_->setVisible(what != What::Merge);
    choice_->setAccessibleName(caption);
    choice_->clear();
    choice_->setVisible(what == What::State || what == What::Merge);
    if (what == What::State)
        for (const int days : {1, 7, 30, 90})
            choice_->addItem(counted(days, tr("1 day"), tr("%1 days")), days);
    if (what == What::Merge)
        for (const auto& [key, words] : others_)
            if (key != qstr(view_.row.key) && choice_->findData(key) < 0)
                choice_->addItem(foreign::printable(words).left(90), key);
    form_->show();
    what == What::Merge ? choice_->setFocus() : words_->setFocus();
}

void ReplyDetail::closeForm() {
    form_->hide();
}

void ReplyDetail::apply() {
    engine::ChangeTemplate command;
    command.what = what_;
    command.key = view_.row.key;
    command.provider = view_.row.provider;
    const QString words = words_->text().trimmed();
    switch (what_) {
    case What::State:
        command.state = "muted";
        command.mutedUntil = {QDateTime::currentMSecsSinceEpoch() + choice_->currentData().toInt() * dayMs};
        command.reason = words.toStdString();
        return run(std::move(command), tr("Muted for %1.").arg(choice_->currentText()));
    case What::Merge:
        if (choice_->currentIndex() < 0) return;
        command.text = choice_->currentData().toString().toStdString();
        return run(std::move(command), tr("Merged: both count as one."));
    case What::Split:
        command.text = words.toStdString();
        return run(std::move(command), tr("The replies with these words are a template of their own."));
    case What::Name:
        command.text = words.toStdString();
        return run(std::move(command), words.isEmpty() ? tr("The name was taken away.") : tr("Named."));
    case What::Unmerge: break;
    }
}

void ReplyDetail::setState(const char* state, const QString& done) {
    engine::ChangeTemplate command;
    command.what = What::State;
    command.key = view_.row.key;
    command.provider = view_.row.provider;
    command.state = state;
    run(std::move(command), done);
}

void ReplyDetail::run(engine::ChangeTemplate command, const QString& done) {
    bridge_.run(std::move(command), this, [this, done](const engine::Snapshot& snapshot) {
        take<engine::Done>(
            snapshot,
            [&](const engine::Done&) {
                closeForm();
                Q_EMIT said(done, false);
            },
            [&](const Error& e) { Q_EMIT said(qstr(e.text), true); });
    });
}

void ReplyDetail::showEmpty(const QString& headline, const QString& text, bool failed) {
    empty_->set(failed ? EmptyState::Kind::CouldNotLook : EmptyState::Kind::NothingMatched, headline, text);
    body_->setCurrentWidget(empty_);
}

void ReplyDetail::show(const engine::TemplateView& view, const QTimeZone& zone) {
    const bool same = view.row.key == view_.row.key && view.row.provider == view_.row.provider;
    view_ = view;
    if (!same) closeForm();
    const engine::ReplyTemplate& r = view.row;
    title_->setText(foreign::printable(qstr(r.name.empty() ? r.text : r.name)));
    QStringList facts;
    if (!r.name.empty()) facts << foreign::printable(qstr(r.text));
    QString rule = view.rule.empty() ? tr("no rule speaks of it")
                                     : tr("rule %1 version %2").arg(qstr(view.rule)).arg(view.ruleVersion);
    facts << tr("%1 · %2 · first seen %3, last seen %4")
                 .arg(delivery::categoryWord(r.category), rule, shortStamp(r.firstSeen, zone),
                      shortStamp(r.lastSeen, zone));
    if (r.state == "muted") facts << tr("Muted until %1").arg(shortStamp(r.mutedUntil, zone));
    if (!r.merged.empty())
        facts << counted(static_cast<qint64>(r.merged.size()), tr("1 merged template counts here"),
                         tr("%1 merged templates count here"));
    facts_->setText(facts.join(u'\n'));
    nearest_->setVisible(!r.nearestKey.empty());
    if (!r.nearestKey.empty()) {
        QStringList changes;
        for (const engine::WordChangeView& w : r.changes)
            changes << (w.before.empty()  ? tr("added %1").arg(quoted(w.after))
                        : w.after.empty() ? tr("gone %1").arg(quoted(w.before))
                                          : tr("%1 → %2").arg(quoted(w.before), quoted(w.after)));
        nearest_->setText(
            tr("Nearest older template (%1 % alike): %2\nChanged: %3")
                .arg(std::lround(100 * r.nearestSimilarity))
                .arg(foreign::printable(qstr(r.nearestText)),
                     changes.isEmpty() ? tr("nothing but placeholders") : changes.join(u", "_s)));
    }
    sample_->setBytes(QByteArray::fromStdString(view.sample), tr("One of these replies, as it came"));
    sample_->highlight(view.spanLength > 0 ? std::vector<ByteRange>{{view.spanStart, view.spanLength}}
                                           : std::vector<ByteRange>());
    showDays(view, zone);
    body_->setCurrentWidget(content_);
}

void ReplyDetail::showDays(const engine::TemplateView& view, const QTimeZone& zone) {
    const auto known = reply::categoryFromName(view.row.category);
    const Outcome state = known ? markOf(reply::outcomeOf(*known)) : Outcome::Unknown;
    TimeSeries series;
    series.unit = tr("attempts");
    for (const engine::TemplateView::Day& d : view.days) {
        Bucket bucket;
        bucket.start = d.start.ms;
        bucket.end = d.start.ms + dayMs;
        bucket.count[static_cast<size_t>(state)] = static_cast<double>(d.events);
        series.buckets.push_back(bucket);
    }
    if (series.buckets.empty())
        return days_->showEmpty(EmptyState::Kind::NothingHappened, tr("No attempt in the last 30 days"), {});
    series.from = series.buckets.front().start;
    series.to = series.buckets.back().end;
    days_->setZone(zone);
    days_->setSeries(series);
}

} // namespace waypost::ui
