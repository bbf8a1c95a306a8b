#include "ui/shell/status_strip.h"

#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/widgets/foreign_text.h"

#include <QHBoxLayout>
#include <QProgressBar>
#include <QToolButton>

using namespace Qt::StringLiterals;

namespace waypost::ui {

StatusStrip::StatusStrip(QWidget* parent)
    : QWidget(parent), row_(new QHBoxLayout(this)), jobs_(new QToolButton(this)),
      bar_(new QProgressBar(this)), cancel_(new QToolButton(this)) {
    setObjectName(u"statusStrip"_s);
    setAttribute(Qt::WA_StyledBackground);
    setFixedHeight(30);
    jobs_->setAccessibleName(tr("Jobs"));
    jobs_->setIcon(icon(u"jobs"));
    jobs_->setIconSize(QSize(16, 16));
    jobs_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    bar_->setFixedWidth(120);
    bar_->setTextVisible(false);
    bar_->setAccessibleName(tr("Job progress"));
    cancel_->setText(tr("Cancel"));
    cancel_->setAccessibleName(tr("Cancel job"));
    row_->setContentsMargins(space::s, 0, space::s, 0);
    row_->setSpacing(space::s);
    row_->addWidget(jobs_);
    row_->addWidget(bar_);
    row_->addWidget(cancel_);
    row_->addStretch();
    connect(jobs_, &QToolButton::clicked, this, &StatusStrip::jobsOpened);
    connect(cancel_, &QToolButton::clicked, this, [this] {
        cancel_->setEnabled(false);
        cancel_->setText(tr("Cancelling…"));
        Q_EMIT cancelAsked(shownJob_);
    });
    setJobs({});
}

void StatusStrip::setJobs(const std::vector<JobInfo>& jobs) {
    const JobInfo* shown = nullptr;
    int active = 0;
    for (const JobInfo& j : jobs) {
        if (!jobIsActive(j)) continue;
        ++active;
        if (!shown || (shown->state == JobInfo::State::Queued && j.state != JobInfo::State::Queued))
            shown = &j;
    }
    bar_->setVisible(shown);
    cancel_->setVisible(shown && shown->canCancel);
    shownJob_ = shown ? shown->id : QString();
    if (!shown) {
        jobs_->setText(tr("No jobs"));
        return;
    }
    const QString title = foreign::printable(shown->title) + u"  "_s + jobProgressText(*shown);
    jobs_->setText(active > 1 ? tr("%1 jobs · %2").arg(active).arg(title) : title);
    bar_->setRange(0, shown->total > 0 ? 1000 : 0);
    bar_->setValue(shown->total > 0 ? static_cast<int>(shown->done * 1000 / shown->total) : 0);
    const bool cancelling = shown->state == JobInfo::State::Cancelling;
    cancel_->setEnabled(!cancelling);
    cancel_->setText(cancelling ? tr("Cancelling…") : tr("Cancel"));
}

void StatusStrip::setSegment(const QString& id, const QString& words, const QString& explanation,
                             std::optional<Outcome> state) {
    QToolButton*& button = segments_[id];
    if (!button) {
        button = new QToolButton(this);
        button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
        row_->addWidget(button);
        connect(button, &QToolButton::clicked, this, [this, id] { Q_EMIT segmentOpened(id); });
    }
    button->setText((state ? outcomeGlyph(*state) + u' ' : QString()) + foreign::printable(words));
    button->setAccessibleName(words);
    button->setToolTip(foreign::toolTip(explanation));
}

} // namespace waypost::ui
