// Names that more than one part knows.
#pragma once

namespace pg_follower {

constexpr const char *extension_name = "pg_follower";
constexpr const char *internal_schema = "follower";   // holds the extension's tables and internals
constexpr const char *plugin_name = "pg_follower";    // the output plugin, and the library
constexpr const char *message_prefix = "pg_follower"; // of the logical messages that carry DDL
constexpr const char *run_table = "pgf_run";          // the named tuplestore that a run statement reads

} // namespace pg_follower
