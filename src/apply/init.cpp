// Sets up the downstream part when the library is loaded.
#include "pg_follower/apply.hpp"

namespace pg_follower {

void init_apply() {}

} // namespace pg_follower
