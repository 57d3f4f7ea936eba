#include "relay/server/http.hpp"

#include <boost/beast/websocket/rfc6455.hpp>

#include <utility>

#include "relay/server/beast.hpp"
#include "relay/server/origin.hpp"
#include "relay/server/routes.hpp"
#include "relay/server/worker.hpp"

namespace syncline::relay {
namespace {

constexpr std::uint32_t kHeaderBytesMax = 8 << 10;
constexpr std::uint64_t kBodyBytesMax = 64 << 10;
// For one request to arrive, counted from the reply before it; and for a reply to leave.
constexpr auto kTimeout = std::chrono::seconds(30);

std::string_view View(beast::string_view text) { return {text.data(), text.size()}; }

HttpRequest Describe(const BeastRequest& request, bool from_this_machine) {
  HttpRequest out;
  out.method = View(request.method_string());
  out.target = View(request.target());
  out.host = View(request[http::field::host]);
  out.origin = View(request[http::field::origin]);
  out.if_none_match = View(request[http::field::if_none_match]);
  out.body = request.body();
  out.from_this_machine = from_this_machine;
  return out;
}

http::response<http::string_body> ToResponse(HttpReply reply, const BeastRequest& request,
                                             bool keep_alive) {
  http::response<http::string_body> response(static_cast<http::status>(reply.status),
                                             request.version());
  for (const auto& [name, value] : reply.headers) response.set(name, value);
  response.set("x-content-type-options", "nosniff");
  response.keep_alive(keep_alive);
  const std::size_t size = reply.body.size();
  if (request.method() != http::verb::head) response.body() = std::move(reply.body);
  if (reply.status != 204 && reply.status != 304) response.content_length(size);
  return response;
}

// What a request that cannot be read is told.
HttpReply ReplyToBadRequest(const beast::error_code& error) {
  if (error == http::error::header_limit) return MakeTextReply(431, "headers of 8 kB at most\n");
  if (error == http::error::body_limit) return MakeTextReply(413, "a body of 64 kB at most\n");
  return MakeTextReply(400, "no HTTP request\n");
}

bool IsProtocolError(const beast::error_code& error) {
  return error.category() == http::make_error_code(http::error::bad_method).category() &&
         error != http::error::end_of_stream && error != http::error::partial_message;
}

Task<bool> Write(Stream& stream, HttpReply reply, const BeastRequest& request, bool keep_alive) {
  auto response = ToResponse(std::move(reply), request, keep_alive);
  stream.expires_after(kTimeout);
  auto [error, size] = co_await http::async_write(stream, response, kUse);
  co_return !error && keep_alive;
}

bool FromThisMachine(const Stream& stream) {
  boost::system::error_code error;
  const auto address = stream.socket().remote_endpoint(error).address();
  return !error && address.is_loopback();
}

}  // namespace

Task<void> ServeConnection(Worker& worker, Socket socket, std::string address) {
  Context& context = worker.context();
  Stream stream(std::move(socket));
  Worker::Connection connection(worker, [&stream] { stream.close(); });
  const bool from_this_machine = FromThisMachine(stream);
  beast::flat_buffer buffer(kHeaderBytesMax + kBodyBytesMax);
  for (bool goes_on = true; goes_on && !worker.stopping();) {
    http::request_parser<http::string_body> parser;
    parser.header_limit(kHeaderBytesMax);
    parser.body_limit(kBodyBytesMax);
    stream.expires_after(kTimeout);
    auto [error, size] = co_await http::async_read(stream, buffer, parser, kUse);
    if (error) {
      if (IsProtocolError(error)) {
        co_await Write(stream, ReplyToBadRequest(error), BeastRequest(), false);
      }
      break;
    }
    ++context.metrics.http_requests;
    BeastRequest request = parser.release();
    const HttpRequest described = Describe(request, from_this_machine);
    if (!IsOriginAllowed(context.config.origins, described.origin, described.host)) {
      ++context.metrics.origins_refused;
      context.log.Info("origin_refused", {{"origin", described.origin}});
      co_await Write(stream, MakeTextReply(403, "this page may not connect\n"), request, false);
      break;
    }
    if (beast::websocket::is_upgrade(request) && described.path() == kSyncPath) {
      // Nothing may follow the request before it is answered; it would be lost in the upgrade.
      if (buffer.size() > 0) break;
      connection.BecomeSession();
      co_await RunWebSocket(worker, std::move(stream), std::move(request), std::move(address));
      co_return;
    }
    const std::uint64_t wait_ms =
        context.address_limits.Take(address, request.body().size(), context.now_ms());
    if (wait_ms > 0) {
      co_await Write(stream, MakeTextReply(429, "too many requests\n"), request, false);
      break;
    }
    goes_on = co_await Write(stream, Route(context, described), request, request.keep_alive());
  }
  beast::error_code ignored;
  stream.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
}

}  // namespace syncline::relay
