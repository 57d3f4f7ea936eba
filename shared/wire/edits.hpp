// Edits on the wire: cereal's serialize() of shared/merge/edit.hpp.
//
// An edit is its MergeKind (1 byte) and its struct's members in their order. An ElementId is its counter
// plus one and its replica; 0 alone is kNoElement.
#pragma once
#include "shared/merge/merge.hpp"
#include "shared/wire/archive.hpp"

namespace syncline {

inline void CEREAL_LOAD_FUNCTION_NAME(wire::Reader& reader, ElementId& id) {
  const std::uint64_t next = reader.Integer();
  id = kNoElement;
  if (next == 0) return;
  id.counter = next - 1;
  reader.ReadReplica(id.replica);
}
inline void CEREAL_SAVE_FUNCTION_NAME(wire::Writer& writer, const ElementId& id) {
  writer.Integer(id == kNoElement ? 0 : id.counter + 1);
  if (id != kNoElement) writer.WriteReplica(id.replica);
}

template <class Archive>
void serialize(Archive& archive, CounterEdit& edit) {
  archive(edit.by);
}
template <class Archive>
void serialize(Archive& archive, SetEdit::Removal& removal) {
  archive(removal.element, removal.seen);
}
template <class Archive>
void serialize(Archive& archive, SetEdit& edit) {
  archive(edit.counter, edit.added, edit.removed);
}
template <class Archive>
void serialize(Archive& archive, ListEdit::Insertion& insertion) {
  archive(insertion.left, insertion.right, insertion.counter, insertion.elements);
}
template <class Archive>
void serialize(Archive& archive, ListEdit::Move& move) {
  archive(move.element, move.left, move.right, move.counter);
}
template <class Archive>
void serialize(Archive& archive, ListEdit::Write& write) {
  archive(write.element, wire::Name{write.path}, write.value);
}
template <class Archive>
void serialize(Archive& archive, ListEdit& edit) {
  archive(edit.inserted, edit.moved, edit.written, edit.removed);
}
template <class Archive>
void serialize(Archive& archive, TextEdit::Insertion& insertion) {
  archive(insertion.left, insertion.right, insertion.counter, insertion.text);
}
template <class Archive>
void serialize(Archive& archive, TextEdit::Deletion& deletion) {
  archive(deletion.first, deletion.count);
}
template <class Archive>
void serialize(Archive& archive, TextEdit& edit) {
  archive(edit.inserted, edit.deleted);
}

inline void CEREAL_LOAD_FUNCTION_NAME(wire::Reader& reader, FieldEdit& field) {
  MergeKind kind = MergeKind::kRegister;
  reader(wire::Name{field.path}, wire::Byte{kind});
  switch (kind) {
    case MergeKind::kCounter: reader(field.edit.emplace<CounterEdit>()); return;
    case MergeKind::kSet: reader(field.edit.emplace<SetEdit>()); return;
    case MergeKind::kList: reader(field.edit.emplace<ListEdit>()); return;
    case MergeKind::kText: reader(field.edit.emplace<TextEdit>()); return;
    case MergeKind::kRegister: break;
  }
  reader.Refuse();
}
inline void CEREAL_SAVE_FUNCTION_NAME(wire::Writer& writer, const FieldEdit& field) {
  const MergeKind kind = KindOf(field.edit);
  writer(wire::Name{field.path}, wire::Byte{kind});
  std::visit([&](const auto& edit) { writer(edit); }, field.edit);
}

}  // namespace syncline
