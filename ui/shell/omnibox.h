// Omnibox: the palette (Ctrl+K). Objects first, then commands with category and key, then whatever a provider
// offers to look up for the typed text. What was chosen lately comes first while nothing is typed. Nothing
// exists only here.
#pragma once

#include <QFrame>
#include <QString>

#include <functional>
#include <memory>
#include <vector>

class QLineEdit;
class QListWidget;
class QLabel;

namespace waypost::ui {

struct PaletteItem {
    enum class Group { Object, Command, LookUp };
    Group group = Group::Command;
    QString id;       // stable, for recents
    QString title;    // "gmail.com", "New placement test"; foreign text allowed
    QString category; // "Domain", "Placement"
    QString keys;     // "Ctrl+N"
    QString icon;
    std::function<void()> run;
};

// A source of items. offer() is called on the GUI thread for each keystroke: it must answer from memory.
class PaletteProvider {
  public:
    virtual ~PaletteProvider() = default;
    virtual std::vector<PaletteItem> offer(const QString& typed) = 0;
};

// Letters in order, word starts and runs count more; below 0: no match.
int fuzzyScore(const QString& typed, const QString& text);

class Omnibox : public QFrame {
    Q_OBJECT
  public:
    static constexpr int shownLimit = 40;

    explicit Omnibox(QWidget* window);
    void addProvider(std::shared_ptr<PaletteProvider> provider);
    void popUp(const QString& text = {});
    void dismiss();
    [[nodiscard]] std::vector<PaletteItem> matches(const QString& typed) const;
    [[nodiscard]] QStringList recents() const { return recents_; }
    void setRecents(const QStringList& ids) { recents_ = ids; }

  Q_SIGNALS:
    void ran(const QString& id);

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    void refill();
    void runCurrent();
    void place();
    QLineEdit* field_;
    QListWidget* list_;
    QLabel* none_;
    std::vector<std::shared_ptr<PaletteProvider>> providers_;
    std::vector<PaletteItem> shown_;
    QStringList recents_;
};

} // namespace waypost::ui
