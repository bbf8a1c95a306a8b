// How placement runs and seeds read in tables: columns, words and marks. Pure functions, GUI thread.
#pragma once

#include "engine/values.h"
#include "ui/models/row_model.h"
#include "ui/theme/tokens.h"

#include <QStyledItemDelegate>

#include <utility>

namespace waypost::ui::placement {

// "found-junk" -> "spam" with its mark; a name nobody knows stays as it is, marked unknown.
std::pair<QString, Outcome> seedState(const std::string& state);
std::pair<QString, Outcome> runState(const std::string& state); // "cancelled" -> "cancelled, partial"
bool runIsLive(const engine::RunLine& run);

std::vector<Column> providerColumns();
Row providerRow(const engine::ProviderRow& row);
// The inbox share in a cell: "83 % of 6" and a dot with its 95 % interval, hatched below ten seeds. The
// cell's trend value is a QVariantList: hits, judged, low, high.
class ShareDelegate : public QStyledItemDelegate {
  public:
    static constexpr int fewSeeds = 10;
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;

  protected:
    void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override;
};

std::vector<Column> seedColumns();
Row seedRow(const engine::SeedRow& row);
void sortRows(std::vector<Row>& rows, const std::vector<Column>& columns, const PageAsk& ask);

// "gmail 6, microsoft 4": enabled seeds, providers by name.
QString providerCounts(const engine::SeedList& list);
int enabledSeeds(const engine::SeedList& list);

} // namespace waypost::ui::placement
