#include "relay/server/session.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "relay/server/context.hpp"
#include "relay/server/worker.hpp"
#include "relay/tenants/tenant_thread.hpp"
#include "shared/wire/messages.hpp"

namespace syncline::relay {
namespace {

// A token of 16 kB and the cursors of a thousand tenants.
constexpr std::size_t kHelloBytesMax = 160 << 10;
// One WebSocket message gathers frames up to here; one larger frame goes alone.
constexpr std::size_t kBatchBytesMax = 1 << 20;
// A snapshot's next chunk is asked for when less than this waits.
constexpr std::size_t kLowWaterBytes = 1 << 20;
constexpr std::uint64_t kHoldMsMax = 60'000;
constexpr const char* kNothingDeployed =
    "no application has been deployed yet; run `syncline deploy`";

RelaySession::Limits ProtocolLimits(const Config& config) {
  RelaySession::Limits limits;
  limits.push_change_sets_max = config.push_change_sets_max;
  return limits;
}

std::uint16_t CloseCodeOf(Code code) {
  return code == Code::kUnavailable ? CloseReason::kTryLater : CloseReason::kRefused;
}

}  // namespace

Session::Session(Worker& worker, std::string address, std::function<void()> wake)
    : worker_(worker),
      id_(worker.NextSessionId()),
      address_(std::move(address)),
      wake_(std::move(wake)),
      application_(worker.application()),
      messages_(worker.context().config.messages_per_second),
      bytes_(worker.context().config.bytes_per_second) {
  if (application_) {
    protocol_.emplace(id_, *application_, ProtocolLimits(worker.context().config));
  }
  worker_.Add(*this);
  ++worker_.context().metrics.sessions;
  worker_.context().log.Debug("session_begins", {{"session", id_.value}});
}

Session::~Session() {
  if (member_) worker_.Unregister(*member_, id_);
  worker_.Remove(id_);
  for (const TenantId& tenant : joined_) {
    worker_.PostToTenant(tenant,
                         [id = id_, tenant](TenantThread& tenants) { tenants.Leave(id, tenant); });
  }
  --worker_.context().metrics.sessions;
  worker_.context().log.Debug("session_ends", {{"session", id_.value}});
}

std::size_t Session::message_bytes_max() const {
  return protocol_ && protocol_->open() ? kMessageBytesMax : kHelloBytesMax;
}

std::uint64_t Session::OnMessage(ByteView message) {
  Context& context = worker_.context();
  ++context.metrics.messages_in;
  context.metrics.bytes_in += message.size();
  if (closing_) return 0;
  if (!protocol_) {
    CloseWithFault(Code::kUnavailable, kNothingDeployed, CloseReason::kTryLater);
    return 0;
  }
  const std::uint64_t now_ms = context.now_ms();
  Handle(protocol_->OnMessage(message, now_ms));
  const std::uint64_t wait_ms =
      std::max({messages_.Take(1, now_ms), bytes_.Take(static_cast<double>(message.size()), now_ms),
                context.address_limits.Take(address_, message.size(), now_ms)});
  if (wait_ms > 0) ++context.metrics.held_back;
  return std::min(wait_ms, kHoldMsMax);
}

void Session::OnTick() {
  if (closing_) return;
  if (!protocol_) {
    CloseWithFault(Code::kUnavailable, kNothingDeployed, CloseReason::kTryLater);
    return;
  }
  Handle(protocol_->OnTick(worker_.context().now_ms()));
}

void Session::OnDelivery(const TenantId& tenant, Delivery delivery) {
  if (closing_) return;
  if (delivery.continues) unfinished_.insert(tenant);
  if (Bytes about = protocol_->About(tenant); !about.empty()) {
    Enqueue(std::make_shared<const Bytes>(std::move(about)));
  }
  Enqueue(std::move(delivery.frame));
  ContinueSnapshots();
}

void Session::OnTenantAdded(const TenantId& tenant) {
  if (!closing_ && protocol_ && protocol_->open()) Handle(protocol_->OnTenantAdded(tenant));
}

void Session::Close(CloseReason reason) {
  if (closing_) return;
  closing_ = std::move(reason);
  unfinished_.clear();
  wake_();
}

void Session::CloseWithFault(Code code, const std::string& message, std::uint16_t close_code) {
  if (closing_) return;
  Enqueue(std::make_shared<const Bytes>(EncodeFrame(Fault{code, message})));
  Close({close_code, message});
}

Session::Batch Session::TakeBatch() {
  Batch batch;
  while (!queue_.empty()) {
    const std::size_t size = queue_.front()->size();
    if (!batch.frames.empty() && batch.bytes + size > kBatchBytesMax) break;
    batch.bytes += size;
    batch.frames.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  return batch;
}

void Session::OnWritten(std::size_t bytes) {
  queued_bytes_ -= bytes;
  Metrics& metrics = worker_.context().metrics;
  ++metrics.messages_out;
  metrics.bytes_out += bytes;
  ContinueSnapshots();
}

void Session::Handle(std::vector<SessionRequest> requests) {
  for (SessionRequest& request : requests) {
    if (closing_) return;
    std::visit([this](auto& one) { Do(std::move(one)); }, request);
  }
}

void Session::Do(VerifyToken request) {
  Context& context = worker_.context();
  const std::uint64_t now_ms = context.now_ms();
  auto identity = context.verifier.Verify(request.token, now_ms);
  if (!identity) {
    ++context.metrics.tokens_refused;
    context.log.Info("token_refused",
                     {{"session", id_.value}, {"reason", identity.error().message}});
    // The reason is for the log: a forger learns nothing from us.
    Handle(protocol_->OnVerified(Fail(Code::kDenied, "the token was refused: sign in again"), {},
                                 now_ms));
    return;
  }
  const std::vector<TenantId> tenants = TenantsOf(*identity);
  Handle(protocol_->OnVerified(std::move(identity), tenants, now_ms));
}

// Also lets the worker find this session by its person, so that tenants they join later reach it.
std::vector<TenantId> Session::TenantsOf(const Identity& identity) {
  Context& context = worker_.context();
  auto member = application_->rules.MemberKey(identity.claims);
  if (member_) worker_.Unregister(*member_, id_);
  member_ = std::move(member);
  if (!member_) return {};
  worker_.Register(*member_, id_);
  auto tenants = context.directory->TenantsOf(*member_);
  if (tenants) return std::move(*tenants);
  context.log.Error("directory_failed", {{"error", tenants.error().message}});
  CloseWithFault(Code::kUnavailable, "the relay cannot read its directory: try again later",
                 CloseReason::kTryLater);
  return {};
}

void Session::Do(JoinTenant request) {
  joined_.insert(request.hello.tenant);
  const TenantId tenant = request.hello.tenant;
  worker_.PostToTenant(tenant, [peer = protocol_->peer(), hello = std::move(request.hello)](
                                   TenantThread& tenants) { tenants.Join(peer, hello); });
}

void Session::Do(SubmitTo request) {
  worker_.PostToTenant(request.tenant, [peer = protocol_->peer(), tenant = request.tenant,
                                        change_sets = std::move(request.change_sets)](
                                           TenantThread& tenants) mutable {
    tenants.Submit(peer, tenant, std::move(change_sets));
  });
}

void Session::Do(Send request) { Enqueue(std::make_shared<const Bytes>(std::move(request.frame))); }

void Session::Do(CloseSession request) {
  Context& context = worker_.context();
  ++context.metrics.sessions_faulted;
  context.log.Info(
      "session_closed",
      {{"session", id_.value}, {"code", CodeName(request.code)}, {"reason", request.message}});
  Close({CloseCodeOf(request.code), std::move(request.message)});
}

void Session::Enqueue(SharedFrame frame) {
  if (closing_ || !frame || frame->empty()) return;
  queued_bytes_ += frame->size();
  if (queued_bytes_ > worker_.context().config.session_queue_bytes_max) {
    ++worker_.context().metrics.slow_readers_cut;
    worker_.context().log.Warn("slow_reader_cut", {{"session", id_.value}});
    // What waits is sent again from the device's cursor. What is being written stays counted.
    queued_bytes_ -= frame->size();
    for (const SharedFrame& waiting : queue_) queued_bytes_ -= waiting->size();
    queue_.clear();
    Close({CloseReason::kTryLater, "too slow"});
    return;
  }
  queue_.push_back(std::move(frame));
  wake_();
}

void Session::ContinueSnapshots() {
  if (closing_ || queued_bytes_ > kLowWaterBytes) return;
  for (const TenantId& tenant : std::exchange(unfinished_, {})) {
    worker_.PostToTenant(tenant, [id = id_, tenant](TenantThread& tenants) {
      tenants.ContinueSnapshot(id, tenant);
    });
  }
}

}  // namespace syncline::relay
