// Which web pages may connect. A browser names the page's origin; programs that are no browser send
// none, and are held by their token alone.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace syncline::relay {

// `allowed` empty: pages of `host` (the request's Host) and of localhost on any port. Otherwise one
// of `allowed`, written as the browser writes it ("https://app.example"), or "*".
bool IsOriginAllowed(const std::vector<std::string>& allowed, std::string_view origin,
                     std::string_view host);

}  // namespace syncline::relay
