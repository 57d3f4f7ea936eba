#include "tests/simulation/relay.hpp"

#include <algorithm>
#include <cstdio>

#include "shared/base/check.hpp"
#include "tests/simulation/checks.hpp"
#include "tests/simulation/told.hpp"

namespace syncline::simulation {
namespace {

// As cursors have it in their scope.
std::string Hex(std::uint64_t value) {
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(value));
  return text;
}

}  // namespace

SimRelay::SimRelay(Context& context, const Releases& releases, unsigned rules, Network& network,
                   MadeChangeSets& made, const StrictJournal& strict, Options options)
    : context_(context),
      releases_(releases),
      rules_(rules),
      network_(network),
      made_(made),
      strict_(strict),
      options_(options),
      disk_(context, "sim-relay") {
  network_.set_relay({[this](LinkId link) { OnOpened(link); },
                      [this](LinkId link, ByteView message) { OnMessage(link, message); },
                      [this](LinkId link) { OnClosed(link); }});
  for (unsigned set = 0; set < kRuleSets; ++set) {
    rules_by_hash_[Hex(releases.Of(set, true).application.rules.hash())] = set;
  }
}

// --- life ---

void SimRelay::Start() {
  context_.Note([] { return std::string("relay starts"); });
  disk_.Restart();
  running_ = true;
  for (const auto& [tenant, reference] : references_) {
    if (!disk_.Exists(FileOf(tenant))) continue;
    Tenant* open = Open(tenant);
    if (!open) return Kill();  // the disk failed at once
    LearnMembers(tenant, *open);
  }
  ScheduleTick();
}

void SimRelay::Kill() {
  if (!running_) return;
  context_.Note([] { return std::string("relay is killed"); });
  disk_.Kill();
  running_ = false;
  ++generation_;
  tasks_ = 0;
  // What waits to be committed goes with the memory; a group that is in doubt stays noted.
  open_.clear();
  tenants_by_member_.clear();
  for (const auto& [link, session] : session_by_link_) network_.Close(link, Side::kRelay, false);
  session_by_link_.clear();
  sessions_.clear();
}

void SimRelay::Backup() {
  if (!running_ || !in_doubt_.empty() || !swept_in_doubt_.empty()) return;
  backup_ = BackedUp{disk_.Copy(), references_};
}

void SimRelay::Restore() {
  if (!backup_) return;
  Kill();
  ++restored_;
  disk_.Replace(backup_->disk);
  in_doubt_.clear();
  swept_in_doubt_.clear();
  for (auto& [tenant, reference] : references_) {
    if (reference.epoch() == 0) continue;  // restored, and nobody has seen it
    past_[tenant].insert_or_assign(reference.epoch(), std::move(reference));
  }
  references_ = backup_->references;
  to_renew_.clear();
  for (auto& [tenant, reference] : references_) {
    reference.SetRules(rules_);
    reference.set_epoch(0);
    to_renew_.insert(tenant);
  }
}

void SimRelay::SetRules(unsigned rules) {
  if (rules == rules_) return;
  Kill();
  rules_ = rules;
  for (auto& [tenant, reference] : references_) reference.SetRules(rules);
}

void SimRelay::Later(std::uint64_t delay_ms, std::function<void()> work) {
  ++tasks_;
  context_.After(delay_ms, [this, generation = generation_, work = std::move(work)] {
    if (generation != generation_) return;
    --tasks_;
    work();
    if (disk_.dead()) Kill();
  });
}

void SimRelay::Post(SessionId from, std::function<void()> work) {
  const std::uint64_t now_ms = context_.now_ms();
  std::uint64_t at_ms = now_ms + context_.Between(0, 2);
  if (Session* session = FindSession(from)) {
    at_ms = session->last_task_ms = std::max(session->last_task_ms, at_ms);
  }
  Later(at_ms - now_ms, std::move(work));
}

// Not a task: nothing waits for it.
void SimRelay::ScheduleTick() {
  context_.After(1000, [this, generation = generation_] {
    if (generation != generation_) return;
    std::vector<SessionId> ids;
    for (const auto& [id, session] : sessions_) ids.push_back(id);
    for (const SessionId id : ids) {
      if (Session* session = FindSession(id)) {
        Handle(id, session->protocol.OnTick(context_.now_ms()));
      }
    }
    ScheduleTick();
  });
}

// --- sessions ---

void SimRelay::OnOpened(LinkId link) {
  if (!running_) return network_.Close(link, Side::kRelay, false);
  const SessionId id{++sessions_made_};
  sessions_.emplace(id, Session{RelaySession(id, application(), {}), link, {}, {}, {}, 0});
  session_by_link_[link] = id;
}

void SimRelay::OnMessage(LinkId link, ByteView message) {
  const auto found = session_by_link_.find(link);
  if (found == session_by_link_.end()) return;
  const SessionId id = found->second;
  Handle(id, FindSession(id)->protocol.OnMessage(message, context_.now_ms()));
}

void SimRelay::OnClosed(LinkId link) {
  const auto found = session_by_link_.find(link);
  if (found != session_by_link_.end()) EndSession(found->second, false);
}

SimRelay::Session* SimRelay::FindSession(SessionId id) {
  const auto found = sessions_.find(id);
  return found == sessions_.end() ? nullptr : &found->second;
}

void SimRelay::EndSession(SessionId id, bool gently) {
  Session& session = *FindSession(id);
  for (const TenantId& tenant : session.joined) {
    Post(id, [this, id, tenant] {
      const auto open = open_.find(tenant);
      if (open == open_.end()) return;
      open->second.authority->Leave(id);
      open->second.joined.erase(id);
    });
  }
  network_.Close(session.link, Side::kRelay, gently);
  session_by_link_.erase(session.link);
  sessions_.erase(id);
}

void SimRelay::Cut(SessionId id) {
  Session* session = FindSession(id);
  if (!session) return;
  context_.Note([&] { return "relay cuts the session of " + session->person; });
  network_.Send(session->link, Side::kRelay,
                EncodeFrame(Fault{Code::kUnavailable, "try again later"}));
  EndSession(id, true);
}

void SimRelay::Handle(SessionId id, std::vector<SessionRequest> requests) {
  for (SessionRequest& request : requests) {
    if (!FindSession(id)) return;
    std::visit([&](auto& one) { Do(id, std::move(one)); }, request);
  }
}

// A token is the person's name.
void SimRelay::Do(SessionId id, VerifyToken request) {
  Later(context_.Between(0, 3), [this, id, token = request.token] {
    Session* session = FindSession(id);
    if (!session) return;
    const std::uint64_t now_ms = context_.now_ms();
    if (token == "forged") {
      return Handle(id, session->protocol.OnVerified(Fail(Code::kDenied, "forged"), {}, now_ms));
    }
    Identity identity{ClaimsOf(token), now_ms + context_.Between(2000, options_.token_ms_max)};
    session->person = token;
    session->member = application().rules.MemberKey(identity.claims);
    const std::set<TenantId>& tenants = tenants_by_member_[*session->member];
    Handle(id, session->protocol.OnVerified(std::move(identity), {tenants.begin(), tenants.end()},
                                            now_ms));
  });
}

void SimRelay::Do(SessionId id, JoinTenant request) {
  Session& session = *FindSession(id);
  session.joined.insert(request.hello.tenant);
  Post(id, [this, peer = session.protocol.peer(), hello = std::move(request.hello)] {
    Join(peer, hello);
  });
}

void SimRelay::Do(SessionId id, SubmitTo request) {
  Session& session = *FindSession(id);
  Post(id, [this, peer = session.protocol.peer(), person = session.person,
            request = std::move(request)] {
    Submit(peer, person, request.tenant, request.change_sets);
  });
}

void SimRelay::Do(SessionId id, Send request) { SendTo(id, std::move(request.frame)); }

void SimRelay::Do(SessionId id, CloseSession request) {
  context_.Note([&] {
    return "relay closes the session of " + FindSession(id)->person + ": " + request.message;
  });
  EndSession(id, true);
}

// --- what leaves ---

// Who does not read is cut, and goes on from their cursor.
void SimRelay::SendTo(SessionId id, Bytes message) {
  Session* session = FindSession(id);
  if (!session) return;
  network_.Send(session->link, Side::kRelay, std::move(message));
  if (network_.WaitingBytes(session->link) > options_.unread_bytes_max) Cut(id);
}

void SimRelay::PassOn(const TenantId& tenant, Tenant& open) {
  for (Delivery& delivery : open.authority->TakeDeliveries()) {
    if (Session* session = FindSession(delivery.session)) {
      CheckFrame(tenant, *session, *delivery.frame);
    }
    // From a tenant to the sessions, order is kept.
    const std::uint64_t now_ms = context_.now_ms();
    open.last_delivery_ms = std::max(open.last_delivery_ms, now_ms + context_.Between(0, 1));
    Later(open.last_delivery_ms - now_ms,
          [this, tenant, delivery = std::move(delivery)] { Deliver(tenant, delivery); });
  }
}

void SimRelay::Deliver(const TenantId& tenant, const Delivery& delivery) {
  if (Session* session = FindSession(delivery.session)) {
    SendTo(delivery.session, session->protocol.About(tenant) + *delivery.frame);
  }
  if (!FindSession(delivery.session) || !delivery.continues) return;
  // The next part waits until the last one is on its way.
  Later(context_.Between(0, options_.snapshot_pause_ms_max), [this, tenant, id = delivery.session] {
    const auto open = open_.find(tenant);
    if (open == open_.end()) return;
    const Status done = open->second.authority->ContinueSnapshot(id, context_.now_ms());
    if (!done) return Drop(tenant, done.error());
    PassOn(tenant, open->second);
  });
}

// What is sent now is the tenant's latest state, so the reference knows who may see it.
void SimRelay::CheckShown(const Reference& reference, const Session& session, const DeltaRow& row) {
  if (row.kind == DeltaRow::Kind::kForget) {
    return Require(reference.EverReadable(session.person, row.key), "rules",
                   "a forget tells of a row that the person could never see");
  }
  const auto found = reference.rows().find(row.key);
  Require(found != reference.rows().end(), "rules", "a row is sent that is not there");
  const std::optional<std::string> role = reference.RoleOf(session.person);
  Require(role && reference.MayRead({session.person, *role}, row.key, *found->second), "rules",
          "a row is sent to somebody who may not read it");
  if (row.kind != DeltaRow::Kind::kState) return;
  Require(row.state == *found->second, "atomic visibility",
          "a row is sent as it never was after a commit");
}

void SimRelay::CheckFrame(const TenantId& tenant, Session& session, ByteView frame) {
  const Bytes about = session.told.About(tenant);
  ByteView in = about;
  Require(in.empty() || session.frames.Take(in), "frame", "About does not decode");
  Result<Message> message = session.frames.Take(frame);
  Require(message.has_value() && frame.empty(), "frame", "the relay's frame does not decode");
  const Reference& reference = ReferenceOf(tenant);
  const ReplicaId replica = session.protocol.peer().replica;
  if (const auto* delta = std::get_if<Delta>(&*message)) {
    Require(delta->tenant == tenant, "tenants", "a delta names another tenant");
    for (const DeltaRow& row : delta->rows) CheckShown(reference, session, row);
    Require(reference.RoleOf(session.person).has_value(), "tenants", "a delta for a stranger");
  } else if (const auto* chunk = std::get_if<Chunk>(&*message)) {
    Require(chunk->tenant == tenant, "tenants", "a chunk names another tenant");
    for (const DeltaRow& row : chunk->rows) CheckShown(reference, session, row);
    Require(reference.RoleOf(session.person).has_value(), "tenants", "a chunk for a stranger");
  } else if (const auto* verdict = std::get_if<Verdict>(&*message)) {
    for (const Accepted& one : verdict->accepted) {
      const auto decided = reference.Decided(replica, one.number);
      Require(decided && decided->accepted && decided->time == one.time, "verdicts",
              "a change set is told to be accepted that was not, or not with that time");
    }
    for (const Refusal& one : verdict->refused) {
      const auto decided = reference.Decided(replica, one.number);
      if (decided && !decided->accepted) {
        CheckReason(one, *decided);
        continue;
      }
      Break("verdicts", session.person + "'s " + std::to_string(one.number) + " of " +
                            Told(context_, tenant) + " is told to be refused (" + one.message +
                            "), and was " + (decided ? "accepted" : "not decided"));
    }
    // Also what an earlier copy decided, as the device told this one.
    const auto known = reference.progress().find(replica);
    const bool told =
        known != reference.progress().end() && verdict->settled <= known->second.number;
    Require(verdict->settled == 0 || told || reference.Decided(replica, verdict->settled),
            "verdicts", "a change set is told to be settled that was not decided");
  } else if (std::holds_alternative<Left>(*message)) {
    Require(!reference.RoleOf(session.person), "members", "a member is told that they left");
  }
}

// It names what really stands against it.
void SimRelay::CheckReason(const Refusal& refusal, const Reference::Verdict& decided) {
  if (decided.against.count(refusal.rule)) return;
  std::string reasons;
  for (const std::string& reason : decided.against) reasons += " \"" + reason + "\"";
  Break("reasons", "a change set was refused by \"" + refusal.rule + "\" (" + refusal.message +
                       "), and what stands against it is" + reasons);
}

void SimRelay::CheckRows() {
  for (auto& [tenant, open] : open_) {
    CheckTenant(*open.store, ReferenceOf(tenant));
  }
}

}  // namespace syncline::simulation
