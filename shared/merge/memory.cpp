#include "shared/merge/memory.hpp"

namespace syncline {
namespace {

std::size_t BytesOf(const CounterEdit&) { return 0; }

std::size_t BytesOf(const SetEdit& edit) {
  std::size_t bytes = 0;
  for (const Value& value : edit.added) bytes += sizeof(Value) + HeapBytes(value);
  for (const SetEdit::Removal& removal : edit.removed) {
    bytes += sizeof(removal) + HeapBytes(removal.element) + removal.seen.size() * sizeof(ElementId);
  }
  return bytes;
}

std::size_t BytesOf(const ListEdit& edit) {
  std::size_t bytes =
      edit.moved.size() * sizeof(ListEdit::Move) + edit.removed.size() * sizeof(ElementId);
  for (const ListEdit::Insertion& insertion : edit.inserted) {
    bytes += sizeof(insertion);
    for (const Value& value : insertion.elements) bytes += sizeof(Value) + HeapBytes(value);
  }
  for (const ListEdit::Write& write : edit.written) {
    bytes += sizeof(write) + write.path.size() + HeapBytes(write.value);
  }
  return bytes;
}

std::size_t BytesOf(const TextEdit& edit) {
  std::size_t bytes = edit.deleted.size() * sizeof(TextEdit::Deletion);
  for (const TextEdit::Insertion& insertion : edit.inserted) {
    bytes += sizeof(insertion) + insertion.text.size();
  }
  return bytes;
}

}  // namespace

std::size_t HeapBytes(const RowChange& change) {
  std::size_t bytes = 0;
  for (const FieldWrite& write : change.writes) {
    bytes += sizeof(write) + write.path.size() + HeapBytes(write.value);
  }
  for (const FieldEdit& field : change.edits) {
    bytes += sizeof(field) + field.path.size();
    bytes += std::visit([](const auto& edit) { return BytesOf(edit); }, field.edit);
  }
  return bytes;
}

}  // namespace syncline
