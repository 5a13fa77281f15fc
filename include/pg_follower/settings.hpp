// The extension's own settings (GUCs pg_follower.*), and the settings under which values and definitions are
// written upstream and read downstream.
#pragma once

#include "pg_follower/pg.hpp"

namespace pg_follower {

// What becomes of a command that cannot be deparsed, upstream (pg_follower.deparse_failure).
enum class DeparseFailure : int {
    warning, // a WARNING, a record in the stream, and the command goes on
    error,   // the command fails
};

// What the worker does with a record of a command or row that cannot follow (pg_follower.on_unsupported).
enum class OnUnsupported : int {
    record, // adds it to the table follower.unsupported and the server log, and goes on
    stop,   // stops the follow with the reason
};

// What the worker does with a row of the upstream that meets a row which was changed here (pg_follower.on_conflict).
enum class OnConflict : int {
    error,    // a key that is there already is an error; a row that is missing goes by on_unsupported
    upstream, // the upstream's row takes the place of the local one
    skip,     // the local row stays, and the upstream's is left out
};

// What becomes of a follow that meets an error which does not pass (pg_follower.on_error).
enum class OnError : int {
    stop,            // it fails
    skip_and_record, // it leaves the transaction out, keeps it in follower.skipped, and goes on
};

// Which commands about roles follow, upstream, where the library is preloaded (pg_follower.roles).
enum class RolesFollow : int {
    off,
    missing, // none, but a role that another command needs is created where it is missing
    all,
};

// What the worker does with a command of a role that does not exist, and is not to be created, downstream
// (pg_follower.missing_role).
enum class MissingRole : int {
    error,  // stops the follow
    worker, // runs the command as its own role
};

// What the worker does with an index that the upstream made CONCURRENTLY (pg_follower.concurrent_indexes).
enum class ConcurrentIndexes : int {
    apply,  // makes it in its place in the stream
    record, // leaves it to somebody here, with the command in follower.unsupported
};

// By which search path functions that users wrote find names in this process (pg_follower.function_paths, which only
// this extension sets: as a setting it goes to parallel workers, too, and ends with a transaction). See
// apply/execute/function_path.cpp.
enum class FunctionPaths : int {
    none,        // their callers', as always
    not_read,    // the same, but the server does not inline them: the fixed path is not the one they were written for
    of_rows,     // of functions that rows call
    of_commands, // of the upstream's session
};

// A setting whose values are those of an enum. The server reads and writes it as an int.
template <typename Enum> class EnumSetting {
  public:
    constexpr EnumSetting(Enum value) : value_(static_cast<int>(value)) {}
    operator Enum() const { return static_cast<Enum>(value_); }
    // The variable that the server reads and writes.
    int *variable() { return &value_; }

  private:
    int value_;
};

struct Settings {
    EnumSetting<DeparseFailure> deparse_failure = DeparseFailure::warning;
    EnumSetting<OnUnsupported> on_unsupported = OnUnsupported::record;
    EnumSetting<OnError> on_error = OnError::stop;
    EnumSetting<OnConflict> on_conflict = OnConflict::error;
    int max_lag_bytes = 0;      // in kB, beyond which the worker warns; 0: it never does
    int max_conflicts = 1000;   // that follower.conflicts keeps of a follow
    bool user_mappings = false; // whether user mappings, and what else holds passwords, follow
    EnumSetting<RolesFollow> roles = RolesFollow::missing;
    EnumSetting<MissingRole> missing_role = MissingRole::error;
    EnumSetting<ConcurrentIndexes> concurrent_indexes = ConcurrentIndexes::apply;
    int restart_interval = 1;              // seconds from a worker's end by an error to its next try
    int max_restart_interval = 60;         // to which that grows
    int max_retries = 3;                   // of an error that does not pass by itself
    int sequence_interval = 10;            // seconds between readings of the upstream's sequences
    bool large_objects = true;             // whether they follow
    int max_batch_rows = 1000;             // rows of one statement that are applied in one go
    int max_group_transactions = 1000;     // upstream transactions that may share one commit while catching up
    bool streaming = false;                // whether large open transactions are sent while they are open
    int stream_threshold = 16 * 1024;      // kB of changes in the upstream's memory from which on they are
    int max_stream_workers = 2;            // processes that apply such transactions before they commit
    int copy_workers = 2;                  // processes that copy tables at a time, the follow's own included
    int copy_split_size = 1024;            // megabytes; a larger table is copied in parts
    char *skip_extension_tables = nullptr; // extensions, and tables of theirs, whose rows do not follow
    char *function_search_path = nullptr;  // of functions that users wrote, see apply/execute/function_path.cpp
    EnumSetting<FunctionPaths> function_paths = FunctionPaths::none;
};

extern Settings settings;

// Whether the server loaded the library at its start (shared_preload_libraries). Without that there is neither the
// launcher, which lets follows resume by themselves, nor the hook that sees the commands about roles.
extern bool library_preloaded;

// Defines the GUCs and notes whether the library is preloaded; called once, from _PG_init, before anything else.
void define_settings();

inline constexpr const char *function_paths_setting = "pg_follower.function_paths";

struct FixedSetting {
    const char *name;
    const char *value;
};

// What the text of a value or of a definition depends on.
inline constexpr FixedSetting fixed_settings[] = {
    {"DateStyle", "ISO, YMD"},
    {"IntervalStyle", "postgres"},
    {"TimeZone", "UTC"},
    {"extra_float_digits", "3"},
    {"bytea_output", "hex"},
    {"lc_monetary", "C"},
    {"xmlbinary", "base64"},
    {"xmloption", "content"},
    {"array_nulls", "on"},
    {"standard_conforming_strings", "on"},
    {"quote_all_identifiers", "off"},
    {"search_path", ""},
};

// Puts the session under the fixed settings (ISO dates, UTC, hex bytea, full float digits, empty search_path, ...).
// Inside a transaction they end with the innermost GucScope, so one must be open; outside of any transaction (a
// walsender, a worker that starts) they last as long as the process.
void apply_fixed_settings();

} // namespace pg_follower
