#include "shared/sync/device_session.hpp"

#include <algorithm>
#include <iterator>

#include "shared/base/planted.hpp"
#include "shared/merge/memory.hpp"

namespace syncline {

Bytes DeviceSession::Connected(std::string token, std::uint64_t now_ms) {
  Disconnected();
  connected_ = true;
  fault_.reset();
  return EncodeFrame(device_.MakeHello(std::move(token), now_ms));
}

void DeviceSession::Disconnected() {
  connected_ = welcomed_ = false;
  awaited_.clear();
  unheard_.clear();
  sent_.clear();
  frames_ = {};
  pushes_ = {};
}

Status DeviceSession::Receive(ByteView messages, std::uint64_t now_ms) {
  if (!connected_) return Fail(Code::kInvalid, "A message came without a connection");
  if (messages.empty()) return Done{};
  Result<Message> first = frames_.Take(messages);
  while (first && std::holds_alternative<About>(*first) && !messages.empty()) {
    first = frames_.Take(messages);
  }
  if (!first) return Fail(first.error());
  if (messages.empty()) return Handle(*first, now_ms);
  return device_.Together([&] { return HandleAll(std::move(*first), messages, now_ms); });
}

Status DeviceSession::HandleAll(Message message, ByteView more, std::uint64_t now_ms) {
  while (!more.empty()) {
    Result<Message> next = frames_.Take(more);
    if (!next) {
      Status handled = Handle(message, now_ms);
      return handled ? Fail(next.error()) : handled;
    }
    auto* delta = std::get_if<Delta>(&message);
    auto* next_delta = std::get_if<Delta>(&*next);
    if (delta && next_delta && GoesOn(*delta, *next_delta)) {
      delta->to = std::move(next_delta->to);
      std::move(next_delta->rows.begin(), next_delta->rows.end(), std::back_inserter(delta->rows));
      continue;
    }
    if (Status handled = Handle(message, now_ms); !handled) return handled;
    message = std::move(*next);
  }
  return Handle(message, now_ms);
}

bool DeviceSession::GoesOn(const Delta& delta, const Delta& next) const {
  if (delta.completes_snapshot || next.completes_snapshot || !(delta.tenant == next.tenant) ||
      delta.to.epoch != next.to.epoch || next.to.seq < delta.to.seq) {
    return false;
  }
  // Not if the first would be passed over.
  const Cursor* cursor = device_.CursorOf(delta.tenant);
  return cursor && cursor->epoch == delta.to.epoch && cursor->seq <= delta.to.seq;
}

Status DeviceSession::Handle(Message& message, std::uint64_t now_ms) {
  if (const auto* fault = std::get_if<Fault>(&message)) {
    fault_ = *fault;
    return Fail(fault->code, fault->message);
  }
  if (const auto* welcome = std::get_if<Welcome>(&message)) {
    if (Status done = device_.OnWelcome(*welcome, now_ms); !done) return done;
    welcomed_ = true;
    awaited_ = {welcome->tenants.begin(), welcome->tenants.end()};
    unheard_ = awaited_;
    return Done{};
  }
  if (std::holds_alternative<Pong>(message) || std::holds_alternative<About>(message)) {
    return Done{};
  }
  if (!welcomed_) return Fail(Code::kInvalid, "The relay must say Welcome first");
  if (const TenantId* tenant = RelayFrames::TenantOf(message)) unheard_.erase(*tenant);
  if (const auto* delta = std::get_if<Delta>(&message)) {
    if (Status done = device_.OnDelta(*delta); !done) return done;
    awaited_.erase(delta->tenant);
    return Done{};
  }
  if (const auto* chunk = std::get_if<Chunk>(&message)) {
    awaited_.insert(chunk->tenant);
    return device_.OnChunk(*chunk);
  }
  if (const auto* verdict = std::get_if<Verdict>(&message)) {
    return device_.OnVerdict(*verdict, now_ms);
  }
  if (const auto* again = std::get_if<Again>(&message)) return device_.OnAgain(*again);
  if (const auto* left = std::get_if<Left>(&message)) {
    awaited_.erase(left->tenant);
    return device_.OnLeft(left->tenant);
  }
  return Fail(Code::kInvalid, "The relay sent a message that is the device's to send");
}

Bytes DeviceSession::TakeOutgoing() {
  Bytes message;
  if (!welcomed_ || fault_) return message;
  for (const TenantId& tenant : device_.Tenants()) {
    const std::optional<std::uint64_t> settled = device_.OfferedAbove(tenant);
    if (!settled || unheard_.count(tenant) != 0) continue;
    std::uint64_t& sent = sent_[tenant];
    // Entries leave the outbox when they are decided, so what is left up to `sent` is in flight.
    const std::vector<const OutboxEntry*> pending =
        device_.PendingAfter(tenant, 0, kInFlightMax + 1);
    std::size_t in_flight = 0;
    std::size_t bytes = 0;
    Push push{tenant, {}};
    std::uint64_t next = std::max(sent, *settled) + 1;
    const auto is_pending = [&](std::uint64_t number) {
      return std::any_of(pending.begin(), pending.end(), [&](const OutboxEntry* entry) {
        return entry->change_set.number == number;
      });
    };
    const auto full = [&] {
      return push.change_sets.size() == kPushChangeSetsMax || bytes >= kPushBytesMax ||
             in_flight + push.change_sets.size() >= kInFlightMax;
    };
    for (const OutboxEntry* entry : pending) {
      if (entry->change_set.number <= sent) {
        ++in_flight;
        continue;
      }
      if (entry->origin.needs != 0 && is_pending(entry->origin.needs)) break;
      // Numbers that were refused are told by change sets without rows: a relay that was restored from
      // before waits for them. They are refused again, and nobody hears of it.
      for (; next < entry->change_set.number && !full(); ++next) {
        ChangeSet& hole = push.change_sets.emplace_back();
        hole.replica = entry->change_set.replica;
        hole.number = next;
      }
      if (full()) break;
      push.change_sets.push_back(entry->change_set);
      if (PLANTED("stamp-re-made")) push.change_sets.back().time = device_.clock().last();
      ++next;
      for (const RowChange& row : entry->change_set.rows) bytes += 64 + HeapBytes(row);
    }
    if (push.change_sets.empty()) continue;
    sent = push.change_sets.back().number;
    message += EncodeFrame(std::move(push), &pushes_);
  }
  return message;
}

}  // namespace syncline
