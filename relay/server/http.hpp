// The life of one connection: HTTP requests one after another, until one becomes a WebSocket.
#pragma once
#include <string>

#include "relay/server/asio.hpp"

namespace syncline::relay {

class Worker;

// `address` is what its limits are counted under.
Task<void> ServeConnection(Worker& worker, Socket socket, std::string address);

}  // namespace syncline::relay
