// Takes the schema, and makes it here. See schema.hpp.
//
// While pg_dump reads, the upstream's commands wait (command_lock.hpp). Where we cannot have that lock soon, or pg_dump
// waits for a lock of somebody who may wait for us, all is let go and tried again a little later.
#include "apply/copy/schema.hpp"

#include "apply/copy/clashes.hpp"
#include "apply/copy/command_lock.hpp"
#include "apply/copy/dump.hpp"
#include "apply/copy/schema_statements.hpp"
#include "apply/state/error_class.hpp"
#include "apply/execute/session.hpp"
#include "apply/state/copy_statements.hpp"
#include "apply/state/followed_tables.hpp"
#include "apply/state/latch_pause.hpp"
#include "apply/state/spi.hpp"
#include "apply/state/state.hpp"
#include "pg_follower/function_guard.hpp"
#include "pg_follower/list.hpp"
#include "pg_follower/scope.hpp"
#include "pg_follower/sql_writer.hpp"
#include "pg_follower/subtransaction.hpp"

extern "C" {
#include "access/xact.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "tcop/utility.h"
#include "utils/acl.h"
#include "utils/timestamp.h"
}

namespace pg_follower::apply {
namespace {

// Locks of the server run out where a transaction makes too much.
constexpr int batch_statements = 100;

// The processes of the upstream that hold the lock of commands, or keep others from it.
constexpr const char *at_work_query =
    "SELECT pg_catalog.string_agg(DISTINCT l.pid::pg_catalog.text, ', ') FROM pg_catalog.pg_locks AS l"
    " WHERE l.locktype OPERATOR(pg_catalog.=) 'object' AND l.granted"
    " AND l.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_extension'::pg_catalog.regclass"
    " AND l.mode IN ('RowShareLock', 'ExclusiveLock')"
    " AND l.database OPERATOR(pg_catalog.=) (SELECT oid FROM pg_catalog.pg_database"
    "   WHERE datname OPERATOR(pg_catalog.=) pg_catalog.current_database())";

// The processes that drop or make an index anew in several transactions. Between these the dump would see an index that
// is neither there nor gone. (One that CREATE INDEX CONCURRENTLY makes is not there until its last transaction, which
// waits for us.)
constexpr const char *concurrent_query =
    "SELECT pg_catalog.string_agg(DISTINCT l.pid::pg_catalog.text, ', ') FROM pg_catalog.pg_locks AS l"
    " JOIN pg_catalog.pg_index AS i ON i.indexrelid OPERATOR(pg_catalog.=) l.relation"
    " WHERE l.locktype OPERATOR(pg_catalog.=) 'relation' AND l.granted AND NOT i.indisvalid"
    " AND l.mode OPERATOR(pg_catalog.=) 'ShareUpdateExclusiveLock'"
    " AND l.database OPERATOR(pg_catalog.=) (SELECT oid FROM pg_catalog.pg_database"
    "   WHERE datname OPERATOR(pg_catalog.=) pg_catalog.current_database())";

// Roles that the database's objects, privileges and settings name.
constexpr const char *roles_query =
    "SELECT pg_catalog.string_agg(r.rolname, E'\\n') FROM pg_catalog.pg_roles AS r"
    " CROSS JOIN (SELECT oid, datdba FROM pg_catalog.pg_database"
    "   WHERE datname OPERATOR(pg_catalog.=) pg_catalog.current_database()) AS d"
    " WHERE r.rolname OPERATOR(pg_catalog.!~) '^pg_' AND (r.oid OPERATOR(pg_catalog.=) d.datdba"
    " OR EXISTS (SELECT FROM pg_catalog.pg_shdepend AS s"
    "   WHERE s.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_authid'::pg_catalog.regclass"
    "   AND s.refobjid OPERATOR(pg_catalog.=) r.oid AND (s.dbid OPERATOR(pg_catalog.=) d.oid"
    "     OR s.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_database'::pg_catalog.regclass"
    "     AND s.objid OPERATOR(pg_catalog.=) d.oid))"
    " OR EXISTS (SELECT FROM pg_catalog.pg_db_role_setting AS s WHERE s.setrole OPERATOR(pg_catalog.=) r.oid"
    "   AND s.setdatabase OPERATOR(pg_catalog.=) d.oid)"
    // What belongs to the first superuser is not in pg_shdepend.
    " OR r.oid OPERATOR(pg_catalog.=) 10 AND EXISTS (SELECT FROM ("
    "     SELECT 'pg_catalog.pg_class'::pg_catalog.regclass, oid, relowner FROM pg_catalog.pg_class"
    "     UNION ALL SELECT 'pg_catalog.pg_proc'::pg_catalog.regclass, oid, proowner FROM pg_catalog.pg_proc"
    "     UNION ALL SELECT 'pg_catalog.pg_type'::pg_catalog.regclass, oid, typowner FROM pg_catalog.pg_type"
    "     UNION ALL SELECT 'pg_catalog.pg_namespace'::pg_catalog.regclass, oid, nspowner FROM pg_catalog.pg_namespace"
    "     UNION ALL SELECT 'pg_catalog.pg_operator'::pg_catalog.regclass, oid, oprowner FROM pg_catalog.pg_operator"
    "     UNION ALL SELECT 'pg_catalog.pg_collation'::pg_catalog.regclass, oid, collowner FROM pg_catalog.pg_collation"
    "     UNION ALL SELECT 'pg_catalog.pg_event_trigger'::pg_catalog.regclass, oid, evtowner"
    "       FROM pg_catalog.pg_event_trigger"
    "     UNION ALL SELECT 'pg_catalog.pg_publication'::pg_catalog.regclass, oid, pubowner"
    "       FROM pg_catalog.pg_publication"
    "     UNION ALL SELECT 'pg_catalog.pg_foreign_server'::pg_catalog.regclass, oid, srvowner"
    "       FROM pg_catalog.pg_foreign_server) AS o (class, id, owner)"
    "   WHERE o.owner OPERATOR(pg_catalog.=) 10 AND o.id OPERATOR(pg_catalog.>=) 16384"
    "   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS e WHERE e.classid OPERATOR(pg_catalog.=) o.class"
    "     AND e.objid OPERATOR(pg_catalog.=) o.id AND e.deptype OPERATOR(pg_catalog.=) 'e')))";

constexpr const char *extensions_query =
    "SELECT pg_catalog.string_agg(pg_catalog.concat(extname, E'\\n', extversion), E'\\n') FROM pg_catalog.pg_extension";

constexpr const char *own_members_query =
    "SELECT pg_catalog.string_agg(pg_catalog.concat(n.nspname, E'\\n', m.name), E'\\n') FROM ("
    "   SELECT 'pg_catalog.pg_class'::pg_catalog.regclass, oid, relnamespace, relname FROM pg_catalog.pg_class"
    "   UNION ALL SELECT 'pg_catalog.pg_proc'::pg_catalog.regclass, oid, pronamespace, proname FROM pg_catalog.pg_proc)"
    " AS m (class, id, namespace, name) JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) m.namespace"
    " JOIN pg_catalog.pg_depend AS d ON d.classid OPERATOR(pg_catalog.=) m.class"
    "   AND d.objid OPERATOR(pg_catalog.=) m.id AND d.deptype OPERATOR(pg_catalog.=) 'e'"
    " JOIN pg_catalog.pg_extension AS e ON e.oid OPERATOR(pg_catalog.=) d.refobjid"
    "   AND d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_extension'::pg_catalog.regclass"
    "   AND e.extname OPERATOR(pg_catalog.=) 'pg_follower'";

// A partition that is being detached CONCURRENTLY is none any more for whatever follows.
constexpr const char *detached_query =
    "SELECT pg_catalog.string_agg(pg_catalog.format('ALTER TABLE %I.%I DETACH PARTITION %I.%I;', pn.nspname, p.relname,"
    "   cn.nspname, c.relname), E'\\n') FROM pg_catalog.pg_inherits AS i"
    " JOIN pg_catalog.pg_class AS p ON p.oid OPERATOR(pg_catalog.=) i.inhparent"
    " JOIN pg_catalog.pg_namespace AS pn ON pn.oid OPERATOR(pg_catalog.=) p.relnamespace"
    " JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) i.inhrelid"
    " JOIN pg_catalog.pg_namespace AS cn ON cn.oid OPERATOR(pg_catalog.=) c.relnamespace"
    " WHERE i.inhdetachpending";

// What go_on needs while pg_dump runs.
struct Watch {
    Upstream *upstream;
    const char *blocked_query; // tells which processes pg_dump waits for
    int blocked;               // how often in a row it has waited
    const char *by;            // for whom
};

bool goes_on(void *argument)
{
    auto watch = static_cast<Watch *>(argument);
    // The list of sessions is kept until the end of the transaction otherwise.
    (void)watch->upstream->value("SELECT pg_catalog.pg_stat_clear_snapshot()::pg_catalog.text");
    watch->by = watch->upstream->value(watch->blocked_query);
    watch->blocked = watch->by ? watch->blocked + 1 : 0;
    return watch->blocked < 2;
}

// Writes which sessions of the upstream, `a`, are those of pg_dump.
void write_dump_sessions(SqlWriter &query, const Follow &follow)
{
    query.text(" WHERE a.application_name OPERATOR(pg_catalog.=) ").literal(dump_application_name(follow));
    query.text(" AND a.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()"
               " AND a.usename OPERATOR(pg_catalog.=) current_user");
}

const char *blocked_query(const Follow &follow)
{
    SqlWriter query;
    query.text("SELECT pg_catalog.string_agg(DISTINCT b::pg_catalog.text, ', ') FROM pg_catalog.pg_stat_activity AS a"
               " CROSS JOIN LATERAL pg_catalog.unnest(pg_catalog.pg_blocking_pids(a.pid)) AS b");
    write_dump_sessions(query, follow);
    return query.c_str();
}

// A session that waits for a lock does not notice that its program has ended: each try would leave one more.
const char *end_dump_query(const Follow &follow)
{
    SqlWriter query;
    query.text("SELECT pg_catalog.count(pg_catalog.pg_terminate_backend(a.pid))::pg_catalog.text"
               " FROM pg_catalog.pg_stat_activity AS a");
    write_dump_sessions(query, follow);
    return query.c_str();
}

// Says for what the copy waits: at once in pg_stat_activity, and in the log at first and then every minute.
class Waits {
  public:
    void show(const char *what, const char *processes)
    {
        const char *text = psprintf("copy of the schema waits for %s of the upstream (processes %s)", what,
                                    processes ? processes : "that have ended since");
        pgstat_report_activity(STATE_RUNNING, text);
        TimestampTz now = GetCurrentTimestamp();
        if (logged_ != 0 && !TimestampDifferenceExceeds(logged_, now, 60000))
            return;
        logged_ = now;
        ereport(LOG, (errmsg_internal("%s", text)));
    }

  private:
    TimestampTz logged_ = 0;
};

const char *lines_to_roles(const char *lines)
{
    SqlWriter statements;
    while (lines && *lines) {
        const char *end = strchrnul(lines, '\n');
        const char *name = pnstrdup(lines, end - lines);
        SqlWriter query, create;
        query.text("pg_catalog.pg_roles WHERE ").equals("rolname").literal(name);
        create.text("CREATE ROLE ").name(name);
        statements.do_if_not_exists(query.c_str(), create.c_str()).text(";\n");
        lines = *end ? end + 1 : end;
    }
    return statements.c_str();
}

void ask_facts(const Follow &follow, Upstream &upstream, SchemaFacts &facts)
{
    const char *row[4];
    upstream.row("SELECT creates_roles::pg_catalog.text, user_mappings::pg_catalog.text, roles, database"
                 " FROM follower.copy_facts()",
                 4, row);
    SqlWriter first;
    first.text(row[2]);
    if (strcmp(row[0], "true") == 0)
        first.text(lines_to_roles(needed_roles(upstream)));
    if (strcmp(follow.existing, existing_replace) == 0)
        for (Clash *clash : each<Clash>(find_clashes(upstream)))
            write_drop(first.buffer(), *clash);
    facts.keeps_schemas = strcmp(follow.existing, existing_replace) == 0;
    facts.keeps_what_is_here = strcmp(follow.existing, existing_keep) == 0;
    facts.first = first.c_str();
    facts.user_mappings = strcmp(row[1], "true") == 0;
    facts.database = row[3];
    facts.extensions = upstream.value(extensions_query);
    facts.own_members = upstream.value(own_members_query);
    facts.detached = upstream.value(detached_query);
}

// Tries once to read the schema. Returns null where something is at work that it has to wait for.
const char *try_to_read(const Follow &follow, Upstream &upstream, Waits &waits, XLogRecPtr &position,
                        SchemaFacts &facts)
{
    // One may have been left by a worker that was killed.
    (void)upstream.value(end_dump_query(follow));
    if (!try_lock_commands(upstream, 0, position)) {
        waits.show("the end of commands", upstream.value(at_work_query));
        return nullptr;
    }
    if (const char *processes = upstream.value(concurrent_query)) {
        upstream.command("ROLLBACK");
        waits.show("the end of DROP INDEX or REINDEX CONCURRENTLY", processes);
        return nullptr;
    }
    pgstat_report_activity(STATE_RUNNING, "copy of the schema: pg_dump reads it");
    Watch watch = {&upstream, blocked_query(follow), 0, nullptr};
    const char *dump = dump_schema(follow, goes_on, &watch);
    if (dump)
        ask_facts(follow, upstream, facts);
    // If this succeeds, the lock was there all the time.
    upstream.command("COMMIT");
    if (!dump) {
        (void)upstream.value(end_dump_query(follow));
        waits.show("a lock that pg_dump needs", watch.by);
    }
    return dump;
}

bool is_there_already(int sqlstate)
{
    switch (sqlstate) {
    case ERRCODE_DUPLICATE_COLUMN:
    case ERRCODE_DUPLICATE_DATABASE:
    case ERRCODE_DUPLICATE_FUNCTION:
    case ERRCODE_DUPLICATE_OBJECT:
    case ERRCODE_DUPLICATE_SCHEMA:
    case ERRCODE_DUPLICATE_TABLE:
    case ERRCODE_INVALID_TABLE_DEFINITION:         // a second primary key
    case ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE: // a column that is an identity already
    case ERRCODE_WRONG_OBJECT_TYPE:                // a table that is a partition already
        return true;
    default:
        return false;
    }
}

// A schema that has been read is not read anew, so what is changed upstream helps a new follow only.
void hint_at_guard(void *)
{
    if (!runs_guarded_function())
        return;
    switch (geterrcode()) {
    case ERRCODE_INSUFFICIENT_PRIVILEGE:
    case ERRCODE_UNDEFINED_FUNCTION:
    case ERRCODE_UNDEFINED_TABLE:
    case ERRCODE_UNDEFINED_OBJECT:
    case ERRCODE_INVALID_SCHEMA_NAME:
        errhint("While the copy makes the schema, functions have neither the rights of a superuser nor a search path. "
                "Change the owner of the function upstream, or run ALTER FUNCTION ... SET search_path there, and begin "
                "anew with drop_follow() and start_follow(). docs/trust.md says more, under \"What follows from it\".");
        break;
    default:
        break;
    }
}

void execute(const CopyStatement &statement)
{
    ErrorContextScope hint(hint_at_guard, nullptr);
    GucScope settings;
    enter_ddl_settings("");
    UserScope user(statement.role ? get_role_oid(statement.role, false) : GetUserId(), 0);
    SpiScope spi;
    check_result(SPI_execute(statement.sql, false, 0));
}

void note_failure(const Follow &follow, const CopyStatement &statement, const ErrorData *failure)
{
    ereport(WARNING, (errmsg("a statement of the upstream's schema cannot be run here: %s", failure->message),
                      statement.holds_secret ? 0 : errdetail_internal("%s", statement.sql)));
    UnsupportedNote note = {};
    note.follow = follow.id;
    note.follow_name = follow.name;
    note.transaction.commit_lsn = follow.start_lsn;
    note.transaction.commit_time = GetCurrentTimestamp();
    note.tag = "copy of the schema";
    note.object = "";
    note.role = "";
    note.reason = failure->message;
    note.statement = statement.holds_secret ? nullptr : statement.sql;
    insert_unsupported(note);
}

// Runs a statement that may fail.
void try_to_execute(const Follow &follow, const CopyStatement &statement)
{
    ErrorData *failure = try_in_subtransaction([&] { execute(statement); });
    if (!failure)
        return;
    // The context of an error holds the text of the statement, which no log may show where it holds a secret.
    if (statement.holds_secret)
        failure->context = nullptr;
    if (is_of_the_moment(failure->sqlerrcode))
        ReThrowError(failure);
    if (statement.on_failure == OnFailure::note)
        note_failure(follow, statement, failure);
    else if (!is_there_already(failure->sqlerrcode))
        ReThrowError(failure);
}

} // namespace

const char *needed_roles(Upstream &upstream)
{
    return upstream.value(roles_query);
}

void take_schema(Follow &follow, Upstream &upstream)
{
    MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "pg_follower schema", ALLOCSET_DEFAULT_SIZES);
    MemoryContextScope scope(context);
    check_pg_dump(upstream.server_version());
    Waits waits;
    SchemaFacts facts = {};
    const char *dump;
    constexpr long longest_pause = 5000;
    for (long pause = 100; !(dump = try_to_read(follow, upstream, waits, follow.start_lsn, facts));
         pause = Min(2 * pause, longest_pause))
        pause_briefly(pause);
    keep_existing_tables(follow.id);
    keep_copy_statements(follow.id, schema_statements(dump, facts));
}

bool apply_schema_batch(const Follow &follow)
{
    MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "pg_follower schema", ALLOCSET_DEFAULT_SIZES);
    MemoryContextScope scope(context);
    List *statements = next_copy_statements(follow.id, batch_statements);
    FunctionGuard guard;
    int32 last = 0;
    for (CopyStatement *statement : each<CopyStatement>(statements)) {
        CHECK_FOR_INTERRUPTS();
        pgstat_report_activity(STATE_RUNNING, statement->holds_secret ? "copy of the schema: a statement with a secret"
                                                                      : statement->sql);
        if (statement->on_failure == OnFailure::stop && !statement->holds_secret)
            execute(*statement);
        else
            try_to_execute(follow, *statement);
        last = statement->number;
    }
    if (last > 0)
        forget_copy_statements(follow.id, last);
    return list_length(statements) == batch_statements;
}

} // namespace pg_follower::apply
