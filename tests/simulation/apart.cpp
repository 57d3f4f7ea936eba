#include "tests/simulation/apart.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstring>
#include <deque>

#include "shared/base/check.hpp"
#include "tests/simulation/world.hpp"

namespace syncline::simulation {
namespace {

constexpr unsigned kRunSecondsMax = 60;
// Seeds that a process is given at a time.
constexpr std::size_t kBatch = 8;

void WriteAll(int file, const std::string& text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const ssize_t written = write(file, text.data() + at, text.size() - at);
    if (written <= 0) _exit(3);
    at += static_cast<std::size_t>(written);
  }
}

// A line of the pipe: a letter that says what it is, and a text without line ends.
std::string Line(char kind, std::string text) {
  for (char& c : text) {
    if (c == '\n') c = '\r';
  }
  return kind + text + "\n";
}

struct Child {
  pid_t pid = 0;
  int pipe = -1;
  std::string unread;
};

// Runs `work` in a process of its own; what it writes to the file that it is given comes through the pipe.
Child Spawn(const std::function<void(int)>& work) {
  int ends[2];
  CHECK(pipe(ends) == 0);
  std::fflush(nullptr);
  const pid_t pid = fork();
  CHECK(pid >= 0);
  if (pid == 0) {
    close(ends[0]);
    // The parent tells what a failed CHECK said, once.
    dup2(ends[1], STDERR_FILENO);
    work(ends[1]);
    _exit(0);
  }
  close(ends[1]);
  return {pid, ends[0], {}};
}

// False at the end of the pipe.
bool ReadLines(Child& child, const std::function<void(const std::string&)>& heard) {
  char buffer[1 << 14];
  const ssize_t count = read(child.pipe, buffer, sizeof buffer);
  if (count <= 0) return false;
  child.unread.append(buffer, static_cast<std::size_t>(count));
  for (std::size_t end; (end = child.unread.find('\n')) != std::string::npos;) {
    const std::string line = child.unread.substr(0, end);
    child.unread.erase(0, end + 1);
    if (!line.empty()) heard(line);
  }
  return true;
}

// How it ended, if it was not well.
std::string Reap(const Child& child) {
  close(child.pipe);
  int status = 0;
  CHECK(waitpid(child.pid, &status, 0) == child.pid);
  if (WIFSIGNALED(status)) {
    return WTERMSIG(status) == SIGALRM ? "no end within " + std::to_string(kRunSecondsMax) + " s"
                                       : "signal " + std::to_string(WTERMSIG(status));
  }
  return WEXITSTATUS(status) == 0 ? "" : "status " + std::to_string(WEXITSTATUS(status));
}

std::string Restored(std::string text) {
  for (char& c : text) {
    if (c == '\r') c = '\n';
  }
  return text;
}

}  // namespace

Outcome PlayApart(const Plan& plan, bool telling) {
  Child child = Spawn([&](int out) {
    alarm(kRunSecondsMax);
    std::function<void(std::string)> tell;
    if (telling) tell = [out](std::string event) { WriteAll(out, Line('s', std::move(event))); };
    const std::optional<Failure> failure = Play(plan, tell);
    if (!failure) return;
    WriteAll(out, Line('e', std::to_string(failure->event)) + Line('w', failure->broken.what) +
                      Line('c', failure->broken.checker));
  });
  Outcome outcome;
  std::deque<std::string> story;
  std::size_t left_out = 0;
  std::string said;
  while (ReadLines(child, [&](const std::string& line) {
    const std::string text = Restored(line.substr(1));
    switch (line[0]) {
      case 's': story.push_back(text); break;
      case 'e': outcome.event = std::stoull(text); break;
      case 'w': outcome.what = text; break;
      case 'c': outcome.checker = text; break;
      default: said = line;
    }
    if (story.size() > kStoryLines && outcome.story.size() < kStoryLines) {
      outcome.story.push_back(story.front());
      story.pop_front();
    }
    if (story.size() > kStoryLines) {
      story.pop_front();
      ++left_out;
    }
  })) {
  }
  const std::string ended = Reap(child);
  if (!ended.empty()) {
    outcome.checker = "crash";
    outcome.what = ended + (said.empty() ? "" : ": " + said);
  }
  if (left_out > 0) outcome.story.push_back("(" + std::to_string(left_out) + " lines left out)");
  outcome.story.insert(outcome.story.end(), story.begin(), story.end());
  return outcome;
}

void PlayMany(unsigned jobs, const std::function<bool(std::uint64_t&)>& next,
              const std::function<bool(std::uint64_t, const std::string&)>& heard) {
  struct Worker {
    Child child;
    std::deque<std::uint64_t> seeds;  // not yet heard of
  };
  std::vector<Worker> workers(jobs);
  std::deque<std::uint64_t> again;  // of a process that ended before it came to them
  bool going = true;
  const auto start = [&](Worker& worker) {
    std::uint64_t seed = 0;
    while (going && worker.seeds.size() < kBatch) {
      if (!again.empty()) {
        seed = again.front();
        again.pop_front();
      } else if (!next(seed)) {
        break;
      }
      worker.seeds.push_back(seed);
    }
    if (worker.seeds.empty()) return;
    worker.child = Spawn([&](int out) {
      for (const std::uint64_t one : worker.seeds) {
        alarm(kRunSecondsMax);
        const std::optional<Failure> failure = Play(MakePlan(one));
        WriteAll(out, Line('c', failure ? failure->broken.checker : ""));
      }
    });
  };
  for (Worker& worker : workers) start(worker);
  for (;;) {
    std::vector<pollfd> polled;
    std::vector<Worker*> polled_workers;
    for (Worker& worker : workers) {
      if (worker.child.pid == 0) continue;
      polled.push_back({worker.child.pipe, POLLIN, 0});
      polled_workers.push_back(&worker);
    }
    if (polled.empty()) return;
    CHECK(poll(polled.data(), polled.size(), -1) > 0);
    for (std::size_t i = 0; i < polled.size(); ++i) {
      if (polled[i].revents == 0) continue;
      Worker& worker = *polled_workers[i];
      const bool more = ReadLines(worker.child, [&](const std::string& line) {
        if (line[0] != 'c' || worker.seeds.empty()) return;
        const std::uint64_t seed = worker.seeds.front();
        worker.seeds.pop_front();
        going = heard(seed, line.substr(1)) && going;
      });
      if (more && going) continue;
      if (!going) kill(worker.child.pid, SIGKILL);
      Reap(worker.child);
      worker.child = {};
      if (!going) {
        worker.seeds.clear();
        continue;
      }
      // The one that it was at crashed; those behind it come again.
      if (!worker.seeds.empty()) {
        going = heard(worker.seeds.front(), "crash") && going;
        worker.seeds.pop_front();
        again.insert(again.end(), worker.seeds.begin(), worker.seeds.end());
        worker.seeds.clear();
      }
      start(worker);
    }
  }
}

}  // namespace syncline::simulation
