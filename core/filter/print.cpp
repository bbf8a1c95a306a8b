#include "base/text.h"
#include "filter/query.h"

#include <algorithm>

namespace waypost::filter {

std::string_view opText(Op op) {
    constexpr std::string_view all[] = {":", "=", "!=", "<", "<=", ">", ">=", "~"};
    return all[size_t(op)];
}

namespace {

bool needsQuotes(const Value& v) {
    if (v.quoted || v.text.empty() || v.kind == Value::Kind::Pattern) return true;
    return std::any_of(v.text.begin(), v.text.end(),
                       [](char c) { return text::isSpace(c) || std::string_view("()\"").contains(c); });
}

std::string quote(std::string_view in) {
    std::string out = "\"";
    for (char c : in) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

std::string printTerm(const Term& term) {
    std::string out;
    if (!term.bare) out = std::string(term.field->name) + std::string(opText(term.op));
    // A value that starts with a brace would be read as a set.
    const bool set = term.values.size() > 1 ||
                     (!term.bare && !needsQuotes(term.values[0]) && term.values[0].text.starts_with('{'));
    if (set) out += '{';
    for (size_t i = 0; i < term.values.size(); ++i) {
        const Value& v = term.values[i];
        if (i > 0) out += ',';
        out += needsQuotes(v) ? quote(v.text) : v.text;
    }
    return set ? out + '}' : out;
}

void printInto(const Node& node, bool group, std::string& out) {
    switch (node.kind) {
    case Node::Kind::Term: out += printTerm(node.term); return;
    case Node::Kind::Not:
        // Two signs in a row would be read as one word.
        out += node.children[0].kind == Node::Kind::Not ? "NOT " : "-";
        printInto(node.children[0], true, out);
        return;
    case Node::Kind::And:
    case Node::Kind::Or: break;
    }
    if (node.children.empty()) return;
    if (group) out += '(';
    for (size_t i = 0; i < node.children.size(); ++i) {
        if (i > 0) out += node.kind == Node::Kind::And ? " " : " OR ";
        const Node& child = node.children[i];
        printInto(child, node.kind == Node::Kind::And || child.kind == Node::Kind::Or, out);
    }
    if (group) out += ')';
}

} // namespace

std::string print(const Node& node) {
    std::string out;
    printInto(node, false, out);
    return out;
}

std::vector<Node> conjuncts(const Node& node) {
    if (node.kind == Node::Kind::And) return node.children;
    return {node};
}

Node both(Node a, Node b) {
    if (a.everything()) return b;
    if (b.everything()) return a;
    Node out;
    out.children = conjuncts(a);
    for (Node& n : conjuncts(b)) out.children.push_back(std::move(n));
    return out;
}

Node termOf(const FieldInfo& field, const std::vector<std::string>& values) {
    Node out;
    out.kind = Node::Kind::Term;
    out.term.field = &field;
    for (const std::string& text : values) {
        Value v;
        v.text = text;
        v.kind = text.empty() ? Value::Kind::Missing : Value::Kind::Literal;
        v.quoted = text.empty() || text.find_first_of("*,{}") != std::string::npos;
        out.term.values.push_back(std::move(v));
    }
    return out;
}

} // namespace waypost::filter
