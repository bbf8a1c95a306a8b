#include "ui/dialogs/prompts.h"

#include "ui/theme/theme.h"
#include "ui/widgets/foreign_text.h"

#include <QDialog>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {

class DesktopPrompts final : public Prompts {
  public:
    QStringList openFiles(QWidget* parent, const QString& title, const QString& filter) override {
        return QFileDialog::getOpenFileNames(parent, title, QString(), filter);
    }
    QString saveFile(QWidget* parent, const QString& title, const QString& name,
                     const QString& filter) override {
        return QFileDialog::getSaveFileName(parent, title, name, filter);
    }
    bool confirm(QWidget* parent, const Confirmation& what) override;
};

bool DesktopPrompts::confirm(QWidget* parent, const Confirmation& what) {
    QDialog dialog(parent);
    dialog.setWindowTitle(what.title);
    auto* text = foreign::label(what.text, &dialog);
    text->setWordWrap(true);
    text->setMinimumWidth(420);
    auto* go = new QPushButton(what.button, &dialog);
    auto* stay = new QPushButton(QObject::tr("Keep as it is"), &dialog);
    go->setProperty("primary", !what.destructive);
    auto* column = new QVBoxLayout(&dialog);
    column->setContentsMargins(space::xl, space::l, space::xl, space::l);
    column->setSpacing(space::l);
    column->addWidget(text);
    if (what.typedCount) {
        auto* typed = new QLineEdit(&dialog);
        typed->setAccessibleName(QObject::tr("Type %1 to go on").arg(*what.typedCount));
        typed->setPlaceholderText(typed->accessibleName());
        go->setEnabled(false);
        QObject::connect(typed, &QLineEdit::textChanged, go,
                         [go, want = QString::number(*what.typedCount)](const QString& t) {
                             go->setEnabled(t.trimmed() == want);
                         });
        column->addWidget(typed);
    }
    auto* buttons = new QHBoxLayout;
    buttons->addStretch();
    buttons->addWidget(stay);
    buttons->addWidget(go);
    column->addLayout(buttons);
    go->setAutoDefault(false);
    stay->setDefault(false);
    stay->setFocus();
    QObject::connect(go, &QPushButton::clicked, &dialog, &QDialog::accept);
    QObject::connect(stay, &QPushButton::clicked, &dialog, &QDialog::reject);
    return dialog.exec() == QDialog::Accepted;
}

std::unique_ptr<Prompts>& holder() {
    static std::unique_ptr<Prompts> current = std::make_unique<DesktopPrompts>();
    return current;
}

template <class T>
T next(std::deque<T>& answers) {
    if (answers.empty()) return {};
    T answer = answers.front();
    answers.pop_front();
    return answer;
}

} // namespace

Prompts& prompts() {
    return *holder();
}

void setPrompts(std::unique_ptr<Prompts> replacement) {
    holder() = replacement ? std::move(replacement) : std::make_unique<DesktopPrompts>();
}

QStringList ScriptedPrompts::openFiles(QWidget*, const QString& title, const QString&) {
    asked << title;
    return next(opens);
}

QString ScriptedPrompts::saveFile(QWidget*, const QString& title, const QString&, const QString&) {
    asked << title;
    return next(saves);
}

bool ScriptedPrompts::confirm(QWidget*, const Confirmation& what) {
    asked << what.button;
    return next(confirms);
}

} // namespace waypost::ui
