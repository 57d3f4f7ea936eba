// Shrinking: steps, parts of queries, fields and indexes are dropped while the two still differ.
#include <functional>

#include "tests/oracle/run.hpp"

namespace syncline::oracle {
namespace {

// Tries fewer of each kind of thing until nothing more can go. Bounded by the size of the program.
class Shrinker {
 public:
  Shrinker(Program& program, Difference& difference) : program_(program), difference_(difference) {}

  void Shrink() {
    Keep([&](Program& smaller) {
      smaller.steps.resize(std::min(smaller.steps.size(), difference_.step + 1));
    });
    for (bool shrunk = true; shrunk;) {
      shrunk = DropSteps();
      for (std::size_t i = 0; i < program_.steps.size(); ++i) shrunk |= Simplify(i);
      shrunk |= DropSchema();
    }
  }

 private:
  // Whether the changed program still shows a difference; then it is the program.
  bool Keep(const std::function<void(Program&)>& change) {
    Program smaller = program_;
    change(smaller);
    const auto difference = Run(smaller);
    if (!difference || difference->expected == kSchemaTaken) return false;
    program_ = std::move(smaller);
    difference_ = *difference;
    return true;
  }

  bool DropSteps() {
    bool dropped = false;
    for (std::size_t size = program_.steps.size(); size > 0; size /= 2) {
      for (std::size_t at = program_.steps_kept; at + size <= program_.steps.size();) {
        const bool gone = Keep([&](Program& smaller) {
          const auto first = smaller.steps.begin() + static_cast<std::ptrdiff_t>(at);
          smaller.steps.erase(first, first + static_cast<std::ptrdiff_t>(size));
        });
        dropped |= gone;
        if (!gone) at += size;
      }
    }
    return dropped;
  }

  // Drops what `list` of the program holds, one after the other.
  template <class List>
  bool DropEach(List list) {
    bool dropped = false;
    for (std::size_t i = 0; i < list(program_).size();) {
      const bool gone = Keep([&](Program& smaller) {
        auto& items = list(smaller);
        items.erase(std::next(items.begin(), static_cast<std::ptrdiff_t>(i)));
      });
      dropped |= gone;
      if (!gone) ++i;
    }
    return dropped;
  }

  bool Simplify(std::size_t step) {
    bool simpler = DropEach([=](Program & p) -> auto& { return p.steps[step].query.bounds; });
    simpler |= DropEach([=](Program & p) -> auto& { return p.steps[step].query.operators; });
    simpler |= DropEach([=](Program & p) -> auto& { return p.steps[step].value.members; });
    return simpler;
  }

  bool DropSchema() {
    bool simpler = DropEach([](Program & p) -> auto& { return p.schema.tables; });
    for (std::size_t i = 0; i < program_.schema.tables.size(); ++i) {
      simpler |= DropEach([=](Program & p) -> auto& { return p.schema.tables[i].indexes; });
    }
    return simpler;
  }

  Program& program_;
  Difference& difference_;
};

}  // namespace

Program Shrink(Program program, Difference& difference) {
  if (difference.expected == kSchemaTaken) return program;
  Shrinker(program, difference).Shrink();
  return program;
}

}  // namespace syncline::oracle
