// Content-Transfer-Encoding: base64 and quoted-printable. Decoders are streaming and tolerant (foreign bytes
// are skipped and counted, a cut-off end gives what is there); encoders are exact (RFC 2045).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace waypost::mail {

enum class TransferEncoding : std::uint8_t { Identity, Base64, QuotedPrintable, Unknown };
// "7bit", "8bit", "binary" and an empty value are Identity.
TransferEncoding transferEncodingFrom(std::string_view headerValue);

class Base64Decoder {
  public:
    void feed(std::string_view in, std::string& out);
    [[nodiscard]] size_t skipped() const { return skipped_; } // bytes outside the alphabet, line ends apart

  private:
    std::uint32_t bits_ = 0;
    int count_ = 0; // characters in the open group of four
    size_t skipped_ = 0;
};

class QuotedPrintableDecoder {
  public:
    void feed(std::string_view in, std::string& out);
    // What was held back at the end of the input.
    void finish(std::string& out);
    [[nodiscard]] size_t broken() const { return broken_; } // "=" without two hexadecimal digits, kept as is

  private:
    void line(std::string_view text, bool lineEnd, std::string_view ending, std::string& out);
    std::string held_; // an unfinished line; longer than maxHeld it is decoded as far as it goes
    size_t broken_ = 0;
};

std::string decodeTransfer(std::string_view in, TransferEncoding encoding);

// Text with CRLF lines into quoted-printable lines of at most 76 characters.
std::string encodeQuotedPrintable(std::string_view text);
// Lines of 76 characters with CRLF.
std::string encodeBase64Lines(std::string_view bytes);

} // namespace waypost::mail
