#include "ui/widgets/event_table_access.h"

#include "ui/widgets/event_table.h"

#include <QAccessible>
#include <QAccessibleWidget>
#include <QHeaderView>
#include <QPointer>

#include <memory>
#include <unordered_map>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {

class RowAccess final : public QAccessibleInterface {
  public:
    RowAccess(EventTable* table, int place) : table_(table), place_(place) {}
    [[nodiscard]] bool isValid() const override { return table_ && index() < table_->count(); }
    [[nodiscard]] QObject* object() const override { return nullptr; }
    [[nodiscard]] QAccessibleInterface* childAt(int, int) const override { return nullptr; }
    [[nodiscard]] QAccessibleInterface* parent() const override {
        return QAccessible::queryAccessibleInterface(table_);
    }
    [[nodiscard]] QAccessibleInterface* child(int) const override { return nullptr; }
    [[nodiscard]] int childCount() const override { return 0; }
    [[nodiscard]] int indexOfChild(const QAccessibleInterface*) const override { return -1; }
    [[nodiscard]] QAccessible::Role role() const override { return QAccessible::ListItem; }
    void setText(QAccessible::Text, const QString&) override {}
    [[nodiscard]] QRect rect() const override {
        const QRect r = table_ ? table_->rowRect(index()) : QRect();
        return r.isEmpty() ? r : QRect(table_->viewport()->mapToGlobal(r.topLeft()), r.size());
    }
    [[nodiscard]] QString text(QAccessible::Text kind) const override {
        if (!isValid() || kind != QAccessible::Name) return {};
        if (!table_->row(index())) return EventTable::tr("row %1 is being read").arg(index() + 1);
        QStringList cells;
        for (int c = 0; c < static_cast<int>(table_->columns().size()); ++c)
            if (!table_->header()->isSectionHidden(c)) cells << table_->cellText(index(), c);
        return cells.join(u", "_s);
    }
    [[nodiscard]] QAccessible::State state() const override {
        QAccessible::State s;
        s.focusable = s.selectable = true;
        s.focused = s.selected = table_ && table_->currentRow() == static_cast<qint64>(index());
        return s;
    }

  private:
    [[nodiscard]] quint64 index() const { return table_->topRow() + static_cast<quint64>(place_); }
    QPointer<EventTable> table_;
    int place_;
};

class TableAccess final : public QAccessibleWidget {
  public:
    explicit TableAccess(EventTable* table) : QAccessibleWidget(table, QAccessible::List) {}
    ~TableAccess() override {
        for (const auto& [place, id] : rows_) QAccessible::deleteAccessibleInterface(id);
    }
    [[nodiscard]] int childCount() const override {
        const quint64 count = table()->count(), top = table()->topRow();
        const quint64 left = count > top ? count - top : 0;
        return static_cast<int>(std::min<quint64>(left, static_cast<quint64>(table()->seenRows())));
    }
    [[nodiscard]] QAccessibleInterface* child(int place) const override {
        if (place < 0 || place >= childCount()) return nullptr;
        auto found = rows_.find(place);
        if (found == rows_.end())
            found =
                rows_.emplace(place, QAccessible::registerAccessibleInterface(new RowAccess(table(), place)))
                    .first;
        return QAccessible::accessibleInterface(found->second);
    }
    [[nodiscard]] int indexOfChild(const QAccessibleInterface* child) const override {
        for (const auto& [place, id] : rows_)
            if (QAccessible::accessibleInterface(id) == child) return place;
        return -1;
    }
    [[nodiscard]] QString text(QAccessible::Text kind) const override {
        if (kind == QAccessible::Description)
            return EventTable::tr("%1 rows, row %2 is chosen")
                .arg(table()->count())
                .arg(table()->currentRow() + 1);
        return QAccessibleWidget::text(kind);
    }

  private:
    [[nodiscard]] EventTable* table() const { return static_cast<EventTable*>(widget()); }
    mutable std::unordered_map<int, QAccessible::Id> rows_;
};

QAccessibleInterface* factory(const QString& name, QObject* object) {
    auto* table = name == "waypost::ui::EventTable"_L1 ? qobject_cast<EventTable*>(object) : nullptr;
    return table ? new TableAccess(table) : nullptr;
}

} // namespace

void installEventTableAccess() {
    static const bool once = (QAccessible::installFactory(factory), true);
    (void)once;
}

} // namespace waypost::ui
