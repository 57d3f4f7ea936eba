// VerificationKey: one key that tokens may be signed with. Each is bound to exactly one algorithm
// when it is read, so a token cannot choose how it is checked (no algorithm confusion, no "none").
//
// Immutable; any thread may verify with it.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/bytes.hpp"
#include "shared/base/result.hpp"
#include "shared/value/value.hpp"

struct evp_pkey_st;

namespace syncline::relay {

enum class Algorithm { kHs256, kRs256, kEs256, kEdDsa };
// By the names of RFC 7518 and 8037: "HS256", "RS256", "ES256", "EdDSA".
std::optional<Algorithm> AlgorithmFromName(std::string_view name);
const char* AlgorithmName(Algorithm algorithm);

class VerificationKey {
 public:
  // HS256. At least 32 bytes; a PEM text is refused, so that a public key never becomes a secret.
  static Result<VerificationKey> FromSecret(Bytes secret, std::string kid);
  // A public key (SubjectPublicKeyInfo). RSA of 2,048 bits or more, P-256, or Ed25519.
  static Result<VerificationKey> FromPem(Algorithm algorithm, const std::string& pem,
                                         std::string kid);
  // One member of a JSON Web Key Set. "alg", if given, must be the key's only algorithm here.
  static Result<VerificationKey> FromJwk(const Object& jwk);

  Algorithm algorithm() const { return algorithm_; }
  // Empty: the key has no name.
  const std::string& kid() const { return kid_; }
  bool Verify(ByteView message, ByteView signature) const;

 private:
  VerificationKey(Algorithm algorithm, std::string kid)
      : algorithm_(algorithm), kid_(std::move(kid)) {}
  Algorithm algorithm_;
  std::string kid_;
  Bytes secret_;                         // kHs256
  std::shared_ptr<evp_pkey_st> public_;  // the others; OpenSSL counts its references itself
};

// HMAC-SHA256, 32 bytes.
Bytes HmacSha256(ByteView secret, ByteView message);

// The keys of a JSON Web Key Set (RFC 7517) that can verify our algorithms; others (encryption,
// other curves) are passed over and counted. At most 64.
struct KeySet {
  std::vector<VerificationKey> keys;
  std::size_t passed_over = 0;
};
Result<KeySet> ParseKeySet(std::string_view json);

}  // namespace syncline::relay
