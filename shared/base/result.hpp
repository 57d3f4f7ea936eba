// Result<T>: a T, or the Error that kept us from one.
//
// It has the names of std::expected (C++23), which our wasm compiler does not have yet. An error's
// code says who must act; its message says what, where and what to do.
#pragma once
#include <string>
#include <utility>
#include <variant>

#include "shared/base/check.hpp"

namespace syncline {

// What went wrong, by who must act. The values are on the wire and in the JavaScript API: append
// only, never renumber.
enum class Code : unsigned char {
  kInvalid = 1,      // the caller's argument, document or message is wrong; do not retry
  kDenied = 2,       // a rule or the authority said no; do not retry
  kNotFound = 3,     // no such table, index, row or function
  kConflict = 4,     // versions disagree, or another owner holds the data
  kUnavailable = 5,  // the store or the network is full or away; retry later
  kCorrupt = 6,      // bytes on disk or on the wire do not decode; stop and report
};

// The code's name in messages, logs and the JavaScript API: "invalid", "denied", ...
const char* CodeName(Code code);

struct Error {
  Code code;
  // For a developer: names the table, field, limit or offset.
  std::string message;
};

struct Failure {
  Error error;
};
inline Failure Fail(Code code, std::string message) { return {{code, std::move(message)}}; }
inline Failure Fail(Error error) { return {std::move(error)}; }

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Failure failure) : state_(std::in_place_index<1>, std::move(failure.error)) {}

  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }
  T& operator*() & { return Get(); }
  const T& operator*() const& { return const_cast<Result*>(this)->Get(); }
  T&& operator*() && { return std::move(Get()); }
  T* operator->() { return &Get(); }
  const T* operator->() const { return &const_cast<Result*>(this)->Get(); }
  const Error& error() const {
    CHECK(!has_value());
    return *std::get_if<1>(&state_);
  }

 private:
  T& Get() {
    CHECK(has_value());
    return *std::get_if<0>(&state_);
  }
  std::variant<T, Error> state_;
};

// The value of an operation that has none to give.
struct Done {};
using Status = Result<Done>;

}  // namespace syncline
