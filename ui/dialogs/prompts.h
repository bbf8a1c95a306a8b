// Prompts: the one seam through which the window asks a person: file names and confirmations. Tests answer
// instead.
#pragma once

#include <QString>
#include <QStringList>

#include <deque>
#include <functional>
#include <memory>
#include <optional>

class QWidget;

namespace waypost::ui {

struct Confirmation {
    QString title;
    QString text;   // what will happen, to what; plain text
    QString button; // names the effect and the count: "Send to 42 seed addresses"
    bool destructive = false;
    std::optional<qulonglong> typedCount; // when set, the person must type this number
};

class Prompts {
  public:
    virtual ~Prompts() = default;
    // Empty: the person gave up.
    virtual QStringList openFiles(QWidget* parent, const QString& title, const QString& nameFilter) = 0;
    virtual QString saveFile(QWidget* parent, const QString& title, const QString& name,
                             const QString& nameFilter) = 0;
    virtual bool confirm(QWidget* parent, const Confirmation& what) = 0;
};

Prompts& prompts();                                    // the desktop's own unless replaced
void setPrompts(std::unique_ptr<Prompts> replacement); // null: back to the desktop's own

// Answers in order; an unexpected question is recorded and refused.
class ScriptedPrompts : public Prompts {
  public:
    std::deque<QStringList> opens;
    std::deque<QString> saves;
    std::deque<bool> confirms;
    QStringList asked; // the title or button of each question, in order

    QStringList openFiles(QWidget*, const QString& title, const QString&) override;
    QString saveFile(QWidget*, const QString& title, const QString&, const QString&) override;
    bool confirm(QWidget*, const Confirmation& what) override;
};

} // namespace waypost::ui
