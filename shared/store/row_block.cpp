#include "shared/store/row_block.hpp"

#include "shared/value/id.hpp"
#include "shared/value/key.hpp"
#include "shared/value/size.hpp"

namespace syncline {
namespace {

constexpr char kCreationTime[] = "_creationTime";
constexpr char kId[] = "_id";

// As SizeOf has it: an object, a field's name, a value of fixed length, a string.
constexpr std::size_t kObjectBytes = 2;
std::size_t NameBytes(std::string_view name) { return name.size() + 1; }
constexpr std::size_t kNumberBytes = 9;
constexpr std::size_t kTruthBytes = 1;
std::size_t TextBytes(std::string_view text) { return text.size() + 2; }

// Where the columns of a row are, from its first on.
constexpr int kIdOffset = 1;
constexpr int kExtraOffset = 3;
constexpr int kFieldsOffset = 4;

}  // namespace

RowBlock::RowBlock(const TableLayout& table, BlockWriter& block) : table_(table), block_(block) {
  const auto add = [&](std::string_view name) {
    block_.AddColumn(name);
    return block_.column_count() - 1;
  };
  bool has_system = false;
  const auto add_system = [&] {
    creation_time_column_ = add(kCreationTime);
    id_column_ = add(kId);
    has_system = true;
  };
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const std::string& name = table.columns[i];
    if (!has_system && name > kCreationTime) add_system();
    if (!Knows(*table.schema, name)) continue;
    fields_.push_back({add(name), kFieldsOffset + static_cast<int>(i), NameBytes(name)});
  }
  if (!has_system) add_system();
  planned_ = block_.column_count();
}

Result<std::size_t> RowBlock::AddField(const Field& field, const StoredRow& row) {
  const Cell cell = row.columns.cell(row.first + field.offset);
  switch (cell.type()) {
    case ColumnType::kNull: return std::size_t{0};
    case ColumnType::kInteger:
      block_.PutBool(field.column, cell.integer() != 0);
      return field.name_bytes + kTruthBytes;
    case ColumnType::kReal:
      block_.PutFloat(field.column, cell.real());
      return field.name_bytes + kNumberBytes;
    case ColumnType::kText: {
      const ByteView text = cell.bytes();
      block_.PutText(field.column, text);
      return field.name_bytes + TextBytes(text);
    }
    case ColumnType::kBlob: break;
  }
  Result<Value> value = DecodeKey(cell.bytes());
  if (!value) return Fail(value.error());
  if (value->is_undefined()) return std::size_t{0};
  block_.Put(field.column, *value);
  return field.name_bytes + SizeOf(*value);
}

// Fields without a column of their own may need a new one in the block.
Result<std::size_t> RowBlock::AddWhole(const StoredRow& stored) {
  const Result<Row> row = ReadRow(table_, stored.columns, stored.first, ReadClock::kNo);
  if (!row) return Fail(row.error());
  const Object document = ForFunctions(*table_.schema, *row);
  block_.Add(document);
  return SizeOf(document);
}

Result<std::size_t> RowBlock::Add(const StoredRow& row) {
  const bool has_extra = row.columns.type(row.first + kExtraOffset) == ColumnType::kBlob;
  if (has_extra || block_.column_count() != planned_) return AddWhole(row);
  const ByteView id = row.columns.bytes(row.first + kIdOffset);
  if (id.size() != 16) {
    return Fail(Code::kCorrupt, "Table " + table_.schema->name + " has a broken _id");
  }
  block_.BeginRow();
  block_.PutFloat(creation_time_column_, row.columns.real(row.first));
  const std::string id_text = IdToText({table_.schema->number, RowId::From(id)});
  block_.PutText(id_column_, id_text);
  std::size_t size =
      kObjectBytes + NameBytes(kCreationTime) + kNumberBytes + NameBytes(kId) + TextBytes(id_text);
  for (const Field& field : fields_) {
    const Result<std::size_t> added = AddField(field, row);
    if (!added) return added;
    size += *added;
  }
  return size;
}

}  // namespace syncline
