// Hostile: a program with a member's token that speaks the protocol, but sends what no device would: frames
// that are damaged or the relay's to send, forged numbers and stamps, rows of another tenant, rows that are
// not there, values that do not fit. The relay must refuse each, and nobody else may notice.
#pragma once
#include <cstdint>
#include <map>
#include <string>

#include "tests/simulation/context.hpp"
#include "tests/simulation/network.hpp"
#include "tests/simulation/relay.hpp"

namespace syncline::simulation {

class Hostile {
 public:
  Hostile(Context& context, Network& network, SimRelay& relay)
      : context_(context), network_(network), relay_(relay) {}

  // Connects with that person's token, sends a few messages, and goes.
  void Connect(const std::string& person);
  // Hangs up everywhere.
  void Stop();

 private:
  struct Peer {
    std::string person;
    ReplicaId replica;
    std::map<TenantId, std::uint64_t> number;
  };
  void OnOpened(LinkId link);
  void OnMessage(LinkId link, ByteView message);
  void Attack(LinkId link, Peer& peer);
  Bytes Garbage(const Peer& peer);
  ChangeSet Forged(const Peer& peer, const Reference& reference, std::uint64_t number);
  RowChange ForgedChange(const Reference& reference);
  RowChange ForgedEdit(const RowKey& board, std::uint32_t length);

  Context& context_;
  Network& network_;
  SimRelay& relay_;
  std::map<LinkId, Peer> peers_;
};

}  // namespace syncline::simulation
