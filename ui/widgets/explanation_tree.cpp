#include "ui/widgets/explanation_tree.h"

#include "ui/theme/paint.h"
#include "ui/theme/theme.h"
#include "ui/widgets/foreign_text.h"

#include <QHeaderView>
#include <QPainter>
#include <QTreeWidgetItemIterator>

namespace waypost::ui {

namespace {

constexpr int rangeRole = Qt::UserRole; // QVariantList: start, length, start, length, ...
constexpr int stateRole = rangeRole + 1;

QIcon markIcon(Outcome state) {
    QPixmap pixmap(32, 32);
    pixmap.setDevicePixelRatio(2);
    pixmap.fill(Qt::transparent);
    QPainter p(&pixmap);
    paintMark(p, QRectF(1, 1, 14, 14), state, tokens().of(state));
    p.end();
    return pixmap;
}

} // namespace

ExplanationTree::ExplanationTree(QWidget* parent) : QTreeWidget(parent) {
    setColumnCount(2);
    setHeaderLabels({tr("Explanation"), tr("Result")});
    setAccessibleName(tr("Explanation"));
    setUniformRowHeights(true);
    setIndentation(16);
    setTextElideMode(Qt::ElideRight);
    header()->setStretchLastSection(false);
    header()->setSectionResizeMode(0, QHeaderView::Interactive);
    header()->setSectionResizeMode(1, QHeaderView::Stretch);
    header()->setSectionsClickable(false);
    connect(this, &QTreeWidget::currentItemChanged, this, [this](QTreeWidgetItem* item) {
        if (item && !quiet_) Q_EMIT nodeSelected(bytesOf(item));
    });
    connect(&Theme::current(), &Theme::changed, this, [this] {
        for (QTreeWidgetItemIterator it(this); *it; ++it)
            if (const QVariant state = (*it)->data(0, stateRole); state.isValid())
                (*it)->setIcon(0, markIcon(static_cast<Outcome>(state.toInt())));
    });
}

void ExplanationTree::setNodes(const std::vector<ExplanationNode>& nodes) {
    quiet_ = true;
    clear();
    for (const ExplanationNode& n : nodes) add(invisibleRootItem(), n);
    expandAll();
    // Long results must not squeeze out what they belong to.
    setColumnWidth(0, std::clamp(sizeHintForColumn(0) + 8, 120, std::max(160, viewport()->width() * 3 / 5)));
    quiet_ = false;
}

void ExplanationTree::add(QTreeWidgetItem* parent, const ExplanationNode& node) {
    auto* item = new QTreeWidgetItem(parent);
    item->setText(0, foreign::printable(node.text));
    item->setText(1, foreign::printable(node.value));
    item->setToolTip(0, foreign::toolTip(node.toolTip.isEmpty() ? node.text : node.toolTip));
    if (node.state) {
        item->setIcon(0, markIcon(*node.state));
        item->setData(0, stateRole, static_cast<int>(*node.state));
    }
    QVariantList ranges;
    for (const ByteRange& r : node.bytes) ranges << r.start << r.length;
    item->setData(0, rangeRole, ranges);
    for (const ExplanationNode& child : node.children) add(item, child);
}

std::vector<ByteRange> ExplanationTree::bytesOf(const QTreeWidgetItem* item) {
    const QVariantList flat = item->data(0, rangeRole).toList();
    std::vector<ByteRange> out;
    for (qsizetype i = 0; i + 1 < flat.size(); i += 2)
        out.push_back({flat[i].toLongLong(), flat[i + 1].toLongLong()});
    return out;
}

bool ExplanationTree::selectByte(qsizetype byte) {
    QTreeWidgetItem* best = nullptr;
    qsizetype smallest = 0;
    for (QTreeWidgetItemIterator it(this); *it; ++it) {
        for (const ByteRange& r : bytesOf(*it)) {
            if (byte < r.start || byte >= r.start + r.length) continue;
            if (!best || r.length <= smallest) {
                best = *it;
                smallest = r.length;
            }
        }
    }
    if (!best) return false;
    quiet_ = true;
    setCurrentItem(best);
    scrollToItem(best);
    quiet_ = false;
    return true;
}

} // namespace waypost::ui
