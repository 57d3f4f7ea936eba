#include "relay/server/worker.hpp"

#include <sys/socket.h>
#include <boost/asio/co_spawn.hpp>

#include <array>
#include <exception>

#include "relay/server/http.hpp"

namespace syncline::relay {
namespace {

using asio::ip::tcp;
using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

constexpr int kBacklog = 4096;
constexpr auto kAcceptRetry = std::chrono::milliseconds(100);

// What limits by address count as one: an IPv4 address, or an IPv6 network of 64 bits.
std::string LimitedAddress(const asio::ip::address& address) {
  if (address.is_v4()) return address.to_string();
  const asio::ip::address_v6 v6 = address.to_v6();
  if (v6.is_v4_mapped()) return asio::ip::make_address_v4(asio::ip::v4_mapped, v6).to_string();
  auto bytes = v6.to_bytes();
  std::fill(bytes.begin() + 8, bytes.end(), static_cast<unsigned char>(0));
  return asio::ip::address_v6(bytes).to_string() + "/64";
}

void LogException(const Log& log, const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const std::exception& error) {
    log.Error("unexpected_exception", {{"error", error.what()}});
  } catch (...) {
    log.Error("unexpected_exception");
  }
}

}  // namespace

Worker::Worker(Context& context, std::size_t index,
               const std::vector<std::unique_ptr<Worker>>& workers)
    : context_(context),
      index_(index),
      workers_(workers),
      io_(std::make_unique<asio::io_context>(1)),
      work_(asio::make_work_guard(*io_)) {
  TenantThread::Limits limits;
  limits.open_max = context.config.tenants_open_max;
  limits.idle_ms = context.config.tenant_idle_s * 1000;
  limits.queue_bytes_max = context.config.tenant_queue_bytes_max;
  tenants_ = std::make_unique<TenantThread>(context.storage, *context.directory, context.metrics,
                                            context.log, limits, MakeOutlets());
}

Worker::~Worker() { DropLoop(); }

TenantOutlets Worker::MakeOutlets() {
  TenantOutlets outlets;
  outlets.later = [this](std::function<void()> work) { Post(std::move(work)); };
  outlets.deliver = [this](const TenantId& tenant, std::vector<Delivery> deliveries) {
    Deliver(tenant, std::move(deliveries));
  };
  outlets.members_added = [this](const TenantId& tenant, std::vector<Bytes> members) {
    TellMembers(tenant, members);
  };
  outlets.cut = [this](std::vector<SessionId> sessions) { CutSessions(sessions); };
  outlets.now_ms = context_.now_ms;
  return outlets;
}

Result<std::uint16_t> Worker::Listen(const tcp::endpoint& endpoint) {
  boost::system::error_code error;
  acceptor_.emplace(executor());
  acceptor_->open(endpoint.protocol(), error);
  if (!error) acceptor_->set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor_->set_option(ReusePort(true), error);
  if (!error) acceptor_->bind(endpoint, error);
  if (!error) acceptor_->listen(kBacklog, error);
  if (error) return Fail(Code::kUnavailable, "cannot listen: " + error.message());
  return acceptor_->local_endpoint().port();
}

void Worker::Start() {
  Spawn(AcceptLoop());
  Spawn(TickLoop());
  thread_ = std::thread([this] { Run(); });
}

void Worker::Run() {
  for (;;) {
    try {
      io_->run();
      return;
    } catch (...) {
      // Of one handler; the rest of the loop is as it was.
      LogException(context_.log, std::current_exception());
    }
  }
}

void Worker::Spawn(Task<void> task, std::function<void()> at_end) {
  asio::co_spawn(executor(), std::move(task),
                 [this, at_end = std::move(at_end)](std::exception_ptr thrown) {
                   if (thrown) LogException(context_.log, thrown);
                   at_end();
                 });
}

Task<void> Worker::AcceptLoop() {
  while (!stopping_) {
    auto [error, socket] = co_await acceptor_->async_accept(kUse);
    if (stopping_) co_return;
    if (error) {
      // Out of descriptors, most likely: others must close first.
      context_.log.Warn("accept_failed", {{"error", error.message()}});
      Timer pause(executor(), kAcceptRetry);
      co_await pause.async_wait(kUse);
      continue;
    }
    // What one connection throws must not end the accepting of others.
    try {
      Serve(std::move(socket));
    } catch (...) {
      LogException(context_.log, std::current_exception());
    }
  }
}

void Worker::Serve(Socket socket) {
  boost::system::error_code error;
  const auto peer = socket.remote_endpoint(error);
  if (error) return;  // gone already
  socket.set_option(tcp::no_delay(true), error);
  const std::string address = LimitedAddress(peer.address());
  if (!context_.address_limits.Connect(address)) {
    ++context_.metrics.connections_refused;
    return;
  }
  ++context_.metrics.connections;
  Spawn(ServeConnection(*this, std::move(socket), address), [this, address] {
    --context_.metrics.connections;
    context_.address_limits.Disconnect(address, context_.now_ms());
  });
}

Task<void> Worker::TickLoop() {
  tick_.emplace(executor());
  while (!stopping_) {
    tick_->expires_after(std::chrono::seconds(1));
    co_await tick_->async_wait(kUse);
    if (stopping_) co_return;
    try {
      Tick();
    } catch (...) {
      LogException(context_.log, std::current_exception());
    }
  }
}

void Worker::Tick() {
  for (const auto& [id, session] : sessions_) session->OnTick();
  tenants_->Tick();
  if (index_ == 0) context_.address_limits.Sweep(context_.now_ms());
}

void Worker::UseApplication(std::shared_ptr<const Application> application) {
  application_ = std::move(application);
  for (const auto& [id, session] : sessions_) {
    session->Close({CloseReason::kRestarting, "the application changed; reconnect"});
  }
}

SessionId Worker::NextSessionId() { return {(++sessions_made_ << 8) | index_}; }

void Worker::Unregister(const Bytes& member, SessionId session) {
  const auto found = members_.find(member);
  if (found == members_.end()) return;
  found->second.erase(session);
  if (found->second.empty()) members_.erase(found);
}

// One post for each thread that has sessions among the receivers.
void Worker::Deliver(const TenantId& tenant, std::vector<Delivery> deliveries) {
  std::vector<std::vector<Delivery>> by_worker(workers_.size());
  for (Delivery& delivery : deliveries) {
    by_worker[delivery.session.value & 0xff].push_back(std::move(delivery));
  }
  for (std::size_t i = 0; i < by_worker.size(); ++i) {
    if (by_worker[i].empty()) continue;
    Worker& worker = *workers_[i];
    worker.Post([&worker, tenant, due = std::move(by_worker[i])]() mutable {
      for (Delivery& delivery : due) {
        const auto found = worker.sessions_.find(delivery.session);
        if (found != worker.sessions_.end()) found->second->OnDelivery(tenant, std::move(delivery));
      }
    });
  }
}

void Worker::CutSessions(const std::vector<SessionId>& sessions) {
  for (const SessionId id : sessions) {
    Worker& worker = WorkerOf(id);
    worker.Post([&worker, id] {
      const auto found = worker.sessions_.find(id);
      if (found == worker.sessions_.end()) return;
      found->second->CloseWithFault(Code::kUnavailable,
                                    "the relay cannot serve this now: try again later",
                                    CloseReason::kTryLater);
    });
  }
}

void Worker::TellMembers(const TenantId& tenant, const std::vector<Bytes>& members) {
  for (const auto& one : workers_) {
    Worker& worker = *one;
    worker.Post([&worker, tenant, members] {
      for (const Bytes& member : members) {
        const auto found = worker.members_.find(member);
        if (found == worker.members_.end()) continue;
        // A copy: a session that renews its token meanwhile changes the set.
        const std::set<SessionId> sessions = found->second;
        for (const SessionId id : sessions) worker.sessions_.at(id)->OnTenantAdded(tenant);
      }
    });
  }
}

void Worker::StopAccepting() {
  Post([this] {
    stopping_ = true;
    boost::system::error_code ignored;
    acceptor_->close(ignored);
    if (tick_) tick_->cancel();
  });
}

void Worker::CloseSessions() {
  Post([this] {
    tenants_->CommitAll();
    // Verdicts of that commit are queued to this loop already, ahead of what closes the sessions.
    Post([this] {
      for (const auto& [id, session] : sessions_) {
        session->Close({CloseReason::kRestarting, "the relay restarts"});
      }
      for (const auto& close : connections_) close();
    });
  });
}

void Worker::Finish() {
  Post([this] {
    tenants_->CloseAll();
    finished_ = true;
    context_.bell.Ring();
    work_.reset();
  });
}

void Worker::Stop() { io_->stop(); }

void Worker::JoinThread() {
  if (thread_.joinable()) thread_.join();
}

void Worker::DropLoop() {
  tick_.reset();
  acceptor_.reset();
  work_.reset();
  // Moved away first: sessions that end with the loop must not post to it.
  const auto dropped = std::move(io_);
}

Worker::Connection::Connection(Worker& worker, std::function<void()> close) : worker_(worker) {
  worker_.connections_.push_front(std::move(close));
  place_ = worker_.connections_.begin();
  ++worker_.connection_count_;
}

Worker::Connection::~Connection() {
  worker_.connections_.erase(place_);
  if (--worker_.connection_count_ == 0) worker_.context_.bell.Ring();
}

}  // namespace syncline::relay
