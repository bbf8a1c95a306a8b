// ChoiceDelegate: a table cell with a closed set of words, edited by a list. GUI thread.
#pragma once

#include <QComboBox>
#include <QStyledItemDelegate>

namespace waypost::ui {

class ChoiceDelegate : public QStyledItemDelegate {
  public:
    ChoiceDelegate(QStringList words, QObject* parent)
        : QStyledItemDelegate(parent), words_(std::move(words)) {}
    QWidget* createEditor(QWidget* parent, const QStyleOptionViewItem&, const QModelIndex&) const override {
        auto* box = new QComboBox(parent);
        box->addItems(words_);
        return box;
    }
    void setEditorData(QWidget* editor, const QModelIndex& index) const override {
        auto* box = static_cast<QComboBox*>(editor);
        box->setCurrentIndex(std::max(0, box->findText(index.data(Qt::EditRole).toString())));
    }
    void setModelData(QWidget* editor, QAbstractItemModel* model, const QModelIndex& index) const override {
        model->setData(index, static_cast<QComboBox*>(editor)->currentText(), Qt::EditRole);
    }

  private:
    QStringList words_;
};

} // namespace waypost::ui
