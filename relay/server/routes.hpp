// Routes: every HTTP answer of the relay but the upgrade at /sync and what admin.hpp answers.
//
//   GET  /healthz    200 while the process serves
//   GET  /readyz     200 when it takes sessions, 503 before the first application and while it shuts down
//   GET  /metrics    Prometheus' text form; this machine only unless metrics_public
//   POST /dev/token  claims -> {"token": ...}; only with dev_tokens
//   GET  anything    the files of serve_dir
#pragma once
#include "relay/server/context.hpp"
#include "relay/server/http_message.hpp"

namespace syncline::relay {

inline constexpr const char* kSyncPath = "/sync";

// Pages that may not connect are answered 403 before this is called.
HttpReply Route(const Context& context, const HttpRequest& request);

}  // namespace syncline::relay
