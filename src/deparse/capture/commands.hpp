// The table of commands: what becomes of every command tag that event triggers can see.
#pragma once

#include "deparse/script.hpp"

namespace pg_follower::deparse {

enum class Follows : char {
    by_text,    // `deparse` writes it
    by_drops,   // what it dropped is written from the list of dropped objects
    by_hook,    // a utility hook writes it, where the library is preloaded: event triggers do not see the command
    not_needed, // nothing to do downstream, for `reason`
    no,         // cannot follow, for `reason`
};

struct CommandEntry {
    const char *tag;
    Follows follows;
    DeparseCommand deparse;
    const char *reason;
    bool creates; // its commands make the object that they name
};

// The entry of a tag; null for a tag that event triggers never see.
const CommandEntry *find_command(const char *tag);

// The deparse function of a verb that all classes of objects share (RENAME, OWNER TO, ...), known by its parse tree
// whatever the tag; null for other commands, which the tag's own line writes.
DeparseCommand find_verb(const Node *parse_tree);

// The whole table, for range-based loops.
struct CommandTable {
    const CommandEntry *first, *past_last;
    const CommandEntry *begin() const { return first; }
    const CommandEntry *end() const { return past_last; }
};
CommandTable all_commands();

} // namespace pg_follower::deparse
