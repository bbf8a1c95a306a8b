#include "auth/dkim_header.h"

#include "auth/dkim_canon.h"
#include "base/text.h"

#include <algorithm>
#include <numeric>

namespace waypost::auth {

namespace {

bool lessName(std::string_view a, std::string_view b) {
    return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(),
                                        [](char x, char y) { return text::lower(x) < text::lower(y); });
}

} // namespace

std::string_view fieldText(const mail::HeaderBlock& block, const mail::HeaderField& field) {
    return block.view({field.whole.offset, field.value.end() - field.whole.offset});
}

void appendSignatureField(std::string& out, const mail::HeaderBlock& block, const mail::HeaderField& field,
                          Span emptied, Canonicalization kind) {
    const std::string_view whole = fieldText(block, field);
    const size_t from = field.value.offset - field.whole.offset + emptied.offset;
    std::string text(whole.substr(0, from));
    text += whole.substr(from + emptied.length);
    appendCanonicalField(out, text, kind);
    out.resize(out.size() - 2);
}

HeaderPicker::HeaderPicker(std::shared_ptr<const mail::HeaderBlock> block) : block_(std::move(block)) {
    const auto& fields = block_->fields();
    order_.resize(fields.size());
    std::iota(order_.begin(), order_.end(), size_t(0));
    std::sort(order_.begin(), order_.end(), [&](size_t a, size_t b) {
        const std::string_view x = block_->name(fields[a]), y = block_->name(fields[b]);
        return lessName(x, y) || (a < b && !lessName(y, x));
    });
}

HeaderPicker::Picked HeaderPicker::pick(const std::vector<std::string>& names, size_t own) const {
    const auto& fields = block_->fields();
    Picked out;
    std::vector<size_t> taken(order_.size(), 0); // by the first place of a name in order_
    for (const std::string& name : names) {
        const auto first = std::lower_bound(order_.begin(), order_.end(), name, [&](size_t f, const auto& n) {
            return lessName(block_->name(fields[f]), n);
        });
        const auto last = std::upper_bound(first, order_.end(), name, [&](const auto& n, size_t f) {
            return lessName(n, block_->name(fields[f]));
        });
        const auto there = size_t(last - first);
        size_t* used = there == 0 ? nullptr : &taken[size_t(first - order_.begin())];
        if (used && *used < there && *(last - 1 - std::ptrdiff_t(*used)) == own) ++*used;
        if (!used || *used >= there) {
            out.missing.push_back(name);
            continue;
        }
        out.fields.push_back(*(last - 1 - std::ptrdiff_t(*used)));
        ++*used;
    }
    return out;
}

std::string HeaderPicker::input(const Picked& picked, const DkimSignature& signature, size_t own) const {
    const auto& fields = block_->fields();
    std::string out;
    size_t size = fields[own].whole.length;
    for (size_t i : picked.fields) size += fields[i].whole.length + 2;
    out.reserve(size);
    for (size_t i : picked.fields) appendCanonicalField(out, fieldText(*block_, fields[i]), signature.header);
    appendSignatureField(out, *block_, fields[own], signature.signatureSpan, signature.header);
    return out;
}

} // namespace waypost::auth
