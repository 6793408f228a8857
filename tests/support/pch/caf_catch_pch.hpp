// As catch_pch.hpp, plus CAF, for tests of actors.
#include "tests/support/catch.hpp"

#include <caf/all.hpp>
