// The Message lab: messages on the left; on the right one of them judged step by step, a pane to paste into,
// or why there is nothing. Files can be dropped anywhere on it. GUI thread.
#pragma once

#include "engine/values.h"
#include "ui/bridge/engine_bridge.h"
#include "ui/widgets/page.h"

#include <QHash>
#include <QTimer>

#include <memory>

class QLabel;
class QLineEdit;
class QPushButton;
class QSplitter;
class QStackedWidget;

namespace waypost::ui {

class DataTable;
class EmptyState;
class MessageDropOverlay;
class MessageLabView;
class PastePane;
class RowModel;

class MessageLabPage : public Page {
    Q_OBJECT
  public:
    explicit MessageLabPage(EngineBridge& bridge, QWidget* parent = nullptr);

    [[nodiscard]] QStringList crumbs() const override;
    bool goBack() override;
    [[nodiscard]] std::vector<KeyHelp> keys() const override;
    void setTimeRange(const ResolvedRange& range, const QTimeZone& zone) override;
    void refresh() override;
    void focusFilter() override;
    void exportView() override;
    [[nodiscard]] QByteArray saveLayout() const override;
    void restoreLayout(const QByteArray& state) override;

    // A message id, "open" (asks for a file), "paste", "file:PATH", or "seed:RUN/SEED".
    void open(const QString& object);
    void openMessage(const QString& id);
    void openFiles(const QStringList& files);
    void chooseFile();
    void paste(); // the pane, with what is on the clipboard

    [[nodiscard]] DataTable* list() const { return list_; }
    [[nodiscard]] QLineEdit* filter() const { return filter_; }
    [[nodiscard]] MessageLabView* lab() const { return view_; }
    [[nodiscard]] PastePane* pastePane() const { return paste_; }
    [[nodiscard]] EmptyState* empty() const { return empty_; }
    [[nodiscard]] EmptyState* nothingMatched() const { return noMatch_; }
    [[nodiscard]] MessageDropOverlay* overlay() const { return overlay_; }
    [[nodiscard]] QPushButton* openButton() const { return open_; }
    [[nodiscard]] QPushButton* pasteButton() const { return pasteButton_; }
    [[nodiscard]] QString current() const { return current_; }
    [[nodiscard]] QString refused() const;
    [[nodiscard]] bool showsMessage() const;
    [[nodiscard]] const std::vector<engine::MessageLine>& messages() const { return messages_; }

  Q_SIGNALS:
    void listed();
    void messageShown(); // a judgement was taken over, or there is none

  protected:
    void keyPressEvent(QKeyEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dragLeaveEvent(QDragLeaveEvent* event) override;
    void dropEvent(QDropEvent* event) override;

  private:
    QWidget* buildList();
    void connectParts();
    void askList();
    void takeList(const engine::Messages& messages);
    void showList();
    void askMessage();
    void showEmpty();
    void showJob();
    void jobChanged(const engine::JobView& job);
    void check(engine::CheckMessage command);
    void judgeAgain(std::optional<engine::MessageConnection> connection);
    void forget();
    void say(const QString& sentence, bool good = false); // why not, or that it is done
    [[nodiscard]] const engine::MessageLine* line(const QString& id) const;
    [[nodiscard]] bool isPasting() const;
    void showPane(QWidget* pane);

    EngineBridge& bridge_;
    QPushButton* open_ = nullptr;
    QPushButton* pasteButton_ = nullptr;
    QLineEdit* filter_ = nullptr;
    QLabel* refused_ = nullptr;
    QLabel* hint_ = nullptr;
    DataTable* list_ = nullptr;
    RowModel* model_ = nullptr;
    EmptyState* noMatch_ = nullptr;
    QStackedWidget* listStack_ = nullptr;
    QSplitter* columns_ = nullptr;
    QStackedWidget* stack_ = nullptr;
    MessageLabView* view_ = nullptr;
    PastePane* paste_ = nullptr;
    EmptyState* empty_ = nullptr;
    QLabel* reading_ = nullptr;
    MessageDropOverlay* overlay_ = nullptr;

    std::vector<engine::MessageLine> messages_;
    bool listKnown_ = false;
    QString current_;
    std::shared_ptr<const engine::MessageView> then_, now_;
    std::string failure_; // why the current message could not be read or judged
    std::string exportJob_;
    bool showNow_ = false; // the new judgement is wanted when it comes
    bool filling_ = false;
    QHash<QString, engine::JobView> jobs_; // running ones
    quint64 question_ = 0;
    QTimer ages_;
};

} // namespace waypost::ui
