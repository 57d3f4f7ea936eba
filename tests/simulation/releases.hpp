// Releases: the application in each of its versions: every set of rules, with the older and the newest schema.
#pragma once
#include <array>
#include <string>

#include "shared/sync/authority.hpp"
#include "tests/simulation/application.hpp"
#include "tests/simulation/context.hpp"

namespace syncline::simulation {

struct Release {
  std::string json;
  Application application;
};

class Releases {
 public:
  Releases() {
    for (unsigned rules = 0; rules < kRuleSets; ++rules) {
      for (const bool newest : {false, true}) {
        Release& release = releases_[rules * 2 + newest];
        release.json = ApplicationJson(rules, newest);
        Result<Application> parsed = ParseApplication(release.json);
        if (!parsed) Break("application", parsed.error().message);
        release.application = std::move(*parsed);
      }
    }
  }
  const Release& Of(unsigned rules, bool newest) const { return releases_[rules * 2 + newest]; }

 private:
  std::array<Release, 2 * kRuleSets> releases_;
};

}  // namespace syncline::simulation
