// What can be wrong with the slot of a follow, in words that say what is lost and what to call. See slot.hpp.
#include "apply/upstream/slot.hpp"

#include "apply/state/error_class.hpp"
#include "apply/state/follow_names.hpp"
#include "pg_follower/names.hpp"
#include "pg_follower/sql_writer.hpp"

extern "C" {
#include "miscadmin.h"
#include "replication/origin.h"
#include "utils/pg_lsn.h"
}

namespace pg_follower::apply {
namespace {

struct SlotFacts {
    const char *state;   // wal_status; null where the slot holds no WAL yet
    const char *process; // that sends from it; null where none does
    XLogRecPtr confirmed;
    const char *database; // of the slot; null where it is a physical one
    const char *here;     // of the connection
    const char *plugin;   // null where it is a physical one
};

XLogRecPtr lsn_from_text(const char *text)
{
    return text ? DatumGetLSN(DirectFunctionCall1(pg_lsn_in, CStringGetDatum(text))) : InvalidXLogRecPtr;
}

// False where there is no such slot.
bool read_slot(Upstream &upstream, const char *slot, SlotFacts &facts)
{
    SqlWriter query;
    query
        .text("SELECT slot_name::pg_catalog.text, wal_status, active_pid::pg_catalog.text,"
              " confirmed_flush_lsn::pg_catalog.text, database::pg_catalog.text,"
              " pg_catalog.current_database()::pg_catalog.text, plugin::pg_catalog.text"
              " FROM pg_catalog.pg_replication_slots WHERE slot_name OPERATOR(pg_catalog.=) ")
        .literal(slot);
    const char *values[7];
    upstream.row(query.c_str(), lengthof(values), values);
    facts = {values[1], values[2], lsn_from_text(values[3]), values[4], values[5], values[6]};
    return values[0] != nullptr;
}

} // namespace

bool is_of_this_database(const Follow &follow)
{
    return strcmp(follow.origin, origin_name(MyDatabaseId, NameStr(follow.slot))) == 0;
}

void require_own_follow(const Follow &follow)
{
    if (is_of_this_database(follow))
        return;
    ereport(
        ERROR,
        (errcode(errcode_begin_anew),
         errmsg("follow \"%s\" belongs to another database, of which this one is a copy", NameStr(follow.name)),
         errhint("%s The slot stays, because it is the other database's.", how_to_begin_anew(NameStr(follow.name)))));
}

XLogRecPtr known_position(const Follow &follow)
{
    RepOriginId origin = replorigin_by_name(follow.origin, true);
    XLogRecPtr position = origin == InvalidRepOriginId ? InvalidXLogRecPtr : replorigin_get_progress(origin, false);
    return Max(position, follow.start_lsn);
}

XLogRecPtr make_slot(Upstream &upstream, const Follow &follow)
{
    volatile XLogRecPtr start = 0;
    PG_TRY();
    {
        start = upstream.create_slot(NameStr(follow.slot));
    }
    PG_CATCH();
    {
        if (geterrcode() == ERRCODE_QUERY_CANCELED) {
            const char *error;
            Upstream second = Upstream::try_connect(follow.conninfo, worker_name(NameStr(follow.name)), &error);
            if (second.is_open())
                (void)second.try_command(
                    psprintf("DO 'BEGIN PERFORM pg_catalog.pg_terminate_backend(%d); END'", upstream.backend_pid()));
            second.close();
        }
        PG_RE_THROW();
    }
    PG_END_TRY();
    return start;
}

void check_given_slot(Upstream &upstream, const Follow &follow)
{
    SlotFacts slot;
    const char *name = NameStr(follow.slot);
    if (!read_slot(upstream, name, slot))
        ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
                        errmsg("replication slot \"%s\" does not exist on the upstream", name),
                        errhint("Make it before the copy, with pg_create_logical_replication_slot() or "
                                "CREATE_REPLICATION_SLOT, for the output plugin \"%s\".",
                                extension_name)));
    if (!slot.plugin || strcmp(slot.plugin, extension_name) != 0)
        ereport(ERROR,
                (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                 errmsg("replication slot \"%s\" is not one of the output plugin \"%s\"", name, extension_name)));
    if (strcmp(slot.database, slot.here) != 0)
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                        errmsg("replication slot \"%s\" belongs to database \"%s\" of the upstream, not to \"%s\"",
                               name, slot.database, slot.here)));
    if (slot.process)
        ereport(ERROR, (errcode(ERRCODE_OBJECT_IN_USE), errmsg("replication slot \"%s\" is in use upstream", name),
                        errdetail("Process %s of the upstream uses it.", slot.process),
                        errhint("A follow needs a slot of its own, which is not temporary.")));
    if (slot.state && strcmp(slot.state, "lost") == 0)
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                        errmsg("upstream has invalidated replication slot \"%s\"", name),
                        errdetail("The WAL that it needs is gone.")));
    if (follow.start_lsn < slot.confirmed)
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                        errmsg("replication slot \"%s\" does not send what was committed before %X/%X", name,
                               PGF_LSN(slot.confirmed)),
                        errdetail("What was committed from %X/%X on is needed.", PGF_LSN(follow.start_lsn)),
                        errhint("Make the slot before the copy.")));
    bool in_recovery;
    XLogRecPtr end = upstream.wal_end(in_recovery);
    if (follow.start_lsn > end)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("upstream has not come to start_lsn %X/%X yet", PGF_LSN(follow.start_lsn)),
                        errdetail("Its WAL ends at %X/%X.", PGF_LSN(end)),
                        errhint("The position must be one of this upstream.")));
}

void require_slot(Upstream &upstream, const Follow &follow)
{
    const char *system = upstream.system_identifier();
    if (strcmp(system, follow.upstream_system) != 0)
        ereport(ERROR,
                (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                 errmsg("connection string leads to another server than follow \"%s\" follows", NameStr(follow.name)),
                 errdetail("Its system identifier is %s, that of the upstream is %s.", system, follow.upstream_system),
                 errhint("To follow another server, call start_follow().")));
    if (follow.copy_phase == CopyPhase::slot)
        return;
    SlotFacts slot;
    if (!read_slot(upstream, NameStr(follow.slot), slot))
        ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
                        errmsg("replication slot \"%s\" does not exist there", NameStr(follow.slot)),
                        errdetail("The server is a copy of the one that is followed, or the slot was dropped."),
                        errhint("A follow cannot go on without its slot.")));
    if (strcmp(slot.database, slot.here) != 0)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("connection string leads to database \"%s\", but follow \"%s\" follows \"%s\"",
                               slot.here, NameStr(follow.name), slot.database)));
}

bool is_used_by_another(Upstream &upstream, const Follow &follow)
{
    SlotFacts slot;
    return read_slot(upstream, NameStr(follow.slot), slot) && slot.confirmed > known_position(follow);
}

void check_slot(Upstream &upstream, const Follow &follow, XLogRecPtr known)
{
    SlotFacts slot;
    const char *name = NameStr(follow.slot);
    if (!read_slot(upstream, name, slot))
        ereport(ERROR, (errcode(errcode_begin_anew),
                        errmsg("replication slot \"%s\" does not exist on the upstream any more", name),
                        errdetail("What was committed upstream after %X/%X cannot follow.", PGF_LSN(known)),
                        errhint("%s", how_to_begin_anew(NameStr(follow.name)))));
    if (!slot.plugin || strcmp(slot.plugin, extension_name) != 0)
        ereport(ERROR, (errcode(errcode_begin_anew),
                        errmsg("replication slot \"%s\" is not one of the output plugin \"%s\" any more", name,
                               extension_name),
                        errdetail("Somebody has dropped it and made another one of its name. What was committed "
                                  "upstream after %X/%X cannot follow.",
                                  PGF_LSN(known)),
                        errhint("%s", how_to_begin_anew(NameStr(follow.name)))));
    if (slot.state && strcmp(slot.state, "lost") == 0)
        ereport(ERROR, (errcode(errcode_begin_anew), errmsg("upstream has invalidated replication slot \"%s\"", name),
                        errdetail("The WAL that it needs is gone: what was committed upstream after %X/%X cannot "
                                  "follow.",
                                  PGF_LSN(known)),
                        errhint("%s", how_to_begin_anew(NameStr(follow.name)))));
    if (slot.process)
        ereport(ERROR, (errcode(ERRCODE_OBJECT_IN_USE), errmsg("replication slot \"%s\" is in use upstream", name),
                        errdetail("Process %s of the upstream sends from it.", slot.process),
                        errhint("That is an earlier connection of this follow, which ends soon, or another copy of "
                                "this database. Two copies cannot use one slot.")));
    if (slot.confirmed > known)
        ereport(ERROR, (errcode(errcode_begin_anew),
                        errmsg("replication slot \"%s\" has moved on without this database", name),
                        errdetail("The slot is at %X/%X, but this database knows of nothing after %X/%X: it was "
                                  "restored from an older state, or another copy of it has used the slot. What was "
                                  "committed upstream between these positions is lost here.",
                                  PGF_LSN(slot.confirmed), PGF_LSN(known)),
                        errhint("%s", how_to_begin_anew(NameStr(follow.name)))));
}

} // namespace pg_follower::apply
