#include "relay/config.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <iterator>
#include <limits>
#include <optional>
#include <variant>

#include "relay/files.hpp"
#include "shared/value/json.hpp"

namespace syncline::relay {
namespace {

constexpr std::size_t kConfigBytesMax = 1 << 20;

enum class Kind { kPlain, kPath };

using Field = std::variant<std::string Config::*, std::uint64_t Config::*, bool Config::*,
                           std::vector<std::string> Config::*>;

struct Option {
  std::string_view name;  // as in the file
  Field field;
  std::string_view value;  // what stands for the value in the help
  std::string_view help;
  std::uint64_t least = 0;
  std::uint64_t most = std::numeric_limits<std::uint32_t>::max();
  Kind kind = Kind::kPlain;
};

constexpr std::uint64_t kNoBound = std::numeric_limits<std::uint32_t>::max();

// Every option but `keys`, in the order of the help.
const std::vector<Option>& Options() {
  static const std::vector<Option> options{
      {"address", &Config::address, "IP", "address to listen on; 0.0.0.0 for every network"},
      {"port", &Config::port, "N", "port to listen on; 0 for a free one", 0, 65'535},
      {"data", &Config::data, "DIR", "where tenants are kept; made if missing", 0, kNoBound,
       Kind::kPath},
      {"app", &Config::app, "FILE",
       "the application to serve: {\"schema\": ..., \"rules\": ...}; empty for the one deployed "
       "last",
       0, kNoBound, Kind::kPath},
      {"serve_dir", &Config::serve_dir, "DIR", "static files to serve beside /sync", 0, kNoBound,
       Kind::kPath},
      {"threads", &Config::threads, "N", "threads; 0 for one a core", 0, 256},
      {"log_level", &Config::log_level, "LEVEL", "debug, info, warn or error"},
      {"jwks", &Config::jwks, "FILE", "JSON Web Key Set that tokens may be signed with", 0,
       kNoBound, Kind::kPath},
      {"issuer", &Config::issuer, "TEXT", "what a token's iss must be"},
      {"audience", &Config::audience, "TEXT", "what a token's aud must name"},
      {"leeway_s", &Config::leeway_s, "N", "seconds the issuer's clock may differ", 0, 3600},
      {"require_expiry", &Config::require_expiry, "", "refuse tokens without exp"},
      {"dev_tokens", &Config::dev_tokens, "",
       "hand a token to everyone who asks at /dev/token: for development only"},
      {"origins", &Config::origins, "LIST",
       "pages that may connect, e.g. https://a.example,https://b.example; * for all; "
       "empty for this host and localhost"},
      {"metrics_public", &Config::metrics_public, "", "let other machines read /metrics"},
      {"admin", &Config::admin, "", "take applications at /admin/application from who has the key"},
      {"admin_key_file", &Config::admin_key_file, "FILE",
       "the key of /admin/application; empty for DATA/admin.key, made if missing", 0, kNoBound,
       Kind::kPath},
      {"connections_max", &Config::connections_max, "N", "connections in all", 1},
      {"connections_per_address_max", &Config::connections_per_address_max, "N",
       "connections of one address; 0 for no limit"},
      {"messages_per_second", &Config::messages_per_second, "N",
       "messages of one session; 0 for no limit"},
      {"bytes_per_second", &Config::bytes_per_second, "N", "bytes of one session; 0 for no limit"},
      {"address_messages_per_second", &Config::address_messages_per_second, "N",
       "messages of one address; 0 for no limit"},
      {"address_bytes_per_second", &Config::address_bytes_per_second, "N",
       "bytes of one address; 0 for no limit"},
      {"admin_requests_per_second", &Config::admin_requests_per_second, "N",
       "requests of one address to /admin/application; 0 for no limit"},
      {"session_queue_bytes_max", &Config::session_queue_bytes_max, "N",
       "bytes that may wait for one session before it is cut", 1 << 20},
      {"push_change_sets_max", &Config::push_change_sets_max, "N", "change sets in one push", 1},
      {"tenant_queue_bytes_max", &Config::tenant_queue_bytes_max, "N",
       "bytes of change sets that may wait for one tenant", 1 << 20},
      {"tenants_open_max", &Config::tenants_open_max, "N", "tenants open on one thread", 1},
      {"tenant_idle_s", &Config::tenant_idle_s, "N", "seconds until an unused tenant is closed"},
      {"shutdown_s", &Config::shutdown_s, "N", "seconds that sessions get to end", 1, 3600},
  };
  return options;
}

std::string FlagOf(std::string_view name) {
  std::string flag = "--" + std::string(name);
  for (char& c : flag) {
    if (c == '_') c = '-';
  }
  return flag;
}

std::vector<std::string> SplitList(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const auto comma = text.find(',');
    out.emplace_back(text.substr(0, comma));
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
  }
  return out;
}

std::string Resolve(const std::string& folder, const std::string& path) {
  if (folder.empty() || path.empty()) return path;
  return (std::filesystem::path(folder) / path).lexically_normal().string();
}

Status SetNumber(Config& config, std::uint64_t Config::*field, const Option& option,
                 std::optional<std::uint64_t> number) {
  if (!number || *number < option.least || *number > option.most) {
    return Fail(Code::kInvalid, "takes a whole number from " + std::to_string(option.least) +
                                    " to " + std::to_string(option.most));
  }
  config.*field = *number;
  return Done{};
}

// Sets an option from a flag's text. Messages say what the option takes.
struct SetFromText {
  Config& config;
  const Option& option;
  const std::string& text;

  Status operator()(std::string Config::*field) const {
    config.*field = text;
    return Done{};
  }
  Status operator()(std::uint64_t Config::*field) const {
    std::uint64_t number = 0;
    const char* end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, number);
    const bool whole = read.ec == std::errc() && read.ptr == end;
    return SetNumber(config, field, option, whole ? std::optional(number) : std::nullopt);
  }
  Status operator()(bool Config::*field) const {
    if (text != "true" && text != "false") return Fail(Code::kInvalid, "takes true or false");
    config.*field = text == "true";
    return Done{};
  }
  Status operator()(std::vector<std::string> Config::*field) const {
    config.*field = SplitList(text);
    return Done{};
  }
};

// The same from a value of the file.
struct SetFromJson {
  Config& config;
  const Option& option;
  const Value& value;
  const std::string& folder;

  Status operator()(std::string Config::*field) const {
    const auto* text = value.As<std::string>();
    if (!text) return Fail(Code::kInvalid, "takes a text");
    config.*field = option.kind == Kind::kPath ? Resolve(folder, *text) : *text;
    return Done{};
  }
  Status operator()(std::uint64_t Config::*field) const {
    const auto* number = value.As<double>();
    const bool whole = number && *number >= 0 && *number <= static_cast<double>(kNoBound) &&
                       std::floor(*number) == *number;
    return SetNumber(config, field, option,
                     whole ? std::optional(static_cast<std::uint64_t>(*number)) : std::nullopt);
  }
  Status operator()(bool Config::*field) const {
    const auto* flag = value.As<bool>();
    if (!flag) return Fail(Code::kInvalid, "takes true or false");
    config.*field = *flag;
    return Done{};
  }
  Status operator()(std::vector<std::string> Config::*field) const {
    const auto* array = value.As<Array>();
    std::vector<std::string> list;
    for (const Value& element : array ? *array : Array()) {
      if (const auto* text = element.As<std::string>()) list.push_back(*text);
    }
    if (!array || list.size() != array->size())
      return Fail(Code::kInvalid, "takes a list of texts");
    config.*field = std::move(list);
    return Done{};
  }
};

// An option's value as JSON text.
struct ToText {
  const Config& config;
  std::string operator()(std::string Config::*field) const { return ToJson(config.*field); }
  std::string operator()(std::uint64_t Config::*field) const {
    return std::to_string(config.*field);
  }
  std::string operator()(bool Config::*field) const { return config.*field ? "true" : "false"; }
  std::string operator()(std::vector<std::string> Config::*field) const {
    const std::vector<std::string>& list = config.*field;
    return ToJson(Array(list.begin(), list.end()));
  }
};

// The text with its comments (// to the end of the line, /* */) blanked out.
std::string WithoutComments(std::string_view text) {
  std::string out(text);
  bool quoted = false;
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (quoted && out[i] == '\\') {
      ++i;
    } else if (out[i] == '"') {
      quoted = !quoted;
    } else if (!quoted && (out.compare(i, 2, "//") == 0 || out.compare(i, 2, "/*") == 0)) {
      const bool line = out[i + 1] == '/';
      std::size_t end = line ? out.find('\n', i) : out.find("*/", i + 2);
      if (end == std::string::npos && !line) break;  // no end: left for the parser to refuse
      if (!line) end += 2;
      const std::size_t count = std::min(end, out.size()) - i;
      out.replace(i, count, count, ' ');
      i += count - 1;
    }
  }
  return out;
}

Failure In(std::string_view place, const Error& error) {
  return Fail(error.code, std::string(place) + " " + error.message);
}

Result<KeyFile> ParseKeyFile(const Value& value, const std::string& folder) {
  const auto* object = value.As<Object>();
  if (!object) return Fail(Code::kInvalid, "takes objects {\"algorithm\", \"file\", \"kid\"}");
  KeyFile key;
  for (const auto& [name, member] : object->members()) {
    std::string* field = name == "algorithm" ? &key.algorithm
                         : name == "file"    ? &key.file
                         : name == "kid"     ? &key.kid
                                             : nullptr;
    const auto* text = member.As<std::string>();
    if (!field || !text) {
      return Fail(Code::kInvalid, "takes objects with the texts algorithm, file and kid");
    }
    *field = *text;
  }
  if (key.algorithm.empty() || key.file.empty()) {
    return Fail(Code::kInvalid, "needs algorithm and file in each object");
  }
  key.file = Resolve(folder, key.file);
  return key;
}

Status ApplyKeys(Config& config, const Value& value, const std::string& folder) {
  const auto* array = value.As<Array>();
  if (!array) return Fail(Code::kInvalid, "takes a list of objects");
  std::vector<KeyFile> keys;
  for (const Value& element : *array) {
    auto key = ParseKeyFile(element, folder);
    if (!key) return Fail(key.error());
    keys.push_back(std::move(*key));
  }
  config.keys = std::move(keys);
  return Done{};
}

Status ApplyMember(Config& config, std::string_view name, const Value& value,
                   const std::string& folder) {
  if (name == "keys") return ApplyKeys(config, value, folder);
  for (const Option& option : Options()) {
    if (option.name == name) {
      return std::visit(SetFromJson{config, option, value, folder}, option.field);
    }
  }
  return Fail(Code::kInvalid, "is no option: --print-config shows all of them");
}

Status ApplyConfigFile(Config& config, const std::string& path) {
  const auto text = ReadWholeFile(path, kConfigBytesMax);
  if (!text) return Fail(text.error());
  const Status applied =
      ApplyConfigText(config, *text, std::filesystem::path(path).parent_path().string());
  if (!applied) return In(path + ":", applied.error());
  return Done{};
}

// One flag: its name, and its value if it was given as --name=value.
struct Flag {
  std::string name;
  std::optional<std::string> value;
};

Flag SplitFlag(const std::string& argument) {
  const auto equals = argument.find('=');
  if (equals == std::string::npos) return {argument, std::nullopt};
  return {argument.substr(0, equals), argument.substr(equals + 1)};
}

const Option* FindFlag(std::string_view flag) {
  for (const Option& option : Options()) {
    if (FlagOf(option.name) == flag) return &option;
  }
  return nullptr;
}

struct FlagSetting {
  const Option* option;
  std::string value;
};

struct Arguments {
  Invocation::Action action = Invocation::Action::kRun;
  std::string config_file;
  std::vector<FlagSetting> settings;
};

Result<Arguments> ReadArguments(const std::vector<std::string>& arguments) {
  Arguments out;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    Flag flag = SplitFlag(arguments[i]);
    if (flag.name == "--help" || flag.name == "-h") {
      out.action = Invocation::Action::kHelp;
      return out;
    }
    if (flag.name == "--print-config") {
      out.action = Invocation::Action::kPrintConfig;
      continue;
    }
    if (flag.name == "--restored") {
      out.action = Invocation::Action::kMarkRestored;
      continue;
    }
    const Option* option = FindFlag(flag.name);
    if (!option && flag.name != "--config") {
      return Fail(Code::kInvalid, flag.name + " is no flag: --help shows all of them");
    }
    if (!flag.value && option && std::holds_alternative<bool Config::*>(option->field)) {
      flag.value = "true";
    }
    if (!flag.value) {
      if (i + 1 == arguments.size()) return Fail(Code::kInvalid, flag.name + " needs a value");
      flag.value = arguments[++i];
    }
    if (option) {
      out.settings.push_back({option, *flag.value});
    } else {
      out.config_file = *flag.value;
    }
  }
  return out;
}

// An origin as browsers write it: scheme and host, no path. Anything else would never match.
bool IsOrigin(const std::string& text) {
  const auto slashes = text.find("://");
  return text == "*" || (slashes != std::string::npos && slashes + 3 < text.size() &&
                         text.find('/', slashes + 3) == std::string::npos);
}

Status CheckWhole(const Config& config) {
  for (const std::string& origin : config.origins) {
    if (!IsOrigin(origin)) {
      return Fail(Code::kInvalid, "origins: " + origin +
                                      " is no origin: write scheme and host without a path, as "
                                      "https://app.example");
    }
  }
  if (!LogLevelFromName(config.log_level)) {
    return Fail(Code::kInvalid, "log_level is debug, info, warn or error, not " + config.log_level);
  }
  if (config.keys.empty() && config.jwks.empty() && !config.dev_tokens) {
    return Fail(Code::kInvalid,
                "no key to check tokens with: give --jwks FILE, keys in the configuration file, or "
                "for development --dev-tokens");
  }
  return Done{};
}

}  // namespace

Status ApplyConfigText(Config& config, std::string_view text, const std::string& folder) {
  const auto parsed = ParseJson(WithoutComments(text));
  if (!parsed) return Fail(Code::kInvalid, "is no JSON with comments: " + parsed.error().message);
  const auto* object = parsed->As<Object>();
  if (!object) return Fail(Code::kInvalid, "is no JSON object");
  for (const auto& [name, value] : object->members()) {
    const Status applied = ApplyMember(config, name, value, folder);
    if (!applied) return In("\"" + name + "\"", applied.error());
  }
  return Done{};
}

Result<Invocation> ParseArguments(const std::vector<std::string>& arguments) {
  const auto read = ReadArguments(arguments);
  if (!read) return Fail(read.error());
  Invocation out;
  out.action = read->action;
  if (out.action == Invocation::Action::kHelp) return out;
  if (!read->config_file.empty()) {
    const Status applied = ApplyConfigFile(out.config, read->config_file);
    if (!applied) return Fail(applied.error());
  }
  for (const auto& [option, value] : read->settings) {
    const Status set = std::visit(SetFromText{out.config, *option, value}, option->field);
    if (!set) return In(FlagOf(option->name), set.error());
  }
  if (out.action == Invocation::Action::kRun) {
    const Status whole = CheckWhole(out.config);
    if (!whole) return Fail(whole.error());
  }
  return out;
}

std::string HelpText() {
  std::string out =
      "syncline-relay: keeps tenants' data, enforces the application's rules, passes changes "
      "on.\n\n"
      "usage: syncline-relay --app FILE [flags]\n\n"
      "  --config FILE\n      a JSON file with the same options, named with underscores; flags "
      "win\n"
      "  --print-config\n      prints the configuration that would be used, and ends\n"
      "  --restored\n      run it once after the data folder was put back from a backup: devices "
      "offer "
      "again\n      what it forgot; ends\n"
      "  --help\n      prints this, and ends\n\n";
  const Config defaults;
  for (const Option& option : Options()) {
    const std::string value = std::visit(ToText{defaults}, option.field);
    out += "  " + FlagOf(option.name);
    if (!option.value.empty()) out += " " + std::string(option.value);
    out += "\n      " + std::string(option.help) + " (default: " + value + ")\n";
  }
  out +=
      "\nIn the configuration file only:\n  \"keys\": [{\"algorithm\": "
      "\"HS256|RS256|ES256|EdDSA\", "
      "\"file\": \"...\", \"kid\": \"...\"}]\n      public keys in PEM form, or for HS256 the "
      "secret, "
      "that tokens may be signed with\n";
  return out;
}

std::string ConfigToText(const Config& config) {
  std::string out = "{\n";
  for (const Option& option : Options()) {
    out += "  \"" + std::string(option.name) + "\": " + std::visit(ToText{config}, option.field) +
           ",\n";
  }
  Array keys;
  for (const KeyFile& key : config.keys) {
    Object object;
    object.Set("algorithm", key.algorithm);
    object.Set("file", key.file);
    object.Set("kid", key.kid);
    keys.push_back(std::move(object));
  }
  return out + "  \"keys\": " + ToJson(keys) + "\n}\n";
}

}  // namespace syncline::relay
