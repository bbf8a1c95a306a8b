#include "ui/pages/domains_finding.h"

#include "ui/pages/page_values.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/widgets/foreign_text.h"

#include <QApplication>
#include <QClipboard>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace waypost::ui {

FindingPanel::FindingPanel(QWidget* parent) : QScrollArea(parent) {
    setFrameShape(QFrame::NoFrame);
    setWidgetResizable(true);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setAccessibleName(tr("Why this is a finding"));
    auto* inner = new QWidget;
    auto* column = new QVBoxLayout(inner);
    column->setContentsMargins(space::m, space::s, space::s, space::s);
    column->setSpacing(space::xs);
    title_ = foreign::label({});
    title_->setWordWrap(true);
    column->addWidget(title_);
    fix_ = addPart(column, tr("To fix"), true);
    good_ = addPart(column, tr("What good looks like"), false);
    verify_ = addPart(column, tr("To verify"), true);
    section_ = addPart(column, tr("Standard"), false);
    evidence_ = addPart(column, tr("Evidence"), false);
    reply_ = addPart(column, tr("What a violation earns"), true);
    source_ = addPart(column, tr("Source"), true);
    column->addStretch();
    setWidget(inner);
    clear(tr("Select a finding to see why it matters and what to publish."));
}

FindingPanel::Part FindingPanel::addPart(QVBoxLayout* column, const QString& head, bool copyable) {
    Part part{new QLabel(head), foreign::label({}), nullptr};
    part.head->setProperty("role", u"muted"_s);
    part.body->setWordWrap(true);
    part.body->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    auto* line = new QHBoxLayout;
    line->addWidget(part.head);
    line->addStretch();
    if (copyable) {
        part.copy = new QPushButton(icon(u"copy"), tr("Copy"));
        part.copy->setProperty("link", true);
        part.copy->setAccessibleName(tr("Copy: %1").arg(head));
        connect(part.copy, &QPushButton::clicked, this,
                [body = part.body] { QApplication::clipboard()->setText(body->text()); });
        line->addWidget(part.copy);
    }
    column->addLayout(line);
    column->addWidget(part.body);
    column->addSpacing(space::xs);
    return part;
}

void FindingPanel::set(const Part& part, const std::string& text) {
    part.body->setText(foreign::printable(qstr(text), true));
    part.head->setVisible(!text.empty());
    part.body->setVisible(!text.empty());
    if (part.copy) part.copy->setVisible(!text.empty());
}

void FindingPanel::hideParts() {
    for (const Part* part : {&fix_, &good_, &verify_, &section_, &evidence_, &reply_, &source_})
        set(*part, {});
}

void FindingPanel::showRequirement(const engine::RequirementRow& r) {
    hideParts();
    title_->setText(foreign::printable(qstr(r.requirement)));
    title_->setFont(Theme::current().section());
    set(evidence_, r.state + (r.evidence.empty() ? "" : ": " + r.evidence));
    set(reply_, r.reply);
    set(source_,
        r.provider + (r.who.empty() ? "" : ", " + r.who) + (r.source.empty() ? "" : ": " + r.source));
}

void FindingPanel::show(const engine::FindingView& f) {
    hideParts();
    title_->setText(foreign::printable(qstr(f.seen)));
    title_->setFont(Theme::current().section());
    set(fix_, f.fix);
    set(good_, f.good);
    set(verify_, f.verify);
    set(section_, f.section);
}

void FindingPanel::clear(const QString& sentence) {
    title_->setText(sentence);
    title_->setFont(Theme::current().body());
    hideParts();
}

QString FindingPanel::fixText() const {
    return fix_.body->text();
}

} // namespace waypost::ui
