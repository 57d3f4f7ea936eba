#include "shared/abi/undo_calls.hpp"

namespace syncline::abi {

Result<Bytes> DoUndo(Replica& replica, Input& input) {
  Replica::Begin begin;
  Result<std::string> scope = input.NeedText("scope");
  const Result<std::uint64_t> now = input.NeedNumber("now");
  const Value* redo = input.Find("redo");
  if (!scope || !now) return Fail(scope ? now.error() : scope.error());
  if (!redo || !redo->Is<bool>()) return Missing("redo", "a boolean");
  begin.undo = std::move(*scope);
  begin.now_ms = *now;
  if (const Value* identity = input.Find("identity"); identity && identity->Is<Object>()) {
    begin.claims = *identity->As<Object>();
  }
  const Result<std::optional<Replica::Undone>> undone =
      replica.Undo(begin, *redo->As<bool>() ? UndoStack::kRedo : UndoStack::kUndo);
  if (!undone) return Fail(undone.error());
  if (!*undone) return Bytes(R"({"tenant":null,"number":null,"path":null,"args":null})");
  const Replica::Undone& what = **undone;
  Bytes out = "{";
  if (what.made) {
    AppendText(out, "tenant", what.made->tenant.text);
    out += ",\"number\":" + std::to_string(what.made->number) + ",";
  } else {
    out += "\"tenant\":null,\"number\":null,";
  }
  AppendText(out, "path", what.path);
  return out + ",\"args\":" + (what.args.empty() ? "{}" : what.args) + "}";
}

Result<Bytes> DoUndoState(Replica& replica, Input& input) {
  const Result<std::string> scope = input.NeedText("scope");
  if (!scope) return Fail(scope.error());
  Bytes out = "{";
  for (const auto& [name, stack] :
       {std::pair{"undo", UndoStack::kUndo}, std::pair{"redo", UndoStack::kRedo}}) {
    const Result<std::vector<UndoEntry>> entries = replica.Undoable(*scope, stack);
    if (!entries) return Fail(entries.error());
    if (out.size() > 1) out += ',';
    AppendList(out, name, *entries, [&](const UndoEntry& entry) {
      out += '{';
      AppendText(out, "path", entry.path);
      out += ",\"at\":" + std::to_string(entry.at_ms) + "}";
    });
  }
  return out + "}";
}

Result<Bytes> DoUndoClear(Replica& replica, Input& input) {
  const Result<std::string> scope = input.NeedText("scope");
  if (!scope) return Fail(scope.error());
  if (Status done = replica.ClearUndo(*scope); !done) return Fail(done.error());
  return Bytes("{}");
}

Result<Bytes> DoRestore(Replica& replica, Input& input) {
  const Result<ExecutionId> execution = input.NeedExecution();
  const Result<std::string> entry = input.NeedText("entry");
  if (!execution || !entry) return Fail(execution ? entry.error() : execution.error());
  const Result<std::string> id = replica.Restore(*execution, *entry);
  if (!id) return Fail(id.error());
  Bytes out = "{";
  AppendText(out, "_id", *id);
  return out + "}";
}

}  // namespace syncline::abi
