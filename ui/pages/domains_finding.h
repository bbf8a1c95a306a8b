// FindingPanel: why one finding matters: what was seen, what good looks like, what to publish or change, how
// to verify and the standard it rests on. The text to publish and the check can be copied.
#pragma once

#include "engine/values.h"

#include <QScrollArea>

class QLabel;
class QPushButton;

namespace waypost::ui {

class FindingPanel : public QScrollArea {
    Q_OBJECT
  public:
    explicit FindingPanel(QWidget* parent = nullptr);
    void show(const engine::FindingView& finding);
    void showRequirement(const engine::RequirementRow& requirement);
    void clear(const QString& sentence); // nothing is chosen, or nothing was found
    [[nodiscard]] QString fixText() const;
    using QWidget::show;

  private:
    struct Part {
        QLabel* head;
        QLabel* body;
        QPushButton* copy; // null: not worth copying
    };
    Part addPart(class QVBoxLayout* column, const QString& head, bool copyable);
    static void set(const Part& part, const std::string& text);
    QLabel* title_;
    void hideParts();
    Part good_, fix_, verify_, section_;
    Part evidence_, reply_, source_; // of a requirement
};

} // namespace waypost::ui
