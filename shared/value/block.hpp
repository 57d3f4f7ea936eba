// Block: many documents as one run of bytes, column by column, with all their text in one piece: the
// cheapest form for JavaScript to make objects of (js/syncline/src/engine/block.ts reads it).
//
// It goes from the core to its host in one process and is never stored. Documents may have different
// fields, and a field different types from one document to the next.
//
//   block   = version:1  done:1  0:2  rows:4  columns:4  names:4  text_at:4  lengths  column*  text
//   lengths = varint*             UTF-16 units of each column's name, then of each other name
//   column  = kind:1  payload*    all its cells are of this kind
//           | FF  kind:1*rows  payload*
//   payload = absent, null, false, true, repeated: nothing
//           | float64: 8 bytes | int64: 8 bytes | string: varint of UTF-16 units
//           | bytes: varint, then as many | array: varint, then (kind:1 payload) each
//           | object: varint, then (varint of the name among the other names, kind:1 payload) each
//   text    = UTF-8: the names, then the strings in the order of their payloads
//
// Numbers are little-endian, varints LEB128. Columns and members ascend by name. Repeated: the last
// string above in the column. Example, {a: 1} alone and done: 01 01 0000 01000000 01000000 00000000 1E000000
// 01 04 000000000000F03F 61.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "shared/base/bytes.hpp"
#include "shared/value/value.hpp"

namespace syncline {

// Gathers documents and writes them as one block. A document is added whole, or begun and its fields put
// into columns by their position.
class BlockWriter {
 public:
  void Add(const Object& document);

  // A column for BeginRow's fields. REQUIRES: names ascend, and no row has been begun.
  void AddColumn(std::string_view name);
  std::size_t column_count() const { return columns_.size(); }
  void BeginRow() { ++rows_; }
  // Into the row last begun, each column once at most; a column that is left out is an absent field.
  // REQUIRES: UTF-8.
  void PutText(std::size_t column, std::string_view text);
  void PutFloat(std::size_t column, double value);
  void PutBool(std::size_t column, bool value);
  void Put(std::size_t column, const Value& value);

  std::size_t rows() const { return rows_; }
  // Bytes that the rows take, about.
  std::size_t bytes() const;
  // `done`: no documents follow this page's.
  Bytes Finish(bool done);

 private:
  struct Column {
    std::string name;
    Bytes kinds;  // one a row, up to the row where it was last put
    Bytes payloads;
    Bytes text;
    // The last string, which may repeat, and where its text is.
    bool has_text = false;
    std::size_t text_at = 0, text_size = 0;
  };
  Column& Begin(std::size_t column);
  void AppendPayload(Column& column, const Value& value);
  std::size_t PositionOf(const std::string& name);

  std::vector<Column> columns_;
  std::map<std::string, std::size_t, std::less<>> name_positions_;
  std::vector<const std::string*> names_;  // of members of objects within the fields
  std::size_t rows_ = 0;
};

}  // namespace syncline
