#include "placement/run.h"
#include "placement/seed.h"
#include "placement/statistics.h"
#include "placement/token.h"
#include "support/paths.h"

#include <cmath>
#include <fstream>
#include <iterator>

using namespace waypost;
using namespace waypost::placement;

namespace {

SeedFile read(std::string_view csv) {
    auto file = readSeeds(csv, "seeds.csv");
    return file ? *file : SeedFile{{}, {{0, file.error().text}}};
}

Sighting seen(imap::SpecialUse use, std::string folder = "F", std::string category = {}) {
    Sighting s;
    s.use = use;
    s.folder = std::move(folder);
    s.category = std::move(category);
    return s;
}

bool near(double a, double b) {
    return std::abs(a - b) < 0.0005;
}

std::vector<SeedResult> inStates(const std::string& provider,
                                 const std::vector<std::pair<SeedState, int>>& states) {
    std::vector<SeedResult> out;
    for (auto [state, n] : states) {
        for (int i = 0; i < n; ++i) {
            SeedResult r;
            r.provider = provider;
            r.state = state;
            out.push_back(r);
        }
    }
    return out;
}

} // namespace

class TestPlacement : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void shippedExampleLoads() {
        std::ifstream in(test::resources() / "seeds/example.csv", std::ios::binary);
        std::string csv((std::istreambuf_iterator<char>(in)), {});
        SeedFile file = read(csv);
        QCOMPARE(file.problems.size(), size_t(0));
        QCOMPARE(file.seeds.size(), size_t(4));
        QCOMPARE(file.seeds[0].imapAuth, imap::AuthKind::OAuth2);
        QCOMPARE(file.seeds[1].imapUser, std::string("seed.two@outlook.example"));
        QCOMPARE(file.seeds[3].folders, (std::vector<std::string>{"INBOX", "Junk"}));
        QCOMPARE(file.seeds[3].imapTls, imap::TlsMode::StartTls);
        QCOMPARE(file.seeds[3].enabled, false);
        // What is written is read back the same.
        QVERIFY(read(writeSeeds(file.seeds)).seeds == file.seeds);
    }

    void columns_data() {
        QTest::addColumn<QByteArray>("csv");
        QTest::addColumn<QByteArray>("problem"); // empty: one seed a@b.example at h
        const QByteArray accepted = "accepted are address, imap_host, imap_port, imap_tls, imap_user, "
                                    "imap_auth, secret, provider, folders, group, id, enabled.";
        QTest::newRow("any order") << QByteArray("imap_host,address\nh,a@b.example\n") << QByteArray();
        QTest::newRow("semicolons") << QByteArray("address;imap_host\na@b.example;h\n") << QByteArray();
        QTest::newRow("tabs and CRLF")
            << QByteArray("address\timap_host\r\na@b.example\th\r\n") << QByteArray();
        QTest::newRow("a byte order mark") << QByteArray("\xef\xbb\xbf"
                                                         "address,imap_host\na@b.example,h\n")
                                           << QByteArray();
        QTest::newRow("other names, other spelling")
            << QByteArray("E-Mail,IMAP Server\na@b.example,h\n")
            << QByteArray("The columns of the seed file are wrong (missing: address; unknown: \"E-Mail\"); " +
                          accepted);
        QTest::newRow("aliases in any case")
            << QByteArray("Email,IMAP-Server\na@b.example,h\n") << QByteArray();
        QTest::newRow("no line end at the end")
            << QByteArray("address,imap_host\na@b.example,h") << QByteArray();
        QTest::newRow("quoted fields")
            << QByteArray("\"address\",\"imap_host\"\n\"a@b.example\",\"h\"\n") << QByteArray();
        QTest::newRow("wrong columns")
            << QByteArray("name,password,color\n1,2,3\n")
            << QByteArray("The columns of the seed file are wrong (missing: address, imap_host; unknown: "
                          "\"password\", \"color\"); " +
                          accepted);
        QTest::newRow("a column twice")
            << QByteArray("address,email,host\n1,2,3\n")
            << QByteArray("The columns of the seed file are wrong (twice: address); " + accepted);
        QTest::newRow("an empty file")
            << QByteArray("") << QByteArray("The seed file is empty: it has no header row.");
        QTest::newRow("not a CSV at all")
            << QByteArray("\x7f"
                          "ELF\x01\x01\n")
            << QByteArray("The columns of the seed file are wrong (missing: address, imap_host; unknown: "
                          "\"\\x7fELF\\x01\\x01\"); " +
                          accepted);
    }
    void columns() {
        QFETCH(QByteArray, csv);
        QFETCH(QByteArray, problem);
        SeedFile file = read(csv.toStdString());
        if (!problem.isEmpty()) {
            QCOMPARE(file.problems.size(), size_t(1));
            QCOMPARE(QByteArray::fromStdString(file.problems[0].reason), problem);
            return;
        }
        QCOMPARE(file.seeds.size(), size_t(1));
        QCOMPARE(file.seeds[0].address, std::string("a@b.example"));
        QCOMPARE(file.seeds[0].imapHost, std::string("h"));
        QCOMPARE(file.seeds[0].imapPort, std::uint16_t(993));
        QCOMPARE(file.seeds[0].secretName, std::string("a@b.example"));
    }

    void badLinesAreToldAndTheOthersLoad() {
        SeedFile file = read("address,imap_host,imap_port,imap_tls,enabled,group\n"
                             "a@x.example,h,993,implicit,yes,\"multi\nline\"\n"
                             "b@x.example,h,70000,implicit,yes,g\n"
                             "nonsense,h,993,implicit,yes,g\n"
                             "\n"
                             "c@x.example,h,993,sometimes,yes,g\n"
                             "d@x.example,h,993,implicit,perhaps,g\n"
                             "e@x.example,h,993\n"
                             "f@x.example,,993,implicit,yes,g\n"
                             "g@x.example,h,993,implicit,yes,\"a \"\"b\"\"\"\n"
                             "G@x.example,h,993,implicit,yes,g\n"
                             "h@x.example,h,993,implicit,yes,\"open\n");
        std::vector<SeedProblem> expected{
            {2, "group holds a line break"},
            {4, "imap_port is not a number from 1 to 65535"},
            {5, "\"nonsense\" is no mail address"},
            {7, "imap_tls is none of implicit, starttls and plain"},
            {8, "enabled is neither yes nor no"},
            {9, "3 fields where the header has 6"},
            {10, "imap_host is empty"},
            {12, "\"g@x.example\" is there already"},
            {13, "a quoted field does not end"},
        };
        for (size_t i = 0; i < expected.size() && i < file.problems.size(); ++i) {
            QCOMPARE(file.problems[i].reason, expected[i].reason);
            QCOMPARE(file.problems[i].line, expected[i].line);
        }
        QCOMPARE(file.problems.size(), expected.size());
        QCOMPARE(file.seeds.size(), size_t(1));
        QCOMPARE(file.seeds[0].group, std::string("a \"b\""));
    }

    void fileCaps() {
        QCOMPARE(read(std::string(maxSeedFileBytes + 1, 'a')).problems[0].reason,
                 std::string("The seed file has 4194305 octets; at most 4194304 are read."));
        std::string many = "address,imap_host\n";
        for (size_t i = 0; i <= maxSeeds; ++i) many += "s" + std::to_string(i) + "@x.example,h\n";
        QCOMPARE(read(many).problems[0].reason, std::string("The seed file has more than 10000 lines."));
    }

    void seedsOfOneAccountShareAKey() {
        SeedFile file = read("address,host,user\na@x.example,H,u\nb@x.example,h,u\nc@x.example,h,v\n");
        QCOMPARE(accountKey(file.seeds[0]), accountKey(file.seeds[1]));
        QVERIFY(accountKey(file.seeds[0]) != accountKey(file.seeds[2]));
    }

    void tokensComeBack() {
        SeededRandom random(7);
        std::string run = runToken(random), token = seedToken(run, random);
        QVERIFY(token.starts_with(run));
        QCOMPARE(findToken("X-Waypost-Seed: " + token + "\r\n"), std::optional(token));
        QCOMPARE(findToken("<" + token + "@example.org>"), std::optional(token));
        QVERIFY(!findToken("wps-"));
        QVERIFY(!findToken(token.substr(0, token.size() - 1)));
        QVERIFY(!findToken("wps-ABCDEFGHIJ-abcdefghijkl"));
    }

    void stamping() {
        auto out = stampMessage("From: a@x.example\nMessage-ID:\n <old@x>\nX-Waypost-Seed: old\nTo: "
                                "{{address}}\n\nHi {{token}}\rend\n",
                                {"wps-1", "seed@y.example", "x.example"});
        QVERIFY(out.has_value());
        QCOMPARE(*out,
                 std::string("X-Waypost-Seed: wps-1\r\nMessage-ID: <wps-1@x.example>\r\nFrom: a@x.example\r\n"
                             "To: seed@y.example\r\n\r\nHi wps-1\r\nend\r\n"));
        QCOMPARE(stampMessage("Subject: x\n\nbody", {"t", "a@b", "c"}).error().text,
                 std::string("The message has no From field in its header."));
        QVERIFY(!stampMessage("From: a\n\n", {"t", "a@b\r\nBcc: x@y", "c"}));
        QVERIFY(!stampMessage("From: a\n\n", {"t", "a@b", ""}));
        // "From:" in the body is no header.
        QVERIFY(!stampMessage("Subject: x\n\nFrom: a@b\n", {"t", "a@b", "c"}));
    }

    void verdicts_data() {
        QTest::addColumn<int>("use");
        QTest::addColumn<QString>("category");
        QTest::addColumn<QString>("label");
        QTest::addColumn<int>("state");
        auto row = [](const char* name, imap::SpecialUse use, const char* category, const char* label,
                      SeedState s) { QTest::newRow(name) << int(use) << category << label << int(s); };
        row("INBOX is the inbox", imap::SpecialUse::Inbox, "", "", SeedState::FoundInbox);
        row("the primary tab is the inbox", imap::SpecialUse::Inbox, "primary", "", SeedState::FoundInbox);
        row("another tab is a category", imap::SpecialUse::Inbox, "promotions", "", SeedState::FoundCategory);
        row("the junk folder, whatever its name", imap::SpecialUse::Junk, "", "", SeedState::FoundJunk);
        row("Gmail's spam label", imap::SpecialUse::All, "", "\\Spam", SeedState::FoundJunk);
        row("an ordinary folder is other", imap::SpecialUse::None, "", "", SeedState::FoundOther);
        row("the trash is other", imap::SpecialUse::Trash, "", "", SeedState::FoundOther);
        row("a category outside the inbox says nothing", imap::SpecialUse::Archive, "social", "",
            SeedState::FoundOther);
    }
    void verdicts() {
        QFETCH(int, use);
        QFETCH(QString, category);
        QFETCH(QString, label);
        QFETCH(int, state);
        Sighting s = seen(imap::SpecialUse(use), "F", category.toStdString());
        s.labels = {label.toStdString()};
        QCOMPARE(int(placementOf(s)), state);
    }

    void twoFoldersCountOnceAsTheWorst() {
        std::vector<Sighting> both{seen(imap::SpecialUse::Inbox, "INBOX"),
                                   seen(imap::SpecialUse::Junk, "Spam")};
        QCOMPARE(decisive(both)->folder, std::string("Spam"));
        std::vector<Sighting> copy{seen(imap::SpecialUse::All, "All Mail"),
                                   seen(imap::SpecialUse::Inbox, "INBOX")};
        QCOMPARE(decisive(copy)->folder, std::string("INBOX"));
        std::vector<Sighting> archived{seen(imap::SpecialUse::All, "All Mail")};
        QCOMPARE(placementOf(*decisive(archived)), SeedState::FoundOther);
        QVERIFY(!decisive({}));
    }

    void whatWasSeenIsKept() {
        SeedResult r;
        r.sentAt = *parseUtc("2026-01-01T00:00:00.900Z");
        Sighting s = seen(imap::SpecialUse::Inbox, "INBOX");
        s.internalDate = *parseUtc("2026-01-01T00:00:41Z");
        s.headers =
            "Authentication-Results: mx.example; spf=pass\r\n\tdkim=pass\r\nX: Authentication-Results: no\r\n"
            "authentication-results : second\r\n\r\nAuthentication-Results: body\r\n";
        applySighting(r, s, *parseUtc("2026-01-01T00:02:00Z"));
        QCOMPARE(r.latency, std::optional(Millis(40'100)));
        QCOMPARE(r.authenticationResults,
                 (std::vector<std::string>{"mx.example; spf=pass dkim=pass", "second"}));
        QCOMPARE(describe(r, 30), std::string("found in the inbox after 40 s"));
        // Whole seconds in the mailbox's date: half a second early is no time travel, an hour early is shown.
        s.internalDate = *parseUtc("2026-01-01T00:00:00Z");
        applySighting(r, s, r.sentAt);
        QCOMPARE(r.latency, std::optional(Millis(0)));
        s.internalDate = *parseUtc("2025-12-31T23:00:00Z");
        applySighting(r, s, r.sentAt);
        QVERIFY(*r.latency < Millis(0));
    }

    void stateNamesComeBack() {
        for (int i = 0; i <= int(SeedState::Uncertain); ++i) {
            QVERIFY(!seedStateName(SeedState(i)).empty());
            QCOMPARE(seedStateFromName(seedStateName(SeedState(i))), std::optional(SeedState(i)));
        }
        for (int i = 0; i <= int(SendProgress::Uncertain); ++i) {
            QCOMPARE(sendProgressFromName(sendProgressName(SendProgress(i))), std::optional(SendProgress(i)));
        }
        QVERIFY(!seedStateFromName("spam"));
    }

    // Expected by hand: centre = (p + z²/2n) / (1 + z²/n), half = z/(1 + z²/n) · sqrt(p(1−p)/n + z²/4n²), z²
    // = 3.84146. 8/10: (0.8 + 0.192073)/1.384146 = 0.716740; 1.959964/1.384146 · sqrt(0.016 + 0.0096037) =
    // 0.226577
    //   → 0.490163 … 0.943318. 5/5: z²/(n + z²) = 3.84146/8.84146 = 0.434482 is the width below 1 → 0.565518.
    // 13/20: (0.65 + 0.0960365)/1.192073 = 0.625831; 1.644165 · sqrt(0.011375 + 0.0024009) = 0.192978 →
    // 0.432853 … 0.818809.
    void wilson_data() {
        QTest::addColumn<int>("part");
        QTest::addColumn<int>("of");
        QTest::addColumn<double>("low");
        QTest::addColumn<double>("high");
        QTest::newRow("8 of 10") << 8 << 10 << 0.490163 << 0.943318;
        QTest::newRow("5 of 5 is compatible with 57 %") << 5 << 5 << 0.565518 << 1.0;
        QTest::newRow("0 of 5") << 0 << 5 << 0.0 << 0.434482;
        QTest::newRow("13 of 20") << 13 << 20 << 0.432853 << 0.818809;
        QTest::newRow("24 of 24 is compatible with 86 %") << 24 << 24 << 0.862024 << 1.0;
    }
    void wilson() {
        QFETCH(int, part);
        QFETCH(int, of);
        QFETCH(double, low);
        QFETCH(double, high);
        auto s = share(part, of);
        QVERIFY(s.has_value());
        QVERIFY2(near(s->low, low) && near(s->high, high),
                 qPrintable(QString("%1 … %2").arg(s->low).arg(s->high)));
        QCOMPARE(s->hatched(), of < 10);
    }
    void noShareOfNothing() {
        QVERIFY(!share(0, 0));
        QVERIFY(!share(3, 2));
    }

    // Fisher's tea: margins 4 and 4. P(3 of 4) = 16/70, P(4 of 4) = 1/70; two-sided for 3,1,1,3:
    // (1+16+16+1)/70 = 0.485714. 1,9,11,3 (margins 10, 14; 12): the textbook value is 0.002759. 10,0,4,6:
    // C(10,10)·C(10,4)/C(20,14) = 210/38760 = 0.0054180; the mirror table is as likely: 0.0108359.
    void fisher() {
        QVERIFY(near(fisherExact(3, 1, 1, 3), 0.485714));
        QVERIFY(near(fisherExact(1, 9, 11, 3), 0.002759));
        QVERIFY(near(fisherExact(10, 0, 4, 6), 0.010836));
        QCOMPARE(fisherExact(5, 5, 5, 5), 1.0);
        QCOMPARE(fisherExact(0, 0, 5, 5), 1.0);
    }

    void differences() {
        auto chance = difference(8, 10, 6, 10);
        QVERIFY(chance->couldBeChance);
        QCOMPARE(chance->sentence,
                 std::string("8 of 10 before, 6 of 10 now: no detectable change, this could be chance."));
        auto real = difference(10, 10, 4, 10);
        QVERIFY(!real->couldBeChance);
        QCOMPARE(real->sentence,
                 std::string("10 of 10 before, 4 of 10 now: worse by 60 points, hardly chance (p = 0.011)."));
        QCOMPARE(difference(2, 2, 0, 2)->sentence,
                 std::string("2 of 2 before, 0 of 2 now: too few seeds to tell."));
        QVERIFY(
            difference(5000, 10000, 5200, 10000)->couldBeChance); // under 5 points is noise whatever p says
        QVERIFY(!difference(0, 0, 1, 2));
    }

    void unknownIsInNoDenominator() {
        auto results = inStates("gmail", {{SeedState::FoundInbox, 6},
                                          {SeedState::FoundCategory, 2},
                                          {SeedState::FoundJunk, 1},
                                          {SeedState::NotFound, 1},
                                          {SeedState::MailboxError, 2},
                                          {SeedState::SendFailed, 1},
                                          {SeedState::Deferred, 1},
                                          {SeedState::Uncertain, 1},
                                          {SeedState::Waiting, 1},
                                          {SeedState::Planned, 1}});
        auto more = inStates("", {{SeedState::FoundOther, 1}});
        results.insert(results.end(), more.begin(), more.end());
        auto rows = byProvider(results);
        QCOMPARE(rows.size(), size_t(2));
        const ProviderCounts& gmail = rows[0];
        QCOMPARE(gmail.counts.seeds, 17);
        QCOMPARE(gmail.counts.verdicts(), 10);
        QCOMPARE(gmail.counts.unknown(), 7);
        QCOMPARE(gmail.inbox->part, 6);
        QCOMPARE(gmail.inbox->of, 10);
        QCOMPARE(gmail.junk->part, 1);    // the seed not found is not here
        QCOMPARE(gmail.missing->part, 1); // but here
        QCOMPARE(rows[1].provider, std::string("unknown"));
        QCOMPARE(rows[1].inbox->part, 0);
    }

    void limitsAreSentences() {
        auto few = limitsOf(count(inStates(
            "g", {{SeedState::FoundInbox, 5}, {SeedState::NotFound, 1}, {SeedState::MailboxError, 2}})));
        QCOMPARE(few.size(), size_t(5));
        QCOMPARE(
            few[0],
            std::string(
                "5 of 6 seeds in the inbox: for mail like this, between 44 % and 97 % (95 % interval)."));
        QCOMPARE(few[1], std::string("Fewer than 10 seeds: a single one moves the share by 17 %."));
        QCOMPARE(few[2],
                 std::string(
                     "1 accepted and not found: dropped, quarantined or late. That is not the junk folder."));
        QCOMPARE(few[3], std::string("2 without a verdict (0 waiting, 0 not sent, 2 mailbox not readable, 0 "
                                     "uncertain): left out of every share."));
        QCOMPARE(limitsOf({})[0], std::string("No seed has a verdict yet; there is nothing to conclude."));
    }

    void medianLatency() {
        auto results = inStates("g", {{SeedState::FoundInbox, 4}});
        for (size_t i = 0; i < 4; ++i) results[i].latency = Millis(1000 * (i + 1));
        QCOMPARE(byProvider(results)[0].medianLatency, std::optional(Millis(2500)));
    }
};

QTEST_APPLESS_MAIN(TestPlacement)
#include "tst_placement.moc"
