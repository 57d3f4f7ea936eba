#include "shared/sync/relay_session.hpp"

#include <algorithm>
#include <set>

#include "shared/value/order.hpp"

namespace syncline {
namespace {

constexpr std::uint64_t kHelloWaitMs = 10'000;

bool SamePerson(const Object& a, const Object& b) {
  for (const char* claim : {"iss", "sub"}) {
    const Value* x = a.Find(claim);
    const Value* y = b.Find(claim);
    if (!x != !y || (x && *x != *y)) return false;
  }
  return true;
}

// What rules and memberships may ask of a token: all but what each token has of its own.
Object LastingClaims(Object claims) {
  for (const char* claim : {"exp", "iat", "nbf", "jti", "auth_time"}) claims.Remove(claim);
  return claims;
}

bool SoundTenant(const TenantId& tenant) {
  return !tenant.text.empty() && tenant.text.size() <= 64 &&
         std::all_of(tenant.text.begin(), tenant.text.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); });
}

}  // namespace

RelaySession::RelaySession(SessionId id, const Application& application, Limits limits)
    : application_(application), limits_(limits) {
  peer_.session = id;
}

std::vector<SessionRequest> RelaySession::Close(Code code, std::string message) {
  state_ = State::kClosed;
  std::vector<SessionRequest> requests;
  requests.push_back(Send{EncodeFrame(Fault{code, message})});
  requests.push_back(CloseSession{code, std::move(message)});
  return requests;
}

std::vector<SessionRequest> RelaySession::OnMessage(ByteView message, std::uint64_t now_ms) {
  std::vector<SessionRequest> requests;
  if (message.empty()) return Close(Code::kInvalid, "An empty message means nothing");
  while (!message.empty() && state_ != State::kClosed) {
    Result<Message> frame = TakeDeviceFrame(message, &pushes_);
    if (!frame) return Close(frame.error().code, frame.error().message);
    if (auto* hello = std::get_if<Hello>(&*frame)) {
      if (state_ != State::kWaiting) return Close(Code::kInvalid, "Hello was already said");
      for (SessionRequest& request : OnHello(std::move(*hello), now_ms)) {
        requests.push_back(std::move(request));
      }
      continue;
    }
    if (state_ != State::kOpen)
      return Close(Code::kInvalid,
                   "The first message must be Hello, and the "
                   "next must wait for Welcome");
    if (now_ms >= expires_ms_) return Close(Code::kDenied, "The token has expired; sign in again");
    if (auto* push = std::get_if<Push>(&*frame)) {
      if (!SoundTenant(push->tenant)) return Close(Code::kInvalid, "A push names no tenant");
      if (push->change_sets.empty() || push->change_sets.size() > limits_.push_change_sets_max) {
        return Close(Code::kInvalid, "A push must have 1 to " +
                                         std::to_string(limits_.push_change_sets_max) +
                                         " change sets");
      }
      requests.push_back(SubmitTo{std::move(push->tenant), std::move(push->change_sets)});
    } else if (std::holds_alternative<Ping>(*frame)) {
      requests.push_back(Send{EncodeFrame(Pong{})});
    } else {
      if (renewing_) return Close(Code::kInvalid, "A token is already being renewed");
      renewing_ = true;
      requests.push_back(VerifyToken{std::move(std::get<Renew>(*frame).token)});
    }
  }
  return requests;
}

std::vector<SessionRequest> RelaySession::OnHello(Hello hello, std::uint64_t now_ms) {
  if (hello.protocol != kProtocolVersion) {
    return Close(Code::kConflict, "The relay speaks version " + std::to_string(kProtocolVersion) +
                                      " of the protocol, the device version " +
                                      std::to_string(hello.protocol) + "; update the older one");
  }
  if (hello.token.empty() || hello.token.size() > kTokenBytesMax) {
    return Close(Code::kDenied, "The token is missing or too long");
  }
  if (hello.replica.value == 0 || hello.tenants.size() > kTenantsPerHelloMax) {
    return Close(Code::kInvalid, "Hello needs a replica and at most " +
                                     std::to_string(kTenantsPerHelloMax) + " tenants");
  }
  std::set<TenantId> seen;
  for (const TenantHello& tenant : hello.tenants) {
    if (!SoundTenant(tenant.tenant) || !seen.insert(tenant.tenant).second) {
      return Close(Code::kInvalid, "Hello names a tenant twice, or one that cannot be");
    }
  }
  peer_.replica = hello.replica;
  // Unsigned, so that a device may claim any time.
  peer_.difference_ms = static_cast<std::int64_t>(now_ms - hello.device_ms);
  hellos_ = std::move(hello.tenants);
  state_ = State::kVerifying;
  return {VerifyToken{std::move(hello.token)}};
}

std::vector<SessionRequest> RelaySession::OnVerified(Result<Identity> identity,
                                                     const std::vector<TenantId>& tenants,
                                                     std::uint64_t now_ms) {
  if (state_ == State::kClosed) return {};
  if (!identity) return Close(identity.error().code, identity.error().message);
  if (now_ms >= identity->expires_ms) {
    return Close(Code::kDenied, "The token has expired; sign in again");
  }
  if (renewing_) {
    renewing_ = false;
    if (!SamePerson(identity->claims, peer_.claims)) {
      return Close(Code::kDenied, "A renewed token must be of the same person");
    }
    // The tenants judge by the claims that the session joined with.
    if (Compare(LastingClaims(identity->claims), LastingClaims(peer_.claims)) != 0) {
      return Close(Code::kConflict, "The renewed token has other claims; connect again with it");
    }
    expires_ms_ = identity->expires_ms;
    return {};
  }
  state_ = State::kOpen;
  peer_.claims = std::move(identity->claims);
  expires_ms_ = identity->expires_ms;
  std::vector<SessionRequest> requests;
  requests.push_back(
      Send{EncodeFrame(Welcome{application_.schema.hash, peer_.difference_ms, tenants})});
  // Also the ones that the directory does not list: the tenant itself says Left, with the verdicts.
  std::vector<TenantHello> joins = std::move(hellos_);
  hellos_.clear();
  for (const TenantId& tenant : tenants) {
    const bool listed = std::any_of(joins.begin(), joins.end(), [&](const TenantHello& hello) {
      return hello.tenant == tenant;
    });
    if (!listed) joins.push_back({tenant, {}, 0});
  }
  for (TenantHello& join : joins) {
    const bool mine = std::find(tenants.begin(), tenants.end(), join.tenant) != tenants.end();
    if (mine) requests.push_back(JoinTenant{std::move(join)});
  }
  return requests;
}

std::vector<SessionRequest> RelaySession::OnTick(std::uint64_t now_ms) {
  if (first_tick_ms_ == 0) first_tick_ms_ = now_ms;
  switch (state_) {
    case State::kWaiting:
      if (now_ms - first_tick_ms_ < kHelloWaitMs) return {};
      return Close(Code::kInvalid, "No Hello came");
    case State::kOpen:
      if (now_ms < expires_ms_) return {};
      return Close(Code::kDenied, "The token has expired; sign in again");
    case State::kVerifying:
    case State::kClosed: return {};
  }
  return {};
}

std::vector<SessionRequest> RelaySession::OnTenantAdded(const TenantId& tenant) {
  if (state_ != State::kOpen) return {};
  return {JoinTenant{TenantHello{tenant, {}, 0}}};
}

}  // namespace syncline
