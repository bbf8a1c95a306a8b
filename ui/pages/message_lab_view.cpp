#include "ui/pages/message_lab_view.h"

#include "ui/delegates/cell_delegates.h"
#include "ui/models/row_model.h"
#include "ui/pages/message_lab_evidence.h"
#include "ui/pages/message_lab_panes.h"
#include "ui/pages/message_lab_rows.h"
#include "ui/pages/page_values.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/explanation_tree.h"
#include "ui/widgets/foreign_text.h"
#include "ui/widgets/job_row.h"
#include "ui/widgets/verdict_badge.h"

#include <QButtonGroup>
#include <QDataStream>
#include <QHeaderView>
#include <QIODevice>
#include <QLabel>
#include <QMenu>
#include <QPainter>
#include <QPushButton>
#include <QSplitter>
#include <QStackedWidget>
#include <QTabWidget>
#include <QToolButton>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {

// A subject may be long: it is cut at the right, and whole in the tool tip.
class Title final : public QLabel {
  public:
    Title() {
        setTextFormat(Qt::PlainText);
        setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    }

  protected:
    void paintEvent(QPaintEvent*) override {
        QPainter p(this);
        p.setFont(font());
        p.setPen(tokens().text);
        p.drawText(rect(), Qt::AlignLeft | Qt::AlignVCenter,
                   fontMetrics().elidedText(text(), Qt::ElideRight, width()));
    }
};

} // namespace

MessageLabView::MessageLabView(QWidget* parent) : QWidget(parent) {
    evidence_ = new MessageEvidence;
    connection_ = new ConnectionRow;
    halves_ = new QSplitter(Qt::Vertical);
    halves_->addWidget(buildTabs());
    halves_->addWidget(evidence_);
    halves_->setSizes({364, 300});
    halves_->setChildrenCollapsible(false);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(space::s, 0, 0, 0);
    column->setSpacing(space::xs);
    column->addWidget(buildHead());
    column->addWidget(connection_);
    column->addWidget(halves_, 1);
    connectParts();
}

QWidget* MessageLabView::buildHead() {
    title_ = new Title;
    title_->setFont(Theme::current().title());
    verdict_ = new VerdictBadge;
    copy_ = new QToolButton;
    copy_->setIcon(icon(u"copy"));
    copy_->setText(tr("Copy as"));
    copy_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    copy_->setPopupMode(QToolButton::InstantPopup);
    copy_->setMenu(new QMenu(copy_));
    export_ = new QPushButton(icon(u"export"), tr("Export evidence…"));
    forget_ = new QPushButton(tr("Remove…"));
    about_ = foreign::label({});
    about_->setProperty("role", u"muted"_s);
    about_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    thenButton_ = new QPushButton;
    nowButton_ = new QPushButton;
    auto* times = new QButtonGroup(this);
    for (QPushButton* b : {thenButton_, nowButton_}) {
        b->setCheckable(true);
        times->addButton(b);
    }
    thenButton_->setChecked(true);
    again_ = new QPushButton(icon(u"refresh"), tr("Ask DNS again"));
    differ_ = new QLabel;
    job_ = new JobRow;
    job_->hide();
    notes_ = foreign::label({});
    notes_->setWordWrap(true);
    notes_->setProperty("role", u"muted"_s);
    auto* first = new QHBoxLayout;
    first->setSpacing(space::s);
    first->addWidget(title_, 1);
    first->addWidget(verdict_);
    auto* middle = new QHBoxLayout;
    middle->setSpacing(space::s);
    middle->addWidget(about_, 1);
    middle->addWidget(copy_);
    middle->addWidget(export_);
    middle->addWidget(forget_);
    auto* second = new QHBoxLayout;
    second->setSpacing(space::s);
    second->addWidget(thenButton_);
    second->addWidget(nowButton_);
    second->addWidget(again_);
    second->addWidget(differ_);
    second->addStretch();
    second->addWidget(job_);
    auto* head = new QWidget;
    auto* column = new QVBoxLayout(head);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(space::xs);
    column->addLayout(first);
    column->addLayout(middle);
    column->addLayout(second);
    column->addWidget(notes_);
    return head;
}

DataTable* MessageLabView::table(RowModel* model, const QString& name) {
    auto* out = new DataTable;
    out->setAccessibleName(name);
    out->setRows(model);
    out->setSortingEnabled(false);
    out->setSelectionMode(QAbstractItemView::SingleSelection);
    out->setTextElideMode(Qt::ElideRight);
    for (const QString& marked : {u"result"_s, u"other"_s, u"status"_s, u"ours"_s})
        if (const int column = model->columnOf(marked); column >= 0)
            out->setItemDelegateForColumn(column, new OutcomeDelegate(out));
    return out;
}

void MessageLabView::addTableTab(DataTable* table, EmptyState* empty, const QString& title) {
    auto* stack = new QStackedWidget;
    stack->addWidget(table);
    stack->addWidget(empty);
    tabs_->addTab(stack, title);
}

QWidget* MessageLabView::buildTabs() {
    stepModel_ = new RowModel(lab::stepColumns(), this);
    hopModel_ = new RowModel(lab::hopColumns(), this);
    answerModel_ = new RowModel(lab::answerColumns(), this);
    claimModel_ = new RowModel(lab::claimColumns(), this);
    steps_ = table(stepModel_, tr("Steps of the judgement"));
    steps_->horizontalHeader()->setStretchLastSection(false);
    steps_->horizontalHeader()->setSectionResizeMode(2, QHeaderView::Stretch);
    hops_ = table(hopModel_, tr("Received chain, oldest first"));
    answers_ = table(answerModel_, tr("DNS answers"));
    claims_ = table(claimModel_, tr("What receivers wrote"));
    noHops_ = new EmptyState;
    noAnswers_ = new EmptyState;
    noClaims_ = new EmptyState;
    structure_ = new ExplanationTree;
    structure_->setHeaderLabels({tr("Part"), tr("What it is")});
    structure_->setAccessibleName(tr("MIME structure"));
    text_ = new TextPane;
    failures_ = new AutopsyPane;
    tabs_ = new QTabWidget;
    tabs_->setDocumentMode(true);
    tabs_->setAccessibleName(tr("What is shown of the message"));
    tabs_->addTab(steps_, tr("Steps"));
    addTableTab(hops_, noHops_, tr("Received chain"));
    tabs_->addTab(structure_, tr("Structure"));
    tabs_->addTab(text_, tr("Text"));
    addTableTab(answers_, noAnswers_, tr("Answers"));
    addTableTab(claims_, noClaims_, tr("Claimed"));
    tabs_->addTab(failures_, tr("DKIM failures"));
    return tabs_;
}

void MessageLabView::connectParts() {
    connect(copy_->menu(), &QMenu::aboutToShow, this, &MessageLabView::fillCopyMenu);
    connect(export_, &QPushButton::clicked, this, &MessageLabView::exportAsked);
    connect(forget_, &QPushButton::clicked, this, &MessageLabView::forgetAsked);
    connect(again_, &QPushButton::clicked, this, &MessageLabView::judgeAgainAsked);
    connect(thenButton_, &QPushButton::clicked, this, [this] { chooseNow(false); });
    connect(nowButton_, &QPushButton::clicked, this, [this] {
        if (current_) return chooseNow(true);
        thenButton_->setChecked(true);
        Q_EMIT judgeAgainAsked();
    });
    connect(job_, &JobRow::cancelAsked, this, &MessageLabView::cancelAsked);
    connect(connection_, &ConnectionRow::given, this, &MessageLabView::connectionGiven);
    connect(tabs_, &QTabWidget::currentChanged, this, &MessageLabView::tabChosen);
    connect(steps_, &DataTable::rowCurrent, this, [this](const QString& id) {
        if (!filling_) stepChosen(id);
    });
    const auto chosen = [this](void (MessageLabView::*present)()) {
        return [this, present] {
            if (!filling_) (this->*present)();
        };
    };
    connect(hops_, &DataTable::rowCurrent, this, chosen(&MessageLabView::showHop));
    connect(answers_, &DataTable::rowCurrent, this, chosen(&MessageLabView::showAnswer));
    connect(claims_, &DataTable::rowCurrent, this, chosen(&MessageLabView::showClaim));
    connect(structure_, &QTreeWidget::currentItemChanged, this, chosen(&MessageLabView::showPart));
    connect(failures_, &AutopsyPane::chosen, this, chosen(&MessageLabView::showFailure));
    connect(evidence_, &MessageEvidence::bytesAsked, this, &MessageLabView::findByte);
    connect(&Theme::current(), &Theme::changed, title_,
            [this] { title_->setFont(Theme::current().title()); });
}

const std::shared_ptr<const engine::MessageView>& MessageLabView::shown() const {
    return now_ ? current_ : then_;
}

void MessageLabView::setZone(const QTimeZone& zone) {
    zone_ = zone;
    if (view()) present();
}

QString MessageLabView::differenceText() const {
    return differ_->text();
}

QByteArray MessageLabView::saveLayout() const {
    QByteArray out;
    QDataStream stream(&out, QIODevice::WriteOnly);
    stream << halves_->saveState() << evidence_->saveState() << steps_->saveLayout() << hops_->saveLayout()
           << answers_->saveLayout() << claims_->saveLayout();
    return out;
}

void MessageLabView::restoreLayout(const QByteArray& state) {
    QDataStream stream(state);
    QByteArray halves, evidence, steps, hops, answers, claims;
    stream >> halves >> evidence >> steps >> hops >> answers >> claims;
    if (stream.status() != QDataStream::Ok) return;
    halves_->restoreState(halves);
    evidence_->restoreState(evidence);
    steps_->restoreLayout(steps);
    hops_->restoreLayout(hops);
    answers_->restoreLayout(answers);
    claims_->restoreLayout(claims);
}

} // namespace waypost::ui
