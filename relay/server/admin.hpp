// What who operates the application asks of a running relay, over HTTP:
//
//   POST /admin/application[?dry_run=1]  {"schema": ..., "rules": ...}, 16 MiB at most
//        -> 200 {"hash": text, "changed": bool, "notes": [text]}
//   GET  /admin/application
//        -> 200 {"hash": text, "application": {"schema": ..., "rules": ...}}; 404 before the first
//
// Each with "authorization: Bearer <admin key>". What is refused is answered {"code", "message"}: 400 no
// application, 401 another key or none, 404, 409 it does not fit rows that exist, 413, 429, 503.
// Pages of other origins get no answer that they may read.
#pragma once
#include <string>

#include "relay/server/asio.hpp"
#include "relay/server/http_message.hpp"

namespace syncline::relay {

class Worker;

inline constexpr const char* kAdminPath = "/admin/application";

// Whether the head of a request is of someone who may deploy. REQUIRES: there is an admin key.
bool MayDeploy(Worker& worker, const HttpRequest& head);
HttpReply RefuseKey(Worker& worker);
HttpReply RefuseRate(std::uint64_t wait_ms);
// REQUIRES: MayDeploy.
Task<HttpReply> ServeAdmin(Worker& worker, const HttpRequest& request);

}  // namespace syncline::relay
