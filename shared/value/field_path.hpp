// Field paths: how rows, the merge and the wire name a field or a leaf of an object field.
#pragma once
#include <algorithm>
#include <string>
#include <string_view>

namespace syncline {

// Joins the names from the document down to a leaf. Cannot occur in a field name, which has no control
// characters.
inline constexpr char kPathStep = '\x1f';

// A path as people read it.
inline std::string Dotted(std::string_view path) {
  std::string text(path);
  std::replace(text.begin(), text.end(), kPathStep, '.');
  return text;
}

}  // namespace syncline
