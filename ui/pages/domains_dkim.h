// The DKIM tab: selectors with their keys, and the rotation of a key as a guided job. GUI thread.
#pragma once

#include "ui/pages/domains_tab.h"

class QComboBox;
class QLineEdit;
class QPlainTextEdit;
class QPushButton;
class QSpinBox;
class QSplitter;

namespace waypost::ui {

// Start a rotation, then its steps: what to do now, the record to publish, what each name server says, and
// the timeline.
class RotationPanel : public QWidget {
    Q_OBJECT
  public:
    explicit RotationPanel(EngineBridge& bridge, QWidget* parent = nullptr);
    void setDomain(const std::string& domain, const QStringList& selectors);
    void ask();
    void show(const engine::Rotations& rotations);
    void start();
    [[nodiscard]] QComboBox* oldBox() const { return old_; }
    [[nodiscard]] QLineEdit* newBox() const { return new_; }
    [[nodiscard]] QString next() const;
    [[nodiscard]] QString record() const;
    [[nodiscard]] QString refused() const;
    [[nodiscard]] DetailPane* servers() const { return servers_; }
    [[nodiscard]] DetailTree* timeline() const { return timeline_; }
    [[nodiscard]] QPushButton* stepButton() const { return step_; }
    [[nodiscard]] bool showsRotation() const;
    using QWidget::show;

  Q_SIGNALS:
    void asked(); // an answer was taken over

  private:
    QWidget* buildForm();
    QWidget* buildSteps();
    void showOne(const engine::RotationView& rotation);
    void advance(const QString& step);
    void say(const QString& sentence);
    EngineBridge& bridge_;
    std::string domain_;
    std::vector<engine::RotationView> rotations_;
    QString current_;
    QComboBox *which_ = nullptr, *old_ = nullptr, *algorithm_ = nullptr;
    QLineEdit* new_ = nullptr;
    QSpinBox* keep_ = nullptr;
    QPushButton *start_ = nullptr, *step_ = nullptr, *abandon_ = nullptr, *copyText_ = nullptr,
                *copyLine_ = nullptr, *another_ = nullptr;
    QLabel *refused_ = nullptr, *state_ = nullptr, *next_ = nullptr, *name_ = nullptr, *kept_ = nullptr;
    QPlainTextEdit* record_ = nullptr;
    DetailPane* servers_ = nullptr;
    DetailTree* timeline_ = nullptr;
    QWidget *form_ = nullptr, *steps_ = nullptr;
    EmptyState* empty_ = nullptr;
    QStackedWidget* stack_ = nullptr;
    quint64 question_ = 0;
};

class DkimTab : public DomainTab {
    Q_OBJECT
  public:
    explicit DkimTab(EngineBridge& bridge, QWidget* parent = nullptr);
    void setView(DomainViewPtr view) override;
    void activated() override;
    [[nodiscard]] DetailPane* keys() const { return keys_; }
    [[nodiscard]] RotationPanel* rotation() const { return rotation_; }
    [[nodiscard]] QByteArray saveLayout() const override;
    void restoreLayout(const QByteArray& state) override;

  private:
    void askFirstSeen();
    EngineBridge& bridge_;
    DetailPane* keys_;
    RotationPanel* rotation_;
    QSplitter* split_;
    quint64 question_ = 0;
};

} // namespace waypost::ui
