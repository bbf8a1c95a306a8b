// FirstRun: the three first choices of an empty workspace. Each works at once; none needs an account.
#pragma once

#include <QWidget>

class QLabel;
class QLineEdit;
class QPushButton;

namespace waypost::ui {

class FirstRun : public QWidget {
    Q_OBJECT
  public:
    explicit FirstRun(QWidget* parent = nullptr);
    void say(const QString& sentence); // why the domain was refused

    [[nodiscard]] QLineEdit* domain() const { return domain_; }
    [[nodiscard]] QLabel* problem() const { return domainProblem_; }
    [[nodiscard]] QPushButton* checkButton() const { return check_; }
    [[nodiscard]] QPushButton* messageButton() const { return message_; }
    [[nodiscard]] QPushButton* logButton() const { return log_; }
    [[nodiscard]] QPushButton* seedsButton() const { return seeds_; }

  Q_SIGNALS:
    void domainAsked(const QString& name);
    void messageAsked();
    void logAsked();
    void seedsAsked();

  private:
    QWidget* choice(const QString& iconName, const QString& title, const QString& text,
                    const QList<QWidget*>& controls);
    QLineEdit* domain_;
    QLabel* domainProblem_;
    QPushButton* check_;
    QPushButton* message_;
    QPushButton* log_;
    QPushButton* seeds_;
};

} // namespace waypost::ui
