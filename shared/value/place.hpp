// Place: where in a value one is, as a chain of steps on the stack of a walk. It costs nothing until
// an error asks for its text.
#pragma once
#include <string>
#include <string_view>

namespace syncline {

class Place {
 public:
  Place() = default;
  // The member `name`, or the element `index`, of what is at `parent`. Both borrow.
  Place(const Place& parent, std::string_view name) : parent_(&parent), name_(name) {}
  Place(const Place& parent, std::size_t index) : parent_(&parent), index_(index), element_(true) {}

  // ".items[3].name"; empty at the top.
  std::string Text() const;

 private:
  const Place* parent_ = nullptr;
  std::string_view name_;
  std::size_t index_ = 0;
  bool element_ = false;
};

}  // namespace syncline
