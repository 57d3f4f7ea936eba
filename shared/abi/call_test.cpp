// The calls of the C boundary, as the host makes them: JSON in, JSON out.
#include "shared/abi/call.hpp"

#include "shared/abi/syncline.h"
#include "shared/base/base64.hpp"
#include "shared/value/json.hpp"

#include <doctest/doctest.h>

namespace syncline {
namespace {

struct Host {
  std::unique_ptr<Replica> replica;
  std::string execution;

  Host() {
    auto opened = abi::Open(
        R"({"path":":memory:","durability":"none","seed":"00000000000000010000000000000002",
            "application":{"rules":null,"schema":{"schemaValidation":true,"tables":[
              {"tableName":"notes","indexes":[],"documentType":{"type":"object","value":{
                "text":{"fieldType":{"type":"string"},"optional":false},
                "file":{"fieldType":{"type":"id","tableName":"_storage"},"optional":true}}}}]}}})");
    REQUIRE_MESSAGE(opened, (opened ? "" : opened.error().message));
    replica = std::move(*opened);
  }
  Result<Bytes> Try(std::uint32_t operation, const std::string& members) {
    return abi::Call(*replica, operation, "{" + execution + members + "}");
  }
  std::string Call(std::uint32_t operation, const std::string& members) {
    const auto output = Try(operation, members);
    REQUIRE_MESSAGE(output, (output ? "" : output.error().message));
    return *output;
  }
  std::string Complaint(std::uint32_t operation, const std::string& members) {
    const auto output = Try(operation, members);
    return output ? "accepted" : output.error().message;
  }
  void Begin(const std::string& kind) {
    execution.clear();
    const std::string begun =
        Call(SYNCLINE_BEGIN, R"("kind":")" + kind + R"(","now":1700000000000,"identity":null)");
    execution = begun.substr(1, begun.size() - 2) + ",";
  }
  std::string Commit() { return Call(SYNCLINE_COMMIT, "\"x\":1"); }
  // The member's text in a call's output.
  static std::string Text(const std::string& json, const char* name) {
    const auto value = ParseJsonEnvelope(json);
    REQUIRE(value);
    const Value* member = value->As<Object>()->Find(name);
    REQUIRE((member && member->Is<std::string>()));
    return *member->As<std::string>();
  }
};

constexpr char kScan[] =
    R"("query":{"source":{"type":"FullTableScan","tableName":"notes","order":null},"operators":[]})";

TEST_CASE("a page, its cursors and what was read, in JSON") {
  Host host;
  host.Begin("mutation");
  for (const char* text : {"a", "b", "c"}) {
    host.Call(SYNCLINE_INSERT, std::string(R"("table":"notes","value":{"text":")") + text + "\"}");
  }
  CHECK(host.Commit() == R"({"tenant":null,"number":null})");
  host.Begin("query");
  const std::string first = host.Call(
      SYNCLINE_PAGE,
      std::string(kScan) +
          R"(,"cursor":null,"endCursor":null,"pageSize":2,"maximumRowsRead":null,"maximumBytesRead":null)");
  CHECK(first.find(R"("isDone":false)") != std::string::npos);
  CHECK(first.find(R"("pageStatus":null)") != std::string::npos);
  const std::string cursor = Host::Text(first, "continueCursor");
  const std::string rest = host.Call(
      SYNCLINE_PAGE, std::string(kScan) + R"(,"cursor":")" + cursor + R"(","pageSize":2)");
  CHECK(rest.find(R"("isDone":true)") != std::string::npos);
  CHECK(rest.find(R"("splitCursor":null)") != std::string::npos);
  CHECK(host.Complaint(SYNCLINE_PAGE, std::string(kScan) + R"(,"cursor":"abc","pageSize":2)")
            .find("InvalidCursor") == 0);
  const std::string metrics = host.Call(SYNCLINE_METRICS, "\"x\":1");
  CHECK(metrics.find(R"("documentsRead":{"used":3,"remaining":31997})") != std::string::npos);
  CHECK(metrics.find(R"("databaseQueries":{"used":3,"remaining":4093})") != std::string::npos);
}

TEST_CASE("a strict mutation, from outside: alone as any, and without its relay not at all") {
  Host host;
  host.execution = host.Call(
      SYNCLINE_BEGIN, R"("kind":"mutation","strict":true,"now":1700000000000,"identity":null)");
  host.execution = host.execution.substr(1, host.execution.size() - 2) + ",";
  host.Call(SYNCLINE_INSERT, R"("table":"notes","value":{"text":"kept"})");
  CHECK(host.Commit() == R"({"tenant":null,"number":null})");
  host.Begin("query");
  CHECK(host.Call(SYNCLINE_PAGE, std::string(kScan) + R"(,"pageSize":9)").find("kept") !=
        std::string::npos);
  auto synced = abi::Open(
      R"({"path":":memory:","durability":"none","seed":"00000000000000010000000000000002",
          "application":{"schema":{"schemaValidation":true,"tables":[
            {"tableName":"people","indexes":[],"documentType":{"type":"object","value":{
              "email":{"fieldType":{"type":"string"},"optional":false},
              "role":{"fieldType":{"type":"string"},"optional":false}}}}]},
            "rules":{"tenancy":{"root":"people","fields":{}},
              "membership":{"table":"people","field":"email","claim":"email","role":"role"},
              "tables":{}}}})");
  REQUIRE_MESSAGE(synced, (synced ? "" : synced.error().message));
  const auto begun = abi::Call(**synced, SYNCLINE_BEGIN,
                               R"({"kind":"mutation","strict":true,"now":1700000000000})");
  REQUIRE_FALSE(begun);
  CHECK(begun.error().code == Code::kUnavailable);
}

TEST_CASE("parts of a mutation, from outside") {
  Host host;
  host.Begin("mutation");
  host.Call(SYNCLINE_SUB_BEGIN, "\"x\":1");
  host.Call(SYNCLINE_INSERT, R"("table":"notes","value":{"text":"never"})");
  host.Call(SYNCLINE_SUB_ROLLBACK, "\"x\":1");
  host.Call(SYNCLINE_SUB_BEGIN, "\"x\":1");
  host.Call(SYNCLINE_INSERT, R"("table":"notes","value":{"text":"kept"})");
  host.Call(SYNCLINE_SUB_COMMIT, "\"x\":1");
  host.Commit();
  host.Begin("query");
  const std::string page = host.Call(SYNCLINE_PAGE, std::string(kScan) + R"(,"pageSize":9)");
  CHECK(page.find("kept") != std::string::npos);
  CHECK(page.find("never") == std::string::npos);
}

TEST_CASE("the host writes its tables; functions read them, and refer to them by id") {
  Host host;
  host.Begin("mutation");
  const std::string job =
      Host::Text(host.Call(SYNCLINE_SYSTEM_WRITE,
                           R"("table":"_scheduled_functions","value":{"name":"a:b","args":[{}],)"
                           R"("scheduledTime":5,"state":{"kind":"pending"}})"),
                 "_id");
  CHECK(host.Complaint(SYNCLINE_SYSTEM_WRITE, R"("table":"_scheduled_functions","value":{})")
            .find("missing the required field") != std::string::npos);
  CHECK(host.Complaint(SYNCLINE_SYSTEM_WRITE, R"("table":"notes","value":{"text":"a"})")
            .find("no system table") != std::string::npos);
  CHECK(host.Complaint(SYNCLINE_INSERT, R"("table":"_storage","value":{"sha256":"a","size":1})")
            .find("which functions only read") != std::string::npos);
  CHECK(host.Complaint(SYNCLINE_PATCH, R"("id":")" + job + R"(","value":{"name":"c:d"})")
            .find("which functions only read") != std::string::npos);
  host.Commit();

  const std::string due =
      R"("query":{"source":{"type":"IndexRange","indexName":"_scheduled_functions.by_scheduled_time",)"
      R"("range":[{"type":"Eq","fieldPath":"state.kind","value":"pending"},)"
      R"({"type":"Lte","fieldPath":"scheduledTime","value":5}],"order":"asc"},"operators":[]},"pageSize":9)";
  host.Begin("query");
  CHECK(host.Call(SYNCLINE_PAGE, due).find(job) != std::string::npos);
  CHECK(host.Call(SYNCLINE_GET, R"("id":")" + job + R"(","isSystem":true)").find("a:b") !=
        std::string::npos);
  CHECK(host.Complaint(SYNCLINE_GET, R"("id":")" + job + R"(","isSystem":false)")
            .find("ctx.db.system.get") != std::string::npos);
  CHECK(host.Call(SYNCLINE_NORMALIZE_ID, R"("table":"_scheduled_functions","id":")" + job + "\"") ==
        R"({"id":")" + job + "\"}");
  CHECK(host.Call(SYNCLINE_NORMALIZE_ID, R"("table":"_storage","id":")" + job + "\"") ==
        R"({"id":null})");
  host.Call(SYNCLINE_ABORT, "\"x\":1");

  host.Begin("mutation");
  host.Call(SYNCLINE_SYSTEM_WRITE,
            R"("table":"_scheduled_functions","id":")" + job +
                R"(","value":{"name":"a:b","args":[{}],"scheduledTime":5,"completedTime":6,)"
                R"("state":{"kind":"success"}})");
  CHECK(host.Call(SYNCLINE_PAGE, due).find(job) == std::string::npos);
  host.Call(SYNCLINE_SYSTEM_WRITE,
            R"("table":"_scheduled_functions","id":")" + job + R"(","value":null)");
  CHECK(host.Call(SYNCLINE_GET, R"("id":")" + job + "\"") == R"({"document":null})");
}

TEST_CASE("a file comes and goes with its row, and with the mutation") {
  Host host;
  Bytes content(700'000, 'x');
  content += Bytes("\0end", 4);
  std::string base64;
  AppendBase64(base64, content);
  host.Begin("mutation");
  const std::string file =
      Host::Text(host.Call(SYNCLINE_SYSTEM_WRITE,
                           R"("table":"_storage","value":{"sha256":"a","size":700004})"),
                 "_id");
  host.Call(SYNCLINE_FILE_PUT, R"("id":")" + file + R"(","bytes":{"$bytes":")" + base64 + "\"}");
  host.Call(SYNCLINE_INSERT, R"("table":"notes","value":{"text":"a","file":")" + file + "\"}");
  host.Commit();
  const auto get = [&] {
    return abi::Call(*host.replica, SYNCLINE_FILE_GET, R"({"id":")" + file + "\"}");
  };
  REQUIRE(get());
  CHECK(*get() == content);
  host.Begin("mutation");
  host.Call(SYNCLINE_FILE_PUT, R"("id":")" + file + R"(","bytes":{"$bytes":""})");
  CHECK(get()->empty());
  host.Call(SYNCLINE_ABORT, "\"x\":1");
  CHECK(*get() == content);
  host.Begin("mutation");
  host.Call(SYNCLINE_SYSTEM_WRITE, R"("table":"_storage","id":")" + file + R"(","value":null)");
  host.Call(SYNCLINE_FILE_PUT, R"("id":")" + file + R"(","bytes":null)");
  CHECK(host.Complaint(SYNCLINE_FILE_PUT, R"("id":")" + file + R"(","bytes":{"$bytes":""})")
            .find("There is no file") == 0);
  host.Commit();
  const auto gone = get();
  REQUIRE_FALSE(gone);
  CHECK(gone.error().code == Code::kNotFound);
}

TEST_CASE("a file of 20 MiB passes the boundary") {
  Host host;
  Bytes content(20 << 20, 'y');
  std::string base64;
  AppendBase64(base64, content);
  host.Begin("mutation");
  const std::string file = Host::Text(
      host.Call(SYNCLINE_SYSTEM_WRITE, R"("table":"_storage","value":{"sha256":"a","size":1})"),
      "_id");
  host.Call(SYNCLINE_FILE_PUT, R"("id":")" + file + R"(","bytes":{"$bytes":")" + base64 + "\"}");
  CHECK(abi::Call(*host.replica, SYNCLINE_FILE_GET, R"({"id":")" + file + "\"}")->size() ==
        content.size());
}

TEST_CASE("rows are imported with their ids and creation times, each once") {
  Host from, to;
  from.Begin("mutation");
  const std::string id =
      Host::Text(from.Call(SYNCLINE_INSERT, R"("table":"notes","value":{"text":"moved"})"), "_id");
  const std::string row = R"("table":"notes","documents":[{"_id":")" + id +
                          R"(","_creationTime":1234.5,"text":"moved"}])";
  to.Begin("mutation");
  to.Call(SYNCLINE_IMPORT, row);
  CHECK(to.Complaint(SYNCLINE_IMPORT, row).find("already") != std::string::npos);
  to.Commit();
  to.Begin("query");
  CHECK(to.Call(SYNCLINE_GET, R"("id":")" + id + "\"") ==
        R"({"document":{"_creationTime":1234.5,"_id":")" + id + R"(","text":"moved"}})");
  to.Call(SYNCLINE_ABORT, "\"x\":1");
  to.Begin("mutation");
  for (const char* wrong :
       {R"({"_creationTime":1,"text":"a"})", R"({"_id":"x","_creationTime":1,"text":"a"})",
        R"({"_id":"ID","text":"a"})", R"({"_id":"ID","_creationTime":-1,"text":"a"})",
        R"({"_id":"ID","_creationTime":1,"text":1})"}) {
    std::string one = wrong;
    if (const auto at = one.find("ID"); at != one.npos) one.replace(at, 2, id);
    CHECK_MESSAGE(to.Complaint(SYNCLINE_IMPORT, R"("table":"notes","documents":[)" + one + "]")
                          .find("Import into \"notes\", document 0: ") == 0,
                  one);
  }
}

}  // namespace
}  // namespace syncline
