#include "shared/base/check.hpp"

#include <cstdio>
#include <cstdlib>

namespace syncline {

void CheckFailed(const char* condition, const char* file, int line) {
  // The one place in shared/ that prints: the process ends here, and nobody is left to return to.
  std::fprintf(stderr, "CHECK(%s) failed at %s:%d\n", condition, file, line);
  std::abort();
}

}  // namespace syncline
