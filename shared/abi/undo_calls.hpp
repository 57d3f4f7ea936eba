// The calls that undo mutations, redo them and put rows back from their history.
#pragma once
#include "shared/abi/json_call.hpp"

namespace syncline::abi {

Result<Bytes> DoUndo(Replica& replica, Input& input);
Result<Bytes> DoUndoState(Replica& replica, Input& input);
Result<Bytes> DoUndoClear(Replica& replica, Input& input);
Result<Bytes> DoRestore(Replica& replica, Input& input);

}  // namespace syncline::abi
