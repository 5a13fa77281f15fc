// What rows hold, each different content once.
#pragma once

#include "apply/execute/row_equality.hpp"

extern "C" {
#include "storage/itemptr.h"
}

namespace pg_follower::apply {

struct ChangedRow;

// Where a row lies in the table.
struct RowPlace {
    ItemPointerData place;
    RowPlace *next;
};

// What rows hold that are equal. The values are those of the columns by which rows are compared; the others are null.
struct RowContent {
    ColumnValues row;
    uint64 quick_hash;
    uint64 full_hash;
    RowContent *next_in_bucket;
    int takers;       // how many changes take such a row away
    int sought;       // how many rows of the table are looked for
    int found;        // how many of these have been found
    RowPlace *places; // and where
    ChangedRow *free; // rows that changes have given this content, and that others may take
};

class RowContents {
  public:
    // Lives in `context`.
    void start(RowEquality *equality, MemoryContext context);
    // The content of a row like this; null where there is none. May leave garbage in the current memory context.
    RowContent *find(const ColumnValues &row);
    // The same. Where there is none it is made, of the row's own memory or of a copy.
    RowContent *find_or_add(const ColumnValues &row, TupleDesc description, bool copy);
    template <typename Do> void for_each(Do action)
    {
        for (uint32 i = 0; i < bucket_count_; ++i)
            for (RowContent *content = buckets_[i]; content; content = content->next_in_bucket)
                action(*content);
    }
    int count() const { return count_; }
    size_t bytes() const { return bytes_; }

  private:
    RowContent *find(const ColumnValues &row, uint64 quick_hash);
    void grow();

    RowEquality *equality_ = nullptr;
    MemoryContext context_ = nullptr;
    RowContent **buckets_ = nullptr;
    uint32 bucket_count_ = 0; // a power of two, or none
    int count_ = 0;
    size_t bytes_ = 0;
};

} // namespace pg_follower::apply
