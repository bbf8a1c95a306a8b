// Page: what the window asks of a screen. A screen may be any QWidget; deriving from Page gives it
// breadcrumb, Esc, time range, keys and a saved layout.
#pragma once

#include "ui/charts/time_range.h"

#include <QWidget>

#include <vector>

namespace waypost::ui {

struct KeyHelp {
    QString keys; // "Ctrl+E"
    QString what; // "export this view"
};

class Page : public QWidget {
    Q_OBJECT
  public:
    using QWidget::QWidget;
    // Below the page's own title, outermost first: {"gmail.com", "deferred"}.
    [[nodiscard]] virtual QStringList crumbs() const { return {}; }
    // One level back (Esc, breadcrumb); false: already at the top.
    virtual bool goBack() { return false; }
    [[nodiscard]] virtual std::vector<KeyHelp> keys() const { return {}; }
    [[nodiscard]] virtual bool usesTimeRange() const { return false; }
    virtual void setTimeRange(const ResolvedRange&, const QTimeZone&) {}
    virtual void refresh() {}
    virtual void focusFilter() {} // "/"
    virtual void exportView() {}  // Ctrl+E
    [[nodiscard]] virtual QByteArray saveLayout() const { return {}; }
    virtual void restoreLayout(const QByteArray&) {}

  Q_SIGNALS:
    void crumbsChanged();
    void rangeAsked(const waypost::ui::ResolvedRange& range); // a brush on a chart narrows the window's range
    void undoOffered(const QString& sentence, std::function<void()> undo);
};

} // namespace waypost::ui
