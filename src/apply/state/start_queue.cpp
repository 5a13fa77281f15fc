// The launcher's shared memory. See start_queue.hpp.
#include "apply/state/start_queue.hpp"

extern "C" {
#include "storage/ipc.h"
#include "storage/lwlock.h"
#include "storage/shmem.h"
}

namespace pg_follower::apply {

StartQueue *start_queue = nullptr;

namespace {

shmem_request_hook_type next_request;
shmem_startup_hook_type next_startup;

void request_memory()
{
    if (next_request)
        next_request();
    RequestAddinShmemSpace(MAXALIGN(sizeof(StartQueue)));
}

void make_queue()
{
    if (next_startup)
        next_startup();
    LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
    bool found;
    start_queue = static_cast<StartQueue *>(ShmemInitStruct("pg_follower start queue", sizeof(StartQueue), &found));
    if (!found)
        start_queue->start();
    LWLockRelease(AddinShmemInitLock);
}

} // namespace

void StartQueue::start()
{
    SpinLockInit(&mutex_);
    waiting_since_ = 0;
    clear(0);
}

void StartQueue::add(int32 follow, const NameData &name)
{
    if (!full())
        entries_[count_++] = {follow, name};
}

void StartQueue::set_waiting_since(TimestampTz since)
{
    SpinLockAcquire(&mutex_);
    waiting_since_ = since;
    SpinLockRelease(&mutex_);
}

TimestampTz StartQueue::waiting_since()
{
    SpinLockAcquire(&mutex_);
    TimestampTz since = waiting_since_;
    SpinLockRelease(&mutex_);
    return since;
}

void install_start_queue()
{
    next_request = shmem_request_hook;
    shmem_request_hook = request_memory;
    next_startup = shmem_startup_hook;
    shmem_startup_hook = make_queue;
}

} // namespace pg_follower::apply
