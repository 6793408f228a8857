// The same for tests of actors, which read all of CAF as well.
#include "tests/support/catch.hpp"

#include <caf/all.hpp>
