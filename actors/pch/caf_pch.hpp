// CAF's headers are slow to read: compiled once for each target that uses them.
#include <caf/all.hpp>
