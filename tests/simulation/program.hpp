// Program: what a mutation function of the application would do, at random, through one execution.
#pragma once
#include <string>
#include <vector>

#include "shared/replica/replica.hpp"
#include "tests/simulation/context.hpp"
#include "tests/simulation/strict_reads.hpp"

namespace syncline::simulation {

class Program {
 public:
  Program(Context& context, Replica& replica, ExecutionId execution, std::string person)
      : context_(context), replica_(replica), execution_(execution), person_(std::move(person)) {}

  Status Found(const std::vector<std::string>& members);
  // One to three writes of one tenant.
  Status WriteSomething();

  // The same of tasks alone.
  Status WriteTasks();

  // Reads the schedules of one status, and writes one of them or another one.
  Status WriteStrictly(StrictRead& read);

  // A query of some table, by some index, in npm convex's JSON form.
  static Value RandomQuery(Context& context, Replica& replica);

 private:
  // A row of the table in the tenant; none if there is none.
  std::optional<Object> Pick(const std::string& table);
  Status WriteOnce();
  Status WriteSchedule();
  Status WriteNote();
  Status WriteUser();
  Status WriteTask();
  Status InsertTask();
  Status RestoreTask();
  void Refer(Object& fields, const char* field, const std::string& table);
  Status WriteBoard();
  std::string Fresh(const char* prefix);
  Status InsertSchedule();
  Status PatchSchedule(const Object& row);
  Value RandomDetails(const Value* old);
  std::string RandomText(const char* prefix);

  Context& context_;
  Replica& replica_;
  ExecutionId execution_;
  std::string person_;
  std::string tenant_;
  TenantNo no_;
};

}  // namespace syncline::simulation
