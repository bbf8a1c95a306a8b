// RawView: bytes as they were, as text (escaped, monospace, never markup) with offsets, or as hex. Byte
// ranges can be marked; selecting text reports the byte range. Very long input is shown up to `shownLimit`
// and says so.
#pragma once

#include <QPlainTextEdit>
#include <QWidget>

#include <functional>
#include <optional>
#include <vector>

class QLabel;
class QMenu;
class QToolButton;

namespace waypost::ui {

struct ByteRange {
    qsizetype start = 0;
    qsizetype length = 0;
    bool operator==(const ByteRange&) const = default;
};

class RawView : public QWidget {
    Q_OBJECT
  public:
    static constexpr qsizetype shownLimit = 2'000'000;

    explicit RawView(QWidget* parent = nullptr);
    // `origin` says where the bytes come from ("/var/log/mail.log, byte 48 210"); `firstOffset` numbers the
    // lines.
    void setBytes(const QByteArray& bytes, const QString& origin = {}, qint64 firstOffset = 0);
    [[nodiscard]] const QByteArray& bytes() const { return bytes_; }
    void highlight(const std::vector<ByteRange>& ranges); // scrolls to the first
    [[nodiscard]] const std::vector<ByteRange>& highlighted() const { return ranges_; }
    [[nodiscard]] std::optional<ByteRange> selectedBytes() const;
    [[nodiscard]] QString shownText() const;
    void setHex(bool on);
    // Adds entries to the "Copy as" menu (dig, swaks, ...); called each time the menu opens.
    void setCopyMenuHook(std::function<void(QMenu&)> hook) { hook_ = std::move(hook); }

  Q_SIGNALS:
    void bytesSelected(qsizetype start, qsizetype length);

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    void rebuild();
    void rebuildText();
    void rebuildHex();
    void applyHighlight();
    void fillCopyMenu(QMenu& menu);
    [[nodiscard]] int positionOf(qsizetype byte) const;
    [[nodiscard]] qsizetype byteAt(int position) const;

    class Editor;
    Editor* editor_;
    QLabel* origin_;
    QToolButton* hexButton_;
    QToolButton* copyButton_;
    QByteArray bytes_;
    qint64 firstOffset_ = 0;
    std::vector<ByteRange> ranges_;
    std::vector<qsizetype> byteOfPosition_; // byte index of each shown character, one more at the end
    std::function<void(QMenu&)> hook_;
    bool hex_ = false;
    bool quiet_ = false;
};

} // namespace waypost::ui
