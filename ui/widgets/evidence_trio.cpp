#include "ui/widgets/evidence_trio.h"

#include "ui/theme/tokens.h"
#include "ui/widgets/empty_state.h"

#include <QDataStream>
#include <QIODevice>
#include <QSplitter>
#include <QStackedWidget>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace waypost::ui {

EvidenceTrio::EvidenceTrio(QWidget* list, QWidget* parent)
    : QWidget(parent), vertical_(new QSplitter(Qt::Vertical, this)), lower_(new QSplitter(Qt::Horizontal)),
      stack_(new QStackedWidget), tree_(new ExplanationTree), raw_(new RawView), empty_(new EmptyState) {
    lower_->addWidget(tree_);
    lower_->addWidget(raw_);
    lower_->setStretchFactor(0, 2);
    lower_->setStretchFactor(1, 3);
    lower_->setSizes({400, 600});
    stack_->addWidget(lower_);
    stack_->addWidget(empty_);
    vertical_->addWidget(list);
    vertical_->addWidget(stack_);
    vertical_->setStretchFactor(0, 3);
    vertical_->setStretchFactor(1, 2);
    vertical_->setSizes({420, 300});
    vertical_->setChildrenCollapsible(false);
    lower_->setChildrenCollapsible(false);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(vertical_);
    connect(tree_, &ExplanationTree::nodeSelected, raw_, &RawView::highlight);
    connect(raw_, &RawView::bytesSelected, this,
            [this](qsizetype start, qsizetype) { tree_->selectByte(start); });
    showEmpty(tr("Nothing selected"), tr("Select a row to see how it was judged and the bytes behind it."));
}

void EvidenceTrio::show(const Evidence& evidence) {
    raw_->setBytes(evidence.raw, evidence.origin, evidence.firstOffset);
    tree_->setNodes(evidence.nodes);
    stack_->setCurrentWidget(lower_);
}

void EvidenceTrio::showEmpty(const QString& headline, const QString& text, bool failed) {
    empty_->set(failed ? EmptyState::Kind::CouldNotLook : EmptyState::Kind::NothingMatched, headline, text);
    stack_->setCurrentWidget(empty_);
}

QByteArray EvidenceTrio::saveState() const {
    QByteArray out;
    QDataStream stream(&out, QIODevice::WriteOnly);
    stream << vertical_->saveState() << lower_->saveState();
    return out;
}

void EvidenceTrio::restoreState(const QByteArray& state) {
    QDataStream stream(state);
    QByteArray v, l;
    stream >> v >> l;
    if (stream.status() != QDataStream::Ok) return;
    vertical_->restoreState(v);
    lower_->restoreState(l);
}

} // namespace waypost::ui
