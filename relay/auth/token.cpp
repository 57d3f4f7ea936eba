#include "relay/auth/token.hpp"

#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "relay/auth/base64url.hpp"
#include "shared/value/json.hpp"
#include "shared/wire/messages.hpp"

namespace syncline::relay {
namespace {

constexpr std::size_t kSubjectBytesMax = 1024;
// Beyond every date that a clock will show; keeps the arithmetic in 64 bits.
constexpr double kSecondsMax = 1e12;

Failure Refuse(std::string reason) { return Fail(Code::kDenied, std::move(reason)); }

struct Parts {
  std::string_view header, claims, signature;
};

std::optional<Parts> Split(std::string_view token) {
  const auto first = token.find('.');
  if (first == std::string_view::npos) return std::nullopt;
  const auto second = token.find('.', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  return Parts{token.substr(0, first), token.substr(first + 1, second - first - 1),
               token.substr(second + 1)};
}

// A part of the token as an object. ParseJson refuses repeated names, which readers take differently.
std::optional<Object> DecodeObject(std::string_view part) {
  const auto text = DecodeBase64Url(part);
  if (!text) return std::nullopt;
  auto value = ParseJson(*text);
  if (!value) return std::nullopt;
  Object* object = value->As<Object>();
  if (!object) return std::nullopt;
  return std::move(*object);
}

// A numeric date; none if the claim is missing.
Result<std::optional<double>> DateOf(const Object& claims, std::string_view name) {
  const Value* value = claims.Find(name);
  if (!value) return std::optional<double>();
  const double* seconds = value->As<double>();
  if (!seconds || !(*seconds >= 0) || !(*seconds <= kSecondsMax)) {
    return Refuse(std::string(name) + " is no date");
  }
  return std::optional<double>(*seconds);
}

bool NamesAudience(const Value* claim, const std::string& audience) {
  if (!claim) return false;
  if (const auto* text = claim->As<std::string>()) return *text == audience;
  const auto* list = claim->As<Array>();
  if (!list) return false;
  for (const Value& value : *list) {
    const auto* text = value.As<std::string>();
    if (text && *text == audience) return true;
  }
  return false;
}

Status CheckNames(const Object& claims, const TokenPolicy& policy) {
  const Value* subject = claims.Find("sub");
  const auto* name = subject ? subject->As<std::string>() : nullptr;
  if (!name || name->empty() || name->size() > kSubjectBytesMax) {
    return Refuse("sub is missing, empty or longer than 1024 bytes");
  }
  if (!policy.issuer.empty()) {
    const Value* issuer = claims.Find("iss");
    const auto* text = issuer ? issuer->As<std::string>() : nullptr;
    if (!text || *text != policy.issuer) return Refuse("iss is not the issuer we trust");
  }
  if (!policy.audience.empty() && !NamesAudience(claims.Find("aud"), policy.audience)) {
    return Refuse("aud does not name us");
  }
  return Done{};
}

// When the token stops to count, in Unix milliseconds.
Result<std::uint64_t> CheckDates(const Object& claims, const TokenPolicy& policy,
                                 std::uint64_t now_ms) {
  const auto leeway_s = static_cast<double>(policy.leeway_s);
  const auto now_s = static_cast<double>(now_ms) / 1000;
  const auto not_before = DateOf(claims, "nbf");
  if (!not_before) return Fail(not_before.error());
  if (*not_before && now_s + leeway_s < **not_before) return Refuse("nbf lies in the future");
  const auto expiry = DateOf(claims, "exp");
  if (!expiry) return Fail(expiry.error());
  if (!*expiry) {
    if (policy.requires_expiry) return Refuse("exp is missing");
    return std::uint64_t{std::numeric_limits<std::int64_t>::max()};
  }
  const double end_s = **expiry + leeway_s;
  if (now_s >= end_s) return Refuse("the token has expired");
  return static_cast<std::uint64_t>(std::floor(end_s * 1000));
}

}  // namespace

TokenVerifier::TokenVerifier(std::vector<VerificationKey> keys, TokenPolicy policy)
    : keys_(std::move(keys)), policy_(std::move(policy)) {}

Result<Identity> TokenVerifier::Verify(std::string_view token, std::uint64_t now_ms) const {
  if (token.size() > kTokenBytesMax) return Refuse("the token is larger than 16 kB");
  const auto parts = Split(token);
  if (!parts) return Refuse("the token is not of the form header.claims.signature");
  const auto header = DecodeObject(parts->header);
  const auto signature = DecodeBase64Url(parts->signature);
  if (!header || !signature) return Refuse("the token's header or signature does not decode");
  // A critical extension must be understood, and we know none (RFC 7515, section 4.1.11).
  if (header->Find("crit")) return Refuse("the token has critical extensions");
  const auto signed_part = token.substr(0, parts->header.size() + 1 + parts->claims.size());
  if (!IsSigned(signed_part, *signature, *header)) return Refuse("no key of ours signed the token");

  auto claims = DecodeObject(parts->claims);
  if (!claims) return Refuse("the token's claims do not decode");
  const Status names = CheckNames(*claims, policy_);
  if (!names) return Fail(names.error());
  const auto expires_ms = CheckDates(*claims, policy_, now_ms);
  if (!expires_ms) return Fail(expires_ms.error());
  return Identity{std::move(*claims), *expires_ms};
}

bool TokenVerifier::IsSigned(std::string_view signed_part, ByteView signature,
                             const Object& header) const {
  const Value* alg = header.Find("alg");
  const auto* name = alg ? alg->As<std::string>() : nullptr;
  const auto algorithm = name ? AlgorithmFromName(*name) : std::nullopt;
  if (!algorithm) return false;
  const Value* kid = header.Find("kid");
  const auto* wanted = kid ? kid->As<std::string>() : nullptr;
  if (kid && !wanted) return false;
  for (const VerificationKey& key : keys_) {
    if (key.algorithm() != *algorithm) continue;
    if (wanted && !key.kid().empty() && key.kid() != *wanted) continue;
    if (key.Verify(signed_part, signature)) return true;
  }
  return false;
}

std::string SignToken(const Object& claims, ByteView secret, std::string_view kid) {
  Object header;
  header.Set("alg", AlgorithmName(Algorithm::kHs256));
  header.Set("typ", "JWT");
  if (!kid.empty()) header.Set("kid", kid);
  std::string token = EncodeBase64Url(ToJson(header)) + "." + EncodeBase64Url(ToJson(claims));
  token += "." + EncodeBase64Url(HmacSha256(secret, token));
  return token;
}

}  // namespace syncline::relay
