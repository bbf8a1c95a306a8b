// Our DKIM against libopendkim and dkimpy on generated messages: what one signs the other verifies, and on
// every change of message, signature or key the verdicts are compared. A disagreement must stand in notes(),
// with the text of the RFC that says who is right; any other fails. Every note is a fixture too: it must come
// true, or it is out of date.
#include "auth/dkim_check.h"
#include "auth/dkim_sign.h"
#include "base/text.h"
#include "dkim_cases.h"
#include "dkim_fixture.h"
#include "support/paths.h"
#ifdef WAYPOST_OPENDKIM
#include "support/opendkim_peer.h"
#endif

#include <QCoreApplication>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>

#include <set>

using namespace waypost;
using namespace waypost::auth;
using namespace waypost::test;

namespace {

// A change on which a peer decides otherwise, always or for some messages.
struct Note {
    const char* change;
    bool ours; // passes here
    const char* why;
};

struct Verdict {
    bool pass = false;
    std::string why;
};

Verdict ours(const std::string& message, const std::string& record, bool judgeTimes = true) {
    ZoneResolver zone;
    std::string line = "sel._domainkey.example.org TXT";
    for (size_t at = 0; at < record.size(); at += 200) line += " \"" + record.substr(at, 200) + "\"";
    if (!record.empty()) zone.add(line);
    DkimVerifyOptions options;
    if (judgeTimes) options.now = {caseTime * 1000};
    auto check = runReady(verifyDkim(zone, parsed(message), options));
    if (check->signatures.empty()) return {false, "no signature"};
    const auto& s = check->signatures.front();
    return {s.result == DkimResult::Pass, std::string(dkimResultName(s.result)) + ": " + s.reason};
}

class Dkimpy {
  public:
    // Empty when it runs, else why not.
    QString start() {
        process_.start(QStringLiteral("/usr/bin/python3"),
                       {QString::fromStdString(waypost::test::data("support/dkimpy_peer.py").string())});
        if (!process_.waitForStarted(10'000)) return QStringLiteral("python3 is not installed");
        const QJsonObject hello = readLine();
        if (!hello.contains(QStringLiteral("ready"))) return hello[QStringLiteral("absent")].toString();
        return {};
    }
    QJsonObject ask(const QJsonObject& request) {
        process_.write(QJsonDocument(request).toJson(QJsonDocument::Compact) + '\n');
        return readLine();
    }
    Verdict verify(const std::string& message, const std::string& record) {
        QJsonObject keys;
        if (!record.empty())
            keys[QStringLiteral("sel._domainkey.example.org")] =
                QString::fromLatin1(QByteArray::fromStdString(record));
        const QJsonObject got = ask({{QStringLiteral("op"), QStringLiteral("verify")},
                                     {QStringLiteral("message"), encoded(message)},
                                     {QStringLiteral("keys"), keys}});
        const QJsonArray pass = got[QStringLiteral("pass")].toArray();
        const QString why = got[QStringLiteral("error")].toArray().first().toString();
        return {!pass.isEmpty() && pass.first().toBool(), why.toStdString()};
    }
    static QString encoded(const std::string& bytes) {
        return QString::fromLatin1(QByteArray::fromStdString(bytes).toBase64());
    }

  private:
    QJsonObject readLine() {
        while (!process_.canReadLine())
            if (!process_.waitForReadyRead(30'000)) return {};
        return QJsonDocument::fromJson(process_.readLine()).object();
    }
    QProcess process_;
};

using Peer = std::function<Verdict(const std::string& message, const std::string& record)>;

constexpr int messages = 25; // times the number of changes

void compare(const std::vector<Note>& notes, const Peer& peer) {
    SeededRandom random(20261124);
    std::map<std::string, std::pair<int, std::string>> unexplained;
    std::set<std::string> met;
    int compared = 0;
    for (int i = 0; i < messages; ++i) {
        const DkimCase base = generatedCase(random);
        for (const DkimChange& change : dkimChanges()) {
            DkimCase c = base;
            change.apply(c, random);
            const std::string message = signedCase(c);
            const Verdict mine = ours(message, c.keyRecord);
            const Verdict theirs = peer(message, c.keyRecord);
            ++compared;
            if (mine.pass == theirs.pass) continue;
            auto known = std::ranges::find_if(notes, [&](const Note& n) {
                return std::string_view(n.change) == change.id && n.ours == mine.pass;
            });
            if (known != notes.end()) {
                met.insert(change.id);
                continue;
            }
            auto& [count, example] = unexplained[change.id];
            if (++count == 1)
                example = std::string("ours ") + (mine.pass ? "pass " : "no pass ") + mine.why + "; theirs " +
                          (theirs.pass ? "pass " : "no pass ") + theirs.why + "\n" + message;
        }
    }
    qInfo("%d verdicts compared, %d classes of disagreement, all explained: %s", compared, int(met.size()),
          unexplained.empty() ? "yes" : "no");
    for (const auto& [id, what] : unexplained)
        qWarning("UNEXPLAINED %d times: %s\n%s", what.first, id.c_str(), what.second.c_str());
    QVERIFY2(unexplained.empty(), "there are disagreements that nobody has explained");
    std::string unmet;
    for (const Note& n : notes)
        if (!met.contains(n.change)) unmet += std::string(n.change) + "; ";
    QVERIFY2(unmet.empty(), unmet.c_str());
}

constexpr const char* once =
    "RFC 6376 section 3.2: if a tag name does occur more than once, the entire tag-list is invalid.";
constexpr const char* asWritten = "RFC 6376 section 3.2: values MUST be processed as case sensitive unless "
                                  "the tag says otherwise; a= and c= do not.";
constexpr const char* versionFirst =
    "RFC 6376 section 3.6.1, v=: if specified, this tag MUST be the first tag in the record.";
constexpr const char* addedEnd =
    "RFC 6376 sections 3.4.3 and 3.4.4: a CRLF is added to a body that does not end with one.";
constexpr const char* bareCr =
    "RFC 6376 section 2.8: white space is SP and HTAB, a line ends with CRLF; a CR alone is "
    "content of its line and stays.";
constexpr const char* whiteBody =
    "RFC 6376 section 3.4.4: white space at the end of a line is ignored, then empty lines at the "
    "end of the body; what is left is empty, and its hash that of no octets.";
constexpr const char* tooLong =
    "RFC 6376 section 3.5, l=: the value MUST NOT be larger than the actual number of octets in the "
    "canonicalized message body.";
constexpr const char* mustSignFrom = "RFC 6376 section 6.1.1: if the h= tag does not include the From header "
                                     "field, the verifier MUST ignore the signature.";
constexpr const char* strictDomain =
    "RFC 6376 section 3.6.1, t=s: the domain of i= MUST NOT be a subdomain of d=.";

// libopendkim 2.11
const std::vector<Note> openDkimNotes{
    {"a tag that begins with a digit", false, "RFC 6376 section 3.2: tag-name = ALPHA *ALNUMPUNC."},
    {"a tag twice", false, once},
    {"an unknown tag twice", false, once},
    {"the key has p= twice", false, once},
    {"a= in capitals", false, asWritten},
    {"c= in capitals", false, asWritten},
    {"b= has an octet that is no base64", false,
     "RFC 6376 section 2.10: base64string holds ALPHADIGITPS and FWS alone."},
    {"l= is empty", false, "RFC 6376 section 3.5: sig-l-tag has 1*76DIGIT."},
    {"q= is unknown", false,
     "RFC 6376 section 3.5, q=: unrecognized query mechanisms MUST be ignored; no way to the key is left."},
    {"the body ends in a bare CR", true, bareCr},
    {"the body has a bare CR", true, bareCr},
    {"the last line has no line end", true, addedEnd},
    {"the last line end was cut", true, addedEnd},
    {"the key has v= but not first", false, versionFirst},
    {"the key says k=ed25519 for an RSA key", false,
     "RFC 6376 section 6.1.2: a key record that does not fit the algorithm of the signature cannot be used."},
};

// dkimpy 1.1
const std::vector<Note> dkimpyNotes{
    {"a second From stands on top", true,
     "RFC 6376 section 5.4.2: h= takes the instances from the bottom; to guard against more is the signer's "
     "(section 8.15)."},
    {"a space stands before the colon", true,
     "RFC 6376 section 3.4.2: delete any WSP remaining before and after the colon."},
    {"d= ends in a dot", false,
     "RFC 6376 section 3.5: domain-name = sub-domain 1*(\".\" sub-domain), without a dot at the end."},
    {"h= is empty", false, mustSignFrom},
    {"h= without From", false, mustSignFrom},
    {"l= has 30 digits", false, tooLong},
    {"l= is larger than the body", false, tooLong},
    {"l= is one octet", false, tooLong},
    {"q= is a list that has dns/txt", true,
     "RFC 6376 section 3.5, q=: a colon-separated list; what is not recognized is ignored."},
    {"the body is white space without a line end", true, whiteBody},
    {"the key has v= but not first", false, versionFirst},
    {"the key says h=sha1", false,
     "RFC 6376 section 3.6.1, h=: a signature whose hash is not in the list MUST be ignored (section 6.1.2, "
     "step 6)."},
    {"the key says s=other:email", true, "RFC 6376 section 3.6.1, s=: a colon-separated list."},
    {"the key says t=s and i= is below the domain", false, strictDomain},
    {"the key says t=y:s and i= is below the domain", false, strictDomain},
    {"x= is over", false,
     "RFC 6376 section 3.5, x=: signatures MAY be considered invalid past this time; dkimpy forgives ten "
     "hours."},
    {"x= lies before t=", false, "RFC 6376 section 3.5, x=: the value MUST be greater than the value of t=."},
};

const char* const canons[] = {"simple/simple", "simple/relaxed", "relaxed/simple", "relaxed/relaxed"};

} // namespace

class TestDifferentialDkim : public QObject {
    Q_OBJECT

    Dkimpy dkimpy_;
    QString dkimpyAbsent_;

    static std::string plain(const DkimCase& c) {
        std::string out;
        for (const auto& f : c.fields) out += f.name + ":" + f.value + "\r\n";
        return out + "\r\n" + c.body;
    }
    static std::string oursSigns(const std::string& message, const std::string& canon, bool ed) {
        DkimSignOptions o;
        o.header = canon.starts_with("relaxed") ? Canonicalization::Relaxed : Canonicalization::Simple;
        o.body = canon.ends_with("relaxed") ? Canonicalization::Relaxed : Canonicalization::Simple;
        o.now = UtcTime{caseTime * 1000};
        static const auto rsa = privateKey(rsa2048Pem), edKey = privateKey(ed25519Pem);
        auto out = dkimSign(parsed(message), {{"example.org", "sel", ed ? edKey : rsa}}, o);
        return out ? *out : std::string();
    }

  private Q_SLOTS:
    void initTestCase() { dkimpyAbsent_ = dkimpy_.start(); }

    void openDkimDecidesTheSame() {
#ifndef WAYPOST_OPENDKIM
        QSKIP("LIBOPENDKIM ABSENT: libopendkim-dev is not installed");
#else
        OpenDkim peer{std::uint64_t(caseTime)};
        compare(openDkimNotes, [&](const std::string& message, const std::string& record) {
            OpenDkim::keys().clear();
            if (!record.empty()) OpenDkim::keys()["sel._domainkey.example.org"] = record;
            const auto all = peer.verify(message);
            if (all.empty()) return Verdict{false, peer.lastResult()};
            return Verdict{all.front().pass, all.front().error};
        });
#endif
    }

    void dkimpyDecidesTheSame() {
        if (!dkimpyAbsent_.isEmpty()) QSKIP(qPrintable(QStringLiteral("DKIMPY ABSENT: ") + dkimpyAbsent_));
        compare(dkimpyNotes,
                [&](const std::string& m, const std::string& r) { return dkimpy_.verify(m, r); });
    }

    void whatWeSignTheyVerify() {
        SeededRandom random(1);
        int checked = 0;
#ifdef WAYPOST_OPENDKIM
        OpenDkim peer{std::uint64_t(caseTime)};
#endif
        for (int i = 0; i < 400; ++i) {
            const DkimCase c = generatedCase(random);
            const std::string canon = canons[i % 4];
            const bool ed = i % 5 == 4;
            const std::string message = oursSigns(plain(c), canon, ed);
            const std::string record = ed ? ed25519Record : rsa2048Record;
            QVERIFY2(ours(message, record).pass, message.c_str());
#ifdef WAYPOST_OPENDKIM
            OpenDkim::keys()["sel._domainkey.example.org"] = record;
            if (!ed || peer.knowsEd25519()) {
                const auto all = peer.verify(message);
                QVERIFY2(!all.empty() && all.front().pass,
                         (all.empty() ? message : all.front().error + message).c_str());
                ++checked;
            }
#endif
            if (dkimpyAbsent_.isEmpty()) {
                const Verdict theirs = dkimpy_.verify(message, record);
                QVERIFY2(theirs.pass, (theirs.why + "\n" + message).c_str());
                ++checked;
            }
        }
        qInfo("%d signatures of ours verified by others", checked);
        if (checked == 0) QSKIP("LIBOPENDKIM AND DKIMPY ABSENT");
    }

    void whatTheySignWeVerify() {
        SeededRandom random(2);
        int checked = 0;
#ifdef WAYPOST_OPENDKIM
        OpenDkim peer{std::uint64_t(caseTime)};
#endif
        for (int i = 0; i < 400; ++i) {
            const DkimCase c = generatedCase(random);
            const std::string canon = canons[i % 4];
            const std::string message = plain(c);
#ifdef WAYPOST_OPENDKIM
            const std::string field = peer.sign(message, rsa2048Pem, "sel", "example.org",
                                                canon.starts_with("relaxed"), canon.ends_with("relaxed"));
            QVERIFY(!field.empty());
            const Verdict mine = ours(field + "\r\n" + message, rsa2048Record, false);
            QVERIFY2(mine.pass, (mine.why + "\n" + field + "\n" + message).c_str());
            ++checked;
#endif
            if (!dkimpyAbsent_.isEmpty()) continue;
            const bool ed = i % 5 == 4;
            const QJsonObject got =
                dkimpy_.ask({{QStringLiteral("op"), QStringLiteral("sign")},
                             {QStringLiteral("message"), Dkimpy::encoded(message)},
                             {QStringLiteral("pem"), QString::fromLatin1(ed ? ed25519Seed : rsa2048Pem)},
                             {QStringLiteral("selector"), QStringLiteral("sel")},
                             {QStringLiteral("domain"), QStringLiteral("example.org")},
                             {QStringLiteral("canon"), QString::fromStdString(canon)},
                             {QStringLiteral("algorithm"),
                              ed ? QStringLiteral("ed25519-sha256") : QStringLiteral("rsa-sha256")}});
            const std::string theirs =
                QByteArray::fromBase64(got[QStringLiteral("field")].toString().toLatin1()).toStdString();
            QVERIFY2(!theirs.empty(), qPrintable(got[QStringLiteral("error")].toString()));
            const Verdict second = ours(theirs + message, ed ? ed25519Record : rsa2048Record, false);
            QVERIFY2(second.pass, (second.why + "\n" + theirs + message).c_str());
            ++checked;
        }
        qInfo("%d signatures of others verified by us", checked);
        if (checked == 0) QSKIP("LIBOPENDKIM AND DKIMPY ABSENT");
    }

  private:
    // The same key as ed25519Pem, as dkimpy takes it (RFC 8463 appendix A.2).
    static constexpr const char* ed25519Seed = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=";
};

QTEST_GUILESS_MAIN(TestDifferentialDkim)
#include "tst_differential_dkim.moc"
