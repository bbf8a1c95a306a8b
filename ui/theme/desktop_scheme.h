// DesktopScheme: asks the desktop's settings portal whether dark is preferred, and listens for a change.
// Never blocks; says nothing when there is no session bus or no portal.
#pragma once

#include <QObject>

class QDBusVariant;

namespace waypost::ui {

class DesktopScheme : public QObject {
    Q_OBJECT
  public:
    using QObject::QObject;
    void ask();

  Q_SIGNALS:
    void darkPreferred(bool dark);

  private Q_SLOTS:
    void settingChanged(const QString& group, const QString& key, const QDBusVariant& value);

  private:
    void take(const QVariant& value);
};

} // namespace waypost::ui
