// Worker: one thread of the relay, with its own event loop and its own acceptor on the shared port.
// Sessions that it accepted live on it, and the tenants whose ids hash to it.
//
// Post is for any thread; everything else is called on the worker's own (before Run: by who made it).
#pragma once
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <atomic>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "relay/server/asio.hpp"
#include "relay/server/context.hpp"
#include "relay/server/session.hpp"
#include "relay/tenants/tenant_thread.hpp"

namespace syncline::relay {

class Worker {
 public:
  // `workers` are all of the relay, this one at `index` among them; it is filled before Start.
  Worker(Context& context, std::size_t index, const std::vector<std::unique_ptr<Worker>>& workers);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Listens on the endpoint, beside the other workers. Gives the port. kUnavailable if it is taken.
  Result<std::uint16_t> Listen(const asio::ip::tcp::endpoint& endpoint);
  void Start();

  // --- any thread ---
  template <class Work>
  void Post(Work&& work) {
    asio::post(io_->get_executor(), std::forward<Work>(work));
  }
  // Shutting down, in this order. Stop ends the loop at once.
  void StopAccepting();
  void CloseSessions();
  // Closes the tenants, then lets the loop end.
  void Finish();
  void Stop();
  void JoinThread();
  // REQUIRES: the threads of all workers have ended. Destroys what still waits in the loop.
  void DropLoop();
  // Connections now; 0 once CloseSessions has taken effect.
  std::size_t connection_count() const { return connection_count_; }
  bool finished() const { return finished_; }

  // --- its own thread ---
  Context& context() { return context_; }
  TenantThread& tenants() { return *tenants_; }
  // Whether the tenant lives on this thread.
  bool IsHome(const TenantId& tenant) const { return HomeOf(tenant) == index_; }
  // What sessions speak for; null if nothing was deployed yet.
  const std::shared_ptr<const Application>& application() const { return application_; }
  // Sessions that are there are asked to connect again. Tenants are told by themselves.
  void UseApplication(std::shared_ptr<const Application> application);
  Executor executor() { return io_->get_executor(); }
  SessionId NextSessionId();
  void Add(Session& session) { sessions_[session.id()] = &session; }
  void Remove(SessionId session) { sessions_.erase(session); }
  void Register(const Bytes& member, SessionId session) { members_[member].insert(session); }
  void Unregister(const Bytes& member, SessionId session);
  // Runs the work on the thread that the tenant lives on.
  template <class Work>
  void PostToTenant(const TenantId& tenant, Work&& work) {
    Worker& worker = *workers_[HomeOf(tenant)];
    if (!worker.io_) return;  // the relay is being destroyed
    worker.Post([&worker, work = std::forward<Work>(work)]() mutable { work(*worker.tenants_); });
  }

  // A connection that is no session yet; `close` ends it when the relay shuts down.
  class Connection {
   public:
    Connection(Worker& worker, std::function<void()> close);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    // It became a session, which is asked to close in its own way.
    void BecomeSession() {
      *place_ = [] {};
    }

   private:
    Worker& worker_;
    std::list<std::function<void()>>::iterator place_;
  };
  bool stopping() const { return stopping_; }

 private:
  using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, Executor>;
  TenantOutlets MakeOutlets();
  Task<void> AcceptLoop();
  Task<void> TickLoop();
  void Serve(Socket socket);
  void Tick();
  // Begins a coroutine of this thread; what it throws is logged, and ends nothing else.
  void Spawn(
      Task<void> task, std::function<void()> at_end = [] {});
  void Deliver(const TenantId& tenant, std::vector<Delivery> deliveries);
  void CutSessions(const std::vector<SessionId>& sessions);
  void TellMembers(const TenantId& tenant, const std::vector<Bytes>& members);
  void Run();
  std::size_t HomeOf(const TenantId& tenant) const {
    return std::hash<std::string>()(tenant.text) % workers_.size();
  }
  Worker& WorkerOf(SessionId session) { return *workers_[session.value & 0xff]; }

  Context& context_;
  const std::size_t index_;
  const std::vector<std::unique_ptr<Worker>>& workers_;
  std::map<SessionId, Session*> sessions_;
  std::map<Bytes, std::set<SessionId>> members_;
  std::list<std::function<void()>> connections_;
  std::atomic<std::size_t> connection_count_{0};
  std::atomic<bool> finished_{false};
  std::uint64_t sessions_made_ = 0;
  bool stopping_ = false;
  std::shared_ptr<const Application> application_;
  std::unique_ptr<TenantThread> tenants_;
  // Destroyed first: coroutines that still wait in it use the members above.
  std::unique_ptr<asio::io_context> io_;
  std::optional<asio::executor_work_guard<Executor>> work_;
  std::optional<Acceptor> acceptor_;
  std::optional<Timer> tick_;
  std::thread thread_;
};

}  // namespace syncline::relay
