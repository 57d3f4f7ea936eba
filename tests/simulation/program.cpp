#include "tests/simulation/program.hpp"

#include <algorithm>

#include "shared/value/id.hpp"
#include "shared/value/json.hpp"
#include "shared/value/order.hpp"
#include "tests/simulation/application.hpp"

namespace syncline::simulation {
namespace {

constexpr const char* kStatuses[] = {"draft", "active", "done"};
constexpr const char* kStates[] = {"open", "taken", "done"};
constexpr const char* kRoles[] = {"admin", "member", "viewer", "guest"};
// Also people who have no device.
constexpr const char* kPeople[] = {"ann", "bob", "cyn", "dan", "eve", "fay"};

const std::string& IdOf(const Object& row) { return *row.Find("_id")->As<std::string>(); }

template <std::size_t kCount>
const char* OneOf(Context& context, const char* const (&list)[kCount]) {
  return list[context.random.Below(kCount)];
}

Object Bound(const char* type, const char* path, Value value) {
  Object bound;
  bound.Set("type", type);
  bound.Set("fieldPath", path);
  bound.Set("value", std::move(value));
  return bound;
}

}  // namespace

std::string Program::RandomText(const char* prefix) {
  return prefix + std::to_string(context_.random.Below(5));
}

std::optional<Object> Program::Pick(const std::string& table) {
  const TableSchema* schema = replica_.device().application().schema.FindTable(table);
  Result<std::vector<Entry>> rows = replica_.device().store().Scan(
      no_, schema->number, kByCreationTime, {}, context_.OneIn(2), 8);
  if (!rows || rows->empty()) return std::nullopt;
  return WithSystemFields(*schema, (*rows)[context_.random.Below(rows->size())].row);
}

Status Program::Found(const std::vector<std::string>& members) {
  Object organization;
  organization.Set("name", RandomText("org"));
  Result<std::string> id = replica_.Insert(execution_, "organizations", organization);
  if (!id) return Fail(id.error());
  Object user;
  user.Set("organizationId", *id);
  user.Set("email", EmailOf(person_));
  user.Set("role", "admin");
  Result<std::string> made = replica_.Insert(execution_, "users", user);
  if (!made) return Fail(made.error());
  for (const std::string& member : members) {
    if (member == person_) continue;
    user.Set("email", EmailOf(member));
    user.Set("role", OneOf(context_, kRoles));
    made = replica_.Insert(execution_, "users", user);
    if (!made) return Fail(made.error());
  }
  return Done{};
}

Status Program::WriteSomething() {
  const std::vector<TenantNo> tenants = replica_.device().VisibleTenants();
  if (tenants.empty()) return Done{};
  no_ = tenants[context_.random.Below(tenants.size())];
  tenant_ = replica_.device().TenantOf(no_)->text;
  for (std::uint64_t left = context_.OneIn(3) ? context_.Between(2, 3) : 1; left > 0; --left) {
    if (Status done = WriteOnce(); !done) return done;
  }
  return Done{};
}

Status Program::WriteTasks() {
  const std::vector<TenantNo> tenants = replica_.device().VisibleTenants();
  if (tenants.empty()) return Done{};
  no_ = tenants[context_.random.Below(tenants.size())];
  tenant_ = replica_.device().TenantOf(no_)->text;
  for (std::uint64_t left = context_.Between(1, 3); left > 0; --left) {
    if (Status done = WriteTask(); !done) return done;
  }
  return Done{};
}

Status Program::WriteOnce() {
  const std::uint64_t kind = context_.random.Below(18);
  if (kind >= 12) return WriteTask();
  if (kind < 6) return WriteSchedule();
  if (kind < 9) return WriteNote();
  const bool newest = replica_.schema().FindTable("boards") != nullptr;
  if (newest && context_.OneIn(2)) return WriteBoard();
  if (kind < 11) return WriteUser();
  const std::optional<Object> organization = Pick("organizations");
  if (!organization) return Done{};
  Object patch;
  patch.Set("name", RandomText("org"));
  return replica_.Patch(execution_, IdOf(*organization), {}, patch);
}

Value Program::RandomDetails(const Value* old) {
  Object details = old && old->As<Object>() ? *old->As<Object>() : Object();
  switch (context_.random.Below(5)) {
    case 0: details.Set("place", RandomText("place")); break;
    case 1: details.Set("seats", static_cast<std::int64_t>(context_.random.Below(3))); break;
    case 2: {
      Object room;
      if (!context_.OneIn(3)) room.Set("floor", static_cast<double>(context_.random.Below(3)));
      details.Set("room", room);
      break;
    }
    case 3: details.Remove(context_.OneIn(2) ? "room" : "place"); break;
    default: details = Object(); break;
  }
  return details;
}

Status Program::InsertSchedule() {
  Object schedule;
  schedule.Set("organizationId", tenant_);
  schedule.Set("title", RandomText("title"));
  schedule.Set("status", OneOf(context_, kStatuses));
  schedule.Set("start", static_cast<double>(context_.random.Below(4)));
  if (context_.OneIn(2)) schedule.Set("details", RandomDetails(nullptr));
  if (context_.OneIn(3)) schedule.Set("remark", RandomText("remark"));
  Result<std::string> id = replica_.Insert(execution_, "schedules", schedule);
  if (!id) return Fail(id.error());
  // Sometimes it goes, or changes, before anybody saw it.
  if (context_.OneIn(12)) return replica_.Delete(execution_, *id, {});
  if (!context_.OneIn(8)) return Done{};
  Object patch;
  patch.Set("title", RandomText("title"));
  return replica_.Patch(execution_, *id, std::string("schedules"), patch);
}

Status Program::PatchSchedule(const Object& row) {
  Object patch;
  switch (context_.random.Below(6)) {
    case 0: patch.Set("title", RandomText("title")); break;
    case 1: patch.Set("status", OneOf(context_, kStatuses)); break;
    case 2: patch.Set("start", static_cast<double>(context_.random.Below(4))); break;
    case 3: patch.Set("title", *row.Find("title")); break;  // nothing new
    case 4:
      patch.Set("remark", RandomText("remark"));
      patch.Set("status", OneOf(context_, kStatuses));
      break;
    default: {
      const Value* details = row.Find("details");
      if (context_.OneIn(5)) {
        patch.members().push_back({"details", Value()});
      } else {
        patch.Set("details", RandomDetails(details));
      }
    }
  }
  return replica_.Patch(execution_, IdOf(row), {}, patch);
}

Status Program::WriteSchedule() {
  const std::optional<Object> row = Pick("schedules");
  if (!row || context_.OneIn(4)) return InsertSchedule();
  if (context_.OneIn(5)) return replica_.Delete(execution_, IdOf(*row), {});
  if (!context_.OneIn(5)) return PatchSchedule(*row);
  Object whole = *row;
  whole.Set("title", RandomText("title"));
  whole.Remove("remark");
  whole.Set("details", RandomDetails(row->Find("details")));
  return replica_.Replace(execution_, IdOf(*row), {}, whole);
}

Status Program::WriteNote() {
  const std::optional<Object> row = Pick("notes");
  if (!row || context_.OneIn(3)) {
    Object note;
    note.Set("organizationId", tenant_);
    note.Set("owner", EmailOf(context_.OneIn(2) ? person_ : OneOf(context_, kPeople)));
    note.Set("private", context_.OneIn(2));
    note.Set("text", RandomText("text"));
    Result<std::string> id = replica_.Insert(execution_, "notes", note);
    return id ? Status(Done{}) : Fail(id.error());
  }
  if (context_.OneIn(6)) return replica_.Delete(execution_, IdOf(*row), {});
  Object patch;
  if (context_.OneIn(2)) patch.Set("private", context_.OneIn(2));
  if (context_.OneIn(2)) patch.Set("text", RandomText("text"));
  if (context_.OneIn(4)) patch.Set("owner", EmailOf(OneOf(context_, kPeople)));
  return replica_.Patch(execution_, IdOf(*row), {}, patch);
}

Status Program::WriteStrictly(StrictRead& read) {
  const std::vector<TenantNo> tenants = replica_.device().VisibleTenants();
  if (tenants.empty()) return Done{};
  no_ = tenants[context_.random.Below(tenants.size())];
  tenant_ = replica_.device().TenantOf(no_)->text;
  const Result<std::optional<std::string>> role = replica_.device().RoleIn(no_, ClaimsOf(person_));
  if (!role || !*role) return Done{};
  read.role = **role;
  read.status = OneOf(context_, kStatuses);
  Object source;
  source.Set("type", "IndexRange");
  source.Set("indexName", "schedules.by_status");
  source.Set("order", "asc");
  source.Set("range",
             Array{Bound("Eq", "organizationId", tenant_), Bound("Eq", "status", read.status)});
  Object query;
  query.Set("source", std::move(source));
  query.Set("operators", Array());
  const Result<StreamId> stream = replica_.OpenStream(execution_, query);
  if (!stream) return Fail(stream.error());
  std::vector<Object> found;
  for (bool done = false; !done;) {
    Result<Stream::Page> page = replica_.NextPage(execution_, *stream, 4, 4);
    if (!page) return Fail(page.error());
    for (Object& document : page->documents) found.push_back(std::move(document));
    done = page->done;
  }
  for (const Object& row : found) read.rows[IdOf(row)] = *row.Find("title")->As<std::string>();
  if (!found.empty() && context_.OneIn(3)) {
    Object patch;
    patch.Set("title", Fresh("strict"));
    return replica_.Patch(execution_, IdOf(found[context_.random.Below(found.size())]), {}, patch);
  }
  Object schedule;
  schedule.Set("organizationId", tenant_);
  schedule.Set("title", Fresh("strict"));
  schedule.Set("status", read.status);
  schedule.Set("start", static_cast<double>(found.size()));
  const Result<std::string> id = replica_.Insert(execution_, "schedules", schedule);
  return id ? Status(Done{}) : Fail(id.error());
}

// No two are the same, so that one that is doubled shows.
std::string Program::Fresh(const char* prefix) {
  return prefix + std::to_string(context_.random.Below(1'000'000'000));
}

Status Program::WriteBoard() {
  const std::optional<Object> row = Pick("boards");
  if (!row || context_.OneIn(5)) {
    Object board;
    board.Set("organizationId", tenant_);
    board.Set("votes", static_cast<double>(context_.random.Below(3)));
    board.Set("tags", context_.OneIn(2) ? Array() : Array{Value(RandomText("tag"))});
    board.Set("items", context_.OneIn(2) ? Array() : Array{Value(Fresh("i")), Value(Fresh("i"))});
    board.Set("body", context_.OneIn(2) ? "" : "abc");
    Result<std::string> id = replica_.Insert(execution_, "boards", board);
    return id ? Status(Done{}) : Fail(id.error());
  }
  if (context_.OneIn(12)) return replica_.Delete(execution_, IdOf(*row), {});
  Object patch;
  const std::uint64_t kind = context_.random.Below(5);
  if (kind == 0) {
    patch.Set("votes", *row->Find("votes")->As<double>() +
                           static_cast<double>(context_.random.Below(7)) - 3);
  } else if (kind == 1) {
    Array tags = *row->Find("tags")->As<Array>();
    const Value tag(RandomText("tag"));
    const auto found = std::find(tags.begin(), tags.end(), tag);
    if (found == tags.end()) {
      tags.push_back(tag);
    } else {
      tags.erase(found);
    }
    patch.Set("tags", std::move(tags));
  } else if (kind == 2) {
    Array items = *row->Find("items")->As<Array>();
    const auto place = [&](std::size_t of) {
      return items.begin() + static_cast<std::ptrdiff_t>(context_.random.Below(of));
    };
    if (items.empty() || context_.OneIn(2)) {
      items.insert(place(items.size() + 1), Value(Fresh("i")));
    } else {
      const auto from = place(items.size());
      const Value moved = *from;
      items.erase(from);
      if (context_.OneIn(2)) items.insert(place(items.size() + 1), moved);
    }
    patch.Set("items", std::move(items));
  } else {
    std::string body = *row->Find("body")->As<std::string>();
    const auto at = static_cast<std::size_t>(context_.random.Below(body.size() + 1));
    if (context_.OneIn(3)) {
      body.erase(at, static_cast<std::size_t>(context_.Between(1, 3)));
    } else {
      for (std::uint64_t left = context_.Between(1, 4); left > 0; --left) {
        body.insert(at, 1, static_cast<char>('a' + context_.random.Below(26)));
      }
    }
    patch.Set("body", std::move(body));
  }
  return replica_.Patch(execution_, IdOf(*row), {}, patch);
}

// A field of a task that holds the id of a row of the table, or nothing.
void Program::Refer(Object& fields, const char* field, const std::string& table) {
  const std::optional<Object> row = context_.OneIn(4) ? std::nullopt : Pick(table);
  fields.members().push_back({field, row ? Value(IdOf(*row)) : Value()});
}

Status Program::InsertTask() {
  Object task;
  task.Set("organizationId", tenant_);
  task.Set("state", context_.OneIn(16) ? OneOf(context_, kStates) : "open");
  task.Set("minutes", static_cast<double>(context_.random.Below(context_.OneIn(12) ? 12 : 6)));
  if (context_.OneIn(2)) task.Set("code", "code" + std::to_string(context_.random.Below(12)));
  if (context_.OneIn(2)) task.Set("slot", "slot" + std::to_string(context_.random.Below(8)));
  if (replica_.schema().FindTable("boards") && context_.OneIn(4)) {
    task.Set("estimate", static_cast<double>(context_.random.Below(3)));
  }
  if (context_.OneIn(3)) Refer(task, "parentId", "tasks");
  if (context_.OneIn(3)) Refer(task, "noteId", "notes");
  if (context_.OneIn(2)) Refer(task, "assigneeId", "users");
  Result<std::string> id = replica_.Insert(execution_, "tasks", task);
  return id ? Status(Done{}) : Fail(id.error());
}

Status Program::WriteTask() {
  const std::optional<Object> row = Pick("tasks");
  if (!row || context_.OneIn(4)) return InsertTask();
  if (context_.OneIn(7)) return replica_.Delete(execution_, IdOf(*row), {});
  if (context_.OneIn(7)) return RestoreTask();
  Object patch;
  switch (context_.random.Below(9)) {
    case 0: patch.Set("code", "code" + std::to_string(context_.random.Below(12))); break;
    case 1: patch.Set("slot", "slot" + std::to_string(context_.random.Below(8))); break;
    case 2: Refer(patch, "parentId", "tasks"); break;
    case 3: Refer(patch, "noteId", "notes"); break;
    case 4: Refer(patch, "assigneeId", "users"); break;
    case 5:
    case 6:
      patch.Set("minutes", *row->Find("minutes")->As<double>() +
                               static_cast<double>(context_.random.Below(7)) - 3);
      break;
    default: patch.Set("state", OneOf(context_, kStates)); break;
  }
  return replica_.Patch(execution_, IdOf(*row), {}, patch);
}

// Puts a task back as an entry of the history has it.
Status Program::RestoreTask() {
  const std::optional<Object> entry = Pick("_history");
  if (!entry) return Done{};
  const std::string& id = *entry->Find("row")->As<std::string>();
  const Result<std::optional<Object>> before = replica_.Get(execution_, id, "tasks");
  if (!before) return Fail(before.error());
  const bool newest = replica_.schema().FindTable("boards") != nullptr;
  const Result<std::string> restored = replica_.Restore(execution_, IdOf(*entry));
  if (!restored) {
    if (*before && newest) Break("restore", "not of what is there: " + restored.error().message);
    return Fail(restored.error());
  }
  Result<std::optional<Object>> now = replica_.Get(execution_, id, "tasks");
  if (!now) return Fail(now.error());
  Require(*restored == id && now->has_value(), "restore", "what was put back is not there");
  Object wanted = *entry->Find("document")->As<Object>();
  // The older schema does not know it, and leaves it as it is.
  if (!newest) wanted.Remove("estimate");
  if (**now == wanted) return Done{};
  Break("restore",
        "a task was put back as " + ToJson(Value(**now)) + " instead of " + ToJson(Value(wanted)));
}

Status Program::WriteUser() {
  const std::optional<Object> row = Pick("users");
  if (!row || context_.OneIn(3)) {
    Object user;
    user.Set("organizationId", tenant_);
    user.Set("email", EmailOf(OneOf(context_, kPeople)));
    user.Set("role", OneOf(context_, kRoles));
    Result<std::string> id = replica_.Insert(execution_, "users", user);
    return id ? Status(Done{}) : Fail(id.error());
  }
  if (context_.OneIn(3)) return replica_.Delete(execution_, IdOf(*row), {});
  Object patch;
  patch.Set("role", OneOf(context_, kRoles));
  return replica_.Patch(execution_, IdOf(*row), {}, patch);
}

Value Program::RandomQuery(Context& context, Replica& replica) {
  struct Index {
    const char* table;
    const char* index;
  };
  static constexpr Index kIndexes[] = {
      {"schedules", "by_status"}, {"schedules", "by_start"},    {"schedules", "by_place"},
      {"notes", "by_private"},    {"users", "by_organization"}, {"schedules", nullptr},
      {"notes", nullptr},         {"organizations", nullptr},   {"tasks", "by_assignee"},
      {"tasks", nullptr},         {"_history", nullptr}};
  const Index& chosen = kIndexes[context.random.Below(std::size(kIndexes))];
  const std::string index = chosen.index ? chosen.index : "";
  Object source;
  source.Set("order", context.OneIn(2) ? "desc" : "asc");
  Array range;
  const std::vector<TenantNo> tenants = replica.device().VisibleTenants();
  if (index == "by_start") {
    range.push_back(Bound(context.OneIn(2) ? "Gt" : "Gte", "start",
                          static_cast<double>(context.random.Below(4))));
    if (context.OneIn(2)) {
      range.push_back(Bound(context.OneIn(2) ? "Lt" : "Lte", "start",
                            static_cast<double>(context.random.Below(5))));
    }
  } else if (index == "by_place") {
    if (context.OneIn(3)) {
      range.push_back(Bound("Eq", "details.place", Value()));
    } else {
      range.push_back(
          Bound("Gte", "details.place", "place" + std::to_string(context.random.Below(5))));
    }
  } else if (!index.empty() && !tenants.empty()) {
    const TenantNo no = tenants[context.random.Below(tenants.size())];
    range.push_back(Bound("Eq", "organizationId", replica.device().TenantOf(no)->text));
    if (index == "by_status" && context.OneIn(2)) {
      range.push_back(Bound("Eq", "status", OneOf(context, kStatuses)));
    }
    if (index == "by_private" && context.OneIn(2)) {
      range.push_back(Bound("Eq", "private", context.OneIn(2)));
    }
  }
  if (chosen.index) {
    source.Set("type", "IndexRange");
    source.Set("indexName", std::string(chosen.table) + "." + index);
    source.Set("range", std::move(range));
  } else {
    source.Set("type", "FullTableScan");
    source.Set("tableName", chosen.table);
  }
  Array operators;
  if (context.OneIn(2)) {
    Object limit;
    limit.Set("limit", static_cast<double>(context.Between(1, 4)));
    operators.push_back(limit);
  }
  Object query;
  query.Set("source", std::move(source));
  query.Set("operators", std::move(operators));
  return query;
}

}  // namespace syncline::simulation
