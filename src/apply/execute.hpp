// Applies rows, TRUNCATE and DDL to this database.
#pragma once

#include "pg_follower/message.hpp"
#include "pg_follower/pg.hpp"
#include "relation.hpp"
#include "run.hpp"

namespace pg_follower::apply {

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

// The only value of a query about this server, a bigint.
int64 query_count(const char *query);

class Executor {
  public:
    // Prepares the process for applying; once, outside of a transaction.
    void start();
    // Tells that the upstream is another database of this server, which needs no role created or altered again.
    void share_cluster() { same_cluster_ = true; }

    // All below need a transaction, whose number (any that was not used before) is `transaction`.
    void define(const StatementRecord &record);
    void row(StreamReader &message, uint64 transaction, int max_rows);
    void flush();
    void truncate(const TruncateRecord &record);
    // Returns why a statement that may fail has failed; null if it has not.
    const char *ddl(const DdlMessage &record);

    // Whether an error that was raised in here came from a DDL statement.
    bool applying_ddl() const { return applying_ddl_; }

    Position position = {};
    Counts counts = {};
    int64 executions = 0; // of row statements

  private:
    void run_ddl(const DdlMessage &record, Oid role);
    void read_values(Statement *statement, Datum *datums, bool *nulls);
    void write_key(const Statement *statement);
    void flush(Run *run);
    void apply_one(Statement *statement, Datum *datums, const bool *nulls);
    void apply_run(Run *run);
    uint64 execute_one(Statement *statement, Datum *datums, const bool *nulls);
    uint64 execute_run(Run *run, bool *found_rows);
    void note_missing(const Statement *statement, const Datum *datums, const bool *nulls);
    void check_found(const Statement *statement, uint64 found, uint64 expected);

    Statements statements_;
    Runs runs_;
    MemoryContext row_context_ = nullptr; // of one row, reset after it
    // Of one row.
    Value *values_ = nullptr;
    Datum *datums_ = nullptr;
    bool *nulls_ = nullptr;
    StringInfoData key_ = {};
    TimestampTz missing_logged_at_ = 0;
    bool same_cluster_ = false;
    bool applying_ddl_ = false;
};

} // namespace pg_follower::apply
