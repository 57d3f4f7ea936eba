#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/beast/websocket.hpp>

#include <utility>

#include "relay/server/beast.hpp"
#include "relay/server/context.hpp"
#include "relay/server/session.hpp"
#include "relay/server/worker.hpp"

namespace syncline::relay {
namespace {

namespace websocket = beast::websocket;
using WebSocket = websocket::stream<Stream>;

// Small frames are copied together: one buffer is cheaper than many.
constexpr std::size_t kCopyBytesMax = 64 << 10;
// A reading buffer that grew beyond this is given back.
constexpr std::size_t kKeptBufferBytes = 64 << 10;
// How long a closing session may take to write what is queued and to say goodbye.
constexpr auto kCloseTimeout = std::chrono::seconds(3);

// The socket's side of a session: wakes the write loop, and bounds how long closing may take.
class Wire {
 public:
  Wire(Worker& worker, WebSocket& socket)
      : socket_(socket), wake_(worker.executor()), deadline_(worker.executor()) {
    wake_.expires_at(Timer::time_point::max());
  }

  void Wake() { wake_.cancel(); }
  Task<void> Sleep() { co_await wake_.async_wait(kUse); }
  // After this the socket is closed whatever the device does.
  void BeginDeadline() {
    if (std::exchange(has_deadline_, true)) return;
    deadline_.expires_after(kCloseTimeout);
    deadline_.async_wait([this](const boost::system::error_code& error) {
      if (!error) beast::get_lowest_layer(socket_).close();
    });
  }

 private:
  WebSocket& socket_;
  Timer wake_, deadline_;
  bool has_deadline_ = false;
};

Task<void> ReadLoop(Worker& worker, WebSocket& socket, Session& session) {
  beast::flat_buffer buffer;
  for (;;) {
    socket.read_message_max(session.message_bytes_max());
    auto [error, size] = co_await socket.async_read(buffer, kUse);
    if (error) co_return;
    if (socket.got_text()) {
      session.CloseWithFault(Code::kInvalid, "messages are binary", CloseReason::kUnreadable);
    }
    const auto data = buffer.cdata();
    const std::uint64_t wait_ms =
        session.OnMessage({static_cast<const char*>(data.data()), data.size()});
    buffer.clear();
    if (buffer.capacity() > kKeptBufferBytes) buffer = beast::flat_buffer();
    if (wait_ms > 0) {
      Timer pause(worker.executor(), std::chrono::milliseconds(wait_ms));
      auto [cancelled] = co_await pause.async_wait(kUse);
      if (cancelled) co_return;
    }
  }
}

// One message; false once the connection is gone.
Task<bool> WriteBatch(WebSocket& socket, const Session::Batch& batch) {
  if (batch.frames.size() > 1 && batch.bytes <= kCopyBytesMax) {
    Bytes together;
    together.reserve(batch.bytes);
    for (const SharedFrame& frame : batch.frames) together += *frame;
    auto [error, size] = co_await socket.async_write(asio::buffer(together), kUse);
    co_return !error;
  }
  std::vector<asio::const_buffer> buffers;
  for (const SharedFrame& frame : batch.frames) buffers.push_back(asio::buffer(*frame));
  auto [error, size] = co_await socket.async_write(buffers, kUse);
  co_return !error;
}

Task<void> WriteLoop(WebSocket& socket, Session& session, Wire& wire) {
  for (;;) {
    const Session::Batch batch = session.TakeBatch();
    if (!batch.frames.empty()) {
      if (!co_await WriteBatch(socket, batch)) co_return;
      session.OnWritten(batch.bytes);
    } else if (session.closing()) {
      // A reason of RFC 6455 has 123 bytes at most.
      const websocket::close_reason reason(
          static_cast<websocket::close_code>(session.closing()->code),
          session.closing()->text.substr(0, 123));
      co_await socket.async_close(reason, kUse);
      co_return;
    } else {
      co_await wire.Sleep();
      const auto cancelled = (co_await asio::this_coro::cancellation_state).cancelled();
      if (cancelled != asio::cancellation_type::none) co_return;
    }
  }
}

}  // namespace

Task<void> RunWebSocket(Worker& worker, Stream stream, BeastRequest request, std::string address) {
  using namespace asio::experimental::awaitable_operators;
  // From here the WebSocket keeps the time.
  stream.expires_never();
  WebSocket socket(std::move(stream));
  socket.set_option(websocket::stream_base::timeout::suggested(beast::role_type::server));
  socket.binary(true);
  socket.auto_fragment(false);
  auto [error] = co_await socket.async_accept(request, kUse);
  if (error || worker.stopping()) co_return;

  Wire wire(worker, socket);
  Session* made = nullptr;
  Session session(worker, std::move(address), [&wire, &made] {
    wire.Wake();
    if (made && made->closing()) wire.BeginDeadline();
  });
  made = &session;
  co_await (ReadLoop(worker, socket, session) || WriteLoop(socket, session, wire));
}

}  // namespace syncline::relay
