// AdminKey: the secret of who may deploy. Whoever holds it can take everybody's rows by other rules.
#pragma once
#include <string>
#include <string_view>

#include "shared/base/result.hpp"

namespace syncline::relay {

class AdminKey {
 public:
  // Reads the file, which must have at least 32 characters (white space around them is not part).
  static Result<AdminKey> Read(const std::string& path);
  // The same from DATA/admin.key; made with 256 random bits, for its owner only, if missing.
  static Result<AdminKey> ReadOrMake(const std::string& data_folder);

  // Whether the value of an Authorization header is "Bearer <key>". How long it takes tells nothing.
  bool Opens(std::string_view authorization) const;

 private:
  explicit AdminKey(std::string digest) : digest_(std::move(digest)) {}
  std::string digest_;  // only this is kept in memory
};

}  // namespace syncline::relay
