// SimDevice: one person's device: the real Replica on a played disk, with a clock that may be wrong, a
// connection that comes and goes, live queries that are kept, and a program that writes at random.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "shared/replica/replica.hpp"
#include "tests/simulation/context.hpp"
#include "tests/simulation/network.hpp"
#include "tests/simulation/program.hpp"
#include "tests/simulation/relay.hpp"
#include "tests/simulation/sim_disk.hpp"

namespace syncline::simulation {

class SimDevice {
 public:
  SimDevice(Context& context, Network& network, const SimRelay& relay, MadeChangeSets& made,
            const std::string& application, std::size_t index, std::string person);

  void Start();
  void Kill();
  // The file is set aside as damaged, and a new one takes over what it had not sent.
  void Salvage();
  bool running() const { return replica_ != nullptr; }
  SimDisk& disk() { return disk_; }
  const std::string& person() const { return person_; }
  Replica& replica() { return *replica_; }

  // One random act of the person.
  void Act();
  // Creates an organization with these members besides the person, who becomes its admin.
  void Found(const std::vector<std::string>& members);
  void SetClock(std::int64_t ahead_ms) { ahead_ms_ = ahead_ms; }
  void SetOnline(bool online);
  std::optional<LinkId> link() const { return link_; }
  // Connected, all is here, nothing to send.
  bool quiet() const;
  // All checks of the device, whatever it is doing.
  void Check();
  void CheckAtQuiet();

 private:
  struct LiveQuery {
    Value query;
    std::string result;
  };

  std::uint64_t DeviceMs() const;
  void Open(const std::optional<std::string>& salvage);
  void Connect();
  void Disconnect();
  void OnOpened(LinkId link);
  void OnMessage(LinkId link, ByteView message);
  void OnClosed(LinkId link);
  void Flush();
  void ScheduleFlush();
  void RunProgram(const std::function<Status(Program&)>& program, bool preview);
  // After each thing that happened here.
  void Settle();
  void TakeNews();
  void CheckLiveQuery();
  void AddLiveQuery();
  std::optional<std::pair<std::string, QueryId>> RunQuery(const Value& query, bool keep);

  Context& context_;
  Network& network_;
  const SimRelay& relay_;
  MadeChangeSets& made_;
  const std::string& application_;
  const std::size_t index_;
  const std::string person_;
  SimDisk disk_;
  std::unique_ptr<Replica> replica_;
  std::uint64_t generation_ = 0;
  std::int64_t ahead_ms_ = 0;
  bool online_ = true;
  bool connecting_ = false;
  bool flushing_ = false;
  std::optional<LinkId> link_;
  std::map<QueryId, LiveQuery> live_;
};

}  // namespace syncline::simulation
