// The ids of the system, each a type of its own so that no two can be mistaken for one another.
#pragma once
#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <tuple>

#include "shared/base/bytes.hpp"

namespace syncline {

// One copy of the rows that one user may see: a device's file. Random, 64 bits, never 0.
struct ReplicaId {
  std::uint64_t value = 0;
  bool operator==(const ReplicaId& other) const { return value == other.value; }
  bool operator!=(const ReplicaId& other) const { return value != other.value; }
  bool operator<(const ReplicaId& other) const { return value < other.value; }
};

// A table, by a 28-bit hash of its name, so that every device derives the same number offline.
struct TableNumber {
  std::uint32_t value = 0;
  bool operator==(const TableNumber& other) const { return value == other.value; }
  bool operator!=(const TableNumber& other) const { return value != other.value; }
  bool operator<(const TableNumber& other) const { return value < other.value; }
};

// A row within its table: 48 bits of Unix milliseconds, big-endian, then 80 random bits.
struct RowId {
  std::array<unsigned char, 16> bytes{};
  bool operator==(const RowId& other) const { return bytes == other.bytes; }
  bool operator!=(const RowId& other) const { return bytes != other.bytes; }
  bool operator<(const RowId& other) const { return bytes < other.bytes; }
  ByteView view() const { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
  // REQUIRES: view.size() == 16.
  static RowId From(ByteView view) {
    RowId id;
    std::memcpy(id.bytes.data(), view.data(), id.bytes.size());
    return id;
  }
};

// A row anywhere: what a document id's text carries.
struct RowKey {
  TableNumber table;
  RowId id;
  bool operator==(const RowKey& other) const { return table == other.table && id == other.id; }
  bool operator<(const RowKey& other) const {
    return std::tie(table, id) < std::tie(other.table, other.id);
  }
};

// The unit of isolation, ordering and placement. Today: the document id text of the tenant's root
// row (an organization). 1 to 64 characters of [a-z0-9], so that it may name a file.
struct TenantId {
  std::string text;
  bool operator==(const TenantId& other) const { return text == other.text; }
  bool operator!=(const TenantId& other) const { return text != other.text; }
  bool operator<(const TenantId& other) const { return text < other.text; }
};

}  // namespace syncline
