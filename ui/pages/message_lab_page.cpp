#include "ui/pages/message_lab_page.h"

#include "ui/delegates/cell_delegates.h"
#include "ui/dialogs/prompts.h"
#include "ui/models/row_model.h"
#include "ui/pages/delivery_drop.h"
#include "ui/pages/message_lab_drop.h"
#include "ui/pages/message_lab_panes.h"
#include "ui/pages/message_lab_rows.h"
#include "ui/pages/message_lab_view.h"
#include "ui/pages/page_values.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/foreign_text.h"

#include <QApplication>
#include <QClipboard>
#include <QDataStream>
#include <QDragEnterEvent>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QIODevice>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QMimeData>
#include <QPushButton>
#include <QSplitter>
#include <QStackedWidget>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {
constexpr int ageEveryMs = 15'000;
} // namespace

MessageLabPage::MessageLabPage(EngineBridge& bridge, QWidget* parent) : Page(parent), bridge_(bridge) {
    view_ = new MessageLabView;
    paste_ = new PastePane;
    empty_ = new EmptyState;
    reading_ = new QLabel(tr("Reading the stored messages…"));
    reading_->setProperty("role", u"muted"_s);
    reading_->setAlignment(Qt::AlignCenter);
    stack_ = new QStackedWidget;
    for (QWidget* w : {static_cast<QWidget*>(reading_), static_cast<QWidget*>(empty_),
                       static_cast<QWidget*>(view_), static_cast<QWidget*>(paste_)})
        stack_->addWidget(w);
    columns_ = new QSplitter;
    columns_->addWidget(buildList());
    columns_->addWidget(stack_);
    columns_->setStretchFactor(1, 1);
    columns_->setSizes({330, 900});
    columns_->setChildrenCollapsible(false);
    auto* row = new QVBoxLayout(this);
    row->setContentsMargins(space::l, 0, space::m, space::s);
    row->addWidget(columns_);
    overlay_ = new MessageDropOverlay(this);
    setAcceptDrops(true);
    setFocusProxy(list_);
    connectParts();
    askList();
}

QWidget* MessageLabPage::buildList() {
    open_ = new QPushButton(icon(u"open"), tr("Open…"));
    open_->setToolTip(tr("A message file (.eml); files can also be dropped anywhere here"));
    pasteButton_ = new QPushButton(icon(u"edit"), tr("Paste…"));
    pasteButton_->setToolTip(tr("Headers or the source of a whole message (Ctrl+V)"));
    filter_ = new QLineEdit;
    filter_->setPlaceholderText(tr("Subject, sender, verdict"));
    filter_->setAccessibleName(tr("Filter the messages"));
    filter_->setClearButtonEnabled(true);
    filter_->addAction(icon(u"search"), QLineEdit::LeadingPosition);
    refused_ = foreign::label({});
    refused_->setWordWrap(true);
    refused_->setProperty("role", u"error"_s);
    refused_->hide();
    model_ = new RowModel(lab::messageColumns(), this);
    list_ = new DataTable;
    list_->setAccessibleName(tr("Messages, newest first"));
    list_->setRows(model_);
    list_->setSortingEnabled(false);
    list_->setSelectionMode(QAbstractItemView::SingleSelection);
    list_->setTextElideMode(Qt::ElideRight);
    list_->horizontalHeader()->setStretchLastSection(false);
    list_->horizontalHeader()->setSectionResizeMode(0, QHeaderView::Stretch);
    list_->setItemDelegateForColumn(1, new OutcomeDelegate(list_));
    noMatch_ = new EmptyState;
    listStack_ = new QStackedWidget;
    listStack_->addWidget(list_);
    listStack_->addWidget(noMatch_);
    hint_ = new QLabel(tr("Drop .eml files anywhere on this page."));
    hint_->setProperty("role", u"muted"_s);
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(space::s);
    buttons->addWidget(open_, 1);
    buttons->addWidget(pasteButton_, 1);
    auto* side = new QWidget;
    auto* column = new QVBoxLayout(side);
    column->setContentsMargins(0, 0, space::s, 0);
    column->setSpacing(space::s);
    column->addLayout(buttons);
    column->addWidget(filter_);
    column->addWidget(refused_);
    column->addWidget(listStack_, 1);
    column->addWidget(hint_);
    side->setMinimumWidth(260);
    return side;
}

void MessageLabPage::connectParts() {
    connect(open_, &QPushButton::clicked, this, &MessageLabPage::chooseFile);
    connect(pasteButton_, &QPushButton::clicked, this, &MessageLabPage::paste);
    connect(filter_, &QLineEdit::textChanged, this, &MessageLabPage::showList);
    connect(noMatch_, &EmptyState::actionClicked, filter_, &QLineEdit::clear);
    connect(list_, &DataTable::rowCurrent, this, [this](const QString& id) {
        if (!filling_) openMessage(id);
    });
    connect(list_, &QTableView::clicked, this, [this] { openMessage(list_->currentKey()); });
    connect(empty_, &EmptyState::actionClicked, this, [this] {
        if (empty_->kind() == EmptyState::Kind::NotSetUp && current_.isEmpty()) return chooseFile();
        if (current_.isEmpty()) return refresh();
        judgeAgain(std::nullopt);
    });
    connect(empty_, &EmptyState::secondaryClicked, this, &MessageLabPage::paste);
    connect(paste_, &PastePane::cancelled, this, [this] { goBack(); });
    connect(paste_, &PastePane::pasted, this,
            [this](const QString& text, const engine::MessageConnection& connection) {
                engine::CheckMessage command;
                command.bytes = text.toUtf8().toStdString();
                command.connection = connection;
                check(std::move(command));
            });
    connect(view_, &MessageLabView::judgeAgainAsked, this, [this] { judgeAgain(std::nullopt); });
    connect(view_, &MessageLabView::connectionGiven, this,
            [this](const engine::MessageConnection& c) { judgeAgain(c); });
    connect(view_, &MessageLabView::exportAsked, this, &MessageLabPage::exportView);
    connect(view_, &MessageLabView::forgetAsked, this, &MessageLabPage::forget);
    connect(view_, &MessageLabView::cancelAsked, this,
            [this](const QString& id) { bridge_.run(engine::CancelJob{id.toStdString()}, this, {}); });
    connect(&bridge_, &EngineBridge::jobChanged, this, &MessageLabPage::jobChanged);
    connect(&bridge_, &EngineBridge::dataChanged, this, [this](const QString& what, const QString& object) {
        if (what != "messages"_L1) return;
        askList();
        if (object.isEmpty() || object == current_) askMessage();
    });
    connect(&ages_, &QTimer::timeout, this, &MessageLabPage::showList);
    ages_.start(ageEveryMs);
}

QStringList MessageLabPage::crumbs() const {
    if (isPasting()) return {tr("Paste")};
    const engine::MessageLine* l = line(current_);
    return l ? QStringList{foreign::printable(qstr(l->title))} : QStringList();
}

bool MessageLabPage::goBack() {
    if (!isPasting()) return false;
    if (view_->view())
        showPane(view_);
    else
        showEmpty();
    return true;
}

std::vector<KeyHelp> MessageLabPage::keys() const {
    return {{u"o"_s, tr("open a message file")},
            {u"Ctrl+V"_s, tr("paste headers or a message")},
            {u"t"_s, tr("DNS as it was then, as it is now")},
            {u"/"_s, tr("filter the messages")},
            {u"j k"_s, tr("next, previous message or step")},
            {u"e"_s, tr("next step with a problem")}};
}

void MessageLabPage::setTimeRange(const ResolvedRange&, const QTimeZone& zone) {
    view_->setZone(zone);
}

void MessageLabPage::refresh() {
    askList();
    askMessage();
}

void MessageLabPage::focusFilter() {
    filter_->setFocus(Qt::ShortcutFocusReason);
    filter_->selectAll();
}

bool MessageLabPage::isPasting() const {
    return stack_->currentWidget() == static_cast<QWidget*>(paste_);
}

void MessageLabPage::showPane(QWidget* shown) {
    stack_->setCurrentWidget(shown);
    Q_EMIT crumbsChanged();
}

bool MessageLabPage::showsMessage() const {
    return stack_->currentWidget() == static_cast<QWidget*>(view_);
}

QString MessageLabPage::refused() const {
    return refused_->isHidden() ? QString() : refused_->text();
}

void MessageLabPage::say(const QString& sentence, bool good) {
    if (isPasting()) return paste_->say(sentence);
    refused_->setText(outcomeGlyph(good ? Outcome::Accepted : Outcome::Bounced) + u' ' +
                      foreign::printable(sentence));
    refused_->show();
}

void MessageLabPage::chooseFile() {
    openFiles(prompts().openFiles(this, tr("Open a message"),
                                  tr("Messages (*.eml *.msg *.mbox *.txt);;All files (*)")));
}

void MessageLabPage::paste() {
    showPane(paste_);
    const QMimeData* data = QApplication::clipboard()->mimeData();
    paste_->setText(data && data->hasText() ? data->text() : QString());
}

void MessageLabPage::open(const QString& object) {
    if (object.isEmpty()) return;
    if (object == "open"_L1) return chooseFile();
    if (object == "paste"_L1) return paste();
    if (object.startsWith("file:"_L1)) return openFiles({object.mid(5)});
    if (object.startsWith("seed:"_L1)) {
        engine::CheckMessage command;
        command.run = object.mid(5).section(u'/', 0, 0).toStdString();
        command.seed = object.mid(5).section(u'/', 1).toStdString();
        return check(std::move(command));
    }
    openMessage(object);
}

void MessageLabPage::keyPressEvent(QKeyEvent* event) {
    if (event->matches(QKeySequence::Paste)) return paste();
    if (event->modifiers() == Qt::NoModifier) {
        if (event->key() == Qt::Key_O) return chooseFile();
        if (event->key() == Qt::Key_T && showsMessage())
            return (view_->showsNow() ? view_->thenButton() : view_->nowButton())->click();
    }
    Page::keyPressEvent(event);
}

void MessageLabPage::dragEnterEvent(QDragEnterEvent* event) {
    const QMimeData* data = event->mimeData();
    if (!data->hasUrls() && !data->hasText()) return;
    event->acceptProposedAction();
    overlay_->offer(droppedFiles(data), data->hasText() && !data->hasUrls());
}

void MessageLabPage::dragLeaveEvent(QDragLeaveEvent*) {
    overlay_->hide();
}

void MessageLabPage::dropEvent(QDropEvent* event) {
    overlay_->hide();
    const QStringList files = droppedFiles(event->mimeData());
    if (!files.isEmpty()) {
        event->acceptProposedAction();
        return openFiles(files);
    }
    if (event->mimeData()->hasUrls())
        return say(tr("Only files can be opened: folders and addresses are not read."));
    if (!event->mimeData()->hasText()) return;
    event->acceptProposedAction();
    showPane(paste_);
    paste_->setText(event->mimeData()->text());
}

QByteArray MessageLabPage::saveLayout() const {
    QByteArray out;
    QDataStream stream(&out, QIODevice::WriteOnly);
    stream << columns_->saveState() << list_->saveLayout() << view_->saveLayout();
    return out;
}

void MessageLabPage::restoreLayout(const QByteArray& state) {
    QDataStream stream(state);
    QByteArray columns, list, view;
    stream >> columns >> list >> view;
    if (stream.status() != QDataStream::Ok) return;
    columns_->restoreState(columns);
    list_->restoreLayout(list);
    view_->restoreLayout(view);
}

} // namespace waypost::ui
