// The oracle's program: random programs on the engine and on the model, and those that differ, shrunk.
//   oracle [--programs N] [--seed FIRST] [--steps] [--first]
// --steps prints every program whole before it runs; --first stops at the first that differs, untold. The last line is "N passed, M failed".
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "tests/oracle/run.hpp"

namespace {

using syncline::oracle::Describe;
using syncline::oracle::Difference;
using syncline::oracle::Program;

// Failures that are shrunk and told; the rest only by their seeds.
constexpr int kToldMax = 3;
// After so many failures the rest would only say the same.
constexpr int kFailuresMax = 20;
constexpr std::uint64_t kProgressEvery = 5000;

// For the handler of a failed CHECK, which may touch nothing but this.
char current_seed[64];

extern "C" void TellSeed(int signal) {
  for (const char* text : {"seed ", const_cast<const char*>(current_seed),
                           ": stopped; to see its steps: oracle --programs 1 --steps --seed ",
                           const_cast<const char*>(current_seed), "\n"}) {
    if (write(STDERR_FILENO, text, std::strlen(text)) < 0) break;
  }
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

void Print(const Program& program) {
  std::printf("%s", Describe(program.schema).c_str());
  for (std::size_t i = 0; i < program.steps.size(); ++i) {
    std::printf("  %3zu %s\n", i, Describe(program.steps[i]).c_str());
  }
}

void Tell(const Program& program, Difference difference) {
  const Program shrunk = syncline::oracle::Shrink(program, difference);
  Print(shrunk);
  std::printf("  at step %zu%s\n  expected: %s\n  got:      %s\n", difference.step,
              difference.step < shrunk.steps.size() ? "" : " (the look at everything)",
              difference.expected.c_str(), difference.got.c_str());
}

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t programs = 2000;
  std::uint64_t first = 1;
  bool steps = false;
  bool first_only = false;
  for (int i = 1; i < argc; ++i) {
    const std::string flag = argv[i];
    if (flag == "--steps" || flag == "--first") {
      (flag == "--steps" ? steps : first_only) = true;
      continue;
    }
    char* end = nullptr;
    const std::uint64_t value = i + 1 < argc ? std::strtoull(argv[++i], &end, 10) : 0;
    if ((flag != "--programs" && flag != "--seed") || !end || *end != '\0') {
      std::fprintf(stderr, "usage: oracle [--programs N] [--seed FIRST] [--steps] [--first]\n");
      return 2;
    }
    (flag == "--programs" ? programs : first) = value;
  }
  for (const int signal : {SIGABRT, SIGSEGV}) std::signal(signal, TellSeed);
  int failed = 0;
  std::uint64_t seed = first;
  for (; seed < first + programs && failed < (first_only ? 1 : kFailuresMax); ++seed) {
    std::snprintf(current_seed, sizeof current_seed, "%llu", static_cast<unsigned long long>(seed));
    const Program program = syncline::oracle::MakeProgram(seed);
    if (steps) Print(program);
    const auto difference = syncline::oracle::Run(program);
    if (difference) {
      std::printf("program %s differs; to replay: oracle --programs 1 --seed %s\n", current_seed,
                  current_seed);
      if (++failed <= kToldMax && !first_only) Tell(program, *difference);
    }
    if ((seed - first + 1) % kProgressEvery == 0) {
      std::printf("%llu programs\n", static_cast<unsigned long long>(seed - first + 1));
    }
    std::fflush(stdout);
  }
  std::printf(
      "%llu passed, %d failed\n",
      static_cast<unsigned long long>(seed - first) - static_cast<unsigned long long>(failed),
      failed);
  return failed == 0 ? 0 : 1;
}
