#include "tests/simulation/kinds_model.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "shared/base/utf8.hpp"
#include "shared/value/json.hpp"
#include "tests/simulation/context.hpp"

namespace syncline::simulation {
namespace {

// A text's characters, as the elements of a list.
std::vector<std::string> Parts(const Value& value) {
  std::vector<std::string> parts;
  if (const std::string* text = value.As<std::string>()) {
    for (std::string_view left = *text; !left.empty();) {
      const std::string_view before = left;
      static_cast<void>(TakeCodePoint(left));
      parts.emplace_back(before.substr(0, before.size() - left.size()));
    }
  } else if (const Array* array = value.As<Array>()) {
    for (const Value& element : *array) parts.push_back(ToJson(element));
  }
  return parts;
}

// 0 for what is no number, which only a hostile program adds, in vain.
double NumberOf(const Value& value) {
  const double* number = value.As<double>();
  return number ? *number : 0;
}

std::string Joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += " " + part;
  return text;
}

}  // namespace

MergeKind KindOf(const std::string& table, const std::string& path) {
  if (table == "tasks" && path == "minutes") return MergeKind::kCounter;
  if (table != "boards") return MergeKind::kRegister;
  if (path == "votes") return MergeKind::kCounter;
  if (path == "tags") return MergeKind::kSet;
  if (path == "items") return MergeKind::kList;
  return path == "body" ? MergeKind::kText : MergeKind::kRegister;
}

KindModel::KindModel(MergeKind kind, const Value& literal, ReplicaId author) : kind_(kind) {
  if (kind == MergeKind::kCounter) {
    sum_ = NumberOf(literal);
    return;
  }
  std::uint64_t counter = 0;
  for (const std::string& part : Parts(literal)) {
    const ElementId id{counter++, author};
    if (kind == MergeKind::kSet) {
      additions_[part].insert(id);
    } else {
      elements_[id] = part;
      ever_.insert(id);
    }
  }
}

bool KindModel::Misses(const Edit& edit, ReplicaId author, bool swept) const {
  if (syncline::KindOf(edit) != kind_) return true;
  const auto misses = [&](const ElementId& id) {
    if (id == kNoElement) return false;
    return swept ? elements_.count(id) == 0 : ever_.count(id) == 0;
  };
  const auto used = [&](std::uint64_t counter) { return ever_.count({counter, author}) != 0; };
  std::set<ElementId> own;  // of this very edit
  const auto unknown = [&](const ElementId& id) { return own.count(id) == 0 && misses(id); };
  if (const auto* set = std::get_if<SetEdit>(&edit)) {
    const auto seen = [&](const ElementId& id) {
      return std::any_of(additions_.begin(), additions_.end(),
                         [&](const auto& addition) { return addition.second.count(id) != 0; });
    };
    return std::any_of(set->removed.begin(), set->removed.end(), [&](const auto& removal) {
      return !std::all_of(removal.seen.begin(), removal.seen.end(), seen);
    });
  }
  if (const auto* counter = std::get_if<CounterEdit>(&edit)) {
    return !counter->by.Is<double>() || !std::isfinite(sum_ + NumberOf(counter->by));
  }
  bool any = false;
  if (const auto* list = std::get_if<ListEdit>(&edit)) {
    for (const ListEdit::Insertion& one : list->inserted) {
      any = any || used(one.counter) || unknown(one.left) || unknown(one.right);
      for (std::uint64_t i = 0; i < one.elements.size(); ++i) own.insert({one.counter + i, author});
    }
    for (const ListEdit::Move& one : list->moved) {
      any = any || used(one.counter) || unknown(one.element);
      any = any || unknown(one.left) || unknown(one.right);
      own.insert({one.counter, author});
    }
    for (const ListEdit::Write& one : list->written) any = any || unknown(one.element);
    for (const ElementId& one : list->removed) any = any || unknown(one);
  } else if (const auto* text = std::get_if<TextEdit>(&edit)) {
    for (const TextEdit::Insertion& one : text->inserted) {
      any = any || used(one.counter) || unknown(one.left) || unknown(one.right);
      const std::size_t count = Parts(Value(one.text)).size();
      for (std::uint64_t i = 0; i < count; ++i) own.insert({one.counter + i, author});
    }
    for (const TextEdit::Deletion& one : text->deleted) {
      // Far above what a program of the simulation writes.
      any = any || one.count > 1000;
      for (std::uint64_t i = 0; i < one.count && !any; ++i) {
        any = unknown({one.first.counter + i, one.first.replica});
      }
    }
  }
  return any;
}

void KindModel::Apply(const Edit& edit, const Stamp& stamp) {
  const ReplicaId author = stamp.replica;
  if (const auto* counter = std::get_if<CounterEdit>(&edit)) {
    sum_ += NumberOf(counter->by);
  } else if (const auto* set = std::get_if<SetEdit>(&edit)) {
    for (const SetEdit::Removal& removal : set->removed) {
      std::set<ElementId>& ids = additions_[ToJson(removal.element)];
      // Who saw one addition of a replica saw those before it.
      for (const ElementId& seen : removal.seen) {
        for (auto id = ids.begin(); id != ids.end();) {
          const bool gone = id->replica == seen.replica && id->counter <= seen.counter;
          id = gone ? ids.erase(id) : std::next(id);
        }
      }
    }
    for (const Value& added : set->added) additions_[ToJson(added)].insert({set->counter, author});
  } else if (const auto* list = std::get_if<ListEdit>(&edit)) {
    for (const ListEdit::Insertion& insertion : list->inserted) {
      std::uint64_t next = insertion.counter;
      for (const Value& element : insertion.elements) {
        ever_.insert({next, author});
        elements_[{next++, author}] = ToJson(element);
      }
    }
    for (const ListEdit::Move& move : list->moved) ever_.insert({move.counter, author});
    for (const ListEdit::Write& write : list->written) {
      const auto element = elements_.find(write.element);
      Stamp& last = written_[write.element];
      if (element == elements_.end() || stamp < last || !write.path.empty()) continue;
      element->second = ToJson(write.value);
      last = stamp;
    }
    for (const ElementId& removed : list->removed) elements_.erase(removed);
  } else {
    const auto& text = std::get<TextEdit>(edit);
    for (const TextEdit::Insertion& insertion : text.inserted) {
      std::uint64_t next = insertion.counter;
      for (const std::string& part : Parts(Value(insertion.text))) {
        ever_.insert({next, author});
        elements_[{next++, author}] = part;
      }
    }
    for (const TextEdit::Deletion& deletion : text.deleted) {
      for (auto element = elements_.begin(); element != elements_.end();) {
        const ElementId& id = element->first;
        const bool gone = id.replica == deletion.first.replica &&
                          id.counter >= deletion.first.counter &&
                          id.counter - deletion.first.counter < deletion.count;
        element = gone ? elements_.erase(element) : std::next(element);
      }
    }
  }
}

void KindModel::Check(const Value& visible) const {
  if (kind_ == MergeKind::kCounter) {
    if (NumberOf(visible) != sum_) {
      Break("merge kinds", "a counter is " + ToJson(visible) + ", and its increments add up to " +
                               std::to_string(sum_));
    }
    return;
  }
  std::vector<std::string> wanted;
  for (const auto& [part, ids] : additions_) {
    if (!ids.empty()) wanted.push_back(part);
  }
  for (const auto& [id, part] : elements_) wanted.push_back(part);
  std::vector<std::string> found = Parts(visible);
  std::sort(wanted.begin(), wanted.end());
  std::sort(found.begin(), found.end());
  if (found != wanted) {
    Break("merge kinds", "a field has" + Joined(found) + ", and should have" + Joined(wanted));
  }
}

}  // namespace syncline::simulation
