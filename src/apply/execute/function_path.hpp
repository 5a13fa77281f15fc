// The search path of functions that users wrote. See function_path.cpp.
#pragma once

namespace pg_follower::apply {

// The worker's own search path, under which statements are read. Temporary objects come last, so that none can stand
// before a built-in type. It is told from the same path as a setting of a function, which many have for safety, by its
// text: the server writes such a setting without these quotes.
inline constexpr const char *worker_search_path = "pg_catalog, \"pg_temp\"";

inline constexpr const char *function_path_setting = "pg_follower.function_search_path";

// Has functions run under a search path of their own in the worker, and in parallel workers that it starts. Called
// once, from _PG_init.
void install_function_path();

// Has the paths of functions looked for anew: a command may have changed the settings that they depend on.
void forget_function_paths();

// For an ErrorContextScope around what calls functions for rows: gives errors about names that are not found a hint.
void hint_at_function_path(void *);

// The same around a command, for what the server runs under its restricted search path.
void hint_at_restricted_path(void *);

} // namespace pg_follower::apply
