// Rounds of the copy. See round.hpp.
#include "apply/copy/round.hpp"

#include "apply/copy/command_lock.hpp"
#include "apply/copy/tables.hpp"
#include "apply/state/followed_tables.hpp"
#include "apply/state/latch_pause.hpp"
#include "apply/state/state.hpp"
#include "pg_follower/failpoints.hpp"
#include "pg_follower/scope.hpp"

extern "C" {
#include "fmgr.h"
#include "nodes/pg_list.h"
#include "utils/pg_lsn.h"
}

namespace pg_follower::apply {
namespace {

// How often a table is found to be changed before it gets a round of its own, and before commands wait until it is
// copied.
constexpr int often = 3;
constexpr int very_often = 6;

// After a round for one table comes one for all, so that one table that cannot be had keeps no other waiting.
bool was_for_one = false;

} // namespace

// Runs `body` in a transaction of its own, and in the round's memory.
template <typename Body> void Round::run(Body body)
{
    in_transaction([&] {
        MemoryContextScope scope(context_);
        body();
    });
}

Round::Round(const Follow &follow)
    : follow_(follow), context_(AllocSetContextCreate(TopMemoryContext, "pg_follower round", ALLOCSET_SMALL_SIZES))
{
    if (follow.copy_phase == CopyPhase::done)
        return;
    run([&] {
        tidy_followed_tables(follow.id);
        tables_ = waiting_tables(follow.id);
        if (was_for_one)
            return;
        only_ = table_that_changes(follow.id, often);
        until_copied_ = OidIsValid(only_) && only_ == table_that_changes(follow.id, very_often);
    });
    was_for_one = OidIsValid(only_);
}

Upstream Round::connect() const
{
    return Upstream::connect(follow_.conninfo, worker_name(NameStr(follow_.name)));
}

const char *Round::slot() const
{
    return psprintf("%.58s_copy", NameStr(follow_.slot));
}

XLogRecPtr Round::position_before()
{
    XLogRecPtr position = 0;
    if (OidIsValid(only_))
        run([&] {
            Upstream upstream = connect();
            const char *end = upstream.value("SELECT pg_catalog.pg_current_wal_flush_lsn()::pg_catalog.text");
            position = DatumGetLSN(DirectFunctionCall1(pg_lsn_in, CStringGetDatum(end)));
            upstream.close();
        });
    return position;
}

void Round::begin()
{
    run([&] {
        if (OidIsValid(only_) && begin_for_one())
            return;
        only_ = InvalidOid;
        source_.close();
        upstream_.close();
        upstream_ = connect();
        upstream_.allow_plugin();
        position_ = upstream_.create_snapshot(slot(), &snapshot_);
    });
    PGF_FAILPOINT(snapshot_taken);
}

// Returns false where others upstream would have to wait for long. What an error leaves open is closed with the
// process.
bool Round::begin_for_one()
{
    // The upstream's commands wait no longer than that, whatever becomes of this process.
    constexpr int longest_wait = 10000;
    constexpr int longest_copy = 60000;
    constexpr int snapshot_milliseconds = 2000;
    commands_ = connect();
    upstream_ = connect();
    upstream_.allow_plugin();
    source_.connect(follow_);
    XLogRecPtr before;
    bool locked = false;
    if (try_lock_commands(commands_, until_copied_ ? longest_copy : longest_wait, before)) {
        position_ = upstream_.try_snapshot(slot(), &snapshot_, snapshot_milliseconds);
        if (position_ != 0) {
            source_.enter(snapshot_);
            locked = source_.keep_locked(only_);
        }
    }
    if (!locked || !until_copied_)
        commands_.close();
    return locked;
}

void Round::copy()
{
    // A table that the upstream changes all the time is not to be asked for without a pause.
    constexpr long pause_milliseconds = 500;
    copy_tables(follow_, snapshot_, position_, only_, source_);
    PGF_FAILPOINT(round_copied);
    upstream_.close();
    commands_.close();
    List *left = NIL;
    run([&] { left = waiting_tables(follow_.id); });
    bool copied = list_length(left) != list_length(tables_);
    MemoryContextDelete(context_);
    if (!copied)
        pause_briefly(pause_milliseconds);
}

} // namespace pg_follower::apply
