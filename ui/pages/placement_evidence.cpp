#include "ui/pages/placement_evidence.h"

#include "ui/pages/page_values.h"
#include "ui/theme/icons.h"
#include "ui/theme/tokens.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/explanation_tree.h"
#include "ui/widgets/foreign_text.h"
#include "ui/widgets/raw_view.h"

#include <QHBoxLayout>
#include <QPushButton>
#include <QSplitter>
#include <QStackedWidget>
#include <QTabBar>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {

constexpr int documentRole = Qt::UserRole + 40;
constexpr int bytesRole = Qt::UserRole + 41;

ExplanationNode toNode(const engine::Node& n) {
    ExplanationNode out;
    out.text = qstr(n.label);
    out.value = qstr(n.value).simplified();
    out.toolTip = n.value.empty() ? out.text : out.text + u": "_s + qstr(n.value);
    out.state = nodeMark(n.state);
    for (const engine::Node& child : n.children) out.children.push_back(toNode(child));
    return out;
}

// The tree shows bytes of several documents: each item remembers its own.
void remember(QTreeWidgetItem* item, const engine::Node& n) {
    item->setData(0, documentRole, n.raw);
    item->setData(0, bytesRole, QPoint(n.start, n.length));
    for (size_t i = 0; i < n.children.size(); ++i) remember(item->child(static_cast<int>(i)), n.children[i]);
}

} // namespace

SeedEvidenceView::SeedEvidenceView(QWidget* parent)
    : QWidget(parent), stack_(new QStackedWidget), empty_(new EmptyState), tree_(new ExplanationTree),
      documents_(new QTabBar), raw_(new RawView),
      lab_(new QPushButton(icon(u"message"), tr("Open in Message lab"))) {
    documents_->setDrawBase(false);
    documents_->setExpanding(false);
    documents_->setAccessibleName(tr("Raw documents"));
    auto* right = new QWidget;
    auto* column = new QVBoxLayout(right);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    lab_->setProperty("link", true);
    lab_->setToolTip(tr(
        "Judges what this mailbox holds, step by step: the headers, or the whole message where it was kept"));
    auto* bar = new QHBoxLayout;
    bar->setSpacing(space::s);
    bar->addWidget(documents_);
    bar->addStretch();
    bar->addWidget(lab_);
    column->addLayout(bar);
    column->addWidget(raw_, 1);
    auto* split = new QSplitter;
    split->addWidget(tree_);
    split->addWidget(right);
    split->setSizes({420, 620});
    split->setStretchFactor(1, 1);
    split->setChildrenCollapsible(false);
    stack_->addWidget(empty_);
    stack_->addWidget(split);
    auto* all = new QVBoxLayout(this);
    all->setContentsMargins(0, 0, 0, 0);
    all->addWidget(stack_);
    connect(lab_, &QPushButton::clicked, this, [this] { Q_EMIT labAsked(qstr(evidence_.row.seed)); });
    connect(documents_, &QTabBar::currentChanged, this, [this](int index) {
        if (!filling_) openDocument(index);
    });
    connect(tree_, &QTreeWidget::currentItemChanged, this, [this](QTreeWidgetItem* item) {
        if (item && !filling_) openNode(item);
    });
}

void SeedEvidenceView::show(engine::SeedEvidence evidence) {
    const QString before = documents_->tabText(documents_->currentIndex());
    filling_ = true;
    evidence_ = std::move(evidence);
    std::vector<ExplanationNode> nodes;
    nodes.reserve(evidence_.tree.size());
    for (const engine::Node& n : evidence_.tree) nodes.push_back(toNode(n));
    tree_->setNodes(nodes);
    for (int i = 0; i < tree_->topLevelItemCount(); ++i)
        remember(tree_->topLevelItem(i), evidence_.tree[static_cast<size_t>(i)]);
    while (documents_->count() > 0) documents_->removeTab(0);
    int chosen = 0;
    for (const engine::RawDocument& d : evidence_.raw) {
        const int at = documents_->addTab(foreign::printable(qstr(d.title)));
        if (documents_->tabText(at) == before) chosen = at;
    }
    documents_->setVisible(documents_->count() > 0);
    lab_->setVisible(
        std::any_of(evidence_.raw.begin(), evidence_.raw.end(),
                    [](const engine::RawDocument& d) { return d.title == "Headers as received"; }));
    filling_ = false;
    documents_->setCurrentIndex(chosen);
    openDocument(chosen);
    stack_->setCurrentIndex(1);
}

void SeedEvidenceView::showEmpty(const QString& headline, const QString& text, bool failed) {
    empty_->set(failed ? EmptyState::Kind::CouldNotLook : EmptyState::Kind::NothingMatched, headline, text);
    stack_->setCurrentIndex(0);
}

void SeedEvidenceView::openDocument(int index) {
    if (index < 0 || index >= static_cast<int>(evidence_.raw.size()))
        return raw_->setBytes({}, tr("No document is stored for this seed yet"));
    const engine::RawDocument& d = evidence_.raw[static_cast<size_t>(index)];
    QString origin = qstr(d.title) + u", "_s + qstr(evidence_.row.seed);
    if (!d.note.empty()) origin += u" · "_s + qstr(d.note);
    raw_->setHex(d.binary);
    raw_->setBytes(QByteArray(d.bytes.data(), static_cast<qsizetype>(d.bytes.size())), origin);
}

void SeedEvidenceView::openNode(QTreeWidgetItem* item) {
    const int document = item->data(0, documentRole).toInt();
    const QPoint bytes = item->data(0, bytesRole).toPoint();
    if (document < 0 || document >= documents_->count()) return raw_->highlight({});
    if (document != documents_->currentIndex()) documents_->setCurrentIndex(document);
    if (bytes.y() > 0)
        raw_->highlight({{bytes.x(), bytes.y()}});
    else
        raw_->highlight({});
}

} // namespace waypost::ui
