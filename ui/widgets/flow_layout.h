// FlowLayout: items left to right, wrapping; height for width.
#pragma once

#include <QLayout>

#include <vector>

namespace waypost::ui {

class FlowLayout : public QLayout {
  public:
    explicit FlowLayout(int gap = 4, QWidget* parent = nullptr);
    ~FlowLayout() override;
    void addItem(QLayoutItem* item) override;
    [[nodiscard]] int count() const override;
    [[nodiscard]] QLayoutItem* itemAt(int index) const override;
    QLayoutItem* takeAt(int index) override;
    [[nodiscard]] Qt::Orientations expandingDirections() const override { return {}; }
    [[nodiscard]] bool hasHeightForWidth() const override { return true; }
    [[nodiscard]] int heightForWidth(int width) const override;
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSize() const override;
    void setGeometry(const QRect& rect) override;

  private:
    int arrange(const QRect& rect, bool apply) const;
    std::vector<QLayoutItem*> items_;
    int gap_;
};

} // namespace waypost::ui
