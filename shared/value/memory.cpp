#include "shared/value/memory.hpp"

namespace syncline {

std::size_t HeapBytes(const Value& value) {
  if (const std::string* text = value.As<std::string>()) return text->size();
  if (const BytesValue* bytes = value.As<BytesValue>()) return bytes->bytes.size();
  std::size_t size = 0;
  if (const Array* array = value.As<Array>()) {
    for (const Value& element : *array) size += sizeof(Value) + HeapBytes(element);
  } else if (const Object* object = value.As<Object>()) {
    for (const Member& member : object->members()) {
      size += sizeof(Member) + member.name.size() + HeapBytes(member.value);
    }
  }
  return size;
}

}  // namespace syncline
