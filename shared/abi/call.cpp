#include "shared/abi/call.hpp"

#include "shared/abi/execution_calls.hpp"
#include "shared/abi/json_call.hpp"
#include "shared/abi/search_calls.hpp"
#include "shared/abi/syncline.h"
#include "shared/abi/undo_calls.hpp"
#include "shared/base/varint.hpp"
#include "shared/value/block.hpp"
#include "shared/value/id.hpp"
#include "shared/value/json.hpp"

namespace syncline::abi {
namespace {

constexpr std::size_t kPageMax = 4096;
constexpr std::size_t kPendingListedMax = 1000;
// A file in base64, and what stands around it.
constexpr std::size_t kFileJsonBytesMax = kFileBytesMax / 3 * 4 + 4096;

void AppendRefused(Bytes& out, const RefusedEntry& entry) {
  out += '{';
  AppendText(out, "tenant", entry.tenant.text);
  out += ",\"number\":" + std::to_string(entry.refusal.number) + ",";
  AppendText(out, "code", CodeName(entry.refusal.code));
  for (const auto& [name, text] :
       {std::pair<const char*, const std::string&>{"message", entry.refusal.message},
        {"table", entry.refusal.table},
        {"row", entry.refusal.row},
        {"rule", entry.refusal.rule},
        {"path", entry.origin.path}}) {
    out += ',';
    AppendText(out, name, text);
  }
  out += ",\"args\":" + (entry.origin.args.empty() ? "{}" : entry.origin.args);
  out += ",\"at\":" + std::to_string(entry.origin.at_ms);
  out += entry.strict ? ",\"strict\":true}" : ",\"strict\":false}";
}

Result<Bytes> DoBegin(Replica& replica, Input& input) {
  Replica::Begin begin;
  const Result<std::string> kind = input.NeedText("kind");
  if (!kind) return Fail(kind.error());
  if (*kind != "query" && *kind != "mutation") {
    return Fail(Code::kInvalid, "\"kind\" must be \"query\" or \"mutation\"");
  }
  begin.mutation = *kind == "mutation";
  const Result<std::uint64_t> now = input.NeedNumber("now");
  if (!now) return Fail(now.error());
  begin.now_ms = *now;
  if (const Value* identity = input.Find("identity"); identity && identity->Is<Object>()) {
    begin.claims = *identity->As<Object>();
  }
  begin.path = input.Text("path").value_or("");
  if (const Value* args = input.Find("args")) begin.args = ToJson(*args);
  if (const Value* preview = input.Find("preview"); preview && preview->Is<bool>()) {
    begin.preview = *preview->As<bool>();
  }
  if (const Value* strict = input.Find("strict"); strict && strict->Is<bool>()) {
    begin.strict = *strict->As<bool>();
  }
  begin.undo = input.Text("undo");
  const Result<ExecutionId> execution = replica.BeginExecution(std::move(begin));
  if (!execution) return Fail(execution.error());
  return NumberJson("execution", execution->value);
}

Result<Bytes> DoCommit(Replica& replica, Input& input) {
  const Result<ExecutionId> execution = input.NeedExecution();
  if (!execution) return Fail(execution.error());
  const Result<std::optional<ChangeSetRef>> made = replica.Commit(*execution);
  if (!made) return Fail(made.error());
  if (!*made) return Bytes("{\"tenant\":null,\"number\":null}");
  Bytes out = "{";
  AppendText(out, "tenant", (*made)->tenant.text);
  return out + ",\"number\":" + std::to_string((*made)->number) + "}";
}

// ctx.db and ctx.db.system each read their own tables.
Status CheckSystem(const Replica& replica, const Input& input, const std::string& id) {
  const Value* is_system = input.Find("isSystem");
  const std::optional<RowKey> key = IdFromText(id);
  const TableSchema* table = key ? replica.schema().FindTable(key->table) : nullptr;
  if (!is_system || !is_system->Is<bool>() || !table) return Done{};
  const bool own = IsSystemTable(table->name);
  if (own == *is_system->As<bool>()) return Done{};
  return Fail(Code::kInvalid, "The id \"" + id + "\" is of " +
                                  (own ? "the system table" : "table") + " \"" + table->name +
                                  "\"; read it with " + (own ? "ctx.db.system.get" : "ctx.db.get"));
}

Result<Bytes> DoGet(Replica& replica, Input& input) {
  const Result<ExecutionId> execution = input.NeedExecution();
  const Result<std::string> id = input.NeedText("id");
  if (!execution || !id) return Fail(execution ? id.error() : execution.error());
  if (Status allowed = CheckSystem(replica, input, *id); !allowed) return Fail(allowed.error());
  const Result<std::optional<Object>> found = replica.Get(*execution, *id, input.Text("table"));
  if (!found) return Fail(found.error());
  Bytes out = "{\"document\":";
  if (*found) {
    AppendJson(out, **found);
  } else {
    out += "null";
  }
  return out + "}";
}

Result<Bytes> DoInsert(Replica& replica, Input& input) {
  const Result<ExecutionId> execution = input.NeedExecution();
  const Result<std::string> table = input.NeedText("table");
  if (!execution || !table) return Fail(execution ? table.error() : execution.error());
  Result<Object> value = input.NeedObject("value");
  if (!value) return Fail(value.error());
  if (Status fits = CheckValueLimits(*value); !fits) return Fail(fits.error());
  const Result<std::string> id = replica.Insert(*execution, *table, std::move(*value));
  if (!id) return Fail(id.error());
  Bytes out = "{";
  AppendText(out, "_id", *id);
  return out + "}";
}

Result<Bytes> DoChange(Replica& replica, std::uint32_t operation, Input& input) {
  const Result<ExecutionId> execution = input.NeedExecution();
  const Result<std::string> id = input.NeedText("id");
  if (!execution || !id) return Fail(execution ? id.error() : execution.error());
  const std::optional<std::string> table = input.Text("table");
  Status done = Done{};
  if (operation == SYNCLINE_DELETE) {
    done = replica.Delete(*execution, *id, table);
  } else {
    Result<Object> value = input.NeedObject("value");
    if (!value) return Fail(value.error());
    const bool patch = operation == SYNCLINE_PATCH;
    done = CheckValueLimits(*value, patch ? UndefinedInJson::kAllowed : UndefinedInJson::kRefused);
    if (done) {
      done = patch ? replica.Patch(*execution, *id, table, *value)
                   : replica.Replace(*execution, *id, table, std::move(*value));
    }
  }
  if (!done) return Fail(done.error());
  return Bytes("{}");
}

Result<Bytes> DoStream(Replica& replica, std::uint32_t operation, Input& input) {
  const Result<ExecutionId> execution = input.NeedExecution();
  if (!execution) return Fail(execution.error());
  if (operation == SYNCLINE_STREAM_OPEN) {
    const Value* query = input.Find("query");
    if (!query) return Missing("query", "an object");
    const Result<StreamId> stream = replica.OpenStream(*execution, *query);
    if (!stream) return Fail(stream.error());
    return NumberJson("stream", stream->value);
  }
  const Result<std::uint64_t> stream = input.NeedNumber("stream");
  const Result<std::uint64_t> consumed = input.NeedNumber("consumed");
  if (!stream || !consumed) return Fail(stream ? consumed.error() : stream.error());
  // No page is longer, and on 32 bits no number may be cut.
  const auto given = static_cast<std::size_t>(std::min<std::uint64_t>(*consumed, kPageMax));
  if (operation == SYNCLINE_STREAM_CLOSE) {
    if (Status done = replica.CloseStream(*execution, {*stream}, given); !done) {
      return Fail(done.error());
    }
    return Bytes("{}");
  }
  const Result<std::uint64_t> count = input.NeedNumber("count");
  if (!count) return Fail(count.error());
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(*count, kPageMax));
  if (operation == SYNCLINE_STREAM_BLOCK) {
    BlockWriter block;
    const Result<bool> done = replica.NextBlock(*execution, {*stream}, wanted, given, block);
    if (!done) return Fail(done.error());
    return block.Finish(*done);
  }
  const Result<Stream::Page> page = replica.NextPage(*execution, {*stream}, wanted, given);
  if (!page) return Fail(page.error());
  Bytes out = "{";
  AppendList(out, "page", page->documents,
             [&](const Object& document) { AppendJson(out, document); });
  out += page->done ? ",\"done\":true}" : ",\"done\":false}";
  return out;
}

Result<Bytes> DoSql(Replica& replica, Input& input) {
  const Result<ExecutionId> execution = input.NeedExecution();
  const Result<std::string> sql = input.NeedText("sql");
  if (!execution || !sql) return Fail(execution ? sql.error() : execution.error());
  const Value* arguments = input.Find("args");
  if (!arguments || !arguments->Is<Array>()) return Missing("args", "an array");
  const Result<SqlRows> rows = replica.ReadSql(*execution, *sql, *arguments->As<Array>());
  if (!rows) return Fail(rows.error());
  Bytes out = "{";
  AppendList(out, "columns", rows->columns,
             [&](const std::string& name) { AppendJsonString(out, name); });
  out += ',';
  AppendList(out, "rows", rows->rows, [&](const Array& row) { AppendJson(out, Value(row)); });
  return out + "}";
}

Result<Bytes> DoNormalizeId(Replica& replica, Input& input) {
  const Result<std::string> table = input.NeedText("table");
  const Result<std::string> id = input.NeedText("id");
  if (!table || !id) return Fail(table ? id.error() : table.error());
  const Result<std::optional<std::string>> found = replica.NormalizeId(*table, *id);
  if (!found) return Fail(found.error());
  if (!*found) return Bytes("{\"id\":null}");
  Bytes out = "{";
  AppendText(out, "id", **found);
  return out + "}";
}

Result<Bytes> DoValidator(Replica& replica, Input& input) {
  const Value* json = input.Find("validator");
  if (!json) return Missing("validator", "an object");
  Result<Validator> validator = ParseValidator(ToJson(*json));
  if (!validator) return Fail(validator.error());
  const Result<ValidatorId> id = replica.AddValidator(std::move(*validator));
  if (!id) return Fail(id.error());
  return NumberJson("validator", id->value);
}

Result<Bytes> DoValidate(Replica& replica, Input& input) {
  const Result<std::uint64_t> validator = input.NeedNumber("validator");
  if (!validator) return Fail(validator.error());
  const Value* value = input.Find("value");
  if (value) {
    if (Status fits = CheckValueLimits(*value); !fits) return Fail(fits.error());
  }
  if (Status valid = replica.Check({*validator}, value ? *value : Value()); !valid) {
    return Fail(valid.error());
  }
  return Bytes("{}");
}

Result<Bytes> DoReceive(Replica& replica, ByteView input) {
  if (replica.mutation_open()) {
    return Fail(Code::kConflict, "A mutation is open; give the message after it");
  }
  std::uint64_t now_ms = 0;
  if (!TakeFixed64(input, now_ms)) return Missing("now", "8 bytes in front of the message");
  if (Status done = replica.session().Receive(input, now_ms); !done) return Fail(done.error());
  return Bytes("{}");
}

Bytes DoEvents(Replica& replica) {
  const Replica::News news = replica.TakeNews();
  const DeviceSession& session = replica.session();
  Bytes out = "{";
  AppendList(out, "invalidated", news.invalidated,
             [&](QueryId query) { out += std::to_string(query.value); });
  out += ',';
  AppendList(out, "settled", news.settled, [&](const ChangeSetRef& settled) {
    out += '{';
    AppendText(out, "tenant", settled.tenant.text);
    out += ",\"number\":" + std::to_string(settled.number) + "}";
  });
  out += ',';
  AppendList(out, "refused", news.refused,
             [&](const RefusedEntry& entry) { AppendRefused(out, entry); });
  out += ",\"pending\":" + std::to_string(replica.device().pending_count());
  out += session.welcomed() ? ",\"welcomed\":true" : ",\"welcomed\":false";
  out += session.synced() ? ",\"synced\":true" : ",\"synced\":false";
  out += ",\"fault\":";
  if (session.fault()) {
    out += '{';
    AppendText(out, "code", CodeName(session.fault()->code));
    out += ',';
    AppendText(out, "message", session.fault()->message);
    out += '}';
  } else {
    out += "null";
  }
  out += ",\"recovered\":";
  if (news.salvaged) {
    out += "{\"change_sets\":" + std::to_string(news.salvaged->change_sets) +
           ",\"complete\":" + (news.salvaged->complete ? "true}" : "false}");
  } else {
    out += "null";
  }
  return out + "}";
}

Bytes DoPending(Replica& replica) {
  Bytes out = "{";
  std::vector<std::pair<TenantId, const OutboxEntry*>> entries;
  for (const TenantId& tenant : replica.device().Tenants()) {
    for (const OutboxEntry* entry : replica.device().PendingAfter(tenant, 0, kPendingListedMax)) {
      if (entries.size() < kPendingListedMax) entries.emplace_back(tenant, entry);
    }
  }
  const Schema& schema = replica.device().application().schema;
  AppendList(out, "pending", entries, [&](const auto& pair) {
    const OutboxEntry& entry = *pair.second;
    out += '{';
    AppendText(out, "tenant", pair.first.text);
    out += ",\"number\":" + std::to_string(entry.change_set.number) + ",";
    AppendText(out, "path", entry.origin.path);
    out += ",\"args\":" + (entry.origin.args.empty() ? "{}" : entry.origin.args);
    out += ",\"at\":" + std::to_string(entry.origin.at_ms);
    out += entry.change_set.strict ? ",\"strict\":true," : ",\"strict\":false,";
    AppendList(out, "rows", entry.change_set.rows, [&](const RowChange& change) {
      const TableSchema* table = schema.FindTable(change.key.table);
      out += '{';
      AppendText(out, "table", table ? table->name : "");
      out += ',';
      AppendText(out, "id", IdToText(change.key));
      out += '}';
    });
    out += '}';
  });
  return out + "}";
}

Result<Bytes> DoRefused(Replica& replica) {
  const Result<std::vector<RefusedEntry>> entries = replica.device().Refused();
  if (!entries) return Fail(entries.error());
  Bytes out = "{";
  AppendList(out, "refused", *entries,
             [&](const RefusedEntry& entry) { AppendRefused(out, entry); });
  return out + "}";
}

Result<Bytes> DoDismiss(Replica& replica, Input& input) {
  const Result<std::string> tenant = input.NeedText("tenant");
  const Result<std::uint64_t> number = input.NeedNumber("number");
  if (!tenant || !number) return Fail(tenant ? number.error() : tenant.error());
  if (replica.mutation_open()) return Fail(Code::kConflict, "A mutation is open; dismiss after it");
  if (Status done = replica.device().Dismiss({*tenant}, *number); !done) return Fail(done.error());
  return Bytes("{}");
}

Bytes DoTenants(Replica& replica) {
  Bytes out = "{";
  AppendList(out, "tenants", replica.device().Tenants(), [&](const TenantId& tenant) {
    out += '{';
    AppendText(out, "tenant", tenant.text);
    out += ",\"seq\":" + std::to_string(replica.device().CursorOf(tenant)->seq) + "}";
  });
  return out + "}";
}

}  // namespace

Result<std::unique_ptr<Replica>> Open(ByteView json) {
  Result<Input> input = Input::Parse(json);
  if (!input) return Fail(input.error());
  Replica::Options options;
  Result<std::string> path = input->NeedText("path");
  const Result<std::string> durability = input->NeedText("durability");
  const Result<std::string> seed = input->NeedText("seed");
  const Value* application = input->Find("application");
  if (!path) return Fail(path.error());
  if (!durability) return Fail(durability.error());
  if (!application) return Missing("application", "an object");
  if (!seed || seed->size() != 32 ||
      seed->find_first_not_of("0123456789abcdef") != std::string::npos) {
    return Missing("seed", "32 hex digits in lower case");
  }
  options.database.path = std::move(*path);
  options.database.vfs = input->Text("vfs").value_or("");
  if (*durability == "full") {
    options.database.durability = Durability::kFull;
  } else if (*durability == "relaxed") {
    options.database.durability = Durability::kRelaxed;
  } else if (*durability == "none") {
    options.database.durability = Durability::kNone;
  } else {
    return Missing("durability", "\"full\", \"relaxed\" or \"none\"");
  }
  options.application = ToJson(*application);
  options.seed_high = std::stoull(seed->substr(0, 16), nullptr, 16);
  options.seed_low = std::stoull(seed->substr(16), nullptr, 16);
  options.salvage = input->Text("salvage");
  return Replica::Open(options);
}

Result<Bytes> Call(Replica& replica, std::uint32_t operation, ByteView json) {
  if (operation == SYNCLINE_RECEIVE) return DoReceive(replica, json);
  Result<Input> parsed =
      operation == SYNCLINE_FILE_PUT ? Input::Parse(json, kFileJsonBytesMax) : Input::Parse(json);
  if (!parsed) return Fail(parsed.error());
  Input& input = *parsed;
  switch (operation) {
    case SYNCLINE_BEGIN: return DoBegin(replica, input);
    case SYNCLINE_COMMIT: return DoCommit(replica, input);
    case SYNCLINE_ABORT: {
      const Result<ExecutionId> execution = input.NeedExecution();
      if (!execution) return Fail(execution.error());
      if (Status done = replica.Abort(*execution); !done) return Fail(done.error());
      return Bytes("{}");
    }
    case SYNCLINE_KEEP: {
      const Result<ExecutionId> execution = input.NeedExecution();
      if (!execution) return Fail(execution.error());
      const Result<QueryId> query = replica.Keep(*execution);
      if (!query) return Fail(query.error());
      return NumberJson("query", query->value);
    }
    case SYNCLINE_DROP: {
      const Result<std::uint64_t> query = input.NeedNumber("query");
      if (!query) return Fail(query.error());
      replica.Drop({*query});
      return Bytes("{}");
    }
    case SYNCLINE_SUB_BEGIN:
    case SYNCLINE_SUB_COMMIT:
    case SYNCLINE_SUB_ROLLBACK: return DoPart(replica, operation, input);
    case SYNCLINE_METRICS: return DoMetrics(replica, input);
    case SYNCLINE_PAGE: return DoPage(replica, input);
    case SYNCLINE_SYSTEM_WRITE: return DoSystemWrite(replica, input);
    case SYNCLINE_IMPORT: return DoImport(replica, input);
    case SYNCLINE_FILE_PUT: return DoFilePut(replica, input);
    case SYNCLINE_FILE_GET: return DoFileGet(replica, input);
    case SYNCLINE_RESTORE: return DoRestore(replica, input);
    case SYNCLINE_GET: return DoGet(replica, input);
    case SYNCLINE_INSERT: return DoInsert(replica, input);
    case SYNCLINE_PATCH:
    case SYNCLINE_REPLACE:
    case SYNCLINE_DELETE: return DoChange(replica, operation, input);
    case SYNCLINE_STREAM_OPEN:
    case SYNCLINE_STREAM_NEXT:
    case SYNCLINE_STREAM_BLOCK:
    case SYNCLINE_STREAM_CLOSE: return DoStream(replica, operation, input);
    case SYNCLINE_SQL: return DoSql(replica, input);
    case SYNCLINE_VECTOR_SEARCH: return DoVectorSearch(replica, input);
    case SYNCLINE_NORMALIZE_ID: return DoNormalizeId(replica, input);
    case SYNCLINE_VALIDATE: return DoValidate(replica, input);
    case SYNCLINE_VALIDATOR: return DoValidator(replica, input);
    case SYNCLINE_CONNECTED: {
      const Result<std::uint64_t> now = input.NeedNumber("now");
      Result<std::string> token = input.NeedText("token");
      if (!now || !token) return Fail(now ? token.error() : now.error());
      if (replica.device().application().alone) {
        return Fail(Code::kInvalid,
                    "The application has no rules, so nothing of it may travel to a relay: write "
                    "convex/rules.ts, or open it without a url");
      }
      return replica.session().Connected(std::move(*token), *now);
    }
    case SYNCLINE_SEND: return replica.session().TakeOutgoing();
    case SYNCLINE_DISCONNECTED: replica.session().Disconnected(); return Bytes("{}");
    case SYNCLINE_RENEW: {
      Result<std::string> token = input.NeedText("token");
      if (!token) return Fail(token.error());
      return replica.session().Renew(std::move(*token));
    }
    case SYNCLINE_PING: return replica.session().Ping();
    case SYNCLINE_EVENTS: return DoEvents(replica);
    case SYNCLINE_PENDING: return DoPending(replica);
    case SYNCLINE_REFUSED: return DoRefused(replica);
    case SYNCLINE_DISMISS: return DoDismiss(replica, input);
    case SYNCLINE_TENANTS: return DoTenants(replica);
    case SYNCLINE_UNDO: return DoUndo(replica, input);
    case SYNCLINE_UNDO_STATE: return DoUndoState(replica, input);
    case SYNCLINE_UNDO_CLEAR: return DoUndoClear(replica, input);
    default: break;
  }
  return Fail(Code::kInvalid, "There is no operation " + std::to_string(operation));
}

Bytes ErrorJson(const Error& error, const Replica* replica) {
  Bytes out = "{";
  AppendText(out, "code", CodeName(error.code));
  out += ',';
  AppendText(out, "message", error.message);
  const std::optional<RuledOut> none;
  const std::optional<RuledOut>& refused = replica ? replica->denial() : none;
  if (refused && error.code == refused->denial.code && error.message == refused->denial.message) {
    const TableSchema* table = replica->schema().FindTable(refused->key.table);
    out += ',';
    AppendText(out, "rule", refused->denial.rule);
    out += ',';
    AppendText(out, "table", table->name);
    out += ',';
    AppendText(out, "row", IdToText(refused->key));
  }
  return out + "}";
}

}  // namespace syncline::abi
