// StatusStrip: jobs with progress and cancel, then segments (storage, resolver, clock), each a button that
// opens the page which explains it.
#pragma once

#include "ui/theme/tokens.h"
#include "ui/widgets/job_row.h"

#include <QHash>
#include <QWidget>

#include <optional>
#include <vector>

class QHBoxLayout;
class QLabel;
class QProgressBar;
class QToolButton;

namespace waypost::ui {

class StatusStrip : public QWidget {
    Q_OBJECT
  public:
    explicit StatusStrip(QWidget* parent = nullptr);
    void setJobs(const std::vector<JobInfo>& jobs); // the first running one is shown, the others counted
    // Made on first use, in the order of first use. `state` puts a mark before the words.
    void setSegment(const QString& id, const QString& words, const QString& explanation,
                    std::optional<Outcome> state = {});

  Q_SIGNALS:
    void jobsOpened();
    void cancelAsked(const QString& jobId);
    void segmentOpened(const QString& id);

  private:
    QHBoxLayout* row_;
    QToolButton* jobs_;
    QProgressBar* bar_;
    QToolButton* cancel_;
    QString shownJob_;
    QHash<QString, QToolButton*> segments_;
};

} // namespace waypost::ui
