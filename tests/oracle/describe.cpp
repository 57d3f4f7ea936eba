// Steps and schemas as text.
#include "tests/oracle/program.hpp"

namespace syncline::oracle {
namespace {

std::string Row(const Step& step) {
  return ToJson(step.id) + (step.table ? " of table " + *step.table : "");
}

std::string Cursor(int page) {
  if (page == 0) return "none";
  return page == kGarbage ? "garbage" : "the end of page " + std::to_string(page);
}

std::string What(const Step& step) {
  using Do = Step::Do;
  const std::string name = std::to_string(step.name);
  switch (step.what) {
    case Do::kBeginQuery: return "begin a query at " + std::to_string(step.now_ms);
    case Do::kBeginMutation: return "begin a mutation at " + std::to_string(step.now_ms);
    case Do::kCommit: return "commit";
    case Do::kAbort: return "abort";
    case Do::kKeep: return "keep as a live query";
    case Do::kSubBegin: return "begin a sub-transaction";
    case Do::kSubCommit: return "commit the sub-transaction";
    case Do::kSubRollback: return "roll the sub-transaction back";
    case Do::kInsert:
      return "insert row " + name + " into " + *step.table + " " + ToJson(step.value);
    case Do::kPatch: return "patch " + Row(step) + " " + ToJson(step.value);
    case Do::kReplace: return "replace " + Row(step) + " " + ToJson(step.value);
    case Do::kDelete: return "delete " + Row(step);
    case Do::kGet: return "get " + Row(step);
    case Do::kNormalize: return "normalize " + Row(step);
    case Do::kOpen: return "open stream " + name + " " + ToJson(ToJsonValue(step.query));
    case Do::kNext:
      return "next " + std::to_string(step.count) + " of stream " + name + ", consumed " +
             std::to_string(step.consumed) + (step.block ? ", as a block" : "");
    case Do::kClose: return "close stream " + name + ", consumed " + std::to_string(step.consumed);
    case Do::kPage:
      return "page " + name + " of " + std::to_string(step.count) + " from " + Cursor(step.from) +
             " to " + Cursor(step.to) +
             (step.rows_max ? ", at most " + std::to_string(*step.rows_max) + " rows" : "") + " " +
             ToJson(ToJsonValue(step.query));
  }
  return "";
}

}  // namespace

std::string Describe(const Step& step) {
  return "[" + std::to_string(step.slot) + "] " + What(step);
}

std::string Describe(const Schema& schema) {
  std::string text;
  for (const Table& table : schema.tables) {
    text += "table " + table.name + " " + ToJson(ToJsonValue(table.document)) + "\n";
    for (const Index& index : table.indexes) {
      text += "  index " + index.name + " [";
      for (std::size_t i = 0; i < index.fields.size(); ++i) {
        text += (i > 0 ? ", " : "") + index.fields[i];
      }
      text += "]\n";
    }
  }
  if (schema.synced) text += "rows belong to tenants\n";
  return text + (schema.validates ? "" : "documents are not validated\n");
}

}  // namespace syncline::oracle
