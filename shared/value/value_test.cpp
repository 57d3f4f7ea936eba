// Unit tests of values and objects.
#include "shared/value/value.hpp"

#include <doctest/doctest.h>

#include "shared/value/order.hpp"

namespace syncline {
namespace {

TEST_CASE("an object keeps its members sorted by name, each once") {
  Object object;
  for (const char* name : {"b", "a", "c", "a", "B"}) object.Set(name, name);
  std::string names;
  for (const Member& member : object.members()) names += member.name;
  CHECK(names == "Babc");
  REQUIRE(object.Find("a"));
  CHECK(*object.Find("a") == Value("a"));
  CHECK(object.Find("d") == nullptr);
  CHECK(object.Find("") == nullptr);
}

TEST_CASE("setting undefined removes a member") {
  Object object;
  object.Set("a", 1.0);
  object.Set("b", 2.0);
  object.Set("a", Undefined{});
  object.Set("missing", Undefined{});
  CHECK(object.size() == 1);
  object.Remove("missing");
  object.Remove("b");
  CHECK(object.empty());
}

TEST_CASE("a dotted path leads through objects only") {
  Object inner;
  inner.Set("city", "Oslo");
  Object object;
  object.Set("address", inner);
  object.Set("name", "Ida");
  REQUIRE(FindPath(object, "address.city"));
  CHECK(*FindPath(object, "address.city") == Value("Oslo"));
  CHECK(*FindPath(object, "name") == Value("Ida"));
  for (const char* path :
       {"address.street", "name.city", "city", "address.city.x", "", ".", "address."}) {
    CHECK_MESSAGE(FindPath(object, path) == nullptr, std::string(path));
  }
}

TEST_CASE("every type has its name") {
  CHECK(std::string(TypeName(Undefined{})) == "undefined");
  CHECK(std::string(TypeName(std::int64_t{1})) == "int64");
  CHECK(std::string(TypeName(1.0)) == "float64");
  CHECK(std::string(TypeName(BytesValue{})) == "bytes");
  CHECK(std::string(TypeName(Object())) == "object");
}

}  // namespace
}  // namespace syncline
