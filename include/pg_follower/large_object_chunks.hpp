// The data of a large object in chunks, which two servers compare by their digests.
#pragma once

#include "pg_follower/pg.hpp"

extern "C" {
#include "access/genam.h"
#include "utils/rel.h"
#include "utils/snapshot.h"
}

namespace pg_follower {

// Goes through the chunks in their order, as a snapshot sees them. Where an object has a hole, the bytes are zero, and
// a chunk that is nothing but a hole is left out. Every chunk but the last one is full. A destructor ends the scan, as
// the abort of the transaction does.
class LargeObjectChunks {
  public:
    static constexpr int chunk_size = 256 * 1024;

    // Begins at chunk number `first`.
    LargeObjectChunks(Oid object, Snapshot snapshot, int32 first = 0);
    ~LargeObjectChunks();
    LargeObjectChunks(const LargeObjectChunks &) = delete;
    LargeObjectChunks &operator=(const LargeObjectChunks &) = delete;

    // Reads the next chunk. Returns whether there was one; then the others tell about it.
    bool next();
    int32 number() const { return number_; }
    int32 size() const { return size_; }
    const char *data() const { return data_; }
    // Its SHA-256 as hexadecimal digits.
    const char *digest() const;

  private:
    HeapTuple read();

    MemoryContext context_;
    Relation relation_, index_;
    SysScanDesc scan_;
    HeapTuple tuple_; // the next page of the object; null at its end
    char *data_;
    int32 number_ = -1;
    int32 size_ = 0;
};

} // namespace pg_follower
