// SettingsRoutes: the sending routes: list and form. A password goes to the secret store and is never shown
// again; what the engine refuses is said above the form. GUI thread.
#pragma once

#include "engine/values.h"
#include "ui/bridge/engine_bridge.h"

#include <QWidget>

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QSpinBox;

namespace waypost::ui {

class DataTable;
class RowModel;

class SettingsRoutes : public QWidget {
    Q_OBJECT
  public:
    explicit SettingsRoutes(EngineBridge& bridge, QWidget* parent = nullptr);
    void setRoutes(const std::vector<engine::RouteLine>& routes);
    int search(const QString& words);

    [[nodiscard]] DataTable* table() const { return table_; }
    [[nodiscard]] QLineEdit* name() const { return name_; }
    [[nodiscard]] QLineEdit* host() const { return host_; }
    [[nodiscard]] QSpinBox* port() const { return port_; }
    [[nodiscard]] QComboBox* tls() const { return tls_; }
    [[nodiscard]] QComboBox* auth() const { return auth_; }
    [[nodiscard]] QLineEdit* user() const { return user_; }
    [[nodiscard]] QLineEdit* password() const { return password_; }
    [[nodiscard]] QPushButton* newButton() const { return new_; }
    [[nodiscard]] QPushButton* saveButton() const { return save_; }
    [[nodiscard]] QPushButton* removeButton() const { return remove_; }
    [[nodiscard]] QLabel* sentence() const { return sentence_; }

  Q_SIGNALS:
    void undoOffered(const QString& sentence, std::function<void()> undo);
    void answered();

  private:
    QWidget* buildForm();
    void openRoute(const QString& name);
    void save();
    void removeRoute();
    void put(const engine::RouteLine& route); // without a word: an undo
    void say(const QString& sentence, bool problem);
    void refreshForm();

    EngineBridge& bridge_;
    std::vector<engine::RouteLine> routes_;
    engine::RouteLine open_;
    QString words_, wanted_;
    bool existing_ = false;
    DataTable* table_;
    RowModel* model_;
    QLabel* head_ = nullptr;
    QLabel* sentence_ = nullptr;
    QLineEdit* name_ = nullptr;
    QLineEdit* host_ = nullptr;
    QSpinBox* port_ = nullptr;
    QComboBox* tls_ = nullptr;
    QComboBox* auth_ = nullptr;
    QLineEdit* user_ = nullptr;
    QLineEdit* password_ = nullptr;
    QLineEdit* source_ = nullptr;
    QLineEdit* helo_ = nullptr;
    QPushButton* new_ = nullptr;
    QPushButton* save_ = nullptr;
    QPushButton* remove_ = nullptr;
};

} // namespace waypost::ui
