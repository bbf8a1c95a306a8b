// What the palette finds: watched domains, placement runs, messages, and what can be looked up for the typed
// text. Answers from memory; told anew whenever the stored things change.
#pragma once

#include "engine/values.h"
#include "ui/shell/omnibox.h"

#include <functional>

namespace waypost::desktop {

class ObjectPalette : public ui::PaletteProvider {
  public:
    // Opens `object` on a screen: "domains", "placement", "messages", "delivery"; "inspect" looks a domain up
    // now.
    using Open = std::function<void(const QString& page, const QString& object)>;
    explicit ObjectPalette(Open open) : open_(std::move(open)) {}

    void setDomains(engine::Domains domains) { domains_ = std::move(domains); }
    void setRuns(engine::Runs runs) { runs_ = std::move(runs); }
    void setMessages(engine::Messages messages) { messages_ = std::move(messages); }
    std::vector<ui::PaletteItem> offer(const QString& typed) override;

  private:
    [[nodiscard]] std::vector<ui::PaletteItem> lookUps(const QString& typed) const;

    Open open_;
    engine::Domains domains_;
    engine::Runs runs_;
    engine::Messages messages_;
};

// A name with a dot and letters: worth asking the DNS about.
bool looksLikeDomain(const QString& typed);

} // namespace waypost::desktop
