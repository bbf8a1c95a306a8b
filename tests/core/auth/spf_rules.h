// What the SPF rule tables share: a zone in text, a request, the check and its explanation. Internal to the
// tests.
#pragma once

#include "auth/spf_check.h"
#include "support/fake_clock.h"
#include "support/zone_resolver.h"

#include <QTest>

namespace waypost::auth::rules {

struct Row {
    const char* name; // a sentence
    std::string zone;
    const char* expected; // "fail: explanation" when there is one
    const char* ip = "192.0.2.1";
    std::string from = "user@example.org";
    std::string helo = "mx.example.net";
};

inline std::string said(const SpfCheck& check) {
    std::string out(spfResultName(check.result));
    return check.explanation.empty() ? out : out + ": " + check.explanation;
}

inline SpfCheck check(const Row& row) {
    test::ZoneResolver zone(row.zone);
    test::FakeClock clock;
    SpfOptions options;
    options.clock = &clock;
    options.receiver = "mx.receiver.example";
    SpfRequest request{*net::IpAddress::parse(row.ip), row.from, row.helo};
    auto done = runReady(checkSpf(zone, request, options));
    if (!done) qFatal("the check did not end");
    for (const auto& question : zone.asked())
        if (question.type == dns::RecordType::SPF) qFatal("type 99 was asked for");
    return std::move(*done);
}

// The record of example.org, and more lines.
inline std::string record(const std::string& terms, const std::string& more = {}) {
    return "example.org TXT \"v=spf1 " + terms + "\"\n" + more;
}

// A TXT record of any length, in strings of 255 octets.
inline std::string txt(const std::string& name, std::string text) {
    std::string out = name + " TXT";
    do {
        out += " \"" + text.substr(0, 255) + "\"";
        text.erase(0, 255);
    } while (!text.empty());
    return out + "\n";
}

// A table as QtTest wants it: the rows live as long as the program.
inline void addRows(const std::vector<Row>& rows) {
    QTest::addColumn<int>("row");
    for (size_t i = 0; i < rows.size(); ++i) QTest::newRow(rows[i].name) << int(i);
}
inline void compare(const std::vector<Row>& rows, int row) {
    const SpfCheck got = check(rows[size_t(row)]);
    const std::string what = said(got);
    QVERIFY2(what == rows[size_t(row)].expected, (what + " because " + got.reason).c_str());
    QVERIFY(!got.reason.empty());
}

} // namespace waypost::auth::rules
