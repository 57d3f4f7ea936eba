// Program: a schema and a list of steps that one can read, drop from, and run again. Steps name the
// rows, streams and pages of earlier steps by numbers; a step whose ground has gone is passed over.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tests/oracle/query.hpp"
#include "tests/oracle/schema.hpp"

namespace syncline::oracle {

struct Step {
  enum class Do {
    kBeginQuery,
    kBeginMutation,
    kCommit,
    kAbort,
    kKeep,  // as a live query
    kSubBegin,
    kSubCommit,
    kSubRollback,
    kInsert,
    kPatch,
    kReplace,
    kDelete,
    kGet,
    kNormalize,
    kOpen,
    kNext,
    kClose,
    kPage,
  };
  Do what = Do::kBeginQuery;
  int slot = 0;  // which of the open executions
  int name = 0;  // of the row, stream or page that this makes or uses
  Value id;      // of a row: a placeholder or any text
  std::optional<std::string> table;
  Value value;
  Query query;
  std::size_t count = 0;     // documents wanted of a stream or page
  std::size_t consumed = 0;  // of the stream's last page
  // Pages by name whose end is this page's begin or end; 0: none; kGarbage: no cursor at all.
  int from = 0, to = 0;
  std::optional<std::size_t> rows_max;
  bool block = false;  // the stream's page in binary
  std::uint64_t now_ms = 0;
};
inline constexpr int kGarbage = -1;

struct Program {
  Schema schema;
  std::vector<Step> steps;
  // The first ones, without which the others mean nothing: they make the tenant.
  std::size_t steps_kept = 0;
};
// Rows are named from here on; the tenant, if there is one, comes first.
inline constexpr int kTenantRow = 1;

Program MakeProgram(std::uint64_t seed);

// As a person would tell it, in one line.
std::string Describe(const Step& step);
std::string Describe(const Schema& schema);

}  // namespace syncline::oracle
