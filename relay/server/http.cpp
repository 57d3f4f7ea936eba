#include "relay/server/http.hpp"

#include <boost/beast/websocket/rfc6455.hpp>

#include <optional>
#include <utility>
#include <vector>

#include "relay/deploy/deployed.hpp"
#include "relay/server/admin.hpp"
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
// What may still arrive after a reply to a request that was not read to its end, so that the reply is
// not lost with what the kernel throws away; and for how long.
constexpr std::size_t kDrainedBytesMax = kApplicationBytesMax;
constexpr auto kDrainTimeout = std::chrono::seconds(5);

std::string_view View(beast::string_view text) { return {text.data(), text.size()}; }

HttpRequest Describe(const BeastRequest& request, bool from_this_machine) {
  HttpRequest out;
  out.method = View(request.method_string());
  out.target = View(request.target());
  out.host = View(request[http::field::host]);
  out.origin = View(request[http::field::origin]);
  out.authorization = View(request[http::field::authorization]);
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
HttpReply ReplyToBadRequest(const beast::error_code& error, std::uint64_t body_bytes_max) {
  if (error == http::error::header_limit) return MakeTextReply(431, "headers of 8 kB at most\n");
  if (error == http::error::body_limit) {
    return MakeTextReply(413,
                         "a body of " + std::to_string(body_bytes_max >> 10) + " kB at most\n");
  }
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

// Reads on until the other side has seen the reply and closes.
Task<void> Drain(Stream& stream) {
  beast::error_code ignored;
  stream.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  stream.expires_after(kDrainTimeout);
  std::vector<char> waste(16 << 10);
  for (std::size_t drained = 0; drained < kDrainedBytesMax;) {
    auto [error, size] = co_await stream.async_read_some(asio::buffer(waste), kUse);
    if (error) co_return;
    drained += size;
  }
}

bool FromThisMachine(const Stream& stream) {
  boost::system::error_code error;
  const auto address = stream.socket().remote_endpoint(error).address();
  return !error && address.is_loopback();
}

// What the head alone decides, so that nobody's body is read in vain. None: the request may go on.
std::optional<HttpReply> RefuseHead(Worker& worker, const HttpRequest& head,
                                    const std::string& address) {
  Context& context = worker.context();
  if (!IsOriginAllowed(context.config.origins, head.origin, head.host)) {
    ++context.metrics.origins_refused;
    context.log.Info("origin_refused", {{"origin", head.origin}});
    return MakeTextReply(403, "this page may not connect\n");
  }
  if (!context.admin_key || head.path() != kAdminPath) return std::nullopt;
  const std::uint64_t wait_ms = context.address_limits.TakeAdmin(address, context.now_ms());
  if (wait_ms > 0) return RefuseRate(wait_ms);
  if (!MayDeploy(worker, head)) return RefuseKey(worker);
  return std::nullopt;
}

// One request, or the reply to what is none or may not go on; neither: the connection is gone.
struct Incoming {
  std::optional<BeastRequest> request;
  std::optional<HttpReply> refused;
};

Task<Incoming> ReadRequest(Worker& worker, Stream& stream, beast::flat_buffer& buffer,
                           const std::string& address) {
  http::request_parser<http::string_body> parser;
  parser.header_limit(kHeaderBytesMax);
  parser.body_limit(kApplicationBytesMax);
  stream.expires_after(kTimeout);
  auto [error, size] = co_await http::async_read_header(stream, buffer, parser, kUse);
  if (!error) {
    const HttpRequest head = Describe(parser.get(), false);
    auto refused = RefuseHead(worker, head, address);
    if (refused) co_return Incoming{std::nullopt, std::move(refused)};
    const bool is_admin = worker.context().admin_key && head.path() == kAdminPath;
    const std::uint64_t bytes_max = is_admin ? kApplicationBytesMax : kBodyBytesMax;
    parser.body_limit(bytes_max);
    if (parser.content_length().value_or(0) > bytes_max) {
      co_return Incoming{std::nullopt, ReplyToBadRequest(http::error::body_limit, bytes_max)};
    }
    auto [body_error, body_size] = co_await http::async_read(stream, buffer, parser, kUse);
    if (!body_error) co_return Incoming{parser.release(), std::nullopt};
    if (IsProtocolError(body_error)) {
      co_return Incoming{std::nullopt, ReplyToBadRequest(body_error, bytes_max)};
    }
  } else if (IsProtocolError(error)) {
    co_return Incoming{std::nullopt, ReplyToBadRequest(error, kApplicationBytesMax)};
  }
  co_return Incoming{};
}

}  // namespace

Task<void> ServeConnection(Worker& worker, Socket socket, std::string address) {
  Context& context = worker.context();
  Stream stream(std::move(socket));
  Worker::Connection connection(worker, [&stream] { stream.close(); });
  const bool from_this_machine = FromThisMachine(stream);
  beast::flat_buffer buffer(kHeaderBytesMax + kBodyBytesMax);
  for (bool goes_on = true; goes_on && !worker.stopping();) {
    Incoming incoming = co_await ReadRequest(worker, stream, buffer, address);
    if (incoming.refused) {
      ++context.metrics.http_requests;
      co_await Write(stream, std::move(*incoming.refused), BeastRequest(), false);
      co_await Drain(stream);
      co_return;
    }
    if (!incoming.request) break;
    ++context.metrics.http_requests;
    BeastRequest request = std::move(*incoming.request);
    const HttpRequest described = Describe(request, from_this_machine);
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
    const bool is_admin = context.admin_key && described.path() == kAdminPath;
    HttpReply reply;
    if (is_admin) {
      reply = co_await ServeAdmin(worker, described);
    } else {
      reply = Route(context, described);
    }
    goes_on = co_await Write(stream, std::move(reply), request, request.keep_alive());
  }
  beast::error_code ignored;
  stream.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
}

}  // namespace syncline::relay
