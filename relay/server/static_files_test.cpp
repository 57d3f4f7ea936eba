#include "relay/server/static_files.hpp"

#include <filesystem>
#include <fstream>

#include "relay/server/origin.hpp"
#include "relay/testing/temporary_folder.hpp"

#include <doctest/doctest.h>

namespace syncline::relay {
namespace {

HttpReply Get(const StaticFiles& files, std::string_view target, std::string_view tag = "") {
  HttpRequest request;
  request.method = "GET";
  request.target = target;
  request.if_none_match = tag;
  return files.Serve(request);
}
std::string Header(const HttpReply& reply, std::string_view name) {
  for (const auto& [header, value] : reply.headers) {
    if (header == name) return value;
  }
  return "";
}
void Write(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

}  // namespace

TEST_CASE("static files: a path names a file below the folder or nothing") {
  CHECK_EQ(RelativePath("/"), std::optional<std::string>(""));
  CHECK_EQ(RelativePath("/a/b.js"), std::optional<std::string>("a/b.js"));
  CHECK_EQ(RelativePath("/a%20b"), std::optional<std::string>("a b"));
  for (const char* path :
       {"",        "a",           "/..",    "/../a",   "/a/../b",      "/%2e%2e/a", "/%2E./a",
        "/..%2fa", "/a%2f..%2fb", "/.git",  "/a/.env", "//etc/passwd", "/a//b",     "/a\\b",
        "/%5c..",  "/a%00b",      "/a%0ab", "/%",      "/%4",          "/%zz"}) {
    CAPTURE(path);
    CHECK_FALSE(RelativePath(path).has_value());
  }
}

TEST_CASE("static files: content, types, caching and the page's own routes") {
  const testing::TemporaryFolder folder;
  const std::string root = folder.path() + "/site";
  std::filesystem::create_directories(root + "/assets");
  Write(folder.path() + "/secret.txt", "secret");
  Write(root + "/index.html", "<p>hello");
  Write(root + "/assets/core.wasm", "asm");
  std::filesystem::create_symlink(folder.path() + "/secret.txt", root + "/link.txt");
  std::filesystem::create_directory_symlink(folder.path(), root + "/up");
  const StaticFiles files(root);

  const HttpReply page = Get(files, "/?a=1");
  CHECK_EQ(page.status, 200);
  CHECK_EQ(page.body, "<p>hello");
  CHECK_EQ(Header(page, "content-type"), "text/html; charset=utf-8");
  CHECK_EQ(Header(page, "cache-control"), "no-cache");
  CHECK_EQ(Get(files, "/", Header(page, "etag")).status, 304);
  CHECK_EQ(Get(files, "/schedules/7").body, "<p>hello");

  const HttpReply wasm = Get(files, "/assets/core.wasm");
  CHECK_EQ(wasm.body, "asm");
  CHECK_EQ(Header(wasm, "content-type"), "application/wasm");
  CHECK(Header(wasm, "cache-control").find("immutable") != std::string::npos);

  for (const char* target : {"/missing.js", "/link.txt", "/up/secret.txt", "/../secret.txt",
                             "/%2e%2e/secret.txt", "/site/../../secret.txt"}) {
    CAPTURE(target);
    CHECK_EQ(Get(files, target).status, 404);
  }
  HttpRequest post;
  post.method = "POST";
  post.target = "/";
  CHECK_EQ(files.Serve(post).status, 405);
}

TEST_CASE("origin: this host and localhost unless there is a list") {
  const std::vector<std::string> none;
  CHECK(IsOriginAllowed(none, "", "a.example"));
  CHECK(IsOriginAllowed(none, "https://a.example", "a.example"));
  CHECK(IsOriginAllowed(none, "http://a.example:81", "a.example:81"));
  CHECK(IsOriginAllowed(none, "http://localhost:5173", "127.0.0.1:8787"));
  CHECK(IsOriginAllowed(none, "http://127.0.0.1:5173", "localhost:8787"));
  CHECK(IsOriginAllowed(none, "http://[::1]:5173", "localhost:8787"));
  CHECK_FALSE(IsOriginAllowed(none, "http://a.example:82", "a.example:81"));
  CHECK_FALSE(IsOriginAllowed(none, "https://localhost.evil.example", "a.example"));
  CHECK_FALSE(IsOriginAllowed(none, "https://evil.example", "a.example"));
  CHECK_FALSE(IsOriginAllowed(none, "null", "a.example"));
  CHECK_FALSE(IsOriginAllowed(none, "file://", ""));

  const std::vector<std::string> list{"https://app.example"};
  CHECK(IsOriginAllowed(list, "https://app.example", "relay.example"));
  CHECK_FALSE(IsOriginAllowed(list, "http://localhost:1", "relay.example"));
  CHECK_FALSE(IsOriginAllowed(list, "https://app.example.evil", "relay.example"));
  CHECK(IsOriginAllowed({"*"}, "https://any.example", "relay.example"));
}

}  // namespace syncline::relay
