#include "shared/value/order.hpp"

#include <algorithm>

#include "shared/value/float_bits.hpp"

namespace syncline {
namespace {

template <class T>
int Sign(const T& a, const T& b) {
  return a < b ? -1 : b < a ? 1 : 0;
}

int CompareSame(Undefined, Undefined) { return 0; }
int CompareSame(Null, Null) { return 0; }
int CompareSame(std::int64_t a, std::int64_t b) { return Sign(a, b); }
int CompareSame(double a, double b) { return Sign(OrderedFloatBits(a), OrderedFloatBits(b)); }
int CompareSame(bool a, bool b) { return Sign(a, b); }
int CompareSame(const std::string& a, const std::string& b) { return a.compare(b); }
int CompareSame(const BytesValue& a, const BytesValue& b) { return a.bytes.compare(b.bytes); }
int CompareSame(const Object& a, const Object& b) { return Compare(a, b); }

int CompareSame(const Array& a, const Array& b) {
  const std::size_t common = std::min(a.size(), b.size());
  for (std::size_t i = 0; i < common; ++i) {
    if (const int order = Compare(a[i], b[i])) return order;
  }
  return Sign(a.size(), b.size());
}

}  // namespace

int Compare(const Value& a, const Value& b) {
  if (a.state().index() != b.state().index()) return Sign(a.state().index(), b.state().index());
  return std::visit(
      [&b](const auto& held) { return CompareSame(held, *b.As<std::decay_t<decltype(held)>>()); },
      a.state());
}

int Compare(const Object& a, const Object& b) {
  const std::size_t common = std::min(a.size(), b.size());
  for (std::size_t i = 0; i < common; ++i) {
    const Member& left = a.members()[i];
    const Member& right = b.members()[i];
    if (const int order = left.name.compare(right.name)) return order;
    if (const int order = Compare(left.value, right.value)) return order;
  }
  return Sign(a.size(), b.size());
}

}  // namespace syncline
