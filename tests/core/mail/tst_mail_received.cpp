#include "base/json.h"
#include "base/text.h"
#include "mail/received.h"
#include "support/paths.h"

#include <fstream>

using namespace waypost;
using namespace waypost::mail;

namespace {
QString q(std::string_view s) {
    return QString::fromUtf8(s.data(), qsizetype(s.size()));
}
QString orDash(const std::optional<std::string>& s) {
    return s ? q(*s) : QString("-");
}

struct Case {
    std::string header;
    std::optional<std::map<std::string, std::string>> fields;
};

std::vector<Case> readCases(const std::filesystem::path& file) {
    std::vector<Case> out;
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) {
        auto v = json::parse(line, "received.jsonl");
        if (!v) throw std::runtime_error(v.error().describe());
        const json::object& o = v->as_object();
        Case c{std::string(json::text(o, "header")), std::nullopt};
        if (const json::object* f = json::child(o, "fields")) {
            c.fields.emplace();
            for (const auto& [key, value] : *f)
                (*c.fields)[std::string(key)] = std::string(value.as_string());
        }
        out.push_back(std::move(c));
    }
    return out;
}
} // namespace

class TestMailReceived : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    // The corpus writes "[x]" of a HELO as "!x!" and knows only network hops: other lines have no fields.
    void publicCorpus() {
        auto file = test::corpora() / "received" / "received.jsonl";
        if (!std::filesystem::exists(file)) QSKIP("corpus received absent");
        auto cases = readCases(file);
        QCOMPARE(cases.size(), size_t(76));
        int right = 0;
        for (const Case& c : cases) {
            Received r = parseReceived(c.header);
            QStringList wrong;
            if (!c.fields) {
                if (r.networkHop) wrong << "taken for a network hop";
            } else {
                std::string helo = r.helo.value_or("");
                if (helo.starts_with('[') && helo.ends_with(']')) helo.front() = helo.back() = '!';
                const std::map<std::string, std::string> got{{"ip", r.ip.value_or("")},
                                                             {"rdns", r.rdns.value_or("")},
                                                             {"helo", helo},
                                                             {"by", r.by.value_or("")},
                                                             {"ident", r.ident.value_or("")},
                                                             {"envfrom", r.envelopeFrom.value_or("")},
                                                             {"id", r.id.value_or("")},
                                                             {"auth", r.auth.value_or("")}};
                for (const auto& [key, value] : got)
                    if (auto want = c.fields->find(key); want != c.fields->end() && want->second != value)
                        wrong << q(key + " is \"" + value + "\", not \"" + want->second + "\"");
                if (!r.networkHop) wrong << "not taken for a network hop";
            }
            if (wrong.isEmpty())
                ++right;
            else
                qWarning("%s\n    %s", c.header.c_str(), qPrintable(wrong.join("; ")));
        }
        QCOMPARE(right, int(cases.size()));
    }

    void fields_data() {
        QTest::addColumn<QString>("in");
        QTest::addColumn<QStringList>(
            "out"); // helo, rdns, ip, by, with, id, for, envelope-from, tls, auth, date
        QTest::newRow("Postfix, folded, with TLS")
            << "from mx.example.org (mail.example.org [192.0.2.7])\r\n\t(using TLSv1.3 with cipher "
               "TLS_AES_256_GCM_SHA384 (256/256 bits))\r\n\t(No client certificate requested)\r\n\tby "
               "in.example.net "
               "(Postfix) with ESMTPS id 4Zx1\r\n\tfor <u@example.net>; Fri,  1 May 2026 10:00:00 +0200 "
               "(CEST)"
            << QStringList{"mx.example.org",
                           "mail.example.org",
                           "192.0.2.7",
                           "in.example.net",
                           "ESMTPS",
                           "4Zx1",
                           "u@example.net",
                           "-",
                           "TLSv1.3",
                           "-",
                           "2026-05-01T08:00:00Z"};
        QTest::newRow("Gmail style") << "from mail.example.org (mail.example.org. [192.0.2.7]) by "
                                        "mx.example.net with ESMTPS id a1b2.3 for "
                                        "<u@example.net> (version=TLS1_3 cipher=TLS_AES_128_GCM_SHA256 "
                                        "bits=128/128); Fri, 01 May 2026 01:00:00 "
                                        "-0700 (PDT)"
                                     << QStringList{"mail.example.org",
                                                    "mail.example.org",
                                                    "192.0.2.7",
                                                    "mx.example.net",
                                                    "ESMTPS",
                                                    "a1b2.3",
                                                    "u@example.net",
                                                    "-",
                                                    "TLS1_3",
                                                    "-",
                                                    "2026-05-01T08:00:00Z"};
        QTest::newRow("an internal step without from")
            << "by 2002:a05:1234:0 with SMTP id x1; Fri, 1 May 2026 01:00:00 -0700 (PDT)"
            << QStringList{"-", "-", "-", "2002:a05:1234:0",     "SMTP", "x1", "-",
                           "-", "-", "-", "2026-05-01T08:00:00Z"};
        QTest::newRow("Exchange puts the HELO name first")
            << "from EX1.example.org (192.0.2.7) by EX2.example.net (192.0.2.8) with Microsoft SMTP Server "
               "(version=TLS1_2, cipher=TLS_X) id 15.20.1.2; Fri, 1 May 2026 08:00:00 +0000"
            << QStringList{
                   "EX1.example.org",     "-", "192.0.2.7", "EX2.example.net", "Microsoft SMTP Server",
                   "15.20.1.2",           "-", "-",         "TLS1_2",          "-",
                   "2026-05-01T08:00:00Z"};
        QTest::newRow("submission by an authenticated client")
            << "from [10.0.0.5] (unknown [198.51.100.9]) (Authenticated sender: ann) by out.example.net "
               "(Postfix) with "
               "ESMTPSA id Q1; Fri, 1 May 2026 08:00:00 +0000"
            << QStringList{"[10.0.0.5]", "-", "198.51.100.9", "out.example.net",     "ESMTPSA", "Q1", "-",
                           "-",          "-", "Postfix",      "2026-05-01T08:00:00Z"};
        QTest::newRow("Exim without a reverse name")
            << "from [192.0.2.7] (port=4711 helo=mx.example.org) by in.example.net with esmtp (Exim 4.96) id "
               "1a; Fri, 1 May 2026 08:00:00 +0000"
            << QStringList{"mx.example.org",
                           "-",
                           "192.0.2.7",
                           "in.example.net",
                           "esmtp",
                           "1a",
                           "-",
                           "-",
                           "-",
                           "-",
                           "2026-05-01T08:00:00Z"};
        QTest::newRow("CommuniGate with an account")
            << "from [192.0.2.7] (account ann@example.org HELO laptop) by out.example.org (CommuniGate Pro "
               "SMTP 6.2) with ESMTPSA id 7; Fri, 1 May 2026 08:00:00 +0000"
            << QStringList{"laptop", "-", "192.0.2.7", "out.example.org",     "ESMTPSA", "7", "-",
                           "-",      "-", "ESMTPSA",   "2026-05-01T08:00:00Z"};
        QTest::newRow("a login shown with the address")
            << "from pc.example.org (HELO PC) (ann@192.0.2.7 with login) by out.example.org with SMTP; Fri, "
               "1 May 2026 08:00:00 +0000"
            << QStringList{
                   "PC", "pc.example.org", "192.0.2.7",           "out.example.org", "SMTP", "-", "-", "-",
                   "-",  "login",          "2026-05-01T08:00:00Z"};
        QTest::newRow("webmail")
            << "from [192.0.2.7] by web.example.org via HTTP; Fri, 1 May 2026 08:00:00 +0000"
            << QStringList{"-", "-", "192.0.2.7", "web.example.org",     "-", "-", "-",
                           "-", "-", "HTTP",      "2026-05-01T08:00:00Z"};
        QTest::newRow("nothing of use")
            << "((((;;;" << QStringList{"-", "-", "-", "-", "-", "-", "-", "-", "-", "-", ""};
        QTest::newRow("empty") << "" << QStringList{"-", "-", "-", "-", "-", "-", "-", "-", "-", "-", ""};
    }
    void fields() {
        QFETCH(QString, in);
        QFETCH(QStringList, out);
        Received r = parseReceived(in.toStdString());
        QCOMPARE((QStringList{orDash(r.helo), orDash(r.rdns), orDash(r.ip), orDash(r.by), orDash(r.with),
                              orDash(r.id), orDash(r.forAddress), orDash(r.envelopeFrom), orDash(r.tls),
                              orDash(r.auth), r.date ? q(formatUtc(*r.date)) : QString()}),
                 out);
    }
};

QTEST_APPLESS_MAIN(TestMailReceived)
#include "tst_mail_received.moc"
