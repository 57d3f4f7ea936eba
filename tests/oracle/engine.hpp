// Engine: the real one, behind its C boundary and its JSON; nothing else of it is known here.
#pragma once
#include <cstdint>
#include <string>

#include "tests/oracle/model.hpp"

namespace syncline::oracle {

class Engine {
 public:
  // A synced schema gets rules, which are not judged here; any other is of a device alone. `complaint` is what it said if it did not open.
  Engine(const Schema& schema, std::uint64_t seed, std::string& complaint);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  bool open() const { return handle_ != 0; }
  // As Call, for a page of a stream that comes as a block.
  Answer CallForBlock(std::uint32_t operation, std::map<std::string, Value> input);
  // The members of `input`, and what came back. A code of "malformed" is ours: the output is no JSON.
  Answer Call(std::uint32_t operation, std::map<std::string, Value> input);
  // What the last error said.
  const std::string& message() const { return message_; }

 private:
  // The status; the output is left behind.
  std::uint32_t Send(std::uint32_t operation, std::map<std::string, Value> input);
  Answer Failed(const std::string& output);

  std::uint32_t handle_ = 0;
  std::string message_;
};

}  // namespace syncline::oracle
