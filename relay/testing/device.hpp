// TestDevice: a device's end of a connection, as raw messages over a real socket; and plain HTTP
// requests. Every wait has a deadline of ten seconds and then fails the test. For tests only.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "shared/wire/messages.hpp"

namespace syncline::relay::testing {

class TestDevice {
 public:
  // Connects and upgrades. `status()` is 101, or the HTTP status that the relay answered.
  explicit TestDevice(std::uint16_t port, const std::string& origin = "");
  ~TestDevice();

  unsigned status() const;
  void Send(const Message& message);
  void SendRaw(const Bytes& message, bool binary = true);
  void Hello(const std::string& token, ReplicaId replica, std::vector<TenantHello> tenants = {});
  void Push(const TenantId& tenant, std::vector<ChangeSet> change_sets);
  // The next frame; none once the relay has closed the connection.
  std::optional<Message> Receive();
  // The next frame of this kind; others before it are dropped. Fails the test if none comes.
  template <class T>
  T Expect() {
    for (;;) {
      auto message = Receive();
      if (!message) Complain("the relay closed the connection");
      if (auto* wanted = std::get_if<T>(&*message)) return std::move(*wanted);
    }
  }
  // The code that the relay closed with; reads what comes before it. 0: cut without one.
  std::uint16_t ExpectClose();
  // How many WebSocket messages came so far.
  std::size_t messages() const;

 private:
  [[noreturn]] static void Complain(const std::string& what);
  struct Socket;
  std::unique_ptr<Socket> socket_;
};

struct TestReply {
  unsigned status = 0;
  std::string body;
  std::function<std::string(const std::string&)> header;
};
TestReply Request(std::uint16_t port, const std::string& method, const std::string& target,
                  const std::string& body = "", const std::string& origin = "",
                  const std::string& authorization = "");
// Sends these bytes and gives what comes back until the relay closes.
std::string RequestRaw(std::uint16_t port, const std::string& bytes);

}  // namespace syncline::relay::testing
