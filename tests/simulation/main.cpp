// The simulation's program: runs seeds, and tells the story of those that break a law.
//   simulate [--seeds N] [--seed FIRST]
// The last line is "N seeds, N passed, N failed"; the exit status goes with it.
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "tests/simulation/world.hpp"

namespace {

// Failures told in full; the rest only by their seeds.
constexpr int kToldMax = 3;

// For the handler of a failed CHECK, which may touch nothing but this.
char current_seed[64];

extern "C" void TellSeed(int signal) {
  const char before[] = "seed ";
  const char after[] = ": stopped by a failed CHECK; to replay: tools/simulate --seeds 1 --seed ";
  for (const char* text : {before, const_cast<const char*>(current_seed), after,
                           const_cast<const char*>(current_seed), "\n"}) {
    if (write(STDERR_FILENO, text, std::strlen(text)) < 0) break;
  }
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

void Tell(std::uint64_t seed, const syncline::simulation::Failure& failure) {
  std::printf("seed %llu, step %llu: %s: %s\n", static_cast<unsigned long long>(seed),
              static_cast<unsigned long long>(failure.step), failure.broken.checker.c_str(),
              failure.broken.what.c_str());
  for (const std::string& event : failure.story) std::printf("    %s\n", event.c_str());
  std::printf("  to replay: tools/simulate --seeds 1 --seed %llu\n",
              static_cast<unsigned long long>(seed));
}

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t seeds = 20;
  std::uint64_t first = 1;
  for (int i = 1; i < argc; i += 2) {
    const std::string flag = argv[i];
    char* end = nullptr;
    const std::uint64_t value = i + 1 < argc ? std::strtoull(argv[i + 1], &end, 10) : 0;
    if ((flag != "--seeds" && flag != "--seed") || !end || *end != '\0') {
      std::fprintf(stderr, "usage: simulate [--seeds N] [--seed FIRST]\n");
      return 2;
    }
    (flag == "--seeds" ? seeds : first) = value;
  }
  std::signal(SIGABRT, TellSeed);
  std::uint64_t failed = 0;
  for (std::uint64_t seed = first; seed < first + seeds; ++seed) {
    std::snprintf(current_seed, sizeof current_seed, "%llu", static_cast<unsigned long long>(seed));
    auto failure = syncline::simulation::RunSeed(seed, false);
    if (!failure) continue;
    if (++failed <= kToldMax) {
      // The same run once more, told: it must fail at the same step.
      const auto told = syncline::simulation::RunSeed(seed, true);
      const bool same = told && told->step == failure->step;
      if (told) failure = told;
      Tell(seed, *failure);
      if (!same) std::printf("  it did not fail alike when it was replayed\n");
    } else {
      std::printf("seed %llu: %s\n", static_cast<unsigned long long>(seed),
                  failure->broken.checker.c_str());
    }
  }
  std::printf("%llu seeds, %llu passed, %llu failed\n", static_cast<unsigned long long>(seeds),
              static_cast<unsigned long long>(seeds - failed),
              static_cast<unsigned long long>(failed));
  return failed == 0 ? 0 : 1;
}
