#include "relay/deploy/admin_key.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <utility>

#include "relay/files.hpp"

namespace syncline::relay {
namespace {

constexpr std::size_t kFileBytesMax = 4096;
constexpr std::size_t kKeyCharactersMin = 32;
constexpr std::string_view kWhiteSpace = " \t\r\n";
constexpr std::string_view kScheme = "Bearer ";

std::string Digest(std::string_view text) {
  std::string digest(EVP_MAX_MD_SIZE, '\0');
  std::size_t size = 0;
  CHECK(EVP_Q_digest(nullptr, "SHA256", nullptr, text.data(), text.size(),
                     reinterpret_cast<unsigned char*>(digest.data()), &size));
  digest.resize(size);
  return digest;
}

}  // namespace

Result<AdminKey> AdminKey::Read(const std::string& path) {
  const auto text = ReadWholeFile(path, kFileBytesMax);
  if (!text) return Fail(text.error());
  const auto begin = text->find_first_not_of(kWhiteSpace);
  const auto last = text->find_last_not_of(kWhiteSpace);
  if (begin == std::string::npos || last - begin + 1 < kKeyCharactersMin) {
    return Fail(Code::kInvalid, path + ": an admin key has at least " +
                                    std::to_string(kKeyCharactersMin) +
                                    " characters; write a random one");
  }
  return AdminKey(Digest(std::string_view(*text).substr(begin, last - begin + 1)));
}

Result<AdminKey> AdminKey::ReadOrMake(const std::string& data_folder) {
  const std::string path = data_folder + "/admin.key";
  if (::access(path.c_str(), F_OK) != 0) {
    const Status made = WriteWholeFile(path, MakeSecretText() + "\n");
    if (!made) return Fail(made.error());
  }
  return Read(path);
}

bool AdminKey::Opens(std::string_view authorization) const {
  if (authorization.substr(0, kScheme.size()) != kScheme) return false;
  const std::string offered = Digest(authorization.substr(kScheme.size()));
  return CRYPTO_memcmp(offered.data(), digest_.data(), digest_.size()) == 0;
}

}  // namespace syncline::relay
