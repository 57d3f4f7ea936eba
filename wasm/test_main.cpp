// The unit tests of the storage layer, on the host's compiler with a fake host.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
