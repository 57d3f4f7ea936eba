// RowBlock: rows of a table as the documents of a block, straight from SQLite's columns: what functions are
// given of most queries, without a Value for each field.
#pragma once
#include <cstddef>
#include <vector>

#include "shared/base/result.hpp"
#include "shared/store/table_store.hpp"
#include "shared/value/block.hpp"

namespace syncline {

class RowBlock {
 public:
  // Both must outlive it. REQUIRES: the block is empty.
  RowBlock(const TableLayout& table, BlockWriter& block);

  // Adds the document that ForFunctions would make of the row; how large it is, as SizeOf counts.
  Result<std::size_t> Add(const StoredRow& row);

 private:
  struct Field {
    std::size_t column;  // in the block
    int offset;          // in the row's columns
    std::size_t name_bytes;
  };
  Result<std::size_t> AddField(const Field& field, const StoredRow& row);
  Result<std::size_t> AddWhole(const StoredRow& row);

  const TableLayout& table_;
  BlockWriter& block_;
  std::size_t id_column_ = 0, creation_time_column_ = 0;
  std::vector<Field> fields_;
  std::size_t planned_ = 0;  // columns; others have come if the block has more
};

}  // namespace syncline
