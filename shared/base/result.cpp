#include "shared/base/result.hpp"

namespace syncline {

const char* CodeName(Code code) {
  switch (code) {
    case Code::kInvalid: return "invalid";
    case Code::kDenied: return "denied";
    case Code::kNotFound: return "not found";
    case Code::kConflict: return "conflict";
    case Code::kUnavailable: return "unavailable";
    case Code::kCorrupt: return "corrupt";
  }
  return "invalid";
}

}  // namespace syncline
