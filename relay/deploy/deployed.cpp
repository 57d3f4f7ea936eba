#include "relay/deploy/deployed.hpp"

#include <openssl/evp.h>

#include <array>
#include <filesystem>
#include <utility>

#include "relay/files.hpp"
#include "shared/store/table_store.hpp"
#include "shared/sync/rule_indexes.hpp"
#include "shared/value/json.hpp"

namespace syncline::relay {
namespace {

constexpr std::size_t kHashBytes = 16;

std::string HashOf(const std::string& text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  std::size_t size = 0;
  CHECK(EVP_Q_digest(nullptr, "SHA256", nullptr, text.data(), text.size(), digest.data(), &size));
  std::string hash;
  for (std::size_t i = 0; i < kHashBytes; ++i) {
    hash += "0123456789abcdef"[digest[i] >> 4];
    hash += "0123456789abcdef"[digest[i] & 15];
  }
  return hash;
}

// A tenant that could not be opened with a new application would be found only when somebody comes.
Status CheckLayout(const Application& application) {
  Database::Options options;
  options.path = ":memory:";
  options.durability = Durability::kNone;
  const auto database = Database::Open(options);
  if (!database) return Fail(database.error());
  const auto store = TableStore::Open(**database, application.schema, ExtraIndexesOf(application));
  if (!store) return Fail(store.error());
  return Done{};
}

std::string PathIn(const std::string& data_folder) { return data_folder + "/application.json"; }

}  // namespace

Result<Deployed> ParseDeployed(std::string_view json) {
  const Result<Value> parsed = ParseJsonEnvelope(json);
  if (!parsed) return Fail(parsed.error());
  const Object* object = parsed->As<Object>();
  const Value* schema = object ? object->Find("schema") : nullptr;
  const Value* rules = object ? object->Find("rules") : nullptr;
  if (!schema || !rules) {
    return Fail(Code::kInvalid, "the application must be {\"schema\": ..., \"rules\": ...}");
  }
  if (rules->Is<Null>()) {
    return Fail(Code::kInvalid,
                "this application has no rules.ts: a relay needs one, to know who belongs to which "
                "tenant and who may read and write what");
  }
  std::string text = "{\"schema\":" + ToJson(*schema) + ",\"rules\":" + ToJson(*rules) + "}";
  Result<Application> application = ParseRelayApplication(text);
  if (!application) return Fail(application.error());
  const Status layout = CheckLayout(*application);
  if (!layout) return Fail(layout.error());
  std::string hash = HashOf(text);
  return Deployed{std::move(*application), std::move(text), std::move(hash)};
}

Result<std::optional<Deployed>> ReadDeployed(const std::string& data_folder) {
  const std::string path = PathIn(data_folder);
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return std::optional<Deployed>();
  const auto text = ReadWholeFile(path, kApplicationBytesMax);
  if (!text) return Fail(text.error());
  auto deployed = ParseDeployed(*text);
  if (!deployed) {
    return Fail(deployed.error().code,
                path + ": " + deployed.error().message + "; give --app FILE to replace it");
  }
  return std::optional<Deployed>(std::move(*deployed));
}

Status WriteDeployed(const std::string& data_folder, const Deployed& deployed) {
  return WriteWholeFile(PathIn(data_folder), deployed.text);
}

}  // namespace syncline::relay
