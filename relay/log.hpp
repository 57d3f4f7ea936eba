// Log: what the relay tells its operator, one JSON object a line on stderr:
//   {"time":"2026-01-02T03:04:05.678Z","level":"info","event":"listening","port":8787}
// Safe from any thread (one write a line). Tokens, claims, documents
// and network addresses are never handed to it.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace syncline::relay {

enum class LogLevel { kDebug, kInfo, kWarn, kError };
std::optional<LogLevel> LogLevelFromName(
    std::string_view name);  // "debug", "info", "warn", "error"

struct LogField {
  std::string_view name;
  std::variant<std::string_view, std::int64_t, std::uint64_t, bool> value;
};

class Log {
 public:
  explicit Log(LogLevel least, int descriptor = 2) : least_(least), descriptor_(descriptor) {}
  using Fields = std::initializer_list<LogField>;
  void Debug(std::string_view event, Fields fields = {}) const;
  void Info(std::string_view event, Fields fields = {}) const;
  void Warn(std::string_view event, Fields fields = {}) const;
  void Error(std::string_view event, Fields fields = {}) const;

 private:
  void Write(LogLevel level, std::string_view event, Fields fields) const;
  LogLevel least_;
  int descriptor_;
};

}  // namespace syncline::relay
