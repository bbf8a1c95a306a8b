#include "ui/pages/placement_seed_editor.h"

#include "ui/dialogs/prompts.h"
#include "ui/pages/choice_delegate.h"
#include "ui/pages/page_values.h"
#include "ui/pages/placement_rows.h"
#include "ui/pages/placement_seed_model.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/widgets/foreign_text.h"

#include <QComboBox>
#include <QFile>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QTableView>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {
constexpr qint64 csvLimit = 4'000'000;
constexpr int problemsHeight = 78;
constexpr int columnWidths[] = {40, 180, 84, 140, 56, 84, 130, 120, 80};
} // namespace

SeedEditor::SeedEditor(EngineBridge& bridge, QWidget* parent)
    : QWidget(parent), bridge_(bridge), model_(new SeedModel(this)) {
    build();
    connectParts();
    openList({});
}

void SeedEditor::build() {
    table_ = new QTableView;
    table_->setModel(model_);
    table_->setShowGrid(false);
    table_->setSelectionBehavior(QAbstractItemView::SelectRows);
    table_->setAccessibleName(tr("Seeds of the list"));
    table_->setTextElideMode(Qt::ElideMiddle);
    table_->verticalHeader()->hide();
    table_->verticalHeader()->setDefaultSectionSize(space::rowComfortable + 4);
    table_->horizontalHeader()->setHighlightSections(false);
    table_->horizontalHeader()->setStretchLastSection(true);
    table_->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    for (int i = 0; i < SeedModel::ColumnCount; ++i) table_->setColumnWidth(i, columnWidths[i]);
    table_->setItemDelegateForColumn(SeedModel::Tls,
                                     new ChoiceDelegate({u"implicit"_s, u"starttls"_s, u"none"_s}, table_));
    sentence_ = foreign::label({});
    sentence_->setWordWrap(true);
    sentence_->hide();
    problems_ = new QListWidget;
    problems_->setFixedHeight(problemsHeight);
    problems_->setAccessibleName(tr("Lines of the CSV that were left out"));
    problems_->hide();
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(space::m, 0, 0, 0);
    column->setSpacing(space::s);
    column->addWidget(buildTop());
    column->addWidget(sentence_);
    column->addWidget(problems_);
    column->addWidget(table_, 1);
    column->addWidget(buildButtons());
    column->addWidget(buildPassword());
}

QWidget* SeedEditor::buildTop() {
    auto* head = new QLabel(tr("Seed list"));
    head->setFont(Theme::current().section());
    chooser_ = new QComboBox;
    chooser_->setAccessibleName(tr("Seed list to edit"));
    chooser_->setMinimumWidth(180);
    name_ = new QLineEdit;
    name_->setPlaceholderText(tr("Name of the list"));
    name_->setAccessibleName(tr("Name of the list"));
    import_ = new QPushButton(icon(u"import"), tr("Import CSV…"));
    import_->setToolTip(tr("Columns address and imap_host are needed; a list of the same name is replaced"));
    close_ = new QPushButton(tr("Close"));
    auto* top = new QWidget;
    auto* row = new QHBoxLayout(top);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(space::s);
    row->addWidget(head);
    row->addWidget(chooser_);
    row->addWidget(name_, 1);
    row->addWidget(import_);
    row->addWidget(close_);
    return top;
}

QWidget* SeedEditor::buildButtons() {
    add_ = new QPushButton(icon(u"plus"), tr("Add a seed"));
    duplicate_ = new QPushButton(icon(u"copy"), tr("Duplicate"));
    remove_ = new QPushButton(icon(u"minus"), tr("Remove"));
    removeList_ = new QPushButton(icon(u"trash"), tr("Delete the list"));
    save_ = new QPushButton;
    save_->setProperty("primary", true);
    auto* box = new QWidget;
    auto* row = new QHBoxLayout(box);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(space::s);
    for (QPushButton* b : {add_, duplicate_, remove_}) row->addWidget(b);
    row->addStretch();
    row->addWidget(removeList_);
    row->addWidget(save_);
    return box;
}

QWidget* SeedEditor::buildPassword() {
    passwordFor_ = foreign::label({});
    password_ = new QLineEdit;
    password_->setEchoMode(QLineEdit::Password);
    password_->setAccessibleName(tr("Mailbox password"));
    password_->setPlaceholderText(tr("goes to the secret store and is never shown again"));
    storePassword_ = new QPushButton(tr("Store the password"));
    auto* box = new QWidget;
    auto* row = new QHBoxLayout(box);
    row->setContentsMargins(0, 0, 0, space::s);
    row->setSpacing(space::s);
    row->addWidget(passwordFor_);
    row->addWidget(password_, 1);
    row->addWidget(storePassword_);
    return box;
}

void SeedEditor::connectParts() {
    connect(add_, &QPushButton::clicked, this, [this] {
        engine::SeedLine fresh;
        fresh.tls = "implicit";
        edit(model_->add(fresh));
    });
    connect(duplicate_, &QPushButton::clicked, this, [this] {
        if (currentRow() >= 0) edit(model_->duplicate(currentRow()));
    });
    connect(remove_, &QPushButton::clicked, this, [this] {
        const auto before = model_->seeds();
        QList<int> rows;
        for (const QModelIndex& i : table_->selectionModel()->selectedRows()) rows << i.row();
        model_->remove(rows);
        Q_EMIT undoOffered(
            counted(rows.size(), tr("1 seed removed from the list"), tr("%1 seeds removed from the list")),
            [this, before] { model_->setSeeds(before); });
    });
    connect(import_, &QPushButton::clicked, this, &SeedEditor::chooseCsv);
    connect(close_, &QPushButton::clicked, this, &SeedEditor::closed);
    connect(save_, &QPushButton::clicked, this, &SeedEditor::save);
    connect(removeList_, &QPushButton::clicked, this, &SeedEditor::removeList);
    connect(storePassword_, &QPushButton::clicked, this, &SeedEditor::storePassword);
    connect(password_, &QLineEdit::returnPressed, this, &SeedEditor::storePassword);
    connect(chooser_, &QComboBox::activated, this,
            [this](int index) { openList(chooser_->itemData(index).toString()); });
    connect(model_, &SeedModel::edited, this, [this] {
        dirty_ = true;
        refreshButtons();
    });
    connect(name_, &QLineEdit::textEdited, this, [this] {
        dirty_ = true;
        refreshButtons();
    });
    connect(password_, &QLineEdit::textChanged, this, &SeedEditor::refreshButtons);
    connect(table_->selectionModel(), &QItemSelectionModel::selectionChanged, this,
            &SeedEditor::refreshButtons);
}

void SeedEditor::setLists(const std::vector<engine::SeedList>& lists) {
    lists_ = lists;
    chooser_->clear();
    for (const engine::SeedList& l : lists_) chooser_->addItem(foreign::printable(qstr(l.name)), qstr(l.id));
    chooser_->addItem(tr("New list"), QString());
    if (!wanted_.isEmpty()) return openList(wanted_);
    if (!dirty_) return openList(id_);
    chooser_->setCurrentIndex(std::max(0, chooser_->findData(id_)));
}

void SeedEditor::openList(QString id) { // NOLINT(performance-unnecessary-value-param): may be our own wanted_
    const int row = table_->currentIndex().row();
    const bool same = id == id_;
    id_ = id;
    wanted_ = id;
    engine::SeedList list;
    for (const engine::SeedList& l : lists_)
        if (qstr(l.id) == id) {
            list = l;
            wanted_.clear();
        }
    name_->setText(qstr(list.name));
    model_->setSeeds(list.seeds);
    if (model_->rowCount() > 0) table_->selectRow(same ? std::clamp(row, 0, model_->rowCount() - 1) : 0);
    chooser_->setCurrentIndex(std::max(0, chooser_->findData(id)));
    dirty_ = false;
    if (!same) say({}, false);
    password_->clear();
    refreshButtons();
}

int SeedEditor::currentRow() const {
    const int row = table_->currentIndex().row();
    return row < model_->rowCount() ? row : -1;
}

void SeedEditor::edit(int row) {
    table_->selectRow(row);
    const QModelIndex cell = model_->index(row, SeedModel::Address);
    table_->setCurrentIndex(cell);
    table_->edit(cell);
}

void SeedEditor::refreshButtons() {
    const int row = currentRow();
    const auto seeds = model_->seeds().size();
    save_->setText(
        counted(static_cast<qint64>(seeds), tr("Save the list of 1 seed"), tr("Save the list of %1 seeds")));
    save_->setEnabled(dirty_ && !name_->text().trimmed().isEmpty());
    save_->setToolTip(name_->text().trimmed().isEmpty() ? tr("The list needs a name")
                      : dirty_                          ? QString()
                                                        : tr("Nothing has changed"));
    removeList_->setEnabled(!id_.isEmpty());
    duplicate_->setEnabled(row >= 0);
    remove_->setEnabled(table_->selectionModel()->hasSelection());
    const QString secret = row < 0 ? QString() : model_->secretName(row);
    passwordFor_->setText(secret.isEmpty() ? tr("Choose a seed to store its mailbox password")
                                           : tr("Password for %1").arg(foreign::printable(secret)));
    password_->setEnabled(!secret.isEmpty());
    storePassword_->setEnabled(!secret.isEmpty() && !password_->text().isEmpty());
}

void SeedEditor::say(const QString& sentence, bool problem) {
    sayWith(sentence, problem ? Outcome::Bounced : Outcome::Accepted);
}

void SeedEditor::sayWith(const QString& sentence, Outcome mark) {
    sentence_->setText(sentence.isEmpty() ? QString()
                                          : outcomeGlyph(mark) + u"  "_s + foreign::printable(sentence));
    sentence_->setVisible(!sentence.isEmpty());
    problems_->clear();
    problems_->hide();
}

void SeedEditor::save() {
    engine::SeedList list{id_.toStdString(), name_->text().trimmed().toStdString(), model_->seeds()};
    bridge_.run(engine::SaveSeedList{std::move(list)}, this, [this](const engine::Snapshot& s) {
        ui::take<engine::Done>(
            s,
            [this](const engine::Done& done) {
                dirty_ = false;
                id_ = qstr(done.id);
                wanted_ = id_;
                say(tr("The list is saved."), false);
                refreshButtons();
            },
            [this](const Error& e) { say(qstr(e.describe()), true); });
        Q_EMIT changed();
    });
}

void SeedEditor::removeList() {
    engine::SeedList removed;
    for (const engine::SeedList& l : lists_)
        if (qstr(l.id) == id_) removed = l;
    bridge_.run(engine::DeleteSeedList{id_.toStdString()}, this, [this, removed](const engine::Snapshot& s) {
        if (const Error* e = std::get_if<Error>(&s)) return say(qstr(e->text), true);
        openList({});
        Q_EMIT changed();
        Q_EMIT undoOffered(
            tr("Seed list %1 deleted; its runs stay").arg(foreign::printable(qstr(removed.name))),
            [this, removed] {
                bridge_.run(engine::SaveSeedList{removed}, this,
                            [this](const engine::Snapshot&) { Q_EMIT changed(); });
            });
    });
}

void SeedEditor::storePassword() {
    if (currentRow() < 0 || password_->text().isEmpty()) return;
    const QString name = model_->secretName(currentRow());
    engine::PutSecret command{name.toStdString(), Secret(password_->text().toStdString())};
    password_->clear();
    bridge_.run(std::move(command), this, [this, name](const engine::Snapshot& s) {
        if (const Error* e = std::get_if<Error>(&s)) return say(qstr(e->text), true);
        model_->passwordStored(name);
        say(tr("The password of %1 is in the secret store.").arg(name), false);
    });
}

void SeedEditor::chooseCsv() {
    const QStringList files =
        prompts().openFiles(this, tr("Seed list to import"), tr("Seed lists (*.csv);;All files (*)"));
    if (!files.isEmpty()) importFile(files.constFirst());
}

void SeedEditor::importFile(const QString& file) {
    QFile in(file);
    if (!in.open(QIODevice::ReadOnly))
        return say(tr("%1 could not be read: %2.").arg(QFileInfo(file).fileName(), in.errorString()), true);
    if (in.size() > csvLimit)
        return say(tr("%1 has %2 bytes; a seed list may have %3.")
                       .arg(QFileInfo(file).fileName())
                       .arg(in.size())
                       .arg(csvLimit),
                   true);
    const QByteArray bytes = in.readAll();
    engine::ImportSeeds command{QFileInfo(file).completeBaseName().toStdString(), bytes.toStdString()};
    bridge_.run(std::move(command), this, [this, file](const engine::Snapshot& s) {
        ui::take<engine::SeedsImported>(
            s, [this, file](const engine::SeedsImported& result) { imported(result, file); },
            [this](const Error& e) {
                say(tr("Nothing was imported. %1").arg(qstr(e.describe())), true);
                Q_EMIT changed();
            });
    });
}

void SeedEditor::imported(const engine::SeedsImported& result, const QString& file) {
    dirty_ = false;
    openList(qstr(result.listId));
    const auto left = static_cast<int>(result.problems.size());
    const QString name = QFileInfo(file).fileName();
    const QString added = counted(result.added, tr("1 seed"), tr("%1 seeds"));
    QString words = tr("%1 imported from %2.").arg(added, name);
    if (left > 0)
        words = tr("%1 imported from %2; %3 left out:")
                    .arg(added, name, counted(left, tr("1 line was"), tr("%1 lines were")));
    sayWith(words, left > 0 ? Outcome::Deferred : Outcome::Accepted);
    for (const engine::CsvProblem& p : result.problems)
        problems_->addItem(tr("line %1: %2").arg(p.line).arg(foreign::printable(qstr(p.text))));
    problems_->setVisible(left > 0);
    Q_EMIT changed();
}

} // namespace waypost::ui
