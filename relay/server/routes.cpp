#include "relay/server/routes.hpp"

#include "relay/server/deployer.hpp"
#include "shared/value/json.hpp"

namespace syncline::relay {
namespace {

HttpReply JsonReply(unsigned status, std::string_view name, const std::string& text) {
  Object object;
  object.Set(name, text);
  return MakeReply(status, "application/json", ToJson(object) + "\n");
}

// The page may be served from another port than the relay, as development servers do.
void AllowPage(HttpReply& reply, const HttpRequest& request) {
  if (request.origin.empty()) return;
  reply.headers.emplace_back("access-control-allow-origin", request.origin);
  reply.headers.emplace_back("vary", "origin");
}

HttpReply DevToken(const Context& context, const HttpRequest& request) {
  if (request.method == "OPTIONS") {
    HttpReply reply{204, {}, {}};
    AllowPage(reply, request);
    reply.headers.emplace_back("access-control-allow-methods", "POST");
    reply.headers.emplace_back("access-control-allow-headers", "content-type");
    return reply;
  }
  if (request.method != "POST") {
    HttpReply reply = JsonReply(405, "error", "POST {\"sub\": ..., further claims}");
    reply.headers.emplace_back("allow", "POST");
    return reply;
  }
  const auto token = context.dev_tokens->Make(request.body, context.now_ms());
  HttpReply reply =
      token ? JsonReply(200, "token", *token) : JsonReply(400, "error", token.error().message);
  reply.headers.emplace_back("cache-control", "no-store");
  AllowPage(reply, request);
  return reply;
}

}  // namespace

HttpReply Route(const Context& context, const HttpRequest& request) {
  const std::string_view path = request.path();
  if (path == "/healthz") return MakeTextReply(200, "ok\n");
  if (path == "/readyz") {
    if (!context.ready) return MakeTextReply(503, "not ready\n");
    return context.deployer->current()
               ? MakeTextReply(200, "ready\n")
               : MakeTextReply(503,
                               "no application has been deployed yet; run `syncline deploy`\n");
  }
  if (path == "/metrics" && (context.config.metrics_public || request.from_this_machine)) {
    return MakeReply(200, "text/plain; version=0.0.4", context.metrics.ToText());
  }
  if (path == "/dev/token" && context.dev_tokens) return DevToken(context, request);
  if (path == kSyncPath) {
    HttpReply reply = MakeTextReply(426, "connect with a WebSocket\n");
    reply.headers.emplace_back("upgrade", "websocket");
    return reply;
  }
  if (context.static_files) return context.static_files->Serve(request);
  return MakeTextReply(404, "not found\n");
}

}  // namespace syncline::relay
