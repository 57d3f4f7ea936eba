#include "shared/sync/may_read.hpp"

namespace syncline {
namespace {

bool MayReadEntry(const Rules& rules, const Actor& actor, const Object& entry) {
  // Of an entry as it was, the log keeps as much of the document as the rule asks for.
  const Value* shown = entry.Find("document");
  const Object* document = shown ? shown->As<Object>() : nullptr;
  return document && rules.MayRead(TableOfEntry(entry), actor, *document);
}

}  // namespace

std::string_view TableOfEntry(const Object& entry) {
  const Value* table = entry.Find("table");
  const std::string* name = table ? table->As<std::string>() : nullptr;
  return name ? std::string_view(*name) : std::string_view();
}

bool MayRead(const Rules& rules, const TableSchema& table, const Actor& actor, const Row& row) {
  if (table.name == kHistoryTable) return MayReadEntry(rules, actor, row.document);
  // Building the document with its system fields is the dear part; most rules only ask for the role.
  if (!rules.ReadDependsOnRow(table.name)) return rules.MayRead(table.name, actor, {});
  return rules.MayRead(table.name, actor, WithSystemFields(table, row));
}

}  // namespace syncline
