// TokenVerifier: says who speaks, from a JSON Web Token in compact form (RFC 7519, RFC 8725).
//
// A token is header.claims.signature, each base64url. The header's alg must be that of a key we
// hold; its kid, if given, chooses among the keys with names. exp, nbf, iss and aud are checked.
// token_test.cpp forges tokens of every kind against it. Immutable; any thread may verify.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "relay/auth/key.hpp"
#include "shared/base/result.hpp"
#include "shared/sync/relay_session.hpp"

namespace syncline::relay {

struct TokenPolicy {
  // Empty: any issuer, any audience.
  std::string issuer;
  std::string audience;
  // How far the clocks of issuer and relay may differ.
  std::uint64_t leeway_s = 60;
  bool requires_expiry = true;
};

class TokenVerifier {
 public:
  TokenVerifier(std::vector<VerificationKey> keys, TokenPolicy policy);
  // kDenied with the reason, for the log: it may say more than a stranger should hear.
  Result<Identity> Verify(std::string_view token, std::uint64_t now_ms) const;

 private:
  bool IsSigned(std::string_view signed_part, ByteView signature, const Object& header) const;
  std::vector<VerificationKey> keys_;
  TokenPolicy policy_;
};

// A token of these claims, signed with HS256. For the development tokens and tests.
std::string SignToken(const Object& claims, ByteView secret, std::string_view kid);

}  // namespace syncline::relay
