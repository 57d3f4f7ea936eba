// Session: one device's connection, without its socket: the protocol's state machine, the queue of
// what is due to the device, and what holds the device back. websocket.cpp moves the bytes.
//
// Lives on one Worker's thread and is touched there only.
#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "relay/server/token_bucket.hpp"
#include "shared/sync/relay_session.hpp"

namespace syncline::relay {

class Worker;

// Why the WebSocket is closed: codes of RFC 6455, section 7.4, and of its registry.
struct CloseReason {
  static constexpr std::uint16_t kUnreadable = 1003, kRefused = 1008, kRestarting = 1012,
                                 kTryLater = 1013;
  std::uint16_t code = kRefused;
  std::string text;
};

class Session {
 public:
  // `wake` is called when there is something to write or to close. The worker must outlive it.
  Session(Worker& worker, std::string address, std::function<void()> wake);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  SessionId id() const { return id_; }
  // The largest message to read: small until we know who speaks.
  std::size_t message_bytes_max() const;

  // One WebSocket message. Gives the milliseconds to wait before reading the next.
  std::uint64_t OnMessage(ByteView message);
  void OnTick();
  void OnDelivery(const TenantId& tenant, Delivery delivery);
  void OnTenantAdded(const TenantId& tenant);
  // Writes what is queued, then closes. The first reason counts.
  void Close(CloseReason reason);
  // The same after a Fault of this code.
  void CloseWithFault(Code code, const std::string& message, std::uint16_t close_code);
  const std::optional<CloseReason>& closing() const { return closing_; }

  // What is due, up to a bound: it leaves as one WebSocket message. Empty if nothing is.
  struct Batch {
    std::vector<SharedFrame> frames;
    std::size_t bytes = 0;
  };
  Batch TakeBatch();
  // The batch is on its way: there is room again.
  void OnWritten(std::size_t bytes);

 private:
  void Handle(std::vector<SessionRequest> requests);
  void Do(VerifyToken request);
  void Do(JoinTenant request);
  void Do(SubmitTo request);
  void Do(Send request);
  void Do(CloseSession request);
  std::vector<TenantId> TenantsOf(const Identity& identity);
  void Enqueue(SharedFrame frame);
  void ContinueSnapshots();

  Worker& worker_;
  const SessionId id_;
  const std::string address_;
  const std::function<void()> wake_;
  // What this session speaks for, as long as it lives; null if nothing was deployed yet.
  const std::shared_ptr<const Application> application_;
  std::optional<RelaySession> protocol_;  // none without an application
  TokenBucket messages_, bytes_;
  std::optional<Bytes> member_;    // under which the worker finds this session
  std::set<TenantId> joined_;      // to leave at the end
  std::set<TenantId> unfinished_;  // snapshots that go on once there is room
  std::deque<SharedFrame> queue_;
  std::size_t queued_bytes_ = 0;  // with what is being written
  std::optional<CloseReason> closing_;
};

}  // namespace syncline::relay
