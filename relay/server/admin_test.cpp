// Deploying over HTTP: who may, what is answered. What a deploy does is in deployer_test.cpp.
#include "relay/testing/running_relay.hpp"

#include <doctest/doctest.h>

namespace syncline::relay {
namespace {

using namespace testing;

bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TestReply Ask(const RunningRelay& relay, const std::string& method, const std::string& body,
              const std::string& key, const std::string& origin = "") {
  return Request(relay.port(), method, "/admin/application", body, origin, key);
}

}  // namespace

TEST_CASE("admin: only who has the key is heard, whatever they send") {
  RunningRelay relay;
  for (const std::string& key : {std::string(), std::string("Bearer x"), relay.AdminKey() + "x",
                                 relay.AdminKey().substr(7)}) {
    for (const std::string& body : {std::string(kApplicationJson), std::string(8 << 20, 'x')}) {
      const TestReply reply = Ask(relay, "POST", body, key);
      CHECK_EQ(reply.status, 401);
      CHECK(Contains(reply.body, R"("code":"denied")"));
      CHECK(Contains(reply.body, "admin.key"));
    }
    CHECK_EQ(Ask(relay, "GET", "", key).status, 401);
  }
  CHECK_EQ(relay->metrics().admin_denied, 12);
  CHECK_EQ(relay->metrics().deploys_refused, 0);
}

TEST_CASE("admin: the same application again changes nothing, however it is written") {
  RunningRelay relay;
  const TestReply reply = relay.Deploy(std::string("\n ") + kApplicationJson + "  ");
  CHECK_EQ(reply.status, 200);
  CHECK(Contains(reply.body, R"("changed":false)"));
  CHECK(Contains(reply.body, R"("notes":[])"));
  CHECK_EQ(relay->metrics().deploys, 0);
}

TEST_CASE("admin: a dry run says what would happen, and a deploy does it") {
  RunningRelay relay;
  const std::string before = Ask(relay, "GET", "", relay.AdminKey()).body;
  CHECK_FALSE(Contains(before, "due"));
  const TestReply dry = relay.Deploy(Edited(WithDue(true)), true);
  CHECK_EQ(dry.status, 200);
  CHECK(Contains(dry.body, R"("changed":true)"));
  CHECK(Contains(dry.body, "table notes: field due added"));
  CHECK_EQ(Ask(relay, "GET", "", relay.AdminKey()).body, before);

  const TestReply done = relay.Deploy(Edited(WithDue(true)));
  CHECK_EQ(done.body, dry.body);
  const TestReply now = Ask(relay, "GET", "", relay.AdminKey());
  CHECK_EQ(now.status, 200);
  CHECK(Contains(now.body, R"("due")"));
  // "hash":"<32 digits>" stands in both.
  CHECK_EQ(now.body.substr(1, 41), done.body.substr(done.body.find("\"hash\""), 41));
  CHECK_EQ(relay->metrics().deploys, 1);
}

TEST_CASE("admin: what is no application is refused with what is wrong") {
  RunningRelay relay;
  const auto refused = [&](const std::string& body) {
    const TestReply reply = relay.Deploy(body);
    CHECK_EQ(reply.status, 400);
    CHECK(Contains(reply.body, R"("code":"invalid")"));
    return reply.body;
  };
  refused("");
  refused("no JSON");
  refused("[]");
  CHECK(Contains(refused(R"({"schema": {"tables": []}})"), "rules"));
  CHECK(Contains(refused(R"({"schema": {"tables": []}, "rules": null})"),
                 "this application has no rules.ts: a relay needs one"));
  CHECK(Contains(refused(Edited({{R"("root": "groups")", R"("root": "grups")"}})), "grups"));
  CHECK_EQ(relay->metrics().deploys_refused, 6);
}

TEST_CASE("admin: methods, parameters, sizes and pages") {
  RunningRelay relay;
  const std::string key = relay.AdminKey();
  CHECK_EQ(Ask(relay, "DELETE", "", key).status, 405);
  CHECK_EQ(
      Request(relay.port(), "POST", "/admin/application?force=1", kApplicationJson, "", key).status,
      400);
  CHECK_EQ(Ask(relay, "POST", std::string((16 << 20) + 1, ' '), key).status, 413);
  const std::string padded = kApplicationJson + std::string(1 << 20, ' ');
  CHECK_EQ(Ask(relay, "POST", padded, key).status, 200);
  CHECK_EQ(Ask(relay, "POST", kApplicationJson, key, "https://evil.example").status, 403);
  const TestReply page = Ask(relay, "POST", kApplicationJson, key, "http://localhost:5173");
  CHECK_EQ(page.status, 200);
  CHECK_EQ(page.header("access-control-allow-origin"), "");
  CHECK_EQ(Ask(relay, "OPTIONS", "", "", "http://localhost:5173").status, 401);
  // Others still take little.
  CHECK_EQ(Request(relay.port(), "POST", "/else", padded).status, 413);
}

TEST_CASE("admin: requests of one address are bounded") {
  RunningRelay relay([](Config& config) { config.admin_requests_per_second = 1; });
  CHECK_EQ(Ask(relay, "GET", "", "").status, 401);
  TestReply reply = Ask(relay, "GET", "", relay.AdminKey());
  CHECK_EQ(reply.status, 200);
  for (int i = 0; reply.status == 200; ++i) {
    REQUIRE_LT(i, 100);
    reply = Ask(relay, "GET", "", relay.AdminKey());
  }
  CHECK_EQ(reply.status, 429);
  CHECK_EQ(reply.header("retry-after"), "1");
  CHECK_EQ(Request(relay.port(), "GET", "/healthz").status, 200);
  relay.MoveClock(60'000);
  CHECK_EQ(Ask(relay, "GET", "", relay.AdminKey()).status, 200);
}

TEST_CASE("admin: the key may come from elsewhere, and without one there is no such path") {
  RunningRelay off([](Config& config) { config.admin = false; });
  CHECK_EQ(Ask(off, "POST", kApplicationJson, "").status, 404);
  CHECK_FALSE(std::filesystem::exists(off.config().data + "/admin.key"));

  const std::string secret(40, 's');
  RunningRelay relay([&](Config& config) {
    config.admin_key_file = config.app + ".key";
    std::ofstream(config.admin_key_file) << secret << "\n";
  });
  CHECK_EQ(Ask(relay, "GET", "", "Bearer " + secret).status, 200);
  CHECK_FALSE(std::filesystem::exists(relay.config().data + "/admin.key"));
}

}  // namespace syncline::relay
