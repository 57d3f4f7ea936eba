#include "shared/merge/list.hpp"

namespace syncline {

Result<std::optional<ListEdit>> ListDifference(const KindState&, const Value&, ReplicaId) {
  return Fail(Code::kInvalid, "Fields of this merge kind cannot be changed yet");
}
Status CheckList(const KindState&, const ListEdit&, ReplicaId) {
  return Fail(Code::kInvalid, "Fields of this merge kind cannot be changed yet");
}
void ApplyList(KindState&, const ListEdit&, const Stamp&) {}
ListEdit InverseOf(const KindState&, const ListEdit&) { return {}; }
std::optional<ListEdit> RenewList(const KindState&, const ListEdit&, ReplicaId) { return std::nullopt; }

}  // namespace syncline
