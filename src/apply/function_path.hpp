// The search path of functions that users wrote. See function_path.cpp.
#pragma once

namespace pg_follower::apply {

// The worker's own search path, under which statements are read. Temporary objects come last, so that none can stand
// before a built-in type.
inline constexpr const char *worker_search_path = "pg_catalog, pg_temp";

inline constexpr const char *function_path_setting = "pg_follower.function_search_path";

// Has functions run under the setting pg_follower.function_search_path, where it is set: in the worker, and in parallel
// workers that it starts. Called once, from _PG_init.
void install_function_path();

} // namespace pg_follower::apply
