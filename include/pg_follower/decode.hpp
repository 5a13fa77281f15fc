// The output plugin: turns decoded changes into SQL text. See src/decode/plugin.cpp.
#pragma once

#include "pg_follower/pg.hpp"

extern "C" {
#include "replication/logical.h"
#include "replication/output_plugin.h"
}

namespace pg_follower {

// Fills in the plugin's callbacks, for _PG_output_plugin_init.
void init_output_plugin(OutputPluginCallbacks *callbacks);

} // namespace pg_follower
