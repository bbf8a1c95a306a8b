// FacetList: groups of values with live counts; several can be chosen; a group can be folded or hidden and
// brought back from the menu. Counts that are being asked for show "…", unknown counts show "?", never 0.
#pragma once

#include <QStringList>
#include <QWidget>

#include <optional>
#include <vector>

class QToolButton;
class QTreeWidget;
class QTreeWidgetItem;

namespace waypost::ui {

struct FacetValue {
    QString value; // foreign text
    std::optional<qulonglong> count;
    QString label = {}; // what is shown; empty: the value
};

struct FacetGroup {
    QString id; // field of the filter language: "provider"
    QString title;
    std::vector<FacetValue> values;
};

class FacetList : public QWidget {
    Q_OBJECT
  public:
    explicit FacetList(QWidget* parent = nullptr);
    // Updates counts in place; what is chosen, folded and hidden stays.
    void setGroups(const std::vector<FacetGroup>& groups);
    void setChosen(const QString& group, const QStringList& values);
    [[nodiscard]] QStringList chosen(const QString& group) const;
    [[nodiscard]] QStringList hiddenGroups() const { return hidden_; }
    void setHiddenGroups(const QStringList& ids);

  Q_SIGNALS:
    void chosenChanged(const QString& group, const QStringList& values);
    void hiddenGroupsChanged();

  private:
    void fillMenu();
    void fill(QTreeWidgetItem* top, const FacetGroup& group);
    [[nodiscard]] QTreeWidgetItem* groupItem(const QString& id) const;
    QTreeWidget* tree_;
    QToolButton* menuButton_;
    QStringList hidden_;
    bool filling_ = false;
};

// 48210 -> "48 210": grouped by the display locale.
QString grouped(qulonglong number);

} // namespace waypost::ui
