#include "pg_follower/deparse.hpp"

namespace pg_follower {

void init_deparse() {}

} // namespace pg_follower
