// The parts of the Message lab that are neither table nor evidence: the connection a message is judged with,
// its text, DKIM failures taken apart, and the pane to paste into. GUI thread.
#pragma once

#include "engine/values.h"

#include <QWidget>

class QComboBox;
class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QPushButton;
class QStackedWidget;

namespace waypost::ui {

class DataTable;
class EmptyState;
class RawView;
class RowModel;

// Address, HELO and MAIL FROM in one line of words; "Edit" turns them into fields.
class ConnectionRow : public QWidget {
    Q_OBJECT
  public:
    explicit ConnectionRow(QWidget* parent = nullptr);
    void set(const engine::MessageConnection& connection, const QString& origin);
    void edit(bool on);
    [[nodiscard]] bool isEditing() const;
    [[nodiscard]] engine::MessageConnection typed() const;
    [[nodiscard]] QLineEdit* ip() const { return ip_; }
    [[nodiscard]] QLineEdit* helo() const { return helo_; }
    [[nodiscard]] QLineEdit* mailFrom() const { return mailFrom_; }
    [[nodiscard]] QPushButton* judge() const { return judge_; }
    [[nodiscard]] QPushButton* editButton() const { return edit_; }

  Q_SIGNALS:
    void given(const waypost::engine::MessageConnection& connection);

  private:
    engine::MessageConnection connection_;
    QStackedWidget* stack_;
    QLabel* words_;
    QPushButton* edit_;
    QLineEdit* ip_;
    QLineEdit* helo_;
    QLineEdit* mailFrom_;
    QPushButton* judge_;
    QPushButton* cancel_;
};

// The readable text of a message, and its HTML as source: nothing is rendered, nothing is fetched.
class TextPane : public QWidget {
    Q_OBJECT
  public:
    explicit TextPane(QWidget* parent = nullptr);
    void set(const QString& plain, const QString& html);
    [[nodiscard]] QString shownText() const;
    [[nodiscard]] QComboBox* choice() const { return choice_; }

  private:
    void present();
    QString plain_, html_;
    QComboBox* choice_;
    QLabel* note_;
    QPlainTextEdit* text_;
    QStackedWidget* stack_;
    EmptyState* empty_;
};

// DKIM failures: what was signed beside what came, and what was tried to find the change.
class AutopsyPane : public QWidget {
    Q_OBJECT
  public:
    explicit AutopsyPane(QWidget* parent = nullptr);
    // `signatures`: how many the message has.
    void set(const std::vector<engine::MessageView::Autopsy>& autopsies, int signatures);
    [[nodiscard]] QString headline() const;
    [[nodiscard]] RawView* signedBytes() const { return before_; }
    [[nodiscard]] RawView* receivedBytes() const { return after_; }
    [[nodiscard]] QComboBox* choice() const { return choice_; }
    [[nodiscard]] EmptyState* empty() const { return empty_; }
    [[nodiscard]] const engine::MessageView::Autopsy* current() const;

  Q_SIGNALS:
    void chosen();

  private:
    void present();
    std::vector<engine::MessageView::Autopsy> autopsies_;
    QStackedWidget* stack_;
    EmptyState* empty_;
    QComboBox* choice_;
    QLabel* headline_;
    RawView* before_;
    RawView* after_;
};

// Headers or a whole message as text, judged when asked.
class PastePane : public QWidget {
    Q_OBJECT
  public:
    explicit PastePane(QWidget* parent = nullptr);
    void setText(const QString& text);
    void say(const QString& sentence); // why it was refused
    [[nodiscard]] QPlainTextEdit* box() const { return box_; }
    [[nodiscard]] QPushButton* judge() const { return judge_; }
    [[nodiscard]] QString problem() const;

  Q_SIGNALS:
    void pasted(const QString& text, const waypost::engine::MessageConnection& connection);
    void cancelled();

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    void ask();
    QPlainTextEdit* box_;
    QLineEdit* ip_;
    QLineEdit* helo_;
    QLineEdit* mailFrom_;
    QPushButton* judge_;
    QLabel* problem_;
};

} // namespace waypost::ui
