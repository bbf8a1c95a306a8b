// SeedModel: the seed list being edited, as an editable table. Nothing is stored here; a password is never
// part of it, only whether one is stored. GUI thread.
#pragma once

#include "engine/values.h"

#include <QAbstractTableModel>

namespace waypost::ui {

class SeedModel : public QAbstractTableModel {
    Q_OBJECT
  public:
    enum Column { Enabled, Address, Provider, Host, Port, Tls, User, SecretName, Password, ColumnCount };
    using QAbstractTableModel::QAbstractTableModel;

    void setSeeds(std::vector<engine::SeedLine> seeds);
    [[nodiscard]] const std::vector<engine::SeedLine>& seeds() const { return seeds_; }
    int add(const engine::SeedLine& seed); // its row
    int duplicate(int row);
    void remove(QList<int> rows);
    // The name its password is stored under: the secret's, else the address.
    [[nodiscard]] QString secretName(int row) const;
    void passwordStored(const QString& secretName);

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation o, int role) const override;
    [[nodiscard]] Qt::ItemFlags flags(const QModelIndex& index) const override;

  Q_SIGNALS:
    void edited();

  private:
    [[nodiscard]] QString text(const engine::SeedLine& s, int column) const;
    bool store(engine::SeedLine& s, int column, const QString& value);
    std::vector<engine::SeedLine> seeds_;
};

} // namespace waypost::ui
