#include "shared/sync/compaction.hpp"

#include "shared/merge/list.hpp"
#include "shared/merge/text.hpp"

namespace syncline {

Result<Compaction::Round> Compaction::Load() {
  Status made = database_.Run(
      "CREATE TABLE IF NOT EXISTS _compaction (began INTEGER, owner INTEGER, after BLOB)");
  if (!made) return Fail(made.error());
  Statement statement = database_.Prepare("SELECT began, owner, after FROM _compaction");
  const Result<bool> found = statement.Step();
  if (!found) return Fail(found.error());
  if (!*found) return Round();
  return Round{static_cast<std::uint64_t>(statement.integer(0)),
               static_cast<std::uint32_t>(statement.integer(1)), Bytes(statement.bytes(2))};
}

Status Compaction::Store(const Round& round) {
  if (Status done = database_.Prepare("DELETE FROM _compaction").Run(); !done) return done;
  Statement put = database_.Prepare("INSERT INTO _compaction VALUES (?1, ?2, ?3)");
  put.Bind(1, static_cast<std::int64_t>(round.began_ms)).Bind(2, std::int64_t{round.table});
  return put.BindBlob(3, round.after).Run();
}

const TableSchema* Compaction::TableFrom(std::uint32_t number) const {
  const Schema& schema = application_.schema;
  for (const std::size_t at : schema.by_number) {
    const TableSchema& table = schema.tables[at];
    if (table.number.value >= number && table.has_contents()) return &table;
  }
  return nullptr;
}

bool Compaction::Compact(const TableSchema& table, RowState& row, HybridTime horizon) {
  bool changed = false;
  for (auto content = row.contents.begin(); content != row.contents.end();) {
    const MergeKind kind = table.KindAt(content->first);
    KindState field = FieldAt(row, content->first);
    const bool smaller = kind == MergeKind::kText   ? CompactText(field)
                         : kind == MergeKind::kList ? CompactList(field, horizon)
                                                    : false;
    changed = changed || smaller;
    if (smaller && field.content.empty()) {
      content = row.contents.erase(content);
      continue;
    }
    if (smaller) content->second = std::move(field.content);
    ++content;
  }
  return changed;
}

Result<Compaction::Step> Compaction::Next(std::uint64_t now_ms, std::uint64_t horizon_ms) {
  Step step;
  const TableSchema* first = TableFrom(1);
  if (!first) return step;
  Result<Round> loaded = Load();
  if (!loaded) return Fail(loaded.error());
  Round round = std::move(*loaded);
  if (round.table == 0) {
    if (now_ms < round.began_ms + horizon_ms) return step;
    round = {now_ms, first->number.value, {}};
  }
  // An edit may be as old as the horizon when it is made, and as long on its way.
  const std::uint64_t twice_ms = 2 * horizon_ms;
  const HybridTime horizon =
      HybridTime::FromUnixMs(round.began_ms > twice_ms ? round.began_ms - twice_ms : 0);
  const TableSchema* table = TableFrom(round.table);
  std::size_t bytes = 0;
  for (std::size_t rows = 0; table && rows < kRowsMax && bytes < kBytesMax;) {
    if (table->number.value != round.table) round.after.clear();
    round.table = table->number.value;
    KeyRange range;
    if (!round.after.empty()) range.low = round.after + '\0';
    Result<std::vector<Entry>> entry =
        store_.Scan(no_, table->number, kByCreationTime, range, false, 1, ReadClock::kYes);
    if (!entry) return Fail(entry.error());
    if (entry->empty()) {
      table = TableFrom(round.table + 1);
      continue;
    }
    ++rows;
    round.after = std::move(entry->front().key);
    Row& before = entry->front().row;
    for (const auto& [path, content] : before.contents) bytes += content.size();
    RowState state = ToState(*table, before);
    if (!Compact(*table, state, horizon)) continue;
    RowEffect effect;
    effect.after = std::make_shared<const Row>(ToRow(before.id, state));
    const RowKey key{table->number, before.id};
    effect.before = std::make_shared<const Row>(std::move(before));
    std::vector<TouchedKey> nobody_watches;
    if (Status done = store_.Write(no_, table->number, effect.before.get(), effect.after.get(),
                                   nobody_watches);
        !done) {
      return Fail(done.error());
    }
    step.rows.emplace_back(key, std::move(effect));
  }
  if (!table) round = {round.began_ms, 0, {}};
  step.more = table != nullptr;
  if (Status stored = Store(round); !stored) return Fail(stored.error());
  return step;
}

}  // namespace syncline
