#include "ui/pages/settings_routes.h"

#include "ui/models/row_model.h"
#include "ui/pages/page_values.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/foreign_text.h"

#include <QComboBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QSplitter>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {

constexpr int fieldWidth = 320;
constexpr int highestPort = 65'535;
constexpr int usualPort = 25;

struct Choice {
    QString word, label;
};

QList<Choice> tlsModes() {
    return {{u"opportunistic"_s, SettingsRoutes::tr("opportunistic: STARTTLS when offered")},
            {u"starttls"_s, SettingsRoutes::tr("starttls: required and verified")},
            {u"implicit"_s, SettingsRoutes::tr("implicit: TLS from the first byte")},
            {u"none"_s, SettingsRoutes::tr("none: never")}};
}

QList<Choice> authKinds() {
    return {{u"none"_s, SettingsRoutes::tr("none")},
            {u"auto"_s, SettingsRoutes::tr("auto: the best offered")},
            {u"plain"_s, u"plain"_s},
            {u"login"_s, u"login"_s},
            {u"cram-md5"_s, u"cram-md5"_s},
            {u"xoauth2"_s, u"xoauth2"_s}};
}

QComboBox* choices(const QList<Choice>& words, const QString& name) {
    auto* box = new QComboBox;
    for (const Choice& c : words) box->addItem(c.label, c.word);
    box->setAccessibleName(name);
    box->setFixedWidth(fieldWidth);
    return box;
}

QLineEdit* field(const QString& name, const QString& hint = {}) {
    auto* edit = new QLineEdit;
    edit->setAccessibleName(name);
    edit->setPlaceholderText(hint);
    edit->setFixedWidth(fieldWidth);
    return edit;
}

std::vector<Column> columns() {
    const Qt::Alignment left = Qt::AlignLeft | Qt::AlignVCenter;
    return {{u"name"_s, SettingsRoutes::tr("Route"), left, 96, false, false},
            {u"host"_s, SettingsRoutes::tr("Host and port"), left, 180, true, false},
            {u"tls"_s, SettingsRoutes::tr("TLS"), left, 96, false, false},
            {u"auth"_s, SettingsRoutes::tr("Sign-in"), left, 130, false, false},
            {u"password"_s, SettingsRoutes::tr("Password"), left, 90, false, false}};
}

Row rowOf(const engine::RouteLine& r) {
    const auto plain = [](const QString& text) { return Cell{text, {}, {}, {}, {}, {}}; };
    QString auth = qstr(r.auth);
    if (!r.user.empty()) auth += u", "_s + qstr(r.user);
    const QString password = r.auth == "none" ? u"–"_s
                             : r.hasSecret    ? SettingsRoutes::tr("stored")
                                              : SettingsRoutes::tr("none stored");
    return {qstr(r.name),
            {plain(qstr(r.name)), plain(u"%1:%2"_s.arg(qstr(r.host)).arg(r.port)), plain(qstr(r.tls)),
             plain(auth), plain(password)}};
}

} // namespace

SettingsRoutes::SettingsRoutes(EngineBridge& bridge, QWidget* parent)
    : QWidget(parent), bridge_(bridge), table_(new DataTable), model_(new RowModel(columns(), this)) {
    table_->setRows(model_);
    table_->setSortingEnabled(false);
    table_->setAccessibleName(tr("Routes"));
    table_->setSelectionMode(QAbstractItemView::SingleSelection);
    new_ = new QPushButton(icon(u"plus"), tr("New route"));
    auto* left = new QWidget;
    auto* column = new QVBoxLayout(left);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(table_, 1);
    column->addWidget(new_, 0, Qt::AlignLeft);
    auto* split = new QSplitter;
    split->addWidget(left);
    split->addWidget(buildForm());
    split->setSizes({640, 480});
    split->setChildrenCollapsible(false);
    auto* all = new QVBoxLayout(this);
    all->setContentsMargins(0, space::s, 0, 0);
    all->addWidget(split);
    model_->onFetch([this](const PageAsk& ask) {
        std::vector<Row> rows;
        for (const engine::RouteLine& r : routes_) {
            const QString text = QStringList{qstr(r.name), qstr(r.host), qstr(r.user)}.join(u' ');
            if (text.contains(words_, Qt::CaseInsensitive)) rows.push_back(rowOf(r));
        }
        model_->page(ask.ticket, std::move(rows), false);
    });
    connect(table_, &DataTable::rowCurrent, this, &SettingsRoutes::openRoute);
    connect(new_, &QPushButton::clicked, this, [this] {
        table_->clearSelection();
        table_->setCurrentIndex({});
        openRoute({});
        name_->setFocus();
    });
    connect(save_, &QPushButton::clicked, this, &SettingsRoutes::save);
    connect(remove_, &QPushButton::clicked, this, &SettingsRoutes::removeRoute);
    connect(auth_, &QComboBox::currentIndexChanged, this, &SettingsRoutes::refreshForm);
    openRoute({});
}

QWidget* SettingsRoutes::buildForm() {
    head_ = foreign::label({});
    head_->setFont(Theme::current().section());
    sentence_ = foreign::label({});
    sentence_->setWordWrap(true);
    sentence_->hide();
    name_ = field(tr("Name of the route"), tr("one word, as in --route NAME"));
    host_ = field(tr("Host"), u"smtp.example.org"_s);
    port_ = new QSpinBox;
    port_->setRange(1, highestPort);
    port_->setButtonSymbols(QAbstractSpinBox::NoButtons);
    port_->setFixedWidth(fieldWidth);
    port_->setValue(usualPort);
    port_->setAccessibleName(tr("Port"));
    tls_ = choices(tlsModes(), tr("TLS"));
    auth_ = choices(authKinds(), tr("Sign-in"));
    user_ = field(tr("User"));
    password_ = field(tr("Password"));
    password_->setEchoMode(QLineEdit::Password);
    source_ = field(tr("Source address"), tr("empty: the system chooses"));
    helo_ = field(tr("Name in EHLO"), tr("empty: that of the settings"));
    save_ = new QPushButton(tr("Save the route"));
    save_->setProperty("primary", true);
    remove_ = new QPushButton(icon(u"trash"), tr("Remove the route"));
    auto* form = new QFormLayout;
    form->setLabelAlignment(Qt::AlignRight | Qt::AlignVCenter);
    form->setHorizontalSpacing(space::m);
    form->setVerticalSpacing(space::s);
    form->addRow(tr("Name"), name_);
    form->addRow(tr("Host"), host_);
    form->addRow(tr("Port"), port_);
    form->addRow(tr("TLS"), tls_);
    form->addRow(tr("Sign-in"), auth_);
    form->addRow(tr("User"), user_);
    form->addRow(tr("Password"), password_);
    form->addRow(tr("Source address"), source_);
    form->addRow(tr("Name in EHLO"), helo_);
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(save_);
    buttons->addWidget(remove_);
    buttons->addStretch();
    auto* box = new QWidget;
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins(space::l, 0, 0, 0);
    column->setSpacing(space::m);
    column->addWidget(head_);
    column->addWidget(sentence_);
    column->addLayout(form);
    column->addLayout(buttons);
    column->addStretch();
    return box;
}

void SettingsRoutes::setRoutes(const std::vector<engine::RouteLine>& routes) {
    const QString chosen = wanted_.isEmpty() ? table_->currentKey() : wanted_;
    wanted_.clear();
    routes_ = routes;
    const QSignalBlocker quiet(table_);
    model_->ask();
    const int row = model_->rowOf(chosen);
    if (row >= 0) {
        table_->setCurrentIndex(model_->index(row, 0));
        table_->selectRow(row);
    }
    if (row >= 0 || existing_) openRoute(row >= 0 ? chosen : QString());
}

int SettingsRoutes::search(const QString& words) {
    words_ = words.trimmed();
    model_->ask();
    return model_->rowCount();
}

void SettingsRoutes::openRoute(const QString& name) {
    if (qstr(open_.name) != name) say({}, false);
    open_ = {};
    open_.tls = "opportunistic";
    open_.auth = "none";
    existing_ = false;
    for (const engine::RouteLine& r : routes_)
        if (!name.isEmpty() && qstr(r.name) == name) {
            open_ = r;
            existing_ = true;
        }
    head_->setText(existing_ ? tr("Route %1").arg(foreign::printable(name)) : tr("New route"));
    name_->setText(qstr(open_.name));
    name_->setReadOnly(existing_);
    host_->setText(qstr(open_.host));
    port_->setValue(open_.port);
    tls_->setCurrentIndex(std::max(0, tls_->findData(qstr(open_.tls))));
    auth_->setCurrentIndex(std::max(0, auth_->findData(qstr(open_.auth))));
    user_->setText(qstr(open_.user));
    password_->clear();
    source_->setText(qstr(open_.sourceAddress));
    helo_->setText(qstr(open_.helo));
    refreshForm();
}

void SettingsRoutes::refreshForm() {
    const bool signsIn = auth_->currentData().toString() != "none"_L1;
    user_->setEnabled(signsIn);
    password_->setEnabled(signsIn);
    password_->setPlaceholderText(!signsIn          ? tr("not needed")
                                  : open_.hasSecret ? tr("stored; type to replace it")
                                                    : tr("goes to the secret store, never shown again"));
    remove_->setEnabled(existing_);
}

void SettingsRoutes::say(const QString& sentence, bool problem) {
    const Outcome mark = problem ? Outcome::Bounced : Outcome::Accepted;
    sentence_->setText(sentence.isEmpty() ? QString()
                                          : outcomeGlyph(mark) + u"  "_s + foreign::printable(sentence));
    sentence_->setVisible(!sentence.isEmpty());
}

void SettingsRoutes::save() {
    engine::SaveRoute command;
    engine::RouteLine& r = command.route;
    r = open_;
    r.name = name_->text().trimmed().toStdString();
    r.host = host_->text().trimmed().toStdString();
    r.port = port_->value();
    r.tls = tls_->currentData().toString().toStdString();
    r.auth = auth_->currentData().toString().toStdString();
    r.user = user_->text().trimmed().toStdString();
    r.sourceAddress = source_->text().trimmed().toStdString();
    r.helo = helo_->text().trimmed().toStdString();
    const bool withPassword = !password_->text().isEmpty();
    if (withPassword) command.password = Secret(password_->text().toStdString());
    const bool undoable = existing_ && !withPassword; // an older password is not kept
    const engine::RouteLine before = open_;
    const QString name = qstr(r.name);
    bridge_.run(std::move(command), this, [this, name, before, undoable](const engine::Snapshot& s) {
        if (const Error* e = std::get_if<Error>(&s)) {
            say(qstr(e->text), true);
        } else {
            password_->clear();
            wanted_ = name;
            open_.name = name.toStdString();
            say(tr("Route %1 is saved.").arg(name), false);
            if (undoable)
                Q_EMIT undoOffered(tr("Route %1 changed").arg(name), [this, before] { put(before); });
        }
        Q_EMIT answered();
    });
}

void SettingsRoutes::removeRoute() {
    const engine::RouteLine before = open_;
    bridge_.run(engine::DeleteRoute{before.name}, this, [this, before](const engine::Snapshot& s) {
        if (const Error* e = std::get_if<Error>(&s)) {
            say(qstr(e->text), true);
        } else {
            openRoute({});
            Q_EMIT undoOffered(tr("Route %1 removed").arg(qstr(before.name)),
                               [this, before] { put(before); });
        }
        Q_EMIT answered();
    });
}

void SettingsRoutes::put(const engine::RouteLine& route) {
    wanted_ = qstr(route.name);
    bridge_.run(engine::SaveRoute{route, {}}, this, [this](const engine::Snapshot& s) {
        if (const Error* e = std::get_if<Error>(&s)) say(qstr(e->text), true);
        Q_EMIT answered();
    });
}

} // namespace waypost::ui
