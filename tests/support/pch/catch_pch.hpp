// Catch2 and its includes take longer to parse than most tests take to compile: parse them once per test program.
#include "tests/support/catch.hpp"
