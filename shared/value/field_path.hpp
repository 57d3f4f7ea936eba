// Field paths: how rows, the merge and the wire name a field or a leaf of an object field.
#pragma once

namespace syncline {

// Joins the names from the document down to a leaf. Cannot occur in a field name, which has no control
// characters.
inline constexpr char kPathStep = '\x1f';

}  // namespace syncline
