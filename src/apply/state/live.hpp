// The live figures of a follow, in a piece of shared memory that its worker makes.
#pragma once

#include "pg_follower/pg.hpp"

extern "C" {
#include "port/atomics.h"
#include "storage/condition_variable.h"
#include "storage/dsm.h"
#include "storage/spin.h"
}

namespace pg_follower::apply {

enum class FollowState : int { starting, copying, streaming, stopped, retrying, failed };

const char *state_name(FollowState state);
FollowState state_from_name(const char *name);

// What a follow has done. Counters run over the whole life of the follow.
struct Figures {
    XLogRecPtr received_lsn;     // last position heard of
    XLogRecPtr applied_lsn;      // everything that committed upstream before it is visible here
    TimestampTz last_commit_at;  // when the last applied transaction committed upstream; 0 if none has
    TimestampTz last_message_at; // when the worker last heard of the upstream; 0 if it has not
    TimestampTz caught_up_at;    // when the worker was last known to have everything that the upstream had
    int64 transactions;
    int64 rows_applied;
    int64 rows_missing; // rows to update or delete that were not found here
    int64 ddl_applied;
};

// What the stream does not tell, sequences and large objects, is read from the upstream when somebody asks for it, too.
// All who ask before a reading begins are served by it.
struct Readings {
    uint64 requested;      // number of the last request
    uint64 sequences_done; // all sequences stand where they stood at this request, or later
    uint64 objects_done;   // the same of large objects
    uint64 refused;        // what was asked for up to this request cannot be had
    char error[512];       // and why
    // A sequence that the last reading found locked upstream; empty if there was none.
    char busy[2 * NAMEDATALEN + 2];
};

// How a process that brings large objects has ended.
struct LargeObjectsEnd {
    bool noted; // false as long as it has not, or if it could not say so
    int sqlstate;
    char message[512];
};

// The piece itself. `stop_requested` is set by stop_follow, `try_requested` by resume_follow while the worker waits for
// its next try; `mutex` protects all that stands behind it, but `changed`.
struct Live {
    uint32 magic;
    Oid database;
    int32 follow;
    int pid;
    pg_atomic_uint32 stop_requested;
    pg_atomic_uint32 try_requested;
    slock_t mutex;
    FollowState state;
    Figures figures;
    // When the oldest transaction that is being applied committed upstream; 0 where there is none.
    TimestampTz in_hand_since;
    TimestampTz seen_caught_up_at; // like caught_up_at, as somebody else found it
    Readings readings;
    LargeObjectsEnd large_objects;
    ConditionVariable changed;
};

// Makes the piece for this process, which keeps it until its end. Needs a transaction.
Live *create_live(int32 follow, dsm_handle *handle);

// Attaches to the piece of a running worker. It converts to false where the piece is gone.
class LiveReader {
  public:
    LiveReader(dsm_handle handle, int32 follow);
    LiveReader(const LiveReader &) = delete;
    LiveReader &operator=(const LiveReader &) = delete;
    explicit operator bool() const { return live_ != nullptr; }
    Live *operator->() const { return live_; }
    // What a running worker publishes.
    struct View {
        FollowState state;
        Figures figures;
        TimestampTz in_hand_since;
    };
    View read() const;
    // Tells that everything which the upstream had at `time` was here.
    void note_caught_up(TimestampTz time);
    // Asks the worker for a reading, and returns the number of the request.
    uint64 request_reading();
    Readings readings() const;
    void note_large_objects(int sqlstate, const char *message);
    // Without detach() the mapping ends with the resource owner that was in force when it was made.
    void detach();

  private:
    dsm_segment *segment_ = nullptr;
    Live *live_ = nullptr;
};

// Publishes.
void show(Live *live, FollowState state, Figures &figures, TimestampTz in_hand_since);
// Wakes whoever waits for news.
void wake(Live *live);
// The worker's side of these. `change` may do nothing but write to its argument.
uint64 requested_reading(Live *live);
template <typename Change> void change_readings(Live *live, Change change)
{
    SpinLockAcquire(&live->mutex);
    change(live->readings);
    SpinLockRelease(&live->mutex);
    wake(live);
}
// How the process has ended; forgets it, too.
LargeObjectsEnd take_large_objects_end(Live *live);

} // namespace pg_follower::apply
