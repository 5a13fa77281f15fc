// DDL on its way from the upstream's backend over WAL (deparse to decode) and the stream (decode to apply).
//
// What the upstream knows about a statement travels as a field beside its text, so that nobody has to guess it from the
// text again. Writing and reading stand side by side in common/ddl_message.cpp (WAL) and common/stream.cpp.
#pragma once

#include "pg_follower/pg.hpp"

namespace pg_follower {

// Of messages in WAL. To be raised with any change of the layout or of what a field means.
constexpr uint8 ddl_version = 3;

enum class DdlKind : char {
    statement = 'D',   // `sql` is one statement, without its semicolon, to run as `role`
    optional = 'O',    // the same, but a failure downstream is recorded like `unsupported`, and the follow goes on
    rewrite = 'W',     // in WAL only: see `rewritten`
    unsupported = 'U', // the command could not be deparsed; `sql` holds the reason
    // The next command drops `object`, which is its identity alone, and has the numbers `dropped_catalog` and
    // `dropped_oid`. The form sql leaves it out. See apply/state/dropped_objects.cpp.
    dropped = 'X',
    // The changes behind this message, up to the next one of this kind, were committed elsewhere before: `sql` holds
    // where (sources.hpp). A worker writes it before what it applies. The form sql leaves it out.
    sources = 'F',
};

// Whether a byte that somebody sent is one of them.
constexpr bool is_known(DdlKind kind)
{
    switch (kind) {
    case DdlKind::statement:
    case DdlKind::optional:
    case DdlKind::rewrite:
    case DdlKind::unsupported:
    case DdlKind::dropped:
    case DdlKind::sources:
        return true;
    }
    return false;
}

// No string is null; empty means that there is nothing to say.
struct DdlMessage {
    DdlKind kind = DdlKind::statement;
    const char *tag = "";    // command tag: "CREATE TABLE"
    const char *object = ""; // type and identity of the object, for messages: "table public.foo"
    const char *role = "";   // name of the role that runs it; empty: the applying role itself
    const char *sql = "";
    // Of the session that ran the command: under it, functions that the statement calls find what they name. The
    // statement itself does not depend on it. Empty where nothing but the server's own is on it.
    const char *search_path = "";
    // Where the upstream made an index CONCURRENTLY: the statement that does the same outside of a transaction.
    const char *concurrent_sql = "";
    // Where the statement runs the script of an extension: the extension's name, and the version that it leads to.
    const char *extension = "";
    const char *extension_version = "";
    // Of a statement that servers older than the major version `since` do not read: what they run instead. Empty where
    // it means nothing to them. 0: all read it.
    uint32 since = 0;
    const char *older_sql = "";
    uint16 role_count = 0; // roles that `sql` names; with `creates_roles` also `role`, unless a bare one would not do
    const char *const *roles = nullptr;
    bool cluster_wide = false;  // about what all databases of a cluster share; not to be applied within that cluster
    bool creates_roles = false; // roles that the statement needs and that are missing shall be created
    bool sets_role = false;     // has a SET or RESET clause about the role, which runs only where the role may change
    bool holds_secret = false;  // the text may hold a password, so no error message may show it
    bool of_extension = false;  // changes what belongs to an extension
    // Of kind `rewrite`: the rows of this table's new heap, which follow, are the table's rows from then on.
    // InvalidOid: there are no more such rows.
    Oid rewritten = InvalidOid;
    // Of kind `dropped`: the upstream's numbers of the object's catalog and of the object.
    Oid dropped_catalog = InvalidOid;
    Oid dropped_oid = InvalidOid;
};

// The strings of a message in the order in which both formats have them.
constexpr const char *DdlMessage::*ddl_strings[] = {
    &DdlMessage::tag,         &DdlMessage::object,         &DdlMessage::role,      &DdlMessage::sql,
    &DdlMessage::search_path, &DdlMessage::concurrent_sql, &DdlMessage::extension, &DdlMessage::extension_version,
    &DdlMessage::older_sql,
};

// Its numbers, in the same way.
constexpr uint32 DdlMessage::*ddl_numbers[] = {&DdlMessage::rewritten, &DdlMessage::dropped_catalog,
                                               &DdlMessage::dropped_oid, &DdlMessage::since};

// The message's flags as a byte, the same in both formats.
uint8 ddl_flags(const DdlMessage &ddl);
void set_ddl_flags(DdlMessage &ddl, uint8 flags);

// Writes a logical message of the current transaction: version, HMAC, message number, `ddl`. An error where the key
// cannot be read.
void log_ddl(const DdlMessage &ddl);

// Parses and authenticates the content of a logical message of transaction `xid` (the top-level one). Returns false,
// and logs why, for a message that the event trigger did not make for this transaction. Raises
// ERRCODE_FEATURE_NOT_SUPPORTED for one that a library with another format made. `last_number` is the number of the
// transaction's last accepted message (0 at its start) and is moved on, so that a message counts once. Strings point
// into `content`; the array of roles is palloc'd.
bool decode_ddl(const char *content, size_t size, TransactionId xid, uint64 &last_number, DdlMessage &ddl);

} // namespace pg_follower
