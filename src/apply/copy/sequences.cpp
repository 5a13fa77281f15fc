// How a position becomes that of a sequence here. See sequences.hpp.
//
// A sequence that is not here yet, or has been given other limits here, is left until later. So is one that somebody
// holds locked here: the worker does not wait for that.
#include "apply/copy/sequences.hpp"

#include "apply/state/own_transaction.hpp"
#include "pg_follower/catalog.hpp"
#include "pg_follower/failpoints.hpp"
#include "pg_follower/memory.hpp"
#include "pg_follower/scope.hpp"

extern "C" {
#include "access/relation.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_sequence.h"
#include "storage/lmgr.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
}

namespace pg_follower::apply {
namespace {

// Each takes a lock until its transaction ends.
constexpr int most_in_transaction = 100;

enum Column { col_oid, col_schema, col_name, col_last_value, col_is_called, col_storage, col_lsn };

Oid number(const PGresult *answer, int row, Column column)
{
    return static_cast<Oid>(strtoul(PQgetvalue(answer, row, column), nullptr, 10));
}

// Whether a sequence that counts by `increment` comes to `position` after `other`.
bool is_ahead(const SequencePosition &position, const SequencePosition &other, int64 increment)
{
    if (position.last_value == other.last_value)
        return position.is_called && !other.is_called;
    return (position.last_value > other.last_value) == (increment > 0);
}

Oid find_sequence(const char *schema, const char *name)
{
    Oid schema_oid = get_namespace_oid(schema, true);
    Oid relid = OidIsValid(schema_oid) ? get_relname_relid(name, schema_oid) : InvalidOid;
    return OidIsValid(relid) && get_rel_relkind(relid) == RELKIND_SEQUENCE ? relid : InvalidOid;
}

} // namespace

void Sequences::start(int32 follow)
{
    seen_.start(follow);
    context_ = AllocSetContextCreate(TopMemoryContext, "pg_follower sequences", ALLOCSET_DEFAULT_SIZES);
}

void Sequences::take_nothing()
{
    MemoryContextReset(context_);
    next_ = count_ = 0;
    locked_ = false;
    missing_ = missing_before_;
    busy_[0] = '\0';
}

void Sequences::take(const PGresult *answer)
{
    take_nothing();
    missing_ = 0;
    ++reading_;
    states_ = allocate_in<State>(context_, PQntuples(answer));
    for (int row = 0; row < PQntuples(answer); ++row) {
        const char *schema = PQgetvalue(answer, row, col_schema);
        const char *name = PQgetvalue(answer, row, col_name);
        if (PQgetisnull(answer, row, col_lsn)) {
            snprintf(busy_, sizeof(busy_), "%s.%s", schema, name);
            if (SeenSequence *seen = seen_.find(number(answer, row, col_oid)))
                seen->reading = reading_;
            continue;
        }
        State &state = states_[count_++];
        state.oid = number(answer, row, col_oid);
        state.storage = number(answer, row, col_storage);
        namestrcpy(&state.schema, schema);
        namestrcpy(&state.name, name);
        state.position.last_value = strtoll(PQgetvalue(answer, row, col_last_value), nullptr, 10);
        state.position.is_called = *PQgetvalue(answer, row, col_is_called) == 't';
        uint32 high = 0, low = 0;
        (void)sscanf(PQgetvalue(answer, row, col_lsn), "%X/%X", &high, &low);
        state.lsn = static_cast<XLogRecPtr>(high) << 32 | low;
    }
}

bool Sequences::is_known(const State &state)
{
    SeenSequence *seen = seen_.find(state.oid);
    if (!seen)
        return false;
    seen->reading = reading_;
    return seen->storage == state.storage && seen->position == state.position;
}

void Sequences::set_until(XLogRecPtr position)
{
    while (due(position)) {
        if (is_known(states_[next_])) {
            ++next_;
            continue;
        }
        in_own_transaction([&] {
            for (int count = 0; count < most_in_transaction && due(position); ++next_)
                if (!is_known(states_[next_])) {
                    set(states_[next_]);
                    ++count;
                }
        });
    }
}

void Sequences::set(const State &state)
{
    Oid relid = find_sequence(NameStr(state.schema), NameStr(state.name));
    if (!OidIsValid(relid)) {
        ++missing_;
        return;
    }
    // Whoever had it locked may have renamed it, or dropped it.
    if (!ConditionalLockRelationOid(relid, RowExclusiveLock) ||
        find_sequence(NameStr(state.schema), NameStr(state.name)) != relid) {
        locked_ = true;
        return;
    }
    if (!set_locked(state, relid))
        ++missing_;
}

// False where the sequence cannot have that position here.
bool Sequences::set_locked(const State &state, Oid relid)
{
    SyscacheRow<FormData_pg_sequence> limits(SEQRELID, relid, "sequence");
    if (state.position.last_value < limits->seqmin || state.position.last_value > limits->seqmax)
        return false;
    Relation sequence = relation_open(relid, NoLock);
    SequencePosition here = read_sequence(sequence);
    relation_close(sequence, NoLock);
    // It goes back only where the upstream's did, or has been reset there, or has not been seen before.
    const SeenSequence *seen = seen_.find(state.oid);
    bool may_go_back =
        !seen || seen->storage != state.storage || is_ahead(seen->position, state.position, limits->seqincrement);
    if (here != state.position && (may_go_back || is_ahead(state.position, here, limits->seqincrement)))
        (void)DirectFunctionCall3(setval3_oid, ObjectIdGetDatum(relid), Int64GetDatum(state.position.last_value),
                                  BoolGetDatum(state.position.is_called));
    seen_.note({state.oid, state.storage, state.position, reading_});
    PGF_FAILPOINT(sequence_set);
    return true;
}

bool Sequences::finish()
{
    bool complete = !locked_ && missing_ == missing_before_;
    missing_before_ = missing_;
    if (complete && seen_.has_other_than(reading_))
        in_own_transaction([&] { seen_.keep_only(reading_); });
    next_ = count_ = 0;
    return complete;
}

} // namespace pg_follower::apply
