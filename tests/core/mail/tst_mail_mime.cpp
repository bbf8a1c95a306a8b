#include "base/json.h"
#include "mail/mime.h"
#include "support/paths.h"

#include <fstream>

using namespace waypost;
using namespace waypost::mail;

namespace {
QString q(std::string_view s) {
    return QString::fromUtf8(s.data(), qsizetype(s.size()));
}
// "0 multipart/mixed; 1 text/plain": depth and type of each part.
QString shape(const MimeTree& tree) {
    QStringList out;
    for (const MimePart& p : tree.parts()) out << QString::number(p.depth) + " " + q(p.type.value);
    return out.join("; ");
}
// Bodies of all parts in the corpus' trees, encapsulated messages included: "offset-end".
void collectBodies(const json::object& message, QStringList& out) {
    const json::array* parts = json::list(message, "parts");
    if (!parts) return;
    for (const json::value& v : *parts) {
        const json::object& p = v.as_object();
        out << QString("%1-%2").arg(json::number(p, "offset_body")).arg(json::number(p, "offset_end"));
        const json::object* body = json::child(p, "body");
        if (const json::object* inner = body ? json::child(*body, "Message") : nullptr)
            collectBodies(*inner, out);
    }
}
const char* mixed = "Content-Type: multipart/mixed; boundary=outer\r\n"
                    "\r\n"
                    "preamble\r\n"
                    "--outer\r\n"
                    "Content-Type: multipart/alternative; boundary=\"in ner\"\r\n"
                    "\r\n"
                    "--in ner\r\n"
                    "\r\n"
                    "plain\r\n"
                    "--in ner  \r\n"
                    "Content-Type: text/html\r\n"
                    "\r\n"
                    "<b>x</b>\r\n"
                    "--in ner--\r\n"
                    "epilogue\r\n"
                    "--outer\r\n"
                    "Content-Type: message/rfc822\r\n"
                    "\r\n"
                    "Subject: inside\r\n"
                    "\r\n"
                    "deep\r\n"
                    "--outer--\r\n"
                    "tail\r\n";
} // namespace

class TestMailMime : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void aTreeHasExactSpans() {
        auto tree = MimeTree::parse(std::string_view(mixed));
        QCOMPARE(shape(tree),
                 QString("0 multipart/mixed; 1 multipart/alternative; 2 text/plain; 2 text/html; 1 "
                         "message/rfc822; 2 text/plain"));
        QCOMPARE(q(tree.raw(tree.parts()[2])), QString("plain"));
        QCOMPARE(q(tree.raw(tree.parts()[3])), QString("<b>x</b>"));
        QCOMPARE(q(tree.raw(tree.parts()[4])), QString("Subject: inside\r\n\r\ndeep"));
        QCOMPARE(q(tree.raw(tree.parts()[5])), QString("deep"));
        QCOMPARE(q(*tree.parts()[5].headers.value("subject")), QString("inside"));
        QCOMPARE(q(tree.raw(tree.parts()[1])).right(8), QString("epilogue"));
        QCOMPARE(q(tree.raw(tree.root())).right(6), QString("tail\r\n"));
        QVERIFY(tree.root().closed);
        QVERIFY(tree.problems().empty());
        QCOMPARE(tree.root().children, (std::vector<int>{1, 4}));
    }

    void bareLineFeedsWorkToo() {
        std::string lf;
        for (const char* p = mixed; *p; ++p)
            if (*p != '\r') lf += *p;
        auto tree = MimeTree::parse(lf);
        QCOMPARE(tree.parts().size(), size_t(6));
        QCOMPARE(q(tree.raw(tree.parts()[2])), QString("plain"));
    }

    void structureFaults_data() {
        QTest::addColumn<QString>("in");
        QTest::addColumn<QString>("out");
        QTest::newRow("an empty message") << "" << "0 text/plain";
        QTest::newRow("only a body") << "\n--x\nhello" << "0 text/plain";
        QTest::newRow("no boundary parameter") << "Content-Type: multipart/mixed\n\n--a\n\nb\n"
                                               << "0 multipart/mixed";
        QTest::newRow("no final boundary") << "Content-Type: multipart/mixed; boundary=a\n\n--a\n\nb"
                                           << "0 multipart/mixed; 1 text/plain";
        QTest::newRow("a part without an empty line")
            << "Content-Type: multipart/mixed; boundary=a\n\n--a\nX: 1\n--a\n\nb\n--a--"
            << "0 multipart/mixed; 1 text/plain; 1 text/plain";
        QTest::newRow("the inner one is not closed")
            << "Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/mixed; "
               "boundary=b\n\n--b\n\nx\n--a\n\ny\n--a--"
            << "0 multipart/mixed; 1 multipart/mixed; 2 text/plain; 1 text/plain";
        QTest::newRow("a digest")
            << "Content-Type: multipart/digest; boundary=a\n\n--a\n\nSubject: x\n\nb\n--a--"
            << "0 multipart/digest; 1 message/rfc822; 2 text/plain";
        QTest::newRow("a boundary that is a prefix of another")
            << "Content-Type: multipart/mixed; boundary=a\n\n--ab\n\nx\n--a\n\ny\n--a--"
            << "0 multipart/mixed; 1 text/plain";
        QTest::newRow("an encoded message is a leaf")
            << "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nU3ViamVjdDogeAoKYg=="
            << "0 message/rfc822";
    }
    void structureFaults() {
        QFETCH(QString, in);
        QFETCH(QString, out);
        QCOMPARE(shape(MimeTree::parse(in.toStdString())), out);
    }

    void depthIsCappedWithoutRecursion() {
        std::string raw;
        for (int i = 0; i < 20'000; ++i) {
            if (i != 0) raw += "--b" + std::to_string(i - 1) + "\n";
            raw += "Content-Type: multipart/mixed; boundary=b" + std::to_string(i) + "\n\n";
        }
        QElapsedTimer timer;
        timer.start();
        auto tree = MimeTree::parse(raw);
        QVERIFY2(timer.elapsed() < 1000, qPrintable(QString::number(timer.elapsed()) + " ms"));
        QCOMPARE(tree.parts().size(), size_t(101));
        QVERIFY(tree.parts().back().opaque);
        QVERIFY(tree.problems().front().find("100") != std::string::npos);
    }
    void encapsulatedMessagesAreCappedToo() {
        std::string raw;
        for (int i = 0; i < 5000; ++i) raw += "Content-Type: message/rfc822\n\n";
        auto tree = MimeTree::parse(raw);
        QCOMPARE(tree.parts().size(), size_t(101));
        QVERIFY(tree.parts().back().opaque);
    }
    void partCountIsCapped() {
        std::string raw = "Content-Type: multipart/mixed; boundary=a\n\n";
        for (int i = 0; i < 20'000; ++i) raw += "--a\n\nx\n";
        auto tree = MimeTree::parse(raw);
        QCOMPARE(tree.parts().size(), MimeTree::maxParts);
        QVERIFY(tree.root().opaque);
    }
    void aLongBoundaryIsRefused() {
        auto tree = MimeTree::parse("Content-Type: multipart/mixed; boundary=" + std::string(2049, 'a') +
                                    "\n\n--a\n");
        QCOMPARE(tree.parts().size(), size_t(1));
        QVERIFY(tree.root().opaque);
    }

    void parameters_data() {
        QTest::addColumn<QString>("in");
        QTest::addColumn<QString>("out");
        QTest::newRow("plain") << "attachment; filename=a.txt" << "a.txt";
        QTest::newRow("quoted with escapes")
            << "attachment; filename=\"a \\\"b\\\";c.txt\"" << "a \"b\";c.txt";
        QTest::newRow("comment") << "attachment (x; filename=no); filename=yes (z)" << "yes";
        QTest::newRow("RFC 2231 charset")
            << "attachment; filename*=utf-8'de'gr%C3%BC%C3%9F.txt" << "grüß.txt";
        QTest::newRow("continuations") << "attachment; filename*1=b.txt; filename*0=\"a \"" << "a b.txt";
        QTest::newRow("continuations, partly encoded")
            << "attachment; filename*0*=iso-8859-1''%E4; filename*1=b%20" << "äb%20";
        QTest::newRow("the extended form wins") << "attachment; filename=x; filename*=utf-8''y" << "y";
        QTest::newRow("encoded word in a parameter") << "attachment; filename=\"=?utf-8?Q?=C3=BC?=\"" << "ü";
        QTest::newRow("a path is cut") << "attachment; filename=\"../../etc/passwd\"" << "passwd";
        QTest::newRow("a value without name") << "attachment; =x; ; filename=y" << "y";
        QTest::newRow("an open quote") << "attachment; filename=\"abc" << "abc";
    }
    void parameters() {
        QFETCH(QString, in);
        QFETCH(QString, out);
        auto tree = MimeTree::parse("Content-Disposition: " + in.toStdString() + "\n\nx");
        QCOMPARE(q(tree.fileName(tree.root())), out);
    }

    void contents_data() {
        QTest::addColumn<QString>("encoding");
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<QString>("out");
        QTest::newRow("base64 over lines") << "base64" << QByteArray("Z3LD\r\nvMOf\r\n") << "grüß";
        QTest::newRow("base64 with rubbish") << "BASE64" << QByteArray("Z3!LD vM*Of") << "grüß";
        QTest::newRow("base64 cut off") << "base64" << QByteArray("YWJjZ") << "abc";
        QTest::newRow("two padded pieces") << "base64" << QByteArray("YQ==YWI=") << "aab";
        QTest::newRow("quoted-printable")
            << "quoted-printable" << QByteArray("gr=C3=BC=\r\n=c3=9f  \r\nx") << "grüß\r\nx";
        QTest::newRow("broken escapes stay") << "quoted-printable" << QByteArray("a=Zb=4") << "a=Zb=4";
        QTest::newRow("identity") << "8bit" << QByteArray("gr\xc3\xbc") << "grü";
        QTest::newRow("unknown encoding stays") << "x-uuencode" << QByteArray("abc") << "abc";
    }
    void contents() {
        QFETCH(QString, encoding);
        QFETCH(QByteArray, body);
        QFETCH(QString, out);
        auto tree = MimeTree::parse("Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: " +
                                    encoding.toStdString() + "\n\n" + body.toStdString());
        QCOMPARE(q(tree.text(tree.root()).utf8), out);
    }

    void streamingGivesTheSameInAnyPieces() {
        const std::string qp = "abc=\r\ndef=3D  \r\n" + std::string(20'000, 'x') + "=41=42 \t\n=4";
        const std::string whole = decodeTransfer(qp, TransferEncoding::QuotedPrintable);
        for (size_t step : {1U, 2U, 7U, 4096U, 8193U}) {
            QuotedPrintableDecoder decoder;
            std::string out;
            for (size_t i = 0; i < qp.size(); i += step)
                decoder.feed(std::string_view(qp).substr(i, step), out);
            decoder.finish(out);
            QVERIFY2(out == whole, qPrintable(QString("pieces of %1").arg(step)));
        }
    }

    void charsets_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("charset");
        QTest::addColumn<QString>("out");
        QTest::addColumn<bool>("replaced");
        QTest::addColumn<bool>("unknown");
        QTest::newRow("latin1 is read as windows-1252")
            << QByteArray("\x80\xe9") << "iso-8859-1" << "€é" << false << false;
        QTest::newRow("koi8-r") << QByteArray("\xc4\xc1") << "KOI8-R" << "да" << false << false;
        QTest::newRow("shift_jis") << QByteArray("\x93\xfa\x96\x7b") << "shift_jis" << "日本" << false
                                   << false;
        QTest::newRow("utf-7") << QByteArray("+AOQ-") << "utf-7" << "ä" << false << false;
        QTest::newRow("broken UTF-8") << QByteArray("a\xff") << "utf-8" << "a\xef\xbf\xbd" << true << false;
        QTest::newRow("cut-off sequence")
            << QByteArray("\x93") << "shift_jis" << "\xef\xbf\xbd" << true << false;
        QTest::newRow("unknown") << QByteArray("abc") << "x-martian" << "abc" << false << true;
        QTest::newRow("a name that iconv would obey")
            << QByteArray("abc") << "ascii//TRANSLIT" << "abc" << false << true;
    }
    void charsets() {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, charset);
        QFETCH(QString, out);
        QFETCH(bool, replaced);
        QFETCH(bool, unknown);
        Decoded d = toUtf8(bytes.toStdString(), charset.toStdString());
        QCOMPARE(q(d.utf8), out);
        QCOMPARE(d.replaced, replaced);
        QCOMPARE(d.unknownCharset, unknown);
    }

    // Where parts begin and end, against the trees of the corpus. The eight that differ: seven broken mails
    // its reader repairs in its own way (boundaries that only begin like the wanted one, a boundary glued to
    // text, empty parts left out), and one base64 message that it opens and we keep as a leaf.
    void publicCorpusHasTheSameParts() {
        auto index = test::corpora() / "mime" / "index.jsonl";
        if (!std::filesystem::exists(index)) QSKIP("corpus mime absent");
        std::ifstream in(index);
        int same = 0;
        int all = 0;
        for (std::string line; std::getline(in, line);) {
            auto entry = json::parse(line, "index.jsonl");
            const json::object& o = entry->as_object();
            auto expected = json::readFile(test::corpora() / std::string(json::text(o, "expected")));
            QVERIFY(expected.has_value());
            std::ifstream mail(test::corpora() / std::string(json::text(o, "file")), std::ios::binary);
            std::string raw((std::istreambuf_iterator<char>(mail)), {});
            for (size_t at = raw.find("\r\n"); at != std::string::npos; at = raw.find("\r\n", at))
                raw.erase(at, 1);
            QStringList want;
            collectBodies(expected->as_object(), want);
            QStringList got;
            for (const MimePart& p : MimeTree::parse(raw).parts())
                got << QString("%1-%2").arg(p.body.offset).arg(p.body.end());
            want.sort();
            got.sort();
            ++all;
            if (want == got)
                ++same;
            else
                qInfo("%s: %s, the corpus has %s", std::string(json::text(o, "file")).c_str(),
                      qPrintable(got.join(' ').left(300)), qPrintable(want.join(' ').left(300)));
        }
        QCOMPARE(all, 55);
        QCOMPARE(same, 47);
    }

    // Every mail of the public corpus gives a tree whose spans lie inside one another.
    void publicCorpusHasSoundSpans() {
        auto folder = test::corpora() / "mime";
        if (!std::filesystem::exists(folder)) QSKIP("corpus mime absent");
        int mails = 0;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
            if (entry.path().extension() != ".eml") continue;
            std::ifstream in(entry.path(), std::ios::binary);
            std::string raw((std::istreambuf_iterator<char>(in)), {});
            auto tree = MimeTree::parse(raw);
            ++mails;
            for (const MimePart& p : tree.parts()) {
                QVERIFY(p.body.end() <= raw.size());
                if (p.parent < 0) continue;
                const MimePart& parent = tree.parts()[size_t(p.parent)];
                QVERIFY(p.body.offset >= parent.body.offset && p.body.end() <= parent.body.end());
            }
        }
        QCOMPARE(mails, 55);
    }
};

QTEST_APPLESS_MAIN(TestMailMime)
#include "tst_mail_mime.moc"
