// The output plugin's callbacks.
#include "pg_follower/decode.hpp"

namespace pg_follower {

void init_output_plugin(OutputPluginCallbacks *) {}

} // namespace pg_follower
