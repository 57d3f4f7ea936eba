// For tests: a device by itself, and a mutation or query in one line. Include it after doctest.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "shared/replica/replica.hpp"
#include "shared/value/json.hpp"

namespace syncline::testing {

// A table of the schema; its fields as JSON members of an object validator.
inline std::string Table(const std::string& name, const std::string& fields,
                         const std::string& indexes = "", const std::string& more = "") {
  return R"({"tableName":")" + name + R"(","indexes":[)" + indexes +
         R"(],"documentType":{"type":"object","value":{)" + fields + "}}" + more + "}";
}
inline std::string Field(const std::string& name, const std::string& type, bool optional = false) {
  return R"(")" + name + R"(":{"fieldType":)" + type + R"(,"optional":)" +
         (optional ? "true}" : "false}");
}

class Device {
 public:
  explicit Device(const std::string& tables, const std::string& rules = "null",
                  const std::string& path = ":memory:") {
    Replica::Options options;
    options.database = {path, "", Durability::kNone, 1024, false};
    options.application = R"({"schema":{"tables":[)" + tables +
                          R"(],"schemaValidation":true},"rules":)" + rules + "}";
    options.seed_high = 1;
    auto opened = Replica::Open(options);
    REQUIRE_MESSAGE(opened, (opened ? "" : opened.error().message));
    replica = std::move(*opened);
  }

  ExecutionId Begin(bool mutation) {
    Replica::Begin begin;
    begin.mutation = mutation;
    begin.now_ms = ++now;
    begin.claims = claims;
    if (mutation) begin.undo = undo_scope;
    const auto execution = replica->BeginExecution(std::move(begin));
    REQUIRE(execution);
    return *execution;
  }
  // Runs and commits; the change set's number, none if there is none.
  std::optional<std::uint64_t> Mutate(const std::function<void(ExecutionId)>& body) {
    const ExecutionId execution = Begin(true);
    body(execution);
    const auto committed = replica->Commit(execution);
    REQUIRE_MESSAGE(committed, (committed ? "" : committed.error().message));
    if (!*committed) return std::nullopt;
    return (*committed)->number;
  }
  std::string Insert(ExecutionId execution, const std::string& table, const std::string& json) {
    const auto id = replica->Insert(execution, table, Json(json));
    REQUIRE_MESSAGE(id, (id ? "" : id.error().message));
    return *id;
  }
  std::string Insert(const std::string& table, const std::string& json) {
    std::string id;
    Mutate([&](ExecutionId execution) { id = Insert(execution, table, json); });
    return id;
  }
  // What a query of the whole table gives, without the system fields.
  std::vector<std::string> All(ExecutionId execution, const std::string& table) {
    const auto stream = replica->OpenStream(execution, Scan(table));
    REQUIRE_MESSAGE(stream, (stream ? "" : stream.error().message));
    const auto page = replica->NextPage(execution, *stream, 4096, 0);
    REQUIRE_MESSAGE(page, (page ? "" : page.error().message));
    std::vector<std::string> all;
    for (Object document : page->documents) {
      document.Remove("_id");
      document.Remove("_creationTime");
      all.push_back(ToJson(Value(std::move(document))));
    }
    REQUIRE(replica->CloseStream(execution, *stream, page->documents.size()));
    return all;
  }
  std::vector<std::string> All(const std::string& table) {
    const ExecutionId execution = Begin(false);
    std::vector<std::string> all = All(execution, table);
    REQUIRE(replica->Abort(execution));
    return all;
  }
  // A live query of the whole table.
  QueryId Watch(const std::string& table) {
    const ExecutionId execution = Begin(false);
    static_cast<void>(All(execution, table));
    const auto query = replica->Keep(execution);
    REQUIRE(query);
    return *query;
  }

  static Object Json(const std::string& text) {
    Result<Value> value = ParseJson(text, UndefinedInJson::kAllowed);
    REQUIRE_MESSAGE(value, (value ? "" : value.error().message));
    return *value->As<Object>();
  }
  static Value Scan(const std::string& table) {
    return *ParseJsonEnvelope(R"({"source":{"type":"FullTableScan","tableName":")" + table +
                              R"(","order":"asc"},"operators":[]})");
  }

  std::unique_ptr<Replica> replica;
  std::uint64_t now = 1'700'000'000'000;
  Object claims;
  // The mutations from now on are undone under it.
  std::optional<std::string> undo_scope;
};

}  // namespace syncline::testing
