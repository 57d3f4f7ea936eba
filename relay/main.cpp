// syncline-relay: the server.
#include <cstdio>

#include "relay/config.hpp"

int main() { std::puts(syncline::relay::HelpText().c_str()); }
