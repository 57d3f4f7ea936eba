#include "relay/deploy/at_start.hpp"

#include <utility>

#include "relay/deploy/changes.hpp"
#include "relay/files.hpp"
#include "relay/tenants/occupied_tables.hpp"

namespace syncline::relay {
namespace {

Result<Deployed> ReadGiven(const std::string& path) {
  const auto text = ReadWholeFile(path, kApplicationBytesMax);
  if (!text) return Fail(text.error());
  auto given = ParseDeployed(*text);
  if (!given) return Fail(given.error().code, path + ": " + given.error().message);
  return given;
}

Status CheckFit(const Application& before, const Application& given, const TenantStorage& storage) {
  const Changes changes = CompareApplications(before, given);
  if (changes.misfits.empty()) return Done{};
  const auto tenants = storage.list();
  if (!tenants) return Fail(tenants.error());
  std::set<std::string> occupied;
  for (const TenantId& tenant : *tenants) {
    const Status added = AddOccupied(storage, before, tenant, TablesOf(changes), occupied);
    if (!added) {
      return Fail(added.error().code, "tenant " + tenant.text + ": " + added.error().message);
    }
  }
  return RefuseMisfits(changes, occupied);
}

}  // namespace

Result<std::shared_ptr<const Deployed>> ApplicationAtStart(const Config& config,
                                                           const TenantStorage& storage,
                                                           const Log& log) {
  auto stored = ReadDeployed(config.data);
  if (!stored && config.app.empty()) return Fail(stored.error());
  // One that cannot be read, as after a change of its format by hand, is replaced by what is given.
  const Deployed* before = stored && *stored ? &**stored : nullptr;
  if (config.app.empty()) {
    return before ? std::make_shared<const Deployed>(std::move(**stored)) : nullptr;
  }
  auto given = ReadGiven(config.app);
  if (!given) return Fail(given.error());
  if (before && before->text == given->text) {
    return std::make_shared<const Deployed>(std::move(*given));
  }
  if (before) {
    const Status fits = CheckFit(before->application, given->application, storage);
    if (!fits) return Fail(fits.error().code, config.app + ": " + fits.error().message);
  }
  const Status written = WriteDeployed(config.data, *given);
  if (!written) return Fail(written.error());
  if (before) {
    log.Warn("application_replaced",
             {{"by", config.app}, {"hash", given->hash}, {"hash_before", before->hash}});
  } else {
    log.Info("application_deployed", {{"from", config.app}, {"hash", given->hash}});
  }
  return std::make_shared<const Deployed>(std::move(*given));
}

}  // namespace syncline::relay
