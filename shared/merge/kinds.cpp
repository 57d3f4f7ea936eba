#include "shared/merge/kinds.hpp"

#include <algorithm>

#include "shared/merge/counter.hpp"
#include "shared/merge/list.hpp"
#include "shared/merge/set.hpp"
#include "shared/merge/text.hpp"
#include "shared/value/order.hpp"

namespace syncline {
namespace {

template <class E>
Result<std::optional<Edit>> Widen(Result<std::optional<E>> edit) {
  if (!edit) return Fail(edit.error());
  if (!*edit) return std::optional<Edit>();
  return std::optional<Edit>(std::move(**edit));
}
template <class E>
std::optional<Edit> Widen(std::optional<E> edit) {
  if (!edit) return std::nullopt;
  return Edit(std::move(*edit));
}

}  // namespace

Result<std::optional<Edit>> EditBetween(MergeKind kind, const KindState& before, const Value& after,
                                        ReplicaId author) {
  switch (kind) {
    case MergeKind::kRegister: break;
    case MergeKind::kCounter: return Widen(CounterDifference(before.value, after));
    case MergeKind::kSet: return Widen(SetDifference(before, after, author));
    case MergeKind::kList: return Widen(ListDifference(before, after, author));
    case MergeKind::kText: return Widen(TextDifference(before, after, author));
  }
  return Fail(Code::kInvalid, "The field has no merge kind");
}

void SortSet(Array& elements) {
  const auto same = [](const Value& a, const Value& b) { return Compare(a, b) == 0; };
  std::sort(elements.begin(), elements.end(),
            [](const Value& a, const Value& b) { return Compare(a, b) < 0; });
  elements.erase(std::unique(elements.begin(), elements.end(), same), elements.end());
}

Result<Value> LiteralOf(MergeKind kind, Value value) {
  if (kind == MergeKind::kCounter) {
    if (Status counts = CheckCounter({}, {value}); !counts) return Fail(counts.error());
  } else if (kind == MergeKind::kText) {
    if (!value.Is<std::string>()) return Fail(Code::kInvalid, "A text holds a string");
  } else if (kind != MergeKind::kRegister) {
    Array* array = value.As<Array>();
    if (!array) return Fail(Code::kInvalid, "A set or list holds an array");
    if (kind == MergeKind::kSet) SortSet(*array);
  }
  return value;
}

Status CheckEdit(const KindState& now, const Edit& edit, ReplicaId author) {
  switch (KindOf(edit)) {
    case MergeKind::kRegister: break;
    case MergeKind::kCounter: return CheckCounter(now.value, std::get<CounterEdit>(edit));
    case MergeKind::kSet: return CheckSet(now, std::get<SetEdit>(edit), author);
    case MergeKind::kList: return CheckList(now, std::get<ListEdit>(edit), author);
    case MergeKind::kText: return CheckText(now, std::get<TextEdit>(edit), author);
  }
  return Done{};
}

void ApplyEdit(KindState& now, const Edit& edit, const Stamp& stamp) {
  switch (KindOf(edit)) {
    case MergeKind::kRegister: return;
    case MergeKind::kCounter: return ApplyCounter(now.value, std::get<CounterEdit>(edit));
    case MergeKind::kSet: return ApplySet(now, std::get<SetEdit>(edit), stamp);
    case MergeKind::kList: return ApplyList(now, std::get<ListEdit>(edit), stamp);
    case MergeKind::kText: return ApplyText(now, std::get<TextEdit>(edit), stamp);
  }
}

Edit InverseOf(const KindState& before, const Edit& done) {
  if (const auto* counter = std::get_if<CounterEdit>(&done)) return InverseOf(*counter);
  if (const auto* set = std::get_if<SetEdit>(&done)) return InverseOf(before, *set);
  if (const auto* list = std::get_if<ListEdit>(&done)) return InverseOf(before, *list);
  return InverseOf(before, std::get<TextEdit>(done));
}

namespace {

std::optional<Edit> Renewed(const KindState& now, const Edit& inverse, ReplicaId author) {
  if (now.value.is_undefined()) return std::nullopt;
  switch (KindOf(inverse)) {
    case MergeKind::kRegister: break;
    case MergeKind::kCounter: return inverse;
    case MergeKind::kSet: return Widen(RenewSet(now, std::get<SetEdit>(inverse), author));
    case MergeKind::kList: return Widen(RenewList(now, std::get<ListEdit>(inverse), author));
    case MergeKind::kText: return Widen(RenewText(now, std::get<TextEdit>(inverse), author));
  }
  return std::nullopt;
}

}  // namespace

std::optional<Edit> RenewEdit(const KindState& now, const Edit& inverse, ReplicaId author) {
  std::optional<Edit> edit = Renewed(now, inverse, author);
  if (edit && !CheckEdit(now, *edit, author)) return std::nullopt;
  return edit;
}

}  // namespace syncline
