// When two rows of a table are the same, for changes that name the whole old row: when all their values have the same
// text. See decode/row_sql.cpp, whose SQL says the same as ROW(...)::text, for why it is the text.
#pragma once

#include "pg_follower/pg.hpp"

extern "C" {
#include "access/tupdesc.h"
#include "nodes/bitmapset.h"
}

namespace pg_follower::apply {

// A row's values by column number, from 0.
struct ColumnValues {
    Datum *values;
    bool *nulls;
};

class RowEquality {
  public:
    // Compares rows of `description` by `columns`, which are column numbers from 1. Lives in the current memory
    // context.
    void start(TupleDesc description, const Bitmapset *columns);

    // Equal rows have equal hashes. The first one leaves out the content of large values, which may have to be fetched.
    // Both may leave garbage in the current memory context.
    uint64 quick_hash(const ColumnValues &row) { return hash(row, false); }
    uint64 full_hash(const ColumnValues &row) { return has_large_ ? hash(row, true) : quick_hash(row); }
    bool equal(const ColumnValues &a, const ColumnValues &b);

    // Whether an index entry of the column is found by a value of equal text.
    bool is_found_by_equality(AttrNumber column) const;
    // Whether comparing rows may call functions that users wrote.
    bool calls_functions() const { return calls_functions_; }

  private:
    enum class Way {
        image,  // values of equal text have the same bytes
        float4, // but for NaN, which has many
        float8,
        text, // by their output function
    };
    struct Column {
        AttrNumber attribute;
        Way way;
        int16 length;
        bool by_value;
        FmgrInfo output;
    };
    static Way way_of(Oid type);
    uint64 hash(const ColumnValues &row, bool full);
    uint64 hash_value(Column &column, Datum value, bool full);
    bool equal_values(Column &column, Datum a, Datum b);

    Column *columns_ = nullptr;
    int count_ = 0;
    bool has_large_ = false; // columns whose values may be large
    bool calls_functions_ = false;
};

} // namespace pg_follower::apply
