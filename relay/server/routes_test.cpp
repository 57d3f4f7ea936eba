// HTTP over real sockets: the routes, and requests that are none.
#include <sys/stat.h>

#include "relay/testing/running_relay.hpp"

#include <doctest/doctest.h>

namespace syncline::relay {

using namespace testing;

TEST_CASE("http: health, readiness and metrics") {
  RunningRelay relay;
  CHECK_EQ(Request(relay.port(), "GET", "/healthz").status, 200);
  CHECK_EQ(Request(relay.port(), "GET", "/readyz").status, 200);
  TestDevice device(relay.port());
  TestReply metrics = Request(relay.port(), "GET", "/metrics");
  CHECK_EQ(metrics.status, 200);
  // Itself and the device; the ones before may be on their way out.
  for (int i = 0; metrics.body.find("\nsyncline_connections 2\n") == std::string::npos; ++i) {
    REQUIRE_LT(i, 1000);
    metrics = Request(relay.port(), "GET", "/metrics");
  }
  CHECK(metrics.body.find("syncline_commit_seconds_bucket{le=\"+Inf\"} 0\n") != std::string::npos);
  CHECK_EQ(Request(relay.port(), "GET", "/sync").status, 426);
  CHECK_EQ(Request(relay.port(), "GET", "/else").status, 404);
  CHECK_EQ(Request(relay.port(), "GET", "/healthz", "", "https://evil.example").status, 403);
}

TEST_CASE("http: requests that are none are answered and end the connection") {
  RunningRelay relay;
  const auto status = [&](const std::string& bytes) {
    const std::string answer = RequestRaw(relay.port(), bytes);
    return answer.size() > 12 ? answer.substr(9, 3) : answer;
  };
  CHECK_EQ(status("nonsense\r\n\r\n"), "400");
  CHECK_EQ(status("GET / HTTP/1.1\r\nx: " + std::string(9000, 'x') + "\r\n\r\n"), "431");
  CHECK_EQ(status("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 70000\r\n\r\n"), "413");
  CHECK_EQ(status("GET /healthz HTTP/1.0\r\n\r\n"), "200");
}

TEST_CASE("http: development tokens only where they are allowed, and only for who asks well") {
  RunningRelay strict;
  CHECK_EQ(Request(strict.port(), "POST", "/dev/token", R"({"sub":"ada"})").status, 404);

  RunningRelay relay([](Config& config) { config.dev_tokens = true; });
  const TestReply good =
      Request(relay.port(), "POST", "/dev/token",
              R"({"sub":"ada","email":"ada@example.com","name":"Ada"})", "http://localhost:5173");
  REQUIRE_EQ(good.status, 200);
  CHECK_EQ(good.header("access-control-allow-origin"), "http://localhost:5173");
  const std::string begin = R"({"token":")";
  REQUIRE_EQ(good.body.substr(0, begin.size()), begin);
  const std::string token =
      good.body.substr(begin.size(), good.body.find('"', begin.size()) - begin.size());
  TestDevice device(relay.port());
  device.Hello(token, ReplicaId{5});
  device.Expect<Welcome>();

  CHECK_EQ(Request(relay.port(), "POST", "/dev/token", R"({"name":"Ada"})").status, 400);
  CHECK_EQ(Request(relay.port(), "POST", "/dev/token", "").status, 400);
  CHECK_EQ(Request(relay.port(), "GET", "/dev/token").status, 405);
  CHECK_EQ(Request(relay.port(), "POST", "/dev/token", R"({"sub":"ada"})", "https://evil.example")
               .status,
           403);
  CHECK_EQ(Request(relay.port(), "OPTIONS", "/dev/token", "", "http://localhost:1").status, 204);
  struct stat secret {};
  REQUIRE_EQ(::stat((relay.folder() + "/data/dev-secret").c_str(), &secret), 0);
  CHECK_EQ(secret.st_mode & 0777, 0600);
}

TEST_CASE("http: static files beside the relay") {
  RunningRelay relay([](Config& config) {
    config.serve_dir = config.app.substr(0, config.app.rfind('/')) + "/site";
    std::filesystem::create_directories(config.serve_dir);
    std::ofstream(config.serve_dir + "/index.html") << "<p>hello";
  });
  const TestReply page = Request(relay.port(), "GET", "/");
  CHECK_EQ(page.body, "<p>hello");
  CHECK_EQ(page.header("content-type"), "text/html; charset=utf-8");
  CHECK_EQ(page.header("x-content-type-options"), "nosniff");
  CHECK_EQ(Request(relay.port(), "GET", "/../data/dev-secret").status, 404);
  CHECK_EQ(Request(relay.port(), "GET", "/%2e%2e/app.json").status, 404);
  CHECK_EQ(Request(relay.port(), "GET", "/healthz").body, "ok\n");
}

}  // namespace syncline::relay
