// An HTTP request and the reply to it, as the routes see them: without sockets and without Beast.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace syncline::relay {

struct HttpRequest {
  std::string_view method;  // "GET", ...
  std::string_view target;  // path and query, as sent
  std::string_view host, origin, accept, accept_encoding, if_none_match;
  std::string_view authorization;  // never for the log
  std::string_view body;
  bool from_this_machine = false;
  // Without the query.
  std::string_view path() const { return target.substr(0, target.find('?')); }
  // Behind the "?".
  std::string_view query() const {
    const auto mark = target.find('?');
    return mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
  }
};

struct HttpReply {
  unsigned status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

inline HttpReply MakeReply(unsigned status, std::string_view content_type, std::string body) {
  return {status, {{"content-type", std::string(content_type)}}, std::move(body)};
}
inline HttpReply MakeTextReply(unsigned status, std::string body) {
  return MakeReply(status, "text/plain; charset=utf-8", std::move(body));
}

}  // namespace syncline::relay
