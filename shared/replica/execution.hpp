// What executions and the open mutation have done so far. Private to the files of the replica.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "shared/replica/replica.hpp"

namespace syncline {

struct Replica::Execution {
  Begin begin;
  std::map<StreamId, Stream> streams;
  ReadSet reads;
  // Of a strict mutation: rows that were asked for by id and not there.
  std::vector<RowKey> missing;
  // Of open streams, what counts as given.
  Use use;
};

struct Replica::Mutation {
  // A row of a synced table.
  struct Touched {
    TenantNo no;
    RowState before;
    // As it stands now; none: it is not there.
    std::optional<Row> after;
    // None: the row is as it was.
    std::optional<RowChange> change;
  };
  // Where a part began: what must be as it was if the part is undone.
  struct Part {
    std::optional<TenantId> tenant;
    TenantNo no;
    std::optional<std::string> role;
    bool founding;
    std::size_t touched;
    double last_creation_time;
    std::uint64_t last_id;  // streams above it were opened within
    // Rows as they were when the part first wrote them; none: not written before.
    std::map<RowKey, std::optional<Touched>> rows;
  };
  // Where what undoes the mutation is kept.
  struct UndoTarget {
    std::string scope;
    UndoStack stack;
    // A mutation of its own, which ends what could be redone; not an undo or a redo.
    bool is_new;
    UndoEntry mutation;  // its path, args and time
  };
  ExecutionId execution;
  HybridTime time;
  std::optional<UndoTarget> undo;
  // If it is to be undone: rows of the application's local tables as they were when it first wrote them.
  std::map<RowKey, std::optional<Row>> local_before;
  // Of an undo: the pending change set that it takes back (Origin::needs).
  std::uint64_t needs = 0;
  // Of an undo: what it brought back into texts.
  std::vector<Renewal> renewals;
  std::optional<TenantId> tenant;
  TenantNo no;
  // The role that the membership rows gave the person before the first write; for a tenant that is
  // being founded, the role after the last.
  std::optional<std::string> role;
  bool founding = false;
  std::map<RowKey, Touched> rows;
  std::vector<TouchedKey> touched;
  std::vector<Part> parts;  // the innermost last
};

}  // namespace syncline
