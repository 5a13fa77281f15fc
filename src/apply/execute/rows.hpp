// Applies rows to this database's tables.
#pragma once

#include "apply/execute/conflicts.hpp"
#include "apply/execute/missing_rows.hpp"
#include "pg_follower/stream.hpp"
#include "apply/state/progress.hpp"
#include "apply/execute/relation.hpp"
#include "apply/execute/row_text.hpp"
#include "apply/execute/run.hpp"

namespace pg_follower::apply {

class Rows {
  public:
    // Prepares the process for applying rows of the follow; once, outside of a transaction. Tells and counts what it
    // does in `progress`.
    void start(Progress *progress, int32 follow);

    // The tables whose rows are left out, because they are still to be copied: a list of OIDs.
    void set_waiting(List *tables) { statements_.set_waiting(tables); }

    // What is applied from here on belongs to a transaction whose turn has not come: rows that may see others of it, or
    // that are not found, raise an error.
    void apply_ahead() { ahead_ = true; }
    // Forgets all rows that wait.
    void forget_waiting();

    // Between these two, statements are those of a transaction that was streamed, which numbers them for itself.
    void enter_stream();
    void leave_stream();

    // All below need a transaction, whose number (any that was not used before) is `transaction`.
    void define(const StatementRecord &record);
    void row(StreamReader &message, uint64 transaction, int max_rows);
    // Reads a row without applying it. What is returned is good until the next one.
    RowInHand skip(StreamReader &message);
    // Applies all rows that wait.
    void flush();

    // Calls record(note) for what rows were not found since the last call; see MissingRows.
    template <typename Record> void take_missing(Record record) { missing_.take(record); }
    // Calls count(...) and keep(...) for the conflicts since the last call; see Conflicts.
    template <typename Count, typename Keep> void take_conflicts(Count count, Keep keep)
    {
        conflicts_.take(count, keep);
    }

    // How many row statements have been executed.
    int64 executions() const { return executions_; }

  private:
    Statement *read_row(StreamReader &message);
    void read_values(Statement *statement, Datum *datums, bool *nulls);
    void write_key(const Statement *statement);
    void flush(Run *run);
    void apply_one(Statement *statement, const UpstreamTransaction &transaction, Datum *datums, const bool *nulls);
    void apply_run(Run *run);
    void apply_run_or_rows(Run *run);
    void apply_whole_rows(Run *run);
    template <typename Read> void insert_directly(const Statement *statement, int count, Read read);
    uint64 execute_one(Statement *statement, Datum *datums, const bool *nulls);
    uint64 execute_run(Run *run, bool *found_rows);
    int64 apply_or_leave_out(Statement *statement, const UpstreamTransaction &transaction, Datum *datums,
                             const bool *nulls);
    void note_missing(const Statement *statement, const UpstreamTransaction &transaction, Datum *datums,
                      const bool *nulls);
    void check_found(const Statement *statement, uint64 found, uint64 expected);

    Progress *progress_ = nullptr;
    int64 executions_ = 0;
    bool ahead_ = false; // see apply_ahead()
    Statements statements_;
    Runs runs_;
    MemoryContext row_context_ = nullptr; // of one row, reset after it
    // Of one row.
    Value *values_ = nullptr;
    RowInHand row_in_hand_ = {};
    Datum *datums_ = nullptr;
    bool *nulls_ = nullptr;
    StringInfoData key_ = {};
    MissingRows missing_;
    Conflicts conflicts_;
};

} // namespace pg_follower::apply
