// Applies what the stream says, by SPI. The only file that knows SPI.
//
// Rows: each statement of the stream is planned once, with parameters for one row and over the named tuplestore
// `pgf_run` for many. Rows gather in that tuplestore while the statement stays the same, until the run is full or
// something else comes; every other entry point flushes first, so the order between statements is the stream's.
// Within a run order is free where `relation.cpp` says so, except that a key must not come twice.
//
// Roles: rows are applied, and their values read, as the table's owner in a security-restricted operation, DDL as the
// role that ran it upstream. Input functions and constraints may call functions that users wrote.
//
// Errors end the process (see worker.cpp), so nothing here is left half done for a later transaction.
#include "execute.hpp"

#include "pg_follower/list.hpp"
#include "pg_follower/names.hpp"
#include "pg_follower/scope.hpp"
#include "pg_follower/settings.hpp"
#include "pg_follower/sql_writer.hpp"

extern "C" {
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_trigger.h"
#include "common/hashfn.h"
#include "executor/spi.h"
#include "mb/pg_wchar.h"
#include "nodes/makefuncs.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"
}

namespace pg_follower {
namespace {

// A run is also full at this size, so that a run of wide rows stays in memory.
constexpr size_t max_run_bytes = 4 * 1024 * 1024;
constexpr int run_store_kilobytes = 64 * 1024;

constexpr int owner_context = SECURITY_LOCAL_USERID_CHANGE | SECURITY_RESTRICTED_OPERATION | SECURITY_NOFORCE_RLS;

struct SessionSetting {
    const char *name;
    const char *value;
};

// Of the worker's session. The planner's settings hold the plans of row statements to index lookups: they are made
// once, maybe while the table is empty, and must serve when it is large.
constexpr SessionSetting session_settings[] = {
    {"session_replication_role", "replica"},
    {"synchronous_commit", "off"},
    {"statement_timeout", "0"},
    {"lock_timeout", "0"},
    {"idle_in_transaction_session_timeout", "0"},
    {"row_security", "on"},
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

void KeySet::start(MemoryContext context, int room)
{
    uint32 size = 64;
    while (size < static_cast<uint32>(room) * 2)
        size *= 2;
    if (entries_ && size == mask_ + 1)
        return;
    if (entries_)
        pfree(entries_);
    entries_ = static_cast<Entry *>(MemoryContextAllocZero(context, sizeof(Entry) * size));
    mask_ = size - 1;
    generation_ = 1;
}

bool KeySet::add(uint64 hash)
{
    for (uint32 place = static_cast<uint32>(hash) & mask_;; place = (place + 1) & mask_) {
        Entry &entry = entries_[place];
        if (entry.generation != generation_) {
            entry = {hash, generation_};
            return true;
        }
        if (entry.hash == hash)
            return false;
    }
}

void Executor::start()
{
    apply_fixed_settings();
    for (const SessionSetting &setting : session_settings)
        set(setting.name, setting.value, GUC_ACTION_SET);
    statements_.start(discard);
    row_context_ = AllocSetContextCreate(TopMemoryContext, "pg_follower row", ALLOCSET_DEFAULT_SIZES);
    run_context_ = AllocSetContextCreate(TopMemoryContext, "pg_follower run", ALLOCSET_DEFAULT_SIZES);
    null_flags_ = static_cast<bool *>(MemoryContextAlloc(TopMemoryContext, UINT16_MAX));
}

void Executor::define(const StatementRecord &record)
{
    flush();
    statements_.define(record);
}

// Reads the row's values as the parameters of its statement.
void Executor::read_values(Statement *statement, const Value *values, Datum *datums, char *nulls)
{
    for (int i = 0; i < statement->count; ++i) {
        Parameter &parameter = statement->parameters[i];
        const Value &value = values[i];
        if (value.length < 0) {
            nulls[i] = 'n';
            // Input functions of domains are not called, and others are strict.
            datums[i] = (Datum)0;
            continue;
        }
        // Input functions want an end. The byte behind a value is the message's own, or the zero that ends it.
        auto text = const_cast<char *>(value.data);
        char behind = text[value.length];
        text[value.length] = '\0';
        datums[i] = InputFunctionCall(&parameter.read, text, parameter.read_io_parameter, parameter.read_typmod);
        nulls[i] = ' ';
        text[value.length] = behind;
    }
}

void Executor::row(StreamReader &message, uint64 transaction, int max_rows)
{
    if (value_room_ == 0) {
        value_room_ = UINT16_MAX;
        values_ = static_cast<Value *>(MemoryContextAlloc(TopMemoryContext, sizeof(Value) * value_room_));
    }
    RowRecord record = message.read_row(values_, static_cast<uint16>(value_room_));
    Statement *statement = statements_.find(record.statement_id);
    if (record.value_count != statement->count)
        ereport(ERROR,
                (errcode(ERRCODE_PROTOCOL_VIOLATION), errmsg("a row has %d values, but its statement has %d parameters",
                                                             record.value_count, statement->count)));
    if (run_statement_ && (run_statement_ != statement || !statement->valid))
        flush();
    position.what = kind_name(statement->kind);
    position.schema = statement->schema;
    position.object = statement->table;

    statements_.lock(statement, transaction);
    if (!statement->valid) {
        flush();
        statements_.resolve(statement);
    }

    bool gather = statement->may_run && max_rows > 1;
    size_t bytes = 0;
    uint64 hash = 0;
    for (int i = 0; i < statement->count; ++i) {
        const Value &value = values_[i];
        if (value.length > 0)
            bytes += value.length;
        if (gather && statement->parameters[i].finds_row && value.length >= 0)
            hash = hash_combine64(
                hash, hash_bytes_extended(reinterpret_cast<const unsigned char *>(value.data), value.length, 0));
    }
    if (gather && is_keyed(statement->kind)) {
        if (!run_statement_) {
            run_keys_.start(TopMemoryContext, max_rows);
            run_keys_.clear();
        }
        if (!run_keys_.add(hash)) {
            flush();
            run_keys_.clear();
            (void)run_keys_.add(hash);
        }
    }

    if (gather && !run_statement_) {
        run_statement_ = statement;
        run_description_ = statement->description;
        run_rows_ = 0;
        run_bytes_ = 0;
    }
    bool first = !gather || run_rows_ == 0;
    MemoryContext context = gather && first ? run_context_ : row_context_;
    {
        MemoryContextScope scope(context);
        auto datums = static_cast<Datum *>(palloc(sizeof(Datum) * (statement->count + 1)));
        auto nulls = static_cast<char *>(palloc(statement->count + 1));
        {
            UserScope owner(statement->owner, owner_context);
            read_values(statement, values_, datums, nulls);
        }
        if (!gather)
            apply_one(statement, datums, nulls);
        else
            add_to_run(datums, nulls);
    }
    MemoryContextReset(row_context_);
    run_bytes_ += bytes;
    if (gather && (run_rows_ >= max_rows || run_bytes_ >= max_run_bytes))
        flush();
}

void Executor::add_to_run(const Datum *datums, const char *nulls)
{
    if (run_rows_ == 0) {
        first_datums_ = const_cast<Datum *>(datums);
        first_nulls_ = const_cast<char *>(nulls);
    } else {
        if (run_rows_ == 1) {
            MemoryContextScope scope(run_context_);
            run_store_ = tuplestore_begin_heap(false, false, run_store_kilobytes);
            put_row(first_datums_, first_nulls_);
        }
        put_row(datums, nulls);
    }
    ++run_rows_;
}

void Executor::put_row(const Datum *datums, const char *nulls)
{
    for (int i = 0; i < run_description_->natts; ++i)
        null_flags_[i] = nulls[i] == 'n';
    tuplestore_putvalues(run_store_, run_description_, const_cast<Datum *>(datums), null_flags_);
}

void Executor::flush()
{
    if (!run_statement_)
        return;
    position.what = kind_name(run_statement_->kind);
    position.schema = run_statement_->schema;
    position.object = run_statement_->table;
    {
        MemoryContextScope scope(run_context_);
        if (run_rows_ == 1)
            apply_one(run_statement_, first_datums_, first_nulls_);
        else
            apply_run();
    }
    run_statement_ = nullptr;
    run_store_ = nullptr;
    run_rows_ = 0;
    MemoryContextReset(run_context_);
}

uint64 Executor::execute_one(Statement *statement, Datum *datums, const char *nulls)
{
    UserScope owner(statement->owner, owner_context);
    SpiScope spi;
    if (!statement->one_plan) {
        auto types = static_cast<Oid *>(palloc(sizeof(Oid) * (statement->count + 1)));
        for (int i = 0; i < statement->count; ++i)
            types[i] = statement->parameters[i].type;
        statement->one_plan = prepare(statement->one, statement->count, types);
    }
    check_result(SPI_execute_plan(statement->one_plan, datums, nulls, false, 0));
    return SPI_processed;
}

void Executor::apply_one(Statement *statement, Datum *datums, const char *nulls)
{
    uint64 found = execute_one(statement, datums, nulls);
    counts.rows += static_cast<int64>(found);
    if (statement->kind == RowKind::insert)
        return;
    check_found(statement, found, 1);
    if (found == 0)
        note_missing(statement, datums, nulls, 1);
}

void Executor::apply_run()
{
    Statement *statement = run_statement_;
    uint64 found;
    {
        UserScope owner(statement->owner, owner_context);
        SpiScope spi;
        EphemeralNamedRelationData relation = {};
        relation.md.name = const_cast<char *>(run_table);
        relation.md.tupdesc = run_description_;
        relation.md.enrtype = ENR_NAMED_TUPLESTORE;
        relation.md.enrtuples = run_rows_;
        relation.reldata = run_store_;
        check_result(SPI_register_relation(&relation));
        if (!statement->run_plan)
            statement->run_plan = prepare(statement->run, 0, nullptr);
        check_result(SPI_execute_plan(statement->run_plan, nullptr, nullptr, false, 0));
        found = SPI_processed;
    }
    counts.rows += static_cast<int64>(found);
    if (statement->kind == RowKind::insert || found == static_cast<uint64>(run_rows_)) {
        tuplestore_end(run_store_);
        return;
    }
    check_found(statement, found, run_rows_);
    if (statement->kind == RowKind::update_by_key)
        redo_updates(found);
    else
        note_missing(statement, first_datums_, first_nulls_, run_rows_ - static_cast<int64>(found));
    tuplestore_end(run_store_);
}

// Tells which rows of a run of updates were missing: those that the same update, once more, does not find.
void Executor::redo_updates(uint64 found)
{
    TupleTableSlot *slot = MakeSingleTupleTableSlot(run_description_, &TTSOpsMinimalTuple);
    tuplestore_rescan(run_store_);
    auto nulls = static_cast<char *>(palloc(run_description_->natts + 1));
    while (tuplestore_gettupleslot(run_store_, true, false, slot)) {
        slot_getallattrs(slot);
        for (int i = 0; i < run_description_->natts; ++i)
            nulls[i] = slot->tts_isnull[i] ? 'n' : ' ';
        if (execute_one(run_statement_, slot->tts_values, nulls) == 0)
            note_missing(run_statement_, slot->tts_values, nulls, 1);
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

// Counts rows that were not found, and logs one of them, but not more than once a second.
void Executor::note_missing(const Statement *statement, const Datum *datums, const char *nulls, int64 count)
{
    counts.missing += count;
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
        if (nulls[i] == 'n') {
            key.text("NULL");
            continue;
        }
        Oid output;
        bool varlena;
        getTypeOutputInfo(parameter.type, &output, &varlena);
        UserScope owner(statement->owner, owner_context);
        const char *value = OidOutputFunctionCall(output, datums[i]);
        key.literal(value, pg_mbcliplen(value, static_cast<int>(strlen(value)), 128));
    }
    ereport(LOG, (errcode(ERRCODE_NO_DATA_FOUND),
                  errmsg("did not find the row of table \"%s.%s\" for %s from the upstream", statement->schema,
                         statement->table, kind_name(statement->kind)),
                  count == 1 ? errdetail("Row with %s.", key.c_str())
                             : errdetail("%lld rows in the run that starts with %s.", (long long)count, key.c_str()),
                  errhint("The view follow_status counts such rows.")));
}

void Executor::truncate(const TruncateRecord &record)
{
    flush();
    position.what = "TRUNCATE";
    position.schema = record.relation_count ? record.relations[0].schema : nullptr;
    position.object = record.relation_count ? record.relations[0].table : nullptr;
    Oid owner = InvalidOid;
    bool one_owner = true;
    bool triggers = false;
    for (int i = 0; i < record.relation_count; ++i) {
        RangeVar *name = makeRangeVar(const_cast<char *>(record.relations[i].schema),
                                      const_cast<char *>(record.relations[i].table), -1);
        RelationScope relation(RangeVarGetRelid(name, AccessExclusiveLock, false));
        if (OidIsValid(owner) && owner != relation->rd_rel->relowner)
            one_owner = false;
        owner = relation->rd_rel->relowner;
        for (int t = 0; relation->trigdesc && t < relation->trigdesc->numtriggers; ++t) {
            const Trigger &trigger = relation->trigdesc->triggers[t];
            triggers |= TRIGGER_FOR_TRUNCATE(trigger.tgtype) &&
                        (trigger.tgenabled == TRIGGER_FIRES_ALWAYS || trigger.tgenabled == TRIGGER_FIRES_ON_REPLICA);
        }
    }
    if (!one_owner && triggers)
        ereport(ERROR,
                (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                 errmsg("cannot truncate tables of several owners that have TRUNCATE triggers enabled for replicas"),
                 errdetail("The triggers of one owner would run with the privileges of another."),
                 errhint("Disable the triggers on this server, then call resume_follow().")));
    UserScope scope(one_owner && OidIsValid(owner) ? owner : GetUserId(), one_owner ? owner_context : 0);
    SpiScope spi;
    check_result(SPI_execute(record.sql, false, 0));
}

void Executor::ddl(const DdlMessage &record)
{
    flush();
    position.what = record.tag;
    position.schema = nullptr;
    position.object = record.object;
    // No role: a command that runs no user's code, as the worker itself.
    Oid role = record.role[0] != '\0' ? get_role_oid(record.role, true) : GetUserId();
    if (!OidIsValid(role))
        ereport(ERROR,
                (errcode(ERRCODE_UNDEFINED_OBJECT),
                 errmsg("role \"%s\", which ran a command on the upstream, does not exist on this server", record.role),
                 errhint("Create the role as it is on the upstream, then call resume_follow().")));
    GucScope settings;
    for (const char *name : ddl_planner_settings)
        set(name, GetConfigOptionResetString(name), GUC_ACTION_SAVE);
    for (const SessionSetting &setting : ddl_settings)
        set(setting.name, setting.value, GUC_ACTION_SAVE);
    UserScope scope(role, SECURITY_LOCAL_USERID_CHANGE);
    SpiScope spi;
    check_result(SPI_execute(record.sql, false, 0));
    ++counts.ddl;
}

} // namespace pg_follower
