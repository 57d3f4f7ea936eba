#include "shared/sync/device_session.hpp"

#include <algorithm>

#include "shared/base/planted.hpp"

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
  sent_.clear();
  frames_ = {};
  pushes_ = {};
}

Status DeviceSession::Receive(ByteView message, std::uint64_t now_ms) {
  if (!connected_) return Fail(Code::kInvalid, "A message came without a connection");
  while (!message.empty()) {
    const Result<Message> frame = frames_.Take(message);
    if (!frame) return Fail(frame.error());
    if (Status handled = Handle(*frame, now_ms); !handled) return handled;
  }
  return Done{};
}

Status DeviceSession::Handle(const Message& message, std::uint64_t now_ms) {
  if (const auto* fault = std::get_if<Fault>(&message)) {
    fault_ = *fault;
    return Fail(fault->code, fault->message);
  }
  if (const auto* welcome = std::get_if<Welcome>(&message)) {
    if (Status done = device_.OnWelcome(*welcome, now_ms); !done) return done;
    welcomed_ = true;
    awaited_ = {welcome->tenants.begin(), welcome->tenants.end()};
    return Done{};
  }
  if (std::holds_alternative<Pong>(message) || std::holds_alternative<About>(message)) {
    return Done{};
  }
  if (!welcomed_) return Fail(Code::kInvalid, "The relay must say Welcome first");
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
    if (!settled) continue;
    std::uint64_t& sent = sent_[tenant];
    // Entries leave the outbox when they are decided, so what is left up to `sent` is in flight.
    const std::vector<const OutboxEntry*> pending =
        device_.PendingAfter(tenant, 0, kInFlightMax + 1);
    std::size_t in_flight = 0;
    std::size_t bytes = 0;
    Push push{tenant, {}};
    std::uint64_t next = std::max(sent, *settled) + 1;
    const auto full = [&] {
      return push.change_sets.size() == kPushChangeSetsMax || bytes >= kPushBytesMax ||
             in_flight + push.change_sets.size() >= kInFlightMax;
    };
    for (const OutboxEntry* entry : pending) {
      if (entry->change_set.number <= sent) {
        ++in_flight;
        continue;
      }
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
      bytes += 64 * entry->change_set.rows.size();
      for (const RowChange& row : entry->change_set.rows) {
        for (const FieldWrite& write : row.writes) {
          const std::string* text = write.value.As<std::string>();
          bytes += 16 + (text ? text->size() : 0);
        }
      }
    }
    if (push.change_sets.empty()) continue;
    sent = push.change_sets.back().number;
    message += EncodeFrame(std::move(push), &pushes_);
  }
  return message;
}

}  // namespace syncline
