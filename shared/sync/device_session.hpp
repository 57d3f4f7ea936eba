// DeviceSession: the device's end of the connection to the relay, as a state machine without a socket.
// Messages and the time go in; messages come out. The browser, Node, React Native and the simulator run
// it. Which change sets were sent is known per connection only: a new one offers all that is pending.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "shared/sync/device.hpp"
#include "shared/wire/messages.hpp"

namespace syncline {

class DeviceSession {
 public:
  // At most this many change sets of a tenant are on their way without a verdict.
  static constexpr std::size_t kInFlightMax = 512;
  static constexpr std::size_t kPushChangeSetsMax = 256;
  static constexpr std::size_t kPushBytesMax = 1 << 20;  // but always at least one change set

  explicit DeviceSession(Device& device) : device_(device) {}

  // A socket has opened: the message to send first.
  Bytes Connected(std::string token, std::uint64_t now_ms);
  // Messages from the relay, one behind the other: several share a transaction, and so the disk's work. On an
  // error, which a Fault is too, the owner closes the socket and connects again.
  Status Receive(ByteView messages, std::uint64_t now_ms);
  // What is due to the relay, as one message; empty if nothing is.
  Bytes TakeOutgoing();
  void Disconnected();
  Bytes Renew(std::string token) { return EncodeFrame(syncline::Renew{std::move(token)}); }

  // A question that a living relay answers, for a connection that has only listened for long; empty
  // before Welcome, which is an answer itself.
  Bytes Ping() const { return welcomed_ ? EncodeFrame(syncline::Ping{}) : Bytes(); }

  bool welcomed() const { return welcomed_; }
  // Every tenant has arrived at what the relay had when the connection opened, or later.
  bool synced() const { return welcomed_ && awaited_.empty(); }
  // The tenant has.
  bool up_to_date(const TenantId& tenant) const { return welcomed_ && awaited_.count(tenant) == 0; }
  // Why the relay is closing the connection; kept until the next one opens.
  const std::optional<Fault>& fault() const { return fault_; }

 private:
  Status Handle(Message& message, std::uint64_t now_ms);
  Status HandleAll(Message message, ByteView more, std::uint64_t now_ms);
  // Whether `next` can be added to `delta` and handled with it.
  bool GoesOn(const Delta& delta, const Delta& next) const;

  Device& device_;
  bool connected_ = false;
  bool welcomed_ = false;
  std::set<TenantId> awaited_;
  // Nothing came of them on this connection yet: the relay may want what it forgot (Again), before anything else.
  std::set<TenantId> unheard_;
  std::map<TenantId, std::uint64_t> sent_;
  // What both ends of this connection remember of the frames so far.
  RelayFrames frames_;
  wire::Memory pushes_;
  std::optional<Fault> fault_;
};

}  // namespace syncline
