// Undo, redo and restore as the host calls them.
#include "shared/abi/undo_calls.hpp"

#include <doctest/doctest.h>

#include "shared/abi/call.hpp"
#include "shared/abi/syncline.h"

namespace syncline {
namespace {

struct Host {
  std::unique_ptr<Replica> replica;

  Host() {
    auto opened = abi::Open(
        R"({"path":":memory:","durability":"none","seed":"00000000000000010000000000000002",
            "application":{"rules":null,"schema":{"schemaValidation":true,"tables":[
              {"tableName":"notes","indexes":[],"documentType":{"type":"object","value":{
                "text":{"fieldType":{"type":"string"},"optional":false}}}}]}}})");
    REQUIRE_MESSAGE(opened, (opened ? "" : opened.error().message));
    replica = std::move(*opened);
  }
  std::string Call(std::uint32_t operation, const std::string& input) {
    const auto output = abi::Call(*replica, operation, input);
    return output ? *output
                  : std::string(CodeName(output.error().code)) + ": " + output.error().message;
  }
  std::string Begin(const std::string& more) {
    const std::string begun = Call(
        SYNCLINE_BEGIN, R"({"kind":"mutation","now":1700000000000,"identity":null)" + more + "}");
    return begun.substr(0, begun.size() - 1);
  }
  void Insert(const std::string& text, const std::string& path) {
    const std::string execution =
        Begin(R"(,"undo":"s","path":")" + path + R"(","args":{"text":")" + text + R"("})");
    Call(SYNCLINE_INSERT, execution + R"(,"table":"notes","value":{"text":")" + text + R"("}})");
    CHECK(Call(SYNCLINE_COMMIT, execution + "}") == R"({"tenant":null,"number":null})");
  }
  std::string Undo(const char* redo) {
    return Call(SYNCLINE_UNDO, std::string(R"({"scope":"s","redo":)") + redo +
                                   R"(,"now":1700000000000,"identity":null})");
  }
};

constexpr char kNothing[] = R"({"tenant":null,"number":null,"path":null,"args":null})";

TEST_CASE("what was undone is told by its path and arguments") {
  Host host;
  CHECK(host.Undo("false") == kNothing);
  host.Insert("one", "notes:add");
  host.Insert("two", "notes:more");
  CHECK(host.Call(SYNCLINE_UNDO_STATE, R"({"scope":"s"})") ==
        R"({"undo":[{"path":"notes:more","at":1700000000000},)"
        R"({"path":"notes:add","at":1700000000000}],"redo":[]})");
  CHECK(host.Undo("false") ==
        R"({"tenant":null,"number":null,"path":"notes:more","args":{"text":"two"}})");
  CHECK(host.Call(SYNCLINE_UNDO_STATE, R"({"scope":"s"})") ==
        R"({"undo":[{"path":"notes:add","at":1700000000000}],)"
        R"("redo":[{"path":"notes:more","at":1700000000000}]})");
  CHECK(host.Undo("true") ==
        R"({"tenant":null,"number":null,"path":"notes:more","args":{"text":"two"}})");
  CHECK(host.Undo("true") == kNothing);
  CHECK(host.Call(SYNCLINE_UNDO_CLEAR, R"({"scope":"s"})") == "{}");
  CHECK(host.Undo("false") == kNothing);
}

TEST_CASE("undo and restore say what is missing or wrong") {
  Host host;
  CHECK(host.Call(SYNCLINE_UNDO, R"({"redo":false,"now":1})").find("\"scope\"") !=
        std::string::npos);
  CHECK(host.Call(SYNCLINE_UNDO, R"({"scope":"s","now":1})").find("\"redo\"") != std::string::npos);
  CHECK(host.Call(SYNCLINE_UNDO_STATE, "{}").find("\"scope\"") != std::string::npos);
  const std::string execution = host.Begin("");
  CHECK(host.Undo("false") == kNothing);
  CHECK(host.Call(SYNCLINE_UNDO_CLEAR, R"({"scope":"s"})").find("conflict: ") == 0);
  CHECK(host.Call(SYNCLINE_RESTORE, execution + R"(,"entry":"x"})") ==
        "invalid: No table keeps a history; write \"history: true\" for it in rules.ts");
}

}  // namespace
}  // namespace syncline
