// Replica: the device's facade. Executions of queries and mutations against the device's rows, live
// queries, and the session with the relay, behind one object that the C boundary exposes.
//
// One thread. Any number of query executions may be open, or one mutation; the host serialises them.
// A mutation runs in one SQLite transaction: its writes are seen by its reads, and become a change set
// when it commits. What a mutation writes belongs to one tenant; beside it, it may write rows of local
// tables, which become no change set.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "shared/base/random.hpp"
#include "shared/base/result.hpp"
#include "shared/query/page.hpp"
#include "shared/query/read_set.hpp"
#include "shared/query/stream.hpp"
#include "shared/query/vector_search.hpp"
#include "shared/store/database.hpp"
#include "shared/store/file_store.hpp"
#include "shared/store/sql_reader.hpp"
#include "shared/sync/device.hpp"
#include "shared/sync/device_session.hpp"
#include "shared/sync/ruling.hpp"

namespace syncline {

struct ExecutionId {
  std::uint64_t value = 0;
  bool operator<(ExecutionId other) const { return value < other.value; }
};
struct StreamId {
  std::uint64_t value = 0;
  bool operator<(StreamId other) const { return value < other.value; }
};

struct ValidatorId {
  std::uint64_t value = 0;
};

// Convex's limits of one transaction. Those of reading are in shared/query/read_use.hpp.
inline constexpr std::size_t kDocumentsWrittenMax = 16'000;
inline constexpr std::size_t kBytesWrittenMax = std::size_t{16} << 20;
// How deep a function that a mutation runs may run others.
inline constexpr std::size_t kPartsMax = 8;

class Replica {
 public:
  struct Options {
    Database::Options database;
    std::string application;  // JSON
    std::uint64_t seed_high = 0, seed_low = 0;
    std::optional<std::string> salvage;  // a set-aside file to take the outbox from
  };
  static Result<std::unique_ptr<Replica>> Open(const Options& options);
  ~Replica();

  struct Begin {
    bool mutation = false;
    std::uint64_t now_ms = 0;
    Object claims;
    std::string path;
    std::string args;  // JSON
    bool preview = true;
    // A mutation: the scope under which what undoes it is kept, at most kUndoScopeBytesMax.
    std::optional<std::string> undo{};
    // A mutation that is accepted only if nothing that it read has changed (replica_strict.cpp).
    bool strict = false;
  };
  Result<ExecutionId> BeginExecution(Begin begin);
  // A mutation: what it became, none if it wrote nothing. On an error it is rolled back and over.
  Result<std::optional<ChangeSetRef>> Commit(ExecutionId execution);
  Status Abort(ExecutionId execution);
  // A query: ends it, and follows what it read.
  Result<QueryId> Keep(ExecutionId execution);
  void Drop(QueryId query) { live_.Drop(query); }
  // A part of a mutation: what a function that it runs does. Undone, it leaves the rows, the change set
  // and the tenant as if it had not run, and closes the streams that were opened within.
  Status BeginPart(ExecutionId execution);
  Status EndPart(ExecutionId execution, bool undo);
  // What the execution has read and written, parts that were undone included.
  struct Use {
    ReadUse read;
    std::size_t documents_written = 0, bytes_written = 0;
  };
  Result<Use> UseOf(ExecutionId execution);
  // What refused the last commit.
  const std::optional<RuledOut>& denial() const { return denial_; }

  Result<std::optional<Object>> Get(ExecutionId execution, const std::string& id,
                                    const std::optional<std::string>& table);
  Result<std::string> Insert(ExecutionId execution, const std::string& table, Object value);
  Status Patch(ExecutionId execution, const std::string& id,
               const std::optional<std::string>& table, const Object& value);
  Status Replace(ExecutionId execution, const std::string& id,
                 const std::optional<std::string>& table, Object value);
  Status Delete(ExecutionId execution, const std::string& id,
                const std::optional<std::string>& table);
  Result<StreamId> OpenStream(ExecutionId execution, const Value& query);
  Result<Stream::Page> NextPage(ExecutionId execution, StreamId stream, std::size_t count,
                                std::size_t consumed);
  // The same into an empty block; true if it is done.
  Result<bool> NextBlock(ExecutionId execution, StreamId stream, std::size_t count,
                         std::size_t consumed, BlockWriter& block);
  Result<QueryPage> ReadPage(ExecutionId execution, const Value& query, const PageRequest& request);
  Status CloseStream(ExecutionId execution, StreamId stream, std::size_t consumed);
  // The id if it is one of that table.
  Result<std::optional<std::string>> NormalizeId(const std::string& table, const std::string& id);

  // One SELECT, which counts as having read every row of the tables that it names.
  Result<SqlRows> ReadSql(ExecutionId execution, const std::string& sql, const Array& arguments);

  struct Nearest {
    std::string id;
    double score = 0;
  };
  // Of SYNCLINE_VECTOR_SEARCH; counts as having read every row of the table.
  Result<std::vector<Nearest>> VectorSearch(ExecutionId execution, const Value& query);

  // --- what the host writes past the functions, within a mutation ---
  // A row of a system table: inserted without `row`, else replaced, or deleted without `value`. Gives its
  // id. The file of a deleted row of _storage goes with it.
  Result<std::string> SystemWrite(ExecutionId execution, const std::string& table,
                                  const std::optional<std::string>& row,
                                  std::optional<Object> value);
  // Inserts documents with the _id and _creationTime that they carry.
  Status Import(ExecutionId execution, const std::string& table, std::vector<Object> documents);
  // Puts a row back as an entry of _history has it, within a mutation, and gives its id. kNotFound if there
  // is no such entry here, or the row is neither here nor known to be deleted.
  Result<std::string> Restore(ExecutionId execution, const std::string& entry);
  // The bytes of a row of _storage; null drops them.
  Status PutFile(ExecutionId execution, const std::string& file, const Bytes* bytes);
  // kNotFound if there is none.
  Result<Bytes> GetFile(const std::string& file);

  // --- undo: of mutations that were begun with a scope (shared/sync/undo_log.hpp) ---
  struct Undone {
    std::optional<ChangeSetRef> made;  // none: only local rows changed
    // The mutation that was undone.
    std::string path;
    std::string args;
  };
  // Undoes, or from the other stack redoes, the newest entry of begin.undo that can still do something;
  // entries that cannot are dropped. Begins and commits a mutation: kConflict if an execution is open.
  // An entry that a rule or a validator refuses is dropped too, and the refusal is the error.
  Result<std::optional<Undone>> Undo(const Begin& begin, UndoStack stack);
  // Newest first, without their steps.
  Result<std::vector<UndoEntry>> Undoable(const std::string& scope, UndoStack stack);
  Status ClearUndo(const std::string& scope);

  // Validators of functions' arguments and results, read once and used often.
  Result<ValidatorId> AddValidator(Validator validator);
  Status Check(ValidatorId validator, const Value& value) const;

  struct News {
    std::set<QueryId> invalidated;
    std::vector<ChangeSetRef> settled;
    std::vector<RefusedEntry> refused;
    std::optional<Device::Salvage> salvaged;  // once
  };
  News TakeNews();

  Device& device() { return *device_; }
  const Schema& schema() const { return application_->schema; }
  DeviceSession& session() { return *session_; }
  bool mutation_open() const { return mutation_ != nullptr; }

 private:
  struct Execution;
  struct Mutation;
  struct Located {
    const TableSchema* table;
    RowKey key;
    TenantNo tenant;
    std::optional<Row> row;
    // Of a row that is not there: the causal length that it was deleted with; 0: none.
    std::uint32_t length = 0;
  };

  Replica() = default;
  Result<Execution*> Find(ExecutionId execution, bool writes);
  Result<Located> Locate(Execution& execution, const std::string& id,
                         const std::optional<std::string>& table, ReadClock clock);
  // Sets the mutation's tenant, or refuses a second one.
  Result<TenantNo> Enter(const TableSchema& table, const TenantId& tenant);
  Result<TenantId> TenantOf(const TableSchema& table, const RowKey& key, const Object& document);
  Status Replace(const Located& located, Object document);
  // Fields of a newer schema, which this one's functions do not see, stay in a row that is replaced.
  static void KeepUnknownFields(const Located& located, Object& document);
  // The causal length that a row which is not here was deleted with, by what is pending or its history; 0
  // or odd if that does not tell.
  Result<std::uint32_t> DeletedLength(TenantNo no, const RowKey& key);
  // The causal length that a row which is not here was deleted with by what is pending; 0: it was not.
  std::uint32_t PendingDeletion(const TenantId& tenant, const RowKey& key) const;
  static Status DropSystemFields(const Located& located, Object& document);
  Result<RowKey> KeyIn(const TableSchema& table, const std::string& id) const;
  // A new row's key; its creation time is last_creation_time_.
  RowKey NewKey(const TableSchema& table, std::uint64_t now_ms);
  // Functions only read system tables.
  static Status RefuseSystemTable(const TableSchema& table);
  // Counts a write, and refuses it above the limits.
  Status CountWrite(const Object* document);
  // Null `document` deletes.
  Status WriteRow(const Located& at, double creation_time, const Object* document);
  // An edit of the change that names elements of a field as a strict mutation on its way may do; null: none.
  const FieldEdit* FindStrictlyEdited(const TenantId& tenant, const RowChange& change) const;
  Status WriteLocal(const Located& at, double creation_time, const Object* document);
  // Deletes a row with what follows from it in the rows that are here, or takes back their references.
  Status DeleteRow(const Located& at);
  Result<std::vector<Located>> Followers(const Referrer& referrer, const Located& deleted);
  // Puts a new row into the table.
  Status InsertRow(const TableSchema& table, const RowKey& key, double creation_time,
                   const Object& document);
  // What undoes the open mutation, row by row.
  Result<std::vector<UndoStep>> StepsBack();
  Status KeepUndo(std::vector<UndoStep> steps, const std::optional<ChangeSetRef>& made);
  // The change set that made the entry, if it is still pending; else null.
  const ChangeSet* PendingOf(const UndoEntry& entry) const;
  Result<bool> UndoOne(Begin begin, UndoStack stack, const UndoEntry& entry, Undone& undone);
  // False if nothing of the step is left to do.
  Result<bool> TakeRowBack(const UndoStep& step, const std::optional<TenantId>& tenant);
  Status Preview();
  Result<std::optional<ChangeSetRef>> CommitMutation();
  // Strict mutations: what they see, what they may write, what they rely on, and what is left of them.
  Status BeginStrict();
  Status CheckUpToDate(const TenantId& tenant) const;
  Status RefuseLocal(const std::string& what) const;
  Result<StrictReads> StrictReadsOf(const Execution& execution, const TenantId& tenant) const;
  Result<std::optional<ChangeSetRef>> CommitStrict(std::vector<LocalChange> changes,
                                                   std::vector<UndoStep> steps);
  void EndMutation(bool committed);
  // Whose rows of a table are to be seen.
  std::vector<TenantNo> TenantsOf(const TableSchema& table) const;
  std::vector<TenantNo> TenantsFor(const Query& query) const;

  std::unique_ptr<Application> application_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<Device> device_;
  std::unique_ptr<DeviceSession> session_;
  std::unique_ptr<FileStore> files_;
  std::unique_ptr<SqlReader> sql_;  // once it is used
  LiveQueries live_;
  std::map<ExecutionId, std::unique_ptr<Execution>> executions_;
  std::unique_ptr<Mutation> mutation_;
  std::vector<Validator> validators_;
  std::optional<RuledOut> denial_;
  std::optional<Device::Salvage> salvaged_;
  Random random_{0};
  double last_creation_time_ = 0;
  std::uint64_t last_id_ = 0;
};

}  // namespace syncline
