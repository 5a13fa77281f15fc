// Applies rows, TRUNCATE and DDL to this database.
#pragma once

#include "pg_follower/message.hpp"
#include "pg_follower/pg.hpp"
#include "relation.hpp"

struct Tuplestorestate;

namespace pg_follower {

// What is being applied, for the context line of errors.
struct Position {
    const char *what;   // "INSERT", a command tag, ...; null between records
    const char *schema; // of the table, or null
    const char *object; // the table or object, or null
    TransactionId upstream_xid;
    XLogRecPtr commit_lsn;
};

struct Counts {
    int64 rows;
    int64 missing;
    int64 ddl;
    int64 unsupported;
};

// Remembers hashes of the keys of a run; forgets all of them at once.
class KeySet {
  public:
    void start(MemoryContext context, int room);
    // False if the hash was there already.
    bool add(uint64 hash);
    void clear() { ++generation_; }

  private:
    struct Entry {
        uint64 hash;
        uint64 generation;
    };
    Entry *entries_ = nullptr;
    uint32 mask_ = 0;
    uint64 generation_ = 1;
};

// The only value of a query about this server, a bigint.
int64 query_count(const char *query);

class Executor {
  public:
    // Prepares the process for applying; once, outside of a transaction.
    void start();

    // All below need a transaction, whose number (any that was not used before) is `transaction`.
    void define(const StatementRecord &record);
    void row(StreamReader &message, uint64 transaction, int max_rows);
    void flush();
    void truncate(const TruncateRecord &record);
    void ddl(const DdlMessage &record);

    Position position = {};
    Counts counts = {};

  private:
    void read_values(Statement *statement, const Value *values, Datum *datums, char *nulls);
    void add_to_run(const Datum *datums, const char *nulls);
    void put_row(const Datum *datums, const char *nulls);
    void apply_one(Statement *statement, Datum *datums, const char *nulls);
    void apply_run();
    uint64 execute_one(Statement *statement, Datum *datums, const char *nulls);
    void redo_updates(uint64 found);
    void note_missing(const Statement *statement, const Datum *datums, const char *nulls, int64 count);
    void check_found(const Statement *statement, uint64 found, uint64 expected);

    Statements statements_;
    MemoryContext row_context_ = nullptr; // of one row, reset after it
    MemoryContext run_context_ = nullptr; // of the run, reset after it
    Value *values_ = nullptr;
    int value_room_ = 0;

    // The run: rows of one statement that wait to be applied. The first row stays apart, because a run of one row is
    // applied by parameters.
    Statement *run_statement_ = nullptr;
    TupleDesc run_description_ = nullptr;
    int run_rows_ = 0;
    size_t run_bytes_ = 0;
    Datum *first_datums_ = nullptr;
    char *first_nulls_ = nullptr;
    bool *null_flags_ = nullptr;
    Tuplestorestate *run_store_ = nullptr;
    KeySet run_keys_;
    TimestampTz missing_logged_at_ = 0;
};

} // namespace pg_follower
