// When readings are made, and what becomes of their failures. See polling.hpp.
//
// One is made each pg_follower.sequence_interval, and when somebody asks for one (wait_for_follow, sync_sequences); it
// serves all who have asked before it began. It is over when all sequences of it are set: the stream has to come to the
// places in WAL that belong to them. Where something could not be set, because it is locked here, the next one begins
// soon. Where large objects have changed, a process of its own brings them, and the next readings do not wait for it.
//
// Where databases follow each other, each has positions of its own, which a reading must not undo. So a worker learns
// by which slots its upstream, that one's upstreams and so on follow, and brings nothing where one of them is a slot of
// this very database.
#include "apply/copy/polling.hpp"

#include "apply/state/error_class.hpp"
#include "apply/state/own_transaction.hpp"
#include "pg_follower/scope.hpp"
#include "pg_follower/settings.hpp"

extern "C" {
#include "miscadmin.h"
#include "replication/slot.h"
#include "utils/timestamp.h"
#include "utils/varlena.h"
}

namespace pg_follower::apply {
namespace {

constexpr const char *reader_name = "pg_follower sequences";
// An upstream that does not answer for so long is given up. It waits for locked sequences a second at most.
constexpr int answer_milliseconds = 60000;
// Until a request begins the next reading, after one that was not complete.
constexpr int again_milliseconds = 50;

// Whether one of the slots, which are separated by commas, belongs to this database.
bool is_slot_here(const char *slots)
{
    List *names;
    if (!SplitIdentifierString(pstrdup(slots), ',', &names))
        return false;
    bool found = false;
    LWLockAcquire(ReplicationSlotControlLock, LW_SHARED);
    for (int i = 0; i < list_length(names) && !found; ++i) {
        ReplicationSlot *slot = SearchNamedReplicationSlot(static_cast<char *>(list_nth(names, i)), false);
        found = slot && slot->data.database == MyDatabaseId;
    }
    LWLockRelease(ReplicationSlotControlLock);
    return found;
}

// Changes the follow's row, if it still is there.
template <typename Change> void change_row(int32 follow, Change change)
{
    in_own_transaction([&] {
        Follow *row = find_follow(follow);
        if (!row)
            return;
        change(*row);
        update_follow(*row);
    });
}

const char *keep(const char *text)
{
    return text ? MemoryContextStrdup(TopMemoryContext, text) : nullptr;
}

bool equal(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

} // namespace

void Polling::start(const Follow &follow, Live *live)
{
    follow_ = &follow;
    live_ = live;
    slots_ = follow.upstream_slots;
    error_ = follow.sync_error;
    context_ = AllocSetContextCreate(TopMemoryContext, "pg_follower polling", ALLOCSET_SMALL_SIZES);
    sequences_.start(follow.id);
    objects_since_ = large_objects_position(follow.id);
}

bool Polling::is_asked_for() const
{
    // The process that is at work may serve who has asked before it was started, and the next reading the others.
    uint64 objects = large_objects_.is_running() ? objects_asked_ : objects_served_;
    return requested_reading(live_) > Min(sequences_served_, objects);
}

bool Polling::is_time(TimestampTz now) const
{
    return is_asked_for() ? now >= not_before_ : settings.sequence_interval > 0 && now >= next_at_;
}

long Polling::milliseconds_to_step() const
{
    TimestampTz at = next_at_;
    if (question())
        at = limit_;
    else if (reading_)
        return -1; // the stream brings what it waits for
    else if (is_asked_for())
        at = not_before_;
    else if (settings.sequence_interval <= 0)
        return -1;
    return TimestampDifferenceMilliseconds(GetCurrentTimestamp(), at);
}

void Polling::step(XLogRecPtr reached)
{
    MemoryContextScope scope(context_);
    TimestampTz now = GetCurrentTimestamp();
    if (large_objects_.has_ended())
        finish_large_objects();
    switch (question_.step()) {
    case Question::State::waiting:
        if (now < limit_)
            return;
        fail_question("the upstream does not answer", false);
        break;
    case Question::State::answered:
        take_answer();
        break;
    case Question::State::failed:
        fail_question(question_.error(), question_.refused());
        break;
    case Question::State::none:
        break;
    }
    sequences_.set_until(reached);
    if (reading_ && sequences_.done())
        finish_sequences();
    if (reading_)
        return;
    if (settings.sequence_interval < 0)
        switch_off(requested_reading(live_));
    else if (is_time(now))
        ask(now);
}

void Polling::ask(TimestampTz now)
{
    MemoryContextReset(context_);
    asked_ = requested_reading(live_);
    reading_ = true;
    failed_ = false;
    limit_ = TimestampTzPlusMilliseconds(now, answer_milliseconds);
    next_at_ = TimestampTzPlusMilliseconds(now, settings.sequence_interval * INT64CONST(1000));
    question_.ask(follow_->conninfo, reader_name,
                  psprintf("SET statement_timeout = 0; SELECT follower.slots_of_follows();"
                           " SELECT * FROM follower.sequence_states(%s); SELECT %s",
                           asked_ > sequences_served_ ? "true" : "false",
                           settings.large_objects
                               ? psprintf("follower.large_objects_changed('%X/%X')", PGF_LSN(objects_since_))
                               : "false"));
}

void Polling::take_answer()
{
    take_slots(PQgetvalue(question_.answer(0), 0, 0));
    if (ring_) {
        sequences_.take_nothing();
        serve_large_objects(asked_);
    } else {
        sequences_.take(question_.answer(1));
        bring_large_objects(*PQgetvalue(question_.answer(2), 0, 0) == 't');
    }
    question_.end();
}

void Polling::take_slots(const char *slots)
{
    if (!equal(slots, slots_)) {
        slots_ = keep(slots);
        change_row(follow_->id, [&](Follow &row) { row.upstream_slots = slots_; });
    }
    bool ring = is_slot_here(slots);
    if (ring && !ring_)
        ereport(LOG, (errmsg("sequences and large objects of the upstream do not follow, because it follows this "
                             "database")));
    ring_ = ring;
}

void Polling::finish_sequences()
{
    reading_ = false;
    if (!failed_ && !large_objects_.is_running())
        show_error(nullptr);
    if (sequences_.finish())
        serve_sequences(asked_, sequences_.busy());
    else
        not_before_ = TimestampTzPlusMilliseconds(GetCurrentTimestamp(), again_milliseconds);
}

void Polling::serve_sequences(uint64 request, const char *busy)
{
    sequences_served_ = request;
    change_readings(live_, [&](Readings &readings) {
        readings.sequences_done = request;
        strlcpy(readings.busy, busy, sizeof(readings.busy));
    });
}

void Polling::bring_large_objects(bool changed)
{
    if (large_objects_.is_running())
        return;
    if (!changed) {
        serve_large_objects(asked_);
        return;
    }
    (void)take_large_objects_end(live_);
    objects_asked_ = asked_;
    if (!large_objects_.start(*follow_))
        fail("no background worker slot is free for the process that brings large objects", false);
}

void Polling::finish_large_objects()
{
    LargeObjectsEnd end = take_large_objects_end(live_);
    if (!end.noted)
        fail("the process that brings large objects was ended", false);
    else if (end.sqlstate != ERRCODE_SUCCESSFUL_COMPLETION)
        fail(end.message, !may_pass(end.sqlstate, false));
    else {
        in_own_transaction([&] { objects_since_ = large_objects_position(follow_->id); });
        serve_large_objects(objects_asked_);
        show_error(nullptr);
    }
}

void Polling::serve_large_objects(uint64 request)
{
    objects_served_ = request;
    change_readings(live_, [&](Readings &readings) { readings.objects_done = request; });
}

// Nobody is to wait for what is switched off.
void Polling::switch_off(uint64 request)
{
    if (request <= Min(sequences_served_, objects_served_))
        return;
    serve_sequences(request, "");
    serve_large_objects(request);
}

void Polling::fail_question(const char *error, bool refused)
{
    question_.end();
    reading_ = false;
    fail(error, refused);
}

void Polling::fail(const char *error, bool refused)
{
    failed_ = true;
    show_error(error);
    if (refused) {
        sequences_served_ = objects_served_ = asked_;
        change_readings(live_, [&](Readings &readings) {
            readings.refused = asked_;
            strlcpy(readings.error, error, sizeof(readings.error));
        });
    } else
        not_before_ = TimestampTzPlusMilliseconds(GetCurrentTimestamp(), settings.restart_interval * INT64CONST(1000));
}

void Polling::show_error(const char *error)
{
    if (equal(error, error_))
        return;
    error_ = keep(error);
    change_row(follow_->id, [&](Follow &row) { row.sync_error = error_; });
    if (error)
        ereport(LOG, (errmsg("could not read sequences or large objects of the upstream: %s", error)));
}

} // namespace pg_follower::apply
