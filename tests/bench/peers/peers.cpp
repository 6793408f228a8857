#include "tests/bench/peers/peer.hpp"

namespace hearth::bench {

peer_list all_peers() {
  peer_list list;
  add_memory_limit(list);
  add_disk_limit(list);
  add_hearth(list);
  add_hearth_store(list);
  add_locked_map(list);
  add_memcached(list);
  add_found_libraries(list);
  add_sick_disks(list);
  return list;
}

} // namespace hearth::bench
