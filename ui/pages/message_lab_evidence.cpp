#include "ui/pages/message_lab_evidence.h"

#include "ui/pages/domains_evidence.h"
#include "ui/pages/message_lab_rows.h"
#include "ui/pages/page_values.h"
#include "ui/theme/tokens.h"
#include "ui/widgets/explanation_tree.h"
#include "ui/widgets/foreign_text.h"
#include "ui/widgets/raw_view.h"

#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QSplitter>
#include <QTabBar>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {

constexpr int documentRole = Qt::UserRole + 40;

// Each item remembers its document; one without bytes of its own rests on that of the node above.
void remember(QTreeWidgetItem* item, const engine::Node& n, int inherited) {
    const int own = n.raw >= 0 ? n.raw : inherited;
    item->setData(0, documentRole, own);
    for (size_t i = 0; i < n.children.size(); ++i)
        remember(item->child(static_cast<int>(i)), n.children[i], own);
}

QByteArray asBytes(const std::string& s) {
    return {s.data(), static_cast<qsizetype>(s.size())};
}

} // namespace

MessageEvidence::MessageEvidence(QWidget* parent)
    : QWidget(parent), split_(new QSplitter), rule_(foreign::label({})), tree_(new ExplanationTree),
      documents_(new QComboBox), forms_(new QTabBar), raw_(new RawView) {
    rule_->setWordWrap(true);
    rule_->setProperty("role", u"muted"_s);
    documents_->setAccessibleName(tr("Document"));
    documents_->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    documents_->setMinimumContentsLength(8);
    documents_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    forms_->addTab(tr("Answer"));
    forms_->addTab(tr("As it came"));
    forms_->setDrawBase(false);
    forms_->setExpanding(false);
    forms_->setAccessibleName(tr("Form of the answer"));
    forms_->hide();
    auto* leftSide = new QWidget;
    auto* leftColumn = new QVBoxLayout(leftSide);
    leftColumn->setContentsMargins(0, 0, 0, 0);
    leftColumn->setSpacing(space::xs);
    leftColumn->addWidget(rule_);
    leftColumn->addWidget(tree_, 1);
    auto* bar = new QHBoxLayout;
    bar->setSpacing(space::s);
    bar->addWidget(documents_, 1);
    bar->addWidget(forms_);
    auto* rightSide = new QWidget;
    auto* rightColumn = new QVBoxLayout(rightSide);
    rightColumn->setContentsMargins(space::s, 0, 0, 0);
    rightColumn->setSpacing(space::xs);
    rightColumn->addLayout(bar);
    rightColumn->addWidget(raw_, 1);
    split_->addWidget(leftSide);
    split_->addWidget(rightSide);
    leftSide->setMinimumWidth(240);
    split_->setSizes({480, 520});
    split_->setChildrenCollapsible(false);
    auto* whole = new QVBoxLayout(this);
    whole->setContentsMargins(0, 0, 0, 0);
    whole->addWidget(split_);
    connect(tree_, &QTreeWidget::currentItemChanged, this, [this](QTreeWidgetItem* item) {
        if (item && !filling_) openNode(item);
    });
    connect(documents_, &QComboBox::activated, this, [this](int i) {
        openDocument(i);
        raw_->highlight({});
    });
    connect(forms_, &QTabBar::currentChanged, this, [this] {
        if (!filling_ && document_ > 0) showAnswer(view_->answers[static_cast<size_t>(document_ - 1)]);
    });
    connect(raw_, &RawView::bytesSelected, this, [this](qsizetype start, qsizetype) {
        if (document_ != 0) return;
        filling_ = true;
        const bool found = tree_->selectByte(start);
        filling_ = false;
        if (!found) Q_EMIT bytesAsked(start);
    });
    raw_->setCopyMenuHook([this](QMenu& menu) {
        if (!view_ || document_ <= 0) return;
        menu.addAction(tr("Copy as dig"), this,
                       [command = digCommand(view_->answers[static_cast<size_t>(document_ - 1)])] {
                           QApplication::clipboard()->setText(command);
                       });
    });
}

void MessageEvidence::setView(std::shared_ptr<const engine::MessageView> view) {
    const bool same = view && view_ && view->line.id == view_->line.id;
    view_ = std::move(view);
    document_ = -1;
    documents_->clear();
    if (!view_) {
        tree_->setNodes({});
        raw_->setBytes({});
        return;
    }
    documents_->addItem(
        tr("Message, %1").arg(lab::bytesText(static_cast<qint64>(view_->message.bytes.size()))));
    for (const engine::AnswerView& a : view_->answers)
        documents_->addItem(tr("Answer: %1").arg(foreign::printable(qstr(a.question))));
    if (!same) tree_->setNodes({});
    openDocument(0);
}

void MessageEvidence::show(const std::vector<engine::Node>& nodes, const QString& rule) {
    filling_ = true;
    rule_->setText(foreign::printable(rule));
    rule_->setVisible(!rule.isEmpty());
    tree_->setNodes(explanation(nodes));
    for (int i = 0; i < tree_->topLevelItemCount(); ++i)
        remember(tree_->topLevelItem(i), nodes[static_cast<size_t>(i)], -1);
    filling_ = false;
    // The first node that has bytes says best what the step rests on; nothing is selected by that.
    for (QTreeWidgetItemIterator it(tree_); *it; ++it)
        if (const int d = (*it)->data(0, documentRole).toInt(); d >= 0) return openNode(*it);
    raw_->highlight({});
}

QString MessageEvidence::rule() const {
    return rule_->text();
}

void MessageEvidence::showBytes(int start, int length) {
    openDocument(0);
    raw_->highlight({{start, length}});
}

void MessageEvidence::selectByte(qsizetype byte) {
    filling_ = true;
    tree_->selectByte(byte);
    filling_ = false;
    openDocument(0);
    if (QTreeWidgetItem* item = tree_->currentItem()) raw_->highlight(ExplanationTree::bytesOf(item));
}

void MessageEvidence::openNode(QTreeWidgetItem* item) {
    const int document = item->data(0, documentRole).toInt();
    const std::vector<ByteRange> bytes = ExplanationTree::bytesOf(item);
    if (document < 0 || (document == 0 && bytes.empty() && document_ != 0)) return raw_->highlight({});
    openDocument(document);
    raw_->highlight(document == 0 ? bytes : std::vector<ByteRange>{});
}

void MessageEvidence::openDocument(int document) {
    if (!view_ || document < 0 || document > static_cast<int>(view_->answers.size())) return;
    if (document == document_) return;
    document_ = document;
    documents_->setCurrentIndex(document);
    forms_->setVisible(document > 0);
    if (document > 0) return showAnswer(view_->answers[static_cast<size_t>(document - 1)]);
    raw_->setHex(view_->message.binary);
    QString origin = qstr(view_->line.source);
    if (!view_->message.note.empty()) origin += u" · "_s + qstr(view_->message.note);
    raw_->setBytes(asBytes(view_->message.bytes), origin);
}

void MessageEvidence::showAnswer(const engine::AnswerView& a) {
    const bool wire = forms_->currentIndex() == 1;
    raw_->setHex(wire);
    if (wire)
        return raw_->setBytes(asBytes(a.raw), a.raw.empty() ? tr("the bytes of this answer were not kept")
                                                            : tr("%1 bytes, DNS message").arg(a.raw.size()));
    QStringList words{qstr(a.status)};
    if (a.rcode >= 0) words << tr("rcode %1").arg(a.rcode);
    words << (a.ttl >= 0 ? tr("TTL %1 s").arg(a.ttl) : tr("no TTL"));
    words << (a.server.empty() ? tr("from nobody") : tr("from %1").arg(qstr(a.server)));
    const std::string none = tr("The answer holds no record.").toStdString();
    raw_->setBytes(asBytes(a.records.empty() ? none : a.records).trimmed(), words.join(u" · "_s));
}

QByteArray MessageEvidence::saveState() const {
    return split_->saveState();
}

void MessageEvidence::restoreState(const QByteArray& state) {
    split_->restoreState(state);
}

} // namespace waypost::ui
