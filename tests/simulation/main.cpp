// The simulation's program: plays seeds, and tells the shortest story it finds of those that break a law.
//   simulate [--seeds N] [--seed FIRST] [--minutes M] [--recorded FILE] [--jobs J] [--first]
// --minutes: fresh seeds for so long, or up to N. --recorded: also the seeds of that file, before all others.
// --first: stop at the first failure, and only name it. The last line is "N seeds, N passed, N failed"; the
// exit status goes with it.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "tests/simulation/apart.hpp"
#include "tests/simulation/shrink.hpp"

namespace {

using namespace syncline::simulation;
using Clock = std::chrono::steady_clock;

// Failures told in full; the rest only by their seeds.
constexpr int kToldMax = 3;
// What finding the shortest story of one may take.
constexpr std::chrono::seconds kShrinkMax{60};

struct Options {
  std::uint64_t seeds = 20;
  std::optional<std::uint64_t> first;
  double minutes = 0;
  std::string recorded;
  unsigned jobs = std::max(1u, std::thread::hardware_concurrency());
  bool stop_at_first = false;
};

std::optional<Options> Read(int argc, char** argv) {
  Options options;
  bool seeds_given = false;
  for (int i = 1; i < argc; ++i) {
    const std::string flag = argv[i];
    if (flag == "--first") {
      options.stop_at_first = true;
      continue;
    }
    if (++i == argc) return std::nullopt;
    const std::string value = argv[i];
    char* end = nullptr;
    if (flag == "--recorded") {
      options.recorded = value;
    } else if (flag == "--minutes") {
      options.minutes = std::strtod(value.c_str(), &end);
    } else {
      const std::uint64_t number = std::strtoull(value.c_str(), &end, 10);
      if (flag == "--seeds") {
        options.seeds = number;
        seeds_given = true;
      } else if (flag == "--seed") {
        options.first = number;
      } else if (flag == "--jobs" && number > 0 && number < 1000) {
        options.jobs = static_cast<unsigned>(number);
      } else {
        return std::nullopt;
      }
    }
    if (end && (*end != '\0' || value.empty())) return std::nullopt;
  }
  if (options.minutes > 0 && !seeds_given) options.seeds = ~std::uint64_t{0};
  if (!seeds_given && options.first && options.minutes == 0) options.seeds = 1;
  return options;
}

// A number a line; what follows a # is for people.
std::vector<std::uint64_t> ReadSeeds(const std::string& path) {
  std::vector<std::uint64_t> seeds;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    char* end = nullptr;
    const std::uint64_t seed = std::strtoull(line.c_str(), &end, 10);
    if (end != line.c_str()) seeds.push_back(seed);
  }
  return seeds;
}

void Tell(std::uint64_t seed) {
  const Plan plan = MakePlan(seed);
  const Outcome whole = PlayApart(plan, false);
  if (whole.checker.empty()) {
    std::printf("seed %llu: it did not fail again when it was replayed\n",
                static_cast<unsigned long long>(seed));
    return;
  }
  std::printf("seed %llu, event %llu: %s: %s\n", static_cast<unsigned long long>(seed),
              static_cast<unsigned long long>(whole.event), whole.checker.c_str(),
              whole.what.c_str());
  std::printf("  to replay: tools/simulate --seed %llu\n", static_cast<unsigned long long>(seed));
  std::fflush(stdout);
  const Clock::time_point end = Clock::now() + kShrinkMax;
  const Plan small = Shrink(
      plan, [&](const Plan& one) { return PlayApart(one, false).checker == whole.checker; },
      [&] { return Clock::now() < end; });
  const Outcome told = PlayApart(small, true);
  std::printf("  the shortest story found, %zu of %zu steps (%s):\n", small.steps.size(),
              plan.steps.size(), Told(small.setup).c_str());
  for (const std::string& event : told.story) std::printf("    %s\n", event.c_str());
  std::printf("    %s: %s\n", told.checker.c_str(), told.what.c_str());
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  const std::optional<Options> options = Read(argc, argv);
  if (!options) {
    std::fprintf(
        stderr,
        "usage: simulate [--seeds N] [--seed FIRST] [--minutes M] [--recorded FILE] [--jobs "
        "J] [--first]\n");
    return 2;
  }
  const bool fresh = options->minutes > 0 && !options->first;
  const std::uint64_t first = fresh ? std::random_device()() : options->first ? *options->first : 1;
  const Clock::time_point begin = Clock::now();
  const auto elapsed = [&] { return std::chrono::duration<double>(Clock::now() - begin).count(); };
  const std::vector<std::uint64_t> recorded =
      options->recorded.empty() ? std::vector<std::uint64_t>() : ReadSeeds(options->recorded);
  if (options->minutes > 0) {
    std::printf("seeds from %llu on, for %g minutes; %zu recorded ones first\n",
                static_cast<unsigned long long>(first), options->minutes, recorded.size());
    std::fflush(stdout);
  }
  std::size_t given_recorded = 0;
  std::uint64_t given = 0, played = 0;
  std::vector<std::pair<std::uint64_t, std::string>> failed;
  const bool shown = isatty(STDERR_FILENO) != 0;
  PlayMany(
      options->jobs,
      [&](std::uint64_t& seed) {
        if (given_recorded < recorded.size()) {
          seed = recorded[given_recorded++];
          return true;
        }
        if (given >= options->seeds) return false;
        if (options->minutes > 0 && elapsed() > 60 * options->minutes) return false;
        seed = first + given++;
        return true;
      },
      [&](std::uint64_t seed, const std::string& checker) {
        ++played;
        if (!checker.empty()) {
          failed.emplace_back(seed, checker);
          std::printf("seed %llu fails: %s\n", static_cast<unsigned long long>(seed),
                      checker.c_str());
          std::fflush(stdout);
        }
        if (shown) {
          std::fprintf(stderr, "\r%llu seeds, %.0f s, %zu failed ",
                       static_cast<unsigned long long>(played), elapsed(), failed.size());
        }
        return checker.empty() || !options->stop_at_first;
      });
  if (shown) std::fprintf(stderr, "\r\x1b[K");
  std::sort(failed.begin(), failed.end());
  if (!options->stop_at_first) {
    for (std::size_t i = 0; i < failed.size() && i < kToldMax; ++i) Tell(failed[i].first);
  }
  std::printf("%llu seeds, %llu passed, %zu failed\n", static_cast<unsigned long long>(played),
              static_cast<unsigned long long>(played - failed.size()), failed.size());
  return failed.empty() ? 0 : 1;
}
