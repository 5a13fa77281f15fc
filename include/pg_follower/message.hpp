// The two message formats: DDL in WAL (deparse to decode), and the stream (decode to apply).
//
// Encoding and parsing stand side by side, in common/ddl_message.cpp and common/stream.cpp. Integers are big-endian;
// strings are zero-terminated. A reader raises ERRCODE_PROTOCOL_VIOLATION on anything malformed, and
// ERRCODE_FEATURE_NOT_SUPPORTED on a newer format version.
#pragma once

#include "pg_follower/pg.hpp"

namespace pg_follower {

enum class DdlKind : char {
    statement = 'D', // `sql` is one statement, without its semicolon, to run as `role`
    optional = 'O',  // the same, but a failure downstream is recorded like `unsupported`, and the follow goes on
    rewrite =
        'W', // in WAL only: rows of the new heap of the table whose OID `sql` holds follow as its rows; 0: no more
    unsupported = 'U', // the command could not be deparsed; `sql` holds the reason
    // The command that follows drops `object`, which is its identity alone; `sql` holds the numbers of its catalog and
    // of itself. Not in form sql. See apply/dropped_objects.cpp.
    dropped = 'X',
};

struct DdlMessage {
    DdlKind kind;
    const char *tag;    // command tag: "CREATE TABLE"
    const char *object; // type and identity of the object, for messages: "table public.foo"; may be empty
    const char *role;   // name of the role that runs it; empty: the applying role itself
    const char *sql;
    uint16 role_count; // roles that `sql` names; with `creates_roles` also `role`, unless a bare one would not do
    const char *const *roles;
    bool cluster_wide;  // about what all databases of a cluster share; not to be applied within the upstream's cluster
    bool creates_roles; // roles that the statement needs and that are missing shall be created
    bool concurrently;  // makes an index that the upstream made CONCURRENTLY
    // Of the session that ran the command: under it, functions that the statement calls find what they name. The
    // statement itself does not depend on it. Empty where nothing but the server's own is on it.
    const char *search_path = "";
};

// The message's flags as a byte, the same in both formats.
uint8 ddl_flags(const DdlMessage &ddl);
void set_ddl_flags(DdlMessage &ddl, uint8 flags);

// ------------------------------------------------------------------------------------------------- DDL in WAL

// Writes the content of a logical message for the current transaction: version, HMAC, message number, `ddl`.
// An error where the key cannot be read.
void encode_ddl(StringInfo out, const DdlMessage &ddl);

// Parses and authenticates the content of a logical message of transaction `xid` (the top-level one). Returns false,
// and logs why, for a message that the event trigger did not make for this transaction. `last_number` is the number
// of the transaction's last accepted message (0 at its start) and is moved on, so that a message counts once.
// Strings point into `content`; the array of roles is palloc'd.
bool decode_ddl(const char *content, size_t size, TransactionId xid, uint64 &last_number, DdlMessage &ddl);

// ------------------------------------------------------------------------------------------------- the stream

constexpr uint8 stream_version = 1;

enum class Record : char {
    begin = 'B',
    commit = 'C',
    statement = 'S',
    row = 'R',
    truncate = 'T',
    ddl = 'D',
};

struct BeginRecord {
    XLogRecPtr commit_lsn; // of the upstream transaction's commit record
    TimestampTz commit_time;
    TransactionId xid;
};

struct CommitRecord {
    XLogRecPtr commit_lsn;
    XLogRecPtr end_lsn; // the position to go on from after this transaction
    TimestampTz commit_time;
};

// What a row statement does, and so how the worker may apply a run of its rows.
enum class RowKind : char {
    insert = 'i',
    update_by_key = 'u',    // the key keeps its value: one row a key, so order within a run of distinct keys is free
    update_moves_key = 'k', // the key changes: row by row, in order
    update_by_row = 'f',    // REPLICA IDENTITY FULL: exactly one of the rows that equal the old one
    delete_by_key = 'd',
    delete_by_row = 'e',
};

// How the values of a column are sent.
enum class ValueForm : char {
    text = 't',   // as its output function writes them
    binary = 'b', // as its send function writes them
    image = 'i',  // as they lie in memory
};

// A parameter of a row statement: the column whose type it has, and whether it is part of what finds the row.
struct StatementParameter {
    const char *column;
    bool finds_row;
    ValueForm form;
    const char *layout; // of images: what must be the same on both sides (value_layout.hpp); else empty
};

// Defines statement `id` until it is defined again. Sent before its first row.
struct StatementRecord {
    uint32 id;
    RowKind kind;
    const char *schema;
    const char *table;
    const char *one; // for one row: SQL text with $1 … $n
    // For many rows: SQL text that reads them from the table `pgf_run` (columns p1 … pn) under the name r, or empty.
    const char *run;
    uint16 parameter_count;
    StatementParameter *parameters;
};

// A value: that many bytes in the form of its parameter, text in the receiver's encoding (not zero-terminated), or null
// (length -1).
struct Value {
    int32 length;
    const char *data;
};

struct RowRecord {
    uint32 statement_id;
    uint16 value_count;
};

struct RelationName {
    const char *schema;
    const char *table;
};

struct TruncateRecord {
    const char *sql;
    uint16 relation_count;
    RelationName *relations;
};

// Appends records to a message, which starts with stream_start_message. The text of records is converted to the
// client's encoding here; that of values is converted by who writes them.
void stream_start_message(StringInfo out);
void stream_write(StringInfo out, const BeginRecord &record);
void stream_write(StringInfo out, const CommitRecord &record);
void stream_write(StringInfo out, const StatementRecord &record);
void stream_write(StringInfo out, const TruncateRecord &record);
void stream_write(StringInfo out, const DdlMessage &record);
// A row is its head and then its values, which the plugin appends in place.
void stream_write_row_head(StringInfo out, const RowRecord &row);
void stream_write_null(StringInfo out);
void stream_write_value(StringInfo out, const char *data, int32 length);

// Reads a message record by record. Strings and values point into the message; arrays are palloc'd in the current
// memory context.
class StreamReader {
  public:
    // `data` is a message without the replication protocol's own header. Checks the version.
    StreamReader(const char *data, size_t size);
    bool at_end() const { return position_ == end_; }
    size_t left() const { return static_cast<size_t>(end_ - position_); }
    Record next_type(); // takes the type byte
    BeginRecord read_begin();
    CommitRecord read_commit();
    StatementRecord read_statement();
    // Reads a row into `values`, which has room for `room` values; more is malformed.
    RowRecord read_row(Value *values, uint16 room);
    TruncateRecord read_truncate();
    DdlMessage read_ddl();

  private:
    template <typename Integer> Integer integer();
    const char *string();
    void need(size_t size);
    [[noreturn]] void malformed(const char *what);
    const char *position_;
    const char *end_;
};

} // namespace pg_follower
