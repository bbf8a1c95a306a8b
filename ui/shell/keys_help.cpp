#include "ui/shell/keys_help.h"

#include "ui/theme/theme.h"

#include <QGridLayout>
#include <QKeyEvent>
#include <QLabel>

using namespace Qt::StringLiterals;

namespace waypost::ui {

KeysHelp::KeysHelp(QWidget* window) : QFrame(window) {
    setProperty("popup", true);
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Keys"));
    hide();
}

void KeysHelp::open(const QString& screen, const std::vector<KeyHelp>& page,
                    const std::vector<KeyHelp>& window) {
    delete layout();
    qDeleteAll(findChildren<QWidget*>(QString(), Qt::FindDirectChildrenOnly));
    listed_.clear();
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(space::xl, space::l, space::xl, space::l);
    grid->setHorizontalSpacing(space::l);
    grid->setVerticalSpacing(space::xs + 2);
    const auto fill = [&](int column, const QString& title, const std::vector<KeyHelp>& keys) {
        auto* head = new QLabel(title, this);
        head->setFont(Theme::current().section());
        grid->addWidget(head, 0, column, 1, 2);
        int row = 1;
        for (const KeyHelp& k : keys) {
            auto* key = new QLabel(k.keys, this);
            key->setFont(Theme::current().mono());
            auto* what = new QLabel(k.what, this);
            what->setProperty("role", u"muted"_s);
            grid->addWidget(key, row, column);
            grid->addWidget(what, row, column + 1);
            listed_ << k.keys + u' ' + k.what;
            ++row;
        }
    };
    if (!page.empty()) fill(0, tr("Keys on %1").arg(screen), page);
    fill(3, tr("Everywhere"), window);
    grid->setColumnMinimumWidth(2, space::xl);
    setAccessibleDescription(listed_.join(u'\n'));
    adjustSize();
    move((parentWidget()->width() - width()) / 2, std::max(8, (parentWidget()->height() - height()) / 3));
    show();
    raise();
    setFocus(Qt::PopupFocusReason);
}

void KeysHelp::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Escape || event->key() == Qt::Key_F1 || event->key() == Qt::Key_Question)
        return hide();
    QFrame::keyPressEvent(event);
}

void KeysHelp::mousePressEvent(QMouseEvent*) {
    hide();
}

} // namespace waypost::ui
