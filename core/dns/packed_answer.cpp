#include "dns/packed_answer.h"

#include <cstring>

namespace waypost::dns {

namespace {

// Both directions walk the same fields; one writes what the other reads.
template <class T, class U>
concept Is = std::is_same_v<std::remove_const_t<T>, U>;

void fields(auto& f, Is<std::string> auto& s) {
    f(s);
}
void fields(auto& f, Is<RawData> auto& d) {
    f(d.octets);
}
void fields(auto& f, Is<AddressData> auto& d) {
    f(d.text);
}
void fields(auto& f, Is<NameData> auto& d) {
    f(d.name);
}
void fields(auto& f, Is<MxData> auto& d) {
    f(d.preference);
    f(d.exchange);
}
void fields(auto& f, Is<TxtData> auto& d) {
    f(d.strings);
}
void fields(auto& f, Is<SoaData> auto& d) {
    f(d.primary);
    f(d.contact);
    f(d.serial);
    f(d.refresh);
    f(d.retry);
    f(d.expire);
    f(d.minimum);
}
void fields(auto& f, Is<TlsaData> auto& d) {
    f(d.usage);
    f(d.selector);
    f(d.matching);
    f(d.data);
}
void fields(auto& f, Is<CaaData> auto& d) {
    f(d.flags);
    f(d.tag);
    f(d.value);
}
void fields(auto& f, Is<Record> auto& r) {
    f(r.name);
    f(r.type);
    f(r.ttl);
    f(r.data);
}
void fields(auto& f, Is<Answer> auto& a) {
    f(a.status);
    f(a.rcode);
    f(a.authenticated);
    f(a.authoritative);
    f(a.truncated);
    f(a.records);
    f(a.authority);
    f(a.server);
    f(a.transport);
    f(a.at.ms);
    f(a.raw);
    f(a.text);
}

class Writing {
  public:
    explicit Writing(size_t guess) { out_.reserve(guess); }
    template <class T>
        requires std::is_arithmetic_v<T> || std::is_enum_v<T>
    void operator()(const T& v) {
        out_.append(reinterpret_cast<const char*>(&v), sizeof v);
    }
    void operator()(const std::string& v) {
        (*this)(std::uint32_t(v.size()));
        out_ += v;
    }
    template <class T>
    void operator()(const std::vector<T>& v) {
        (*this)(std::uint32_t(v.size()));
        for (const T& item : v) fields(*this, item);
    }
    void operator()(const RecordData& v) {
        (*this)(std::uint8_t(v.index()));
        std::visit([this](const auto& data) { fields(*this, data); }, v);
    }
    std::string take() { return std::move(out_); }

  private:
    std::string out_;
};

class Reading {
  public:
    explicit Reading(std::string_view in) : at_(in.data()) {}
    template <class T>
        requires std::is_arithmetic_v<T> || std::is_enum_v<T>
    void operator()(T& v) {
        std::memcpy(&v, at_, sizeof v);
        at_ += sizeof v;
    }
    void operator()(std::string& v) {
        const size_t size = count();
        v.assign(at_, size);
        at_ += size;
    }
    template <class T>
    void operator()(std::vector<T>& v) {
        v.resize(count());
        for (T& item : v) fields(*this, item);
    }
    void operator()(RecordData& v) {
        std::uint8_t index = 0;
        (*this)(index);
        choose(v, index);
        std::visit([this](auto& data) { fields(*this, data); }, v);
    }

  private:
    size_t count() {
        std::uint32_t n = 0;
        (*this)(n);
        return n;
    }
    template <size_t I = 0>
    static void choose(RecordData& v, size_t index) {
        if constexpr (I < std::variant_size_v<RecordData>) {
            if (index == I)
                v.emplace<I>();
            else
                choose<I + 1>(v, index);
        }
    }
    const char* at_;
};

} // namespace

std::string packAnswer(const Answer& answer) {
    constexpr size_t fixed = 64, perRecord = 64;
    Writing out(fixed + answer.raw.size() + perRecord * (answer.records.size() + answer.authority.size()));
    fields(out, answer);
    out(std::int64_t(answer.took.count()));
    std::string packed = out.take();
    packed.shrink_to_fit();
    return packed;
}

Answer unpackAnswer(std::string_view packed, Question question) {
    Answer answer;
    answer.question = std::move(question);
    Reading in(packed);
    fields(in, answer);
    std::int64_t took = 0;
    in(took);
    answer.took = Millis(took);
    return answer;
}

} // namespace waypost::dns
