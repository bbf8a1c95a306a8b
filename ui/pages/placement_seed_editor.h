// SeedEditor: seed lists: choose, edit, import from CSV, store mailbox passwords. A password goes to the
// secret store and is never shown again. What a CSV had wrong is listed with its lines. GUI thread.
#pragma once

#include "engine/values.h"
#include "ui/bridge/engine_bridge.h"
#include "ui/theme/tokens.h"

#include <QWidget>

class QComboBox;
class QLabel;
class QLineEdit;
class QListWidget;
class QPushButton;
class QTableView;

namespace waypost::ui {

class SeedModel;

class SeedEditor : public QWidget {
    Q_OBJECT
  public:
    explicit SeedEditor(EngineBridge& bridge, QWidget* parent = nullptr);
    void setLists(const std::vector<engine::SeedList>& lists);
    void openList(QString id); // empty: a new one
    void chooseCsv();
    void importFile(const QString& file);

    [[nodiscard]] SeedModel* model() const { return model_; }
    [[nodiscard]] QTableView* table() const { return table_; }
    [[nodiscard]] QLineEdit* name() const { return name_; }
    [[nodiscard]] QLineEdit* password() const { return password_; }
    [[nodiscard]] QPushButton* saveButton() const { return save_; }
    [[nodiscard]] QPushButton* addButton() const { return add_; }
    [[nodiscard]] QPushButton* passwordButton() const { return storePassword_; }
    [[nodiscard]] QLabel* sentence() const { return sentence_; }
    [[nodiscard]] QListWidget* problems() const { return problems_; }
    [[nodiscard]] QString listId() const { return id_; }

  Q_SIGNALS:
    void closed();
    void undoOffered(const QString& sentence, std::function<void()> undo);
    void changed(); // answered: a list was imported, saved or removed, or not

  private:
    void build();
    QWidget* buildTop();
    QWidget* buildButtons();
    QWidget* buildPassword();
    void connectParts();
    void say(const QString& sentence, bool problem);
    void sayWith(const QString& sentence, Outcome mark);
    void save();
    void removeList();
    void storePassword();
    void refreshButtons();
    void edit(int row);
    void imported(const engine::SeedsImported& result, const QString& file);
    [[nodiscard]] int currentRow() const;

    EngineBridge& bridge_;
    std::vector<engine::SeedList> lists_;
    QString id_;
    QString wanted_; // a list that is not in lists_ yet
    bool dirty_ = false;
    SeedModel* model_;
    QTableView* table_ = nullptr;
    QComboBox* chooser_ = nullptr;
    QLineEdit* name_ = nullptr;
    QLineEdit* password_ = nullptr;
    QLabel* passwordFor_ = nullptr;
    QLabel* sentence_ = nullptr;
    QListWidget* problems_ = nullptr;
    QPushButton* add_ = nullptr;
    QPushButton* duplicate_ = nullptr;
    QPushButton* remove_ = nullptr;
    QPushButton* import_ = nullptr;
    QPushButton* save_ = nullptr;
    QPushButton* removeList_ = nullptr;
    QPushButton* storePassword_ = nullptr;
    QPushButton* close_ = nullptr;
};

} // namespace waypost::ui
