#include "ui/widgets/job_row.h"

#include "ui/theme/tokens.h"
#include "ui/widgets/foreign_text.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {

QString stateWord(const JobInfo& job) {
    switch (job.state) {
    case JobInfo::State::Queued: return JobRow::tr("queued");
    case JobInfo::State::Cancelling: return JobRow::tr("cancelling…");
    case JobInfo::State::Done: return JobRow::tr("done");
    case JobInfo::State::Partial: return JobRow::tr("partial");
    case JobInfo::State::Failed: return JobRow::tr("failed: %1").arg(foreign::printable(job.error));
    case JobInfo::State::Cancelled: return JobRow::tr("cancelled, results so far are kept");
    case JobInfo::State::Running: break;
    }
    return {};
}

} // namespace

bool jobIsActive(const JobInfo& job) {
    return job.state == JobInfo::State::Running || job.state == JobInfo::State::Queued ||
           job.state == JobInfo::State::Cancelling;
}

QString jobProgressText(const JobInfo& job) {
    QStringList parts;
    if (job.total > 0)
        parts << JobRow::tr("%1 of %2 %3").arg(job.done).arg(job.total).arg(job.unit).trimmed();
    else if (job.done > 0)
        parts << u"%1 %2"_s.arg(job.done).arg(job.unit).trimmed();
    const QString word = stateWord(job);
    if (!word.isEmpty()) parts << word;
    if (job.state == JobInfo::State::Running && job.total > 0 && job.done * 10 >= job.total &&
        job.elapsedMs >= 5000) {
        const qint64 left = job.elapsedMs * (job.total - job.done) / std::max<qint64>(1, job.done) / 1000;
        parts << (left < 120 ? JobRow::tr("about %1 s left").arg(left)
                             : JobRow::tr("about %1 min left").arg(left / 60));
    }
    return parts.join(u" · "_s);
}

JobRow::JobRow(QWidget* parent)
    : QWidget(parent), title_(foreign::label({}, this)), detail_(foreign::label({}, this)),
      bar_(new QProgressBar(this)), cancel_(new QPushButton(tr("Cancel"), this)),
      retry_(new QPushButton(tr("Retry failed only"), this)) {
    detail_->setProperty("role", u"muted"_s);
    bar_->setTextVisible(false);
    cancel_->setProperty("flat", true);
    retry_->setProperty("flat", true);
    auto* words = new QHBoxLayout;
    words->addWidget(title_);
    words->addWidget(detail_, 1);
    auto* left = new QVBoxLayout;
    left->setSpacing(space::xs);
    left->addLayout(words);
    left->addWidget(bar_);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(space::m, space::xs, space::s, space::xs);
    row->addLayout(left, 1);
    row->addWidget(retry_);
    row->addWidget(cancel_);
    connect(cancel_, &QPushButton::clicked, this, [this] {
        // Answer at once; the engine confirms with its own state.
        job_.state = JobInfo::State::Cancelling;
        present(job_);
        Q_EMIT cancelAsked(job_.id);
    });
    connect(retry_, &QPushButton::clicked, this, [this] { Q_EMIT retryAsked(job_.id); });
}

void JobRow::set(const JobInfo& job) {
    job_ = job;
    present(job_);
}

void JobRow::present(const JobInfo& job) {
    title_->setText(foreign::printable(job.title));
    detail_->setText(jobProgressText(job));
    bar_->setVisible(jobIsActive(job));
    bar_->setRange(0, job.total > 0 ? 1000 : 0);
    bar_->setValue(job.total > 0 ? static_cast<int>(job.done * 1000 / job.total) : 0);
    bar_->setAccessibleName(tr("Progress of %1").arg(job.title));
    cancel_->setVisible(jobIsActive(job) && job.canCancel);
    cancel_->setEnabled(job.state != JobInfo::State::Cancelling);
    cancel_->setAccessibleName(tr("Cancel %1").arg(job.title));
    retry_->setVisible(job.canRetry && !jobIsActive(job));
    retry_->setAccessibleName(tr("Retry failed parts of %1").arg(job.title));
    setAccessibleName(job.title + u' ' + jobProgressText(job));
}

} // namespace waypost::ui
