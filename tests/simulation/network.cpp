#include "tests/simulation/network.hpp"

#include <algorithm>

namespace syncline::simulation {
namespace {

std::size_t At(Side side) { return static_cast<std::size_t>(side); }
Side Other(Side side) { return side == Side::kDevice ? Side::kRelay : Side::kDevice; }

}  // namespace

Network::Link* Network::Find(LinkId id) {
  const auto found = links_.find(id);
  return found == links_.end() ? nullptr : &found->second;
}

LinkId Network::Open(Ears device) {
  const LinkId id{++made_};
  Link& link = links_[id];
  link.ends[At(Side::kDevice)].ears = std::move(device);
  link.ends[At(Side::kRelay)].ears = relay_;
  Arrive(id, Side::kDevice, [id](Ears& ears) { ears.opened(id); });
  Arrive(id, Side::kRelay, [id](Ears& ears) { ears.opened(id); });
  return id;
}

void Network::Arrive(LinkId id, Side from, std::function<void(Ears&)> work) {
  Link& link = links_.at(id);
  End& end = link.ends[At(from)];
  end.last_ms = std::max(end.last_ms, context_.now_ms() + context_.Between(0, link.delay_ms_max));
  ++on_their_way_;
  context_.At(end.last_ms, [this, id, to = Other(from), work = std::move(work)]() mutable {
    --on_their_way_;
    Hear(id, to, std::move(work));
  });
}

void Network::Hear(LinkId id, Side to, std::function<void(Ears&)> work) {
  Link* there = Find(id);
  if (!there || !there->ends[At(to)].open) return;
  if (to == Side::kDevice && there->stalled) {
    there->held.push_back(std::move(work));
    ++on_their_way_;
    return;
  }
  // A copy: the ears may go while they hear.
  Ears ears = there->ends[At(to)].ears;
  work(ears);
}

void Network::Erase(LinkId id) {
  const auto link = links_.find(id);
  if (link == links_.end()) return;
  on_their_way_ -= link->second.held.size();
  links_.erase(link);
}

void Network::SetStalled(LinkId id, bool stalled) {
  Link* link = Find(id);
  if (!link) return;
  link->stalled = stalled;
  while ((link = Find(id)) && !link->stalled && !link->held.empty()) {
    std::function<void(Ears&)> work = std::move(link->held.front());
    link->held.pop_front();
    --on_their_way_;
    Hear(id, Side::kDevice, std::move(work));
  }
}

std::size_t Network::WaitingBytes(LinkId id) const {
  const auto link = links_.find(id);
  return link == links_.end() ? 0 : link->second.waiting_bytes;
}

void Network::Send(LinkId id, Side from, Bytes message) {
  Link* link = Find(id);
  if (!link || !link->ends[At(from)].open || link->half_open) return;
  if (from == Side::kRelay) link->waiting_bytes += message.size();
  Arrive(id, from, [this, id, from, message = std::move(message)](Ears& ears) {
    if (Link* there = from == Side::kRelay ? Find(id) : nullptr) {
      there->waiting_bytes -= message.size();
    }
    ears.heard(id, message);
  });
}

void Network::Close(LinkId id, Side by, bool gently) {
  Link* link = Find(id);
  if (!link) return;
  link->ends[At(by)].open = false;
  if (!link->ends[At(Other(by))].open) return Erase(id);
  if (link->half_open) return;
  const auto hear = [this, id](Ears& ears) {
    Erase(id);
    ears.closed(id);
  };
  if (gently) {
    Arrive(id, by, hear);
  } else {
    Drop(id);
  }
}

void Network::Drop(LinkId id) {
  Link* link = Find(id);
  if (!link) return;
  for (const Side side : {Side::kDevice, Side::kRelay}) {
    End& end = link->ends[At(side)];
    if (!end.open) continue;
    end.open = false;
    ++on_their_way_;
    context_.After(context_.Between(0, 50), [this, id, closed = end.ears.closed] {
      --on_their_way_;
      closed(id);
    });
  }
  Erase(id);
}

void Network::SetHalfOpen(LinkId id) {
  if (Link* link = Find(id)) link->half_open = true;
}

void Network::SetDelay(LinkId id, std::uint64_t delay_ms_max) {
  if (Link* link = Find(id)) link->delay_ms_max = delay_ms_max;
}

bool Network::quiet() const {
  return on_their_way_ == 0 && std::none_of(links_.begin(), links_.end(),
                                            [](const auto& link) { return link.second.half_open; });
}

std::vector<LinkId> Network::Links() const {
  std::vector<LinkId> ids;
  for (const auto& [id, link] : links_) ids.push_back(id);
  return ids;
}

}  // namespace syncline::simulation
