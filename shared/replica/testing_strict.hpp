// For tests: a person's strict mutations. Include it after doctest.
#pragma once
#include "shared/replica/testing_sync.hpp"

namespace syncline::testing {

inline Value ByStatus(const std::string& status) {
  return *ParseJsonEnvelope(
      R"({"source":{"type":"IndexRange","indexName":"schedules.by_status","range":[{"type":"Eq",)"
      R"("fieldPath":"status","value":")" +
      status + R"("}],"order":"asc"},"operators":[]})");
}

// A person's strict mutations.
class Strict {
 public:
  Strict(Relay& relay, Person& person) : relay_(relay), person_(person) {}

  Result<ExecutionId> Begin() {
    Replica::Begin begin;
    begin.mutation = begin.strict = true;
    begin.now_ms = relay_.now + person_.ahead_ms;
    begin.claims = person_.claims();
    begin.path = "test:strict";
    begin.args = R"({"a":1})";
    return person_.replica->BeginExecution(std::move(begin));
  }
  template <class Body>
  Result<std::optional<ChangeSetRef>> Run(Body body) {
    const Result<ExecutionId> execution = Begin();
    if (!execution) return Fail(execution.error());
    body(*execution);
    return person_.replica->Commit(*execution);
  }
  // The same, where it has to make a change set; gives its number.
  template <class Body>
  std::uint64_t Number(Body body) {
    const auto made = Run(body);
    REQUIRE_MESSAGE(made, (made ? "" : made.error().message));
    REQUIRE(made->has_value());
    return (*made)->number;
  }
  std::optional<Object> Get(ExecutionId execution, const std::string& id) {
    auto found = person_.replica->Get(execution, id, std::nullopt);
    REQUIRE_MESSAGE(found, (found ? "" : found.error().message));
    return *found;
  }
  void Patch(ExecutionId execution, const std::string& id, const std::string& json) {
    const Status done = person_.replica->Patch(execution, id, std::nullopt, Json(json));
    REQUIRE_MESSAGE(done, (done ? "" : done.error().message));
  }
  std::vector<Object> Read(ExecutionId execution, const Value& query, std::size_t count = 1000) {
    const auto stream = person_.replica->OpenStream(execution, query);
    REQUIRE_MESSAGE(stream, (stream ? "" : stream.error().message));
    const auto page = person_.replica->NextPage(execution, *stream, count, 0);
    REQUIRE_MESSAGE(page, (page ? "" : page.error().message));
    REQUIRE(person_.replica->CloseStream(execution, *stream, page->documents.size()));
    return page->documents;
  }
  Replica::News News() { return person_.replica->TakeNews(); }

 private:
  Relay& relay_;
  Person& person_;
};

inline std::string TextOf(const Object& document, const char* field) {
  const Value* value = document.Find(field);
  return value && value->Is<std::string>() ? *value->As<std::string>() : std::string();
}

}  // namespace syncline::testing
