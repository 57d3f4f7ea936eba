#include "relay/auth/token.hpp"

#include <doctest/doctest.h>
#include "relay/testing/keys.hpp"

namespace syncline::relay {
namespace {

using namespace testing;

constexpr std::uint64_t kNowMs = 1'800'000'000'000;
const std::string kSecret(32, 's');
const std::string kClaims = R"({"sub":"ada","exp":1800000100,"iss":"us","aud":["a","them"]})";

TokenVerifier Verifier(Result<VerificationKey> key, TokenPolicy policy = {}) {
  REQUIRE(key.has_value());
  return TokenVerifier({*key}, policy);
}
TokenVerifier SecretVerifier(TokenPolicy policy = {}) {
  return Verifier(VerificationKey::FromSecret(kSecret, ""), policy);
}
std::string Hs256(const std::string& claims, const std::string& secret = kSecret,
                  const std::string& header = R"({"alg":"HS256"})") {
  const std::string part = Unsigned(header, claims);
  return WithSignature(part, HmacSha256(secret, part));
}
bool Refused(const TokenVerifier& verifier, const std::string& token) {
  const auto identity = verifier.Verify(token, kNowMs);
  return !identity && identity.error().code == Code::kDenied;
}

}  // namespace

TEST_CASE("token: HS256 gives the claims and the expiry with its leeway") {
  const auto identity = SecretVerifier().Verify(Hs256(kClaims), kNowMs);
  REQUIRE(identity.has_value());
  CHECK_EQ(*identity->claims.Find("sub")->As<std::string>(), "ada");
  CHECK_EQ(identity->expires_ms, 1'800'000'160'000);
}

TEST_CASE("token: SignToken's tokens verify") {
  Object claims;
  claims.Set("sub", "ada");
  claims.Set("exp", 1800000100.0);
  const auto verifier = Verifier(VerificationKey::FromSecret(kSecret, "dev"));
  CHECK(verifier.Verify(SignToken(claims, kSecret, "dev"), kNowMs).has_value());
  CHECK(Refused(verifier, SignToken(claims, kSecret, "other")));
}

TEST_CASE("token: RS256, ES256 and EdDSA verify by their public keys") {
  const auto rsa = MakeRsa();
  const auto ec = MakeEc();
  const auto ed = MakeEd25519();
  const std::string rs = Unsigned(R"({"alg":"RS256"})", kClaims);
  const std::string es = Unsigned(R"({"alg":"ES256"})", kClaims);
  const std::string eddsa = Unsigned(R"({"alg":"EdDSA"})", kClaims);
  const auto of = [](Algorithm algorithm, const KeyPair& key) {
    return Verifier(VerificationKey::FromPem(algorithm, PublicPem(key), ""));
  };
  CHECK(of(Algorithm::kRs256, rsa).Verify(WithSignature(rs, Sign(rsa, rs)), kNowMs).has_value());
  CHECK(of(Algorithm::kEs256, ec).Verify(WithSignature(es, SignRaw(ec, es)), kNowMs).has_value());
  const std::string signed_ed = WithSignature(eddsa, Sign(ed, eddsa, false));
  CHECK(of(Algorithm::kEdDsa, ed).Verify(signed_ed, kNowMs).has_value());

  // The same by other keys of the same kind, and with the signature's parts damaged.
  CHECK(Refused(of(Algorithm::kRs256, MakeRsa()), WithSignature(rs, Sign(rsa, rs))));
  CHECK(Refused(of(Algorithm::kEs256, MakeEc()), WithSignature(es, SignRaw(ec, es))));
  CHECK(Refused(of(Algorithm::kEdDsa, MakeEd25519()), signed_ed));
  CHECK(Refused(of(Algorithm::kEs256, ec), WithSignature(es, Sign(ec, es))));  // DER
  CHECK(Refused(of(Algorithm::kEs256, ec), WithSignature(es, std::string(64, '\0'))));
  CHECK(Refused(of(Algorithm::kRs256, rsa), WithSignature(rs, "")));
}

TEST_CASE("token: a public key as an HMAC secret opens nothing") {
  const auto rsa = MakeRsa();
  const std::string pem = PublicPem(rsa);
  const auto verifier = Verifier(VerificationKey::FromPem(Algorithm::kRs256, pem, ""));
  CHECK(Refused(verifier, Hs256(kClaims, pem)));
  CHECK(Refused(verifier, Hs256(kClaims, pem, R"({"alg":"RS256"})")));
  CHECK_FALSE(VerificationKey::FromSecret(pem, "").has_value());
}

TEST_CASE("token: no algorithm but the key's own") {
  const auto verifier = SecretVerifier();
  for (const char* header :
       {R"({"alg":"none"})", R"({"alg":"None"})", R"({"alg":"HS512"})", R"({"alg":"RS256"})",
        R"({"alg":"ES256"})", R"({"alg":""})", R"({"alg":null})", R"({})", R"({"typ":"JWT"})",
        R"([])", R"({"alg":["HS256"]})"}) {
    CAPTURE(header);
    CHECK(Refused(verifier, Hs256(kClaims, kSecret, header)));
    CHECK(Refused(verifier, Unsigned(header, kClaims) + "."));
  }
}

TEST_CASE("token: critical extensions, repeated names and a kid that is no text are refused") {
  const auto verifier = SecretVerifier();
  CHECK(Refused(verifier, Hs256(kClaims, kSecret, R"({"alg":"HS256","crit":["b64"]})")));
  CHECK(Refused(verifier, Hs256(kClaims, kSecret, R"({"alg":"none","alg":"HS256"})")));
  CHECK(Refused(verifier, Hs256(kClaims, kSecret, R"({"alg":"HS256","kid":1})")));
  CHECK(Refused(verifier, Hs256(R"({"sub":"ada","sub":"bob","exp":1800000100})")));
  CHECK(Refused(verifier, Hs256(R"({"sub":"ada","\u0073ub":"bob","exp":1800000100})")));
}

TEST_CASE("token: forms that are no token are refused") {
  const auto verifier = SecretVerifier();
  const std::string good = Hs256(kClaims);
  REQUIRE(verifier.Verify(good, kNowMs).has_value());
  for (std::size_t size = 0; size < good.size(); ++size) {
    REQUIRE(Refused(verifier, good.substr(0, size)));
  }
  CHECK(Refused(verifier, good + "="));
  CHECK(Refused(verifier, good + "."));
  CHECK(Refused(verifier, " " + good));
  CHECK(Refused(verifier, Hs256("not json")));
  CHECK(Refused(verifier, Hs256("[1]")));
  CHECK(Refused(verifier, Hs256(R"({"sub":"ada","exp":1800000100})", std::string(32, 'x'))));
  CHECK(Refused(verifier, Hs256(R"({"sub":"ada","exp":1800000100,"pad":")" +
                                std::string(16 << 10, 'x') + "\"}")));
}

TEST_CASE("token: dates are checked with the leeway on both sides") {
  const auto verifier = SecretVerifier();
  const auto with = [](const std::string& dates) {
    return Hs256(R"({"sub":"ada",)" + dates + "}");
  };
  CHECK(verifier.Verify(with(R"("exp":1799999941)"), kNowMs).has_value());
  CHECK(Refused(verifier, with(R"("exp":1799999940)")));
  CHECK(verifier.Verify(with(R"("exp":1800000100,"nbf":1800000060)"), kNowMs).has_value());
  CHECK(Refused(verifier, with(R"("exp":1800000100,"nbf":1800000061)")));
  CHECK(Refused(verifier, with(R"("exp":"1800000100")")));
  CHECK(Refused(verifier, with(R"("exp":-1)")));
  CHECK(Refused(verifier, with(R"("exp":1e300)")));
  CHECK(Refused(verifier, with(R"("exp":null)")));
  CHECK(Refused(verifier, with(R"("name":"Ada")")));
  TokenPolicy lasting;
  lasting.requires_expiry = false;
  CHECK(SecretVerifier(lasting).Verify(with(R"("name":"Ada")"), kNowMs).has_value());
}

TEST_CASE("token: issuer, audience and subject must be ours, theirs and there") {
  TokenPolicy policy;
  policy.issuer = "us";
  policy.audience = "them";
  const auto verifier = SecretVerifier(policy);
  CHECK(verifier.Verify(Hs256(kClaims), kNowMs).has_value());
  for (const char* claims : {R"({"sub":"ada","exp":1800000100,"iss":"us"})",
                             R"({"sub":"ada","exp":1800000100,"aud":"them"})",
                             R"({"sub":"ada","exp":1800000100,"iss":"us ","aud":"them"})",
                             R"({"sub":"ada","exp":1800000100,"iss":["us"],"aud":"them"})",
                             R"({"sub":"ada","exp":1800000100,"iss":"us","aud":["a"]})",
                             R"({"sub":"","exp":1800000100,"iss":"us","aud":"them"})",
                             R"({"sub":7,"exp":1800000100,"iss":"us","aud":"them"})",
                             R"({"exp":1800000100,"iss":"us","aud":"them"})"}) {
    CAPTURE(claims);
    CHECK(Refused(verifier, Hs256(claims)));
  }
}

TEST_CASE("token: the kid chooses among named keys") {
  const std::string other(32, 'o');
  const auto first = VerificationKey::FromSecret(kSecret, "first");
  const auto second = VerificationKey::FromSecret(other, "second");
  const TokenVerifier verifier({*first, *second}, {});
  CHECK(verifier.Verify(Hs256(kClaims), kNowMs).has_value());
  CHECK(verifier.Verify(Hs256(kClaims, other), kNowMs).has_value());
  const std::string names_second = R"({"alg":"HS256","kid":"second"})";
  CHECK(verifier.Verify(Hs256(kClaims, other, names_second), kNowMs).has_value());
  CHECK(Refused(verifier, Hs256(kClaims, kSecret, names_second)));
}

TEST_CASE("key: only keys that fit their algorithm are read") {
  CHECK_FALSE(VerificationKey::FromPem(Algorithm::kRs256, PublicPem(MakeEc()), "").has_value());
  CHECK_FALSE(VerificationKey::FromPem(Algorithm::kEs256, PublicPem(MakeRsa()), "").has_value());
  CHECK_FALSE(
      VerificationKey::FromPem(Algorithm::kEs256, PublicPem(MakeEc("P-384")), "").has_value());
  CHECK_FALSE(VerificationKey::FromPem(Algorithm::kEdDsa, PublicPem(MakeEc()), "").has_value());
  CHECK_FALSE(VerificationKey::FromPem(Algorithm::kHs256, PublicPem(MakeRsa()), "").has_value());
  CHECK_FALSE(
      VerificationKey::FromPem(Algorithm::kRs256, PublicPem(MakeRsa(1024)), "").has_value());
  CHECK_FALSE(VerificationKey::FromPem(Algorithm::kRs256, "no pem", "").has_value());
  CHECK_FALSE(VerificationKey::FromSecret("short", "").has_value());
}

TEST_CASE("key set: what cannot verify our algorithms is passed over") {
  // The public keys of RFC 7517 (A.1: P-256 and RSA) and RFC 8037 (A.2: Ed25519).
  const std::string keys = R"({"keys":[
    {"kty":"EC","crv":"P-256","use":"sig","kid":"1",
     "x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
     "y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"},
    {"kty":"RSA","alg":"RS256","kid":"2011-04-29","e":"AQAB",
     "n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"},
    {"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
    {"kty":"EC","crv":"P-256","use":"enc","x":"a","y":"b"},
    {"kty":"RSA","alg":"RS512","n":"AQAB","e":"AQAB"},
    {"kty":"oct","k":"AAAA"},
    {"kty":"EC","crv":"P-256","x":"AAAA","y":"AAAA"},
    {"kty":"new"}]})";
  const auto set = ParseKeySet(keys);
  REQUIRE(set.has_value());
  REQUIRE_EQ(set->keys.size(), 3);
  CHECK_EQ(set->passed_over, 5);
  CHECK_EQ(set->keys[0].algorithm(), Algorithm::kEs256);
  CHECK_EQ(set->keys[1].algorithm(), Algorithm::kRs256);
  CHECK_EQ(set->keys[1].kid(), "2011-04-29");
  CHECK_EQ(set->keys[2].algorithm(), Algorithm::kEdDsa);
  CHECK_FALSE(ParseKeySet("[]").has_value());
  CHECK_FALSE(ParseKeySet("{").has_value());
}

TEST_CASE("key set: an Ed25519 key of RFC 8037 verifies the RFC's own signature") {
  const auto set = ParseKeySet(
      R"({"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]})");
  REQUIRE(set.has_value());
  REQUIRE_EQ(set->keys.size(), 1);
  const auto signature = DecodeBase64Url(
      "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg");
  REQUIRE(signature.has_value());
  CHECK(
      set->keys[0].Verify("eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc", *signature));
}

}  // namespace syncline::relay
