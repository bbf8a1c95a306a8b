// First-time classification of distinct replies: normalise, key and verdict, per text. Reads one reply a
// line.
//   bench_classify RULES-FOLDER FILE [ROUNDS]
#include "reply/classifier.h"
#include "reply/normalise.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

int main(int argc, char** argv) {
    using namespace waypost::reply;
    if (argc < 3) {
        std::fprintf(stderr, "usage: bench_classify RULES-FOLDER FILE [ROUNDS]\n");
        return 2;
    }
    auto classifier = Classifier::load(argv[1]);
    if (!classifier) {
        std::fprintf(stderr, "%s\n", classifier.error().describe().c_str());
        return 2;
    }
    std::vector<std::string> texts;
    std::ifstream in(argv[2]);
    for (std::string line; std::getline(in, line);) texts.push_back(line);
    const int rounds = argc > 3 ? std::atoi(argv[3]) : 100;
    const auto perText = [&](auto&& f) {
        const auto start = std::chrono::steady_clock::now();
        for (int i = 0; i < rounds; ++i) {
            for (const auto& t : texts) f(t);
        }
        const std::chrono::duration<double, std::micro> spent = std::chrono::steady_clock::now() - start;
        return spent.count() / double(texts.size()) / rounds;
    };
    size_t sink = 0;
    const auto both = [&](const std::string& t) {
        ReplyText r;
        r.text = t;
        sink += (*classifier)->classify(r).rule.size();
    };
    perText(both); // the automata are built by the first texts
    const double whole = perText(both);
    const double normalised = perText([&](const std::string& t) { sink += normalise(t).size(); });
    std::printf(
        "%zu texts, %zu rules: %.2f us a text, of which %.2f us normalising; prefilter gave up %llu times\n",
        texts.size(), (*classifier)->ruleCount(), whole, normalised,
        static_cast<unsigned long long>((*classifier)->prefilterFailures()));
    return sink == 0;
}
