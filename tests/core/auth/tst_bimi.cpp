// BIMI logos and mark certificates: a corpus of our own, since there is no public one. Each case differs from
// a sound one in the thing it is named after.
#include "auth/bimi_svg.h"
#include "auth/logotype.h"
#include "auth/mark_certificate.h"
#include "base/text.h"
#include "support/mark_maker.h"

#include <QTest>

using namespace waypost;
using namespace waypost::auth;
using waypost::test::MarkAuthority;
using waypost::test::MarkWanted;

namespace {

constexpr std::int64_t dayMs = 86'400'000;
const UtcTime now{1'770'000'000'000};

const QByteArray sound = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                         "<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.2\" baseProfile=\"tiny-ps\" "
                         "viewBox=\"0 0 100 100\">\n"
                         "<title>Example</title>\n"
                         "<rect width=\"100\" height=\"100\" fill=\"#036\"/>\n"
                         "</svg>\n";

QByteArray with(const QByteArray& inside) {
    return QByteArray(sound).replace("</svg>", inside + "</svg>");
}
QByteArray changed(const char* from, const char* to) {
    return QByteArray(sound).replace(from, to);
}

std::string all(const std::vector<SvgProblem>& list) {
    std::string out;
    for (const auto& p : list) out += p.text + "\n";
    return out;
}
std::string all(const std::vector<std::string>& list) {
    std::string out;
    for (const auto& p : list) out += p + "\n";
    return out;
}

} // namespace

class TestBimi : public QObject {
    Q_OBJECT

    MarkAuthority authority_;

    static MarkWanted wanted() {
        MarkWanted w;
        w.svg = sound.toStdString();
        w.notBefore = {now.ms - 30 * dayMs};
        w.notAfter = {now.ms + 300 * dayMs};
        return w;
    }
    MarkQuestion question() const {
        MarkQuestion q;
        q.domain = "example.org";
        q.selector = "default";
        q.organisation = "example.org";
        q.svg = sound.toStdString();
        q.rootsPem = authority_.rootPem();
        q.now = now;
        return q;
    }

  private Q_SLOTS:
    void logos_data() {
        QTest::addColumn<QByteArray>("svg");
        QTest::addColumn<QString>("problem"); // empty: sound
        auto good = [](const char* name, const QByteArray& svg) { QTest::newRow(name) << svg << QString(); };
        auto bad = [](const char* name, const QByteArray& svg, const char* problem) {
            QTest::newRow(name) << svg << QString(problem);
        };
        good("a sound logo", sound);
        good("without an XML declaration", QByteArray(sound).mid(sound.indexOf("<svg")));
        good("a description", with("<desc>what it shows</desc>"));
        good("a gradient", with("<defs><linearGradient id=\"g\"><stop offset=\"0\" stop-color=\"#fff\"/>"
                                "</linearGradient></defs><circle r=\"5\" fill=\"url(#g)\"/>"));
        good("a reference inside", with("<defs><path id=\"p\" d=\"M0 0\"/></defs><use "
                                        "xmlns:xlink=\"http://www.w3.org/1999/xlink\" xlink:href=\"#p\"/>"));
        good("metadata of any kind", with("<metadata><x:y xmlns:x=\"urn:x\" onclick=\"1\"/></metadata>"));
        good("commas in the view box", changed("0 0 100 100", "0,0,100,100"));
        good("a view box that begins elsewhere", changed("0 0 100 100", "-50 -50 100 100"));
        good("width and height without a view box",
             changed("viewBox=\"0 0 100 100\"", "width=\"96\" height=\"96px\""));
        good("text", with("<text x=\"1\" y=\"9\">A</text>"));
        good("a comment", with("<!-- drawn by hand -->"));
        bad("nothing", "", "broken");
        bad("not XML", "hello", "broken");
        bad("cut", sound.left(200), "broken");
        bad("HTML", "<html><body/></html>", "not \"svg\"");
        bad("a PNG", QByteArray("\x89PNG\r\n\x1a\n\0\0", 10), "broken");
        bad("compressed", QByteArray("\x1f\x8b\x08\0\0\0", 6), "compressed");
        bad("no version", changed("version=\"1.2\" ", ""), "version");
        bad("version 1.1", changed("version=\"1.2\"", "version=\"1.1\""), "1.1");
        bad("no profile", changed("baseProfile=\"tiny-ps\" ", ""), "baseProfile");
        bad("profile tiny", changed("tiny-ps", "tiny"), "\"tiny\"");
        bad("the profile in another case", changed("baseProfile", "baseprofile"), "baseProfile");
        bad("no namespace", changed("xmlns=\"http://www.w3.org/2000/svg\" ", ""), "namespace");
        bad("no title", changed("<title>Example</title>\n", ""), "no <title>");
        bad("an empty title", changed("Example<", "  <"), "empty");
        bad("a title inside a group only", changed("<title>Example</title>", "<g><title>Example</title></g>"),
            "no <title>");
        bad("two titles", with("<title>Again</title>"), "more than one");
        bad("not square", changed("0 0 100 100", "0 0 200 100"), "square");
        bad("a view box of three numbers", changed("0 0 100 100", "0 0 100"), "four numbers");
        bad("a view box of words", changed("0 0 100 100", "a b c d"), "four numbers");
        bad("a view box without size", changed("0 0 100 100", "0 0 0 0"), "four numbers");
        bad("a view box that is not a number", changed("0 0 100 100", "0 0 nan nan"), "four numbers");
        bad("no size at all", changed("viewBox=\"0 0 100 100\"", ""), "neither a viewBox");
        bad("x on the root", changed("viewBox", "x=\"0\" viewBox"), "no x=");
        bad("y on the root", changed("viewBox", "y=\"0\" viewBox"), "no y=");
        bad("a script", with("<script>alert(1)</script>"), "scripts");
        bad("a handler", with("<rect onclick=\"alert(1)\" width=\"1\" height=\"1\"/>"), "scripts");
        bad("a handler on the root", changed("viewBox", "onload=\"alert(1)\" viewBox"), "scripts");
        bad("a handler element", with("<handler type=\"a\">x</handler>"), "scripts");
        bad("a listener", with("<listener event=\"x\"/>"), "scripts");
        bad("animation", with("<rect width=\"1\" height=\"1\"><animate attributeName=\"x\"/></rect>"),
            "animation");
        bad("a transform in motion", with("<animateTransform attributeName=\"x\"/>"), "animation");
        bad("set", with("<set attributeName=\"x\"/>"), "animation");
        bad("a raster image", with("<image width=\"1\" height=\"1\"/>"), "raster");
        bad("a raster image as data",
            with("<image xmlns:xlink=\"http://www.w3.org/1999/xlink\" "
                 "xlink:href=\"data:image/png;base64,AA\"/>"),
            "raster");
        bad("a foreign object",
            with("<foreignObject><b xmlns=\"http://www.w3.org/1999/xhtml\">x</b></foreignObject>"),
            "foreign");
        bad("a link",
            with("<a xmlns:xlink=\"http://www.w3.org/1999/xlink\" xlink:href=\"https://evil.test/\"/>"),
            "links");
        bad("a reference to another file",
            with("<use xmlns:xlink=\"http://www.w3.org/1999/xlink\" xlink:href=\"other.svg#p\"/>"),
            "leads out");
        bad("a reference to data", with("<use href=\"data:image/svg+xml,x\"/>"), "leads out");
        bad("a paint server elsewhere", with("<circle r=\"5\" fill=\"url(https://evil.test/#g)\"/>"),
            "leads out");
        bad("a paint server elsewhere in quotes",
            with("<circle r=\"5\" fill=\"url( 'https://evil.test/' )\"/>"), "leads out");
        bad("a second paint server elsewhere",
            with("<circle r=\"5\" style=\"fill:url(#g);stroke:URL(x.svg)\"/>"), "leads out");
        bad("a font elsewhere",
            with("<font-face><font-face-src><font-face-uri/></font-face-src></font-face>"), "other files");
        bad("a style sheet inside", with("<style>rect{fill:red}</style>"), "not in SVG Tiny PS");
        bad("a style sheet outside",
            QByteArray(sound).replace("?>\n", "?>\n<?xml-stylesheet href=\"https://evil.test/a.css\"?>\n"),
            "processing instruction");
        bad("a filter", with("<filter id=\"f\"/>"), "not in SVG Tiny PS");
        bad("a mask", with("<mask id=\"m\"/>"), "not in SVG Tiny PS");
        bad("an svg inside", with("<svg/>"), "inside the svg");
        bad("an editor's element", with("<i:view xmlns:i=\"http://www.inkscape.org/namespaces/inkscape\"/>"),
            "not of SVG");
        bad("sound", with("<audio/>"), "sound");
        bad("xml:base", with("<g xml:base=\"https://evil.test/\"/>"), "xml:base");
        bad("a DOCTYPE", QByteArray(sound).replace("?>\n", "?>\n<!DOCTYPE svg>\n"), "DOCTYPE");
        bad("a billion laughs",
            QByteArray(sound)
                .replace("?>\n", "?>\n<!DOCTYPE svg [<!ENTITY a \"lol\"><!ENTITY b \"&a;&a;\">]>\n")
                .replace("Example<", "&b;<"),
            "DOCTYPE");
        bad("a file of the machine",
            QByteArray(sound)
                .replace("?>\n", "?>\n<!DOCTYPE svg [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>\n")
                .replace("Example<", "&a;<"),
            "DOCTYPE");
        bad("an entity nobody defined", changed("Example<", "&a;<"), "broken");
        bad("sixty-five deep", with(QByteArray("<g>").repeated(65) + QByteArray("</g>").repeated(65)),
            "deep");
        bad("more than 32 KB", with("<desc>" + QByteArray(33'000, 'a') + "</desc>"), "32768");
        bad("more than is read", QByteArray(200'000, '<'), "32768");
    }
    void logos() {
        QFETCH(QByteArray, svg);
        QFETCH(QString, problem);
        const SvgReport r = checkBimiSvg(svg.toStdString());
        QVERIFY2(r.valid() == problem.isEmpty(), all(r.problems).c_str());
        if (!r.valid())
            QVERIFY2(all(r.problems).find(problem.toStdString()) != std::string::npos,
                     all(r.problems).c_str());
        for (const SvgProblem& p : r.problems) QVERIFY(p.text.ends_with('.'));
    }
    void aSoundLogoSaysItsTitleAndSize() {
        const SvgReport r = checkBimiSvg(sound.toStdString());
        QCOMPARE(r.title, std::string("Example"));
        QCOMPARE(r.width, 100.0);
        QCOMPARE(r.elements, size_t(3));
        QVERIFY(r.remarks.empty());
    }
    void problemsAreCounted() {
        QByteArray many;
        for (int i = 0; i < 200; ++i) many += QByteArray("<e") + QByteArray::number(i) + "/>";
        QCOMPARE(checkBimiSvg(with(many).toStdString()).problems.size(), maxSvgProblems);
    }

    void aSoundCertificate_data() {
        QTest::addColumn<QString>("type");
        QTest::addColumn<QString>("kind");
        QTest::newRow("a registered mark") << "Registered Mark" << "vmc";
        QTest::newRow("a government's mark") << "Government Mark" << "vmc";
        QTest::newRow("a mark of prior use") << "Prior Use Mark" << "cmc";
        QTest::newRow("a modified mark") << "Modified Registered Mark" << "cmc";
        QTest::newRow("an older certificate without the word") << "" << "unknown";
        QTest::newRow("another word") << "Some Mark" << "unknown";
    }
    void aSoundCertificate() {
        QFETCH(QString, type);
        QFETCH(QString, kind);
        MarkWanted w = wanted();
        w.markType = type.toStdString();
        const MarkCertificate c = checkMarkPem(authority_.issue(w), question());
        QVERIFY2(c.valid(), all(c.problems).c_str());
        QCOMPARE(QString::fromUtf8(markKindName(c.kind).data()), kind);
        QCOMPARE(c.certificates, size_t(2));
        QCOMPARE(c.issuerState, MarkIssuer::Known);
        QCOMPARE(c.sameLogo, std::optional(true));
        QCOMPARE(c.logoSha256, text::sha256Hex(sound.toStdString()));
        QCOMPARE(all(c.names), std::string("example.org\n"));
        QVERIFY(!c.logged);
    }

    void faults_data() {
        QTest::addColumn<QString>("what");
        QTest::addColumn<QString>("problem"); // empty: sound
        for (const auto& [what, problem] : std::initializer_list<std::pair<const char*, const char*>>{
                 {"the name of the selector", ""},
                 {"the organisation's name", ""},
                 {"not compressed", ""},
                 {"the logo was not fetched", ""},
                 {"for another domain", "not for example.org"},
                 {"for a domain below", "not for example.org"},
                 {"another selector", "not for example.org"},
                 {"no names", "names no domain"},
                 {"without its purpose", "purpose"},
                 {"expired", "expired on"},
                 {"not valid yet", "only from"},
                 {"without a logo", "logotype extension is missing"},
                 {"a broken extension", "cannot be read"},
                 {"an empty extension", "no image"},
                 {"a wrong hash", "hash"},
                 {"another logo", "not the one"},
                 {"an improper logo", "not proper SVG"},
                 {"a logo elsewhere", "not embedded"},
                 {"a PNG inside", "not image/svg+xml"},
                 {"not base64", "broken"},
                 {"a bomb", "decompressed"},
                 {"signed by another", "chain is broken"},
                 {"the authority's first", "authority"},
             })
            QTest::newRow(what) << QString(what) << QString(problem);
    }
    void faults() {
        QFETCH(QString, what);
        QFETCH(QString, problem);
        MarkWanted w = wanted();
        MarkQuestion q = question();
        if (what == "the name of the selector") w.names = {"default._bimi.example.org"};
        if (what == "the organisation's name") q.domain = "news.example.org";
        if (what == "not compressed") w.gzip = false;
        if (what == "the logo was not fetched") q.svg.reset();
        if (what == "for another domain") w.names = {"example.net", "www.example.org"};
        if (what == "for a domain below") w.names = {"a.example.org"};
        if (what == "another selector") w.names = {"brand._bimi.example.org"};
        if (what == "no names") w.names.clear();
        if (what == "without its purpose") w.purpose = false;
        if (what == "expired") w.notAfter = {now.ms - dayMs};
        if (what == "not valid yet") w.notBefore = {now.ms + dayMs};
        if (what == "without a logo") w.logotype = false;
        if (what == "a broken extension") w.logotypeDer = std::string("\x30\x82\xff\xff\x30", 5);
        if (what == "an empty extension") w.logotypeDer = std::string("\x30\x00", 2);
        if (what == "a wrong hash") w.goodHash = false;
        if (what == "another logo") q.svg = sound.toStdString() + "\n";
        if (what == "an improper logo") {
            w.svg = changed("tiny-ps", "tiny").toStdString();
            q.svg = w.svg;
        }
        if (what == "a logo elsewhere") w.uri = "https://example.org/l.svg";
        if (what == "a PNG inside") w.uri = "data:image/png;base64,AAAA";
        if (what == "not base64") w.uri = "data:image/svg+xml;base64,!!!!";
        if (what == "a bomb")
            w.uri = "data:image/svg+xml;base64," +
                    text::base64Encode(test::gzipped(std::string(50'000'000, 'a')));
        if (what == "signed by another") w.rightSigner = false;
        std::string pem = authority_.issue(w);
        if (what == "the authority's first") pem = authority_.rootPem() + pem;
        const MarkCertificate c = checkMarkPem(pem, q);
        QVERIFY2(c.valid() == problem.isEmpty(), all(c.problems).c_str());
        QVERIFY2(all(c.problems).find(problem.toStdString()) != std::string::npos, all(c.problems).c_str());
        QCOMPARE(c.sameLogo.has_value(), q.svg.has_value() && !c.logoSha256.empty());
    }

    // Not to know an issuer is not a fault of the certificate.
    void anUnknownIssuerIsNotAFault_data() {
        QTest::addColumn<bool>("roots");
        QTest::newRow("no roots are known") << false;
        QTest::newRow("the roots are others") << true;
    }
    void anUnknownIssuerIsNotAFault() {
        QFETCH(bool, roots);
        MarkAuthority other;
        MarkQuestion q = question();
        q.rootsPem = roots ? other.rootPem() : std::string();
        const MarkCertificate c = checkMarkPem(authority_.issue(wanted()), q);
        QVERIFY2(c.valid(), all(c.problems).c_str());
        QCOMPARE(c.issuerState, MarkIssuer::Unknown);
        QVERIFY2(c.issuerText.find("not known here") != std::string::npos, c.issuerText.c_str());
    }

    void whatIsNoCertificate_data() {
        QTest::addColumn<QByteArray>("pem");
        QTest::newRow("nothing") << QByteArray();
        QTest::newRow("an SVG") << sound;
        QTest::newRow("another block")
            << QByteArray("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
        QTest::newRow("broken inside")
            << QByteArray("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        QTest::newRow("without an end") << QByteArray("-----BEGIN CERTIFICATE-----\nAAAA\n");
        QTest::newRow("too large") << QByteArray(300'000, 'a');
    }
    void whatIsNoCertificate() {
        QFETCH(QByteArray, pem);
        const MarkCertificate c = checkMarkPem(pem.toStdString(), question());
        QVERIFY(!c.valid() && c.certificates == 0 && c.problems.size() == 1);
    }

    void onlySoManyAreRead() {
        std::string pem = authority_.issue(wanted());
        for (int i = 0; i < 30; ++i) pem += authority_.rootPem();
        const MarkCertificate c = checkMarkPem(pem, question());
        QCOMPARE(c.certificates, maxMarkChain);
        QVERIFY2(c.valid(), all(c.problems).c_str());
        QVERIFY(!c.remarks.empty());
    }
};

QTEST_GUILESS_MAIN(TestBimi)
#include "tst_bimi.moc"
