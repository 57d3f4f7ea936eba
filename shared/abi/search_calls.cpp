#include "shared/abi/search_calls.hpp"

namespace syncline::abi {

Result<Bytes> DoVectorSearch(Replica& replica, Input& input) {
  const Result<ExecutionId> execution = input.NeedExecution();
  if (!execution) return Fail(execution.error());
  const Value* query = input.Find("query");
  if (!query) return Missing("query", "an object");
  const auto found = replica.VectorSearch(*execution, *query);
  if (!found) return Fail(found.error());
  Bytes out = "{";
  AppendList(out, "results", *found, [&](const Replica::Nearest& nearest) {
    out += '{';
    AppendText(out, "_id", nearest.id);
    out += ",\"_score\":";
    AppendJson(out, Value(nearest.score));
    out += '}';
  });
  return out + "}";
}

}  // namespace syncline::abi
