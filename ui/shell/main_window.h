// MainWindow: the frame of every screen: rail, header, page bar (breadcrumb and time range), content, status
// strip. It knows no engine; the owner adds pages and feeds jobs, segments and palette items. GUI thread
// only.
#pragma once

#include "ui/shell/header_bar.h"
#include "ui/shell/layout_store.h"
#include "ui/shell/nav_rail.h"
#include "ui/shell/omnibox.h"
#include "ui/widgets/page.h"

#include <QMainWindow>
#include <QTimer>

#include <memory>
#include <vector>

class QLabel;
class QStackedWidget;

namespace waypost::ui {

class Breadcrumb;
class KeysHelp;
class StatusStrip;
class TimeRangeControl;
class UndoBar;

class MainWindow : public QMainWindow {
    Q_OBJECT
  public:
    static constexpr QSize smallest{1100, 700};
    static constexpr QSize usual{1440, 900};

    // `layoutFile`: where window state lives; `now` is the clock (UTC ms) of ranges and ages.
    explicit MainWindow(const QString& layoutFile, std::function<qint64()> now = {},
                        QWidget* parent = nullptr);
    ~MainWindow() override;

    // `shortcut` like "Ctrl+1", may be empty. The first page added is shown. The window owns the widget.
    void addPage(const QString& id, const QString& title, const QString& icon, QWidget* page,
                 const QString& shortcut, NavRail::Section section = NavRail::Section::Main);
    void openPage(const QString& id);
    [[nodiscard]] QString currentPage() const { return current_; }
    [[nodiscard]] QWidget* page(const QString& id) const;

    void setWorkspace(const QString& name, WorkspaceKind kind);
    // A command reaches the menu-less window through palette, keys and help: id, category, title, keys.
    void addCommand(const QString& id, const QString& category, const QString& title, const QString& keys,
                    std::function<void()> run);
    void offerUndo(const QString& sentence, std::function<void()> undo);
    void showKeys();
    void goBack();                // Esc: one level
    void nextPane(int direction); // F6, Shift+F6: tables, trees, charts and raw text, then the rail
    void saveLayout();
    void resetLayout();

    [[nodiscard]] HeaderBar* header() const { return header_; }
    [[nodiscard]] NavRail* rail() const { return rail_; }
    [[nodiscard]] StatusStrip* strip() const { return strip_; }
    [[nodiscard]] Omnibox* omnibox() const { return omnibox_; }
    [[nodiscard]] TimeRangeControl* timeRange() const { return range_; }
    [[nodiscard]] Breadcrumb* breadcrumb() const { return crumbs_; }
    [[nodiscard]] LayoutStore& layoutStore() { return store_; }
    [[nodiscard]] UndoBar* undoBar() const { return undo_; }
    [[nodiscard]] KeysHelp* keysHelp() const { return help_; }

  Q_SIGNALS:
    void pageOpened(const QString& id);
    void segmentOpened(const QString& id);

  protected:
    void closeEvent(QCloseEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

  private:
    struct Entry {
        QString id, title, iconName, keys;
        QWidget* widget;
    };
    struct Command {
        PaletteItem item;
    };
    class Commands;
    void buildFrame();
    void wirePage(Page* page);
    void addStandardCommands();
    void showPage(const Entry& entry);
    void giveRange(Page* page);
    void refreshCrumbs();
    void restoreLayout();
    [[nodiscard]] Page* currentAsPage() const;
    [[nodiscard]] const Entry* entry(const QString& id) const;
    bool windowKey(class QKeyEvent& event);
    void placeFrame();

    LayoutStore store_;
    HeaderBar* header_;
    NavRail* rail_;
    QWidget* bar_;
    Breadcrumb* crumbs_;
    TimeRangeControl* range_;
    QLabel* noRange_;
    QStackedWidget* stack_;
    StatusStrip* strip_;
    Omnibox* omnibox_;
    UndoBar* undo_;
    KeysHelp* help_;
    QWidget* tint_; // the 4 px frame of a production workspace
    std::vector<Entry> pages_;
    std::shared_ptr<Commands> commands_;
    QString current_;
    QStringList trail_; // pages visited before, for Alt+Left
    QTimer saveSoon_;
};

} // namespace waypost::ui
