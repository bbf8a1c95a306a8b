// Foreign text is anything a peer, a file or a message wrote. It is shown only through these: plain text,
// control and bidirectional characters spelled out, never interpreted as markup.
#pragma once

#include <QLabel>
#include <QString>

namespace waypost::ui::foreign {

// Control, format and bidi override characters become visible escapes; `keepNewlines` leaves \n alone.
QString printable(QStringView text, bool keepNewlines = false);
// For tool tips, which read markup: escaped, cut to `limit` characters.
QString toolTip(QStringView text, qsizetype limit = 2000);
// A label that never reads markup.
QLabel* label(const QString& text, QWidget* parent = nullptr);
QString middleElided(const QString& text, const QFontMetrics& metrics, int width);
// Both readings of an internationalised name ("bücher.example / xn--bcher-kva.example"), so look-alikes are
// seen.
QString domainBothWays(const QString& name);

} // namespace waypost::ui::foreign
