// What the Message lab's tables show, and what it copies: pure functions from the engine's values. GUI
// thread.
#pragma once

#include "engine/values.h"
#include "ui/models/row_model.h"

#include <QString>
#include <QTimeZone>

#include <vector>

namespace waypost::ui::lab {

// "pass: 192.0.2.1 is in …" as its word and the rest; without the word of a result that of the state.
struct Headline {
    QString word, rest;
};
Headline headlineOf(const engine::MessageStep& step);

std::vector<Column> messageColumns();
Row messageRow(const engine::MessageLine& line, qint64 now);
// Every word of `typed` is somewhere in title, sender, source or verdict.
bool matches(const engine::MessageLine& line, const QString& typed);

std::vector<Column> stepColumns();
// `other`: the same message judged with DNS of the other time; null: not known.
std::vector<Row> stepRows(const engine::MessageView& view, const engine::MessageView* other);
int differences(const engine::MessageView& view, const engine::MessageView& other);

std::vector<Column> hopColumns();
std::vector<Row> hopRows(const engine::MessageView& view, const QTimeZone& zone);
std::vector<Column> answerColumns();
std::vector<Row> answerRows(const engine::MessageView& view, const QTimeZone& zone);
std::vector<Column> claimColumns();
std::vector<Row> claimRows(const engine::MessageView& view); // key: index of the claim, ":", of the method

// A step, a hop, a part or an answer as one explanation tree.
std::vector<engine::Node> hopTree(const engine::MessageHop& hop);
std::vector<engine::Node> answerTree(const engine::AnswerView& answer, int document);
std::vector<engine::Node> claimTree(const engine::MessageClaim& claim);

QString bytesText(qint64 bytes);
QString connectionText(const engine::MessageConnection& connection);
QString asMarkdown(const engine::MessageView& view);
QString asDig(const engine::MessageView& view); // one line a question

} // namespace waypost::ui::lab
