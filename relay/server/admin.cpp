#include "relay/server/admin.hpp"

#include <optional>
#include <utility>

#include "relay/server/context.hpp"
#include "relay/server/deployer.hpp"
#include "relay/server/worker.hpp"
#include "shared/value/json.hpp"

namespace syncline::relay {
namespace {

unsigned StatusOf(Code code) {
  switch (code) {
    case Code::kInvalid: return 400;
    case Code::kDenied: return 401;
    case Code::kNotFound: return 404;
    case Code::kConflict: return 409;
    default: return 503;
  }
}

HttpReply JsonReply(unsigned status, const std::string& json) {
  HttpReply reply = MakeReply(status, "application/json", json + "\n");
  reply.headers.emplace_back("cache-control", "no-store");
  return reply;
}

HttpReply ErrorReply(unsigned status, const Error& error) {
  Object object;
  object.Set("code", std::string(CodeName(error.code)));
  object.Set("message", error.message);
  return JsonReply(status, ToJson(object));
}

HttpReply ReplyTo(const Result<Deployer::Outcome>& outcome) {
  if (!outcome) return ErrorReply(StatusOf(outcome.error().code), outcome.error());
  Object object;
  object.Set("hash", outcome->hash);
  object.Set("changed", outcome->changed);
  object.Set("notes", Array(outcome->notes.begin(), outcome->notes.end()));
  return JsonReply(200, ToJson(object));
}

HttpReply Current(const Deployer& deployer) {
  const auto deployed = deployer.current();
  if (!deployed) {
    return ErrorReply(404, {Code::kNotFound, "no application has been deployed yet"});
  }
  // The text is JSON already.
  return JsonReply(
      200, "{\"hash\":" + ToJson(deployed->hash) + ",\"application\":" + deployed->text + "}");
}

// How the deployer's thread wakes the coroutine that waits for it, on its own thread.
struct Waiting {
  explicit Waiting(Executor executor) : timer(executor) {
    timer.expires_at(Timer::time_point::max());
  }
  Timer timer;
  std::optional<Result<Deployer::Outcome>> outcome;
};

Task<HttpReply> Deploy(Worker& worker, const HttpRequest& request, bool dry_run) {
  const auto waiting = std::make_shared<Waiting>(worker.executor());
  // It is moved on to this thread, so that its timer never ends on another.
  worker.context().deployer->Deploy(
      std::string(request.body), dry_run,
      [&worker, given = waiting](Result<Deployer::Outcome> outcome) mutable {
        worker.Post([given = std::move(given), outcome = std::move(outcome)]() mutable {
          given->outcome = std::move(outcome);
          given->timer.cancel();
        });
      });
  while (!waiting->outcome) co_await waiting->timer.async_wait(kUse);
  co_return ReplyTo(*waiting->outcome);
}

}  // namespace

bool MayDeploy(Worker& worker, const HttpRequest& head) {
  return worker.context().admin_key->Opens(head.authorization);
}

HttpReply RefuseKey(Worker& worker) {
  ++worker.context().metrics.admin_denied;
  worker.context().log.Warn("admin_denied");
  HttpReply reply = ErrorReply(
      401, {Code::kDenied,
            "send the relay's admin key as \"authorization: Bearer <key>\"; it is in admin.key in "
            "the relay's data folder, or in its --admin-key-file"});
  reply.headers.emplace_back("www-authenticate", "Bearer");
  return reply;
}

HttpReply RefuseRate(std::uint64_t wait_ms) {
  HttpReply reply =
      ErrorReply(429, {Code::kUnavailable, "too many requests of this address: wait a second"});
  reply.headers.emplace_back("retry-after", std::to_string((wait_ms + 999) / 1000));
  return reply;
}

Task<HttpReply> ServeAdmin(Worker& worker, const HttpRequest& request) {
  if (request.method == "GET") co_return Current(*worker.context().deployer);
  if (request.method != "POST") {
    HttpReply reply = ErrorReply(405, {Code::kInvalid, "GET it, or POST an application"});
    reply.headers.emplace_back("allow", "GET, POST");
    co_return reply;
  }
  const std::string_view query = request.query();
  const bool dry_run = query == "dry_run=1";
  if (!query.empty() && !dry_run) {
    co_return ErrorReply(400, {Code::kInvalid, "the one parameter is dry_run=1"});
  }
  co_return co_await Deploy(worker, request, dry_run);
}

}  // namespace syncline::relay
