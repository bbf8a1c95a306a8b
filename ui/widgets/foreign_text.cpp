#include "ui/widgets/foreign_text.h"

#include <QUrl>

using namespace Qt::StringLiterals;

namespace waypost::ui::foreign {

namespace {

bool unsafe(char32_t c) {
    switch (QChar::category(c)) {
    case QChar::Other_Control:
    case QChar::Other_Format: // zero width, bidi marks and overrides
    case QChar::Other_Surrogate:
    case QChar::Other_NotAssigned:
    case QChar::Separator_Line:
    case QChar::Separator_Paragraph: return true;
    default: return false;
    }
}

void escape(QString& out, char32_t c) {
    if (c < 0x100)
        out += u"\\x%1"_s.arg(static_cast<uint>(c), 2, 16, QLatin1Char('0'));
    else
        out += u"\\u{%1}"_s.arg(static_cast<uint>(c), 4, 16, QLatin1Char('0'));
}

} // namespace

QString printable(QStringView text, bool keepNewlines) {
    QString out;
    out.reserve(text.size());
    for (const char32_t c : text.toUcs4()) {
        if (c == U'\t' || (c == U'\n' && keepNewlines))
            out += QChar(static_cast<char16_t>(c));
        else if (c == U'\n')
            out += u"\\n"_s;
        else if (c == U'\r')
            out += u"\\r"_s;
        else if (unsafe(c))
            escape(out, c);
        else
            out += QString::fromUcs4(&c, 1);
    }
    return out;
}

QString toolTip(QStringView text, qsizetype limit) {
    QString shown = printable(text.left(limit), true);
    if (text.size() > limit) shown += u"…"_s;
    // The wrapper fixes the reading: without it a text that looks like markup would be rendered.
    return u"<qt>"_s + shown.toHtmlEscaped().replace(u'\n', u"<br>"_s) + u"</qt>"_s;
}

QLabel* label(const QString& text, QWidget* parent) {
    auto* l = new QLabel(parent);
    l->setTextFormat(Qt::PlainText);
    l->setText(printable(text, true));
    l->setTextInteractionFlags(Qt::TextSelectableByMouse);
    return l;
}

QString middleElided(const QString& text, const QFontMetrics& metrics, int width) {
    return metrics.elidedText(text, Qt::ElideMiddle, width);
}

QString domainBothWays(const QString& name) {
    const QByteArray ace = QUrl::toAce(name);
    if (ace.isEmpty()) return printable(name);
    const QString a = QString::fromLatin1(ace);
    const QString u = QUrl::fromAce(ace, QUrl::IgnoreIDNWhitelist);
    return a == u ? a : printable(u) + u" / "_s + a;
}

} // namespace waypost::ui::foreign
