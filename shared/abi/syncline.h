/* The C boundary of the device's core, for WebAssembly and later JSI.
 *
 * One engine is one open database of one signed-in user. Everything is synchronous and on one
 * thread; nothing calls back into the host but the storage. A call takes an operation and its input,
 * and leaves its output in a buffer of the engine that stays valid until the next call on any engine.
 * Status 0 is success; otherwise the status is a Code (shared/base/result.hpp) and the output is a JSON
 * object {"code":"invalid","message":"..."} (with "rule" and "table" where a rule refused).
 * Inputs and outputs are JSON objects in UTF-8 unless said otherwise; documents, arguments and results
 * are Convex JSON. `now` is Unix milliseconds. No exception crosses this boundary.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum SynclineOperation {
  /* --- executions: one run of a query or mutation function ---
   * Any number of queries may be open, or one mutation alone: the host serialises (a mutation waits
   * for open queries and excludes them). Anything else is a conflict. */

  /* {"kind":"query"|"mutation","now":ms,"identity":claims|null,
   *  "path":"schedules:create","args":{...},"preview":true,"strict":false}
   * -> {"execution":n}. path, args: a mutation's, kept with its change set for reports. preview false:
   * do not judge the rules on the device (the relay will).
   * strict true: the mutation runs on what the relay has confirmed, without what is pending here, and
   * COMMIT leaves the rows as they are: what it wrote goes to the relay with what it read, and comes with
   * the relay's rows if nothing of that has changed since ("settled"), or is refused with code "conflict"
   * (then run it again, and dismiss the refusal). "unavailable" from BEGIN, a write or COMMIT: this device
   * is not connected, or its copy of the tenant is not up to date yet; try again once EVENTS says "synced".
   * One tenant, which is there already; no local rows, no scheduler, no files: else "invalid". If it wrote
   * nothing, COMMIT gives nulls, and what it read was one confirmed state. Without rules, there is nobody
   * to conflict with, and it is a mutation as any. */
  SYNCLINE_BEGIN = 1,
  /* {"execution":n} -> a mutation: {"tenant":text|null,"number":n|null} (null if it wrote nothing).
   * Durable on return, as far as the storage promises. A rule's or validator's refusal rolls back. */
  SYNCLINE_COMMIT = 2,
  /* {"execution":n} -> {}. A mutation is rolled back whole; a query's read set is dropped. */
  SYNCLINE_ABORT = 3,
  /* {"execution":n} -> {"query":id}. A query: ends it and keeps its read set as a live query; the id
   * appears under "invalidated" of SYNCLINE_EVENTS once when a commit touched what it read. */
  SYNCLINE_KEEP = 4,
  /* {"query":id} -> {}. Forgets a live query. */
  SYNCLINE_DROP = 5,
  /* {"execution":n} -> {}. A sub-transaction of a mutation (a function that it runs), nested at most 8
   * deep. SUB_ROLLBACK leaves rows, change set and tenant exactly as they were at SUB_BEGIN, and closes
   * the streams that were opened since; SUB_COMMIT makes it part of what surrounds it. */
  SYNCLINE_SUB_BEGIN = 6,
  SYNCLINE_SUB_COMMIT = 7,
  SYNCLINE_SUB_ROLLBACK = 8,
  /* {"execution":n} -> {"bytesRead":Use,"bytesWritten":Use,"databaseQueries":Use,"documentsRead":Use,
   * "documentsWritten":Use}; Use: {"used":n,"remaining":n}. Of the whole execution, sub-transactions
   * (also those rolled back) included. What exceeds a limit fails with "invalid". */
  SYNCLINE_METRICS = 9,

  /* --- database operations within an execution --- */
  /* {"execution":n,"id":text,"table"?:name,"isSystem"?:bool} -> {"document":{...}|null}. With isSystem,
   * an id of the other kind of table is "invalid". */
  SYNCLINE_GET = 10,
  /* {"execution":n,"table":name,"value":{...}} -> {"_id":text} */
  SYNCLINE_INSERT = 11,
  /* {"execution":n,"id":text,"table"?:name,"value":{...}} -> {}. {"$undefined":null} removes a field. */
  SYNCLINE_PATCH = 12,
  SYNCLINE_REPLACE = 13,
  /* {"execution":n,"id":text,"table"?:name} -> {} */
  SYNCLINE_DELETE = 14,
  /* {"execution":n,"query":{"source":...,"operators":[...]}} (the JSON of npm convex) -> {"stream":n} */
  SYNCLINE_STREAM_OPEN = 15,
  /* {"execution":n,"stream":n,"count":k,"consumed":j} -> {"page":[{...}],"done":bool}. At most k
   * documents. `consumed`: how many of the previous page the function has been given; the rest is read
   * again, so a mutation sees its own writes and only what was given counts as read. */
  SYNCLINE_STREAM_NEXT = 16,
  /* {"execution":n,"stream":n,"consumed":j} -> {} */
  SYNCLINE_STREAM_CLOSE = 17,
  /* {"table":name,"id":text} -> {"id":text|null} */
  SYNCLINE_NORMALIZE_ID = 18,
  /* {"validator":n,"value":...} -> {}. Arguments and results of functions. */
  SYNCLINE_VALIDATE = 19,
  /* {"validator":{...}} -> {"validator":n}. Reads a validator's JSON once, for any number of checks. */
  SYNCLINE_VALIDATOR = 20,
  /* {"execution":n,"query":...,"cursor":text|null,"endCursor":text|null,"pageSize":k,
   *  "maximumRowsRead":n|null,"maximumBytesRead":n|null}
   * -> {"page":[...],"isDone":bool,"continueCursor":text,"splitCursor":text|null,
   *     "pageStatus":null|"SplitRecommended"|"SplitRequired"}
   * A page of a query; cursors are opaque text and belong to one query (another's is "invalid"). With
   * endCursor the page reaches from cursor to there, however many documents that is. */
  SYNCLINE_PAGE = 21,
  /* The host's own tables, _scheduled_functions and _storage; local to this device. Functions read them
   * with "isSystem"; only this writes them, within a mutation.
   * {"execution":n,"table":name,"id"?:text,"value":{...}|null} -> {"_id":text}. Without id: insert; with
   * id: replace, null deletes. */
  SYNCLINE_SYSTEM_WRITE = 22,
  /* {"execution":n,"table":name,"documents":[{"_id":text,"_creationTime":ms,...}]} -> {}. Inserts within
   * a mutation rows that keep their ids (of this table) and creation times. */
  SYNCLINE_IMPORT = 23,
  /* {"execution":n,"query":{"indexName":"table.index","limit"?:k,"vector":[...],"expressions":Expr|null}}
   * -> {"results":[{"_id":text,"_score":float64}]}, nearest first, by cosine. */
  SYNCLINE_VECTOR_SEARCH = 24,
  /* As STREAM_NEXT; the output is a block of documents in binary (shared/value/block.hpp). */
  SYNCLINE_STREAM_BLOCK = 25,
  /* {"execution":n,"sql":text,"args":[...]} -> {"columns":[name],"rows":[[value]]}. One read-only
   * statement over the tables of the schema as views (shared/store/sql_reader.hpp). It counts as having
   * read every row of the tables that it names. */
  SYNCLINE_SQL = 26,
  /* A file of this device, filed under its _storage row's id. {"execution":n,"id":text,
   * "bytes":{"$bytes":base64}|null} -> {}; null deletes. Within a mutation. At most 64 MiB. */
  SYNCLINE_FILE_PUT = 27,
  /* {"id":text} -> binary; "not found" if there is none. */
  SYNCLINE_FILE_GET = 28,
  /* {"execution":n,"entry":id} -> {"_id":text}. Within a mutation: the row of which that row of _history
   * tells is as the entry has it; what was deleted comes back. A write as others, judged as they are.
   * "not found": no such entry, or the row is neither here nor known to be deleted.
   *
   * _history: {"table","row":id,"at":ms,"by":id,"role":text,"action":"insert"|"update"|"delete",
   *  "document":{...},"changed":["title","place.city"],"length":n}. changed: of an update.
   * There if a table of the rules has "history"; the relay alone writes it, one entry for each row of such
   * a table that an accepted change set changed. document: after the change, of a delete before it. by: the
   * id of the person's membership row. at: when it was done; _creationTime: when the relay accepted it. An entry is
   * visible to whom the table's read rule shows `document`. Indexes by_row ["row"] and by_table ["table"]. */
  SYNCLINE_RESTORE = 29,

  /* --- sync: the device's end of the connection to the relay, without the socket --- */
  /* {"now":ms,"token":text}. A socket has opened: output is binary, to be sent as one message. */
  SYNCLINE_CONNECTED = 30,
  /* Input: now as 8 bytes little-endian, then the bytes of one message, or of several in their order, which
   * costs the disk less. -> {}. An error means: close the socket and connect again later. */
  SYNCLINE_RECEIVE = 31,
  /* {"now":ms} -> binary: what is due to the relay, as one message; empty if nothing is. Call it after
   * every commit and RECEIVE, until it is empty. */
  SYNCLINE_SEND = 32,
  /* {} -> {} */
  SYNCLINE_DISCONNECTED = 33,
  /* {"token":text} -> binary: a newer token of the same person, to be sent. */
  SYNCLINE_RENEW = 34,
  /* {} -> binary: a question that a living relay answers, to be sent when nothing was heard for long;
   * empty while it has not welcomed us. */
  SYNCLINE_PING = 35,

  /* --- what the application is told --- */
  /* {} -> {"invalidated":[id],"settled":[{"tenant":t,"number":n}],
   *        "refused":[Refused],"pending":n,"welcomed":bool,"synced":bool,"fault":{code,message}|null,
   *        "recovered":{...}|null}
   * Everything since the last call. pending: change sets that the relay has not decided on. welcomed:
   * the relay has accepted the token on this connection. synced: and every tenant's snapshot or
   * catch-up has arrived. fault: why the relay is closing. settled: decided, accepted or refused. */
  SYNCLINE_EVENTS = 40,
  /* {} -> {"pending":[{"tenant","number","path","args","at":ms,"strict":bool,"rows":[{"table","id"}]}]},
   * at most 1000, oldest first. The rows of a strict one do not show it yet. */
  SYNCLINE_PENDING = 41,
  /* {} -> {"refused":[Refused]}; Refused: {"tenant","number","code","message","table","row","rule",
   * "path","args","at":ms,"strict":bool}. Kept until dismissed, the newest 1000. */
  SYNCLINE_REFUSED = 42,
  /* {"tenant":text,"number":n} -> {} */
  SYNCLINE_DISMISS = 43,
  /* {} -> {"tenants":[{"tenant":text,"seq":n}]}: the ones whose rows are here. */
  SYNCLINE_TENANTS = 44,

  /* --- undo: of mutations that were begun with a scope; kept in the file, of this device alone --- */
  /* {"scope":text,"redo":bool,"now":ms,"identity":claims|null}
   * -> {"tenant":text|null,"number":n|null,"path":text|null,"args":{...}|null}: what was undone (redone),
   * and the change set that did it; nulls: there was nothing to do, tenant and number alone: only local
   * rows changed. Takes the newest entry that can still do something. What this person wrote is taken back
   * from the rows as they are now: a field only if it still has the value that was written; counters, sets,
   * lists and texts by the opposite edit; an inserted row goes; a deleted row comes back whole, unless it
   * is back. It is a change set as others, of the path "undo:<path>" ("redo:<path>"), and what redoes
   * (undoes) it is kept in turn. A new mutation in the scope drops what could be redone. An entry goes with
   * the change set that made it, if that is refused; if a rule denies the undoing, it is an error, and the
   * entry goes too, so that the next call comes to the one before it. */
  SYNCLINE_UNDO = 50,
  /* {"scope":text} -> {"undo":[{"path":text,"at":ms}],"redo":[...]}, newest first. At most 200 together. */
  SYNCLINE_UNDO_STATE = 51,
  /* {"scope":text} -> {} */
  SYNCLINE_UNDO_CLEAR = 52,
};

/* Tables are either synced or local. A table is local if the schema's JSON says "local":true, if the
 * rules' tenancy names it under "local", or if there are no rules at all ("rules":null: this device
 * alone). Rows of local tables are on this device only: no tenant, no change set, no rules.
 *
 * {"path":file,"vfs":name,"durability":"full"|"relaxed"|"none","application":{"schema":...,"rules":...},
 *  "seed":"32 hex digits of randomness"} -> engine handle > 0, or 0 with the error in the output. A
 * corrupt file is code "corrupt": the host sets it aside and opens again. With "salvage":file beside
 * "path", the outbox of that set-aside file is taken over where it can be read; SYNCLINE_EVENTS then has
 * "recovered":{"change_sets":n,"complete":bool} once. */
uint32_t syncline_open(const uint8_t* input, size_t input_size);
void syncline_close(uint32_t engine);
uint32_t syncline_call(uint32_t engine, uint32_t operation, const uint8_t* input,
                       size_t input_size);
const uint8_t* syncline_output(void);
size_t syncline_output_size(void);
uint8_t* syncline_allocate(size_t size);
void syncline_free(uint8_t* memory);

#ifdef __cplusplus
}
#endif
