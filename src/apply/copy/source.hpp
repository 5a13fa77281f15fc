// The upstream's side of a copy: what one process reads there, all of it under one snapshot.
//
// A table is locked there (ACCESS SHARE) only while it is copied, so a command upstream that changes it waits for the
// copy of one table at most. Such a command may have come before: the rows that the snapshot shows cannot be read then,
// or not as the table here is, and the table has to wait for a later snapshot.
#pragma once

#include "apply/state/state.hpp"
#include "apply/upstream/plain_connection.hpp"

extern "C" {
#include "utils/rel.h"
}

namespace pg_follower::apply {

// A table of the upstream.
struct SourceTable {
    Oid relid; // of the table here that has its name
    int64 bytes;
    int64 rows;   // as statistics estimate them; -1 where there are none
    int64 blocks; // of the table itself, without TOAST
};

// A part of a table: from one block on, up to another. The last part has no end, since the table may have grown.
struct BlockRange {
    int64 from;
    int64 to; // -1 for the last part
};

class Source {
  public:
    // Connects, and enters the snapshot. Raises ERRCODE_CONNECTION_FAILURE, also where the session that holds the
    // snapshot has ended. close() must be called whatever happens.
    void open(const Follow &follow, const char *snapshot);
    bool is_open() const { return connection_.is_open(); }
    void close() { connection_.close(); }
    // The same in two steps.
    void connect(const Follow &follow);
    void enter(const char *snapshot);
    // Locks a table, which has that OID here, until close(). Returns false where it is not there, or locked for long.
    bool keep_locked(Oid relid);

    // What the upstream has: all tables whose names are known here, in the order of `relid`.
    SourceTable *list_tables(int &count);

    // Whether the upstream lets this role read pg_statistic.
    bool shows_statistics() const { return shows_statistics_; }
    int major_version() const { return connection_.server_major_version(); }
    // Asks something else, while no table is locked. After an error of the upstream, which it raises, more can be
    // asked.
    Answer ask_beside(const char *query);

    // The message by which those who follow this database learn where the copied rows come from (see sources.hpp);
    // `lsn` is the position of the snapshot.
    const char *sources(XLogRecPtr lsn) const;

    // Takes the lock. Returns false where the table has changed since the snapshot, or is locked for long. Raises
    // ERRCODE_UNDEFINED_TABLE where the snapshot has no such table.
    bool lock(Relation table);
    // Whether the locked table holds rows at all: a materialized view may be unpopulated.
    bool is_populated() const { return populated_; }
    // Begins to read the locked table's rows, or those of a part of it, as COPY data of these columns, a list of
    // strings.
    void start(Relation table, const List *columns, const BlockRange *part = nullptr);
    // Whether the locked table's COPY data are in binary form.
    bool is_binary() const { return binary_; }
    // After start(), before anything is read: whether there is no row. It may wait.
    bool is_empty();
    // Reads up to `most` bytes, at least one unless at the end, and returns how many.
    int read(char *buffer, int most);
    // After an error: whether the table that was locked last has changed since the snapshot, which may be its reason.
    // To be called when the source was opened anew.
    bool has_changed();
    // Lets the table go. Returns false where values may have been written in another way than the snapshot shows, or
    // another table was read: what was read must not be kept then.
    bool release();

  private:
    bool at_end();

    PlainConnection connection_;
    uint64 system_ = 0;
    Oid database_ = InvalidOid;
    TimeLineID timeline_ = 0;
    bool shows_statistics_ = false;
    Oid relid_ = InvalidOid; // the locked table, upstream
    bool populated_ = false;
    bool binary_ = false;
    bool ended_ = false;
    const char *data_ = nullptr; // read, but not asked for yet
    int length_ = 0;
};

} // namespace pg_follower::apply
