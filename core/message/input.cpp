#include "message/input.h"

#include "base/text.h"
#include "mail/encoded_word.h"
#include "mail/headers.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <memory>

namespace waypost::message {

namespace {

constexpr size_t looked = 64 * 1024; // of the beginning, to tell the kind
constexpr size_t titleBytes = 300;

struct Kind {
    std::string_view magic;
    const char* sentence;
};
// Files people have beside an .eml, by their first bytes.
constexpr Kind kinds[] = {
    {"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "This is an Outlook message (.msg), which is not supported: it does "
                                         "not hold the message as it was sent. "
                                         "Save it as .eml, or paste the source."},
    {"\x78\x9F\x3E\x22",
     "This is a winmail.dat (TNEF) attachment and not a message; open the message that carried it."},
    {"PK\x03\x04", "This is a zip archive; unpack it and open the message inside."},
    {"\x1F\x8B", "This is a gzip file; unpack it and open the message inside."},
    {"BZh", "This is a bzip2 file; unpack it and open the message inside."},
    {"%PDF-", "This is a PDF document and not a message."},
    {"{\\rtf", "This is a rich text document and not a message."},
    {"\x89PNG", "This is a picture and not a message."},
    {"\xFF\xD8\xFF", "This is a picture and not a message."},
    {"SQLite format 3", "This is a database and not a message."},
    {"\xFF\xFE", "This is a text in UTF-16; save it in UTF-8 or as it came."},
    {"\xFE\xFF", "This is a text in UTF-16; save it in UTF-8 or as it came."},
};

constexpr const char* tried =
    "Tried: header fields of a message (RFC 5322), mbox, Outlook .msg, TNEF, zip, gzip, "
    "bzip2, PDF, RTF, HTML, UTF-16.";

std::unexpected<Error> refuse(ErrorCode code, std::string sentence) {
    return fail(code, "message", std::move(sentence));
}

bool isHtml(std::string_view head) {
    while (!head.empty() &&
           (head.front() == ' ' || head.front() == '\n' || head.front() == '\r' || head.front() == '\t' ||
            head.front() == '\xEF' || head.front() == '\xBB' || head.front() == '\xBF'))
        head.remove_prefix(1);
    const std::string start = text::lowered(head.substr(0, 15));
    return start.starts_with("<!doctype html") || start.starts_with("<html");
}

// "Name: value", as the first line behind a separator of an mbox.
bool startsWithField(std::string_view text) {
    const size_t colon = text.find(':');
    if (colon == 0 || colon == std::string_view::npos || colon > 77) return false;
    return std::all_of(text.begin(), text.begin() + std::ptrdiff_t(colon),
                       [](char c) { return c > ' ' && c < '\x7F'; });
}

// Messages of an mbox: "From " at the start or behind an empty line, and a header field on the next line.
size_t mboxMessages(std::string_view bytes) {
    if (!bytes.starts_with("From ")) return 0;
    size_t count = 1;
    for (const std::string_view between : {std::string_view("\n\nFrom "), std::string_view("\n\r\nFrom ")})
        for (size_t at = bytes.find(between); at != std::string_view::npos;
             at = bytes.find(between, at + 1)) {
            const size_t next = bytes.find('\n', at + between.size());
            count += next != std::string_view::npos && startsWithField(bytes.substr(next + 1, 100)) ? 1 : 0;
        }
    return count;
}

// Fields that a text which is no message hardly begins with.
bool looksLikeHeaders(const mail::HeaderBlock& block) {
    static constexpr std::string_view known[] = {
        "from",         "to",           "subject",        "date",         "received",
        "message-id",   "return-path",  "dkim-signature", "sender",       "authentication-results",
        "mime-version", "content-type", "delivered-to",   "received-spf", "arc-seal"};
    return std::any_of(std::begin(known), std::end(known),
                       [&](std::string_view name) { return block.first(name) != nullptr; });
}

std::string decoded(const mail::HeaderBlock& block, std::string_view name) {
    auto value = block.value(name);
    if (!value) return {};
    std::string out = text::printable(mail::decodeHeader(*value));
    if (out.size() <= titleBytes) return out;
    size_t cut = titleBytes;
    while (cut > 0 && (static_cast<unsigned char>(out[cut]) & 0xC0) == 0x80) --cut;
    return out.substr(0, cut) + "…";
}

} // namespace

Result<MessageInput> messageInput(std::string bytes) {
    if (bytes.size() > maxMessageBytes)
        return refuse(ErrorCode::TooLarge,
                      fmt::format("The message is larger than {} MB, the most that is judged.",
                                  maxMessageBytes / (1024 * 1024)));
    const size_t first = bytes.find_first_not_of(" \t\r\n");
    if (first == std::string::npos) return refuse(ErrorCode::InvalidArgument, "There is nothing in it.");
    // Empty lines before the first field are a slip of whoever copied it.
    bytes.erase(0, bytes.find_first_not_of("\r\n"));
    for (const Kind& kind : kinds)
        if (bytes.starts_with(kind.magic)) return refuse(ErrorCode::Unsupported, kind.sentence);
    const std::string_view head = std::string_view(bytes).substr(0, looked);
    if (isHtml(head))
        return refuse(ErrorCode::Unsupported,
                      "This is an HTML page and not a message; open the source of the "
                      "message (\"show original\") instead.");
    if (const size_t messages = mboxMessages(bytes); messages > 1)
        return refuse(
            ErrorCode::Unsupported,
            fmt::format("This is an mbox with {} messages; save the one to be judged by itself.", messages));
    auto shared = std::make_shared<const std::string>(std::move(bytes));
    const mail::HeaderBlock block = mail::HeaderBlock::parse(shared);
    if (shared->substr(0, looked).find('\0') != std::string::npos || !looksLikeHeaders(block))
        return refuse(
            ErrorCode::Unsupported,
            fmt::format("Not recognised as a message: no header field of one stands at its beginning. {}",
                        tried));
    MessageInput out;
    out.title = decoded(block, "subject");
    out.from = decoded(block, "from");
    out.headersOnly = !block.hasEmptyLine();
    out.bytes = *shared;
    return out;
}

Result<MessageInput> readMessageFile(const std::filesystem::path& file) {
    std::error_code problem;
    if (std::filesystem::is_directory(file, problem))
        return refuse(ErrorCode::InvalidArgument, "This is a folder; open a message file in it.");
    const auto size = std::filesystem::file_size(file, problem);
    if (problem)
        return refuse(ErrorCode::Io, fmt::format("\"{}\" cannot be read: {}.", text::printable(file.string()),
                                                 problem.message()));
    if (size > maxMessageBytes)
        return refuse(ErrorCode::TooLarge,
                      fmt::format("\"{}\" is larger than {} MB, the most that is judged.",
                                  text::printable(file.filename().string()),
                                  maxMessageBytes / (1024 * 1024)));
    std::ifstream in(file, std::ios::binary);
    std::string bytes(size_t(size), '\0');
    in.read(bytes.data(), std::streamsize(bytes.size()));
    if (!in && !in.eof())
        return refuse(ErrorCode::Io, fmt::format("\"{}\" cannot be read.", text::printable(file.string())));
    bytes.resize(size_t(in.gcount()));
    if (bytes.empty())
        return refuse(ErrorCode::InvalidArgument,
                      fmt::format("\"{}\" is empty.", text::printable(file.filename().string())));
    return messageInput(std::move(bytes));
}

} // namespace waypost::message
