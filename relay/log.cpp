#include "relay/log.hpp"

#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>

namespace syncline::relay {
namespace {

constexpr std::array<std::string_view, 4> kLevelNames{"debug", "info", "warn", "error"};

// Control and non-ASCII bytes are escaped one by one, so that any bytes give a valid line.
void AppendQuoted(std::string& out, std::string_view text) {
  constexpr char kHex[] = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte > 0x7e) {
      out += "\\u00";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    } else {
      out += c;
    }
  }
  out += '"';
}

void AppendTime(std::string& out) {
  const auto now = std::chrono::system_clock::now();
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch());
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::array<char, 32> text{};
  const std::size_t length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &utc);
  out.append(text.data(), length);
  const auto size =
      std::snprintf(text.data(), text.size(), ".%03dZ", static_cast<int>(ms.count() % 1000));
  out.append(text.data(), static_cast<std::size_t>(size));
}

struct AppendValue {
  std::string& out;
  void operator()(std::string_view text) const { AppendQuoted(out, text); }
  void operator()(std::int64_t number) const { out += std::to_string(number); }
  void operator()(std::uint64_t number) const { out += std::to_string(number); }
  void operator()(bool value) const { out += value ? "true" : "false"; }
};

}  // namespace

std::optional<LogLevel> LogLevelFromName(std::string_view name) {
  for (std::size_t i = 0; i < kLevelNames.size(); ++i) {
    if (kLevelNames[i] == name) return static_cast<LogLevel>(i);
  }
  return std::nullopt;
}

void Log::Debug(std::string_view event, Fields fields) const {
  Write(LogLevel::kDebug, event, fields);
}
void Log::Info(std::string_view event, Fields fields) const {
  Write(LogLevel::kInfo, event, fields);
}
void Log::Warn(std::string_view event, Fields fields) const {
  Write(LogLevel::kWarn, event, fields);
}
void Log::Error(std::string_view event, Fields fields) const {
  Write(LogLevel::kError, event, fields);
}

void Log::Write(LogLevel level, std::string_view event, Fields fields) const {
  if (level < least_) return;
  std::string line = "{\"time\":\"";
  AppendTime(line);
  line += "\",\"level\":";
  AppendQuoted(line, kLevelNames[static_cast<std::size_t>(level)]);
  line += ",\"event\":";
  AppendQuoted(line, event);
  for (const LogField& field : fields) {
    line += ',';
    AppendQuoted(line, field.name);
    line += ':';
    std::visit(AppendValue{line}, field.value);
  }
  line += "}\n";
  // One write, so that lines of several threads do not mix. A log that cannot be written is no
  // reason to stop serving.
  [[maybe_unused]] const auto written = ::write(descriptor_, line.data(), line.size());
}

}  // namespace syncline::relay
