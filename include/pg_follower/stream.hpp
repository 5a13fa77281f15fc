// The stream: what the output plugin sends to a worker (decode to apply), in the form "statements".
//
// Writing and reading stand side by side in common/stream.cpp. Integers are big-endian; strings are zero-terminated. A
// reader raises ERRCODE_PROTOCOL_VIOLATION on anything malformed, and ERRCODE_FEATURE_NOT_SUPPORTED on another version
// of the format. The worker asks for its version when it starts the stream, so an upstream that cannot write it refuses
// at once; and each message names its version.
#pragma once

#include "pg_follower/ddl_message.hpp"
#include "pg_follower/pg.hpp"
#include "pg_follower/replica_effects.hpp"

namespace pg_follower {

// To be raised with any change of what follows.
constexpr uint8 stream_version = 5;

enum class Record : char {
    begin = 'B',
    commit = 'C',
    statement = 'S',
    row = 'R',
    truncate = 'T',
    ddl = 'D',
    // Of transactions that are streamed while they are open. A message that begins with `part` has their changes; the
    // others come between whole transactions.
    part = 'P',
    stream_abort = 'A',
    stream_commit = 'Z',
};

// What the other records of its message belong to: a subtransaction of an open transaction, or, where the two are
// equal, the transaction itself. As the content of an abort: what is rolled back, with all that has come since its
// first message.
struct StreamPart {
    TransactionId xid;
    TransactionId part;
};

struct BeginRecord {
    XLogRecPtr commit_lsn; // of the upstream transaction's commit record
    TimestampTz commit_time;
    TransactionId xid;
    TimeLineID timeline; // of the upstream, at commit_lsn
};

struct CommitRecord {
    XLogRecPtr commit_lsn;
    XLogRecPtr end_lsn; // the position to go on from after this transaction
    TimestampTz commit_time;
};

// A streamed transaction commits.
struct StreamCommitRecord {
    BeginRecord begin;
    XLogRecPtr end_lsn; // as in CommitRecord
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

enum class RowCommand : char { insert_row, update_row, delete_row };

enum class FindsBy : char {
    nothing, // it finds no row
    key,     // the replica identity's index, or the primary key
    row,     // the whole old row
};

// All that depends on the kind of a row statement.
struct RowKindTraits {
    RowKind kind;
    RowCommand command;
    const char *name; // of the command, for messages
    FindsBy finds_by;
    bool moves_key;  // may give what finds the row another value
    bool order_free; // rows with distinct keys may be applied in any order, as far as the kind is concerned
};

constexpr RowKindTraits row_kinds[] = {
    {RowKind::insert, RowCommand::insert_row, "INSERT", FindsBy::nothing, false, true},
    {RowKind::update_by_key, RowCommand::update_row, "UPDATE", FindsBy::key, false, true},
    {RowKind::update_moves_key, RowCommand::update_row, "UPDATE", FindsBy::key, true, false},
    {RowKind::update_by_row, RowCommand::update_row, "UPDATE", FindsBy::row, true, false},
    {RowKind::delete_by_key, RowCommand::delete_row, "DELETE", FindsBy::key, false, true},
    {RowKind::delete_by_row, RowCommand::delete_row, "DELETE", FindsBy::row, false, false},
};

// The traits of a kind; null where there is no such kind.
constexpr const RowKindTraits *find_row_kind(RowKind kind)
{
    for (const RowKindTraits &traits : row_kinds)
        if (traits.kind == kind)
            return &traits;
    return nullptr;
}

// How the values of a column are sent.
enum class ValueForm : char {
    text = 't',   // as its output function writes them
    binary = 'b', // as its send function writes them
    image = 'i',  // as they lie in memory
};

// Whether a byte that somebody sent is one of them.
constexpr bool is_known(ValueForm form)
{
    return form == ValueForm::text || form == ValueForm::binary || form == ValueForm::image;
}

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
    const RowKindTraits *kind;
    const char *schema;
    const char *table;
    const char *one; // for one row: SQL text with $1 … $n
    // For many rows: SQL text that reads them from the table `pgf_run` (columns p1 … pn) under the name r, or empty.
    const char *run;
    ReplicaEffects effects; // of the table upstream
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

struct TruncatedTable {
    const char *schema;
    const char *table;
    ReplicaEffects effects; // upstream
};

struct TruncateRecord {
    const char *sql;
    uint16 relation_count;
    TruncatedTable *relations;
};

// Appends records to a message, which starts with stream_start_message. The text of records is converted to the
// client's encoding here; that of values is converted by who writes them.
void stream_start_message(StringInfo out);
void stream_write(StringInfo out, const BeginRecord &record);
void stream_write(StringInfo out, const CommitRecord &record);
void stream_write(StringInfo out, const StreamPart &record);
void stream_write_abort(StringInfo out, const StreamPart &record);
void stream_write(StringInfo out, const StreamCommitRecord &record);
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
    Record peek_type() const { return at_end() ? Record{} : static_cast<Record>(*position_); }
    Record next_type(); // takes the type byte
    void skip_rest() { position_ = end_; }
    BeginRecord read_begin();
    CommitRecord read_commit();
    StreamPart read_part(); // of an abort, too
    StreamCommitRecord read_stream_commit();
    StatementRecord read_statement();
    // Reads a row into `values`, which has room for `room` values; more is malformed.
    RowRecord read_row(Value *values, uint16 room);
    TruncateRecord read_truncate();
    DdlMessage read_ddl();

  private:
    ReplicaEffects read_effects();
    template <typename Integer> Integer integer();
    const char *string();
    void need(size_t size);
    [[noreturn]] void malformed(const char *what);
    const char *position_;
    const char *end_;
};

} // namespace pg_follower
