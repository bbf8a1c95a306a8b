// TranscriptView: one conversation (SMTP, IMAP, DNS, HTTP) line by line: when, who spoke, what. Read-only,
// plain text; secrets were masked where the lines were recorded.
#pragma once

#include <QTableView>
#include <QWidget>

#include <vector>

namespace waypost::ui {

struct TranscriptLine {
    enum class Who { Client, Server, Note };
    qint64 atMs = 0; // since the conversation's start
    Who who = Who::Note;
    QString text; // foreign
    bool problem = false;
};

class TranscriptView : public QWidget {
    Q_OBJECT
  public:
    explicit TranscriptView(QWidget* parent = nullptr);
    void setLines(const std::vector<TranscriptLine>& lines);
    [[nodiscard]] QString asText() const; // "+0.012 S: 220 ..." for copies and exports
    [[nodiscard]] QTableView* table() const { return table_; }

  Q_SIGNALS:
    void lineActivated(int index);

  private:
    class Model;
    Model* model_;
    QTableView* table_;
};

} // namespace waypost::ui
