// The History tab: when the domain was inspected, what differs between two of those times, the report as of a
// time, and the recorded answers to one question. GUI thread.
#pragma once

#include "ui/pages/domains_tab.h"

class QComboBox;
class QPushButton;
class QSplitter;

namespace waypost::ui {

class DataTable;
class RowModel;

class HistoryTab : public DomainTab {
    Q_OBJECT
  public:
    explicit HistoryTab(EngineBridge& bridge, QWidget* parent = nullptr);
    void setView(DomainViewPtr view) override;
    void activated() override;
    void showInspections(const engine::Inspections& inspections);
    void showDiff(const engine::DomainDiff& diff);
    void askPast(int answer); // recorded answers to the question of this answer of the report
    [[nodiscard]] DetailPane* inspections() const { return times_; }
    [[nodiscard]] DetailPane* diff() const { return diff_; }
    [[nodiscard]] QComboBox* fromBox() const { return from_; }
    [[nodiscard]] QComboBox* toBox() const { return to_; }
    [[nodiscard]] QPushButton* asOfButton() const { return asOf_; }
    [[nodiscard]] DataTable* past() const { return past_; }
    [[nodiscard]] QByteArray saveLayout() const override;
    void restoreLayout(const QByteArray& state) override;

  Q_SIGNALS:
    void asOfAsked(qint64 utcMs);
    void diffShown();

  private:
    QWidget* buildLeft();
    QWidget* buildDiff();
    QWidget* buildPast();
    void askDiff();
    void compareWithNewest();
    void showPast(const engine::DnsHistory& history);
    [[nodiscard]] qint64 chosenTime() const;
    EngineBridge& bridge_;
    std::string of_;
    std::vector<engine::InspectionLine> lines_;
    DetailPane *times_ = nullptr, *diff_ = nullptr;
    QComboBox *from_ = nullptr, *to_ = nullptr, *question_ = nullptr;
    QPushButton* asOf_ = nullptr;
    QLabel* pastOf_ = nullptr;
    DataTable* past_ = nullptr;
    RowModel* pastModel_ = nullptr;
    QSplitter *columns_ = nullptr, *rows_ = nullptr;
    quint64 listQuestion_ = 0, diffQuestion_ = 0, pastQuestion_ = 0;
    int answer_ = -1;
};

} // namespace waypost::ui
