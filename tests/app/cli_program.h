// The real waypost-cli, run as a shell runs it, with a home of its own. Internal to the tests of app/.
#pragma once

#include "support/paths.h"

#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTest>

namespace waypost::test {

struct CliRun {
    int status = -1; // of a program that ended by itself; -2: it did not end
    QByteArray out, err;
    [[nodiscard]] QList<QByteArray> lines() const {
        QList<QByteArray> all = out.split('\n');
        if (!all.isEmpty() && all.back().isEmpty()) all.removeLast();
        return all;
    }
    // Every line as a JSON object; an empty one stands for a line that is none.
    [[nodiscard]] QList<QJsonObject> objects() const {
        QList<QJsonObject> all;
        for (const QByteArray& l : lines()) all.push_back(QJsonDocument::fromJson(l).object());
        return all;
    }
};

class CliProgram {
  public:
    CliProgram() : home_(QString::fromStdString(temporaryFolder().string())) {}

    [[nodiscard]] static QString binary() { return qEnvironmentVariable("WAYPOST_CLI"); }
    [[nodiscard]] QString file(const QString& name) const { return home_ + QLatin1Char('/') + name; }
    [[nodiscard]] QString write(const QString& name, const QByteArray& bytes) const {
        QFile f(file(name));
        if (!f.open(QIODevice::WriteOnly) || f.write(bytes) != bytes.size())
            qFatal("cannot write a test file");
        return f.fileName();
    }
    void prepare(QProcess& p) const {
        QProcessEnvironment e = QProcessEnvironment::systemEnvironment();
        e.insert(QStringLiteral("HOME"), home_);
        for (const char* name : {"DATA", "CONFIG", "STATE", "CACHE", "RUNTIME"})
            e.remove(QStringLiteral("XDG_%1_%2")
                         .arg(QLatin1String(name), QLatin1String(name[0] == 'R' ? "DIR" : "HOME")));
        p.setProcessEnvironment(e);
        p.setWorkingDirectory(home_);
    }
    [[nodiscard]] CliRun run(const QStringList& arguments, const QByteArray& input = {}) const {
        return runProgram(binary(), arguments, input);
    }
    [[nodiscard]] CliRun runProgram(const QString& program, const QStringList& arguments,
                                    const QByteArray& input = {}) const {
        QProcess p;
        prepare(p);
        p.start(program, arguments);
        p.write(input);
        p.closeWriteChannel();
        CliRun r;
        if (p.waitForFinished(60'000))
            r.status = p.exitStatus() == QProcess::NormalExit ? p.exitCode() : -1;
        else
            r.status = -2;
        r.out = p.readAllStandardOutput();
        r.err = p.readAllStandardError();
        return r;
    }

  private:
    QString home_;
};

// Nothing a terminal would act on: no control byte but the line end, no C1 control in UTF-8.
inline bool isHarmless(const QByteArray& bytes) {
    for (qsizetype i = 0; i < bytes.size(); ++i) {
        const auto c = static_cast<unsigned char>(bytes[i]);
        if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7f) return false;
        if (c == 0xc2 && i + 1 < bytes.size() && static_cast<unsigned char>(bytes[i + 1]) < 0xa0)
            return false;
    }
    return true;
}

inline QString errorCode(const QJsonObject& line) {
    return line[QStringLiteral("error")].toObject()[QStringLiteral("code")].toString();
}

} // namespace waypost::test
