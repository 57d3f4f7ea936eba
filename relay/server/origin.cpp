#include "relay/server/origin.hpp"

#include <algorithm>

namespace syncline::relay {
namespace {

// host:port of "http(s)://host:port", or empty if it is nothing of the kind ("null", "file://").
std::string_view Authority(std::string_view origin) {
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (origin.substr(0, scheme.size()) == scheme) return origin.substr(scheme.size());
  }
  return {};
}

std::string_view WithoutPort(std::string_view authority) {
  const auto colon = authority.rfind(':');
  if (colon == std::string_view::npos) return authority;
  const std::string_view port = authority.substr(colon + 1);
  const bool digits = !port.empty() && std::all_of(port.begin(), port.end(),
                                                   [](char c) { return c >= '0' && c <= '9'; });
  return digits ? authority.substr(0, colon) : authority;
}

}  // namespace

bool IsOriginAllowed(const std::vector<std::string>& allowed, std::string_view origin,
                     std::string_view host) {
  if (origin.empty()) return true;
  if (!allowed.empty()) {
    return std::any_of(allowed.begin(), allowed.end(),
                       [&](const std::string& one) { return one == "*" || one == origin; });
  }
  const std::string_view authority = Authority(origin);
  if (authority.empty()) return false;
  if (authority == host) return true;
  const std::string_view name = WithoutPort(authority);
  return name == "localhost" || name == "127.0.0.1" || name == "[::1]";
}

}  // namespace syncline::relay
