// What the launcher and its starters tell each other, and everybody: which follows are to be started, and whether the
// launcher waits for a free background worker slot. In the server's main shared memory, where the library is preloaded.
#pragma once

#include "pg_follower/pg.hpp"

extern "C" {
#include "storage/spin.h"
}

namespace pg_follower::apply {

class StartQueue {
  public:
    struct Entry {
        int32 follow;
        NameData name;
    };
    struct Entries {
        const Entry *first;
        int count;
        const Entry *begin() const { return first; }
        const Entry *end() const { return first + count; }
    };

    void start();

    // The follows of one database. A starter adds them while the launcher waits for its end, so they need no lock. A
    // queue that is full takes no more; the next starter is asked for those behind the last one, by their numbers.
    void clear(int32 behind)
    {
        behind_ = behind;
        count_ = 0;
    }
    int32 behind() const { return behind_; }
    void add(int32 follow, const NameData &name);
    bool full() const { return count_ == most_entries; }
    Entries entries() const { return {entries_, count_}; }

    // Since when the launcher has been waiting for a slot; 0 where it does not.
    void set_waiting_since(TimestampTz since);
    TimestampTz waiting_since();

  private:
    static constexpr int most_entries = 32;
    slock_t mutex_; // protects waiting_since_
    TimestampTz waiting_since_;
    int32 behind_;
    int count_;
    Entry entries_[most_entries];
};

// Null where the library is not preloaded.
extern StartQueue *start_queue;

// Has the server make the queue when it makes its shared memory. To be called while the library is preloaded.
void install_start_queue();

// What to do where no background worker slot is free.
constexpr const char *more_slots_hint =
    "Raise max_worker_processes on this server (it needs a restart), or end what takes the slots.";

} // namespace pg_follower::apply
