// One area of an inspection (SPF, DKIM, ...) as a tile: state as mark and word, and one line of what was
// seen. Choosing it shows its explanation. AreaTiles lays them out in rows of equal width.
#pragma once

#include "engine/values.h"

#include <QAbstractButton>

#include <vector>

class QButtonGroup;
class QGridLayout;

namespace waypost::ui {

class AreaTile : public QAbstractButton {
    Q_OBJECT
  public:
    explicit AreaTile(QWidget* parent = nullptr);
    void set(const engine::AreaView& area);
    [[nodiscard]] QString headline() const { return headline_; }
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

  protected:
    void paintEvent(QPaintEvent* event) override;
    void enterEvent(QEnterEvent* event) override;
    void leaveEvent(QEvent* event) override;

  private:
    engine::State state_ = engine::State::Unknown;
    QString title_, headline_;
};

class AreaTiles : public QWidget {
    Q_OBJECT
  public:
    static constexpr int perRow = 6;
    explicit AreaTiles(QWidget* parent = nullptr);
    void set(const std::vector<engine::AreaView>& areas);
    void choose(int area);
    [[nodiscard]] int chosen() const;
    [[nodiscard]] const std::vector<AreaTile*>& tiles() const { return tiles_; }

  Q_SIGNALS:
    void areaChosen(int area);

  private:
    QGridLayout* grid_;
    QButtonGroup* group_;
    std::vector<AreaTile*> tiles_;
};

} // namespace waypost::ui
