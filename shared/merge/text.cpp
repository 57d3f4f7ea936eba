#include "shared/merge/text.hpp"

namespace syncline {

Result<std::optional<TextEdit>> TextDifference(const KindState&, const Value&, ReplicaId) {
  return Fail(Code::kInvalid, "Fields of this merge kind cannot be changed yet");
}
Status CheckText(const KindState&, const TextEdit&, ReplicaId) {
  return Fail(Code::kInvalid, "Fields of this merge kind cannot be changed yet");
}
void ApplyText(KindState&, const TextEdit&, const Stamp&) {}
TextEdit InverseOf(const KindState&, const TextEdit&) { return {}; }
std::optional<TextEdit> RenewText(const KindState&, const TextEdit&, ReplicaId) { return std::nullopt; }

}  // namespace syncline
