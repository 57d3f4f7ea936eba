// The relay's unit and end-to-end tests, which stand beside the code that they test.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
