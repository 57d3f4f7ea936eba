#include "relay/testing/device.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>

#include <stdexcept>

namespace syncline::relay::testing {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using asio::ip::tcp;

constexpr auto kDeadline = std::chrono::seconds(10);

// Runs one operation to its end.
template <class Begin>
beast::error_code Await(asio::io_context& io, const Begin& begin) {
  std::optional<beast::error_code> result;
  begin([&](beast::error_code error, auto&&...) { result = error; });
  io.restart();
  const auto end = std::chrono::steady_clock::now() + kDeadline;
  while (!result && io.run_one_until(end) > 0) {
  }
  if (!result) throw std::runtime_error("nothing happened for ten seconds");
  return *result;
}

tcp::endpoint Endpoint(std::uint16_t port) { return {asio::ip::address_v4::loopback(), port}; }

}  // namespace

struct TestDevice::Socket {
  asio::io_context io;
  websocket::stream<tcp::socket> stream{io};
  beast::flat_buffer buffer;
  Bytes rest;  // frames of the last message that were not taken yet
  RelayFrames frames;
  unsigned status = 101;
  std::size_t messages = 0;
  bool closed = false;
};

TestDevice::TestDevice(std::uint16_t port, const std::string& origin)
    : socket_(std::make_unique<Socket>()) {
  auto& stream = socket_->stream;
  stream.next_layer().connect(Endpoint(port));
  stream.set_option(websocket::stream_base::decorator([&](websocket::request_type& request) {
    if (!origin.empty()) request.set(http::field::origin, origin);
  }));
  stream.binary(true);
  stream.read_message_max(64 << 20);
  websocket::response_type response;
  const auto error = Await(socket_->io, [&](auto done) {
    stream.async_handshake(response, "127.0.0.1:" + std::to_string(port), "/sync", std::move(done));
  });
  socket_->status = response.result_int();
  socket_->closed = bool(error);
}

TestDevice::~TestDevice() = default;

unsigned TestDevice::status() const { return socket_->status; }
std::size_t TestDevice::messages() const { return socket_->messages; }

void TestDevice::SendRaw(const Bytes& message, bool binary) {
  socket_->stream.binary(binary);
  // An error shows when the answer is read.
  Await(socket_->io,
        [&](auto done) { socket_->stream.async_write(asio::buffer(message), std::move(done)); });
}

void TestDevice::Send(const Message& message) { SendRaw(EncodeFrame(message)); }

void TestDevice::Hello(const std::string& token, ReplicaId replica,
                       std::vector<TenantHello> tenants) {
  syncline::Hello hello;
  hello.token = token;
  hello.replica = replica;
  hello.tenants = std::move(tenants);
  Send(std::move(hello));
}

void TestDevice::Push(const TenantId& tenant, std::vector<ChangeSet> change_sets) {
  Send(syncline::Push{tenant, std::move(change_sets)});
}

std::optional<Message> TestDevice::Receive() {
  Socket& socket = *socket_;
  if (socket.rest.empty()) {
    if (socket.closed) return std::nullopt;
    const auto error = Await(
        socket.io, [&](auto done) { socket.stream.async_read(socket.buffer, std::move(done)); });
    socket.closed = bool(error);
    if (error) return std::nullopt;
    ++socket.messages;
    socket.rest = beast::buffers_to_string(socket.buffer.cdata());
    socket.buffer.clear();
  }
  ByteView in = socket.rest;
  auto message = socket.frames.Take(in);
  if (!message) Complain(message.error().message);
  socket.rest = Bytes(in);
  return std::move(*message);
}

std::uint16_t TestDevice::ExpectClose() {
  while (Receive()) {
  }
  return socket_->stream.reason().code;
}

void TestDevice::Complain(const std::string& what) { throw std::runtime_error(what); }

TestReply Request(std::uint16_t port, const std::string& method, const std::string& target,
                  const std::string& body, const std::string& origin,
                  const std::string& authorization) {
  asio::io_context io;
  beast::tcp_stream stream(io);
  stream.connect(Endpoint(port));
  http::request<http::string_body> request;
  request.method_string(method);
  request.target(target);
  request.version(11);
  request.set(http::field::host, "127.0.0.1:" + std::to_string(port));
  if (!origin.empty()) request.set(http::field::origin, origin);
  if (!authorization.empty()) request.set(http::field::authorization, authorization);
  request.body() = body;
  request.prepare_payload();
  http::write(stream, request);
  auto response = std::make_shared<http::response<http::string_body>>();
  beast::flat_buffer buffer;
  const auto error =
      Await(io, [&](auto done) { http::async_read(stream, buffer, *response, std::move(done)); });
  if (error) throw std::runtime_error(error.message());
  return {response->result_int(), response->body(), [response](const std::string& name) {
            const auto value = (*response)[name];
            return std::string(value.data(), value.size());
          }};
}

std::string RequestRaw(std::uint16_t port, const std::string& bytes) {
  asio::io_context io;
  tcp::socket socket(io);
  socket.connect(Endpoint(port));
  Await(io, [&](auto done) { asio::async_write(socket, asio::buffer(bytes), std::move(done)); });
  std::string answer;
  Await(io, [&](auto done) {
    asio::async_read(socket, asio::dynamic_buffer(answer), std::move(done));
  });
  return answer;
}

}  // namespace syncline::relay::testing
