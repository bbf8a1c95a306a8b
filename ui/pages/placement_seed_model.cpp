#include "ui/pages/placement_seed_model.h"

#include "ui/pages/page_values.h"
#include "ui/theme/tokens.h"
#include "ui/widgets/foreign_text.h"

using namespace Qt::StringLiterals;

namespace waypost::ui {

void SeedModel::setSeeds(std::vector<engine::SeedLine> seeds) {
    beginResetModel();
    seeds_ = std::move(seeds);
    endResetModel();
}

int SeedModel::add(const engine::SeedLine& seed) {
    const int row = rowCount();
    beginInsertRows({}, row, row);
    seeds_.push_back(seed);
    endInsertRows();
    Q_EMIT edited();
    return row;
}

int SeedModel::duplicate(int row) {
    engine::SeedLine copy = seeds_[static_cast<size_t>(row)];
    copy.address.clear(); // each address once
    copy.user.clear();
    copy.secret.clear();
    copy.hasSecret = false;
    return add(copy);
}

void SeedModel::remove(QList<int> rows) {
    std::sort(rows.begin(), rows.end(), std::greater<>());
    for (const int row : rows) {
        beginRemoveRows({}, row, row);
        seeds_.erase(seeds_.begin() + row);
        endRemoveRows();
    }
    if (!rows.isEmpty()) Q_EMIT edited();
}

QString SeedModel::secretName(int row) const {
    const engine::SeedLine& s = seeds_[static_cast<size_t>(row)];
    return qstr(s.secret.empty() ? s.address : s.secret);
}

void SeedModel::passwordStored(const QString& name) {
    for (int row = 0; row < rowCount(); ++row)
        if (secretName(row) == name) seeds_[static_cast<size_t>(row)].hasSecret = true;
    if (rowCount() > 0) Q_EMIT dataChanged(index(0, Password), index(rowCount() - 1, Password));
}

int SeedModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(seeds_.size());
}

int SeedModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : int(ColumnCount);
}

QString SeedModel::text(const engine::SeedLine& s, int column) const {
    switch (column) {
    case Address: return qstr(s.address);
    case Provider: return qstr(s.provider);
    case Host: return qstr(s.imapHost);
    case Port: return QString::number(s.imapPort);
    case Tls: return qstr(s.tls);
    case User: return qstr(s.user);
    case SecretName: return qstr(s.secret);
    case Password:
        return s.hasSecret ? outcomeGlyph(Outcome::Accepted) + u' ' + tr("stored")
                           : outcomeGlyph(Outcome::Unknown) + u' ' + tr("none");
    default: return {};
    }
}

QVariant SeedModel::data(const QModelIndex& i, int role) const {
    if (!checkIndex(i, CheckIndexOption::IndexIsValid)) return {};
    const engine::SeedLine& s = seeds_[static_cast<size_t>(i.row())];
    if (i.column() == Enabled) {
        if (role == Qt::CheckStateRole)
            return QVariant::fromValue(static_cast<int>(s.enabled ? Qt::Checked : Qt::Unchecked));
        if (role == Qt::AccessibleTextRole) return s.enabled ? tr("enabled") : tr("not enabled");
        return {};
    }
    if (role == Qt::EditRole) return text(s, i.column());
    if (role == Qt::DisplayRole) {
        if (i.column() == User && s.user.empty()) return tr("(the address)");
        if (i.column() == SecretName && s.secret.empty()) return tr("(the address)");
        return foreign::printable(text(s, i.column()));
    }
    if (role == Qt::ToolTipRole) return foreign::toolTip(text(s, i.column()));
    if (role == Qt::TextAlignmentRole && i.column() == Port)
        return QVariant::fromValue(static_cast<int>(Qt::AlignRight | Qt::AlignVCenter));
    return {};
}

bool SeedModel::store(engine::SeedLine& s, int column, const QString& value) {
    const std::string bytes = value.trimmed().toStdString();
    switch (column) {
    case Address: s.address = bytes; return true;
    case Provider: s.provider = bytes; return true;
    case Host: s.imapHost = bytes; return true;
    case Tls: s.tls = bytes; return true;
    case User: s.user = bytes; return true;
    case SecretName: s.secret = bytes; return true;
    case Port: {
        bool good = false;
        const int port = value.toInt(&good);
        if (!good || port < 1 || port > 65'535) return false;
        s.imapPort = port;
        return true;
    }
    default: return false;
    }
}

bool SeedModel::setData(const QModelIndex& i, const QVariant& value, int role) {
    if (!checkIndex(i, CheckIndexOption::IndexIsValid)) return false;
    engine::SeedLine& s = seeds_[static_cast<size_t>(i.row())];
    if (i.column() == Enabled && role == Qt::CheckStateRole)
        s.enabled = value.toInt() == Qt::Checked;
    else if (role != Qt::EditRole || text(s, i.column()) == value.toString() ||
             !store(s, i.column(), value.toString()))
        return false;
    if (i.column() == Address || i.column() == SecretName) s.hasSecret = false; // known again after saving
    Q_EMIT dataChanged(index(i.row(), 0), index(i.row(), ColumnCount - 1));
    Q_EMIT edited();
    return true;
}

QVariant SeedModel::headerData(int section, Qt::Orientation o, int role) const {
    if (o != Qt::Horizontal || role != Qt::DisplayRole) return {};
    const QStringList titles{tr("On"),  tr("Address"), tr("Provider"),    tr("IMAP host"), tr("Port"),
                             tr("TLS"), tr("User"),    tr("Secret name"), tr("Password")};
    return titles.value(section);
}

Qt::ItemFlags SeedModel::flags(const QModelIndex& i) const {
    const Qt::ItemFlags base = QAbstractTableModel::flags(i);
    if (i.column() == Enabled) return base | Qt::ItemIsUserCheckable;
    return i.column() == Password ? base : base | Qt::ItemIsEditable;
}

} // namespace waypost::ui
