// The main function of a window test: an application with the theme installed, then the test object.
#pragma once

#include "ui/theme/theme.h"

#include <QApplication>
#include <QTest>

#define WAYPOST_UI_MAIN(Class)                                                                               \
    int main(int argc, char** argv) {                                                                        \
        QApplication app(argc, argv);                                                                        \
        waypost::ui::Theme::install(app, waypost::ui::Theme::Mode::Light);                                   \
        Class test;                                                                                          \
        return QTest::qExec(&test, argc, argv);                                                              \
    }
