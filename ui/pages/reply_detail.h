// One reply template: its sample with the words the rule matched, the nearest older template and what is
// different, its days, and the decisions one can take. A decision that needs words opens its form below the
// buttons; nothing asks in a window of its own. GUI thread.
#pragma once

#include "engine/values.h"
#include "ui/bridge/engine_bridge.h"

#include <QTimeZone>
#include <QWidget>

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QStackedWidget;

namespace waypost::ui {

class EmptyState;
class RawView;
class TimeSeriesWidget;

class ReplyDetail : public QWidget {
    Q_OBJECT
  public:
    explicit ReplyDetail(EngineBridge& bridge, QWidget* parent = nullptr);
    void show(const engine::TemplateView& view, const QTimeZone& zone);
    void showEmpty(const QString& headline, const QString& text, bool failed = false);
    // What "merge into" offers.
    void setOthers(const std::vector<engine::ReplyTemplate>& all);
    [[nodiscard]] RawView* sample() const { return sample_; }
    [[nodiscard]] QString difference() const;
    [[nodiscard]] QPushButton* button(const QString& what) const; // "name", "mute", …
    using QWidget::show;

  Q_SIGNALS:
    void attemptsAsked(const QString& key, const QString& provider);
    void ruleAsked(const QString& key);
    void said(const QString& sentence, bool problem);

  private:
    QWidget* buildHead();
    QWidget* buildButtons();
    QWidget* buildForm();
    void openForm(engine::ChangeTemplate::What what, const QString& caption, const QString& hint);
    void closeForm();
    void apply();
    void run(engine::ChangeTemplate command, const QString& done);
    void setState(const char* state, const QString& done);
    void showDays(const engine::TemplateView& view, const QTimeZone& zone);

    EngineBridge& bridge_;
    engine::TemplateView view_;
    QStackedWidget* body_ = nullptr;
    QWidget* content_ = nullptr;
    EmptyState* empty_ = nullptr;
    QLabel* title_ = nullptr;
    QLabel* facts_ = nullptr;
    QLabel* nearest_ = nullptr;
    RawView* sample_ = nullptr;
    TimeSeriesWidget* days_ = nullptr;
    QWidget* form_ = nullptr;
    QLabel* caption_ = nullptr;
    QLineEdit* words_ = nullptr;
    QComboBox* choice_ = nullptr;
    QPushButton* apply_ = nullptr;
    engine::ChangeTemplate::What what_ = engine::ChangeTemplate::What::Name;
    std::vector<std::pair<QString, QString>> others_; // key, words
};

} // namespace waypost::ui
