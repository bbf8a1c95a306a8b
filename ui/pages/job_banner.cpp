#include "ui/pages/job_banner.h"

#include "ui/pages/page_values.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/widgets/foreign_text.h"

#include <QDateTime>
#include <QHBoxLayout>
#include <QLabel>
#include <QStackedWidget>
#include <QToolButton>

using namespace Qt::StringLiterals;

namespace waypost::ui {

JobBanner::JobBanner(EngineBridge& bridge, QWidget* parent)
    : QFrame(parent), bridge_(bridge), stack_(new QStackedWidget), row_(new JobRow),
      sentence_(foreign::label({})) {
    setProperty("panel", true);
    setAttribute(Qt::WA_StyledBackground);
    sentence_->setWordWrap(true);
    sentence_->setAccessibleName(tr("Result"));
    auto* closer = new QToolButton;
    closer->setIcon(icon(u"close"));
    closer->setAccessibleName(tr("Close this message"));
    connect(closer, &QToolButton::clicked, this, &QWidget::hide);
    auto* result = new QWidget;
    auto* line = new QHBoxLayout(result);
    line->setContentsMargins(space::s, space::xs, space::xs, space::xs);
    line->addWidget(sentence_, 1);
    line->addWidget(closer);
    stack_->addWidget(row_);
    stack_->addWidget(result);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(stack_);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    hide();
    connect(&bridge_, &EngineBridge::jobChanged, this, &JobBanner::jobChanged);
    connect(row_, &JobRow::cancelAsked, this,
            [this](const QString& id) { bridge_.run(engine::CancelJob{id.toStdString()}, this, {}); });
}

QString JobBanner::sentence() const {
    return sentence_->text();
}

void JobBanner::run(engine::Command command) {
    busy_ = true;
    job_.clear();
    early_.clear();
    bridge_.run(std::move(command), this, [this](const engine::Snapshot& snapshot) {
        take<engine::Done>(
            snapshot, [this](const engine::Done& done) { follow(done.id); },
            [this](const Error& error) {
                busy_ = false;
                say(qstr(error.describe()), true);
            });
    });
}

void JobBanner::follow(const std::string& id) {
    job_ = id;
    const auto early = early_.find(id);
    if (early != early_.end()) jobChanged(engine::JobView(early->second));
    early_.clear();
}

void JobBanner::jobChanged(const engine::JobView& job) {
    if (!busy_) return;
    if (job_.empty()) {
        early_[job.id] = job;
        return;
    }
    if (job.id != job_) return;
    const JobInfo info = jobInfo(job, UtcTime{QDateTime::currentMSecsSinceEpoch()});
    if (!jobIsActive(info)) return finish(job);
    row_->set(info);
    stack_->setCurrentIndex(0);
    show();
}

void JobBanner::finish(const engine::JobView& job) {
    busy_ = false;
    job_.clear();
    const bool good = job.state == engine::JobState::Done;
    QString words = qstr(job.title) + u": "_s + qstr(job.text);
    if (job.state == engine::JobState::Cancelled)
        words = tr("Cancelled. %1 What was read so far is kept.").arg(words);
    say(words, !good);
    Q_EMIT ended(job);
}

void JobBanner::say(const QString& sentence, bool problem) {
    const Outcome mark = problem ? Outcome::Bounced : Outcome::Accepted;
    sentence_->setText(outcomeGlyph(mark) + u"  "_s + foreign::printable(sentence));
    stack_->setCurrentIndex(1);
    show();
}

} // namespace waypost::ui
