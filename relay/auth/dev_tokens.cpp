#include "relay/auth/dev_tokens.hpp"

#include <fcntl.h>
#include <openssl/rand.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <utility>

#include "relay/auth/base64url.hpp"
#include "relay/config.hpp"
#include "shared/value/json.hpp"

namespace syncline::relay {
namespace {

constexpr double kLifeS = 24 * 3600;
constexpr std::size_t kSecretFileBytesMax = 4096;

Failure AtPath(const std::string& path) {
  return Fail(Code::kUnavailable, path + ": " + std::strerror(errno));
}

// Writes a new secret aside and links it into place, so that a crash leaves none or a whole one.
Status MakeSecretFile(const std::string& path) {
  std::array<unsigned char, 32> random{};
  CHECK(RAND_bytes(random.data(), static_cast<int>(random.size())) == 1);
  const std::string text =
      EncodeBase64Url({reinterpret_cast<const char*>(random.data()), random.size()});
  const std::string aside = path + ".new";
  const int file = ::open(aside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return AtPath(aside);
  const bool written =
      ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
      ::fsync(file) == 0;
  ::close(file);
  if (!written || ::rename(aside.c_str(), path.c_str()) != 0) return AtPath(aside);
  return Done{};
}

}  // namespace

Result<DevTokens> DevTokens::Open(const std::string& folder, TokenPolicy policy) {
  const std::string path = folder + "/dev-secret";
  if (::access(path.c_str(), F_OK) != 0) {
    const Status made = MakeSecretFile(path);
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
