#include "auth/spf_tree.h"

#include "auth/spf_draft.h"
#include "base/text.h"
#include "dns/names.h"

#include <fmt/format.h>

#include <algorithm>

namespace waypost::auth {

using dns::Answer;
using dns::RecordType;
using State = SpfTreeNode::State;

namespace {

constexpr size_t maxHosts = 10; // mail exchangers an mx term may look at

// What the term lets pass, of what it matches.
void addPassing(std::vector<IpNetwork>& to, const SpfTreeTerm& entry) {
    if (entry.term.qualifier == Qualifier::Pass && entry.term.kind != TermKind::Exp)
        to.insert(to.end(), entry.networks.begin(), entry.networks.end());
}

template <class Part>
void count(Part& part) {
    part.networks = merged(std::move(part.networks));
    part.addresses4 = ipv4Addresses(part.networks);
    part.networks6 = std::uint64_t(std::count_if(part.networks.begin(), part.networks.end(),
                                                 [](const IpNetwork& n) { return !n.address.isV4(); }));
}

class TreeReader {
  public:
    explicit TreeReader(dns::Resolver& resolver) : resolver_(resolver) {}
    SpfTree out;

    // Reads the record of `domain` into a new node; `path` holds the domains above it.
    Task<size_t> readNode(std::string domain, int depth, std::vector<std::string> path) {
        const size_t index = out.nodes.size();
        out.nodes.emplace_back();
        out.nodes[index].domain = domain;
        out.nodes[index].depth = depth;
        if (std::find(path.begin(), path.end(), dns::normalName(domain)) != path.end()) {
            out.nodes[index].state = State::Loop;
            out.loop = true;
            co_return index;
        }
        if (out.nodes.size() > maxTreeNodes || out.answers.size() >= maxTreeQueries) co_return index;
        auto asking = ask(domain, RecordType::TXT);
        const size_t answer = co_await asking;
        out.nodes[index].answer = answer;
        takeRecord(out.nodes[index], out.answers[answer]);
        if (out.nodes[index].state != State::Record) co_return index;
        path.push_back(dns::normalName(domain));
        const SpfRecord record = *out.nodes[index].record;
        if (!record.problems.empty()) out.broken = true;
        const bool hasAll = record.find(TermKind::All) != nullptr;
        bool afterAll = false;
        for (const auto& term : record.terms) {
            SpfTreeTerm entry;
            entry.term = term;
            entry.written = std::string(record.at(term.span));
            entry.unreachable = term.mechanism() ? afterAll : term.kind == TermKind::Redirect && hasAll;
            if (term.kind == TermKind::All) afterAll = true;
            if (!entry.unreachable) {
                auto reading = readTerm(std::move(entry), domain, depth, path);
                entry = co_await reading;
            }
            count(entry);
            SpfTreeNode& node = out.nodes[index];
            node.cost += entry.cost;
            node.voids += entry.voids;
            addPassing(node.networks, entry);
            node.terms.push_back(std::move(entry));
        }
        count(out.nodes[index]);
        co_return index;
    }

  private:
    Task<size_t> ask(std::string name, RecordType type) {
        dns::Question question{std::move(name), type};
        auto asking = dns::ask(resolver_, std::move(question));
        Answer answer = co_await asking;
        if (!answer.definite()) out.couldNotLook = true;
        out.answers.push_back(std::move(answer));
        co_return out.answers.size() - 1;
    }

    void takeRecord(SpfTreeNode& node, const Answer& answer) {
        if (!answer.definite()) {
            node.state = State::CouldNotLook;
            return;
        }
        for (const auto* r : answer.ofType(RecordType::TXT)) {
            std::string joined = std::get<dns::TxtData>(r->data).joined();
            if (isSpfRecord(joined)) node.all.push_back(std::move(joined));
        }
        node.state = node.all.empty()      ? State::NoRecord
                     : node.all.size() > 1 ? State::Several
                                           : State::Record;
        if (node.state == State::Record)
            node.record = parseSpf(node.all.front());
        else if (node.depth > 0 || node.state == State::Several)
            out.broken = true;
    }

    Task<SpfTreeTerm> readTerm(SpfTreeTerm entry, std::string domain, int depth,
                               std::vector<std::string> path) {
        const TermKind kind = entry.term.kind;
        if (kind == TermKind::Ip4 || kind == TermKind::Ip6) {
            readNetwork(entry);
            co_return entry;
        }
        if (!entry.term.costsLookup()) co_return entry;
        entry.cost = 1;
        if (entry.term.macro.dynamic() || kind == TermKind::Ptr) {
            entry.dynamic = true;
            out.dynamic = true;
            co_return entry;
        }
        MacroValues values;
        values.domain = domain;
        entry.target = entry.term.target.empty() ? domain : toTargetName(expand(entry.term.macro, values));
        entry.duplicate = !firstTime(std::string(termName(kind)) + ":" + dns::normalName(entry.target));
        if (entry.target.empty()) {
            entry.note = "The name cannot be asked.";
        } else if (kind == TermKind::Include || kind == TermKind::Redirect) {
            auto reading = readChild(std::move(entry), depth, std::move(path));
            entry = co_await reading;
        } else if (out.answers.size() >= maxTreeQueries) {
            entry.couldNotLook = true;
            entry.note = "Not looked at: the tree is too large.";
        } else if (kind == TermKind::Mx) {
            auto reading = readMx(std::move(entry));
            entry = co_await reading;
        } else {
            auto reading = readAddresses(entry, entry.target, kind != TermKind::Exists);
            entry = co_await reading;
            // An exists term authorises by a condition, not by listing.
            if (kind == TermKind::Exists) entry.networks.clear();
        }
        co_return entry;
    }

    void readNetwork(SpfTreeTerm& entry) {
        const SpfTerm& term = entry.term;
        const int bits = term.kind == TermKind::Ip4 ? term.prefix4 : term.prefix6;
        entry.networks = {networkOf(term.network, bits)};
        for (const auto& known : networks_)
            if (known.bits <= bits && term.network.inPrefix(known.address, known.bits))
                entry.duplicate = true;
        networks_.push_back(entry.networks.front());
    }

    bool firstTime(std::string key) {
        if (std::find(seen_.begin(), seen_.end(), key) != seen_.end()) return false;
        seen_.push_back(std::move(key));
        return true;
    }

    Task<SpfTreeTerm> readChild(SpfTreeTerm entry, int depth, std::vector<std::string> path) {
        auto reading = readNode(entry.target, depth + 1, std::move(path));
        const size_t child = co_await reading;
        const SpfTreeNode& node = out.nodes[child];
        entry.child = child;
        entry.cost += node.cost;
        entry.voids += node.voids;
        entry.networks = node.networks;
        entry.couldNotLook = node.state == State::CouldNotLook || node.state == State::NotFollowed;
        if (node.answer != SIZE_MAX) {
            entry.answers.push_back(node.answer);
            const Answer& answer = out.answers[node.answer];
            if (answer.definite() && !answer.ok()) ++entry.voids;
        }
        co_return entry;
    }

    // A and, unless only A counts, AAAA of a host.
    Task<SpfTreeTerm> readAddresses(SpfTreeTerm entry, std::string host, bool both) {
        bool any = false;
        bool known = true;
        for (RecordType type : {RecordType::A, RecordType::AAAA}) {
            if (type == RecordType::AAAA && !both) break;
            auto asking = ask(host, type);
            const size_t index = co_await asking;
            entry.answers.push_back(index);
            const Answer& answer = out.answers[index];
            known = known && answer.definite();
            const auto records = answer.ofType(type);
            any = any || !records.empty();
            const int bits = type == RecordType::A ? entry.term.prefix4 : entry.term.prefix6;
            for (const auto* r : records)
                if (auto ip = net::IpAddress::parse(std::get<dns::AddressData>(r->data).text))
                    entry.networks.push_back(networkOf(*ip, bits));
        }
        if (!known) entry.couldNotLook = true;
        if (!any && known && entry.voids == 0) entry.voids = 1;
        co_return entry;
    }

    Task<SpfTreeTerm> readMx(SpfTreeTerm entry) {
        auto asking = ask(entry.target, RecordType::MX);
        const size_t index = co_await asking;
        entry.answers.push_back(index);
        const Answer answer = out.answers[index];
        if (!answer.definite()) {
            entry.couldNotLook = true;
            co_return entry;
        }
        const auto records = answer.ofType(RecordType::MX);
        if (records.empty()) entry.voids = 1;
        if (records.size() > maxHosts) {
            entry.note =
                fmt::format("{} mail exchangers: more than {} are a permerror.", records.size(), maxHosts);
            out.broken = true;
        }
        for (size_t i = 0; i < records.size() && i < maxHosts; ++i) {
            const std::string host = std::get<dns::MxData>(records[i]->data).exchange;
            if (host.empty()) continue;
            auto reading = readAddresses(std::move(entry), host, true);
            entry = co_await reading;
        }
        co_return entry;
    }

    dns::Resolver& resolver_;
    std::vector<std::string> seen_;
    std::vector<IpNetwork> networks_;
};

} // namespace

Task<SpfTree> readSpfTree(dns::Resolver& resolver, std::string domain) {
    TreeReader reader(resolver);
    auto reading = reader.readNode(std::move(domain), 0, {});
    (void)co_await reading;
    co_return std::move(reader.out);
}

Task<SpfTree> readSpfTreeOf(dns::Resolver& resolver, std::string domain, std::string record) {
    DraftResolver drafted(resolver, domain, record);
    auto reading = readSpfTree(drafted, std::move(domain));
    SpfTree tree = co_await reading;
    co_return tree;
}

} // namespace waypost::auth
