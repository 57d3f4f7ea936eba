#include "shared/value/place.hpp"

namespace syncline {

std::string Place::Text() const {
  if (!parent_) return {};
  std::string text = parent_->Text();
  if (element_) return text + '[' + std::to_string(index_) + ']';
  text += '.';
  text += name_;
  return text;
}

}  // namespace syncline
