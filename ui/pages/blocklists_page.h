// The Blocklists screen: watched addresses and domains on the lists that matter, list health first. A refusal
// or a lie is never shown as listed or clean. Nothing is asked that was not asked for, and nobody is written
// to. GUI thread.
#pragma once

#include "engine/values.h"
#include "ui/bridge/engine_bridge.h"
#include "ui/widgets/page.h"

#include <QHash>

#include <memory>

class QLabel;
class QLineEdit;
class QPushButton;
class QStackedWidget;
class QTabWidget;

namespace waypost::ui {

class BlocklistsCatalogue;
class BlocklistsChanges;
class BlocklistsImpact;
class BlocklistsMatrix;
class EmptyState;
class JobBanner;

class BlocklistsPage : public Page {
    Q_OBJECT
  public:
    enum Tab { Matrix, Impact, Changes, Catalogue };
    static constexpr int impactDays = 7;

    explicit BlocklistsPage(EngineBridge& bridge, QWidget* parent = nullptr);

    [[nodiscard]] std::vector<KeyHelp> keys() const override;
    void refresh() override;
    void focusFilter() override;
    [[nodiscard]] QByteArray saveLayout() const override;
    void restoreLayout(const QByteArray& state) override;
    void open(const QString& object); // a target, or "target list"

    void watch(const QString& typed); // addresses, ranges and names, separated by spaces or commas
    void checkNow();

    [[nodiscard]] QLineEdit* addBox() const { return add_; }
    [[nodiscard]] QPushButton* check() const { return check_; }
    [[nodiscard]] QPushButton* ours() const { return ours_; }
    [[nodiscard]] QTabWidget* tabs() const { return tabs_; }
    [[nodiscard]] BlocklistsMatrix* matrix() const { return matrix_; }
    [[nodiscard]] BlocklistsImpact* impact() const { return impact_; }
    [[nodiscard]] BlocklistsChanges* changes() const { return changes_; }
    [[nodiscard]] BlocklistsCatalogue* catalogue() const { return catalogue_; }
    [[nodiscard]] EmptyState* empty() const { return empty_; }
    [[nodiscard]] QString summary() const;
    [[nodiscard]] bool showsMatrix() const;

  Q_SIGNALS:
    void shown(); // the matrix was taken over, or failed
    void openRequested(const QString& page, const QString& object);

  protected:
    void showEvent(QShowEvent* event) override;

  private:
    QWidget* buildHead();
    void connectParts();
    void take(const engine::BlocklistMatrix& matrix);
    void run(engine::Command command);
    void tabChosen(int tab);

    EngineBridge& bridge_;
    QLabel* summary_ = nullptr;
    QLineEdit* add_ = nullptr;
    QPushButton* ours_ = nullptr;
    QPushButton* check_ = nullptr;
    JobBanner* banner_;
    QTabWidget* tabs_;
    BlocklistsMatrix* matrix_;
    BlocklistsImpact* impact_;
    BlocklistsChanges* changes_;
    BlocklistsCatalogue* catalogue_;
    QStackedWidget* body_; // of the first tab
    EmptyState* empty_;
    QString wanted_;
    QHash<QString, QString> zones_; // of lists by id
};

} // namespace waypost::ui
