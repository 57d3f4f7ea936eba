// Element: what stands in a list. An element that is an object merges inside: one last-writer-wins
// register a path, as a row has (merge.hpp). An empty path is the element itself.
//
// A write covers the paths beneath it. It holds against what was written there earlier; what was written
// there later stays on top of it. A write beneath what is no object (any more) is kept, but shows only once
// its place is an object. So the writes of an element give the same in whatever order they come.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "shared/clock/clock.hpp"
#include "shared/merge/edit.hpp"

namespace syncline {

// Of one element: more than an object can have.
inline constexpr std::size_t kElementWritesMax = 1024;
inline constexpr std::size_t kElementStepsMax = 16;
inline constexpr std::size_t kElementPathBytesMax = 4096;

struct ElementWrite {
  std::string path;
  Stamp stamp;
  Value value;  // with what was written beneath it since
};

struct ListElement {
  ElementId id;
  std::uint32_t position = 0;  // the slot where it stands, or stood last
  bool removed = false;
  std::uint64_t removed_minute = 0;  // Unix minutes; the last removal's
  Value value;                       // undefined once removed
  std::vector<ElementWrite> writes;  // later than the element itself; ascending by path
};

// `path` is `outer` or lies beneath it.
bool Covers(std::string_view outer, std::string_view path);
// No empty names, within the bounds. The empty path is one.
bool IsElementPath(std::string_view path);

// Null if a step is missing.
const Value* FindAt(const Value& root, std::string_view path);
// Whether what holds the path's last name is an object.
bool HasPlace(const Value& root, std::string_view path);

void ApplyWrite(ListElement& element, const std::string& path, const Value& value,
                const Stamp& stamp);

// The writes that turn `before` into `after`: leaf by leaf, as long as both are objects and `after` does
// not both lose and gain names (that is another kind of object, and is written whole).
void DiffElement(const ElementId& id, const Value& before, const Value& after,
                 std::vector<ListEdit::Write>& out);

}  // namespace syncline
