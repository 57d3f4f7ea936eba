#include "relay/deploy/admin_key.hpp"

#include <sys/stat.h>

#include <fstream>

#include "relay/testing/temporary_folder.hpp"

#include <doctest/doctest.h>

namespace syncline::relay {

using testing::TemporaryFolder;

TEST_CASE("admin key: made once, for its owner only, and opened by nothing else") {
  const TemporaryFolder folder;
  const auto made = AdminKey::ReadOrMake(folder.path());
  REQUIRE(made.has_value());
  struct stat file {};
  REQUIRE_EQ(::stat((folder.path() + "/admin.key").c_str(), &file), 0);
  CHECK_EQ(file.st_mode & 0777, 0600);
  std::string text;
  std::ifstream(folder.path() + "/admin.key") >> text;
  CHECK_EQ(text.size(), 43);  // 256 bits
  CHECK(made->Opens("Bearer " + text));
  CHECK(AdminKey::ReadOrMake(folder.path())->Opens("Bearer " + text));
  const std::string changed = (text[0] == 'a' ? "b" : "a") + text.substr(1);
  for (const std::string& other :
       {std::string(), text, "bearer" + text, "Bearer " + changed, "Bearer " + text + "x",
        "Bearer " + text.substr(1), std::string("Bearer ")}) {
    CHECK_FALSE(made->Opens(other));
  }
}

TEST_CASE("admin key: a file with a short one or without one is refused") {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/key";
  CHECK_EQ(AdminKey::Read(path).error().code, Code::kNotFound);
  for (const char* text : {"", " \n", "secret"}) {
    std::ofstream(path) << text;
    CHECK_EQ(AdminKey::Read(path).error().code, Code::kInvalid);
  }
  std::ofstream(path) << "  " << std::string(32, 'k') << "\r\n";
  CHECK(AdminKey::Read(path)->Opens("Bearer " + std::string(32, 'k')));
}

}  // namespace syncline::relay
