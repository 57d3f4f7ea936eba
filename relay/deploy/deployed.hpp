// Deployed: an application as a relay keeps it: parsed, and as the text of its file. Immutable; the
// threads of a relay share it.
//
// The file is DATA/application.json, {"schema": ..., "rules": ...}. It is replaced as a whole, so a
// relay that is killed while it is deployed to starts with the one application or the other.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "shared/base/result.hpp"
#include "shared/sync/authority.hpp"

namespace syncline::relay {

inline constexpr std::size_t kApplicationBytesMax = 16 << 20;

struct Deployed {
  Application application;
  // Without white space and further members: equal texts are equal applications.
  std::string text;
  // Of the text, 32 hexadecimal digits.
  std::string hash;
};

// The application alone, for who does not care how it is kept. Null for null.
inline std::shared_ptr<const Application> ApplicationOf(
    const std::shared_ptr<const Deployed>& deployed) {
  return deployed ? std::shared_ptr<const Application>(deployed, &deployed->application) : nullptr;
}

// kInvalid says what is wrong: also without rules, and if the tables cannot be laid out in a file.
Result<Deployed> ParseDeployed(std::string_view json);

// None if nothing was deployed yet.
Result<std::optional<Deployed>> ReadDeployed(const std::string& data_folder);
Status WriteDeployed(const std::string& data_folder, const Deployed& deployed);

}  // namespace syncline::relay
