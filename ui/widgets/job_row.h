// JobRow: one job: what it does, how far it is, how to stop it. Remaining time only after 10 % and 5 s.
#pragma once

#include <QElapsedTimer>
#include <QWidget>

class QLabel;
class QProgressBar;
class QPushButton;

namespace waypost::ui {

struct JobInfo {
    enum class State { Queued, Running, Cancelling, Done, Partial, Failed, Cancelled };
    QString id;
    QString title; // "DNS scan"
    QString unit;  // "seeds"; "37 of 120 seeds"
    qint64 done = 0;
    qint64 total = 0; // 0: not known yet
    qint64 elapsedMs = 0;
    State state = State::Running;
    QString error;
    bool canCancel = true;
    bool canRetry = false;
};

// "37 of 120 seeds · about 40 s left"
QString jobProgressText(const JobInfo& job);
bool jobIsActive(const JobInfo& job);

class JobRow : public QWidget {
    Q_OBJECT
  public:
    explicit JobRow(QWidget* parent = nullptr);
    void set(const JobInfo& job);
    [[nodiscard]] QString jobId() const { return job_.id; }

  Q_SIGNALS:
    void cancelAsked(const QString& id);
    void retryAsked(const QString& id); // retry failed only
    void opened(const QString& id);

  private:
    void present(const JobInfo& job);
    JobInfo job_;
    QLabel* title_;
    QLabel* detail_;
    QProgressBar* bar_;
    QPushButton* cancel_;
    QPushButton* retry_;
};

} // namespace waypost::ui
