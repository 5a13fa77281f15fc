// Passes on DDL: the logical messages that the event triggers made.
#include "decode/ddl.hpp"

#include "decode/output.hpp"
#include "pg_follower/failpoints.hpp"
#include "pg_follower/list.hpp"
#include "pg_follower/scope.hpp"

namespace pg_follower::decode {
namespace {

// Writes a comment that says what could not follow, so that a replay goes on behind it.
void write_comment(Session &session, const DdlMessage &ddl)
{
    SqlWriter out;
    out.text("-- pg_follower: cannot follow ").text(ddl.tag);
    if (ddl.object[0] != '\0')
        out.text(' ').text(ddl.object);
    out.text(": ").text(ddl.sql);
    for (char *c = out.buffer()->data; *c; ++c)
        if (*c == '\n' || *c == '\r')
            *c = ' ';
    write_sql(session, out);
}

// Creates a role that later statements need, if it is missing.
void write_role(Session &session, const char *role)
{
    for (char *made : each<char>(session.made_roles))
        if (strcmp(made, role) == 0)
            return;
    {
        MemoryContextScope scope(session.context);
        session.made_roles = lappend(session.made_roles, pstrdup(role));
    }
    set_role(session, nullptr);
    SqlWriter query, create, out;
    query.text("pg_catalog.pg_roles WHERE ").equals("rolname").literal(role);
    create.text("CREATE ROLE ").name(role);
    out.do_if_not_exists(query.c_str(), create.c_str());
    write_sql(session, out);
}

void write_roles(Session &session, const DdlMessage &ddl)
{
    // Commands about roles, other than CREATE ROLE, may drop or rename a role.
    if (ddl.cluster_wide && strcmp(ddl.tag, "CREATE ROLE") != 0)
        session.made_roles = NIL;
    if (!ddl.creates_roles)
        return;
    for (uint16 i = 0; i < ddl.role_count; ++i)
        write_role(session, ddl.roles[i]);
}

// The changes that come were committed elsewhere before, maybe in the database of the client.
void take_sources(Session &session, const char *sources)
{
    release_output(session);
    const KnownDatabase *downstream = session.options.downstream;
    session.transaction->held_downstream = downstream && holds(*downstream, sources);
    session.transaction->sources = MemoryContextStrdup(session.transaction->context, sources);
}

// Puts what an older client reads in the place of a statement that it does not read. Returns false where the statement
// means nothing to it.
bool fit_version(const Options &options, DdlMessage &ddl)
{
    bool fits = options.downstream_version == 0 || options.downstream_version >= ddl.since;
    if (!fits && ddl.older_sql[0] == '\0')
        return false;
    if (!fits)
        ddl.sql = ddl.older_sql;
    ddl.since = 0;
    ddl.older_sql = "";
    return true;
}

} // namespace

void write_ddl(Session &session, const DdlMessage &ddl)
{
    begin_if_needed(session);
    if (session.options.form == Form::statements) {
        stream_write(pending_message(session), ddl);
        flush_if_large(session);
        return;
    }
    if (ddl.kind == DdlKind::unsupported) {
        write_comment(session, ddl);
        return;
    }
    write_roles(session, ddl);
    // A command without a role runs as the session's own.
    set_role(session, ddl.role[0] != '\0' ? ddl.role : nullptr);
    write_sql(session, ddl.sql, static_cast<int>(strlen(ddl.sql)));
}

void send_message(Session &session, const char *content, size_t size)
{
    Transaction &transaction = *session.transaction;
    DdlMessage ddl;
    if (!decode_ddl(content, size, transaction.txn->xid, transaction.last_message_number, ddl))
        return;
    if (ddl.kind == DdlKind::sources) {
        take_sources(session, ddl.sql);
        return;
    }
    // The event trigger writes nothing while a script runs.
    session.transaction->extension_scripts.command_ended();
    transaction.left_to_scripts = 0;
    // A command may send the extensions that it needs before its own.
    if (ddl.extension[0] != '\0')
        stop_holding(session);
    else
        release_output(session);
    // No invalidation tells which tables belong to an extension and which of them are configuration tables.
    if (ddl.of_extension)
        session.transaction->facts->invalidate_all();
    if (transaction.held_downstream)
        return;
    if (ddl.kind == DdlKind::rewrite) {
        MemoryContextScope scope(session.transaction->context);
        // Another rewrite of the table, later in the transaction, may be one that the downstream makes by itself.
        transaction.rewritten = OidIsValid(ddl.rewritten) ? lappend_oid(transaction.rewritten, ddl.rewritten) : NIL;
        return;
    }
    // SQL text has no room for it.
    if (ddl.kind == DdlKind::dropped && session.options.form == Form::sql)
        return;
    if (fit_version(session.options, ddl))
        write_ddl(session, ddl);
    PGF_FAILPOINT(after_decoded_command);
}

} // namespace pg_follower::decode
