#include "relay/auth/dev_tokens.hpp"

#include <unistd.h>

#include <cmath>
#include <utility>

#include "relay/files.hpp"
#include "shared/value/json.hpp"

namespace syncline::relay {
namespace {

constexpr double kLifeS = 24 * 3600;
constexpr std::size_t kSecretFileBytesMax = 4096;

}  // namespace

Result<DevTokens> DevTokens::Open(const std::string& folder, TokenPolicy policy) {
  const std::string path = folder + "/dev-secret";
  if (::access(path.c_str(), F_OK) != 0) {
    const Status made = WriteWholeFile(path, MakeSecretText());
    if (!made) return Fail(made.error());
  }
  auto secret = ReadWholeFile(path, kSecretFileBytesMax);
  if (!secret) return Fail(secret.error());
  const auto key = VerificationKey::FromSecret(*secret, kKid);
  if (!key) return Fail(Code::kInvalid, path + ": " + key.error().message + ", or delete the file");
  return DevTokens(std::move(*secret), std::move(policy));
}

VerificationKey DevTokens::key() const { return *VerificationKey::FromSecret(secret_, kKid); }

Result<std::string> DevTokens::Make(std::string_view claims_json, std::uint64_t now_ms) const {
  auto parsed = ParseJson(claims_json);
  if (!parsed) return Fail(parsed.error());
  Object* claims = parsed->As<Object>();
  const Value* subject = claims ? claims->Find("sub") : nullptr;
  const auto* name = subject ? subject->As<std::string>() : nullptr;
  if (!name || name->empty()) {
    return Fail(Code::kInvalid, "the claims are an object with a text \"sub\"");
  }
  const double now_s = std::floor(static_cast<double>(now_ms) / 1000);
  claims->Set("iat", now_s);
  if (!claims->Find("exp")) claims->Set("exp", now_s + kLifeS);
  if (!policy_.issuer.empty()) claims->Set("iss", policy_.issuer);
  if (!policy_.audience.empty()) claims->Set("aud", policy_.audience);
  return SignToken(*claims, secret_, kKid);
}

}  // namespace syncline::relay
