// Changes of one table that name the whole old row, gathered to be applied in one go.
#pragma once

#include "apply/execute/relation.hpp"
#include "apply/execute/row_contents.hpp"
#include "apply/state/progress.hpp"
#include "pg_follower/memory.hpp"

struct TupleTableSlot;

namespace pg_follower::apply {

class TableWriter;

class WholeRows {
  public:
    // For changes like those of `statement`. Lives in the current memory context.
    void start(const Statement &statement);
    // Whether the statement's rows can be added.
    bool takes(const Statement &statement) const;
    // Adds a change; the datums are those of its statement's parameters. `copy` says that they do not live until
    // apply(). Adding and applying call functions of types, as the current role.
    void add(const Statement *statement, const UpstreamTransaction &transaction, const Datum *datums, const bool *nulls,
             bool copy);
    size_t bytes() const { return contents_.bytes() + room_ * sizeof(Change); }

    // Applies all changes, and counts them in `progress`, whose position says meanwhile which one is in hand.
    void apply(Progress *progress);
    // Calls note(statement, transaction, datums, nulls) for those whose old row was not there.
    template <typename Note> void for_each_missing(Note note) const
    {
        for (int i = 0; i < count_ && missing_ > 0; ++i) {
            if (changes_[i].row)
                continue;
            ColumnValues parameters = parameters_of(changes_[i]);
            note(*changes_[i].statement, changes_[i].transaction, parameters.values, parameters.nulls);
        }
    }

  private:
    struct Change {
        const Statement *statement;
        UpstreamTransaction transaction;
        RowContent *from; // null for an INSERT
        RowContent *to;   // null for a DELETE
        ChangedRow *row;  // null where no row was found
    };
    enum class Source { assumed, found };

    RowContent *content(bool copy);
    ChangedRow *make_row(RowContent *original);
    ChangedRow *take(RowContent &content, Source source);
    void work_out(Source source);
    bool place_rows();
    void find_rows(TableWriter &writer);
    void write_changes(TableWriter &writer, Progress *progress);
    void write_results(TableWriter &writer, Progress *progress);
    void write(TableWriter &writer, ChangedRow &row, const RowContent *content);
    ColumnValues parameters_of(const Change &change) const;

    MemoryContext context_ = nullptr;
    const Statement *first_ = nullptr;
    TupleDesc description_ = nullptr;
    RowEquality equality_;
    RowContents contents_;
    ColumnValues scratch_ = {};
    Change *changes_ = nullptr;
    int count_ = 0;
    int room_ = 0;
    int missing_ = 0;
    ChangedRow *rows_ = nullptr; // in the order in which they were first changed
    ChangedRow **end_of_rows_ = nullptr;
    Bitmapset *updated_ = nullptr; // columns that updates set
    // Of the table, while it is written.
    TupleTableSlot *old_row_ = nullptr;
    TupleTableSlot *new_row_ = nullptr;
    MemoryContext row_context_ = nullptr; // of one row, reset before it
};

} // namespace pg_follower::apply
