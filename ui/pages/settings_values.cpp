#include "ui/pages/settings_values.h"

#include "ui/pages/page_values.h"
#include "ui/theme/theme.h"
#include "ui/widgets/foreign_text.h"

#include <QCheckBox>
#include <QComboBox>
#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {
constexpr int editorWidth = 280;
constexpr int textWidth = 460;
} // namespace

SettingsValues::SettingsValues(EngineBridge& bridge, QWidget* parent)
    : QScrollArea(parent), bridge_(bridge), column_(nullptr) {
    auto* inner = new QWidget;
    column_ = new QVBoxLayout(inner);
    column_->setContentsMargins(0, space::s, 0, 0);
    column_->setSpacing(0);
    column_->addStretch();
    setWidget(inner);
    setWidgetResizable(true);
    setFrameShape(NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
}

void SettingsValues::setSettings(const std::vector<engine::SettingLine>& settings) {
    filling_ = true;
    for (const engine::SettingLine& s : settings) {
        const QString key = qstr(s.key);
        if (!lines_.contains(key)) add(s);
        lines_[key].setting = s;
        show(lines_[key]);
    }
    filling_ = false;
}

QWidget* SettingsValues::makeEditor(const engine::SettingLine& s) {
    const QString key = qstr(s.key);
    if (s.type == "boolean") {
        auto* box = new QCheckBox(tr("on"));
        connect(box, &QCheckBox::toggled, this,
                [this, key](bool on) { save(key, on ? u"true"_s : u"false"_s, true); });
        return box;
    }
    if (s.type == "choice") {
        auto* box = new QComboBox;
        box->addItems(qstr(s.choices).split(u' ', Qt::SkipEmptyParts));
        connect(box, &QComboBox::currentTextChanged, this,
                [this, key](const QString& word) { save(key, word, true); });
        return box;
    }
    auto* field = new QLineEdit;
    connect(field, &QLineEdit::editingFinished, this, [this, key, field] { save(key, field->text(), true); });
    return field;
}

void SettingsValues::add(const engine::SettingLine& s) {
    Line line;
    line.setting = s;
    line.box = new QWidget;
    line.editor = makeEditor(s);
    line.editor->setFixedWidth(editorWidth);
    line.editor->setAccessibleName(qstr(s.title));
    auto* title = new QLabel(qstr(s.title));
    title->setFont(Theme::current().section());
    auto* doc = new QLabel(qstr(s.doc));
    doc->setWordWrap(true);
    doc->setFixedWidth(textWidth);
    doc->setProperty("role", u"muted"_s);
    line.origin = new QLabel;
    line.origin->setProperty("role", u"muted"_s);
    line.origin->setTextFormat(Qt::PlainText);
    auto* key = new QLabel(qstr(s.key));
    key->setFont(Theme::current().mono());
    key->setProperty("role", u"muted"_s);
    key->setTextInteractionFlags(Qt::TextSelectableByMouse);
    key->setToolTip(tr("Key of this setting on the command line"));
    line.problem = foreign::label({});
    line.problem->setWordWrap(true);
    line.problem->setProperty("role", u"error"_s);
    line.problem->hide();
    auto* grid = new QGridLayout(line.box);
    grid->setContentsMargins(0, space::s, 0, space::m);
    grid->setHorizontalSpacing(space::xl);
    grid->setVerticalSpacing(2);
    grid->addWidget(title, 0, 0);
    grid->addWidget(doc, 1, 0, 2, 1, Qt::AlignTop);
    grid->addWidget(line.editor, 0, 1);
    grid->addWidget(line.origin, 1, 1, Qt::AlignTop);
    grid->addWidget(key, 0, 2);
    grid->addWidget(line.problem, 3, 0, 1, 3);
    grid->setColumnStretch(3, 1);
    column_->insertWidget(column_->count() - 1, line.box);
    lines_.insert(qstr(s.key), line);
}

void SettingsValues::show(Line& line) {
    const QString value = qstr(line.setting.value);
    const QSignalBlocker quiet(line.editor);
    if (auto* box = qobject_cast<QCheckBox*>(line.editor))
        box->setChecked(value == "true"_L1);
    else if (auto* choice = qobject_cast<QComboBox*>(line.editor))
        choice->setCurrentText(value);
    else if (auto* field = qobject_cast<QLineEdit*>(line.editor); field && !field->hasFocus())
        field->setText(value);
    const QString standard = line.setting.standard.empty() ? tr("empty") : qstr(line.setting.standard);
    line.origin->setText(line.setting.origin == "default"
                             ? tr("default")
                             : tr("%1 · default: %2").arg(qstr(line.setting.origin), standard));
}

void SettingsValues::save(const QString& key, const QString& value, bool offerUndo) {
    const QString before = qstr(lines_[key].setting.value);
    if (filling_ || (value == before && lines_[key].problem->isHidden())) return;
    bridge_.run(engine::SaveSetting{key.toStdString(), value.toStdString()}, this,
                [this, key, value, before, offerUndo](const engine::Snapshot& s) {
                    Line& line = lines_[key];
                    const Error* e = std::get_if<Error>(&s);
                    line.problem->setText(e ? outcomeGlyph(Outcome::Bounced) + u"  "_s +
                                                  foreign::printable(qstr(e->text))
                                            : QString());
                    line.problem->setVisible(e != nullptr);
                    if (!e && offerUndo && value != before)
                        Q_EMIT undoOffered(tr("%1 is now “%2”").arg(qstr(line.setting.title), value),
                                           [this, key, before] { save(key, before, false); });
                    Q_EMIT answered(key);
                });
}

int SettingsValues::search(const QString& words) {
    int shown = 0;
    const QStringList parts = words.split(u' ', Qt::SkipEmptyParts);
    for (Line& line : lines_) {
        const engine::SettingLine& s = line.setting;
        const QString all =
            QStringList{qstr(s.key), qstr(s.title), qstr(s.doc), qstr(s.value), qstr(s.origin)}.join(u' ');
        const bool match = std::all_of(parts.begin(), parts.end(), [&](const QString& p) {
            return all.contains(p, Qt::CaseInsensitive);
        });
        line.box->setVisible(match);
        shown += match ? 1 : 0;
    }
    return shown;
}

QWidget* SettingsValues::editor(const QString& key) const {
    return lines_.value(key).editor;
}

QString SettingsValues::origin(const QString& key) const {
    const QLabel* label = lines_.value(key).origin;
    return label ? label->text() : QString();
}

QString SettingsValues::problem(const QString& key) const {
    const QLabel* label = lines_.value(key).problem;
    return label ? label->text() : QString();
}

} // namespace waypost::ui
