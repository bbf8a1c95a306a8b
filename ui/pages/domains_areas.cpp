#include "ui/pages/domains_areas.h"

#include "ui/theme/theme.h"
#include "ui/widgets/empty_state.h"

#include <QDataStream>
#include <QIODevice>
#include <QLabel>
#include <QSplitter>
#include <QStackedWidget>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {

QWidget* titled(const QString& title, QWidget* body) {
    auto* box = new QWidget;
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins(0, 0, space::xs, 0);
    column->setSpacing(space::xs);
    auto* head = new QLabel(title);
    head->setFont(Theme::current().section());
    column->addWidget(head);
    column->addWidget(body, 1);
    return box;
}

struct Part {
    const char* table;
    QString title;
    std::vector<DetailColumn> columns;
    int mark;
};

std::vector<Part> transportParts() {
    const auto t = [](const char* text) { return TransportTab::tr(text); };
    return {
        {"mail-hosts",
         t("Mail hosts"),
         {{t("Host"), 170},
          {t("Pref."), 48, true},
          {t("Addresses"), 130},
          {t("STARTTLS"), 150},
          {t("Certificate"), 170},
          {t("DANE"), 150},
          {t("MTA-STS"), 120}},
         0},
        {"reverse",
         t("Reverse names"),
         {{t("Address"), 150}, {t("Role"), 180}, {t("PTR names"), 240}, {t("Leads back"), 260}},
         0},
        {"greetings",
         t("Greetings"),
         {{t("Host"), 200}, {t("Address"), 150}, {t("EHLO name"), 220}, {t("PTR"), 160}, {t("ms"), 60, true}},
         3},
        {"name-servers",
         t("Name servers"),
         {{t("Server"), 220},
          {t("Address"), 170},
          {t("Answers"), 200},
          {t("Serial"), 120, true},
          {t("ms"), 60, true}},
         2},
        {"policies",
         t("Policies and logo"),
         {{t("Policy"), 190}, {t("State"), 150}, {t("What was seen"), 500}},
         1}};
}

} // namespace

DmarcTab::DmarcTab(QWidget* parent)
    : DomainTab(parent),
      walk_(new DetailPane(
          tr("DMARC walk"),
          {{tr("Step"), 44, true}, {tr("Question"), 240}, {tr("Found"), 120}, {tr("What follows"), 480}}, 2)),
      readings_(new DetailPane(
          tr("DMARC readings"),
          {{tr("Reading"), 160}, {tr("Tree walk (RFC 9989)"), 170}, {tr("Suffix list (RFC 7489)"), 170}}, 0)),
      policy_(new DetailPane(tr("DMARC policy"),
                             {{tr("What"), 170}, {tr("Value"), 170}, {tr("Why, and what it means"), 320}},
                             1)),
      rows_(new QSplitter(Qt::Vertical)), columns_(new QSplitter) {
    columns_->addWidget(titled(tr("Policy"), policy_));
    columns_->addWidget(titled(tr("The two readings"), readings_));
    columns_->setSizes({560, 440});
    columns_->setChildrenCollapsible(false);
    rows_->addWidget(titled(tr("The walk"), walk_));
    rows_->addWidget(columns_);
    rows_->setSizes({120, 330});
    rows_->setChildrenCollapsible(false);
    auto* whole = new QVBoxLayout(this);
    whole->setContentsMargins(0, space::s, 0, 0);
    whole->addWidget(rows_);
    for (DetailPane* pane : {walk_, readings_, policy_}) {
        connect(pane->tree(), &DetailTree::answerChosen, this, &DomainTab::answerChosen);
        connect(pane->empty(), &EmptyState::actionClicked, this, &DomainTab::checkAgainAsked);
    }
}

void DmarcTab::setView(DomainViewPtr view) {
    DomainTab::setView(std::move(view));
    walk_->show(detail(view_, "dmarc-walk"));
    readings_->show(detail(view_, "dmarc-reading"));
    policy_->show(detail(view_, "dmarc-policy"));
}

QByteArray DmarcTab::saveLayout() const {
    QByteArray out;
    QDataStream stream(&out, QIODevice::WriteOnly);
    stream << rows_->saveState() << columns_->saveState() << walk_->tree()->saveLayout()
           << readings_->tree()->saveLayout() << policy_->tree()->saveLayout();
    return out;
}

void DmarcTab::restoreLayout(const QByteArray& state) {
    QDataStream stream(state);
    QByteArray rows, columns, walk, readings, policy;
    stream >> rows >> columns >> walk >> readings >> policy;
    if (stream.status() != QDataStream::Ok) return;
    rows_->restoreState(rows);
    columns_->restoreState(columns);
    walk_->tree()->restoreLayout(walk);
    readings_->tree()->restoreLayout(readings);
    policy_->tree()->restoreLayout(policy);
}

TransportTab::TransportTab(QWidget* parent) : DomainTab(parent), stack_(new QStackedWidget) {
    QStringList titles;
    for (const Part& part : transportParts()) {
        titles << part.title;
        auto* pane = new DetailPane(part.title, part.columns, part.mark);
        panes_.push_back(pane);
        stack_->addWidget(pane);
        connect(pane->tree(), &DetailTree::answerChosen, this, &DomainTab::answerChosen);
        connect(pane->empty(), &EmptyState::actionClicked, this, &DomainTab::checkAgainAsked);
    }
    parts_ = new Segments(titles);
    auto* whole = new QVBoxLayout(this);
    whole->setContentsMargins(0, space::s, 0, 0);
    whole->setSpacing(space::s);
    whole->addWidget(parts_);
    whole->addWidget(stack_, 1);
    connect(parts_, &Segments::chosenChanged, stack_, &QStackedWidget::setCurrentIndex);
}

void TransportTab::setView(DomainViewPtr view) {
    DomainTab::setView(std::move(view));
    const auto parts = transportParts();
    for (size_t i = 0; i < parts.size(); ++i) panes_[i]->show(detail(view_, parts[i].table));
}

void TransportTab::openPart(std::string_view area) {
    parts_->choose(area == "mx" || area == "dane" ? 0 : area == "ptr" ? 1 : area == "zone" ? 3 : 4);
}

QByteArray TransportTab::saveLayout() const {
    QByteArray out;
    QDataStream stream(&out, QIODevice::WriteOnly);
    stream << parts_->chosen();
    for (const DetailPane* pane : panes_) stream << pane->tree()->saveLayout();
    return out;
}

void TransportTab::restoreLayout(const QByteArray& state) {
    QDataStream stream(state);
    int part = 0;
    stream >> part;
    for (DetailPane* pane : panes_) {
        QByteArray one;
        stream >> one;
        if (stream.status() == QDataStream::Ok) pane->tree()->restoreLayout(one);
    }
    if (stream.status() == QDataStream::Ok) parts_->choose(part);
}

} // namespace waypost::ui
