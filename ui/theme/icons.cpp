#include "ui/theme/icons.h"

#include "ui/theme/theme.h"

#include <QFile>
#include <QIconEngine>
#include <QPainter>
#include <QPixmapCache>
#include <QSvgRenderer>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {

class LineIconEngine final : public QIconEngine {
  public:
    LineIconEngine(QString name, QByteArray svg, QColor fixed)
        : name_(std::move(name)), svg_(std::move(svg)), fixed_(fixed) {}

    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State state) override {
        const qreal ratio = painter->device() ? painter->device()->devicePixelRatio() : 1.0;
        QPixmap drawn = scaledPixmap(rect.size() * ratio, mode, state, ratio);
        painter->drawPixmap(rect, drawn);
    }
    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override {
        return scaledPixmap(size, mode, state, 1.0);
    }
    // `size` is in device pixels.
    QPixmap scaledPixmap(const QSize& size, QIcon::Mode mode, QIcon::State state, qreal) override {
        const QColor colour = tint(mode, state);
        const QString key = u"wp-icon/%1/%2/%3x%4"_s.arg(name_, colour.name(QColor::HexArgb))
                                .arg(size.width())
                                .arg(size.height());
        QPixmap result;
        if (QPixmapCache::find(key, &result)) return result;
        QByteArray svg = svg_;
        svg.replace("currentColor", colour.name().toLatin1());
        QSvgRenderer renderer(svg);
        result = QPixmap(size);
        result.fill(Qt::transparent);
        QPainter p(&result);
        renderer.render(&p, QRectF(QPointF(), QSizeF(size)));
        p.end();
        QPixmapCache::insert(key, result);
        return result;
    }
    QSize actualSize(const QSize& size, QIcon::Mode, QIcon::State) override { return size; }
    QIconEngine* clone() const override { return new LineIconEngine(name_, svg_, fixed_); }
    QString key() const override { return u"waypost-line"_s; }
    QString iconName() override { return name_; }
    bool isNull() override { return svg_.isEmpty(); }

  private:
    [[nodiscard]] QColor tint(QIcon::Mode mode, QIcon::State state) const {
        const Tokens& t = tokens();
        if (mode == QIcon::Disabled) return t.textFaint;
        if (fixed_.isValid()) return fixed_;
        return state == QIcon::On ? t.accent : t.text;
    }

    QString name_;
    QByteArray svg_;
    QColor fixed_;
};

} // namespace

QIcon icon(QStringView name, const QColor& colour) {
    QFile file(u":/waypost/icons/%1.svg"_s.arg(name));
    if (!file.open(QIODevice::ReadOnly)) return {};
    return QIcon(new LineIconEngine(name.toString(), file.readAll(), colour));
}

QIcon icon(QStringView name) {
    return icon(name, QColor());
}

} // namespace waypost::ui
