// SimDevice: one person's device: the real Replica on a played disk, with a clock that may be wrong, a
// connection that comes and goes, live queries that are kept, and a program that writes at random.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "shared/replica/replica.hpp"
#include "tests/simulation/context.hpp"
#include "tests/simulation/network.hpp"
#include "tests/simulation/program.hpp"
#include "tests/simulation/relay.hpp"
#include "tests/simulation/sim_disk.hpp"
#include "tests/simulation/undo_model.hpp"

namespace syncline::simulation {

class SimDevice {
 public:
  SimDevice(Context& context, Network& network, const SimRelay& relay, MadeChangeSets& made,
            StrictJournal& strict, const Releases& releases, std::size_t index, std::string person,
            bool newest);

  void Start();
  void Kill();
  // The file is set aside as damaged, and a new one takes over what it had not sent.
  void Salvage();
  bool running() const { return replica_ != nullptr; }
  SimDisk& disk() { return disk_; }
  const std::string& person() const { return person_; }
  Replica& replica() { return *replica_; }

  // Starts anew, with the newest rules.
  void Reload();
  void Upgrade() {
    newest_ = true;
    Reload();
  }

  // A mutation that writes at random; `insists`: without the preview, so that the relay must judge.
  void Write(bool insists);
  void WriteStrictly();
  // A mutation of tasks that can be undone, and undoing or redoing the last one that can be.
  void Work();
  void Undo(UndoStack stack);
  // Begins a live query.
  void Watch();
  // Creates an organization with these members besides the person, who becomes its admin.
  void Found(const std::vector<std::string>& members);
  // Ahead by this much now, and by so many parts in a thousand more as time goes.
  void SetClock(std::int64_t ahead_ms, std::uint64_t gains_per_mille) {
    ahead_ms_ = ahead_ms;
    gains_per_mille_ = gains_per_mille;
    set_ms_ = context_.now_ms();
  }
  std::int64_t ahead_ms() const {
    return static_cast<std::int64_t>(DeviceMs() - context_.now_ms());
  }
  void SetOnline(bool online);
  std::optional<LinkId> link() const { return link_; }
  // Connected, all is here, nothing to send.
  bool quiet() const;
  // All checks of the device, whatever it is doing.
  void Check();
  void CheckAtQuiet();
  bool newest() const { return newest_; }
  // Whether the tenant was gone from here at some time, if only for a moment.
  bool left(const TenantId& tenant) const {
    return left_.count(tenant) != 0 || emptied_.count(tenant) != 0;
  }
  // Whether it undid what was refused, and went with it.
  bool withdrew(const TenantId& tenant, std::uint64_t number) const {
    return withdrawn_.count({tenant, number}) != 0;
  }

 private:
  struct LiveQuery {
    Value query;
    std::string result;
  };

  std::uint64_t DeviceMs() const;
  std::string Name() const { return "device " + std::to_string(index_) + " (" + person_ + ")"; }
  void Open(const std::optional<std::string>& salvage);
  void Connect();
  void Disconnect();
  void OnOpened(LinkId link);
  void OnMessage(LinkId link, ByteView message);
  void NoteLeft(ByteView messages);
  // Takes what came on the connection since it was last asked.
  void TakeMessages();
  void OnClosed(LinkId link);
  void Flush();
  void ScheduleFlush();
  // What it became; none if it failed or wrote nothing. A strict one may find that the relay is away.
  // `done` hears of it before anything else happens here, unless the commit failed.
  using Done = std::function<void(const std::optional<ChangeSetRef>&)>;
  std::optional<ChangeSetRef> RunProgram(const std::function<Status(Program&)>& program,
                                         bool preview, bool strict = false,
                                         const std::optional<std::string>& undo_name = {},
                                         const Done& done = {});
  Replica::Begin NewMutation(bool preview);
  // Of a mutation that has committed.
  void NoteMade(const ChangeSetRef& made);
  TaskRows TasksOf(const TenantId& tenant);
  void DropWithdrawn();
  bool IsPending(const TenantId& tenant, std::uint64_t number) const;
  bool Refused(const TenantId& tenant, std::uint64_t number) const;
  // What can be undone and redone is what the model says, but for what was refused or has left.
  void CompareUndo();
  void CompareStack(UndoStack stack);
  // After each thing that happened here.
  void Settle();
  void TakeNews();
  void CheckSettled(const ChangeSetRef& settled);
  void CheckProgress();
  void CheckLiveQuery();
  std::optional<std::pair<std::string, QueryId>> RunQuery(const Value& query, bool keep);

  Context& context_;
  Network& network_;
  const SimRelay& relay_;
  MadeChangeSets& made_;
  StrictJournal& strict_;
  const Releases& releases_;
  const std::size_t index_;
  const std::string person_;
  SimDisk disk_;
  std::unique_ptr<Replica> replica_;
  std::uint64_t generation_ = 0;
  bool newest_;
  std::int64_t ahead_ms_ = 0;
  std::uint64_t gains_per_mille_ = 0, set_ms_ = 0;
  bool online_ = true;
  bool connecting_ = false;
  bool flushing_ = false;
  std::optional<LinkId> link_;
  Bytes came_;         // on the link, and waits for its turn
  RelayFrames told_;   // reads what comes, for the story
  RelayFrames heard_;  // reads it at once, for what left
  std::map<QueryId, LiveQuery> live_;
  // How far it has come, by tenant: it never goes back within an epoch.
  std::map<TenantId, Cursor> reached_;
  std::set<TenantId> here_, left_;
  // Left too, but with something still pending, before their first snapshot was whole, or for so short that nobody
  // could see it.
  std::set<TenantId> emptied_;
  UndoModel undo_;
  std::uint64_t undo_names_ = 0;
  bool undo_in_doubt_ = false;
  // What undid a pending mutation, by its number, and those that went with it.
  using Numbered = std::pair<TenantId, std::uint64_t>;
  std::map<Numbered, std::uint64_t> needs_;
  std::set<Numbered> withdrawn_;
};

}  // namespace syncline::simulation
