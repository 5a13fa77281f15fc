// The phases of a copy. See copy.hpp.
#include "apply/copy/copy.hpp"

#include "apply/copy/schema.hpp"
#include "apply/copy/tables.hpp"
#include "apply/state/followed_tables.hpp"
#include "apply/state/state.hpp"
#include "apply/upstream/replica_identities.hpp"
#include "apply/upstream/slot.hpp"
#include "apply/upstream/upstream.hpp"
#include "pg_follower/failpoints.hpp"
#include "pg_follower/scope.hpp"

namespace pg_follower::apply {
namespace {

// Notes in the current transaction that the copy has come to a phase.
void enter_phase(Follow &follow, CopyPhase phase)
{
    follow.copy_phase = phase;
    Follow *row = find_follow(follow.id);
    if (!row)
        return;
    row->copy_phase = phase;
    row->start_lsn = follow.start_lsn;
    row->state = FollowState::copying;
    update_follow(*row);
}

// Makes the slot. A process that ended meanwhile may have left one, from a position that nobody noted.
void take_slot(Follow &follow, Upstream &upstream)
{
    upstream.drop_slot(NameStr(follow.slot));
    follow.start_lsn = make_slot(upstream, follow);
    PGF_FAILPOINT(copy_slot_made);
    // Keyless tables that were made since start_follow looked for them.
    give_replica_identities(upstream);
}

// Makes the schema, a batch of statements in each transaction.
void make_schema(const Follow &follow)
{
    MemoryContext context = AllocSetContextCreate(TopMemoryContext, "pg_follower schema", ALLOCSET_DEFAULT_SIZES);
    for (bool left = true; left;) {
        CHECK_FOR_INTERRUPTS();
        in_transaction([&] {
            MemoryContextScope scope(context);
            left = apply_schema_batch(follow);
        });
        MemoryContextReset(context);
    }
    MemoryContextDelete(context);
}

} // namespace

void prepare_copy(Follow &follow)
{
    if (follow.copy_phase == CopyPhase::tables || follow.copy_phase == CopyPhase::done)
        return;
    Upstream upstream;
    in_transaction([&] {
        upstream = Upstream::connect(follow.conninfo, worker_name(NameStr(follow.name)));
        upstream.allow_plugin();
    });
    if (follow.copy_phase == CopyPhase::slot) {
        in_transaction([&] { take_slot(follow, upstream); });
        in_transaction([&] { enter_phase(follow, CopyPhase::dump); });
    }
    if (follow.copy_phase == CopyPhase::dump)
        in_transaction([&] {
            take_schema(follow, upstream);
            PGF_FAILPOINT(schema_taken);
            enter_phase(follow, CopyPhase::schema);
        });
    upstream.close();
    make_schema(follow);
    PGF_FAILPOINT(schema_made);
    in_transaction([&] {
        wait_for_all_tables(follow.id);
        enter_phase(follow, CopyPhase::tables);
    });
    ereport(LOG, (errhidecontext(true), errmsg("follow \"%s\" has the schema of the upstream", NameStr(follow.name))));
}

void end_copy(Follow &follow)
{
    analyze_parents(follow);
    in_transaction([&] {
        end_copies(follow.id);
        enter_phase(follow, CopyPhase::done);
        PGF_FAILPOINT(copy_ended);
    });
    ereport(LOG, (errhidecontext(true), errmsg("follow \"%s\" has copied all tables", NameStr(follow.name))));
}

} // namespace pg_follower::apply
