// Network: played connections between devices and the relay. Bytes of one direction of one connection
// come in order, as TCP brings them, or not at all; connections overtake each other. A connection can
// be slow, half open (what is sent vanishes until it is dropped), stalled (the device does not read, and
// what is sent to it waits) or dropped: what was on its way is lost, and each end learns of it in its own
// time, or when it is asked.
#pragma once
#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <vector>

#include "shared/base/bytes.hpp"
#include "tests/simulation/context.hpp"

namespace syncline::simulation {

struct LinkId {
  std::uint64_t value = 0;
  bool operator==(LinkId other) const { return value == other.value; }
  bool operator!=(LinkId other) const { return value != other.value; }
  bool operator<(LinkId other) const { return value < other.value; }
};

enum class Side : std::size_t { kDevice = 0, kRelay = 1 };

class Network {
 public:
  struct Ears {
    std::function<void(LinkId)> opened;
    std::function<void(LinkId, ByteView)> heard;
    std::function<void(LinkId)> closed;
  };

  explicit Network(Context& context) : context_(context) {}
  // Who listens at the relay's side; devices bring their ears with Open.
  void set_relay(Ears ears) { relay_ = std::move(ears); }

  // Both sides hear `opened` after a while, unless the connection is closed before.
  LinkId Open(Ears device);
  void Send(LinkId link, Side from, Bytes message);
  // That side is gone or has had enough: it hears nothing more; the other hears `closed` later, after
  // what was sent before, if `gently`.
  void Close(LinkId link, Side by, bool gently);
  // The network's own doing.
  void Drop(LinkId link);
  void SetHalfOpen(LinkId link);
  void SetDelay(LinkId link, std::uint64_t delay_ms_max);
  void SetStalled(LinkId link, bool stalled);
  // What the relay has sent and the device has not read.
  std::size_t WaitingBytes(LinkId link) const;

  // Nothing is on its way, and everything that was sent on the connections that are has come.
  bool quiet() const;
  std::vector<LinkId> Links() const;

 private:
  struct End {
    bool open = true;
    Ears ears;
    std::uint64_t last_ms = 0;  // when the last of its messages arrives at the other end
  };
  struct Link {
    std::array<End, 2> ends;
    bool half_open = false;
    bool stalled = false;
    std::size_t waiting_bytes = 0;
    std::deque<std::function<void(Ears&)>> held;  // came while it was stalled
    std::uint64_t delay_ms_max = 5;
  };
  // Runs `work` at the other side, after all that `from` has sent.
  void Arrive(LinkId link, Side from, std::function<void(Ears&)> work);
  Link* Find(LinkId link);
  void Hear(LinkId link, Side to, std::function<void(Ears&)> work);
  void Erase(LinkId link);

  Context& context_;
  Ears relay_;
  std::map<LinkId, Link> links_;
  std::uint64_t made_ = 0;
  std::size_t on_their_way_ = 0;
};

}  // namespace syncline::simulation
