// EmptyState: why a pane has nothing to show. Four kinds that are never confused, each with its own mark and,
// where it helps, one button. A blank pane is a defect.
#pragma once

#include <QWidget>

class QLabel;
class QPushButton;
class QVBoxLayout;

namespace waypost::ui {

class EmptyState : public QWidget {
    Q_OBJECT
  public:
    enum class Kind {
        NotSetUp,        // with the one button that sets it up
        NothingMatched,  // with the way back: remove filters
        NothingHappened, // good news: says what was checked and when
        CouldNotLook,    // error: what failed, retry, details
    };

    explicit EmptyState(QWidget* parent = nullptr);
    EmptyState(Kind kind, const QString& headline, const QString& text, const QString& action = {},
               QWidget* parent = nullptr);

    // `action` empty: no button. `text` may hold foreign words; it is shown as plain text.
    void set(Kind kind, const QString& headline, const QString& text, const QString& action = {});
    // A second, quiet button ("Details", "Load the lab workspace").
    void setSecondary(const QString& action);
    [[nodiscard]] Kind kind() const { return kind_; }
    [[nodiscard]] QString headline() const;

  Q_SIGNALS:
    void actionClicked();
    void secondaryClicked();

  private:
    void refreshLook();
    Kind kind_ = Kind::NothingHappened;
    QLabel* mark_;
    QLabel* headline_;
    QLabel* text_;
    QPushButton* action_;
    QPushButton* secondary_;
};

} // namespace waypost::ui
