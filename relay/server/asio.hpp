// The executor of a relay thread, and what runs on it. Each thread has an io_context of its own, so
// nothing on it needs a strand; the concrete type costs less than any_io_executor.
#pragma once
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>

namespace syncline::relay {

namespace asio = boost::asio;
using Executor = asio::io_context::executor_type;
template <class T>
using Task = asio::awaitable<T, Executor>;
using Socket = asio::basic_stream_socket<asio::ip::tcp, Executor>;
using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>, Executor>;
// auto [error, ...] = co_await operation(..., kUse); nothing throws.
inline constexpr auto kUse = asio::as_tuple(asio::use_awaitable_t<Executor>{});

}  // namespace syncline::relay
