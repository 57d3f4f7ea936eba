#include "tests/simulation/hostile.hpp"

#include <limits>

#include "shared/schema/schema.hpp"
#include "shared/value/id.hpp"
#include "tests/simulation/told.hpp"

namespace syncline::simulation {
namespace {

constexpr const char* kTables[] = {"organizations", "users",  "schedules", "notes",
                                   "tasks",         "labels", "boards",    "_history"};

constexpr std::uint64_t kHuge = std::uint64_t{1} << 63;

RowChange Patch(const RowKey& key, std::uint32_t length, const char* path, Value value) {
  RowChange change;
  change.key = key;
  change.length = length;
  change.writes.push_back({path, std::move(value)});
  return change;
}

RowChange Note(const RowKey& key, const std::string& organization) {
  RowChange change;
  change.key = key;
  change.length = 1;
  change.whole = true;
  change.creation_time = 1;
  change.writes = {{"organizationId", organization},
                   {"owner", "eve@example.com"},
                   {"private", false},
                   {"text", "forged"}};
  return change;
}

}  // namespace

void Hostile::Connect(const std::string& person) {
  const LinkId link =
      network_.Open({[this](LinkId id) { OnOpened(id); },
                     [this](LinkId id, ByteView message) { OnMessage(id, message); },
                     [this](LinkId id) { peers_.erase(id); }});
  Peer peer{person, {context_.random.Next() | 1}, {}};
  relay_.Distrust(peer.replica);
  peers_.emplace(link, std::move(peer));
  context_.After(2000, [this, link] {
    if (peers_.erase(link)) network_.Close(link, Side::kDevice, false);
  });
}

void Hostile::Stop() {
  for (const auto& [link, peer] : peers_) network_.Close(link, Side::kDevice, false);
  peers_.clear();
}

void Hostile::OnOpened(LinkId link) {
  const auto peer = peers_.find(link);
  if (peer == peers_.end()) return;
  if (context_.OneIn(8)) return network_.Send(link, Side::kDevice, Garbage(peer->second));
  Hello hello;
  hello.replica = peer->second.replica;
  hello.device_ms = context_.random.Next();
  hello.token = context_.OneIn(16) ? "forged" : peer->second.person;
  // Cursors that never were.
  for (const auto& [tenant, reference] : relay_.tenants()) {
    if (!context_.OneIn(2)) continue;
    hello.tenants.push_back(
        {tenant,
         {context_.OneIn(2) ? reference.epoch() : context_.random.Next(),
          context_.random.Below(reference.seq() + 3), context_.OneIn(2) ? "admin" : ""},
         0});
  }
  network_.Send(link, Side::kDevice, EncodeFrame(std::move(hello)));
}

void Hostile::OnMessage(LinkId link, ByteView message) {
  while (!message.empty()) {
    const Result<Message> frame = TakeFrame(message);
    if (!frame) return;
    if (!std::holds_alternative<Welcome>(*frame)) continue;
    for (std::uint64_t i = 0; i < 4; ++i) {
      context_.After(context_.Between(0, 300), [this, link] {
        const auto peer = peers_.find(link);
        if (peer != peers_.end()) Attack(link, peer->second);
      });
    }
  }
}

// Damaged so that it cannot be read: what can be read is in Forged.
Bytes Hostile::Garbage(const Peer& peer) {
  Bytes bytes;
  switch (context_.random.Below(4)) {
    case 0: return EncodeFrame(Left{{"abc"}});
    case 1: return EncodeFrame(Welcome{});
    case 2: break;
    default:
      for (std::uint64_t left = context_.Between(0, 40); left > 0; --left) {
        bytes.push_back(static_cast<char>(context_.random.Below(256)));
      }
  }
  if (bytes.empty()) {
    for (const auto& [tenant, reference] : relay_.tenants()) {
      bytes = EncodeFrame(Push{tenant, {Forged(peer, reference, 1)}});
    }
    if (!bytes.empty()) bytes.resize(static_cast<std::size_t>(context_.random.Below(bytes.size())));
  }
  ByteView view = bytes;
  wire::Memory told;
  while (!view.empty()) {
    if (!TakeDeviceFrame(view, &told)) return bytes;
  }
  return Bytes("\xff\xff\xff");
}

void Hostile::Attack(LinkId link, Peer& peer) {
  if (context_.OneIn(6)) return network_.Send(link, Side::kDevice, Garbage(peer));
  const std::map<TenantId, Reference>& tenants = relay_.tenants();
  if (tenants.empty()) return;
  auto chosen = tenants.begin();
  std::advance(chosen, static_cast<std::ptrdiff_t>(context_.random.Below(tenants.size())));
  std::uint64_t& number = peer.number[chosen->first];
  Push push{chosen->first, {}};
  for (std::uint64_t left = context_.Between(1, 3); left > 0; --left) {
    // A number that is taken, that leaves a gap, that cannot be.
    const std::uint64_t forged = context_.random.Below(24);
    const std::uint64_t given = forged == 0   ? number
                                : forged == 1 ? number + 2
                                : forged == 2 ? std::numeric_limits<std::uint64_t>::max()
                                              : ++number;
    push.change_sets.push_back(Forged(peer, chosen->second, given));
    context_.Note([&] {
      return "a hostile program (" + peer.person + ") sends " +
             Told(context_, chosen->first, push.change_sets.back());
    });
  }
  network_.Send(link, Side::kDevice, EncodeFrame(std::move(push)));
}

// Wrong kinds, overflows, writes beside edits, places out of bounds, ids that nobody made or that others did.
RowChange Hostile::ForgedEdit(const RowKey& board, std::uint32_t length) {
  RowChange change;
  change.key = board;
  change.length = length;
  const ElementId nobody{context_.random.Below(5), {context_.random.Next()}};
  const std::uint64_t counter =
      context_.OneIn(2) ? std::numeric_limits<std::uint64_t>::max() : context_.random.Below(4);
  const auto add = [&](const char* path, Edit edit) {
    change.edits.push_back({path, std::move(edit)});
  };
  switch (context_.random.Below(11)) {
    case 0: add("votes", CounterEdit{Value("much")}); break;
    case 1: add("votes", CounterEdit{Value(std::numeric_limits<double>::infinity())}); break;
    case 2: add("votes", CounterEdit{Value(std::int64_t{1})}); break;
    case 3: add("body", CounterEdit{Value(1.0)}); break;
    case 4: add("tags", SetEdit{0, {}, {{Value("tag1"), {nobody}}}}); break;
    case 5:
      add("items", ListEdit{{{nobody, kNoElement, counter, {Value("forged")}}}, {}, {}, {}});
      break;
    case 6:
      add("items", ListEdit{{}, {{nobody, kNoElement, kNoElement, counter}}, {}, {nobody}});
      break;
    case 7:
      change.writes.push_back({"votes", 1.7e308});
      add("votes", CounterEdit{Value(1.7e308)});
      break;
    case 8: add("body", TextEdit{{{nobody, kNoElement, counter, "forged"}}, {}}); break;
    case 9: add("body", TextEdit{{}, {{{0, nobody.replica}, kHuge}}}); break;
    default:
      add("body", TextEdit{{}, {{nobody, std::numeric_limits<std::uint64_t>::max()}}});
      break;
  }
  return change;
}

RowChange Hostile::ForgedChange(const Reference& reference) {
  const RowMap& rows = reference.rows();
  RowKey key{NumberOfTable(kTables[context_.random.Below(std::size(kTables))]),
             MakeRowId(context_.now_ms(), context_.random.Next(), context_.random.Next())};
  std::uint32_t length = 1;
  if (!rows.empty() && !context_.OneIn(4)) {
    auto row = rows.begin();
    std::advance(row, static_cast<std::ptrdiff_t>(context_.random.Below(rows.size())));
    key = row->first;
    length = row->second->clock.length;
  }
  if (key.table == NumberOfTable("boards") && context_.OneIn(2)) return ForgedEdit(key, length);
  const RowKey fresh{NumberOfTable("notes"),
                     MakeRowId(context_.now_ms(), context_.random.Next(), context_.random.Next())};
  const std::string another = IdToText({NumberOfTable("organizations"), fresh.id});
  switch (context_.random.Below(15)) {
    case 0: return Patch(key, length, "noSuchField", 1.0);
    case 1: return Patch(key, length, "_id", "x");
    case 2: return Patch(key, length, "", 1.0);
    case 3: return Patch(key, length, "organizationId", another);
    case 4: return Patch(key, length, "title", 1.0);         // a wrong type
    case 5: return Patch(key, length, "text", Value());      // a required field
    case 6: return Patch(key, length + 2, "text", "later");  // a version that never was
    case 7: return Patch(key, 0, "text", "never");
    case 8: return Patch({NumberOfTable("secrets"), key.id}, 1, "text", "x");
    case 9: {
      RowChange change = Note(key, reference.tenant().text);  // an id that is taken
      return change;
    }
    case 10: {
      RowChange change = Note(fresh, reference.tenant().text);
      change.creation_time = context_.OneIn(2) ? -1 : std::numeric_limits<double>::quiet_NaN();
      return change;
    }
    case 11: {
      RowChange change;
      change.key = key;
      change.length = 0xfffffffe;  // deleted for ever
      return change;
    }
    case 12: {
      RowChange change = Note(fresh, another);
      return change;
    }
    case 13: return Patch(key, length, "email", "eve@example.com");
    default: return Note(fresh, reference.tenant().text);  // nothing wrong with it
  }
}

ChangeSet Hostile::Forged(const Peer& peer, const Reference& reference, std::uint64_t number) {
  ChangeSet change_set;
  change_set.replica = peer.replica;
  change_set.number = number;
  change_set.time = HybridTime::FromUnixMs(context_.now_ms());
  switch (context_.random.Below(8)) {
    case 0: change_set.time = {0}; break;
    case 1: change_set.time = {std::numeric_limits<std::uint64_t>::max()}; break;
    case 2: change_set.time = HybridTime::FromUnixMs(context_.now_ms() + 59'000); break;
    default: break;
  }
  if (context_.OneIn(6)) {
    // It has read nothing, or says so, at some time or other.
    const std::uint64_t epoch = context_.OneIn(2) ? reference.epoch() : context_.random.Next();
    change_set.strict = StrictReads{{epoch, context_.random.Below(reference.seq() + 3), ""}, {}};
  }
  for (std::uint64_t left = context_.random.Below(6); left > 0; --left) {
    change_set.rows.push_back(ForgedChange(reference));
  }
  return change_set;
}

}  // namespace syncline::simulation
