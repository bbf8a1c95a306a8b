#include "ui/widgets/raw_view.h"

#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/widgets/foreign_text.h"

#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QPainter>
#include <QScrollBar>
#include <QTextBlock>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {

constexpr int hexPerLine = 16;

// Length of a well-formed UTF-8 sequence at `at`, 1 for anything else.
int sequenceLength(const QByteArray& b, qsizetype at) {
    const auto c = static_cast<uchar>(b[at]);
    const int n = c >= 0xF0 && c < 0xF5 ? 4 : c >= 0xE0 ? 3 : c >= 0xC2 ? 2 : 1;
    if (n == 1 || c >= 0xF5 || at + n > b.size()) return 1;
    for (int i = 1; i < n; ++i)
        if ((static_cast<uchar>(b[at + i]) & 0xC0) != 0x80) return 1;
    return n;
}

} // namespace

// The text with a gutter of byte offsets.
class RawView::Editor final : public QPlainTextEdit {
  public:
    explicit Editor(RawView* view) : QPlainTextEdit(view), view_(view), gutter_(new Gutter(this)) {
        setReadOnly(true);
        setProperty("raw", true);
        setWordWrapMode(QTextOption::WrapAnywhere);
        setUndoRedoEnabled(false);
        setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
        setTabChangesFocus(true);
        connect(this, &QPlainTextEdit::updateRequest, gutter_, [this](const QRect& r, int dy) {
            if (dy)
                gutter_->scroll(0, dy);
            else
                gutter_->update(0, r.y(), gutter_->width(), r.height());
        });
    }
    void setGutter(bool on) {
        const int digits =
            static_cast<int>(QString::number(view_->firstOffset_ + view_->bytes_.size()).size());
        width_ = on ? fontMetrics().horizontalAdvance(u'0') * std::max(4, digits) + 2 * space::s : 0;
        setViewportMargins(width_, 0, 0, 0);
        placeGutter();
    }

  protected:
    void resizeEvent(QResizeEvent* event) override {
        QPlainTextEdit::resizeEvent(event);
        placeGutter();
    }
    void contextMenuEvent(QContextMenuEvent* event) override {
        auto* menu = new QMenu(this);
        menu->setAttribute(Qt::WA_DeleteOnClose);
        view_->fillCopyMenu(*menu);
        menu->popup(event->globalPos());
    }

  private:
    class Gutter final : public QWidget {
      public:
        explicit Gutter(Editor* editor) : QWidget(editor), editor_(editor) {}

      protected:
        void paintEvent(QPaintEvent* event) override { editor_->paintGutter(event->rect()); }
        Editor* editor_;
    };
    void placeGutter() {
        gutter_->setVisible(width_ > 0);
        const QRect v = viewport()->geometry();
        gutter_->setGeometry(v.left() - width_, v.top(), width_, v.height());
    }
    void paintGutter(const QRect& clip) {
        QPainter p(gutter_);
        p.fillRect(clip, tokens().window);
        p.setPen(tokens().textMuted);
        p.setFont(font());
        for (QTextBlock b = firstVisibleBlock(); b.isValid(); b = b.next()) {
            const QRectF r = blockBoundingGeometry(b).translated(contentOffset());
            if (r.top() > clip.bottom()) break;
            const qint64 offset = view_->firstOffset_ + view_->byteAt(b.position());
            p.drawText(QRectF(0, r.top(), width_ - space::s, r.height()), Qt::AlignRight | Qt::AlignTop,
                       QString::number(offset));
        }
    }

    RawView* view_;
    Gutter* gutter_;
    int width_ = 0;
};

RawView::RawView(QWidget* parent)
    : QWidget(parent), editor_(new Editor(this)), origin_(foreign::label({}, this)),
      hexButton_(new QToolButton(this)), copyButton_(new QToolButton(this)) {
    editor_->setAccessibleName(tr("Raw bytes"));
    origin_->setProperty("role", u"muted"_s);
    origin_->setTextInteractionFlags(Qt::NoTextInteraction);
    origin_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    hexButton_->setText(tr("Hex"));
    hexButton_->setCheckable(true);
    hexButton_->setAccessibleName(tr("Show as hex"));
    copyButton_->setIcon(icon(u"copy"));
    copyButton_->setText(tr("Copy as"));
    copyButton_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    copyButton_->setPopupMode(QToolButton::InstantPopup);
    copyButton_->setMenu(new QMenu(copyButton_));
    connect(copyButton_->menu(), &QMenu::aboutToShow, this, [this] {
        copyButton_->menu()->clear();
        fillCopyMenu(*copyButton_->menu());
    });
    connect(hexButton_, &QToolButton::toggled, this, &RawView::setHex);
    connect(editor_, &QPlainTextEdit::selectionChanged, this, [this] {
        const std::optional<ByteRange> range = quiet_ ? std::nullopt : selectedBytes();
        if (range) Q_EMIT bytesSelected(range->start, range->length);
    });
    auto* bar = new QHBoxLayout;
    bar->setContentsMargins(space::s, 0, 0, 0);
    bar->addWidget(origin_, 1);
    bar->addWidget(hexButton_);
    bar->addWidget(copyButton_);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addLayout(bar);
    column->addWidget(editor_);
    installEventFilter(this);
    setFocusProxy(editor_);
    connect(&Theme::current(), &Theme::changed, this, &RawView::rebuild);
    rebuild();
}

bool RawView::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::Show || event->type() == QEvent::Polish)
        editor_->setGutter(!hex_ && !bytes_.isEmpty());
    return QWidget::eventFilter(watched, event);
}

void RawView::setBytes(const QByteArray& bytes, const QString& origin, qint64 firstOffset) {
    bytes_ = bytes;
    firstOffset_ = firstOffset;
    ranges_.clear();
    QString note = foreign::printable(origin);
    if (bytes.size() > shownLimit)
        note += tr(" · first %1 of %2 bytes shown").arg(shownLimit).arg(bytes.size());
    origin_->setText(note);
    origin_->setToolTip(foreign::toolTip(origin));
    rebuild();
}

void RawView::setHex(bool on) {
    hex_ = on;
    hexButton_->setChecked(on);
    rebuild();
}

void RawView::rebuild() {
    quiet_ = true;
    QFont f = Theme::current().mono();
    f.setPointSizeF(std::max(8.0, f.pointSizeF() - 0.5));
    editor_->setFont(f);
    // A log line or a header is read whole; a hex dump keeps its columns.
    editor_->setLineWrapMode(hex_ ? QPlainTextEdit::NoWrap : QPlainTextEdit::WidgetWidth);
    hex_ ? rebuildHex() : rebuildText();
    editor_->setGutter(!hex_ && !bytes_.isEmpty());
    quiet_ = false;
    highlight(std::vector(ranges_)); // what was in sight stays so
}

void RawView::rebuildText() {
    QString text;
    byteOfPosition_.clear();
    const qsizetype end = std::min(bytes_.size(), shownLimit);
    const auto put = [&](const QString& shown, qsizetype at) {
        text += shown;
        byteOfPosition_.insert(byteOfPosition_.end(), static_cast<size_t>(shown.size()), at);
    };
    for (qsizetype at = 0; at < end;) {
        const int n = sequenceLength(bytes_, at);
        const auto c = static_cast<uchar>(bytes_[at]);
        if (c == '\r' && at + 1 < bytes_.size() && bytes_[at + 1] == '\n')
            put(QString(), at); // a CRLF shows as a line end; a lone CR is spelled out below
        else if (c == '\n')
            put(u"\n"_s, at);
        else if (n == 1 && c >= 0x80)
            put(u"\\x%1"_s.arg(static_cast<uint>(c), 2, 16, QLatin1Char('0')), at);
        else
            put(foreign::printable(QString::fromUtf8(bytes_.constData() + at, n)), at);
        at += n;
    }
    byteOfPosition_.push_back(end);
    editor_->setPlainText(text);
}

void RawView::rebuildHex() {
    QString text;
    byteOfPosition_.clear();
    const qsizetype end = std::min(bytes_.size(), shownLimit / 4);
    const auto put = [&](const QString& shown, qsizetype at) {
        text += shown;
        byteOfPosition_.insert(byteOfPosition_.end(), static_cast<size_t>(shown.size()), at);
    };
    for (qsizetype at = 0; at < end; at += hexPerLine) {
        put(u"%1  "_s.arg(firstOffset_ + at, 8, 16, QLatin1Char('0')), at);
        for (qsizetype i = at; i < at + hexPerLine; ++i)
            put(i < end
                    ? u"%1 "_s.arg(static_cast<uint>(static_cast<uchar>(bytes_[i])), 2, 16, QLatin1Char('0'))
                    : u"   "_s,
                std::min(i, end));
        put(u" "_s, std::min(at + hexPerLine, end) - 1);
        for (qsizetype i = at; i < std::min(at + hexPerLine, end); ++i)
            put(bytes_[i] >= 0x20 && bytes_[i] < 0x7F ? QString(QLatin1Char(bytes_[i])) : u"."_s, i);
        put(u"\n"_s, std::min(at + hexPerLine, end) - 1);
    }
    byteOfPosition_.push_back(end);
    editor_->setPlainText(text);
}

int RawView::positionOf(qsizetype byte) const {
    if (!hex_) {
        const auto at = std::lower_bound(byteOfPosition_.begin(), byteOfPosition_.end(), byte);
        return static_cast<int>(
            std::min<ptrdiff_t>(at - byteOfPosition_.begin(), std::ssize(byteOfPosition_) - 1));
    }
    constexpr int lineLength = 10 + hexPerLine * 3 + 1 + hexPerLine + 1;
    return static_cast<int>(byte / hexPerLine * lineLength + 10 + byte % hexPerLine * 3);
}

qsizetype RawView::byteAt(int position) const {
    if (byteOfPosition_.empty()) return 0;
    return byteOfPosition_[std::min(static_cast<size_t>(std::max(0, position)), byteOfPosition_.size() - 1)];
}

void RawView::highlight(const std::vector<ByteRange>& ranges) {
    ranges_ = ranges;
    applyHighlight();
    if (ranges_.empty()) return;
    QTextCursor cursor(editor_->document());
    cursor.setPosition(positionOf(std::clamp<qsizetype>(ranges_.front().start, 0, byteOfPosition_.back())));
    quiet_ = true;
    editor_->setTextCursor(cursor);
    editor_->centerCursor();
    editor_->horizontalScrollBar()->setValue(0);
    editor_->ensureCursorVisible();
    quiet_ = false;
}

void RawView::applyHighlight() {
    QList<QTextEdit::ExtraSelection> marks;
    const int last = editor_->document()->characterCount() - 1;
    for (const ByteRange& r : ranges_) {
        QTextEdit::ExtraSelection mark;
        mark.cursor = QTextCursor(editor_->document());
        mark.cursor.setPosition(std::clamp(positionOf(r.start), 0, last));
        mark.cursor.setPosition(std::clamp(positionOf(r.start + r.length), 0, last), QTextCursor::KeepAnchor);
        mark.format.setBackground(tokens().selection);
        mark.format.setForeground(tokens().text);
        mark.format.setFontUnderline(true);
        mark.format.setUnderlineColor(tokens().accent);
        marks.append(mark);
    }
    editor_->setExtraSelections(marks);
}

std::optional<ByteRange> RawView::selectedBytes() const {
    const QTextCursor c = editor_->textCursor();
    if (!c.hasSelection()) return std::nullopt;
    const qsizetype start = byteAt(c.selectionStart());
    return ByteRange{start, std::max<qsizetype>(1, byteAt(c.selectionEnd()) - start)};
}

QString RawView::shownText() const {
    return editor_->toPlainText();
}

void RawView::fillCopyMenu(QMenu& menu) {
    const std::optional<ByteRange> range = selectedBytes();
    const QByteArray part = range ? bytes_.mid(range->start, range->length) : bytes_;
    const auto copy = [&menu, this](const QString& title, const auto& make) {
        menu.addAction(title, this, [make] { QApplication::clipboard()->setText(make()); });
    };
    copy(range ? tr("Selection as text") : tr("All as text"),
         [part] { return foreign::printable(QString::fromUtf8(part), true); });
    copy(tr("Raw bytes"), [part] { return QString::fromUtf8(part); });
    copy(tr("Hex"), [part] { return QString::fromLatin1(part.toHex(' ')); });
    if (hook_) {
        menu.addSeparator();
        hook_(menu);
    }
}

} // namespace waypost::ui
