#include "shared/merge/set.hpp"

namespace syncline {

Result<std::optional<SetEdit>> SetDifference(const KindState&, const Value&, ReplicaId) {
  return Fail(Code::kInvalid, "Fields of this merge kind cannot be changed yet");
}
Status CheckSet(const KindState&, const SetEdit&, ReplicaId) {
  return Fail(Code::kInvalid, "Fields of this merge kind cannot be changed yet");
}
void ApplySet(KindState&, const SetEdit&, const Stamp&) {}
SetEdit InverseOf(const KindState&, const SetEdit&) { return {}; }
std::optional<SetEdit> RenewSet(const KindState&, const SetEdit&, ReplicaId) { return std::nullopt; }

}  // namespace syncline
