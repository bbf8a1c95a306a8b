// Colours, marks and icons: contrast computed, states told apart without colour.
#include "ui/theme/icons.h"
#include "ui/theme/paint.h"
#include "ui_main.h"

#include <QImage>
#include <QPainter>
#include <QPixmapCache>

using namespace waypost::ui;
using namespace Qt::StringLiterals;

namespace {

// A state drawn without colour: what a greyscale print keeps.
QImage grey(Outcome state, bool fill) {
    QImage image(48, 48, QImage::Format_Grayscale8);
    image.fill(Qt::white);
    Tokens t = lightTokens();
    t.state.fill(QColor(0x606060)); // the same grey for all: only glyph or pattern may tell
    QPainter p(&image);
    if (fill)
        paintFill(p, QRectF(0, 0, 48, 48), state, t);
    else
        paintMark(p, QRectF(4, 4, 40, 40), state, Qt::black);
    return image;
}

int differentPixels(const QImage& a, const QImage& b) {
    int n = 0;
    for (int y = 0; y < a.height(); ++y)
        for (int x = 0; x < a.width(); ++x) n += std::abs(qGray(a.pixel(x, y)) - qGray(b.pixel(x, y))) > 40;
    return n;
}

} // namespace

class TstTheme : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void contrastOfKnownPairs() {
        QCOMPARE(qRound(contrast(Qt::black, Qt::white) * 10), 210);
        QCOMPARE(qRound(contrast(Qt::white, Qt::white) * 10), 10);
    }

    void stateColoursStandOut_data() {
        QTest::addColumn<bool>("dark");
        QTest::addColumn<int>("state");
        for (const bool dark : {false, true})
            for (const Outcome o : outcomeOrder)
                QTest::addRow("%s in %s", qPrintable(outcomeWord(o)), dark ? "dark" : "light")
                    << dark << int(o);
    }
    void stateColoursStandOut() {
        QFETCH(bool, dark);
        QFETCH(int, state);
        const Tokens& t = dark ? darkTokens() : lightTokens();
        const double ratio = contrast(t.of(Outcome(state)), t.surface);
        QVERIFY2(ratio >= 2.995,
                 qPrintable(u"%1"_s.arg(ratio))); // 3.0, as rounded by the table it comes from
    }

    void textIsReadable_data() {
        QTest::addColumn<bool>("dark");
        QTest::newRow("light") << false;
        QTest::newRow("dark") << true;
    }
    void textIsReadable() {
        QFETCH(bool, dark);
        const Tokens& t = dark ? darkTokens() : lightTokens();
        for (const QColor& ground : {t.window, t.surface, t.raised, t.selection, t.hover}) {
            QVERIFY(contrast(t.text, ground) >= 7.0);
            QVERIFY2(contrast(t.textMuted, ground) >= 4.5, qPrintable(ground.name()));
        }
        QVERIFY(contrast(t.accentText, t.accent) >= 4.5);
        QVERIFY(contrast(t.accent, t.surface) >= 3.0); // focus ring
        QVERIFY(contrast(t.accent, t.raised) >= 3.0);
        QVERIFY(contrast(t.lineStrong, t.raised) >= 2.5); // input edges
    }

    void heatScaleRunsOneWay() {
        for (const Tokens* t : {&lightTokens(), &darkTokens()})
            for (int i = 0; i < 10; ++i) {
                const bool darker = t->heat(i / 10.0).lightnessF() > t->heat((i + 1) / 10.0).lightnessF();
                QCOMPARE(darker, !t->dark);
            }
    }

    void marksDifferWithoutColour() {
        for (const Outcome a : outcomeOrder)
            for (const Outcome b : outcomeOrder)
                if (a < b)
                    QVERIFY2(differentPixels(grey(a, false), grey(b, false)) > 60,
                             qPrintable(outcomeWord(a) + u'/' + outcomeWord(b)));
    }

    void patternsDifferWithoutColour() {
        for (const Outcome a : outcomeOrder)
            for (const Outcome b : outcomeOrder) {
                if (a >= b || outcomePattern(a) == outcomePattern(b)) continue;
                QVERIFY2(differentPixels(grey(a, true), grey(b, true)) > 60,
                         qPrintable(outcomeWord(a) + u'/' + outcomeWord(b)));
            }
    }

    void glyphsAndWordsAreUnique() {
        QSet<QString> glyphs, words;
        for (const Outcome o : outcomeOrder) {
            glyphs << outcomeGlyph(o);
            words << outcomeWord(o);
        }
        QCOMPARE(glyphs.size(), outcomeCount);
        QCOMPARE(words.size(), outcomeCount);
    }

    void everyScreenHasAnIcon() {
        for (const QString& name : {u"today"_s, u"placement"_s, u"domains"_s, u"message"_s, u"blocklists"_s,
                                    u"delivery"_s, u"reports"_s, u"suppression"_s, u"warmup"_s, u"cases"_s,
                                    u"jobs"_s, u"activity"_s, u"settings"_s, u"search"_s}) {
            const QImage image = icon(name).pixmap(24, 24).toImage();
            int ink = 0;
            for (int y = 0; y < image.height(); ++y)
                for (int x = 0; x < image.width(); ++x) ink += qAlpha(image.pixel(x, y)) > 128;
            QVERIFY2(ink > 15, qPrintable(name));
        }
        QVERIFY(icon(u"no-such-icon").isNull());
    }

    void iconsFollowTheTheme() {
        const auto firstInk = [] {
            const QImage i = icon(u"delivery").pixmap(24, 24).toImage();
            for (int y = 0; y < i.height(); ++y)
                for (int x = 0; x < i.width(); ++x)
                    if (qAlpha(i.pixel(x, y)) == 255) return QColor(i.pixel(x, y)).lightness();
            return -1;
        };
        const int light = firstInk();
        Theme::current().setMode(Theme::Mode::Dark);
        const int dark = firstInk();
        Theme::current().setMode(Theme::Mode::Light);
        QVERIFY(light >= 0 && light < 100);
        QVERIFY(dark > 150);
    }

    void switchingIsLive() {
        QSignalSpy changed(&Theme::current(), &Theme::changed);
        Theme::current().setMode(Theme::Mode::Dark);
        QCOMPARE(changed.count(), 1);
        QCOMPARE(qApp->palette().color(QPalette::Window), darkTokens().surface);
        Theme::current().setMode(Theme::Mode::Light);
        QCOMPARE(qApp->palette().color(QPalette::Window), lightTokens().surface);
    }

    void sheetHasNoUnknownToken() { QVERIFY(!qApp->styleSheet().contains(u'@')); }
};

WAYPOST_UI_MAIN(TstTheme)
#include "tst_theme.moc"
