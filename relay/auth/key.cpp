#include "relay/auth/key.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#include <array>
#include <utility>

#include "relay/auth/base64url.hpp"
#include "shared/value/json.hpp"

namespace syncline::relay {
namespace {

constexpr std::size_t kSecretBytesMin = 32;
constexpr int kRsaBitsMin = 2048;
constexpr std::size_t kKeysMax = 64;

constexpr std::array<std::pair<Algorithm, const char*>, 4> kAlgorithmNames{{
    {Algorithm::kHs256, "HS256"},
    {Algorithm::kRs256, "RS256"},
    {Algorithm::kEs256, "ES256"},
    {Algorithm::kEdDsa, "EdDSA"},
}};

// Frees what OpenSSL gave, each kind by its own function.
struct Free {
  void operator()(BIO* p) const { BIO_free_all(p); }
  void operator()(BIGNUM* p) const { BN_free(p); }
  void operator()(ECDSA_SIG* p) const { ECDSA_SIG_free(p); }
  void operator()(EVP_MD_CTX* p) const { EVP_MD_CTX_free(p); }
  void operator()(EVP_PKEY_CTX* p) const { EVP_PKEY_CTX_free(p); }
  void operator()(OSSL_PARAM_BLD* p) const { OSSL_PARAM_BLD_free(p); }
  void operator()(OSSL_PARAM* p) const { OSSL_PARAM_free(p); }
};
template <class T>
using Held = std::unique_ptr<T, Free>;

using PublicKey = std::shared_ptr<EVP_PKEY>;
PublicKey Share(EVP_PKEY* key) { return {key, EVP_PKEY_free}; }

const unsigned char* Unsigned(ByteView bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

Held<BIGNUM> ToNumber(ByteView bytes) {
  return Held<BIGNUM>(BN_bin2bn(Unsigned(bytes), static_cast<int>(bytes.size()), nullptr));
}

// Done if the key is one that `algorithm` may be bound to.
Status Fits(const EVP_PKEY* key, Algorithm algorithm) {
  const int type = EVP_PKEY_get_base_id(key);
  if (algorithm == Algorithm::kRs256) {
    if (type != EVP_PKEY_RSA) return Fail(Code::kInvalid, "RS256 takes an RSA public key");
    if (EVP_PKEY_get_bits(key) < kRsaBitsMin) {
      return Fail(Code::kInvalid, "the RSA key has fewer than 2048 bits: use a larger one");
    }
    return Done{};
  }
  if (algorithm == Algorithm::kEs256) {
    std::array<char, 32> group{};
    if (type != EVP_PKEY_EC ||
        EVP_PKEY_get_group_name(key, group.data(), group.size(), nullptr) != 1 ||
        std::string_view(group.data()) != SN_X9_62_prime256v1) {
      return Fail(Code::kInvalid, "ES256 takes a public key on the curve P-256");
    }
    return Done{};
  }
  if (algorithm == Algorithm::kEdDsa) {
    if (type == EVP_PKEY_ED25519) return Done{};
    return Fail(Code::kInvalid, "EdDSA takes an Ed25519 public key");
  }
  return Fail(Code::kInvalid, "HS256 takes a secret, not a public key");
}

// The text member of a key, or empty.
std::string_view Text(const Object& jwk, std::string_view name) {
  const Value* value = jwk.Find(name);
  const std::string* text = value ? value->As<std::string>() : nullptr;
  return text ? std::string_view(*text) : std::string_view();
}

std::optional<Bytes> Decoded(const Object& jwk, std::string_view name) {
  const std::string_view text = Text(jwk, name);
  if (text.empty()) return std::nullopt;
  return DecodeBase64Url(text);
}

PublicKey FromParameters(const char* type, OSSL_PARAM_BLD* builder) {
  const Held<OSSL_PARAM> parameters(OSSL_PARAM_BLD_to_param(builder));
  const Held<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1) {
    ERR_clear_error();
    return nullptr;
  }
  return Share(key);
}

PublicKey RsaKey(const Object& jwk) {
  const auto modulus = Decoded(jwk, "n");
  const auto exponent = Decoded(jwk, "e");
  if (!modulus || !exponent) return nullptr;
  const auto n = ToNumber(*modulus);
  const auto e = ToNumber(*exponent);
  const Held<OSSL_PARAM_BLD> builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
  return FromParameters("RSA", builder.get());
}

PublicKey P256Key(const Object& jwk) {
  const auto x = Decoded(jwk, "x");
  const auto y = Decoded(jwk, "y");
  if (Text(jwk, "crv") != "P-256" || !x || !y || x->size() != 32 || y->size() != 32) return nullptr;
  const Bytes point = "\x04" + *x + *y;
  const Held<OSSL_PARAM_BLD> builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, SN_X9_62_prime256v1,
                                  0);
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                   point.size());
  return FromParameters("EC", builder.get());
}

PublicKey Ed25519Key(const Object& jwk) {
  const auto x = Decoded(jwk, "x");
  if (Text(jwk, "crv") != "Ed25519" || !x || x->size() != 32) return nullptr;
  EVP_PKEY* key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, Unsigned(*x), x->size());
  return key ? Share(key) : nullptr;
}

// r and s, 32 bytes each, as JSON Web Signatures write them, to the DER that OpenSSL reads.
std::optional<Bytes> DerOfRaw(ByteView raw) {
  if (raw.size() != 64) return std::nullopt;
  auto r = ToNumber(raw.substr(0, 32));
  auto s = ToNumber(raw.substr(32));
  const Held<ECDSA_SIG> signature(ECDSA_SIG_new());
  if (!r || !s || !signature || ECDSA_SIG_set0(signature.get(), r.get(), s.get()) != 1) {
    return std::nullopt;
  }
  // The signature owns both numbers from here.
  static_cast<void>(r.release());
  static_cast<void>(s.release());
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(signature.get(), &der);
  if (size <= 0) return std::nullopt;
  Bytes out(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return out;
}

}  // namespace

std::optional<Algorithm> AlgorithmFromName(std::string_view name) {
  for (const auto& [algorithm, known] : kAlgorithmNames) {
    if (name == known) return algorithm;
  }
  return std::nullopt;
}

const char* AlgorithmName(Algorithm algorithm) {
  return kAlgorithmNames[static_cast<std::size_t>(algorithm)].second;
}

Bytes HmacSha256(ByteView secret, ByteView message) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned size = 0;
  CHECK(HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), Unsigned(message),
             message.size(), out.data(), &size) != nullptr);
  return {reinterpret_cast<const char*>(out.data()), size};
}

Result<VerificationKey> VerificationKey::FromSecret(Bytes secret, std::string kid) {
  if (secret.find("-----BEGIN") != Bytes::npos) {
    return Fail(Code::kInvalid, "HS256 takes a secret, but this is a PEM text");
  }
  if (secret.size() < kSecretBytesMin) {
    return Fail(Code::kInvalid, "the HS256 secret has fewer than 32 bytes: use a longer one");
  }
  VerificationKey key(Algorithm::kHs256, std::move(kid));
  key.secret_ = std::move(secret);
  return key;
}

Result<VerificationKey> VerificationKey::FromPem(Algorithm algorithm, const std::string& pem,
                                                 std::string kid) {
  const Held<BIO> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  EVP_PKEY* read = bio ? PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr) : nullptr;
  ERR_clear_error();
  if (!read) {
    return Fail(Code::kInvalid, "no public key in PEM form (-----BEGIN PUBLIC KEY-----)");
  }
  VerificationKey key(algorithm, std::move(kid));
  key.public_ = Share(read);
  const Status fits = Fits(read, algorithm);
  if (!fits) return Fail(fits.error());
  return key;
}

Result<VerificationKey> VerificationKey::FromJwk(const Object& jwk) {
  const std::string_view type = Text(jwk, "kty");
  const std::string_view wanted = Text(jwk, "alg");
  std::string kid(Text(jwk, "kid"));
  if (type == "oct") {
    auto secret = Decoded(jwk, "k");
    if (wanted != "HS256" || !secret)
      return Fail(Code::kInvalid, "an oct key needs alg HS256 and k");
    return FromSecret(std::move(*secret), std::move(kid));
  }
  const bool rsa = type == "RSA";
  const bool curve = type == "EC";
  if (!rsa && !curve && type != "OKP")
    return Fail(Code::kInvalid, "kty is not RSA, EC, OKP or oct");
  const auto algorithm = rsa ? Algorithm::kRs256 : curve ? Algorithm::kEs256 : Algorithm::kEdDsa;
  if (!wanted.empty() && wanted != AlgorithmName(algorithm)) {
    return Fail(Code::kInvalid, "alg is not RS256, ES256, EdDSA or HS256");
  }
  VerificationKey key(algorithm, std::move(kid));
  key.public_ = rsa ? RsaKey(jwk) : curve ? P256Key(jwk) : Ed25519Key(jwk);
  if (!key.public_) return Fail(Code::kInvalid, "the key's numbers do not make a key");
  const Status fits = Fits(key.public_.get(), algorithm);
  if (!fits) return Fail(fits.error());
  return key;
}

bool VerificationKey::Verify(ByteView message, ByteView signature) const {
  if (algorithm_ == Algorithm::kHs256) {
    const Bytes expected = HmacSha256(secret_, message);
    return signature.size() == expected.size() &&
           CRYPTO_memcmp(signature.data(), expected.data(), expected.size()) == 0;
  }
  Bytes der;
  if (algorithm_ == Algorithm::kEs256) {
    auto converted = DerOfRaw(signature);
    if (!converted) return false;
    der = std::move(*converted);
    signature = der;
  }
  const Held<EVP_MD_CTX> context(EVP_MD_CTX_new());
  // Ed25519 hashes for itself.
  const EVP_MD* digest = algorithm_ == Algorithm::kEdDsa ? nullptr : EVP_sha256();
  const bool good =
      context &&
      EVP_DigestVerifyInit(context.get(), nullptr, digest, nullptr, public_.get()) == 1 &&
      EVP_DigestVerify(context.get(), Unsigned(signature), signature.size(), Unsigned(message),
                       message.size()) == 1;
  ERR_clear_error();
  return good;
}

Result<KeySet> ParseKeySet(std::string_view json) {
  const auto parsed = ParseJson(json);
  if (!parsed) return Fail(parsed.error());
  const Object* set = parsed->As<Object>();
  const Value* member = set ? set->Find("keys") : nullptr;
  const Array* list = member ? member->As<Array>() : nullptr;
  if (!list) return Fail(Code::kInvalid, "a key set is an object with an array \"keys\"");
  KeySet out;
  for (const Value& value : *list) {
    const Object* jwk = value.As<Object>();
    if (!jwk) return Fail(Code::kInvalid, "a member of \"keys\" is no object");
    auto key = Text(*jwk, "use") == "enc" ? Result<VerificationKey>(Fail(Code::kInvalid, ""))
                                          : VerificationKey::FromJwk(*jwk);
    if (!key) {
      ++out.passed_over;
      continue;
    }
    if (out.keys.size() == kKeysMax) return Fail(Code::kInvalid, "a key set has at most 64 keys");
    out.keys.push_back(std::move(*key));
  }
  return out;
}

}  // namespace syncline::relay
