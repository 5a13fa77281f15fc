// Applies what the stream says, by SPI. The only file that knows SPI.
//
// Rows: each statement of the stream is planned once, with parameters for one row and over the named tuplestore
// `pgf_run` for many. Rows gather in a run for each table (run.cpp), also across upstream transactions that share a
// commit, until another statement for the table, DDL, TRUNCATE or the commit comes, or the run is full. So the order of
// changes of one table is the stream's, but for what `relation.cpp` and run.hpp say of runs; between tables nobody can
// see the order, unless triggers or rules fire, and those tables' rows are applied in their place, one by one.
//
// Roles: rows are applied, and their values read, as the table's owner, DDL as the role that ran it upstream, both in a
// restricted context (security_context_of). Input functions and constraints may call functions that users wrote.
//
// Errors end the process (see worker.cpp), so nothing here is left half done for a later transaction.
#include "execute.hpp"
#include "extension.hpp"

#include "pg_follower/compat.hpp"
#include "pg_follower/list.hpp"
#include "pg_follower/memory.hpp"
#include "pg_follower/names.hpp"
#include "pg_follower/replica_effects.hpp"
#include "pg_follower/scope.hpp"
#include "pg_follower/settings.hpp"
#include "pg_follower/sql_writer.hpp"
#include "dropped_objects.hpp"
#include "function_path.hpp"
#include "privileges.hpp"
#include "role_settings.hpp"
#include "roles.hpp"
#include "script_rows.hpp"

extern "C" {
#include "access/tupmacs.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_trigger.h"
#include "common/hashfn.h"
#include "executor/spi.h"
#include "mb/pg_wchar.h"
#include "nodes/makefuncs.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/resowner.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"
}

#include <cctype>

namespace pg_follower::apply {
namespace {

// A run is also full at this size, so that a run of wide rows stays in memory.
constexpr size_t max_run_bytes = 4 * 1024 * 1024;
constexpr size_t max_all_bytes = 16 * 1024 * 1024;
constexpr int run_store_kilobytes = 64 * 1024;

// The name under which run statements read the run.
constexpr const char *run_alias = "r";
constexpr uint16 most_values = UINT16_MAX;

struct SessionSetting {
    const char *name;
    const char *value;
};

// Of the worker's session, whatever ALTER DATABASE ... SET and ALTER ROLE ... SET say. The planner's settings hold the
// plans of row statements to index lookups: they are made once, maybe while the table is empty, and must serve when it
// is large.
constexpr SessionSetting session_settings[] = {
    {"role", "none"},
    {"search_path", worker_search_path},
    {"session_replication_role", "replica"},
    {"synchronous_commit", "off"},
    {"statement_timeout", "0"},
    {"lock_timeout", "0"},
    {"idle_in_transaction_session_timeout", "0"},
    {"row_security", "on"},
    // As a database that only the worker writes may have them.
    {"default_transaction_read_only", "off"},
    {"default_transaction_isolation", "read committed"},
    {"default_transaction_deferrable", "off"},
    {"transform_null_equals", "off"},
    {"jit", "off"},
    {"plan_cache_mode", "force_generic_plan"},
    {"max_parallel_workers_per_gather", "0"},
    {"enable_seqscan", "off"},
    {"enable_hashjoin", "off"},
    {"enable_mergejoin", "off"},
    {"enable_material", "off"},
};

// DDL is applied under the server's own planner settings, and otherwise as a dump restores it.
constexpr const char *ddl_planner_settings[] = {
    "jit",
    "plan_cache_mode",
    "max_parallel_workers_per_gather",
    "enable_seqscan",
    "enable_hashjoin",
    "enable_mergejoin",
    "enable_material",
};
constexpr SessionSetting ddl_settings[] = {
    {"check_function_bodies", "off"},
    {"default_tablespace", ""},
    {"default_table_access_method", "heap"},
    {"default_toast_compression", "pglz"},
};

void set(const char *name, const char *value, GucAction action)
{
    (void)set_config_option(name, value, PGC_SUSET, PGC_S_SESSION, action, true, 0, false);
}

const char *kind_name(RowKind kind)
{
    switch (kind) {
    case RowKind::insert:
        return "INSERT";
    case RowKind::update_by_key:
    case RowKind::update_moves_key:
    case RowKind::update_by_row:
        return "UPDATE";
    case RowKind::delete_by_key:
    case RowKind::delete_by_row:
        return "DELETE";
    }
    ereport(ERROR, (errcode(ERRCODE_PROTOCOL_VIOLATION),
                    errmsg("unrecognized kind '%c' of a statement", static_cast<char>(kind))));
    pg_unreachable();
}

// The security context in which code of `role` runs, so that it gains nothing from running in this process: it can
// neither change the role (SECURITY_LOCAL_USERID_CHANGE) nor leave behind what would run as somebody else later, such
// as temporary objects that hide others or deferred triggers (SECURITY_RESTRICTED_OPERATION). A superuser would gain
// nothing by these.
int security_context_of(Oid role)
{
    return SECURITY_LOCAL_USERID_CHANGE | (superuser_arg(role) ? 0 : SECURITY_RESTRICTED_OPERATION);
}

// Runs the block as a table's owner, whom no policy of the table holds back.
class OwnerScope {
  public:
    explicit OwnerScope(Oid owner) : user_(owner, security_context_of(owner) | SECURITY_NOFORCE_RLS) {}

  private:
    GucScope settings_;
    UserScope user_;
};

// An SPI connection for the length of a block. An error leaves it to the transaction's abort.
class SpiScope {
  public:
    SpiScope() { SPI_connect(); }
    ~SpiScope() { SPI_finish(); }
    SpiScope(const SpiScope &) = delete;
    SpiScope &operator=(const SpiScope &) = delete;
};

void check_result(int code)
{
    if (code < 0)
        ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR),
                        errmsg("could not execute a statement: %s", SPI_result_code_string(code))));
}

SPIPlanPtr prepare(const char *sql, int count, Oid *types)
{
    SPIPlanPtr plan = SPI_prepare_cursor(sql, count, types, CURSOR_OPT_GENERIC_PLAN);
    if (!plan)
        check_result(SPI_result);
    SPI_keepplan(plan);
    return plan;
}

// Prepares a row statement, which looks its names up and runs nothing: as the table's owner, or, where the owner may
// not use the table's schema, as the worker.
SPIPlanPtr prepare(const Statement *statement, const char *sql, int count, Oid *types)
{
    if (!may_use_schema(get_rel_namespace(statement->relation), statement->owner))
        return prepare(sql, count, types);
    OwnerScope owner(statement->owner);
    return prepare(sql, count, types);
}

bool may_hold_password(const DdlMessage &record)
{
    return record.cluster_wide || strstr(record.tag, "USER MAPPING") || strstr(record.tag, "SERVER") ||
           strstr(record.tag, "SUBSCRIPTION");
}

// Whether an error says nothing about the statement: a cancel, a deadlock, a full disk.
bool is_passing(int code)
{
    int category = ERRCODE_TO_CATEGORY(code);
    return category == ERRCODE_TO_CATEGORY(ERRCODE_OPERATOR_INTERVENTION) ||
           category == ERRCODE_TO_CATEGORY(ERRCODE_TRANSACTION_ROLLBACK) ||
           category == ERRCODE_TO_CATEGORY(ERRCODE_INSUFFICIENT_RESOURCES) ||
           category == ERRCODE_TO_CATEGORY(ERRCODE_SYSTEM_ERROR) || code == ERRCODE_LOCK_NOT_AVAILABLE;
}

// Reads a value that was sent as it lies in memory; resolve_parameter() has seen that it lies here the same way.
Datum read_image(Oid type, const Value &value)
{
    int16 length;
    bool by_value;
    get_typlenbyval(type, &length, &by_value);
    if (length > 0 && length != value.length)
        ereport(ERROR,
                (errcode(ERRCODE_PROTOCOL_VIOLATION), errmsg("a value of type %s has %d bytes, but %d were expected",
                                                             format_type_be(type), value.length, length)));
    int header = length == -1 ? VARHDRSZ : 0;
    auto image = static_cast<char *>(palloc0(header + value.length + 1));
    if (length == -1)
        SET_VARSIZE(image, header + value.length);
    memcpy(image + header, value.data, value.length);
    return fetch_att(image, by_value, length);
}

// Whether a value that names an object is a bare number, which names have quotes around.
bool is_number(const Value &value)
{
    for (int i = 0; i < value.length; ++i)
        if (!isdigit(static_cast<unsigned char>(value.data[i])))
            return false;
    return value.length > 0;
}

// Reads the upstream's number of an object that it has no name for: most likely it has dropped it.
Datum read_object_number(Oid catalog, const Value &value)
{
    auto upstream = static_cast<Oid>(strtoul(pnstrdup(value.data, value.length), nullptr, 10));
    Oid local = find_dropped_object(catalog, upstream);
    return ObjectIdGetDatum(OidIsValid(local) ? local : upstream);
}

Datum read_value(Parameter &parameter, const Value &value)
{
    if (parameter.form == ValueForm::image)
        return read_image(parameter.base, value);
    if (OidIsValid(parameter.catalog) && is_number(value))
        return read_object_number(parameter.catalog, value);
    // Input functions want an end. The byte behind a value is the message's own, or the zero that ends it.
    auto data = const_cast<char *>(value.data);
    char behind = data[value.length];
    data[value.length] = '\0';
    Datum datum;
    if (parameter.form == ValueForm::binary) {
        StringInfoData bytes = {data, value.length, value.length + 1, 0};
        datum = ReceiveFunctionCall(&parameter.read, &bytes, parameter.read_io_parameter, parameter.read_typmod);
    } else
        datum = InputFunctionCall(&parameter.read, data, parameter.read_io_parameter, parameter.read_typmod);
    data[value.length] = behind;
    if (OidIsValid(parameter.domain_element))
        reinterpret_cast<ArrayType *>(DatumGetPointer(datum))->elemtype = parameter.domain_element;
    return datum;
}

void discard(_SPI_plan *plan)
{
    SPI_freeplan(plan);
}

} // namespace

int64 query_count(const char *query)
{
    SpiScope spi;
    check_result(SPI_execute(query, true, 1));
    bool null;
    return DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &null));
}

void Executor::start()
{
    install_owner_privileges();
    install_script_rows();
    apply_fixed_settings();
    for (const SessionSetting &setting : session_settings)
        set(setting.name, setting.value, GUC_ACTION_SET);
    statements_.start(discard);
    runs_.start();
    row_context_ = AllocSetContextCreate(TopMemoryContext, "pg_follower row", ALLOCSET_DEFAULT_SIZES);
    values_ = allocate_in<Value>(TopMemoryContext, most_values);
    datums_ = allocate_in<Datum>(TopMemoryContext, most_values + 1);
    nulls_ = allocate_in<bool>(TopMemoryContext, most_values + 1);
    MemoryContextScope scope(TopMemoryContext);
    initStringInfo(&key_);
}

void Executor::define(const StatementRecord &record)
{
    flush();
    statements_.define(record);
}

// Reads the row's values as the parameters of its statement.
void Executor::read_values(Statement *statement, Datum *datums, bool *nulls)
{
    for (int i = 0; i < statement->count; ++i) {
        Parameter &parameter = statement->parameters[i];
        const Value &value = values_[i];
        nulls[i] = value.length < 0;
        datums[i] = (Datum)0;
        if (nulls[i])
            continue;
        datums[i] = read_value(parameter, value);
    }
}

// Writes the text of what finds the row, each value behind its length, as `key_`.
void Executor::write_key(const Statement *statement)
{
    resetStringInfo(&key_);
    for (int i = 0; i < statement->count; ++i) {
        if (!statement->parameters[i].finds_row)
            continue;
        appendBinaryStringInfo(&key_, reinterpret_cast<const char *>(&values_[i].length), sizeof(int32));
        if (values_[i].length > 0)
            appendBinaryStringInfo(&key_, values_[i].data, values_[i].length);
    }
}

void Executor::row(StreamReader &message, uint64 transaction, int max_rows)
{
    size_t start = message.left();
    RowRecord record = message.read_row(values_, most_values);
    size_t size = start - message.left();
    Statement *statement = statements_.find(record.statement_id);
    if (record.value_count != statement->count)
        ereport(ERROR,
                (errcode(ERRCODE_PROTOCOL_VIOLATION), errmsg("a row has %d values, but its statement has %d parameters",
                                                             record.value_count, statement->count)));
    position.what = kind_name(statement->kind);
    position.schema = statement->schema;
    position.object = statement->table;

    statements_.lock(statement, transaction);
    if (!statement->valid) {
        flush();
        statements_.resolve(statement);
    }
    Run *run = runs_.of(statement->relation);
    if (statement->stands_alone)
        flush();
    else if (run->statement && run->statement != statement)
        flush(run);

    MemoryContextScope scope(row_context_);
    {
        OwnerScope owner(statement->owner);
        read_values(statement, datums_, nulls_);
    }
    // A large row alone is a full run, and need not be copied into one.
    bool large = size >= max_run_bytes;
    if (large)
        flush(run);
    if (statement->may_run && max_rows > 1 && !large) {
        if (is_keyed(statement->kind))
            write_key(statement);
        datums_[statement->count] = Int32GetDatum(run->count);
        nulls_[statement->count] = false;
        runs_.add(run, statement, datums_, nulls_, key_.data, key_.len);
        if (run->count >= max_rows || run->bytes >= max_run_bytes)
            flush(run);
        else if (runs_.bytes() >= max_all_bytes)
            flush();
    } else
        apply_one(statement, datums_, nulls_);
    MemoryContextReset(row_context_);
}

// Applies all rows that wait.
void Executor::flush()
{
    while (Run *run = runs_.first())
        flush(run);
}

// Applies the rows of one table that wait.
void Executor::flush(Run *run)
{
    if (!run->statement)
        return;
    Position saved = position;
    position.what = kind_name(run->statement->kind);
    position.schema = run->statement->schema;
    position.object = run->statement->table;
    runs_.take(run);
    MemoryContextScope scope(run->context);
    if (run->count == 1) {
        TupleTableSlot *slot = MakeSingleTupleTableSlot(run->description, &TTSOpsMinimalTuple);
        ExecStoreMinimalTuple(run->rows[0], slot, false);
        slot_getallattrs(slot);
        apply_one(run->statement, slot->tts_values, slot->tts_isnull);
        ExecDropSingleTupleTableSlot(slot);
    } else
        apply_run(run);
    counts.rows += run->replaced;
    MemoryContextSwitchTo(TopMemoryContext);
    runs_.done(run);
    position = saved;
}

uint64 Executor::execute_one(Statement *statement, Datum *datums, const bool *nulls)
{
    ++executions;
    SpiScope spi;
    if (!statement->one_plan) {
        auto types = allocate<Oid>(statement->count);
        for (int i = 0; i < statement->count; ++i)
            types[i] = statement->parameters[i].type;
        statement->one_plan = prepare(statement, statement->one, statement->count, types);
    }
    OwnerScope owner(statement->owner);
    auto flags = allocate<char>(statement->count + 1);
    for (int i = 0; i < statement->count; ++i)
        flags[i] = nulls[i] ? 'n' : ' ';
    skip_next_privilege_check();
    check_result(SPI_execute_plan(statement->one_plan, datums, flags, false, 0));
    return SPI_processed;
}

void Executor::apply_one(Statement *statement, Datum *datums, const bool *nulls)
{
    uint64 found = execute_one(statement, datums, nulls);
    counts.rows += static_cast<int64>(found);
    if (statement->kind == RowKind::insert)
        return;
    check_found(statement, found, 1);
    if (found == 0)
        note_missing(statement, datums, nulls);
}

// Executes the run's statement over its rows. For deletes, sets `found_rows` for the rows that it found.
uint64 Executor::execute_run(Run *run, bool *found_rows)
{
    ++executions;
    Statement *statement = run->statement;
    Tuplestorestate *store = tuplestore_begin_heap(false, false, run_store_kilobytes);
    TupleTableSlot *slot = MakeSingleTupleTableSlot(run->description, &TTSOpsMinimalTuple);
    for (int i = 0; i < run->count; ++i) {
        ExecStoreMinimalTuple(run->rows[i], slot, false);
        tuplestore_puttupleslot(store, slot);
    }
    ExecDropSingleTupleTableSlot(slot);

    SpiScope spi;
    EphemeralNamedRelationData relation = {};
    relation.md.name = const_cast<char *>(run_table);
    relation.md.tupdesc = run->description;
    relation.md.enrtype = ENR_NAMED_TUPLESTORE;
    relation.md.enrtuples = run->count;
    relation.reldata = store;
    check_result(SPI_register_relation(&relation));
    if (!statement->run_plan) {
        const char *text = statement->run;
        if (statement->kind == RowKind::delete_by_key)
            text = psprintf("%s RETURNING %s.n", text, run_alias);
        statement->run_plan = prepare(statement, text, 0, nullptr);
    }
    OwnerScope owner(statement->owner);
    skip_next_privilege_check();
    check_result(SPI_execute_plan(statement->run_plan, nullptr, nullptr, false, 0));
    uint64 found = SPI_processed;
    if (statement->kind == RowKind::delete_by_key && found < static_cast<uint64>(run->count))
        for (uint64 i = 0; i < found; ++i) {
            bool null;
            found_rows[DatumGetInt32(SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &null))] = true;
        }
    tuplestore_end(store);
    return found;
}

void Executor::apply_run(Run *run)
{
    Statement *statement = run->statement;
    auto found_rows = allocate_zeroed<bool>(run->count);
    uint64 found = execute_run(run, found_rows);
    counts.rows += static_cast<int64>(found);
    if (statement->kind == RowKind::insert || found == static_cast<uint64>(run->count))
        return;
    check_found(statement, found, run->count);

    // Which were missing: for updates, those that the same update, once more, does not find.
    TupleTableSlot *slot = MakeSingleTupleTableSlot(run->description, &TTSOpsMinimalTuple);
    for (int i = 0; i < run->count; ++i) {
        if (found_rows[i])
            continue;
        ExecStoreMinimalTuple(run->rows[i], slot, false);
        slot_getallattrs(slot);
        if (statement->kind == RowKind::delete_by_key ||
            execute_one(statement, slot->tts_values, slot->tts_isnull) == 0)
            note_missing(statement, slot->tts_values, slot->tts_isnull);
    }
    ExecDropSingleTupleTableSlot(slot);
}

void Executor::check_found(const Statement *statement, uint64 found, uint64 expected)
{
    if (found > expected)
        ereport(ERROR, (errcode(ERRCODE_CARDINALITY_VIOLATION),
                        errmsg("found more than one row of table \"%s.%s\" where the upstream has one",
                               statement->schema, statement->table),
                        errhint("Remove the surplus rows, then call resume_follow().")));
}

// Counts a row that was not found, and logs it, but not more than one a second.
void Executor::note_missing(const Statement *statement, const Datum *datums, const bool *nulls)
{
    ++counts.missing;
    TimestampTz now = GetCurrentTimestamp();
    if (!TimestampDifferenceExceeds(missing_logged_at_, now, 1000))
        return;
    missing_logged_at_ = now;
    SqlWriter key;
    SqlWriter::Separator comma(", ");
    for (int i = 0; i < statement->count; ++i) {
        const Parameter &parameter = statement->parameters[i];
        if (!parameter.finds_row)
            continue;
        key.next(comma).name(parameter.column).text(" = ");
        if (nulls[i]) {
            key.text("NULL");
            continue;
        }
        Oid output;
        bool varlena;
        getTypeOutputInfo(parameter.type, &output, &varlena);
        OwnerScope owner(statement->owner);
        const char *value = OidOutputFunctionCall(output, datums[i]);
        key.literal(value, pg_mbcliplen(value, static_cast<int>(strlen(value)), 128));
    }
    ereport(LOG, (errcode(ERRCODE_NO_DATA_FOUND),
                  errmsg("did not find the row of table \"%s.%s\" for %s from the upstream", statement->schema,
                         statement->table, kind_name(statement->kind)),
                  errdetail("Row with %s.", key.c_str()), errhint("The view follow_status counts such rows.")));
}

void Executor::truncate(const TruncateRecord &record)
{
    flush();
    position.what = "TRUNCATE";
    position.schema = record.relation_count ? record.relations[0].schema : nullptr;
    position.object = record.relation_count ? record.relations[0].table : nullptr;
    // The one role that owns all of the tables and may truncate them runs the command. Where there is none, it runs as
    // the worker, which is safe as long as no trigger runs with it.
    Oid owner = InvalidOid;
    bool as_owner = true;
    bool triggers = false;
    for (int i = 0; i < record.relation_count; ++i) {
        RangeVar *name = makeRangeVar(const_cast<char *>(record.relations[i].schema),
                                      const_cast<char *>(record.relations[i].table), -1);
        RelationScope relation(RangeVarGetRelid(name, AccessExclusiveLock, false));
        as_owner &= !OidIsValid(owner) || owner == relation->rd_rel->relowner;
        owner = relation->rd_rel->relowner;
        as_owner &= pg_class_aclcheck(RelationGetRelid(relation), owner, ACL_TRUNCATE) == ACLCHECK_OK &&
                    may_use_schema(RelationGetNamespace(relation), owner);
        for (int t = 0; relation->trigdesc && t < relation->trigdesc->numtriggers; ++t) {
            const Trigger &trigger = relation->trigdesc->triggers[t];
            triggers |= TRIGGER_FOR_TRUNCATE(trigger.tgtype) && fires_on_replica(trigger.tgenabled);
        }
    }
    if (!as_owner && triggers)
        ereport(ERROR,
                (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                 errmsg("cannot truncate tables that have TRUNCATE triggers enabled for replicas, but no owner who may "
                        "truncate them all"),
                 errdetail("The triggers would run with the privileges of another role."),
                 errhint("Disable the triggers on this server, then call resume_follow().")));
    GucScope settings;
    UserScope scope(as_owner && OidIsValid(owner) ? owner : GetUserId(),
                    as_owner ? security_context_of(owner) | SECURITY_NOFORCE_RLS : 0);
    SpiScope spi;
    check_result(SPI_execute(record.sql, false, 0));
}

// Runs a statement as `role`. Whatever code of a user it calls must gain nothing from running in this process
// (security_context_of). The script of an extension runs as a superuser and may need temporary objects. A clause that
// sets the role later is accepted only outside such bounds (role_settings.hpp).
void Executor::run_ddl(const DdlMessage &record, Oid role)
{
    GucScope settings;
    for (const char *name : ddl_planner_settings)
        set(name, GetConfigOptionResetString(name), GUC_ACTION_SAVE);
    for (const SessionSetting &setting : ddl_settings)
        set(setting.name, setting.value, GUC_ACTION_SAVE);
    set(function_path_setting, record.search_path, GUC_ACTION_SAVE);
    require_extension(record);
    int context = strstr(record.tag, "EXTENSION") ? SECURITY_LOCAL_USERID_CHANGE : security_context_of(role);
    UserScope scope(role, needs_role_free(record, role) ? 0 : context);
    SpiScope spi;
    check_result(SPI_execute(record.sql, false, 0));
}

const char *Executor::ddl(const DdlMessage &record)
{
    flush();
    position.what = record.tag;
    position.schema = nullptr;
    position.object = record.object;
    if (record.cluster_wide && same_cluster_)
        return nullptr;

    const char *reason = nullptr;
    Oid role = role_of(record, &reason);
    if (reason)
        return reason;
    MemoryContext context = CurrentMemoryContext;
    ResourceOwner resource_owner = CurrentResourceOwner;
    bool optional = record.kind == DdlKind::optional;
    // Volatile where it is set between PG_TRY and a longjmp.
    ErrorData *volatile failure = nullptr;
    if (optional) {
        BeginInternalSubTransaction(nullptr);
        MemoryContextSwitchTo(context);
    }
    applying_ddl_ = true;
    PG_TRY();
    {
        run_ddl(record, role);
        if (optional) {
            ReleaseCurrentSubTransaction();
            MemoryContextSwitchTo(context);
            CurrentResourceOwner = resource_owner;
        }
    }
    PG_CATCH();
    {
        // The context of an error holds the statement.
        if (!optional && !may_hold_password(record))
            PG_RE_THROW();
        MemoryContextSwitchTo(context);
        failure = CopyErrorData();
        FlushErrorState();
        if (optional) {
            RollbackAndReleaseCurrentSubTransaction();
            MemoryContextSwitchTo(context);
            CurrentResourceOwner = resource_owner;
        }
    }
    PG_END_TRY();
    applying_ddl_ = failure && (!optional || is_passing(failure->sqlerrcode));
    if (!failure) {
        ++counts.ddl;
        return nullptr;
    }
    if (!applying_ddl_)
        return failure->message;
    ereport(ERROR, (errcode(failure->sqlerrcode), errmsg_internal("%s", failure->message),
                    failure->detail ? errdetail_internal("%s", failure->detail) : 0,
                    failure->hint ? errhint("%s", failure->hint) : 0));
    pg_unreachable();
}

} // namespace pg_follower::apply
