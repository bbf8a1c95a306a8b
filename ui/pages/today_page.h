// The Today screen: what needs a person, the outcome mix of the last 24 hours, the newest seed test and the
// domains in one line each, and what was checked and found quiet. With nothing stored: the three first
// choices. GUI thread.
#pragma once

#include "engine/values.h"
#include "ui/bridge/engine_bridge.h"
#include "ui/widgets/page.h"

#include <QTimer>

class QLabel;
class QStackedWidget;

namespace waypost::ui {

class AgeLabel;
class EmptyState;
class FirstRun;
class JobBanner;
class TimeSeriesWidget;
class TodayCards;

class TodayPage : public Page {
    Q_OBJECT
  public:
    explicit TodayPage(EngineBridge& bridge, QWidget* parent = nullptr);

    [[nodiscard]] std::vector<KeyHelp> keys() const override;
    void refresh() override;
    void setTimeRange(const ResolvedRange& range, const QTimeZone& zone) override;

    [[nodiscard]] FirstRun* firstRun() const { return first_; }
    [[nodiscard]] TodayCards* cards() const { return cards_; }
    [[nodiscard]] TimeSeriesWidget* chart() const { return chart_; }
    [[nodiscard]] QLabel* quiet() const { return quiet_; }
    [[nodiscard]] bool showsFirstRun() const;

  Q_SIGNALS:
    // Another screen: "placement" with a run id or "seeds:FILE"; "messages" with "file:FILE"; "domains" with
    // a name; "delivery" with terms of the filter language.
    void openRequested(const QString& page, const QString& object);
    void shown(); // an answer was taken over, or failed

  protected:
    void showEvent(QShowEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

  private:
    void build();
    QWidget* buildContent();
    QWidget* buildTiles();
    QWidget* tile(const QString& caption, QLabel* line, const QString& page);
    void connectParts();
    void take(const engine::Today& today);
    void fillChart(const engine::Today& today);
    void fillLines(const engine::Today& today);
    void inspect(const QString& name);
    void openFile(const QString& title, const QString& nameFilter, const QString& kind);
    void dropped(const QStringList& files);

    EngineBridge& bridge_;
    QStackedWidget* body_ = nullptr;
    QLabel* reading_ = nullptr;
    FirstRun* first_ = nullptr;
    EmptyState* failed_ = nullptr;
    QWidget* content_ = nullptr;
    JobBanner* banner_ = nullptr;
    QLabel* head_ = nullptr;
    AgeLabel* age_ = nullptr;
    TodayCards* cards_ = nullptr;
    EmptyState* calm_ = nullptr;
    TimeSeriesWidget* chart_ = nullptr;
    QLabel* placement_ = nullptr;
    QLabel* domains_ = nullptr;
    QLabel* quiet_ = nullptr;
    QTimer soon_;
    engine::TimeRange range_;
    QString newestRun_;
    bool stale_ = true;
};

} // namespace waypost::ui
