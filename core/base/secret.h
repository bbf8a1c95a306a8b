// Secret: a password, token or private key in memory. It cannot be printed, compared by accident or copied
// into a log; its bytes are wiped when it dies. Read it only where it goes to the wire: reveal().
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace waypost {

class Secret {
  public:
    Secret() = default;
    explicit Secret(std::string bytes) : bytes_(std::move(bytes)) {}
    Secret(const Secret&) = default;
    Secret(Secret&& other) noexcept;
    Secret& operator=(const Secret& other);
    Secret& operator=(Secret&& other) noexcept;
    ~Secret();

    [[nodiscard]] bool empty() const { return bytes_.empty(); }
    [[nodiscard]] std::string_view reveal() const { return bytes_; }

    template <class Stream>
    friend Stream& operator<<(Stream&, const Secret&) = delete;
    bool operator==(const Secret&) const = delete;

  private:
    void wipe() noexcept;
    std::string bytes_;
};

} // namespace waypost
