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
  context_.At(end.last_ms, [this, id, to = Other(from), work = std::move(work)] {
    --on_their_way_;
    Link* there = Find(id);
    if (!there || !there->ends[At(to)].open) return;
    // A copy: the ears may go while they hear.
    Ears ears = there->ends[At(to)].ears;
    work(ears);
  });
}

void Network::Send(LinkId id, Side from, Bytes message) {
  Link* link = Find(id);
  if (!link || !link->ends[At(from)].open || link->half_open) return;
  Arrive(id, from, [id, message = std::move(message)](Ears& ears) { ears.heard(id, message); });
}

void Network::Close(LinkId id, Side by, bool gently) {
  Link* link = Find(id);
  if (!link) return;
  link->ends[At(by)].open = false;
  if (!link->ends[At(Other(by))].open) {
    links_.erase(id);
    return;
  }
  if (link->half_open) return;
  const auto hear = [this, id](Ears& ears) {
    links_.erase(id);
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
  links_.erase(id);
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
