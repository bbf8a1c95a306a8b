#include "ui/pages/domains_evidence.h"

#include "ui/pages/page_values.h"
#include "ui/theme/theme.h"
#include "ui/widgets/age_label.h"
#include "ui/widgets/explanation_tree.h"
#include "ui/widgets/foreign_text.h"
#include "ui/widgets/raw_view.h"

#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QDateTime>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QSplitter>
#include <QTabWidget>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {

// A node without an answer of its own rests on that of the node above.
void collect(const std::vector<engine::Node>& nodes, int inherited, std::vector<int>& out) {
    for (const engine::Node& n : nodes) {
        const int own = n.raw >= 0 ? n.raw : inherited;
        out.push_back(own);
        collect(n.children, own, out);
    }
}

} // namespace

QString digCommand(const engine::AnswerView& answer) {
    QString server = qstr(answer.server);
    // Fetches and greetings stand among the answers; each has its own tool.
    if (answer.transport == "https")
        return u"curl -sv --max-redirs 0 "_s + qstr(answer.question).section(u' ', 1);
    if (answer.transport == "smtp") return u"openssl s_client -starttls smtp -connect "_s + server;
    QString command = u"dig"_s;
    const qsizetype colon = server.lastIndexOf(u':');
    const bool port = colon > 0 && (server.count(u':') == 1 || server.startsWith(u'['));
    if (!server.isEmpty()) {
        QString host = port ? server.left(colon) : server;
        host.remove(u'[').remove(u']');
        command += u" @"_s + host;
        if (port && server.mid(colon + 1) != "53"_L1) command += u" -p "_s + server.mid(colon + 1);
    }
    return command + u' ' + qstr(answer.question);
}

DomainEvidence::DomainEvidence(QWidget* parent)
    : QWidget(parent), split_(new QSplitter), tree_(new ExplanationTree), question_(new QComboBox),
      about_(foreign::label({})), tabs_(new QTabWidget), records_(new RawView), wire_(new RawView),
      now_([] { return QDateTime::currentMSecsSinceEpoch(); }) {
    question_->setAccessibleName(tr("Question"));
    question_->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    question_->setMinimumContentsLength(20);
    question_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    about_->setProperty("role", u"muted"_s);
    about_->setWordWrap(true);
    tabs_->setDocumentMode(true);
    tabs_->addTab(records_, tr("Answer"));
    tabs_->addTab(wire_, tr("As it came"));
    wire_->setHex(true);
    for (RawView* raw : {records_, wire_}) raw->setCopyMenuHook([this](QMenu& menu) { fillCopyMenu(menu); });
    auto* right = new QWidget;
    auto* column = new QVBoxLayout(right);
    column->setContentsMargins(space::s, space::xs, 0, 0);
    column->setSpacing(space::xs);
    line_ = new QBoxLayout(QBoxLayout::TopToBottom);
    line_->setSpacing(space::xs);
    line_->addWidget(question_, 2);
    line_->addWidget(about_, 3);
    column->addLayout(line_);
    column->addWidget(tabs_, 1);
    split_->addWidget(tree_);
    split_->addWidget(right);
    split_->setSizes({520, 480});
    split_->setChildrenCollapsible(false);
    auto* whole = new QVBoxLayout(this);
    whole->setContentsMargins(0, 0, 0, 0);
    whole->addWidget(split_);
    connect(tree_, &QTreeWidget::currentItemChanged, this, &DomainEvidence::nodeChosen);
    connect(question_, &QComboBox::activated, this, [this](int i) {
        present(question_->itemData(i).toInt());
        if (view_ && list_.get() == &view_->answers) Q_EMIT answerShown(answer_);
    });
}

void DomainEvidence::setView(std::shared_ptr<const engine::DomainView> view) {
    view_ = std::move(view);
    list_.reset();
    setList(view_ ? std::shared_ptr<const std::vector<engine::AnswerView>>(view_, &view_->answers) : nullptr);
}

void DomainEvidence::setList(std::shared_ptr<const std::vector<engine::AnswerView>> list) {
    if (list == list_) return;
    list_ = std::move(list);
    question_->clear();
    for (int i = 0; list_ && i < static_cast<int>(list_->size()); ++i)
        question_->addItem(foreign::printable(qstr((*list_)[static_cast<size_t>(i)].question)), i);
}

void DomainEvidence::setTreeShown(bool on) {
    tree_->setVisible(on);
    line_->setDirection(on ? QBoxLayout::TopToBottom : QBoxLayout::LeftToRight);
}

void DomainEvidence::showForeign(std::shared_ptr<const std::vector<engine::AnswerView>> answers, int answer) {
    setList(std::move(answers));
    present(answer);
}

void DomainEvidence::showAnswer(int answer) {
    setList(view_ ? std::shared_ptr<const std::vector<engine::AnswerView>>(view_, &view_->answers) : nullptr);
    present(answer);
    if (current()) Q_EMIT answerShown(answer_);
}

void DomainEvidence::showArea(int area) {
    if (!view_ || area < 0 || area >= static_cast<int>(view_->areas.size())) return;
    const engine::AreaView& a = view_->areas[static_cast<size_t>(area)];
    answers_.clear();
    collect(a.tree, -1, answers_);
    tree_->setNodes(explanation(a.tree));
    const auto first = std::find_if(answers_.begin(), answers_.end(), [](int i) { return i >= 0; });
    showAnswer(first == answers_.end() ? -1 : *first);
}

void DomainEvidence::nodeChosen() {
    int at = 0;
    for (QTreeWidgetItemIterator it(tree_); *it; ++it, ++at)
        if (*it == tree_->currentItem() && at < static_cast<int>(answers_.size()) &&
            answers_[static_cast<size_t>(at)] >= 0)
            return showAnswer(answers_[static_cast<size_t>(at)]);
}

const engine::AnswerView* DomainEvidence::current() const {
    if (!list_ || answer_ < 0 || answer_ >= static_cast<int>(list_->size())) return nullptr;
    return &(*list_)[static_cast<size_t>(answer_)];
}

QString DomainEvidence::about() const {
    return about_->text();
}

void DomainEvidence::present(int answer) {
    answer_ = answer;
    const engine::AnswerView* a = current();
    question_->setCurrentIndex(a ? question_->findData(answer) : -1);
    if (!a) {
        about_->setText(tr("No DNS answer stands behind this part."));
        records_->setBytes({});
        wire_->setBytes({});
        return;
    }
    QStringList words{qstr(a->status)};
    if (a->rcode >= 0) words << tr("rcode %1").arg(a->rcode);
    words << tr("from %1").arg(a->server.empty() ? tr("nobody") : qstr(a->server));
    if (!a->transport.empty()) words << qstr(a->transport);
    words << (a->ttl >= 0 ? tr("TTL %1 s").arg(a->ttl) : tr("no TTL"));
    words << (a->authenticated ? tr("AD: validated") : tr("AD not set"));
    words << tr("%1 ms").arg(a->tookMs) << ageText(a->at.ms, now_());
    about_->setText(foreign::printable(words.join(u" · "_s)));
    const std::string none = tr("The answer holds no record.").toStdString();
    const std::string& shown = a->records.empty() ? none : a->records;
    records_->setBytes(QByteArray(shown.data(), static_cast<qsizetype>(shown.size())).trimmed(),
                       qstr(a->question));
    const auto size = static_cast<qsizetype>(a->raw.size());
    wire_->setBytes(QByteArray(a->raw.data(), size), size == 0 ? tr("the bytes of this answer were not kept")
                                                               : tr("%1 bytes, DNS message").arg(size));
}

void DomainEvidence::fillCopyMenu(QMenu& menu) {
    const engine::AnswerView* a = current();
    if (!a) return;
    const auto copy = [&](const QString& title, const QString& what) {
        menu.addAction(title, this, [what] { QApplication::clipboard()->setText(what); });
    };
    copy(tr("Copy as dig"), digCommand(*a));
    copy(tr("Copy as waypost-cli"), u"waypost-cli domain inspect "_s + qstr(view_->name));
    copy(tr("Copy inspection as JSON"), qstr(view_->json));
}

QByteArray DomainEvidence::saveState() const {
    return split_->saveState();
}

void DomainEvidence::restoreState(const QByteArray& state) {
    split_->restoreState(state);
}

} // namespace waypost::ui
