#include "shared/query/read_use.hpp"

namespace syncline {
namespace {

Failure TooMuch(const char* what, std::size_t limit) {
  return Fail(Code::kInvalid,
              std::string("Too many ") + what +
                  " read in a single function execution (limit: " + std::to_string(limit) +
                  "). Consider using smaller limits in your queries, paginating your queries, or "
                  "using indexed queries with a selective index range expression.");
}

}  // namespace

Status CheckReadUse(const ReadUse& use) {
  if (use.documents > kDocumentsReadMax) return TooMuch("documents", kDocumentsReadMax);
  if (use.bytes > kBytesReadMax) return TooMuch("bytes", kBytesReadMax);
  if (use.ranges > kIndexRangesReadMax) {
    return Fail(Code::kInvalid,
                "Too many reads in a single function execution (limit: " +
                    std::to_string(kIndexRangesReadMax) +
                    "): each db.get and each db.query counts. Consider reading many documents with "
                    "one query instead of one by one.");
  }
  return Done{};
}

}  // namespace syncline
