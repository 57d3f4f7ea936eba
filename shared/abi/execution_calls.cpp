#include "shared/abi/execution_calls.hpp"

#include "shared/abi/syncline.h"

namespace syncline::abi {
namespace {

Bytes UseJson(const char* name, std::size_t used, std::size_t max) {
  return std::string("\"") + name + "\":{\"used\":" + std::to_string(used) +
         ",\"remaining\":" + std::to_string(used < max ? max - used : 0) + "}";
}

// A number, or none where it is null or missing.
Result<std::optional<std::size_t>> MaybeNumber(const Input& input, const char* name) {
  const Value* value = input.Find(name);
  if (!value || value->Is<Null>()) return std::optional<std::size_t>();
  const Result<std::uint64_t> number = input.NeedNumber(name);
  if (!number) return Fail(number.error());
  return std::optional<std::size_t>(
      static_cast<std::size_t>(std::min<std::uint64_t>(*number, SIZE_MAX)));
}

const char* StatusJson(QueryPage::Status status) {
  switch (status) {
    case QueryPage::Status::kFits: return "null";
    case QueryPage::Status::kSplitRecommended: return "\"SplitRecommended\"";
    case QueryPage::Status::kSplitRequired: return "\"SplitRequired\"";
  }
  return "null";
}

}  // namespace

Result<Bytes> DoPart(Replica& replica, std::uint32_t operation, Input& input) {
  const Result<ExecutionId> execution = input.NeedExecution();
  if (!execution) return Fail(execution.error());
  const Status done = operation == SYNCLINE_SUB_BEGIN
                          ? replica.BeginPart(*execution)
                          : replica.EndPart(*execution, operation == SYNCLINE_SUB_ROLLBACK);
  if (!done) return Fail(done.error());
  return Bytes("{}");
}

Result<Bytes> DoMetrics(Replica& replica, Input& input) {
  const Result<ExecutionId> execution = input.NeedExecution();
  if (!execution) return Fail(execution.error());
  const Result<Replica::Use> use = replica.UseOf(*execution);
  if (!use) return Fail(use.error());
  return "{" + UseJson("bytesRead", use->read.bytes, kBytesReadMax) + "," +
         UseJson("bytesWritten", use->bytes_written, kBytesWrittenMax) + "," +
         UseJson("databaseQueries", use->read.ranges, kIndexRangesReadMax) + "," +
         UseJson("documentsRead", use->read.documents, kDocumentsReadMax) + "," +
         UseJson("documentsWritten", use->documents_written, kDocumentsWrittenMax) + "}";
}

Result<Bytes> DoPage(Replica& replica, Input& input) {
  const Result<ExecutionId> execution = input.NeedExecution();
  const Result<std::optional<std::size_t>> size = MaybeNumber(input, "pageSize");
  const Result<std::optional<std::size_t>> rows = MaybeNumber(input, "maximumRowsRead");
  const Result<std::optional<std::size_t>> bytes = MaybeNumber(input, "maximumBytesRead");
  const Value* query = input.Find("query");
  if (!execution) return Fail(execution.error());
  if (!size || !*size) return Missing("pageSize", "a whole number");
  if (!rows) return Fail(rows.error());
  if (!bytes) return Fail(bytes.error());
  if (!query) return Missing("query", "an object");
  const PageRequest request{input.Text("cursor"), input.Text("endCursor"), **size, *rows, *bytes};
  const Result<QueryPage> page = replica.ReadPage(*execution, *query, request);
  if (!page) return Fail(page.error());
  Bytes out = "{";
  AppendList(out, "page", page->documents,
             [&](const Object& document) { AppendJson(out, document); });
  out += page->done ? ",\"isDone\":true," : ",\"isDone\":false,";
  AppendText(out, "continueCursor", page->continue_cursor);
  out += ",\"splitCursor\":";
  if (page->split_cursor) {
    AppendJsonString(out, *page->split_cursor);
  } else {
    out += "null";
  }
  return out + ",\"pageStatus\":" + StatusJson(page->status) + "}";
}

Result<Bytes> DoSystemWrite(Replica& replica, Input& input) {
  const Result<ExecutionId> execution = input.NeedExecution();
  const Result<std::string> table = input.NeedText("table");
  if (!execution || !table) return Fail(execution ? table.error() : execution.error());
  std::optional<Object> document;
  if (const Value* value = input.Find("value"); value && !value->Is<Null>()) {
    Result<Object> object = input.NeedObject("value");
    if (!object) return Fail(object.error());
    if (Status fits = CheckValueLimits(*object); !fits) return Fail(fits.error());
    document = std::move(*object);
  }
  const Result<std::string> id =
      replica.SystemWrite(*execution, *table, input.Text("id"), std::move(document));
  if (!id) return Fail(id.error());
  Bytes out = "{";
  AppendText(out, "_id", *id);
  return out + "}";
}

Result<Bytes> DoImport(Replica& replica, Input& input) {
  const Result<ExecutionId> execution = input.NeedExecution();
  const Result<std::string> table = input.NeedText("table");
  if (!execution || !table) return Fail(execution ? table.error() : execution.error());
  const Value* value = input.Find("documents");
  const Array* list = value ? value->As<Array>() : nullptr;
  if (!list) return Missing("documents", "an array");
  std::vector<Object> documents;
  for (const Value& one : *list) {
    const Object* document = one.As<Object>();
    if (!document) return Missing("documents", "an array of objects");
    if (Status fits = CheckValueLimits(*document); !fits) return Fail(fits.error());
    documents.push_back(*document);
  }
  if (Status done = replica.Import(*execution, *table, std::move(documents)); !done) {
    return Fail(done.error());
  }
  return Bytes("{}");
}

Result<Bytes> DoFilePut(Replica& replica, Input& input) {
  const Result<ExecutionId> execution = input.NeedExecution();
  const Result<std::string> id = input.NeedText("id");
  if (!execution || !id) return Fail(execution ? id.error() : execution.error());
  const Value* value = input.Find("bytes");
  const BytesValue* bytes = value ? value->As<BytesValue>() : nullptr;
  if (!bytes && !(value && value->Is<Null>())) return Missing("bytes", "bytes or null");
  if (Status done = replica.PutFile(*execution, *id, bytes ? &bytes->bytes : nullptr); !done) {
    return Fail(done.error());
  }
  return Bytes("{}");
}

Result<Bytes> DoFileGet(Replica& replica, Input& input) {
  const Result<std::string> id = input.NeedText("id");
  if (!id) return Fail(id.error());
  return replica.GetFile(*id);
}

}  // namespace syncline::abi
