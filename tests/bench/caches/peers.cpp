#include "tests/bench/caches/cache_peer.hpp"

namespace hearth::bench {

peer_list all_peers() {
  peer_list list;
  list.entries.push_back({"limit: memory", make_memory_limit});
  list.entries.push_back({"limit: disk", make_disk_limit});
  list.entries.push_back({"hearth", make_hearth_peer});
  list.entries.push_back({"locked map", make_locked_map_peer});
  add_memcached_peer(list);
  add_found_peers(list);
  return list;
}

} // namespace hearth::bench
