#include "ui/widgets/transcript_view.h"

#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/widgets/foreign_text.h"

#include <QAbstractTableModel>
#include <QApplication>
#include <QClipboard>
#include <QHeaderView>
#include <QShortcut>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {

QString who(TranscriptLine::Who w) {
    return w == TranscriptLine::Who::Client ? u"C:"_s : w == TranscriptLine::Who::Server ? u"S:"_s : u"·"_s;
}

QString when(qint64 ms) {
    return u"+%1"_s.arg(static_cast<double>(ms) / 1000.0, 0, 'f', 3);
}

} // namespace

class TranscriptView::Model final : public QAbstractTableModel {
  public:
    using QAbstractTableModel::QAbstractTableModel;
    enum Column { When, Who, Text, ColumnCount };

    [[nodiscard]] int rowCount(const QModelIndex& parent) const override {
        return parent.isValid() ? 0 : static_cast<int>(lines.size());
    }
    [[nodiscard]] int columnCount(const QModelIndex& parent) const override {
        return parent.isValid() ? 0 : ColumnCount;
    }
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation o, int role) const override {
        if (o != Qt::Horizontal || role != Qt::DisplayRole) return {};
        return section == When ? tr("Time") : section == Who ? tr("Side") : tr("Line");
    }
    [[nodiscard]] QVariant data(const QModelIndex& i, int role) const override {
        const TranscriptLine& l = lines[static_cast<size_t>(i.row())];
        if (role == Qt::DisplayRole)
            return i.column() == When  ? when(l.atMs)
                   : i.column() == Who ? who(l.who)
                                       : foreign::printable(l.text);
        if (role == Qt::DecorationRole && i.column() == Who && l.problem)
            return waypost::ui::icon(u"warning",
                                     tokens().of(Outcome::Bounced)); // text stays in the text colour
        if (role == Qt::AccessibleTextRole && l.problem)
            return tr("problem: %1").arg(foreign::printable(l.text));
        if (role == Qt::FontRole) {
            QFont f = Theme::current().mono();
            f.setBold(l.problem);
            return f;
        }
        if (role == Qt::ToolTipRole && i.column() == Text) return foreign::toolTip(l.text);
        if (role == Qt::ForegroundRole) {
            if (i.column() == When || l.who == TranscriptLine::Who::Note) return tokens().textMuted;
        }
        return {};
    }
    std::vector<TranscriptLine> lines;
    void set(const std::vector<TranscriptLine>& next) {
        beginResetModel(); // another conversation, not a live list
        lines = next;
        endResetModel();
    }
};

TranscriptView::TranscriptView(QWidget* parent)
    : QWidget(parent), model_(new Model(this)), table_(new QTableView(this)) {
    table_->setModel(model_);
    table_->setAccessibleName(tr("Transcript"));
    table_->setShowGrid(false);
    table_->setIconSize(QSize(14, 14));
    table_->verticalHeader()->hide();
    table_->verticalHeader()->setDefaultSectionSize(space::rowCompact);
    table_->setSelectionBehavior(QAbstractItemView::SelectRows);
    table_->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table_->setWordWrap(false);
    table_->setTabKeyNavigation(false);
    table_->horizontalHeader()->setStretchLastSection(true);
    table_->horizontalHeader()->setSectionResizeMode(Model::Who, QHeaderView::ResizeToContents);
    table_->horizontalHeader()->setSectionResizeMode(Model::When, QHeaderView::ResizeToContents);
    table_->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(table_);
    setFocusProxy(table_);
    connect(table_, &QTableView::activated, this,
            [this](const QModelIndex& i) { Q_EMIT lineActivated(i.row()); });
    auto* copy = new QShortcut(QKeySequence::Copy, table_);
    copy->setContext(Qt::WidgetShortcut);
    connect(copy, &QShortcut::activated, this, [this] { QApplication::clipboard()->setText(asText()); });
    connect(&Theme::current(), &Theme::changed, table_->viewport(), qOverload<>(&QWidget::update));
}

void TranscriptView::setLines(const std::vector<TranscriptLine>& lines) {
    model_->set(lines);
}

QString TranscriptView::asText() const {
    QString out;
    for (const TranscriptLine& l : model_->lines)
        out += when(l.atMs) + u' ' + who(l.who) + u' ' + foreign::printable(l.text) + u'\n';
    return out;
}

} // namespace waypost::ui
