// StaticFiles: the files of one folder over HTTP, for a demo or a small application beside its relay.
//
// A path can only name a file inside the folder: "..", hidden files, backslashes and links that lead
// out are not found. A path without an extension that names no file gives index.html, so that a
// page's own routes survive a reload. static_files_test.cpp tries to get out.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "relay/server/http_message.hpp"

namespace syncline::relay {

// The file path below the folder for a URL's path: decoded, without the leading slash ("" for the
// root). None if it is not one that may name a file.
std::optional<std::string> RelativePath(std::string_view url_path);
std::string_view ContentTypeOf(std::string_view file_name);

class StaticFiles {
 public:
  // REQUIRES: the folder exists.
  explicit StaticFiles(const std::string& folder);
  // 200, 304, 404, or 405 for a method that is not GET or HEAD.
  HttpReply Serve(const HttpRequest& request) const;

 private:
  std::optional<std::string> Find(const std::string& relative) const;
  std::string root_;  // canonical, ends in '/'
};

}  // namespace syncline::relay
