// DevTokens: hands a token of any person to everyone who asks, signed with a secret that is made at
// first start. For development and demos only; off unless --dev-tokens is given.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "relay/auth/key.hpp"
#include "relay/auth/token.hpp"
#include "shared/base/result.hpp"

namespace syncline::relay {

class DevTokens {
 public:
  static constexpr const char* kKid = "syncline-dev";
  // Reads FOLDER/dev-secret, or makes it, readable by its owner only.
  static Result<DevTokens> Open(const std::string& folder, TokenPolicy policy);

  // The key to accept these tokens with.
  VerificationKey key() const;
  // `claims_json`: {"sub": ..., further claims}. Adds iat, exp (a day, unless given), and what the
  // policy asks for. kInvalid says what is wrong with the claims.
  Result<std::string> Make(std::string_view claims_json, std::uint64_t now_ms) const;

 private:
  DevTokens(Bytes secret, TokenPolicy policy)
      : secret_(std::move(secret)), policy_(std::move(policy)) {}
  Bytes secret_;
  TokenPolicy policy_;
};

}  // namespace syncline::relay
