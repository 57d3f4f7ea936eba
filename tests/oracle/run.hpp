// Running a program: every step on the engine and on the model, and the first place where they differ.
#pragma once
#include <optional>
#include <string>

#include "tests/oracle/program.hpp"

namespace syncline::oracle {

struct Difference {
  std::size_t step = 0;  // one behind the last step: the look at everything at the end
  std::string expected, got;
};

// What is expected first of all; a program that fails at this is none.
inline constexpr char kSchemaTaken[] = "the schema is taken";

std::optional<Difference> Run(const Program& program);

// The same program without what the difference does not need.
Program Shrink(Program program, Difference& difference);

}  // namespace syncline::oracle
