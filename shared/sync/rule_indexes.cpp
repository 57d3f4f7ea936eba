#include "shared/sync/rule_indexes.hpp"

#include <algorithm>

#include "shared/base/hash.hpp"

namespace syncline {

std::string IndexOf(const Unique& unique) {
  std::string definition = unique.where_text;
  for (const std::string& field : unique.fields) definition += "\n" + field;
  std::string name = "_unique:";
  for (int shift = 60; shift >= 0; shift -= 4) {
    name += "0123456789abcdef"[(Fnv1a64(definition) >> shift) & 15];
  }
  return name;
}

std::string IndexOf(const Reference& reference) { return "_reference:" + reference.field; }

std::vector<ExtraIndex> ExtraIndexesOf(const Application& application) {
  using Takes = ExtraIndex::Takes;
  std::vector<ExtraIndex> indexes;
  if (application.alone) return indexes;
  const Membership& membership = application.rules.membership();
  indexes.push_back(
      {membership.table, kMembershipIndex, {membership.field}, Takes::kEvery, {}, {}});
  const auto add = [&](ExtraIndex index) {
    // Two rules may ask for the same.
    if (std::none_of(indexes.begin(), indexes.end(), [&](const ExtraIndex& known) {
          return known.table == index.table && known.name == index.name;
        })) {
      indexes.push_back(std::move(index));
    }
  };
  for (const auto& [name, table] : application.rules.tables()) {
    for (const Unique& unique : table.unique) {
      ExtraIndex index{name, IndexOf(unique),  unique.fields, Takes::kDefined,
                       {},   unique.where_text};
      if (unique.where) {
        index.where = [where = *unique.where](const Object& document) {
          Subject subject;
          subject.row = &document;
          return Allows(where, subject);
        };
      }
      add(std::move(index));
    }
    for (const Reference& reference : table.references) {
      add({name, IndexOf(reference), {reference.field}, Takes::kIds, {}, {}});
    }
  }
  return indexes;
}

}  // namespace syncline
