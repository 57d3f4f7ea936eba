// JSON from applications and people: values, and the declarations of an application. Any text is one
// or an error; a value's text is read as the same value.
#include "shared/value/json.hpp"

#include "shared/rules/rules.hpp"
#include "shared/schema/schema.hpp"
#include "shared/value/order.hpp"
#include "tests/fuzz/fuzz.hpp"

void syncline::Fuzz(ByteView input) {
  if (const auto value = ParseJson(input)) {
    const auto same = ParseJson(ToJson(*value));
    CHECK(same && Compare(*same, *value) == 0);
  }
  (void)ParseValidator(input);
  if (const auto schema = ParseSchema(input)) (void)Rules::Parse(input, *schema);
}
