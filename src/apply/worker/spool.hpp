// The messages of upstream transactions that are streamed while they are open, in files, until they commit.
#pragma once

#include "pg_follower/pg.hpp"
#include "pg_follower/stream.hpp"

extern "C" {
#include "storage/fd.h"
}

namespace pg_follower::apply {

// A part of a spool: from one offset up to another.
struct SpoolRange {
    uint64 from;
    uint64 to;
};

// What one open transaction has sent.
class Spool {
  public:
    Spool(TransactionId xid, int number);
    // Adds a message, which `part` of the transaction wrote.
    void append(TransactionId part, const char *message, size_t size);
    // Leaves out all that has come since the first message of `part`.
    void roll_back(TransactionId part);
    // Closes the file and removes it.
    void remove();

    TransactionId xid() const { return xid_; }
    Spool *next = nullptr; // in the list of those that are there

  private:
    friend class SpoolReader;
    void write(const char *data, size_t size);
    void write_buffer();

    struct Part {
        TransactionId xid;
        uint64 from; // offset of its first message
    };

    TransactionId xid_;
    char path_[MAXPGPATH];
    File file_ = -1;
    StringInfoData buffer_; // of what is not in the file yet
    uint64 written_ = 0;    // bytes of the file
    Part *parts_ = nullptr; // in the order of their first messages
    int part_count_ = 0;
    int part_room_ = 0;
    SpoolRange *dead_ = nullptr; // what was rolled back: in order, and apart from each other
    int dead_count_ = 0;
    int dead_room_ = 0;
};

// Reads the messages of a spool again, without those that were rolled back.
class SpoolReader {
  public:
    // All memory is in the current memory context.
    explicit SpoolReader(Spool &spool);
    // The next message, which stays until the next call; false at the end. The byte behind it may be written to.
    bool next(const char *&message, size_t &size);

  private:
    void need(uint64 bytes);

    const Spool &spool_;
    uint64 position_ = 0;
    int dead_ = 0; // of the spool's ranges, those that lie before the position
    char *buffer_; // of the file, from `start_` on
    uint64 room_;
    uint64 start_ = 0;
    uint64 filled_ = 0;
};

// The spools of all transactions that are open upstream.
class Spools {
  public:
    // The one of the transaction; null where there is none.
    Spool *find(TransactionId xid) const;
    // The same, made if need be. Outside of a transaction it runs one of its own.
    Spool *get(TransactionId xid);
    void remove(Spool *spool);
    // Removes all: after this the upstream sends all that is still open once more.
    void clear();

  private:
    Spool *first_ = nullptr;
    int made_ = 0;
};

} // namespace pg_follower::apply
