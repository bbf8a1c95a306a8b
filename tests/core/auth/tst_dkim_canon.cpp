// Canonicalization from the text of RFC 6376 section 3.4, and the hasher that many signatures share.
#include "auth/dkim_hash.h"
#include "base/text.h"

#include <set>

using namespace waypost;
using namespace waypost::auth;

class TestDkimCanon : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void bodies_data() {
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<QByteArray>("simple");
        QTest::addColumn<QByteArray>("relaxed");
        auto row = [](const char* name, QByteArray body, QByteArray simple, QByteArray relaxed) {
            QTest::newRow(name) << body << simple << relaxed;
        };
        row("the example of section 3.4.5", " C \r\nD \t E\r\n\r\n\r\n", " C \r\nD \t E\r\n",
            " C\r\nD E\r\n");
        row("an empty body is CRLF in the simple form only", "", "\r\n", "");
        row("one empty line", "\r\n", "\r\n", "");
        row("many empty lines", "\r\n\r\n\r\n", "\r\n", "");
        row("only white space", " \t \r\n", " \t \r\n", "");
        row("only white space without a line end", " \t ", " \t \r\n", "");
        row("no line end at the end", "a", "a\r\n", "a\r\n");
        row("empty lines inside stay", "a\r\n\r\nb\r\n", "a\r\n\r\nb\r\n", "a\r\n\r\nb\r\n");
        row("lines of white space at the end are empty when relaxed", "a\r\n \t\r\n \r\n",
            "a\r\n \t\r\n \r\n", "a\r\n");
        row("lines of white space inside are empty when relaxed", "a\r\n \t\r\nb\r\n", "a\r\n \t\r\nb\r\n",
            "a\r\n\r\nb\r\n");
        row("white space at the start of a line stays one space", "\t  a\r\n", "\t  a\r\n", " a\r\n");
        row("tabs are white space", "a\tb\t\tc\t\r\n", "a\tb\t\tc\t\r\n", "a b c\r\n");
        row("a bare LF counts as CRLF", "a\nb \n\n", "a\r\nb \r\n", "a\r\nb\r\n");
        row("mixed line ends", "a\r\nb\nc\r\n\n", "a\r\nb\r\nc\r\n", "a\r\nb\r\nc\r\n");
        row("a CR inside a line is content", "a\rb\r\n", "a\rb\r\n", "a\rb\r\n");
        row("two CRs before LF: the first is content", "a\r\r\n", "a\r\r\n", "a\r\r\n");
        row("a CR as the only content", "\r", "\r\r\n", "\r\r\n");
        row("a CR at the end", "a\r\n\r", "a\r\n\r\r\n", "a\r\n\r\r\n");
        row("space, CR and no LF", "a \rb\r\n", "a \rb\r\n", "a \rb\r\n");
        row("other controls and NUL are content", QByteArray("a\0\v\fb \v\r\n", 9),
            QByteArray("a\0\v\fb \v\r\n", 9), QByteArray("a\0\v\fb \v\r\n", 9));
        row("octets above 127 are content", "\xa0\xc3\xa9 \r\n", "\xa0\xc3\xa9 \r\n", "\xa0\xc3\xa9\r\n");
        row("a space before a long word at a block edge", "123456789012345  6789 abcdefghijklmnopq  \r\n",
            "123456789012345  6789 abcdefghijklmnopq  \r\n", "123456789012345 6789 abcdefghijklmnopq\r\n");
    }
    void bodies() {
        QFETCH(QByteArray, body);
        QFETCH(QByteArray, simple);
        QFETCH(QByteArray, relaxed);
        const std::string in = body.toStdString();
        QCOMPARE(canonicalBody(in, Canonicalization::Simple), simple.toStdString());
        QCOMPARE(canonicalBody(in, Canonicalization::Relaxed), relaxed.toStdString());
    }

    // Every way to cut a body in two, and octet by octet.
    void piecesDoNotMatter_data() { bodies_data(); }
    void piecesDoNotMatter() {
        QFETCH(QByteArray, body);
        struct Collect final : ByteSink {
            void take(std::string_view bytes) override { text += bytes; }
            std::string text;
        };
        const std::string in = body.toStdString();
        for (auto kind : {Canonicalization::Simple, Canonicalization::Relaxed}) {
            const std::string whole = canonicalBody(in, kind);
            for (size_t cut = 0; cut <= in.size(); ++cut) {
                Collect out;
                BodyCanonicalizer c(kind);
                c.feed(std::string_view(in).substr(0, cut), out);
                c.feed(std::string_view(in).substr(cut), out);
                c.finish(out);
                QCOMPARE(out.text, whole);
            }
            Collect out;
            BodyCanonicalizer c(kind);
            for (char octet : in) c.feed({&octet, 1}, out);
            c.finish(out);
            QCOMPARE(out.text, whole);
        }
    }

    void aLongBodyGoesThroughInPieces() {
        std::string body, relaxed;
        for (int i = 0; i < 5000; ++i) {
            body += "word  and\tword " + std::to_string(i) + " \r\n";
            relaxed += "word and word " + std::to_string(i) + "\r\n";
        }
        QCOMPARE(canonicalBody(body, Canonicalization::Relaxed), relaxed);
        QCOMPARE(canonicalBody(body, Canonicalization::Simple), body);
        const std::string longLine(100'000, 'x');
        QCOMPARE(canonicalBody(longLine, Canonicalization::Relaxed), longLine + "\r\n");
    }

    void fields_data() {
        QTest::addColumn<QByteArray>("field");
        QTest::addColumn<QByteArray>("simple");
        QTest::addColumn<QByteArray>("relaxed");
        auto row = [](const char* name, QByteArray field, QByteArray simple, QByteArray relaxed) {
            QTest::newRow(name) << field << simple << relaxed;
        };
        row("the example of section 3.4.5", "A: X", "A: X\r\n", "a:X\r\n");
        row("a folded field of the example", "B : Y\t\r\n\tZ  ", "B : Y\t\r\n\tZ  \r\n", "b:Y Z\r\n");
        row("folds with bare LF", "B: Y\n Z", "B: Y\r\n Z\r\n", "b:Y Z\r\n");
        row("no value", "Subject:", "Subject:\r\n", "subject:\r\n");
        row("only white space", "Subject:  \r\n \t", "Subject:  \r\n \t\r\n", "subject:\r\n");
        row("a colon in the value", "Subject: Re: x", "Subject: Re: x\r\n", "subject:Re: x\r\n");
        row("a CR alone is content", "A: x\ry", "A: x\ry\r\n", "a:x\ry\r\n");
        row("the case of the value stays", "FROM: A@B", "FROM: A@B\r\n", "from:A@B\r\n");
    }
    void fields() {
        QFETCH(QByteArray, field);
        QFETCH(QByteArray, simple);
        QFETCH(QByteArray, relaxed);
        std::string out;
        appendCanonicalField(out, field.toStdString(), Canonicalization::Simple);
        QCOMPARE(out, simple.toStdString());
        out.clear();
        appendCanonicalField(out, field.toStdString(), Canonicalization::Relaxed);
        QCOMPARE(out, relaxed.toStdString());
    }

    // Sections 3.4.3 and 3.4.4 give these values.
    void hashesOfTheEmptyBody() {
        BodyHasher h;
        const size_t simple = h.want({Canonicalization::Simple, DkimHash::Sha256, {}});
        const size_t relaxed = h.want({Canonicalization::Relaxed, DkimHash::Sha256, {}});
        const size_t simple1 = h.want({Canonicalization::Simple, DkimHash::Sha1, {}});
        const size_t relaxed1 = h.want({Canonicalization::Relaxed, DkimHash::Sha1, {}});
        h.feed("");
        h.finish();
        QCOMPARE(text::base64Encode(h.digest(simple)),
                 std::string("frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY="));
        QCOMPARE(text::base64Encode(h.digest(relaxed)),
                 std::string("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="));
        QCOMPARE(text::base64Encode(h.digest(simple1)), std::string("uoq1oCgLlTqpdDX/iUbLy7J1Wic="));
        QCOMPARE(text::base64Encode(h.digest(relaxed1)), std::string("2jmj7l5rSw0yVb/vlWAYkK/YBwk="));
    }

    void oneHashForManySignatures() {
        BodyHasher h;
        const std::string body = "one  two\r\nthree\r\n\r\n";
        std::vector<size_t> numbers;
        for (int i = 0; i < 100; ++i)
            numbers.push_back(h.want({Canonicalization::Relaxed, DkimHash::Sha256, {}}));
        QCOMPARE(std::set<size_t>(numbers.begin(), numbers.end()).size(), size_t(1));
        // Other lengths share the pass too.
        const size_t three = h.want({Canonicalization::Relaxed, DkimHash::Sha256, 3});
        const size_t none = h.want({Canonicalization::Relaxed, DkimHash::Sha256, 0});
        const size_t all = h.want({Canonicalization::Relaxed, DkimHash::Sha256, 16});
        const size_t more = h.want({Canonicalization::Relaxed, DkimHash::Sha256, 17});
        h.feed(body);
        h.finish();
        QCOMPARE(h.passes(), size_t(1));
        const std::string canonical = "one two\r\nthree\r\n";
        QCOMPARE(h.canonicalBytes(numbers[0]), std::uint64_t(canonical.size()));
        QCOMPARE(h.digest(numbers[0]), dkimDigest(DkimHash::Sha256, canonical));
        QCOMPARE(h.digest(three), dkimDigest(DkimHash::Sha256, "one"));
        QCOMPARE(h.digest(none), dkimDigest(DkimHash::Sha256, ""));
        QCOMPARE(h.digest(all), h.digest(numbers[0]));
        QCOMPARE(h.digest(more), h.digest(numbers[0]));
    }
};

QTEST_APPLESS_MAIN(TestDkimCanon)
#include "tst_dkim_canon.moc"
