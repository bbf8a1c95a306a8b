// The checks of SVG Tiny Portable/Secure (draft-svg-tiny-ps-abrotman), which a BIMI logo must pass: read as a
// stream, nothing is rendered, nothing outside the text is ever loaded. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::auth {

inline constexpr size_t maxSvgBytes = 32 * 1024; // what receivers take; larger is a problem
inline constexpr size_t maxSvgRead = 128 * 1024; // what is looked at at all
inline constexpr int maxSvgDepth = 64;
inline constexpr size_t maxSvgElements = 20'000;
inline constexpr size_t maxSvgProblems = 30;

struct SvgProblem {
    size_t line = 0; // from 1; 0: of the file as a whole
    std::string text;
    bool operator==(const SvgProblem&) const = default;
};

struct SvgReport {
    bool wellFormed = false;
    std::string title;
    double width = 0, height = 0; // of the view box, or of the root's width and height without one
    size_t elements = 0;
    std::vector<SvgProblem> problems; // receivers refuse the logo
    std::vector<SvgProblem> remarks;  // allowed, and likely not what was meant
    [[nodiscard]] bool valid() const { return wellFormed && problems.empty(); }
};

SvgReport checkBimiSvg(std::string_view bytes);

} // namespace waypost::auth
