// Catch2 and what comes with it take longer to read than most tests to compile: read once for each program of tests.
#include "tests/support/catch.hpp"
