#include "tests/simulation/checks.hpp"

#include <algorithm>
#include <set>

#include "shared/base/check.hpp"
#include "shared/value/id.hpp"
#include "shared/value/json.hpp"
#include "shared/value/key.hpp"
#include "shared/value/order.hpp"

namespace syncline::simulation {
namespace {

constexpr std::size_t kAll = 1'000'000;

template <class T>
T Must(Result<T> result) {
  if (!result) Break("storage", result.error().message);
  return std::move(*result);
}

using States = std::map<RowKey, RowState>;

std::string Describe(const RowKey& key, const RowState& state) {
  Object document;
  for (const auto& [path, value] : state.fields) {
    std::string name = path;
    std::replace(name.begin(), name.end(), kPathStep, '.');
    document.Set(name, value);
  }
  std::string text = IdToText(key) + " length " + std::to_string(state.clock.length) + " whole " +
                     std::to_string(state.clock.whole.time.value) + "@" +
                     std::to_string(state.clock.whole.replica.value % 1000) + " " +
                     ToJson(Value(document));
  for (const auto& [path, stamp] : state.clock.exceptions) {
    text += " " + path + "@" + std::to_string(stamp.time.value) + "@" +
            std::to_string(stamp.replica.value % 1000);
  }
  return text;
}

// Every index of the table lists the same rows, in its own order, both ways.
void CheckIndexes(TableStore& store, TenantNo no, const TableSchema& table,
                  const std::vector<Entry>& rows) {
  const TableLayout& layout = store.Layout(table.number);
  for (IndexOrdinal ordinal = kById; ordinal < kFirstDeclared + layout.indexes.size(); ++ordinal) {
    std::vector<Bytes> wanted;
    for (const Entry& entry : rows) {
      if (ordinal >= kFirstDeclared) {
        // None, where the index is not about such a row.
        for (Bytes& key : IndexKeys(layout.indexes[ordinal - kFirstDeclared], entry.row)) {
          wanted.push_back(std::move(key));
        }
        continue;
      }
      wanted.push_back(ordinal == kById ? Bytes(entry.row.id.view())
                                        : CreationKey(entry.row.creation_time, entry.row.id));
    }
    std::sort(wanted.begin(), wanted.end());
    const std::vector<Entry> found = Must(store.Scan(no, table.number, ordinal, {}, false, kAll));
    const bool same = std::equal(wanted.begin(), wanted.end(), found.begin(), found.end(),
                                 [](const Bytes& key, const Entry& e) { return key == e.key; });
    if (!same) Break("indexes", "index " + std::to_string(ordinal) + " of " + table.name);
  }
}

// All rows of one generation, its indexes checked on the way.
States ReadStates(TableStore& store, TenantNo no) {
  States states;
  for (const TableSchema& table : store.schema().tables) {
    const std::vector<Entry> rows =
        Must(store.Scan(no, table.number, kByCreationTime, {}, false, kAll, ReadClock::kYes));
    CheckIndexes(store, no, table, rows);
    for (const Entry& entry : rows) {
      states.emplace(RowKey{table.number, entry.row.id}, ToState(table, entry.row));
    }
  }
  return states;
}

void CheckSame(const char* checker, const States& found, const States& wanted) {
  for (const auto& [key, state] : wanted) {
    const auto at = found.find(key);
    if (at == found.end()) Break(checker, "a row is missing: " + Describe(key, state));
    if (!(at->second == state)) {
      Break(checker, "a row differs: " + Describe(key, at->second) + "\n    should be " +
                         Describe(key, state));
    }
  }
  for (const auto& [key, state] : found) {
    if (!wanted.count(key)) Break(checker, "a row should not be there: " + Describe(key, state));
  }
}

// What rules showed the person of these rows, on a device with those tables.
States Readable(const Reference& reference, unsigned rules, const Schema& here, const RowMap& rows,
                const std::string& person, const std::string& role) {
  States states;
  for (const auto& [key, row] : rows) {
    if (!here.FindTable(key.table)) continue;
    if (reference.MayReadBy(rules, {person, role}, key, *row)) states.emplace(key, *row);
  }
  return states;
}

// --- a device's file, as it lies there ---

struct Generations {
  std::map<std::int64_t, TenantId> tenant_by_no;
  struct Record {
    TenantId tenant;
    TenantNo no, building;
    Cursor cursor;
  };
  std::vector<Record> records;
};

Generations ReadGenerations(Database& database) {
  Generations generations;
  Statement statement =
      database.Prepare("SELECT tenant, no, building, epoch, seq, scope FROM _tenants");
  while (Must(statement.Step())) {
    Generations::Record record;
    record.tenant.text = statement.bytes(0);
    record.no = {statement.integer(1)};
    record.building = {statement.integer(2)};
    record.cursor = {static_cast<std::uint64_t>(statement.integer(3)),
                     static_cast<std::uint64_t>(statement.integer(4)),
                     std::string(statement.bytes(5))};
    for (const TenantNo no : {record.no, record.building}) {
      if (no.value != 0) generations.tenant_by_no[no.value] = record.tenant;
    }
    generations.records.push_back(std::move(record));
  }
  return generations;
}

std::map<TenantId, States> ReadConfirmed(Database& database) {
  std::map<TenantId, States> confirmed;
  Statement statement = database.Prepare("SELECT tenant, owner, id, state FROM _confirmed");
  while (Must(statement.Step())) {
    const RowKey key{{static_cast<std::uint32_t>(statement.integer(1))},
                     RowId::From(statement.bytes(2))};
    confirmed[{std::string(statement.bytes(0))}][key] = Must(DecodeRowState(statement.bytes(3)));
  }
  return confirmed;
}

// A tenant that the relay does not know yet is one that is being founded here.
bool MayHold(const TenantId& tenant, const std::string& person, const SimRelay& relay) {
  const Reference* reference = relay.Find(tenant);
  return !reference || reference->seq() == 0 || relay.EverMember(tenant, person);
}

void CheckRecord(Replica& replica, const Generations::Record& record, const std::string& person,
                 const SimRelay& relay, const States& kept) {
  Device& device = replica.device();
  const std::vector<const OutboxEntry*> outbox = device.PendingAfter(record.tenant, 0, kAll);
  std::set<RowKey> pending;
  for (const OutboxEntry* entry : outbox) {
    if (entry->change_set.strict) continue;  // not shown before it is accepted
    for (const RowChange& change : entry->change_set.rows) pending.insert(change.key);
  }
  const States shown = record.no.value == 0 ? States() : ReadStates(device.store(), record.no);
  States confirmed = kept;
  for (const auto& [key, state] : kept) {
    Require(pending.count(key) != 0, "pending", "a confirmed state is kept that nothing needs");
  }
  for (const auto& [key, state] : shown) {
    if (!pending.count(key)) confirmed.emplace(key, state);
  }
  if (record.building.value != 0) {
    for (const auto& [key, state] : ReadStates(device.store(), record.building)) {
      Require(relay.EverReadable(record.tenant, person, key), "rules",
              "a row is being built that the person could never see");
    }
  }
  // Deleted rows are not kept, only what is there.
  for (auto row = confirmed.begin(); row != confirmed.end();) {
    row = row->second.alive() ? std::next(row) : confirmed.erase(row);
  }
  if (record.cursor.epoch == 0) {
    CheckSame("cursor", confirmed, {});
  } else if (record.cursor.epoch > 1) {
    const Reference* reference = relay.FindEpoch(record.tenant, record.cursor.epoch);
    const RowMap* rows = reference ? reference->RowsAt(record.cursor.seq) : nullptr;
    if (!rows) Break("cursor", "the cursor names no moment: " + std::to_string(record.cursor.seq));
    const std::string role = record.cursor.scope.substr(record.cursor.scope.find(':') + 1);
    CheckSame("cursor", confirmed,
              Readable(*reference, relay.RulesOf(record.cursor.scope), device.application().schema,
                       *rows, person, role));
  } else {
    for (const auto& [key, state] : confirmed) {
      Require(relay.EverReadable(record.tenant, person, key), "rules",
              "a device holds a row that its person could never see");
    }
  }
  States wanted = confirmed;
  for (const RowKey& key : pending) {
    RowState row;
    if (const auto at = kept.find(key); at != kept.end()) row = at->second;
    for (const OutboxEntry* entry : outbox) {
      for (const RowChange& change : entry->change_set.rows) {
        if (!(change.key == key) || entry->change_set.strict) continue;
        static_cast<void>(Apply(row, change, entry->change_set.stamp()));
        RestoreParents(row);
      }
    }
    wanted.erase(key);
    if (row.alive()) wanted.emplace(key, std::move(row));
  }
  CheckSame("pending", shown, wanted);
}

}  // namespace

void CheckTenant(TableStore& store, const Reference& reference) {
  States wanted;
  for (const auto& [key, row] : reference.rows()) wanted.emplace(key, *row);
  CheckSame("relay's rows", ReadStates(store, {1}), wanted);
}

std::uint64_t StoredEpoch(Database& database) {
  Statement statement = database.Prepare("SELECT value FROM _head WHERE name='epoch'");
  Require(Must(statement.Step()), "storage", "a tenant's file has no epoch");
  return static_cast<std::uint64_t>(statement.integer(0));
}

std::uint64_t StoredSeq(Database& database) {
  Statement statement = database.Prepare("SELECT value FROM _head WHERE name='seq'");
  return Must(statement.Step()) ? static_cast<std::uint64_t>(statement.integer(0)) : 0;
}

bool StoredRefusal(Database& database, ReplicaId replica, std::uint64_t number) {
  Statement statement = database.Prepare("SELECT 1 FROM _refusals WHERE replica=?1 AND number=?2");
  statement.Bind(1, static_cast<std::int64_t>(replica.value));
  return Must(statement.Bind(2, static_cast<std::int64_t>(number)).Step());
}

RowState StoredRow(TableStore& store, const RowKey& key) {
  const std::optional<Row> row = Must(store.Get({1}, key));
  Require(row.has_value(), "relay's rows", "a row that was just written is not there");
  return ToState(*store.schema().FindTable(key.table), *row);
}

std::map<ReplicaId, std::uint64_t> StoredProgress(Database& database) {
  std::map<ReplicaId, std::uint64_t> progress;
  Statement statement = database.Prepare("SELECT replica, number FROM _replicas");
  while (Must(statement.Step())) {
    progress[{static_cast<std::uint64_t>(statement.integer(0))}] =
        static_cast<std::uint64_t>(statement.integer(1));
  }
  return progress;
}

void CheckTenants(Replica& replica, const std::string& person, const SimRelay& relay) {
  Database& database = replica.device().database();
  const Generations generations = ReadGenerations(database);
  for (const Generations::Record& record : generations.records) {
    Require(MayHold(record.tenant, person, relay), "tenants",
            "a device follows a tenant that its person was never a member of");
  }
  for (const char* sql : {"SELECT DISTINCT _tenant, organizationId FROM users",
                          "SELECT DISTINCT _tenant, organizationId FROM schedules",
                          "SELECT DISTINCT _tenant, organizationId FROM notes",
                          "SELECT DISTINCT _tenant, organizationId FROM tasks",
                          "SELECT _tenant, _id FROM organizations"}) {
    Statement statement = database.Prepare(sql);
    while (Must(statement.Step())) {
      const auto owner = generations.tenant_by_no.find(statement.integer(0));
      Require(owner != generations.tenant_by_no.end(), "tenants",
              "a row is filed under a tenant that is not here");
      const bool is_id = statement.type(1) == Statement::Type::kBlob;
      const std::string named =
          is_id ? IdToText({NumberOfTable("organizations"), RowId::From(statement.bytes(1))})
                : std::string(statement.bytes(1));
      Require(named == owner->second.text, "tenants", "a row is filed under another tenant");
    }
  }
  std::set<std::string> known;
  for (const auto& record : generations.records) known.insert(record.tenant.text);
  Statement kept =
      database.Prepare("SELECT tenant FROM _confirmed UNION SELECT tenant FROM _outbox");
  while (Must(kept.Step())) {
    Require(known.count(std::string(kept.bytes(0))) != 0, "tenants",
            "something is kept of a tenant that is not here");
  }
}

void CheckReplica(Replica& replica, const std::string& person, const SimRelay& relay,
                  const MadeChangeSets& made) {
  CheckTenants(replica, person, relay);
  Device& device = replica.device();
  const std::map<TenantId, States> confirmed = ReadConfirmed(device.database());
  for (const Generations::Record& record : ReadGenerations(device.database()).records) {
    const auto kept = confirmed.find(record.tenant);
    CheckRecord(replica, record, person, relay, kept == confirmed.end() ? States() : kept->second);
  }
  Statement journal = device.database().Prepare("PRAGMA journal_mode");
  Require(Must(journal.Step()) && journal.bytes(0) == "wal", "durability",
          "the file is no longer written as it was asked for");
  for (const auto& [place, bytes] : made) {
    const auto& [tenant, author, number] = place;
    if (author != device.replica()) continue;
    const std::vector<const OutboxEntry*> next = device.PendingAfter(tenant, number - 1, 1);
    const bool pending = !next.empty() && next.front()->change_set.number == number;
    if (pending) {
      const ChangeSet& change_set = next.front()->change_set;
      const bool hole = change_set.rows.empty() && relay.Settled(tenant, author, number);
      Require(hole || EncodeChangeSet(change_set) == bytes, "same bytes",
              "a change set in the outbox is not what it was");
    } else {
      const std::string what =
          "change set " + std::to_string(number) + " is gone, and the relay has not decided on it";
      Require(relay.Settled(tenant, author, number), "no write lost", what.c_str());
    }
  }
}

std::map<std::string, std::vector<std::string>> DumpOf(Replica& replica) {
  Database& database = replica.device().database();
  const Generations generations = ReadGenerations(database);
  std::vector<std::string> tables;
  Statement names = database.Prepare("SELECT name FROM sqlite_master WHERE type='table'");
  while (Must(names.Step())) tables.emplace_back(names.bytes(0));
  std::map<std::string, std::vector<std::string>> dump;
  for (const std::string& table : tables) {
    std::vector<std::string> columns;
    Statement info = database.Prepare("SELECT name, type FROM pragma_table_info(?1)");
    info.BindText(1, table);
    // Rows name their generation, index entries and contents too; the log names tenants by their ids.
    std::string generation;
    while (Must(info.Step())) {
      columns.emplace_back(info.bytes(0));
      const bool number = columns.back() == "tenant" && info.bytes(1) == "INTEGER";
      if (columns.back() == "_tenant" || number) generation = columns.back();
    }
    if (generation.empty()) continue;
    std::string sql = "SELECT " + generation;
    for (const std::string& column : columns) {
      if (column != generation) sql += ", quote(\"" + column + "\")";
    }
    std::vector<std::string>& lines = dump[table];
    Statement all = database.Prepare(sql + " FROM \"" + table + "\"");
    while (Must(all.Step())) {
      const auto tenant = generations.tenant_by_no.find(all.integer(0));
      if (tenant == generations.tenant_by_no.end()) continue;  // of local tables
      std::string line = tenant->second.text;
      for (int i = 1; i < static_cast<int>(columns.size()); ++i) {
        line += " " + std::string(all.bytes(i));
      }
      lines.push_back(std::move(line));
    }
    std::sort(lines.begin(), lines.end());
  }
  return dump;
}

void CheckMergeLaws(const Reference& reference, Random& random) {
  for (const auto& [key, changes] : reference.changes()) {
    if (changes.size() < 3 || !random.OneIn(4)) continue;
    const bool edited = std::any_of(changes.begin(), changes.end(),
                                    [](const auto& change) { return !change.first.edits.empty(); });
    // What is done to a row that came back says nothing of what it was before.
    const bool returned = std::any_of(changes.begin() + 1, changes.end(),
                                      [](const auto& change) { return change.first.whole; });
    if (edited || returned || !changes.front().first.whole) continue;
    // Each part begins with the insert: a change of a row that is not there says nothing.
    RowState all, left, right;
    for (const auto& [change, stamp] : changes) static_cast<void>(Apply(all, change, stamp));
    for (std::size_t i = 0; i < changes.size(); ++i) {
      const auto& [change, stamp] = changes[i];
      const bool both = i == 0 || random.OneIn(4);
      const bool first = random.OneIn(2);
      if (both || first) static_cast<void>(Apply(left, change, stamp));
      if (both || !first) static_cast<void>(Apply(right, change, stamp));
    }
    const RowState joined = Merge(left, right);
    Require(joined == Merge(right, left), "merge laws", "the merge does not commute");
    Require(joined == all, "merge laws", "two parts of a history do not join to the whole");
    Require(Merge(joined, left) == joined, "merge laws", "what was merged once moves a row again");
  }
}

void CheckQuiet(Replica& replica, const std::string& person, const SimRelay& relay) {
  Device& device = replica.device();
  Require(device.pending_count() == 0, "outbox", "the outbox did not drain");
  Require(ReadConfirmed(device.database()).empty(), "pending", "confirmed states are left over");
  std::set<TenantId> here;
  for (const Generations::Record& record : ReadGenerations(device.database()).records) {
    here.insert(record.tenant);
    const Reference* reference = relay.Find(record.tenant);
    const std::optional<std::string> role =
        reference ? reference->RoleOf(person) : std::optional<std::string>();
    if (!role) Break("rules", person + " is no member, but the tenant is on the device");
    if (record.building.value != 0) {
      Break("snapshot", "a snapshot did not end: " + person + " in " + record.tenant.text);
    }
    CheckSame("convergence", ReadStates(device.store(), record.no),
              Readable(*reference, relay.rules(), device.application().schema, reference->rows(),
                       person, *role));
  }
  for (const auto& [tenant, reference] : relay.tenants()) {
    if (!reference.RoleOf(person)) continue;
    Require(here.count(tenant) != 0, "convergence", "a member's tenant is not on the device");
  }
}

}  // namespace syncline::simulation
