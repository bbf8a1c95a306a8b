// The filter language: grammar, canonical text, errors with their place, completion, limits.
#include "filter/complete.h"
#include "filter/parser.h"

using namespace waypost;
using namespace waypost::filter;

class TstFilter : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void canonicalText_data() {
        QTest::addColumn<QString>("typed");
        QTest::addColumn<QString>("printed");
        QTest::newRow("nothing is everything") << "  " << "";
        QTest::newRow("terms narrow each other") << "provider:gmail  outcome:deferred"
                                                 << "provider:gmail outcome:deferred";
        QTest::newRow("the first example of the manual")
            << "provider:gmail outcome:deferred code:4.7.* -stream:marketing age<24h"
            << "provider:gmail outcome:deferred code:4.7.* -stream:marketing age<24h";
        QTest::newRow("the second one")
            << "cluster:{88,91} rcpt_domain:*.example.com delay>15m text~\"rate.?limit\""
            << "template:{88,91} rcpt_domain:*.example.com latency>15m "
               "text~\"rate.?limit\"";
        QTest::newRow("the third one") << "ip:203.0.113.0/24 since:2026-05-01..now"
                                       << "ip:203.0.113.0/24 since:2026-05-01..now";
        QTest::newRow("AND is a space") << "provider:a AND provider:b" << "provider:a provider:b";
        QTest::newRow("OR binds less than a space") << "provider:a stream:x OR provider:b"
                                                    << "provider:a stream:x OR provider:b";
        QTest::newRow("parentheses stay where they mean something") << "(provider:a OR provider:b) stream:x"
                                                                    << "(provider:a OR provider:b) stream:x";
        QTest::newRow("parentheses go where they do not") << "((provider:a))" << "provider:a";
        QTest::newRow("NOT is a minus") << "NOT provider:a NOT (stream:x OR stream:y)"
                                        << "-provider:a -(stream:x OR stream:y)";
        QTest::newRow("twice negated") << "NOT NOT provider:a" << "NOT -provider:a";
        QTest::newRow("names in any case") << "Provider:GMail" << "provider:GMail";
        QTest::newRow("a phrase") << "\"user unknown\" blocked" << "\"user unknown\" blocked";
        QTest::newRow("quotes inside quotes")
            << "text:\"say \\\"no\\\" \\\\ x\"" << "text:\"say \\\"no\\\" \\\\ x\"";
        QTest::newRow("a quoted value with a space") << "stream:\"spring news\"" << "stream:\"spring news\"";
        QTest::newRow("quoted values in braces") << "stream:{ \"a b\" , c }" << "stream:{\"a b\",c}";
        QTest::newRow("a message id") << "<order-1001@acme.test>" << "<order-1001@acme.test>";
        QTest::newRow("an IPv6 network") << "ip:2001:db8::/32" << "ip:2001:db8::/32";
        QTest::newRow("the missing value") << "stream:\"\"" << "stream:\"\"";
        QTest::newRow("all operators") << "size>=1 size<=2 size!=3 size=4 size>5 size<6 size:7"
                                       << "size>=1 size<=2 size!=3 size=4 size>5 size<6 size:7";
        QTest::newRow("a class of codes") << "code:5xx" << "code:5*";
        QTest::newRow("a lone brace") << "provider:{{a}" << "provider:{{a}";
        QTest::newRow("a lower-case or is a word") << "this or that" << "this or that";
    }
    void canonicalText() {
        QFETCH(QString, typed);
        QFETCH(QString, printed);
        auto node = parse(typed.toStdString());
        QVERIFY2(node.has_value(), node ? "" : node.error().sentence.c_str());
        QCOMPARE(QString::fromStdString(print(*node)), printed);
        auto again = parse(printed.toStdString());
        QVERIFY2(again.has_value(), again ? "" : again.error().sentence.c_str());
        QCOMPARE(print(*again), print(*node));
    }

    void errors_data() {
        QTest::addColumn<QString>("typed");
        QTest::addColumn<int>("offset");
        QTest::addColumn<int>("length");
        QTest::addColumn<QString>("sentence");
        QTest::newRow("an unknown field names the nearest")
            << "outcome:deferred provder:gmail" << 17 << 7
            << "\"provder\" is no field; did you mean \"provider\"?";
        QTest::newRow("an alias leads to its name")
            << "recipent:a" << 0 << 8 << "\"recipent\" is no field; did you mean \"rcpt\"?";
        QTest::newRow("a field without a value")
            << "outcome:" << 0 << 8 << "A value is expected after \"outcome:\".";
        QTest::newRow("a space behind the colon")
            << "outcome: deferred" << 0 << 8 << "A value is expected after \"outcome:\".";
        QTest::newRow("an unknown outcome")
            << "outcome:defered" << 8 << 7 << "\"defered\" is no outcome. Did you mean \"deferred\"?";
        QTest::newRow("a part of a category")
            << "category:rate-limit" << 9 << 10
            << "\"rate-limit\" is no category. Did you mean \"deferred-rate-limit\"?";
        QTest::newRow("a wildcard that no category has")
            << "category:x*" << 9 << 2 << "\"x*\" is no category.";
        QTest::newRow("an open quotation") << "text:\"abc" << 5 << 4 << "The quotation mark is not closed.";
        QTest::newRow("an open brace") << "stream:{a,b" << 7 << 4 << "The brace is not closed.";
        QTest::newRow("an empty brace") << "stream:{}" << 7 << 1 << "A value is missing in the braces.";
        QTest::newRow("an open parenthesis") << "x (a OR b" << 2 << 1 << "This parenthesis is not closed.";
        QTest::newRow("a closing one too many")
            << "a)" << 1 << 1 << "This closing parenthesis has no opening one.";
        QTest::newRow("nothing between them")
            << "()" << 1 << 1 << "A term is expected between the parentheses.";
        QTest::newRow("OR at the end") << "a OR" << 4 << 0 << "A term is expected at the end.";
        QTest::newRow("OR at the start") << "OR a" << 0 << 2 << "A term is expected here, before \"OR\".";
        QTest::newRow("a word where a size belongs")
            << "size>big" << 5 << 3
            << "\"big\" does not fit size: a size such as 10k, 2MB or 64KiB is expected.";
        QTest::newRow("a duration without a unit")
            << "delay>15" << 6 << 2
            << "\"15\" does not fit latency: a duration such as 250ms, 90s, 15m, 24h or 7d is expected.";
        QTest::newRow("a range that runs backwards")
            << "attempt:5..3" << 8 << 4 << "The range ends before it begins.";
        QTest::newRow("an address that is none") << "ip:203.0.113.0/33" << 3 << 14
                                                 << "\"203.0.113.0/33\" is no address: 203.0.113.7, "
                                                    "203.0.113.0/24, 2001:db8::/32, a..b or 203.0.113.* is "
                                                    "expected.";
        QTest::newRow("an operator without a meaning")
            << "provider<gmail" << 0 << 9 << "\"provider\" cannot be compared with <; it takes : = != ~.";
        QTest::newRow("a broken regular expression")
            << "text~\"(a\"" << 5 << 4 << "The regular expression cannot be read: missing ): (a.";
        QTest::newRow("a time that is none") << "since:someday" << 6 << 7
                                             << "\"someday\" is no time: now-24h, now/d, today, yesterday, "
                                                "2026-05-01, 2026-05-01T10:00Z or a..b is "
                                                "expected.";
        QTest::newRow("a back reference, which RE2 does not have")
            << "text~\"(a)\\1\"" << 5 << 7
            << "The regular expression cannot be read: invalid escape sequence: \\1.";
    }
    void errors() {
        QFETCH(QString, typed);
        QFETCH(int, offset);
        QFETCH(int, length);
        QFETCH(QString, sentence);
        auto node = parse(typed.toStdString());
        QVERIFY(!node.has_value());
        QCOMPARE(QString::fromStdString(node.error().sentence), sentence);
        QCOMPARE(int(node.error().offset), offset);
        QCOMPARE(int(node.error().length), length);
    }

    void everyLimitIsHeld() {
        auto refused = [](const std::string& text, std::string_view word) {
            auto node = parse(text);
            return !node && node.error().sentence.contains(word);
        };
        QVERIFY(refused(std::string(maxLength + 1, 'a'), "longer"));
        QVERIFY(refused(std::string(size_t(maxDepth) + 1, '(') + "a", "nested too deeply"));
        QVERIFY(refused(std::string(size_t(maxDepth) + 1, '-') + "a", "nested too deeply"));
        std::string terms, values = "stream:{a";
        for (size_t i = 0; i <= maxTerms; ++i) terms += "a ";
        for (size_t i = 0; i <= maxValues; ++i) values += ",a";
        QVERIFY(refused(terms, "too many terms"));
        QVERIFY(refused(values + "}", "too many values"));
        QVERIFY(refused("text~\"" + std::string(maxPattern + 1, 'a') + "\"", "too long"));
        QVERIFY(refused("text~\"((a{1,100}){1,100}){1,100}\"", "cannot be read"));
        QVERIFY(
            parse(std::string(size_t(maxDepth), '(') + "a" + std::string(size_t(maxDepth), ')')).has_value());
    }

    void theCommandLineSeesThePlace() {
        auto node = parseOrFail("outcome:defered");
        QVERIFY(!node);
        QCOMPARE(node.error().text,
                 std::string(
                     "\"defered\" is no outcome. Did you mean \"deferred\"? (at \"defered\", character 9)"));
    }

    void conjunctsAndMakers() {
        auto node = parse("provider:a (stream:x OR stream:y)");
        QCOMPARE(conjuncts(*node).size(), size_t(2));
        QCOMPARE(print(both(*node, *parse("size>1"))),
                 std::string("provider:a (stream:x OR stream:y) size>1"));
        QCOMPARE(print(both(Node{}, *parse("a OR b"))), std::string("a OR b"));
        const auto& stream = *findField(eventFields(), "stream");
        for (const std::vector<std::string>& values : std::vector<std::vector<std::string>>{
                 {"a"}, {""}, {"a b", "c,d"}, {"*"}, {"}", "{"}, {"\"", "\\"}}) {
            const std::string text = print(termOf(stream, values));
            auto again = parse(text);
            QVERIFY2(again.has_value(), text.c_str());
            QCOMPARE(again->term.values.size(), values.size());
            for (size_t i = 0; i < values.size(); ++i) {
                QCOMPARE(again->term.values[i].text, values[i]);
                QVERIFY(again->term.values[i].kind != Value::Kind::Wild);
            }
        }
    }

    void completions_data() {
        QTest::addColumn<QString>("typed"); // | is the cursor
        QTest::addColumn<QString>("field");
        QTest::addColumn<int>("offset");
        QTest::addColumn<QString>("first");
        QTest::newRow("fields at the start") << "|" << "" << 0 << "provider:";
        QTest::newRow("a field by its first letters") << "outcome:deferred cat|" << "" << 17 << "category:";
        QTest::newRow("a field by its alias") << "rec|" << "" << 0 << "rcpt:";
        QTest::newRow("a negated field") << "-prov|" << "" << 1 << "provider:";
        QTest::newRow("values, most first") << "provider:|" << "provider" << 9 << "gmail";
        QTest::newRow("values by their start") << "provider:y|" << "provider" << 9 << "yahoo";
        QTest::newRow("values of a closed list") << "outcome:b|" << "outcome" << 8 << "bounced";
        QTest::newRow("inside braces") << "provider:{gmail,ya|" << "provider" << 16 << "yahoo";
        QTest::newRow("of an alias") << "cluster:|" << "template" << 8 << "gmail";
        QTest::newRow("time words") << "since:now-2|" << "since" << 6 << "now-24h";
        QTest::newRow("inside parentheses") << "(outc|" << "" << 1 << "outcome:";
    }
    void completions() {
        QFETCH(QString, typed);
        QFETCH(QString, field);
        QFETCH(int, offset);
        QFETCH(QString, first);
        const auto cursor = size_t(typed.indexOf('|'));
        std::vector<KnownValue> known;
        if (field == "provider" || field == "template") known = {{"gmail", 20}, {"yahoo", 3}};
        auto got = complete(typed.remove('|').toStdString(), cursor, known, eventFields());
        QCOMPARE(QString::fromStdString(got.field), field);
        QCOMPARE(int(got.offset), offset);
        QVERIFY(!got.items.empty());
        QCOMPARE(QString::fromStdString(got.items.front().text), first);
    }

    void everyFieldIsReachableByEachName() {
        for (const FieldInfo& f : eventFields()) {
            QCOMPARE(findField(eventFields(), f.name), &f);
            QVERIFY(!f.help.empty());
        }
        QVERIFY(!findField(eventFields(), "nonsense"));
    }
};

QTEST_GUILESS_MAIN(TstFilter)
#include "tst_filter.moc"
