// The settings a workspace knows. One row each; nothing else in the program names a key by string.
#include "store/settings_store.h"

#include <array>

namespace waypost::store::settings {

namespace {

using enum SettingType;

constexpr std::array table{
    SettingSpec{"workspace.kind", "Kind of workspace", Choice, "normal", "workspace",
                "Shown in the title, so that a rehearsal is not taken for the real thing.", 0, 0,
                "lab normal production"},
    SettingSpec{"resolver.servers", "Name servers", HostPorts, "", "resolver",
                "Name servers to ask, host or host:port, separated by spaces. Empty: those of the system."},
    SettingSpec{"resolver.timeout_ms", "Time for one DNS question", Integer, "5000", "resolver",
                "Milliseconds to wait for a name server before the next try.", 100, 60'000},
    SettingSpec{"resolver.attempts", "Tries of one DNS question", Integer, "3", "resolver",
                "How often a question is sent before it counts as timed out.", 1, 10},
    SettingSpec{"tls.ca_file", "Further trusted certificates", Text, "", "tls",
                "PEM file of authorities that are trusted beside those of the system, for mail servers and "
                "mailboxes. Empty: none."},
    SettingSpec{"sending.helo", "Name in EHLO", Text, "", "sending",
                "The name we greet mail servers with. Empty: the host name."},
    SettingSpec{"placement.wait_minutes", "Wait for seeds", Integer, "30", "placement",
                "Minutes until a seed message that did not arrive counts as not found.", 1, 1440},
    SettingSpec{"placement.per_second", "Seed messages a second", Integer, "5", "placement",
                "Largest sending rate of a seed test.", 1, 100},
    SettingSpec{
        "domains.reinspect", "Inspect watched domains again", Integer, "0", "domains",
        "Hours after which a watched domain is inspected again while the program runs; only changes are "
        "told. 0: never.",
        0, 8760},
    SettingSpec{
        "lists.sweep", "Look at DNS lists again", Integer, "0", "lists",
        "Hours after which what is watched is looked up again while the program runs; only changes are "
        "told. 0: never.",
        0, 8760},
    SettingSpec{"lists.resolvers", "Name servers for DNS lists", HostPorts, "", "lists",
                "Asked for lists instead of the usual ones: most lists refuse public resolvers."},
    SettingSpec{"lists.file", "Own list catalogue", Text, "", "lists",
                "A JSON file whose lists win over the shipped ones."},
    SettingSpec{"privacy.recipients", "Recipients of imported logs", Choice, "keep", "privacy",
                "Keep the addresses of recipients, or a keyed pseudonym of each.", 0, 0, "keep pseudonym"},
    SettingSpec{
        "metrics.value_windows", "Value windows", Text,
        "transactional=5m lifecycle=4h marketing=24h seed=30m *=24h", "metrics",
        "For each stream the time after which a message is not worth its delivery any more: s, m, h or "
        "d. * stands for the other streams."},
    SettingSpec{
        "store.durability", "Durability", Choice, "full", "store",
        "full: every change is on the disk before it counts. normal: faster, a power cut may take the "
        "last changes.",
        0, 0, "full normal"},
};

} // namespace

std::span<const SettingSpec> all() {
    return table;
}

const SettingSpec* find(std::string_view key) {
    for (const auto& spec : table)
        if (spec.key == key) return &spec;
    return nullptr;
}

} // namespace waypost::store::settings
