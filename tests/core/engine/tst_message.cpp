// Messages in the engine: kept, judged in a job, judged again as of then and as of now, refused in words.
#include "engine/engine.h"
#include "message/bundle.h"
#include "support/loopback_zone.h"
#include "support/paths.h"

#include <fmt/format.h>

#include <fstream>
#include <sstream>

using namespace waypost;
using namespace waypost::engine;
namespace fs = std::filesystem;

namespace {

template <class T>
T as(const Snapshot& s) {
    if (const T* value = std::get_if<T>(&s)) return *value;
    const Error* error = std::get_if<Error>(&s);
    qFatal("%s", error ? error->describe().c_str() : "an answer of another kind");
}

Error errorOf(const Snapshot& s) {
    if (const Error* e = std::get_if<Error>(&s)) return *e;
    qFatal("it was not refused");
}

std::string read(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::stringstream out;
    out << in.rdbuf();
    return out.str();
}

fs::path sample(const char* name) {
    return test::resources() / "lab" / name;
}

// The operator's names of the lab's zone.
std::string zone() {
    std::istringstream in(read(sample("lab.zone")));
    std::string out;
    for (std::string line; std::getline(in, line);)
        if (!line.starts_with(";") && !line.starts_with("%") && !line.starts_with("*") &&
            line.contains(" TXT "))
            out += line + "\n";
    return out;
}

std::string without(const std::string& lines, std::string_view word) {
    std::istringstream in(lines);
    std::string out;
    for (std::string line; std::getline(in, line);)
        if (!line.contains(word)) out += line + "\n";
    return out;
}

const MessageStep& step(const MessageView& view, std::string_view id) {
    for (const MessageStep& s : view.steps)
        if (s.id == id) return s;
    qFatal("no such step");
}

class Bench {
  public:
    explicit Bench(const std::string& lines = zone()) {
        names_.serve(lines);
        file_ = test::temporaryFolder() / "m.waypost";
        open();
    }
    void open() {
        engine_.reset();
        OpenOptions o;
        o.workspace = file_;
        o.resources = test::resources();
        auto opened = Engine::open(std::move(o));
        if (!opened) qFatal("%s", opened.error().describe().c_str());
        engine_ = std::move(*opened);
        const std::string server = fmt::format("127.0.0.1:{}", names_.serverPort());
        as<Done>(engine_->runAndWait(SaveSetting{"resolver.servers", server}));
    }
    Engine* operator->() { return engine_.get(); }
    test::LoopbackZone& names() { return names_; }
    // Kept and judged; its id.
    std::string check(CheckMessage command) {
        const std::string id = as<Done>(engine_->runAndWait(std::move(command))).id;
        for (const MessageLine& line : as<Messages>(engine_->askAndWait(MessagesQuery{})).messages)
            if (line.id == id && !line.job.empty()) (void)engine_->waitForJob(line.job);
        return id;
    }
    JobView again(const std::string& id, std::optional<MessageConnection> connection = {}) {
        const auto started = as<Done>(engine_->runAndWait(JudgeAgain{id, std::move(connection)}));
        return engine_->waitForJob(started.id);
    }
    MessageView view(const std::string& id, bool now = false) {
        return as<MessageView>(engine_->askAndWait(MessageQuery{id, now}));
    }

  private:
    test::LoopbackZone names_;
    fs::path file_;
    std::unique_ptr<Engine> engine_;
};

CheckMessage file(const char* name) {
    CheckMessage c;
    c.file = sample(name).string();
    return c;
}

CheckMessage bytes(std::string message) {
    CheckMessage c;
    c.bytes = std::move(message);
    return c;
}

int depthFirst(const Node& n) {
    int count = 1;
    for (const Node& c : n.children) count += depthFirst(c);
    return count;
}

// Every node points into its document, and nowhere else.
void checkSpans(const std::vector<Node>& nodes, const MessageView& view) {
    for (const Node& n : nodes) {
        QVERIFY(n.raw >= -1 && n.raw <= int(view.answers.size()));
        if (n.raw == 0) QVERIFY(n.start >= 0 && size_t(n.start + n.length) <= view.message.bytes.size());
        checkSpans(n.children, view);
    }
}

} // namespace

class TestMessage : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void aSignedMessageIsKeptAndJudged() {
        Bench e;
        const std::string id = e.check(file("spring-news.eml"));
        const auto list = as<Messages>(e->askAndWait(MessagesQuery{}));
        QCOMPARE(list.messages.size(), size_t(1));
        QCOMPARE(list.messages[0].verdict, std::string("DMARC pass"));
        QCOMPARE(list.messages[0].source, std::string("spring-news.eml"));
        QCOMPARE(list.messages[0].title, std::string("Spring news: three things for May – and a date"));
        QVERIFY(list.messages[0].judged);
        QVERIFY(!list.messages[0].again);
        const MessageView view = e.view(id);
        QCOMPARE(view.message.bytes, read(sample("spring-news.eml")));
        QCOMPARE(view.connection.ip, std::string("127.77.1.1"));
        QCOMPARE(view.connection.mailFrom, std::string("bounce-4711@acme.test"));
        for (const char* id_ : {"spf", "dkim", "dmarc"}) QCOMPARE(step(view, id_).state, State::Ok);
        QCOMPARE(view.hops.size(), size_t(2));
        QCOMPARE(view.hops[1].delayMs, std::optional<std::int64_t>(2000));
        QVERIFY(!view.answers.empty());
        QVERIFY(!view.answers.front().raw.empty());
        QVERIFY(view.notes.empty());
        QVERIFY(view.text.contains("The summer meeting is on 18 June."));
        QVERIFY(view.html.contains("<img src=\"https://pixel.acme.test/4711.gif\""));
        QVERIFY(view.command.starts_with("waypost-cli message check spring-news.eml --ip '127.77.1.1'"));
        QVERIFY(view.json.starts_with("{"));
    }

    void everyNodePointsIntoItsDocument() {
        Bench e;
        for (const char* name : {"spring-news.eml", "list-footer.eml"}) {
            const MessageView view = e.view(e.check(file(name)));
            for (const MessageStep& s : view.steps) {
                QVERIFY2(!s.title.empty() && !s.headline.empty(), s.id.c_str());
                checkSpans(s.tree, view);
            }
            checkSpans({view.mime}, view);
            QCOMPARE(int(view.parts.size()), depthFirst(view.mime));
            for (const auto& fields : view.parts) checkSpans(fields, view);
            for (const MessageClaim& claim : view.claims)
                QVERIFY(view.message.bytes.substr(size_t(claim.start), 22) == "Authentication-Results");
        }
    }

    void aChangedBodyFailsAndTheClaimOfBeforeDiffers() {
        Bench e;
        const MessageView view = e.view(e.check(file("list-footer.eml")));
        QCOMPARE(view.line.verdict, std::string("DMARC fail"));
        QCOMPARE(step(view, "dkim").state, State::Error);
        QCOMPARE(view.hops.size(), size_t(3));
        QVERIFY(view.hops[1].skewed);
        QCOMPARE(view.claims.size(), size_t(2));
        bool differs = false;
        for (const MessageClaim& claim : view.claims)
            for (const MessageClaim::Method& m : claim.methods)
                if (claim.receiver == "mx.bigmail.test" && m.method == "dkim") {
                    QCOMPARE(m.ours, std::string("fail"));
                    differs = m.differs;
                    QVERIFY(
                        view.message.bytes.substr(size_t(m.start), size_t(m.length)).contains("dkim=pass"));
                }
        QVERIFY(differs);
    }

    void anAppendedFooterIsNamedWithItsFirstBytes() {
        Bench e;
        const MessageView view = e.view(e.check(file("list-footer.eml")));
        QCOMPARE(view.autopsies.size(), size_t(1));
        const MessageView::Autopsy& a = view.autopsies.front();
        QCOMPARE(a.signature, std::string("acme.test lab, body"));
        QVERIFY2(!a.mutation.empty(), a.headline.c_str());
        QVERIFY2(a.after.contains("____"), a.after.c_str());
        QCOMPARE(view.message.bytes.substr(size_t(a.start), size_t(a.length)), a.after);
        bool fitted = false;
        for (const Node& n : a.tree) fitted = fitted || n.value == "fits";
        QVERIFY(fitted);
        QVERIFY(e.view(e.check(file("spring-news.eml"))).autopsies.empty());
    }

    void thenStaysAsItWasWhenTheKeyIsTakenAway() {
        Bench e;
        const std::string id = e.check(file("spring-news.eml"));
        QCOMPARE(errorOf(e->askAndWait(MessageQuery{id, true})).code, ErrorCode::NotFound);
        e.names().serve(without(zone(), "lab._domainkey"));
        QCOMPARE(e.again(id).state, JobState::Done);
        const MessageView then = e.view(id), now = e.view(id, true);
        QCOMPARE(step(then, "dkim").state, State::Ok);
        QVERIFY(step(now, "dkim").state != State::Ok);
        QCOMPARE(step(now, "spf").state, State::Ok);
        QVERIFY(now.judged > then.judged);
        QVERIFY(now.now && !then.now);
        // And so after the program was started anew, with no name server at all.
        e.open();
        as<Done>(e->runAndWait(SaveSetting{"resolver.servers", "127.0.0.1:1"}));
        QCOMPARE(step(e.view(id), "dkim").state, State::Ok);
        QCOMPARE(step(e.view(id, true), "dkim").headline, step(now, "dkim").headline);
    }

    void aNameServerThatDoesNotAnswerIsNoVerdict() {
        Bench e;
        as<Done>(e->runAndWait(SaveSetting{"resolver.servers", "127.0.0.1:1"}));
        as<Done>(e->runAndWait(SaveSetting{"resolver.attempts", "1"}));
        const MessageView view = e.view(e.check(file("spring-news.eml")));
        QCOMPARE(view.line.state, State::Unknown);
        QCOMPARE(step(view, "dkim").state, State::Unknown);
        QCOMPARE(step(view, "spf").state, State::Unknown);
    }

    void anotherConnectionIsJudgedNowAndSaysWhatWasNeverAskedThen() {
        Bench e;
        const std::string id = e.check(file("spring-news.eml"));
        QCOMPARE(e.again(id, MessageConnection{"127.99.9.9", "mail.relay.test", "list@news.acme.test"}).state,
                 JobState::Done);
        const MessageView now = e.view(id, true);
        QCOMPARE(now.connection.ip, std::string("127.99.9.9"));
        QVERIFY(step(now, "spf").state != State::Ok);
        QVERIFY(now.notes.empty());
        const MessageView then = e.view(id);
        QCOMPARE(step(then, "spf").state, State::Unknown); // news.acme.test was not asked about by then
        QCOMPARE(then.notes.size(), size_t(1));
        QVERIFY2(then.notes.front().contains("news.acme.test TXT"), then.notes.front().c_str());
    }

    void headersAloneLeaveTheBodyUnknown() {
        Bench e;
        const std::string whole = read(sample("spring-news.eml"));
        const std::string id = e.check(bytes(whole.substr(0, whole.find("\r\n\r\n") + 2)));
        const MessageView view = e.view(id);
        QVERIFY(view.line.headersOnly);
        QCOMPARE(step(view, "dkim").state, State::Unknown);
        QCOMPARE(step(view, "spf").state, State::Ok);
        QVERIFY(view.line.state != State::Error);
        QVERIFY(view.notes.back().contains("Only the headers"));
    }

    void filesThatCannotBeReadSaySo() {
        Bench e;
        const fs::path folder = test::temporaryFolder();
        CheckMessage c;
        c.file = folder.string();
        QVERIFY(errorOf(e->runAndWait(c)).text.contains("folder"));
        c.file = (folder / "none.eml").string();
        QCOMPARE(errorOf(e->runAndWait(c)).code, ErrorCode::Io);
        c.file = (folder / "huge.eml").string();
        std::ofstream(c.file) << "From: a@b.test\n";
        fs::resize_file(c.file, 64ULL * 1024 * 1024 + 1);
        QCOMPARE(errorOf(e->runAndWait(c)).code, ErrorCode::TooLarge);
        c = bytes("From: a@b.test\n\nx");
        c.connection.ip = "localhost";
        QVERIFY(errorOf(e->runAndWait(c)).text.contains("is not an IP address"));
        c.connection = {"", "two words", ""};
        QCOMPARE(errorOf(e->runAndWait(c)).code, ErrorCode::InvalidArgument);
        QVERIFY(as<Messages>(e->askAndWait(MessagesQuery{})).messages.empty());
    }

    void whatIsNotThereIsNotFound() {
        Bench e;
        QCOMPARE(errorOf(e->askAndWait(MessageQuery{"x"})).code, ErrorCode::NotFound);
        QCOMPARE(errorOf(e->runAndWait(JudgeAgain{"x", {}})).code, ErrorCode::NotFound);
        QCOMPARE(errorOf(e->runAndWait(ForgetMessage{"x"})).code, ErrorCode::NotFound);
        CheckMessage c;
        c.run = "x";
        c.seed = "seed@b.test";
        QCOMPARE(errorOf(e->runAndWait(c)).code, ErrorCode::NotFound);
    }

    void theEvidenceReplaysToTheLetter() {
        Bench e;
        const std::string id = e.check(file("list-footer.eml"));
        const fs::path out = test::temporaryFolder() / "evidence.zip";
        const auto job = as<Done>(e->runAndWait(ExportBundle{id, out.string()}));
        QCOMPARE(e->waitForJob(job.id).state, JobState::Done);
        auto bundle = message::readBundle(read(out));
        QVERIFY2(bundle, bundle ? "" : bundle.error().text.c_str());
        QCOMPARE(*bundle->message, read(sample("list-footer.eml")));
        SystemClock clock;
        auto list = dns::PublicSuffixList::load(test::resources() / "lists" / "public_suffix_list.dat");
        const auto replay = message::replayBundle(*bundle, clock, list ? *list : nullptr);
        QVERIFY(replay.missing.empty());
        QVERIFY(replay.identical);
        // The other judgement does not exist: nothing is written.
        const auto second = as<Done>(e->runAndWait(ExportBundle{id, (out.string() + "2"), true}));
        QCOMPARE(e->waitForJob(second.id).state, JobState::Failed);
        QVERIFY(!fs::exists(out.string() + "2"));
    }

    void aForgottenMessageIsGoneAndTheRecordSaysSo() {
        Bench e;
        const std::string id = e.check(file("spring-news.eml"));
        as<Done>(e->runAndWait(ForgetMessage{id}));
        QVERIFY(as<Messages>(e->askAndWait(MessagesQuery{})).messages.empty());
        const auto recorded = [&](std::string_view kind) {
            int count = 0;
            for (const ActivityRow& a : as<Activity>(e->askAndWait(ActivityQuery{})).rows)
                count += a.kind == kind ? 1 : 0;
            return count;
        };
        QTRY_COMPARE(recorded("message.check"), 1);
        QTRY_COMPARE(recorded("message.forget"), 1);
    }

    void theSeedsMessageOfARunIsJudged() {
        OpenOptions o;
        o.workspace = test::temporaryFolder() / "lab.waypost";
        o.resources = test::resources();
        o.lab = true;
        auto e = Engine::open(std::move(o));
        QVERIFY(e);
        RunSpec spec;
        spec.name = "run";
        spec.seedListId = as<SeedLists>((*e)->askAndWait(SeedListsQuery{})).lists.front().id;
        spec.route = "lab";
        spec.from = "news@acme.test";
        spec.subject = "Spring news";
        spec.body = "Hello\n";
        spec.waitMinutes = 1;
        spec.perSecond = 100;
        QCOMPARE((*e)->waitForJob(as<Done>((*e)->runAndWait(StartRun{spec})).id).state, JobState::Done);
        const std::string run = as<Runs>((*e)->askAndWait(RunsQuery{})).runs.front().id;
        CheckMessage c;
        c.run = run;
        c.seed = "seed1@bigmail.test";
        const std::string id = as<Done>((*e)->runAndWait(c)).id;
        const auto line = as<Messages>((*e)->askAndWait(MessagesQuery{})).messages.front();
        if (!line.job.empty()) (void)(*e)->waitForJob(line.job);
        const auto view = as<MessageView>((*e)->askAndWait(MessageQuery{id}));
        QVERIFY(view.line.source.contains("seed1@bigmail.test"));
        QVERIFY(view.message.bytes.contains("Subject: Spring news"));
        QVERIFY(!view.line.headersOnly);
        QCOMPARE(view.text, std::string("Hello\r\n")); // the whole message was fetched, as it was found
        QCOMPARE(step(view, "spf").state, State::Ok);
    }
};

QTEST_GUILESS_MAIN(TestMessage)
#include "tst_message.moc"
