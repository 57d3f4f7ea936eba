// Key pairs made by OpenSSL while a test runs, and tokens signed with them. For tests only.
#pragma once
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <memory>
#include <string>

#include "relay/auth/base64url.hpp"

namespace syncline::relay::testing {

using KeyPair = std::shared_ptr<EVP_PKEY>;

inline KeyPair MakeRsa(std::size_t bits = 2048) {
  return {EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", bits), EVP_PKEY_free};
}
inline KeyPair MakeEc(const char* curve = "P-256") {
  return {EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", curve), EVP_PKEY_free};
}
inline KeyPair MakeEd25519() {
  return {EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"), EVP_PKEY_free};
}

inline std::string PublicPem(const KeyPair& key) {
  const std::unique_ptr<BIO, int (*)(BIO*)> bio(BIO_new(BIO_s_mem()), BIO_free);
  PEM_write_bio_PUBKEY(bio.get(), key.get());
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

// RS256 and EdDSA as OpenSSL gives them; `hashed` is false for Ed25519.
inline std::string Sign(const KeyPair& key, const std::string& message, bool hashed = true) {
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(),
                                                                   EVP_MD_CTX_free);
  const auto* bytes = reinterpret_cast<const unsigned char*>(message.data());
  std::size_t size = 0;
  EVP_DigestSignInit(context.get(), nullptr, hashed ? EVP_sha256() : nullptr, nullptr, key.get());
  EVP_DigestSign(context.get(), nullptr, &size, bytes, message.size());
  std::string out(size, '\0');
  EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size, bytes,
                 message.size());
  out.resize(size);
  return out;
}

// ES256: r and s, 32 bytes each.
inline std::string SignRaw(const KeyPair& key, const std::string& message) {
  const std::string der = Sign(key, message);
  const auto* in = reinterpret_cast<const unsigned char*>(der.data());
  const std::unique_ptr<ECDSA_SIG, void (*)(ECDSA_SIG*)> signature(
      d2i_ECDSA_SIG(nullptr, &in, static_cast<long>(der.size())), ECDSA_SIG_free);
  std::string out(64, '\0');
  auto* bytes = reinterpret_cast<unsigned char*>(out.data());
  BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), bytes, 32);
  BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), bytes + 32, 32);
  return out;
}

// header.claims, to be signed.
inline std::string Unsigned(const std::string& header, const std::string& claims) {
  return EncodeBase64Url(header) + "." + EncodeBase64Url(claims);
}
inline std::string WithSignature(const std::string& unsigned_part, const std::string& signature) {
  return unsigned_part + "." + EncodeBase64Url(signature);
}

}  // namespace syncline::relay::testing
