// Live figures in dynamic shared memory: made by the worker, named by a handle in the follow's row, read by backends.
//
// The segment goes with the last process that is attached to it, so a stale handle attaches to nothing or, in theory,
// to somebody else's segment: the magic number and the ids in it tell.
#include "apply/state/live.hpp"

extern "C" {
#include "storage/latch.h"
#include "storage/proc.h"
#include "storage/procarray.h"
#include "utils/resowner.h"
}

namespace pg_follower::apply {
namespace {

constexpr uint32 live_magic = 0x70676631;

constexpr const char *state_names[] = {"starting", "copying", "streaming", "stopped", "retrying", "failed"};

} // namespace

const char *state_name(FollowState state)
{
    return state_names[static_cast<int>(state)];
}

FollowState state_from_name(const char *name)
{
    for (int i = 0; i < (int)lengthof(state_names); ++i)
        if (strcmp(name, state_names[i]) == 0)
            return static_cast<FollowState>(i);
    ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED), errmsg("unrecognized state \"%s\" of a follow", name)));
    pg_unreachable();
}

Live *create_live(int32 follow, dsm_handle *handle)
{
    dsm_segment *segment = dsm_create(sizeof(Live), 0);
    dsm_pin_mapping(segment);
    auto live = static_cast<Live *>(dsm_segment_address(segment));
    memset(live, 0, sizeof(Live));
    live->database = MyDatabaseId;
    live->follow = follow;
    live->pid = MyProcPid;
    pg_atomic_init_u32(&live->stop_requested, 0);
    pg_atomic_init_u32(&live->try_requested, 0);
    SpinLockInit(&live->mutex);
    ConditionVariableInit(&live->changed);
    pg_write_barrier();
    live->magic = live_magic;
    *handle = dsm_segment_handle(segment);
    return live;
}

LiveReader::LiveReader(dsm_handle handle, int32 follow)
{
    if (handle == 0)
        return;
    segment_ = dsm_attach(handle);
    if (!segment_)
        return;
    auto live = static_cast<Live *>(dsm_segment_address(segment_));
    if (dsm_segment_map_length(segment_) >= sizeof(Live) && live->magic == live_magic &&
        live->database == MyDatabaseId && live->follow == follow)
        live_ = live;
    else
        detach();
}

void LiveReader::detach()
{
    if (segment_)
        dsm_detach(segment_);
    segment_ = nullptr;
    live_ = nullptr;
}

LiveReader::View LiveReader::read() const
{
    View view;
    SpinLockAcquire(&live_->mutex);
    view = {live_->state, live_->figures, live_->in_hand_since};
    view.figures.caught_up_at = Max(view.figures.caught_up_at, live_->seen_caught_up_at);
    SpinLockRelease(&live_->mutex);
    return view;
}

void LiveReader::note_caught_up(TimestampTz time)
{
    SpinLockAcquire(&live_->mutex);
    live_->seen_caught_up_at = Max(live_->seen_caught_up_at, time);
    SpinLockRelease(&live_->mutex);
}

uint64 LiveReader::request_reading()
{
    SpinLockAcquire(&live_->mutex);
    uint64 request = ++live_->readings.requested;
    SpinLockRelease(&live_->mutex);
    if (PGPROC *process = BackendPidGetProc(live_->pid))
        SetLatch(&process->procLatch);
    return request;
}

Readings LiveReader::readings() const
{
    SpinLockAcquire(&live_->mutex);
    Readings readings = live_->readings;
    SpinLockRelease(&live_->mutex);
    return readings;
}

uint64 requested_reading(Live *live)
{
    SpinLockAcquire(&live->mutex);
    uint64 request = live->readings.requested;
    SpinLockRelease(&live->mutex);
    return request;
}

void LiveReader::note_large_objects(int sqlstate, const char *message)
{
    SpinLockAcquire(&live_->mutex);
    live_->large_objects.noted = true;
    live_->large_objects.sqlstate = sqlstate;
    strlcpy(live_->large_objects.message, message, sizeof(live_->large_objects.message));
    SpinLockRelease(&live_->mutex);
}

LargeObjectsEnd take_large_objects_end(Live *live)
{
    SpinLockAcquire(&live->mutex);
    LargeObjectsEnd end = live->large_objects;
    live->large_objects.noted = false;
    SpinLockRelease(&live->mutex);
    return end;
}

void show(Live *live, FollowState state, Figures &figures, TimestampTz in_hand_since)
{
    SpinLockAcquire(&live->mutex);
    figures.caught_up_at = Max(figures.caught_up_at, live->seen_caught_up_at);
    live->state = state;
    live->figures = figures;
    live->in_hand_since = in_hand_since;
    SpinLockRelease(&live->mutex);
}

void wake(Live *live)
{
    ConditionVariableBroadcast(&live->changed);
}

} // namespace pg_follower::apply
