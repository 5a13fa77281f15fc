// How large objects are brought. See large_objects.hpp.
//
// The upstream tells which objects have changed, and for these the size and the digest of each chunk of their data
// (answers/large_objects.cpp). Chunks that are equal here are not fetched: an object of 100 MB of which a page has
// changed costs one chunk, and one that came with a base backup costs nothing. No more than a chunk is in memory.
//
// follower.large_object lists the objects that were brought, with a digest of their owner, privileges and comment. What
// is on the list and no more upstream is dropped; a large object that somebody has made here is not on it.
#include "apply/copy/large_objects.hpp"

#include "apply/execute/session.hpp"
#include "apply/state/live.hpp"
#include "apply/state/own_transaction.hpp"
#include "apply/state/registration.hpp"
#include "apply/state/spi.hpp"
#include "apply/state/state.hpp"
#include "apply/upstream/question.hpp"
#include "pg_follower/catalog.hpp"
#include "pg_follower/failpoints.hpp"
#include "pg_follower/large_object_chunks.hpp"
#include "pg_follower/list.hpp"
#include "pg_follower/memory.hpp"
#include "pg_follower/sql_writer.hpp"

extern "C" {
#include "access/htup_details.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_largeobject_metadata.h"
#include "libpq/libpq-fs.h"
#include "storage/ipc.h"
#include "tcop/tcopprot.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"
#include "utils/pg_lsn.h"
#include "utils/timestamp.h"

PGDLLEXPORT void pg_follower_large_objects_main(Datum argument);
}

namespace pg_follower::apply {
namespace {

constexpr const char *process_name = "pg_follower large objects";

// ------------------------------------------------------------------------------------------------------------ the
// lists

// The first row is about the whole answer: in the column of `data` whether it lists all objects, and the position.
enum StateColumn { col_object, col_owner, col_privileges, col_comment, col_data, col_lsn };
enum DigestColumn { col_chunk, col_size, col_digest };

const char *text_of(const PGresult *answer, int row, int column)
{
    return PQgetisnull(answer, row, column) ? nullptr : PQgetvalue(answer, row, column);
}

bool is_true(const PGresult *answer, int row, int column)
{
    return *PQgetvalue(answer, row, column) == 't';
}

Oid oid_of(const PGresult *answer, int row)
{
    return static_cast<Oid>(strtoul(PQgetvalue(answer, row, col_object), nullptr, 10));
}

// The value of a query's only row; null where there is no row.
const char *spi_value(const char *query)
{
    MemoryContext context = CurrentMemoryContext;
    SpiScope spi;
    check_result(SPI_execute(query, false, 0));
    char *value = SPI_processed > 0 ? SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1) : nullptr;
    return value ? MemoryContextStrdup(context, value) : nullptr;
}

void spi_run(const char *command)
{
    SpiScope spi;
    check_result(SPI_execute(command, false, 0));
}

// The digest of the facts that were set last; null for an object that was not brought yet.
const char *known_facts(int32 follow, Oid object)
{
    return spi_value(psprintf("SELECT facts FROM follower.large_object WHERE follow OPERATOR(pg_catalog.=) %d"
                              " AND object OPERATOR(pg_catalog.=) %u",
                              follow, object));
}

void note_facts(int32 follow, Oid object, const char *facts)
{
    spi_run(psprintf("INSERT INTO follower.large_object VALUES (%d, %u, '%s')"
                     " ON CONFLICT (follow, object) DO UPDATE SET facts = excluded.facts",
                     follow, object, facts));
}

// -----------------------------------------------------------------------------------------------------------------
// data

bool exists(Oid object)
{
    for (const auto &row :
         CatalogScan<FormData_pg_largeobject_metadata>(LargeObjectMetadataRelationId, LargeObjectMetadataOidIndexId,
                                                       {{Anum_pg_largeobject_metadata_oid, object}})) {
        (void)row;
        return true;
    }
    return false;
}

void write_bytes(Oid object, int64 offset, bytea *bytes)
{
    (void)DirectFunctionCall3(be_lo_put, ObjectIdGetDatum(object), Int64GetDatum(offset), PointerGetDatum(bytes));
}

void truncate(Oid object, int64 size)
{
    Datum descriptor = DirectFunctionCall2(be_lo_open, ObjectIdGetDatum(object), Int32GetDatum(INV_WRITE));
    (void)DirectFunctionCall2(be_lo_truncate64, descriptor, Int64GetDatum(size));
    (void)DirectFunctionCall1(be_lo_close, descriptor);
}

bytea *new_bytes(int32 size)
{
    bytea *bytes = static_cast<bytea *>(palloc0(VARHDRSZ + size));
    SET_VARSIZE(bytes, VARHDRSZ + size);
    return bytes;
}

// A chunk of the upstream; null where it is gone, which the snapshot forbids.
bytea *fetch_chunk(Question &question, Oid object, int32 chunk)
{
    question.ask_more(psprintf("SELECT follower.large_object_chunk(%u, %d)", object, chunk));
    question.require_answer();
    const char *hex = text_of(question.answer(0), 0, 0);
    if (!hex)
        ereport(ERROR,
                (errcode(ERRCODE_PROTOCOL_VIOLATION), errmsg("chunk %d of large object %u is missing", chunk, object)));
    return DatumGetByteaPP(DirectFunctionCall1(byteain, CStringGetDatum(hex)));
}

// A chunk that the upstream does not have is a hole there, whose bytes are zero.
void clear_chunk(Oid object, const LargeObjectChunks &here, int64 size)
{
    int64 offset = static_cast<int64>(here.number()) * LargeObjectChunks::chunk_size;
    int64 length = Min(static_cast<int64>(here.size()), size - offset);
    if (length > 0)
        write_bytes(object, offset, new_bytes(static_cast<int32>(length)));
}

// Makes the data equal to that of which `digests` tells. Each chunk's memory goes when it is written.
void sync_data(Question &question, Oid object, const PGresult *digests)
{
    int count = PQntuples(digests);
    auto number = [&](int row) { return static_cast<int32>(atoi(PQgetvalue(digests, row, col_chunk))); };
    auto size_of = [&](int row) { return static_cast<int32>(atoi(PQgetvalue(digests, row, col_size))); };
    // The first row is that of the object itself.
    int64 size =
        count > 1 ? static_cast<int64>(number(count - 1)) * LargeObjectChunks::chunk_size + size_of(count - 1) : 0;
    int64 size_here = 0;
    MemoryContext memory = AllocSetContextCreate(CurrentMemoryContext, "large object chunk", ALLOCSET_DEFAULT_SIZES);
    // The snapshot does not see what is written meanwhile.
    LargeObjectChunks here(object, GetActiveSnapshot());
    MemoryContext outer = MemoryContextSwitchTo(memory);
    bool more = here.next();
    for (int row = 1; row < count || more;) {
        MemoryContextReset(memory);
        CHECK_FOR_INTERRUPTS();
        int32 chunk = row < count ? number(row) : PG_INT32_MAX;
        if (more && here.number() < chunk) {
            clear_chunk(object, here, size);
            size_here = static_cast<int64>(here.number()) * LargeObjectChunks::chunk_size + here.size();
            more = here.next();
            continue;
        }
        bool both = more && here.number() == chunk;
        if (!both || here.size() != size_of(row) || strcmp(here.digest(), PQgetvalue(digests, row, col_digest)) != 0)
            write_bytes(object, static_cast<int64>(chunk) * LargeObjectChunks::chunk_size,
                        fetch_chunk(question, object, chunk));
        if (both) {
            size_here = static_cast<int64>(chunk) * LargeObjectChunks::chunk_size + here.size();
            more = here.next();
        }
        ++row;
    }
    MemoryContextSwitchTo(outer);
    MemoryContextDelete(memory);
    if (size_here > size)
        truncate(object, size);
}

// ----------------------------------------------------------------------------------------------------------------
// facts

// A role that is missing here is noted once, with the command that is to be run when it is there.
void note_missing_role(const Follow &follow, Oid object, const char *role, const char *tag, const char *command)
{
    insert_unsupported({follow.id,
                        follow.name,
                        {InvalidTransactionId, InvalidXLogRecPtr, GetCurrentTimestamp()},
                        tag,
                        psprintf("large object %u", object),
                        "",
                        psprintf("role \"%s\" does not exist", role),
                        command});
}

void run_for_role(const Follow &follow, Oid object, const char *role, const char *tag, const SqlWriter &command)
{
    if (*role && !OidIsValid(get_role_oid(role, true)))
        note_missing_role(follow, object, role, tag, command.c_str());
    else
        spi_run(command.c_str());
}

void write_grant(SqlWriter &out, Oid object, const char *privileges, const char *role, const char *option)
{
    out.format("GRANT %s ON LARGE OBJECT %u TO ", privileges, object);
    if (*role)
        out.name(role);
    else
        out.text("PUBLIC");
    out.text(option);
}

void set_owner(const Follow &follow, Oid object, const char *owner)
{
    SqlWriter command;
    command.format("ALTER LARGE OBJECT %u OWNER TO ", object).name(owner);
    run_for_role(follow, object, owner, "ALTER LARGE OBJECT", command);
}

// Takes all privileges away from everybody, the owner included.
void revoke_all(Oid object)
{
    SqlWriter command;
    command.format("REVOKE ALL ON LARGE OBJECT %u FROM PUBLIC", object);
    for (const auto &row :
         CatalogScan<FormData_pg_largeobject_metadata>(LargeObjectMetadataRelationId, LargeObjectMetadataOidIndexId,
                                                       {{Anum_pg_largeobject_metadata_oid, object}})) {
        command.text(", ").role_name(row->lomowner);
        bool is_null;
        Datum acl = row.datum(Anum_pg_largeobject_metadata_lomacl, is_null);
        for (int i = 0; !is_null && i < ACL_NUM(DatumGetAclP(acl)); ++i)
            if (OidIsValid(ACL_DAT(DatumGetAclP(acl))[i].ai_grantee))
                command.text(", ").role_name(ACL_DAT(DatumGetAclP(acl))[i].ai_grantee);
    }
    command.text(" CASCADE");
    spi_run(command.c_str());
}

// `privileges` is as follower.large_object_states() writes it; null for those that an owner has by default.
void set_privileges(const Follow &follow, Oid object, const char *owner, const char *privileges)
{
    revoke_all(object);
    if (!privileges) {
        SqlWriter command;
        write_grant(command, object, "SELECT, UPDATE", owner, "");
        if (OidIsValid(get_role_oid(owner, true)))
            spi_run(command.c_str());
        return;
    }
    Datum *texts;
    bool *nulls;
    int count;
    Datum array = OidInputFunctionCall(F_ARRAY_IN, const_cast<char *>(privileges), TEXTOID, -1);
    deconstruct_array(DatumGetArrayTypeP(array), TEXTOID, -1, false, TYPALIGN_INT, &texts, &nulls, &count);
    for (int i = 0; i + 2 < count; i += 3) {
        const char *role = TextDatumGetCString(texts[i]);
        for (int option = 0; option < 2; ++option) {
            const char *list = TextDatumGetCString(texts[i + 1 + option]);
            SqlWriter command;
            write_grant(command, object, list, role, option == 1 ? " WITH GRANT OPTION" : "");
            if (*list)
                run_for_role(follow, object, role, "GRANT", command);
        }
    }
}

void set_comment(Oid object, const char *comment)
{
    SqlWriter command;
    command.format("COMMENT ON LARGE OBJECT %u IS ", object).literal_or_null(comment);
    spi_run(command.c_str());
}

void sync_facts(const Follow &follow, Oid object, const PGresult *states, int row)
{
    const char *owner = text_of(states, row, col_owner);
    const char *privileges = text_of(states, row, col_privileges);
    const char *comment = text_of(states, row, col_comment);
    SqlWriter all;
    all.literal(owner).literal_or_null(privileges).literal_or_null(comment);
    Datum digest = DirectFunctionCall1Coll(md5_text, C_COLLATION_OID, CStringGetTextDatum(all.c_str()));
    const char *facts = TextDatumGetCString(digest);
    const char *known = known_facts(follow.id, object);
    if (known && strcmp(known, facts) == 0)
        return;
    set_owner(follow, object, owner);
    set_privileges(follow, object, owner, privileges);
    set_comment(object, comment);
    note_facts(follow.id, object, facts);
}

// --------------------------------------------------------------------------------------------------------------
// objects

// Brings the object of that row, in a transaction.
void sync_object(Question &question, const Follow &follow, const PGresult *states, int row)
{
    Oid object = oid_of(states, row);
    bool is_here = exists(object);
    if (is_true(states, row, col_data) || !is_here || !known_facts(follow.id, object)) {
        question.ask_more(psprintf("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;"
                                   " SELECT * FROM follower.large_object_digests(%u)",
                                   object));
        question.require_answer();
        PGresult *digests = question.take_answer(0);
        if (PQntuples(digests) > 0) {
            if (!is_here) {
                (void)DirectFunctionCall1(be_lo_create, ObjectIdGetDatum(object));
                CommandCounterIncrement();
            }
            sync_data(question, object, digests);
            is_here = true;
        }
        PQclear(digests);
        question.ask_more("COMMIT");
        question.require_answer();
    }
    // One that is gone upstream by now is dropped the next time.
    if (is_here)
        sync_facts(follow, object, states, row);
}

int compare_oids(const void *a, const void *b)
{
    Oid first = *static_cast<const Oid *>(a), second = *static_cast<const Oid *>(b);
    return first < second ? -1 : first > second;
}

// Drops those that were brought and that the list of all objects does not have.
void drop_missing(const Follow &follow, const PGresult *states)
{
    int count = PQntuples(states) - 1;
    Oid *listed = allocate<Oid>(count + 1);
    for (int i = 0; i < count; ++i)
        listed[i] = oid_of(states, i + 1);
    qsort(listed, count, sizeof(Oid), compare_oids);
    List *missing = NIL;
    MemoryContext context = CurrentMemoryContext;
    {
        SpiScope spi;
        check_result(SPI_execute(
            psprintf("SELECT object FROM follower.large_object WHERE follow OPERATOR(pg_catalog.=) %d", follow.id),
            true, 0));
        MemoryContextSwitchTo(context);
        for (uint64 i = 0; i < SPI_processed; ++i) {
            bool is_null;
            Oid object = DatumGetObjectId(SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &is_null));
            if (!bsearch(&object, listed, count, sizeof(Oid), compare_oids))
                missing = lappend_oid(missing, object);
        }
    }
    for (Oid object : each_oid(missing)) {
        if (exists(object))
            (void)DirectFunctionCall1(be_lo_unlink, ObjectIdGetDatum(object));
        spi_run(psprintf("DELETE FROM follower.large_object WHERE follow OPERATOR(pg_catalog.=) %d"
                         " AND object OPERATOR(pg_catalog.=) %u",
                         follow.id, object));
    }
    list_free(missing);
    pfree(listed);
}

void sync_all(Question &question, const Follow &follow)
{
    MemoryContext memory = AllocSetContextCreate(CurrentMemoryContext, "large object", ALLOCSET_DEFAULT_SIZES);
    MemoryContext outer = MemoryContextSwitchTo(memory);
    XLogRecPtr since = InvalidXLogRecPtr;
    in_own_transaction([&] { since = large_objects_position(follow.id); });
    question.ask(follow.conninfo, process_name,
                 psprintf("SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0;"
                          " SELECT * FROM follower.large_object_states('%X/%X')",
                          PGF_LSN(since)));
    question.require_answer();
    PGresult *states = question.take_answer(0);
    for (int row = 1; row < PQntuples(states); ++row) {
        MemoryContextReset(memory);
        in_own_transaction([&] {
            sync_object(question, follow, states, row);
            PGF_FAILPOINT(large_object_brought);
        });
    }
    in_own_transaction([&] {
        if (is_true(states, 0, col_data))
            drop_missing(follow, states);
        spi_run(psprintf("INSERT INTO follower.large_object_position VALUES (%d, '%s')"
                         " ON CONFLICT (follow) DO UPDATE SET lsn = excluded.lsn",
                         follow.id, text_of(states, 0, col_lsn)));
    });
    PQclear(states);
    MemoryContextSwitchTo(outer);
    MemoryContextDelete(memory);
}

} // namespace

void sync_large_objects(const Follow &follow)
{
    Question question;
    sync_all(question, follow);
    question.end();
}

XLogRecPtr large_objects_position(int32 follow)
{
    const char *lsn = spi_value(
        psprintf("SELECT lsn FROM follower.large_object_position WHERE follow OPERATOR(pg_catalog.=) %d", follow));
    return lsn ? DatumGetLSN(DirectFunctionCall1(pg_lsn_in, CStringGetDatum(lsn))) : InvalidXLogRecPtr;
}

void forget_large_objects(int32 follow)
{
    spi_run(psprintf("DELETE FROM follower.large_object WHERE follow OPERATOR(pg_catalog.=) %d", follow));
    spi_run(psprintf("DELETE FROM follower.large_object_position WHERE follow OPERATOR(pg_catalog.=) %d", follow));
}

// ---------------------------------------------------------------------------------------------------------- the
// process

bool LargeObjectsProcess::start(const Follow &follow)
{
    BackgroundWorker entry = describe_worker(process_name, "pg_follower_large_objects_main");
    entry.bgw_main_arg = Int32GetDatum(follow.id);
    entry.bgw_notify_pid = MyProcPid;
    WorkerArguments arguments = {MyDatabaseId, InvalidTransactionId};
    memcpy(entry.bgw_extra, &arguments, sizeof(arguments));
    MemoryContext context = MemoryContextSwitchTo(TopMemoryContext);
    bool started = RegisterDynamicBackgroundWorker(&entry, &handle_);
    MemoryContextSwitchTo(context);
    if (!started)
        handle_ = nullptr;
    return started;
}

bool LargeObjectsProcess::has_ended()
{
    pid_t pid;
    if (!handle_ || GetBackgroundWorkerPid(handle_, &pid) != BGWH_STOPPED)
        return false;
    pfree(handle_);
    handle_ = nullptr;
    return true;
}

void LargeObjectsProcess::stop()
{
    if (!handle_)
        return;
    TerminateBackgroundWorker(handle_);
    (void)WaitForBackgroundWorkerShutdown(handle_);
}

} // namespace pg_follower::apply

void pg_follower_large_objects_main(Datum argument)
{
    using namespace pg_follower;
    using namespace pg_follower::apply;
    WorkerArguments arguments = own_arguments();
    pqsignal(SIGTERM, die);
    BackgroundWorkerUnblockSignals();
    BackgroundWorkerInitializeConnectionByOid(arguments.database, InvalidOid, 0);
    process_session_preload_libraries();
    MemoryContextSwitchTo(TopMemoryContext);
    start_session();
    Follow *follow = nullptr;
    in_own_transaction([&] { follow = find_follow(DatumGetInt32(argument)); });
    if (!follow)
        proc_exit(0);
    LiveReader live(follow->segment, follow->id);
    PG_TRY();
    {
        sync_large_objects(*follow);
        if (live)
            live.note_large_objects(ERRCODE_SUCCESSFUL_COMPLETION, "");
    }
    PG_CATCH();
    {
        MemoryContextSwitchTo(TopMemoryContext);
        ErrorData *error = CopyErrorData();
        if (live)
            live.note_large_objects(error->sqlerrcode, error->message);
        PG_RE_THROW();
    }
    PG_END_TRY();
    proc_exit(0);
}
