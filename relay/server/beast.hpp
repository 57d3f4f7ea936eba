// Beast on the relay's executor. Costly to compile: only http.cpp and websocket.cpp include it.
#pragma once
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include <string>

#include "relay/server/asio.hpp"

namespace syncline::relay {

namespace beast = boost::beast;
namespace http = beast::http;
using Stream = beast::basic_stream<asio::ip::tcp, Executor>;
using BeastRequest = http::request<http::string_body>;

class Worker;

// Runs the session that the request asks for, until the connection ends.
Task<void> RunWebSocket(Worker& worker, Stream stream, BeastRequest request, std::string address);

}  // namespace syncline::relay
