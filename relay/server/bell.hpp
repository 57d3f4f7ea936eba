// Bell: lets a thread wait for what others bring about, without looking again and again.
#pragma once
#include <chrono>
#include <condition_variable>
#include <mutex>

namespace syncline::relay {

class Bell {
 public:
  // Any thread, after what is waited for may have come true.
  void Ring() {
    // A waiter between its look and its sleep holds the mutex: without it the ring would be lost.
    { const std::lock_guard lock(mutex_); }
    rung_.notify_all();
  }
  // False if the condition does not hold at the deadline.
  template <class Condition>
  bool WaitUntil(std::chrono::steady_clock::time_point deadline, const Condition& condition) {
    std::unique_lock lock(mutex_);
    return rung_.wait_until(lock, deadline, condition);
  }

 private:
  std::mutex mutex_;
  std::condition_variable rung_;
};

}  // namespace syncline::relay
