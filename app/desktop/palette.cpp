#include "desktop/palette.h"

#include "ui/pages/page_values.h"

#include <QCoreApplication>

using namespace Qt::StringLiterals;

namespace waypost::desktop {

namespace {

struct PaletteWords {
    Q_DECLARE_TR_FUNCTIONS(PaletteWords)
};

} // namespace

bool looksLikeDomain(const QString& typed) {
    if (!typed.contains(u'.') || typed.startsWith(u'.') || typed.contains(u"..")) return false;
    bool letter = false;
    for (const QChar c : typed) {
        if (!c.isLetterOrNumber() && c != u'-' && c != u'.' && c != u'_') return false;
        letter = letter || c.isLetter();
    }
    return letter;
}

std::vector<ui::PaletteItem> ObjectPalette::offer(const QString& typed) {
    std::vector<ui::PaletteItem> out;
    const auto object = [&](const QString& page, const QString& id, const QString& title,
                            const QString& category) {
        ui::PaletteItem item;
        item.group = ui::PaletteItem::Group::Object;
        item.id = page + u'/' + id;
        item.title = title;
        item.category = category;
        item.icon = page == "messages"_L1 ? u"message"_s : page;
        item.run = [open = open_, page, id] { open(page, id); };
        out.push_back(std::move(item));
    };
    for (const engine::DomainLine& d : domains_.domains)
        object(u"domains"_s, ui::qstr(d.name), ui::qstr(d.name), PaletteWords::tr("Domain"));
    for (const engine::RunLine& r : runs_.runs)
        object(u"placement"_s, ui::qstr(r.id), ui::qstr(r.name.empty() ? r.id : r.name),
               PaletteWords::tr("Placement run"));
    for (const engine::MessageLine& m : messages_.messages)
        object(u"messages"_s, ui::qstr(m.id), ui::qstr(m.title), PaletteWords::tr("Message"));
    for (ui::PaletteItem& item : lookUps(typed)) out.push_back(std::move(item));
    return out;
}

std::vector<ui::PaletteItem> ObjectPalette::lookUps(const QString& typed) const {
    std::vector<ui::PaletteItem> out;
    if (typed.isEmpty() || typed.contains(u' ')) return out;
    const auto add = [&](const QString& page, const QString& title, const QString& icon) {
        ui::PaletteItem item;
        item.group = ui::PaletteItem::Group::LookUp;
        item.id = u"lookup/"_s + page;
        item.title = title;
        item.category = PaletteWords::tr("Look up");
        item.icon = icon;
        item.run = [open = open_, page, typed] { open(page, typed); };
        out.push_back(std::move(item));
    };
    if (looksLikeDomain(typed))
        add(u"inspect"_s, PaletteWords::tr("Inspect %1 now").arg(typed), u"domains"_s);
    const bool filter = typed.contains(u':') && !typed.contains(u'@');
    add(u"delivery"_s,
        filter ? PaletteWords::tr("Show %1 in Delivery").arg(typed)
               : PaletteWords::tr("Find %1 in Delivery").arg(typed),
        u"delivery"_s);
    return out;
}

} // namespace waypost::desktop
