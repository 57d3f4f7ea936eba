#include "relay/server/static_files.hpp"

#include <array>
#include <filesystem>

#include "relay/files.hpp"

namespace syncline::relay {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kFileBytesMax = 64 << 20;
constexpr std::size_t kPathBytesMax = 1024;

constexpr std::array<std::pair<std::string_view, std::string_view>, 19> kContentTypes{{
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".json", "application/json"},
    {".map", "application/json"},
    {".webmanifest", "application/manifest+json"},
    {".wasm", "application/wasm"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".jpg", "image/jpeg"},
    {".jpeg", "image/jpeg"},
    {".webp", "image/webp"},
    {".avif", "image/avif"},
    {".ico", "image/x-icon"},
    {".woff2", "font/woff2"},
    {".woff", "font/woff"},
    {".txt", "text/plain; charset=utf-8"},
    {".xml", "application/xml"},
}};

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> PercentDecode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = HexDigit(text[i + 1]);
    const int low = HexDigit(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

// No empty steps, no hidden files, and so neither "." nor "..".
bool HasPlainSteps(std::string_view path) {
  for (;;) {
    const auto slash = path.find('/');
    const std::string_view step = path.substr(0, slash);
    if (step.empty() || step.front() == '.') return false;
    if (slash == std::string_view::npos) return true;
    path.remove_prefix(slash + 1);
  }
}

std::string TagOf(const fs::path& path) {
  std::error_code error;
  const auto time = fs::last_write_time(path, error).time_since_epoch().count();
  const auto size = fs::file_size(path, error);
  return "\"" + std::to_string(time) + "-" + std::to_string(size) + "\"";
}

}  // namespace

std::optional<std::string> RelativePath(std::string_view url_path) {
  if (url_path.empty() || url_path.front() != '/' || url_path.size() > kPathBytesMax) {
    return std::nullopt;
  }
  auto path = PercentDecode(url_path.substr(1));
  if (!path) return std::nullopt;
  for (const char c : *path) {
    if (static_cast<unsigned char>(c) < 0x20 || c == '\\' || c == 0x7f) return std::nullopt;
  }
  if (!path->empty() && path->back() == '/') path->pop_back();
  if (!path->empty() && !HasPlainSteps(*path)) return std::nullopt;
  return path;
}

std::string_view ContentTypeOf(std::string_view file_name) {
  const auto dot = file_name.rfind('.');
  if (dot != std::string_view::npos) {
    for (const auto& [extension, type] : kContentTypes) {
      if (file_name.substr(dot) == extension) return type;
    }
  }
  return "application/octet-stream";
}

StaticFiles::StaticFiles(const std::string& folder) {
  std::error_code error;
  root_ = fs::canonical(folder, error).string() + "/";
}

// The canonical path of a regular file inside the folder.
std::optional<std::string> StaticFiles::Find(const std::string& relative) const {
  std::error_code error;
  const fs::path path = fs::canonical(root_ + relative, error);
  if (error || path.string().compare(0, root_.size(), root_) != 0) return std::nullopt;
  if (!fs::is_regular_file(path, error)) return std::nullopt;
  return path.string();
}

HttpReply StaticFiles::Serve(const HttpRequest& request) const {
  if (request.method != "GET" && request.method != "HEAD") {
    HttpReply reply = MakeTextReply(405, "GET or HEAD only\n");
    reply.headers.emplace_back("allow", "GET, HEAD");
    return reply;
  }
  const auto relative = RelativePath(request.path());
  if (!relative) return MakeTextReply(404, "not found\n");
  auto path = relative->empty() ? Find("index.html") : Find(*relative);
  const std::string last = relative->substr(relative->rfind('/') + 1);
  if (!path && last.find('.') == std::string::npos) path = Find("index.html");
  if (!path) return MakeTextReply(404, "not found\n");

  HttpReply reply;
  const std::string tag = TagOf(*path);
  reply.headers.emplace_back("etag", tag);
  // Vite writes a hash of the content into the names below assets/.
  const bool hashed = relative->compare(0, 7, "assets/") == 0;
  reply.headers.emplace_back("cache-control",
                             hashed ? "public, max-age=31536000, immutable" : "no-cache");
  if (request.if_none_match == tag) {
    reply.status = 304;
    return reply;
  }
  auto content = ReadWholeFile(*path, kFileBytesMax);
  if (!content) return MakeTextReply(404, "not found\n");
  reply.headers.emplace_back("content-type", ContentTypeOf(*path));
  reply.body = std::move(*content);
  return reply;
}

}  // namespace syncline::relay
