// RelaySession: the relay's end of one connection, as a state machine without a socket. Messages and
// verified identities go in; requests to the owner come out. The relay and the simulator run it.
//
// States: waiting for Hello -> verifying its token -> open -> closed. Every message after Hello is
// held against the identity; an expired token closes the session.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "shared/sync/authority.hpp"
#include "shared/wire/messages.hpp"

namespace syncline {

// A token that was verified: its claims, and when it stops to count.
struct Identity {
  Object claims;
  std::uint64_t expires_ms = 0;
};

// What the owner is asked to do, in order.
struct VerifyToken {
  std::string token;
};
struct JoinTenant {
  TenantHello hello;  // epoch 0 where the device knows nothing of the tenant
};
struct SubmitTo {
  TenantId tenant;
  std::vector<ChangeSet> change_sets;
};
struct Send {
  Bytes frame;
};
struct CloseSession {
  Code code;
  std::string message;  // already sent as Fault; for the log
};
using SessionRequest = std::variant<VerifyToken, JoinTenant, SubmitTo, Send, CloseSession>;

class RelaySession {
 public:
  struct Limits {
    std::size_t push_change_sets_max = 1000;
  };
  RelaySession(SessionId id, const Application& application, Limits limits);

  // One WebSocket message from the device.
  std::vector<SessionRequest> OnMessage(ByteView message, std::uint64_t now_ms);
  // The answer to VerifyToken: the identity and the person's tenants by the relay's directory, or why
  // the token was refused. A renewed token must name the same person ("iss" and "sub").
  std::vector<SessionRequest> OnVerified(Result<Identity> identity,
                                         const std::vector<TenantId>& tenants,
                                         std::uint64_t now_ms);
  // Call at least once a second: closes the session when its token has expired, or when no Hello came
  // within 10 s of the first call.
  std::vector<SessionRequest> OnTick(std::uint64_t now_ms);
  // The person became a member of another tenant while connected.
  std::vector<SessionRequest> OnTenantAdded(const TenantId& tenant);

  // The frame to send before one that an Authority made for this tenant; empty if none is needed.
  Bytes About(const TenantId& tenant) { return told_.About(tenant); }

  // REQUIRES: open().
  const Peer& peer() const { return peer_; }
  bool open() const { return state_ == State::kOpen; }
  bool closed() const { return state_ == State::kClosed; }

 private:
  enum class State { kWaiting, kVerifying, kOpen, kClosed };
  std::vector<SessionRequest> Close(Code code, std::string message);
  std::vector<SessionRequest> OnHello(Hello hello, std::uint64_t now_ms);

  const Application& application_;
  const Limits limits_;
  State state_ = State::kWaiting;
  bool renewing_ = false;
  Peer peer_;
  wire::Memory pushes_;
  RelayTenants told_;
  std::uint64_t expires_ms_ = 0;
  std::uint64_t first_tick_ms_ = 0;
  std::vector<TenantHello> hellos_;
};

}  // namespace syncline
