#include "shared/value/size.hpp"

namespace syncline {
namespace {

// A type's tag, and the end of what has no fixed length.
constexpr std::size_t kTag = 1;
constexpr std::size_t kEnd = 1;

}  // namespace

std::size_t SizeOf(const Object& object) {
  std::size_t size = kTag + kEnd;
  for (const Member& member : object.members()) {
    if (!member.value.is_undefined()) size += member.name.size() + kEnd + SizeOf(member.value);
  }
  return size;
}

std::size_t SizeOf(const Value& value) {
  if (value.is_undefined()) return 0;
  if (value.Is<std::int64_t>() || value.Is<double>()) return kTag + 8;
  if (const auto* text = value.As<std::string>()) return kTag + text->size() + kEnd;
  if (const auto* bytes = value.As<BytesValue>()) return kTag + bytes->bytes.size() + kEnd;
  if (const auto* object = value.As<Object>()) return SizeOf(*object);
  if (const auto* array = value.As<Array>()) {
    std::size_t size = kTag + kEnd;
    for (const Value& element : *array) size += SizeOf(element);
    return size;
  }
  return kTag;  // null, true, false
}

}  // namespace syncline
