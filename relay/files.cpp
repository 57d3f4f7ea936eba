#include "relay/files.hpp"

#include <fcntl.h>
#include <openssl/rand.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "relay/auth/base64url.hpp"
#include "shared/base/check.hpp"

namespace syncline::relay {
namespace {

Failure AtPath(const std::string& path) {
  return Fail(Code::kUnavailable, path + ": " + std::strerror(errno));
}

bool WriteAll(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

// The renaming is on the disk once the folder is.
bool SyncFolderOf(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  const int file = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  const bool synced = ::fsync(file) == 0;
  ::close(file);
  return synced;
}

}  // namespace

Result<std::string> ReadWholeFile(const std::string& path, std::size_t bytes_max) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) {
    return Fail(Code::kNotFound, path + " is no file that can be read");
  }
  const auto size = std::filesystem::file_size(path, error);
  if (error || size > bytes_max) {
    return Fail(Code::kInvalid, path + " is larger than " + std::to_string(bytes_max) + " bytes");
  }
  std::ifstream in(path, std::ios::binary);
  std::string text(static_cast<std::size_t>(size), '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!in) return Fail(Code::kNotFound, path + " cannot be read");
  return text;
}

Status WriteWholeFile(const std::string& path, std::string_view text) {
  const std::string aside = path + ".new";
  const int file = ::open(aside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return AtPath(aside);
  const bool written = WriteAll(file, text) && ::fsync(file) == 0;
  ::close(file);
  if (!written || ::rename(aside.c_str(), path.c_str()) != 0) return AtPath(aside);
  if (!SyncFolderOf(path)) return AtPath(path);
  return Done{};
}

std::string MakeSecretText() {
  std::array<unsigned char, 32> random{};
  CHECK(RAND_bytes(random.data(), static_cast<int>(random.size())) == 1);
  return EncodeBase64Url({reinterpret_cast<const char*>(random.data()), random.size()});
}

}  // namespace syncline::relay
