// KindsModel: what fields of merge kinds must hold, by a plain model that knows nothing of shared/merge: a
// counter is a sum, a set its additions, a list and a text the elements that were put in and not taken out.
// The order of a list's or text's elements is the relay's to choose; that all devices have it is checked
// elsewhere.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>

#include "shared/merge/merge.hpp"
#include "shared/schema/schema.hpp"

namespace syncline::simulation {

// One field.
class KindModel {
 public:
  KindModel() = default;
  // As an insert by that replica writes it.
  KindModel(MergeKind kind, const Value& literal, ReplicaId author);
  void Apply(const Edit& edit, const Stamp& stamp);
  // Whether the edit, which is not applied yet, may be refused: a wrong kind, an id that its author has used, or
  // a reference to what was never here or, where `swept`, is here no more.
  bool Misses(const Edit& edit, ReplicaId author, bool swept) const;
  // What a counter has come to; none for the other kinds.
  std::optional<double> sum() const {
    return kind_ == MergeKind::kCounter ? std::optional<double>(sum_) : std::nullopt;
  }
  // Throws Broken unless the visible value has exactly what it must.
  void Check(const Value& visible) const;

 private:
  MergeKind kind_ = MergeKind::kRegister;
  double sum_ = 0;
  // By the element's JSON.
  std::map<std::string, std::set<ElementId>> additions_;
  std::map<ElementId, std::string> elements_;
  std::set<ElementId>
      ever_;  // also those that were taken out, and places that elements were moved to
  std::map<ElementId, Stamp> written_;  // elements that were changed in place: the last write wins
};

// The kinds of the simulated application's fields.
MergeKind KindOf(const std::string& table, const std::string& path);

}  // namespace syncline::simulation
