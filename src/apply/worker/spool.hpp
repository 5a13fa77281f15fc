// The messages of upstream transactions that are streamed while they are open, in files, until they commit.
#pragma once

#include "pg_follower/pg.hpp"
#include "pg_follower/stream.hpp"

extern "C" {
#include "storage/fd.h"
}

namespace pg_follower::apply {

class StreamWorker;

// A part of a spool: from one offset up to another.
struct SpoolRange {
    uint64 from;
    uint64 to;
};

// Reads the messages of a file of a spool.
class SpoolReader {
  public:
    // All memory is in the current memory context. The ranges, in order and apart from each other, are left out.
    SpoolReader(File file, const char *path, const SpoolRange *left_out, int left_out_count);
    // The next message before the offset `end`, which stays until the next call; false if there is none. The byte
    // behind it may be written to.
    bool next(uint64 end, const char *&message, size_t &size);

  private:
    void need(uint64 bytes, uint64 end);

    File file_;
    const char *path_;
    const SpoolRange *left_out_;
    int left_out_count_; // of those that lie behind the position
    uint64 position_ = 0;
    char *buffer_; // of the file, from `start_` on
    uint64 room_;
    uint64 start_ = 0;
    uint64 filled_ = 0;
};

// What one open transaction has sent.
class Spool {
  public:
    Spool(TransactionId xid, int number);
    // Adds a message, which `part` of the transaction wrote.
    void append(TransactionId part, const char *message, size_t size);
    // Leaves out all that has come since the first message of `part`, when the message comes that says so. Who reads
    // the file meanwhile finds it there.
    void roll_back(TransactionId part, const char *message, size_t size);
    // Writes all to the file, which has so many bytes then.
    uint64 complete();
    // How many bytes are in the file by now.
    uint64 written() const { return written_; }
    // Reads what was not rolled back. Until the next message comes.
    SpoolReader reader() const { return {file_, path_, dead_, dead_count_}; }
    const char *path() const { return path_; }
    // Closes the file and removes it.
    void remove();

    TransactionId xid() const { return xid_; }
    Spool *next = nullptr;         // in the list of those that are there
    StreamWorker *ahead = nullptr; // who applies it meanwhile (stream_worker.hpp); null where nobody does

  private:
    int find(TransactionId part) const;
    void add(const char *message, size_t size);
    void write(const char *data, size_t size);

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

// The spools of all transactions that are open upstream.
class Spools {
  public:
    Spool *first() const { return first_; }
    // The one of the transaction; null where there is none.
    Spool *find(TransactionId xid) const;
    // The same, made if need be. Outside of a transaction it runs one of its own.
    Spool *get(TransactionId xid);
    void remove(Spool *spool);

  private:
    Spool *first_ = nullptr;
    int made_ = 0;
};

} // namespace pg_follower::apply
