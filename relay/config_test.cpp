#include "relay/config.hpp"

#include <doctest/doctest.h>

namespace syncline::relay {
namespace {

std::string MessageOf(const std::vector<std::string>& arguments) {
  const auto parsed = ParseArguments(arguments);
  return parsed ? "" : parsed.error().message;
}
std::string FileMessage(const std::string& text) {
  Config config;
  const Status applied = ApplyConfigText(config, text, "/etc/relay");
  return applied ? "" : applied.error().message;
}

}  // namespace

TEST_CASE("config: sensible without flags but for the application and the keys") {
  const auto parsed = ParseArguments({"--app", "app.json", "--dev-tokens"});
  REQUIRE(parsed.has_value());
  CHECK_EQ(parsed->config.port, 8787);
  CHECK_EQ(parsed->config.address, "127.0.0.1");
  CHECK_EQ(parsed->config.data, "data");
  CHECK(parsed->config.dev_tokens);
  CHECK_EQ(MessageOf({"--dev-tokens"}), "");  // it is deployed later
  CHECK(MessageOf({"--app", "a"}).find("--dev-tokens") != std::string::npos);
}

TEST_CASE("config: flags take values apart or after an equals sign") {
  const auto parsed = ParseArguments({"--app=a", "--port=0", "--threads", "2", "--dev-tokens=true",
                                      "--origins", "https://a,https://b"});
  REQUIRE(parsed.has_value());
  CHECK_EQ(parsed->config.port, 0);
  CHECK_EQ(parsed->config.threads, 2);
  CHECK_EQ(parsed->config.origins, std::vector<std::string>{"https://a", "https://b"});
}

TEST_CASE("config: a wrong flag is named with what to do") {
  CHECK_EQ(MessageOf({"--prot", "1"}), "--prot is no flag: --help shows all of them");
  CHECK_EQ(MessageOf({"--port", "65536"}), "--port takes a whole number from 0 to 65535");
  CHECK_EQ(MessageOf({"--port", "-1"}), "--port takes a whole number from 0 to 65535");
  CHECK_EQ(MessageOf({"--port", "80x"}), "--port takes a whole number from 0 to 65535");
  CHECK_EQ(MessageOf({"--port"}), "--port needs a value");
  CHECK_EQ(MessageOf({"--dev-tokens=yes"}), "--dev-tokens takes true or false");
  CHECK(MessageOf({"--app", "a", "--dev-tokens", "--log-level", "loud"}).find("loud") !=
        std::string::npos);
  for (const char* origin : {"app.example", "https://app.example/", "https://"}) {
    CHECK(MessageOf({"--app", "a", "--dev-tokens", "--origins", origin}).find("without a path") !=
          std::string::npos);
  }
  CHECK(MessageOf({"--config", "/no/such/file"}).find("/no/such/file") != std::string::npos);
}

TEST_CASE("config: a file may have comments, and its paths are relative to it") {
  Config config;
  const Status applied = ApplyConfigText(config, R"({
    // where
    "port": 9000, "data": "../data", "app": "/srv/app.json", /* "who" // */
    "keys": [{"algorithm": "RS256", "file": "key.pem", "kid": "a"}],
    "origins": ["https://a.example"], "require_expiry": false
  })",
                                         "/etc/relay");
  REQUIRE(applied.has_value());
  CHECK_EQ(config.port, 9000);
  CHECK_EQ(config.data, "/etc/data");
  CHECK_EQ(config.app, "/srv/app.json");
  REQUIRE_EQ(config.keys.size(), 1);
  CHECK_EQ(config.keys[0].file, "/etc/relay/key.pem");
  CHECK_FALSE(config.require_expiry);
}

TEST_CASE("config: a wrong member of the file is named") {
  CHECK_FALSE(FileMessage("{").empty());
  CHECK_FALSE(FileMessage("{} /* no end").empty());
  CHECK_FALSE(FileMessage(R"({"port": 1, "port": 2})").empty());
  CHECK_EQ(FileMessage("[]"), "is no JSON object");
  CHECK_EQ(FileMessage(R"({"prot": 1})"),
           "\"prot\" is no option: --print-config shows all of them");
  CHECK_EQ(FileMessage(R"({"port": "1"})"), "\"port\" takes a whole number from 0 to 65535");
  CHECK_EQ(FileMessage(R"({"port": -1})"), "\"port\" takes a whole number from 0 to 65535");
  CHECK_EQ(FileMessage(R"({"data": 1})"), "\"data\" takes a text");
  CHECK_EQ(FileMessage(R"({"dev_tokens": 1})"), "\"dev_tokens\" takes true or false");
  CHECK_EQ(FileMessage(R"({"origins": [1]})"), "\"origins\" takes a list of texts");
  CHECK_EQ(FileMessage(R"({"keys": [{"algorithm": "RS256"}]})"),
           "\"keys\" needs algorithm and file in each object");
  CHECK_FALSE(FileMessage(R"({"keys": [{"algorithm": "RS256", "files": "a"}]})").empty());
}

TEST_CASE("config: what --print-config prints is read back the same") {
  Config config;
  config.port = 1234;
  config.origins = {"https://a.example"};
  config.keys = {{"ES256", "/keys/a.pem", "a"}};
  config.dev_tokens = true;
  const std::string text = ConfigToText(config);
  Config again;
  const Status applied = ApplyConfigText(again, text, "");
  REQUIRE(applied.has_value());
  CHECK_EQ(ConfigToText(again), text);
}

TEST_CASE("config: the help names every option") {
  const std::string help = HelpText();
  for (const char* flag : {"--config", "--port", "--address", "--data", "--app", "--serve-dir",
                           "--dev-tokens", "--threads", "--log-level", "--print-config"}) {
    CHECK(help.find(flag) != std::string::npos);
  }
}

}  // namespace syncline::relay
