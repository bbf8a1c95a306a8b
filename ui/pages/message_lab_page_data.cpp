// What the Message lab asks the engine, and what it does with the answers.
#include "ui/dialogs/prompts.h"
#include "ui/models/row_model.h"
#include "ui/pages/message_lab_page.h"
#include "ui/pages/message_lab_rows.h"
#include "ui/pages/message_lab_view.h"
#include "ui/pages/page_values.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/foreign_text.h"

#include <QDateTime>
#include <QLabel>
#include <QLineEdit>
#include <QStackedWidget>

using namespace Qt::StringLiterals;

namespace waypost::ui {

const engine::MessageLine* MessageLabPage::line(const QString& id) const {
    for (const engine::MessageLine& l : messages_)
        if (qstr(l.id) == id) return &l;
    return nullptr;
}

void MessageLabPage::askList() {
    bridge_.ask(engine::MessagesQuery{}, this, [this](const engine::Snapshot& snapshot) {
        take<engine::Messages>(
            snapshot, [this](const engine::Messages& m) { takeList(m); },
            [this](const Error& e) {
                empty_->set(EmptyState::Kind::CouldNotLook, tr("The stored messages could not be read"),
                            qstr(e.describe()), tr("Try again"));
                empty_->setSecondary({});
                showPane(empty_);
            });
        Q_EMIT listed();
    });
}

void MessageLabPage::takeList(const engine::Messages& messages) {
    messages_ = messages.messages;
    listKnown_ = true;
    if (!current_.isEmpty() && !line(current_)) {
        current_.clear();
        then_.reset();
        now_.reset();
    }
    showList();
    showJob();
    if (current_.isEmpty() && !messages_.empty() && !isPasting())
        return openMessage(qstr(messages_.front().id));
    if (messages_.empty() && !isPasting()) showEmpty();
}

void MessageLabPage::showList() {
    const qint64 now = QDateTime::currentMSecsSinceEpoch();
    std::vector<Row> rows;
    for (const engine::MessageLine& l : messages_)
        if (lab::matches(l, filter_->text())) rows.push_back(lab::messageRow(l, now));
    filling_ = true;
    const bool same =
        static_cast<int>(rows.size()) == model_->rowCount() &&
        std::all_of(rows.begin(), rows.end(), [this](const Row& r) { return model_->rowOf(r.key) >= 0; });
    const bool none = rows.empty() && !messages_.empty();
    if (same) {
        model_->update(rows);
    } else {
        model_->onFetch(
            [this, rows = std::move(rows)](const PageAsk& ask) { model_->page(ask.ticket, rows, false); });
        model_->ask();
        if (const int row = model_->rowOf(current_); row >= 0) list_->selectRow(row);
    }
    filling_ = false;
    filter_->setVisible(!messages_.empty());
    if (none)
        noMatch_->set(
            EmptyState::Kind::NothingMatched, tr("No message matches"),
            tr("None of %1 holds \"%2\".")
                .arg(counted(static_cast<qint64>(messages_.size()), tr("1 message"), tr("%1 messages")),
                     foreign::printable(filter_->text())),
            tr("Clear the filter"));
    listStack_->setCurrentIndex(none ? 1 : 0);
}

void MessageLabPage::openMessage(const QString& id) {
    if (id.isEmpty()) return;
    const bool other = id != current_;
    current_ = id;
    if (other) {
        then_.reset();
        now_.reset();
        failure_.clear();
        showNow_ = false;
    }
    filling_ = true;
    if (const int row = model_->rowOf(id); row >= 0 && list_->currentKey() != id) list_->selectRow(row);
    filling_ = false;
    if (!other && then_) return showPane(view_);
    askMessage();
    Q_EMIT crumbsChanged();
}

void MessageLabPage::askMessage() {
    if (current_.isEmpty()) return;
    const quint64 question = ++question_;
    const std::string id = current_.toStdString();
    const auto taken = [this, question](bool now) {
        return [this, question, now](const engine::Snapshot& snapshot) {
            if (question != question_) return;
            std::shared_ptr<const engine::MessageView>& slot = now ? now_ : then_;
            take<engine::MessageView>(
                snapshot,
                [&](const engine::MessageView& v) { slot = std::make_shared<engine::MessageView>(v); },
                [&](const Error& e) {
                    slot.reset();
                    if (!now) failure_ = e.code == ErrorCode::NotFound ? std::string() : e.describe();
                });
            if (!now) return; // the second answer completes the pair
            if (!then_) {
                if (!isPasting()) showEmpty();
            } else {
                view_->show(then_, now_);
                if (showNow_ && now_) view_->chooseNow(true);
                if (now_) showNow_ = false;
                showJob();
                if (!isPasting()) showPane(view_);
            }
            Q_EMIT messageShown();
        };
    };
    bridge_.ask(engine::MessageQuery{id, false}, this, taken(false));
    bridge_.ask(engine::MessageQuery{id, true}, this, taken(true));
}

// Nothing to show: no message is there, this one is being judged, or it could not be.
void MessageLabPage::showEmpty() {
    using Kind = EmptyState::Kind;
    if (!listKnown_) return showPane(reading_);
    empty_->setSecondary({});
    const engine::MessageLine* l = line(current_);
    if (!l) {
        empty_->set(
            Kind::NotSetUp, tr("No message was opened yet"),
            tr("Open, drop or paste one: it is judged step by step as a receiver would. Nothing is sent; "
               "DNS is asked about the domains it names."),
            tr("Open a message…"));
        empty_->setSecondary(tr("Paste…"));
    } else if (!l->job.empty()) {
        reading_->setText(tr("Judging %1…").arg(foreign::printable(qstr(l->title))));
        return showPane(reading_);
    } else if (!failure_.empty()) {
        empty_->set(Kind::CouldNotLook, tr("The message could not be judged"), qstr(failure_),
                    tr("Judge again"));
    } else {
        empty_->set(Kind::NotSetUp, tr("This message was not judged"),
                    tr("The judgement was stopped or the program ended before it was done."),
                    tr("Judge it now"));
    }
    showPane(empty_);
}

void MessageLabPage::openFiles(const QStringList& files) {
    for (const QString& file : files) {
        engine::CheckMessage command;
        command.file = file.toStdString();
        check(std::move(command));
    }
}

void MessageLabPage::check(engine::CheckMessage command) {
    bridge_.run(std::move(command), this, [this](const engine::Snapshot& snapshot) {
        take<engine::Done>(
            snapshot,
            [this](const engine::Done& done) {
                refused_->hide();
                showNow_ = false;
                if (isPasting()) stack_->setCurrentWidget(reading_);
                current_ = qstr(done.id);
                then_.reset();
                now_.reset();
                failure_.clear();
                filter_->clear();
                reading_->setText(tr("Judging the message…"));
                showPane(reading_);
                askList();
                askMessage();
            },
            [this](const Error& e) { say(qstr(e.text)); });
    });
}

void MessageLabPage::judgeAgain(std::optional<engine::MessageConnection> connection) {
    if (current_.isEmpty()) return;
    showNow_ = true;
    bridge_.run(engine::JudgeAgain{current_.toStdString(), std::move(connection)}, this,
                [this](const engine::Snapshot& snapshot) {
                    take<engine::Done>(
                        snapshot, [this](const engine::Done&) { refused_->hide(); },
                        [this](const Error& e) {
                            showNow_ = false;
                            say(qstr(e.text));
                        });
                });
}

void MessageLabPage::forget() {
    const engine::MessageLine* l = line(current_);
    if (!l) return;
    Confirmation what;
    what.title = tr("Remove a message");
    what.text = tr("\"%1\" and its verdict are deleted from this workspace. Recorded DNS answers stay.")
                    .arg(foreign::printable(qstr(l->title)));
    what.button = tr("Remove 1 message");
    what.destructive = true;
    if (!prompts().confirm(this, what)) return;
    bridge_.run(engine::ForgetMessage{l->id}, this, [this](const engine::Snapshot& snapshot) {
        take<engine::Done>(
            snapshot,
            [this](const engine::Done&) {
                current_.clear();
                then_.reset();
                now_.reset();
                askList();
            },
            [this](const Error& e) { say(qstr(e.text)); });
    });
}

void MessageLabPage::exportView() {
    if (!showsMessage()) return say(tr("There is no judged message to export."));
    const QString file =
        prompts().saveFile(this, tr("Export the evidence"), u"message.zip"_s, tr("Evidence bundles (*.zip)"));
    if (file.isEmpty()) return;
    exportJob_.clear();
    engine::ExportBundle command{current_.toStdString(), file.toStdString(), view_->showsNow()};
    bridge_.run(std::move(command), this, [this](const engine::Snapshot& snapshot) {
        take<engine::Done>(
            snapshot, [this](const engine::Done& done) { exportJob_ = done.id; },
            [this](const Error& e) { say(qstr(e.text)); });
    });
}

void MessageLabPage::jobChanged(const engine::JobView& job) {
    if (job.kind == "bundle" && (exportJob_.empty() || job.id == exportJob_) &&
        !jobIsActive(jobInfo(job, {}))) {
        exportJob_.clear();
        return say(qstr(job.text), job.state == engine::JobState::Done);
    }
    if (job.kind != "message") return;
    if (jobIsActive(jobInfo(job, {})))
        jobs_[qstr(job.id)] = job;
    else
        jobs_.remove(qstr(job.id));
    const engine::MessageLine* l = line(current_);
    if (l && l->job == job.id && job.state == engine::JobState::Failed) failure_ = job.text;
    showJob();
    if (!jobs_.contains(qstr(job.id))) askList();
}

void MessageLabPage::showJob() {
    const engine::MessageLine* l = line(current_);
    const auto running = l ? jobs_.constFind(qstr(l->job)) : jobs_.cend();
    view_->setJob(running == jobs_.cend() ? nullptr : &*running);
}

} // namespace waypost::ui
