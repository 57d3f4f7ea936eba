// syncline-relay: the server. Reads its flags, serves until SIGTERM or SIGINT, then stops in order.
#include <pthread.h>

#include <csignal>
#include <cstdio>
#include <string>
#include <vector>

#include "relay/config.hpp"
#include "relay/server/relay.hpp"

namespace {

using namespace syncline;
using namespace syncline::relay;

// Exit statuses: 0 stopped in order, 1 had to insist, 2 could not start.
constexpr int kForced = 1, kCannotStart = 2;

int Complain(const Error& error) {
  std::fprintf(stderr, "syncline-relay: %s\n", error.message.c_str());
  return kCannotStart;
}

int Serve(const Config& config) {
  // Blocked before the first thread starts, so that only sigwait gets them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  // Whoever reads the log may go away.
  std::signal(SIGPIPE, SIG_IGN);

  const auto relay = Relay::Start(config);
  if (!relay) return Complain(relay.error());
  int signal = 0;
  sigwait(&signals, &signal);
  // A second signal ends the process at once.
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
  return (*relay)->Stop() ? 0 : kForced;
}

int MarkRestored(const Config& config) {
  const auto tenants = Relay::MarkRestored(config);
  if (!tenants) return Complain(tenants.error());
  std::printf("%zu tenants begin a new epoch: start the relay as ever\n", *tenants);
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  const auto invocation = ParseArguments({arguments + 1, arguments + count});
  if (!invocation) return Complain(invocation.error());
  switch (invocation->action) {
    case Invocation::Action::kHelp: std::fputs(HelpText().c_str(), stdout); return 0;
    case Invocation::Action::kPrintConfig:
      std::fputs(ConfigToText(invocation->config).c_str(), stdout);
      return 0;
    case Invocation::Action::kMarkRestored: return MarkRestored(invocation->config);
    case Invocation::Action::kRun: break;
  }
  return Serve(invocation->config);
}
