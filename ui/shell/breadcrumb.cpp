#include "ui/shell/breadcrumb.h"

#include "ui/theme/theme.h"
#include "ui/widgets/foreign_text.h"

#include <QHBoxLayout>
#include <QPushButton>

using namespace Qt::StringLiterals;

namespace waypost::ui {

Breadcrumb::Breadcrumb(QWidget* parent) : QWidget(parent), row_(new QHBoxLayout(this)) {
    row_->setContentsMargins(0, 0, 0, 0);
    row_->setSpacing(space::xs);
    setAccessibleName(tr("Where we are"));
}

void Breadcrumb::setSteps(const QStringList& steps) {
    steps_ = steps;
    while (QLayoutItem* item = row_->takeAt(0)) {
        if (item->widget()) {
            item->widget()->hide();
            item->widget()->deleteLater();
        }
        delete item;
    }
    for (int i = 0; i < steps.size(); ++i) {
        const QString shown = foreign::printable(steps[i]);
        if (i + 1 == steps.size()) {
            auto* last = foreign::label(shown, this);
            last->setFont(i == 0 ? Theme::current().title() : Theme::current().section());
            row_->addWidget(last);
            continue;
        }
        auto* button = new QPushButton(shown, this);
        button->setProperty("link", true);
        button->setAccessibleName(tr("Back to %1").arg(shown));
        connect(button, &QPushButton::clicked, this, [this, i] { Q_EMIT stepChosen(i); });
        row_->addWidget(button);
        auto* sign = new QLabel(u"›"_s, this);
        sign->setProperty("role", u"muted"_s);
        row_->addWidget(sign);
    }
    row_->addStretch();
}

} // namespace waypost::ui
