// The library's door: module magic and entry points. The only file that knows all parts.
#include "pg_follower/apply.hpp"
#include "pg_follower/decode.hpp"
#include "pg_follower/deparse.hpp"
#include "pg_follower/settings.hpp"

extern "C" {

PG_MODULE_MAGIC;

PGDLLEXPORT void _PG_init(void);
PGDLLEXPORT void _PG_output_plugin_init(OutputPluginCallbacks *callbacks);

void _PG_init(void)
{
    pg_follower::define_settings();
    pg_follower::init_deparse();
    pg_follower::init_apply();
}

void _PG_output_plugin_init(OutputPluginCallbacks *callbacks)
{
    pg_follower::init_output_plugin(callbacks);
}

} // extern "C"
