// The Settings screen on a real engine.
#include "page_bench.h"
#include "page_shots.h"
#include "ui/models/row_model.h"
#include "ui/pages/settings_page.h"
#include "ui/pages/settings_routes.h"
#include "ui/pages/settings_streams.h"
#include "ui/pages/settings_values.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/empty_state.h"
#include "ui_main.h"

#include <QApplication>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTabWidget>
#include <QTableWidget>

using namespace waypost;
using namespace waypost::ui;
using namespace Qt::StringLiterals;

class TstUiSettings : public QObject {
    Q_OBJECT
  private:
    std::unique_ptr<test::PageBench> bench_;
    std::unique_ptr<SettingsPage> page_;
    std::function<void()> undo_;

    engine::Settings stored() { return bench_->ask<engine::Settings>(engine::SettingsQuery{}); }
    std::string value(const std::string& key) {
        for (const auto& s : stored().settings)
            if (s.key == key) return s.value;
        return "no such key";
    }
    void choose(QComboBox* box, const QString& word) { box->setCurrentIndex(box->findData(word)); }
    void saveRoute() {
        QSignalSpy answered(page_->routes(), &SettingsRoutes::answered);
        QTest::mouseClick(page_->routes()->saveButton(), Qt::LeftButton);
        QVERIFY(answered.wait());
    }

  private Q_SLOTS:
    void init() {
        bench_ = std::make_unique<test::PageBench>(false);
        page_ = std::make_unique<SettingsPage>(bench_->bridge());
        connect(page_.get(), &Page::undoOffered, this,
                [this](const QString&, const std::function<void()>& undo) { undo_ = undo; });
        page_->resize(1270, 800);
        QSignalSpy shown(page_.get(), &SettingsPage::shown);
        page_->show();
        QVERIFY(shown.wait());
    }
    void cleanup() {
        QVERIFY2(!QApplication::activeModalWidget(), "a dialog blocks");
        undo_ = {};
        page_.reset();
        bench_.reset();
    }

    void aValueIsSavedShowsItsOriginAndIsUndone() {
        SettingsValues* values = page_->values();
        QCOMPARE(values->origin(u"resolver.attempts"_s), u"default"_s);
        auto* field = qobject_cast<QLineEdit*>(values->editor(u"resolver.attempts"_s));
        QVERIFY(field);
        QSignalSpy answered(values, &SettingsValues::answered);
        field->setText(u"7"_s);
        Q_EMIT field->editingFinished();
        QVERIFY(answered.wait());
        QCOMPARE(value("resolver.attempts"), std::string("7"));
        QTRY_VERIFY(values->origin(u"resolver.attempts"_s).startsWith(u"this workspace"_s));
        QVERIFY(undo_);
        undo_();
        QVERIFY(answered.wait());
        QCOMPARE(value("resolver.attempts"), std::string("3"));
        test::shoot(*page_, u"settings"_s);
    }

    void aWrongValueIsRefusedWithTheEnginesSentence() {
        SettingsValues* values = page_->values();
        auto* field = qobject_cast<QLineEdit*>(values->editor(u"resolver.attempts"_s));
        QSignalSpy answered(values, &SettingsValues::answered);
        field->setText(u"99"_s);
        Q_EMIT field->editingFinished();
        QVERIFY(answered.wait());
        const QString sentence = values->problem(u"resolver.attempts"_s);
        QVERIFY2(sentence.contains(u"1 to 10"_s), qPrintable(sentence));
        QCOMPARE(value("resolver.attempts"), std::string("3"));
        test::shoot(*page_, u"settings-refused"_s);
    }

    void aChoiceOffersItsWords() {
        auto* box = qobject_cast<QComboBox*>(page_->values()->editor(u"store.durability"_s));
        QVERIFY(box);
        QCOMPARE(box->count(), 2);
        QCOMPARE(box->currentText(), u"full"_s);
        QSignalSpy answered(page_->values(), &SettingsValues::answered);
        box->setCurrentText(u"normal"_s);
        QVERIFY(answered.wait());
        QCOMPARE(value("store.durability"), std::string("normal"));
    }

    void theSearchFindsAKeyAndSaysWhenNothingMatches() {
        page_->search()->setText(u"durability"_s);
        QVERIFY(page_->showsContent());
        QVERIFY(!page_->values()->editor(u"store.durability"_s)->isHidden());
        QVERIFY(!page_->values()->editor(u"resolver.attempts"_s)->isVisible());
        page_->search()->setText(u"zebra"_s);
        QVERIFY(!page_->showsContent());
        QCOMPARE(page_->empty()->kind(), EmptyState::Kind::NothingMatched);
        Q_EMIT page_->empty()->actionClicked();
        QVERIFY(page_->showsContent());
    }

    void aRouteIsSavedReadAgainAndItsPasswordIsNowhere() {
        page_->tabs()->setCurrentIndex(1);
        SettingsRoutes* routes = page_->routes();
        QTest::mouseClick(routes->newButton(), Qt::LeftButton);
        routes->name()->setText(u"relay"_s);
        routes->host()->setText(u"smtp.example.org"_s);
        routes->port()->setValue(587);
        choose(routes->tls(), u"none"_s);
        choose(routes->auth(), u"plain"_s);
        routes->user()->setText(u"postmaster"_s);
        routes->password()->setText(u"tulip-secret-9"_s);
        saveRoute();
        QVERIFY2(routes->sentence()->text().contains(u"not sent without TLS"_s),
                 qPrintable(routes->sentence()->text()));
        QCOMPARE(stored().routes.size(), size_t(0));
        test::shoot(*page_, u"settings-route-refused"_s);
        choose(routes->tls(), u"starttls"_s);
        saveRoute();
        QVERIFY(routes->sentence()->text().contains(u"saved"_s));
        QCOMPARE(stored().routes.size(), size_t(1));
        QVERIFY(stored().routes.front().hasSecret);
        // Read again by a second screen.
        SettingsPage again(bench_->bridge());
        QSignalSpy shown(&again, &SettingsPage::shown);
        again.resize(1270, 800);
        again.show();
        QVERIFY(shown.wait());
        again.tabs()->setCurrentIndex(1);
        again.routes()->table()->setCurrentIndex(again.routes()->table()->model()->index(0, 0));
        QCOMPARE(again.routes()->host()->text(), u"smtp.example.org"_s);
        QCOMPARE(again.routes()->port()->value(), 587);
        QCOMPARE(again.routes()->tls()->currentData().toString(), u"starttls"_s);
        QCOMPARE(again.routes()->user()->text(), u"postmaster"_s);
        for (const QWidget* page :
             {static_cast<const QWidget*>(page_.get()), static_cast<const QWidget*>(&again)})
            for (const QLineEdit* field : page->findChildren<QLineEdit*>())
                QVERIFY(!field->text().contains(u"tulip"_s) &&
                        !field->placeholderText().contains(u"tulip"_s));
        test::shoot(again, u"settings-routes"_s);
    }

    void aRemovedRouteComesBackByUndo() {
        page_->tabs()->setCurrentIndex(1);
        SettingsRoutes* routes = page_->routes();
        routes->name()->setText(u"direct"_s);
        routes->host()->setText(u"mx.example.org"_s);
        saveRoute();
        QTRY_VERIFY(routes->removeButton()->isEnabled());
        QSignalSpy answered(routes, &SettingsRoutes::answered);
        QTest::mouseClick(routes->removeButton(), Qt::LeftButton);
        QVERIFY(answered.wait());
        QCOMPARE(stored().routes.size(), size_t(0));
        undo_();
        QVERIFY(answered.wait());
        QCOMPARE(stored().routes.size(), size_t(1));
    }

    void streamRulesAreSavedAsAWhole() {
        page_->tabs()->setCurrentIndex(2);
        SettingsStreams* streams = page_->streams();
        QTest::mouseClick(streams->addButton(), Qt::LeftButton);
        QSignalSpy answered(streams, &SettingsStreams::answered);
        QTest::mouseClick(streams->saveButton(), Qt::LeftButton);
        QVERIFY(answered.wait());
        QVERIFY(streams->sentence()->text().contains(u"needs a name"_s));
        streams->table()->item(0, 0)->setText(u"newsletter"_s);
        streams->table()->item(0, 2)->setText(u"*.news.example.org"_s);
        QTest::mouseClick(streams->saveButton(), Qt::LeftButton);
        QVERIFY(answered.wait());
        QCOMPARE(stored().streams.size(), size_t(1));
        QCOMPARE(stored().streams.front().stream, std::string("newsletter"));
        test::shoot(*page_, u"settings-streams"_s);
    }
};

WAYPOST_UI_MAIN(TstUiSettings)
#include "tst_ui_settings.moc"
