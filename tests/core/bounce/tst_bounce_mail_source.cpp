// Mails in files: where each begins, what is left out, what is refused.
#include "bounce/mail_source.h"
#include "support/paths.h"

#include <QTest>

#include <fstream>

using namespace waypost;
using namespace waypost::bounce;

namespace {

std::vector<MailAt> mailsOf(const std::filesystem::path& path, int& refused) {
    std::vector<MailAt> out;
    eachMail(
        path,
        [&](MailAt&& m) {
            out.push_back(std::move(m));
            return true;
        },
        [&](const std::filesystem::path&, const Error&) { ++refused; });
    return out;
}

void write(const std::filesystem::path& file, const std::string& bytes) {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << bytes;
}

} // namespace

class TestBounceMailSource : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void anMboxIsCutAtItsSeparators() {
        const auto file = test::temporaryFolder() / "mbox";
        const std::string bytes =
            "From a@example.org Thu Apr 29 16:51:04 2007\nSubject: one\n\n>From here\nFrom there on\n\n"
            "From b@example.org Thu Apr 29 16:51:05 2007\nSubject: two\n\nx\n";
        write(file, bytes);
        int refused = 0;
        const auto mails = mailsOf(file, refused);
        QCOMPARE(refused, 0);
        QCOMPARE(mails.size(), size_t(2));
        for (const MailAt& m : mails) {
            QVERIFY(m.ofMbox);
            QCOMPARE(bytes.substr(size_t(m.offset), size_t(m.length)), m.bytes);
        }
        QCOMPARE(mails[0].bytes, std::string("Subject: one\n\n>From here\nFrom there on\n"));
        QCOMPARE(mails[1].bytes, std::string("Subject: two\n\nx\n"));
    }

    void aMessageIsOneMail() {
        const auto file = test::temporaryFolder() / "a.eml";
        write(file, "Subject: one\n\nFrom me to you at 10:00\n\nFrom here\n");
        int refused = 0;
        const auto mails = mailsOf(file, refused);
        QCOMPARE(mails.size(), size_t(1));
        QVERIFY(!mails[0].ofMbox);
        QCOMPARE(mails[0].offset, std::int64_t(0));
    }

    void aMaildirIsReadInOrderWithoutItsUnfinishedMails() {
        const auto folder = test::temporaryFolder() / "Maildir";
        write(folder / "cur" / "2:2,S", "Subject: two\n\n");
        write(folder / "cur" / "1:2,", "Subject: one\n\n");
        write(folder / "new" / "3", "Subject: three\n\n");
        write(folder / "tmp" / "4", "Subject: four\n\n");
        write(folder / ".hidden", "x");
        int refused = 0;
        std::string subjects;
        for (const MailAt& m : mailsOf(folder, refused)) subjects += m.bytes.substr(9, 3);
        QCOMPARE(subjects, std::string("onetwothr"));
    }

    void whatIsNotThereIsRefused() {
        int refused = 0;
        QVERIFY(mailsOf("/nonexistent/x", refused).empty());
        QCOMPARE(refused, 1);
    }

    void anEmptyFileHasNoMail() {
        const auto file = test::temporaryFolder() / "empty";
        write(file, "");
        int refused = 0;
        QVERIFY(mailsOf(file, refused).empty());
        QCOMPARE(refused, 0);
    }

    void aMailOfOneHugeLineIsCut() {
        const auto file = test::temporaryFolder() / "huge";
        write(file, "Subject: x\n\n" + std::string(maxMailBytes + 1000, 'a'));
        int refused = 0;
        const auto mails = mailsOf(file, refused);
        QCOMPARE(mails.size(), size_t(1));
        QCOMPARE(mails[0].bytes.size(), maxMailBytes);
        QVERIFY(mails[0].length > std::int64_t(maxMailBytes));
    }
};

QTEST_APPLESS_MAIN(TestBounceMailSource)
#include "tst_bounce_mail_source.moc"
