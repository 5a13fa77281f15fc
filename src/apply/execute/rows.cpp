// Applies rows by SPI, or, where that comes to the same, without SQL. See rows.hpp.
//
// Each statement of the stream is planned once, with parameters for one row and over the named tuplestore `pgf_run` for
// many. Rows gather in a run for each table (run.cpp), also across upstream transactions that share a commit, until
// another statement for the table, DDL, TRUNCATE or the commit comes, or the run is full. So the order of changes of
// one table is the stream's, but for what `relation.cpp` and run.hpp say of runs; between tables nobody can see the
// order, unless triggers or rules fire, and those tables' rows are applied in their place, one by one.
//
// Inserts into tables on which no trigger or rule fires, and changes of rows that only their content names, need no
// plan (table_writer.hpp, whole_rows.hpp).
//
// Rows are applied, and their values read, as the table's owner in a restricted context (security_context_of): input
// functions and constraints may call functions that users wrote.
//
// Errors end the process (see worker.cpp), so nothing here is left half done for a later transaction.
#include "apply/execute/rows.hpp"

#include "apply/state/dropped_objects.hpp"
#include "apply/execute/function_path.hpp"
#include "pg_follower/compat.hpp"
#include "pg_follower/failpoints.hpp"
#include "pg_follower/memory.hpp"
#include "pg_follower/names.hpp"
#include "pg_follower/scope.hpp"
#include "apply/execute/row_plans.hpp"
#include "apply/execute/row_text.hpp"
#include "apply/execute/session.hpp"
#include "apply/execute/silenced.hpp"
#include "apply/execute/table_writer.hpp"
#include "apply/state/spi.hpp"

extern "C" {
#include "access/tupmacs.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/plancache.h"
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
// Rows that are inserted together, which is cheaper where they lie on one page.
constexpr int most_rows_at_once = 200;

// Prepares a row statement, which looks its names up and runs nothing: as the table's owner, or, where the owner may
// not use the table's schema, as the worker.
SPIPlanPtr prepare_for(const Statement *statement, const char *sql, int count, Oid *types)
{
    if (!may_use_schema(get_rel_namespace(statement->relation), statement->owner))
        return prepare(sql, count, types);
    OwnerScope owner(statement->owner);
    return prepare(sql, count, types);
}

CachedPlanSource *source_of(SPIPlanPtr plan)
{
    return static_cast<CachedPlanSource *>(linitial(SPI_plan_get_plan_sources(plan)));
}

// Executes a row statement as the table's owner, with the plan, which it makes where there is none yet.
void execute(const Statement *statement, SPIPlanPtr *plan, const char *sql, int count, Oid *types, Datum *datums,
             const char *nulls)
{
    auto prepare_if_needed = [&] {
        if (!*plan)
            *plan = prepare_for(statement, sql, count, types);
    };
    bool has_silenced_rules = has_silenced(statement->silenced, EffectKind::rule);
    if (!has_silenced_rules)
        prepare_if_needed();
    OwnerScope owner(statement->owner);
    ErrorContextScope hint(hint_at_function_path, nullptr);
    if (has_silenced_rules) {
        // Rules come into a plan when it is made, and when it is made anew.
        RelationScope table(statement->relation);
        SilencedCache cache;
        cache.silence(table, statement->silenced, EffectKind::rule);
        prepare_if_needed();
        ReleaseCachedPlan(SPI_plan_get_cached_plan(*plan), CurrentResourceOwner);
        if (!cache.restore())
            retry_silenced(statement->schema, statement->table);
    }
    int generation = source_of(*plan)->generation;
    RowPlanScope scope(statement, source_of(*plan)->query_string);
    check_result(SPI_execute_plan(*plan, datums, nulls, false, 0));
    if (has_silenced_rules && source_of(*plan)->generation != generation)
        retry_silenced(statement->schema, statement->table);
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
    auto image = allocate_zeroed<char>(header + value.length + 1);
    if (length == -1)
        SET_VARSIZE(image, header + value.length);
    memcpy(image + header, value.data, value.length);
    // The type of an array's elements has another number here.
    if (Oid element = get_element_type(type); OidIsValid(element) && header + value.length >= int{sizeof(ArrayType)})
        reinterpret_cast<ArrayType *>(image)->elemtype = element;
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
    // Input functions need a string that ends with a zero. The byte behind a value belongs to the message, or is the
    // zero that ends it, so it may be changed for a moment.
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

bool inserts_directly(const Statement *statement)
{
    return statement->written_directly && statement->kind->command == RowCommand::insert_row;
}

void discard(_SPI_plan *plan)
{
    SPI_freeplan(plan);
}

} // namespace

void Rows::start(Progress *progress, int32 follow)
{
    progress_ = progress;
    install_row_plans();
    install_silenced();
    conflicts_.start(execute, follow);
    statements_.start(discard);
    runs_.start();
    row_context_ = AllocSetContextCreate(TopMemoryContext, "pg_follower row", ALLOCSET_DEFAULT_SIZES);
    values_ = allocate_in<Value>(TopMemoryContext, most_values);
    datums_ = allocate_in<Datum>(TopMemoryContext, most_values + 1);
    nulls_ = allocate_in<bool>(TopMemoryContext, most_values + 1);
    MemoryContextScope scope(TopMemoryContext);
    initStringInfo(&key_);
}

void Rows::enter_stream()
{
    statements_.enter_stream();
    progress_->shown = nullptr;
}

void Rows::leave_stream()
{
    // What waits refers to its statement.
    flush();
    statements_.leave_stream();
    progress_->shown = nullptr;
}

void Rows::define(const StatementRecord &record)
{
    flush();
    statements_.define(record);
    PGF_FAILPOINT(statement_defined);
    progress_->shown = nullptr;
}

// Reads the row's values as the parameters of its statement.
void Rows::read_values(Statement *statement, Datum *datums, bool *nulls)
{
    for (int i = 0; i < statement->count; ++i) {
        Parameter &parameter = statement->parameters[i];
        const Value &value = values_[i];
        nulls[i] = value.length < 0;
        datums[i] = (Datum)0;
        if (nulls[i])
            continue;
        datums[i] = parameter.own_value ? InputFunctionCall(&parameter.read, const_cast<char *>(parameter.own_value),
                                                            parameter.read_io_parameter, parameter.read_typmod)
                                        : read_value(parameter, value);
    }
}

// Writes the text of what finds the row, each value behind its length, as `key_`.
void Rows::write_key(const Statement *statement)
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

// Reads a row into `values_`, and takes note of it. Returns its statement.
Statement *Rows::read_row(StreamReader &message)
{
    RowRecord record = message.read_row(values_, most_values);
    Statement *statement = statements_.find(record.statement_id);
    if (record.value_count != statement->count)
        ereport(ERROR,
                (errcode(ERRCODE_PROTOCOL_VIOLATION), errmsg("a row has %d values, but its statement has %d parameters",
                                                             record.value_count, statement->count)));
    progress_->position.set(statement->kind->name, statement->schema, statement->table);
    row_in_hand_ = {statement, values_};
    progress_->position.write_row = write_row_text;
    progress_->position.row = &row_in_hand_;
    return statement;
}

RowInHand Rows::skip(StreamReader &message)
{
    read_row(message);
    return row_in_hand_;
}

void Rows::row(StreamReader &message, uint64 transaction, int max_rows)
{
    size_t start = message.left();
    Statement *statement = read_row(message);
    size_t size = start - message.left();
    // Here the worker may have to wait for the table's lock.
    if (statement->locked_in != transaction || !statement->valid)
        show_activity(*progress_, statement);
    statements_.lock(statement, transaction);
    if (!statement->valid) {
        flush();
        statements_.resolve(statement);
    }
    if (statement->waits)
        return;
    if (ahead_ && statement->stands_alone)
        ereport(ERROR,
                (errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
                 errmsg("rows of table \"%s.%s\" have to wait for their turn", statement->schema, statement->table)));
    Run *run = runs_.of(statement->relation);
    // A conflict is looked for at each row by itself, because it may insert one.
    bool gathers = statement->written_directly && !Conflicts::handles(*statement);
    bool joins_whole_rows = gathers && run->whole_rows && run->whole_rows->takes(*statement);
    if (statement->stands_alone)
        flush();
    else if (run->statement && !joins_whole_rows && (run->whole_rows || run->statement != statement))
        flush(run);

    MemoryContextScope scope(row_context_);
    {
        OwnerScope owner(statement->owner);
        ErrorContextScope hint(hint_at_function_path, nullptr);
        read_values(statement, datums_, nulls_);
    }
    // A large row fills a run by itself, so it is applied without being copied into one.
    bool large = size >= max_run_bytes;
    if (large)
        flush(run);
    if (joins_whole_rows || (gathers && statement->kind->finds_by == FindsBy::row)) {
        {
            OwnerScope owner(statement->owner);
            ErrorContextScope hint(hint_at_function_path, nullptr);
            runs_.add_whole(run, statement, progress_->transaction(), datums_, nulls_, !large);
        }
        // The table is read once for a run, so a run is as long as memory allows.
        if (max_rows == 1 || large || run->bytes >= max_run_bytes)
            flush(run);
        else if (runs_.bytes() >= max_all_bytes)
            flush();
    } else if (statement->may_run && max_rows > 1 && !large) {
        if (statement->kind->finds_by == FindsBy::key)
            write_key(statement);
        datums_[statement->count] = Int32GetDatum(run->count);
        nulls_[statement->count] = false;
        runs_.add(run, statement, progress_->transaction(), datums_, nulls_, key_.data, key_.len);
        if (run->count >= max_rows || run->bytes >= max_run_bytes)
            flush(run);
        else if (runs_.bytes() >= max_all_bytes)
            flush();
    } else {
        flush(run);
        show_activity(*progress_, statement);
        apply_one(statement, progress_->transaction(), datums_, nulls_);
    }
    progress_->position.write_row = nullptr;
    MemoryContextReset(row_context_);
}

// Applies all rows that wait.
void Rows::flush()
{
    while (Run *run = runs_.first())
        flush(run);
}

void Rows::forget_waiting()
{
    while (Run *run = runs_.first()) {
        runs_.take(run);
        runs_.done(run);
    }
}

// Applies the rows of one table that wait.
void Rows::flush(Run *run)
{
    if (!run->statement)
        return;
    Position saved = progress_->position;
    progress_->position.set(run->statement->kind->name, run->statement->schema, run->statement->table);
    progress_->position.rows = run->count;
    show_activity(*progress_, run->statement);
    runs_.take(run);
    MemoryContextScope scope(run->context);
    if (run->whole_rows)
        apply_whole_rows(run);
    else if (run->count == 1) {
        TupleTableSlot *slot = MakeSingleTupleTableSlot(run->description, &TTSOpsMinimalTuple);
        ExecStoreMinimalTuple(run->rows[0], slot, false);
        slot_getallattrs(slot);
        apply_one(run->statement, run->transactions[0], slot->tts_values, slot->tts_isnull);
        ExecDropSingleTupleTableSlot(slot);
    } else if (Conflicts::handles(*run->statement))
        apply_run_or_rows(run);
    else
        apply_run(run);
    progress_->counts.rows += run->replaced;
    MemoryContextSwitchTo(TopMemoryContext);
    runs_.done(run);
    PGF_FAILPOINT(run_flushed);
    progress_->position = saved;
}

// Inserts rows without SQL, as the table's owner. `read(i)` gives the parameters of row number i.
template <typename Read> void Rows::insert_directly(const Statement *statement, int count, Read read)
{
    ++executions_;
    OwnerScope owner(statement->owner);
    ErrorContextScope hint(hint_at_function_path, nullptr);
    TableWriter writer(statement->relation, nullptr);
    int room = Min(count, most_rows_at_once);
    auto rows = allocate<TupleTableSlot *>(room);
    for (int i = 0; i < room; ++i)
        rows[i] = writer.make_row();
    int filled = 0;
    for (int i = 0; i < count; ++i) {
        auto [values, nulls] = read(i);
        TupleTableSlot *row = ExecClearTuple(rows[filled]);
        memset(row->tts_isnull, true, row->tts_tupleDescriptor->natts * sizeof(bool));
        for (int k = 0; k < statement->count; ++k) {
            int at = statement->parameters[k].attribute - 1;
            row->tts_values[at] = values[k];
            row->tts_isnull[at] = nulls[k];
        }
        ExecStoreVirtualTuple(row);
        if (++filled < room && i + 1 < count)
            continue;
        writer.insert(rows, filled);
        filled = 0;
    }
}

uint64 Rows::execute_one(Statement *statement, Datum *datums, const bool *nulls)
{
    if (inserts_directly(statement)) {
        insert_directly(statement, 1, [&](int) { return ColumnValues{datums, const_cast<bool *>(nulls)}; });
        return 1;
    }
    ++executions_;
    SpiScope spi;
    auto types = allocate<Oid>(statement->count);
    auto flags = allocate<char>(statement->count + 1);
    for (int i = 0; i < statement->count; ++i) {
        types[i] = statement->parameters[i].type;
        flags[i] = nulls[i] ? 'n' : ' ';
    }
    execute(statement, &statement->one_plan, statement->one, statement->count, types, datums, flags);
    return SPI_processed;
}

// Applies a row. Returns how many rows it has found or inserted; -1 where a conflict had it left out.
int64 Rows::apply_or_leave_out(Statement *statement, const UpstreamTransaction &transaction, Datum *datums,
                               const bool *nulls)
{
    if (!Conflicts::handles(*statement))
        return static_cast<int64>(execute_one(statement, datums, nulls));
    struct Row {
        Rows *rows;
        Statement *statement;
        Datum *datums;
        const bool *nulls;
    } row = {this, statement, datums, nulls};
    return conflicts_.apply(
        {statement, transaction, datums, nulls},
        [](void *argument) {
            auto [rows, statement, datums, nulls] = *static_cast<Row *>(argument);
            return rows->execute_one(statement, datums, nulls);
        },
        &row);
}

void Rows::apply_one(Statement *statement, const UpstreamTransaction &transaction, Datum *datums, const bool *nulls)
{
    int64 found = apply_or_leave_out(statement, transaction, datums, nulls);
    if (found < 0)
        return;
    progress_->counts.rows += found;
    if (statement->kind->finds_by == FindsBy::nothing)
        return;
    check_found(statement, found, 1);
    if (found == 0)
        note_missing(statement, transaction, datums, nulls);
}

// Executes the run's statement over its rows. For deletes, sets `found_rows` for the rows that it found.
uint64 Rows::execute_run(Run *run, bool *found_rows)
{
    Statement *statement = run->statement;
    if (inserts_directly(statement)) {
        TupleTableSlot *row = MakeSingleTupleTableSlot(run->description, &TTSOpsMinimalTuple);
        insert_directly(statement, run->count, [&](int i) {
            ExecStoreMinimalTuple(run->rows[i], row, false);
            slot_getallattrs(row);
            return ColumnValues{row->tts_values, row->tts_isnull};
        });
        ExecDropSingleTupleTableSlot(row);
        return run->count;
    }
    ++executions_;
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
    const char *text = statement->run;
    if (statement->kind->command == RowCommand::delete_row)
        text = psprintf("%s RETURNING %s.n", text, run_alias);
    execute(statement, &statement->run_plan, text, 0, nullptr, nullptr, nullptr);
    uint64 found = SPI_processed;
    if (statement->kind->command == RowCommand::delete_row && found < static_cast<uint64>(run->count))
        for (uint64 i = 0; i < found; ++i) {
            bool null;
            found_rows[DatumGetInt32(SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &null))] = true;
        }
    tuplestore_end(store);
    return found;
}

void Rows::apply_run(Run *run)
{
    Statement *statement = run->statement;
    auto found_rows = allocate_zeroed<bool>(run->count);
    uint64 found = execute_run(run, found_rows);
    progress_->counts.rows += static_cast<int64>(found);
    if (statement->kind->finds_by == FindsBy::nothing || found == static_cast<uint64>(run->count))
        return;
    check_found(statement, found, run->count);

    // Finds out which rows were missing. For updates, they are those that the same update does not find once more.
    TupleTableSlot *slot = MakeSingleTupleTableSlot(run->description, &TTSOpsMinimalTuple);
    for (int i = 0; i < run->count; ++i) {
        if (found_rows[i])
            continue;
        ExecStoreMinimalTuple(run->rows[i], slot, false);
        slot_getallattrs(slot);
        if (statement->kind->command == RowCommand::delete_row ||
            execute_one(statement, slot->tts_values, slot->tts_isnull) == 0)
            note_missing(statement, run->transactions[i], slot->tts_values, slot->tts_isnull);
    }
    ExecDropSingleTupleTableSlot(slot);
}

// Applies the rows of a run one by one where a conflict is among them, together where none is.
void Rows::apply_run_or_rows(Run *run)
{
    struct Argument {
        Rows *rows;
        Run *run;
    } argument = {this, run};
    auto apply = [](void *argument) -> uint64 {
        auto [rows, run] = *static_cast<Argument *>(argument);
        rows->apply_run(run);
        return 0;
    };
    if (Conflicts::try_run(apply, &argument))
        return;
    TupleTableSlot *slot = MakeSingleTupleTableSlot(run->description, &TTSOpsMinimalTuple);
    for (int i = 0; i < run->count; ++i) {
        ExecStoreMinimalTuple(run->rows[i], slot, false);
        slot_getallattrs(slot);
        apply_one(run->statement, run->transactions[i], slot->tts_values, slot->tts_isnull);
    }
    ExecDropSingleTupleTableSlot(slot);
}

void Rows::apply_whole_rows(Run *run)
{
    ++executions_;
    WholeRows &rows = *run->whole_rows;
    {
        OwnerScope owner(run->statement->owner);
        ErrorContextScope hint(hint_at_function_path, nullptr);
        rows.apply(progress_);
    }
    rows.for_each_missing([&](const Statement &statement, const UpstreamTransaction &transaction, Datum *datums,
                              const bool *nulls) { note_missing(&statement, transaction, datums, nulls); });
}

void Rows::check_found(const Statement *statement, uint64 found, uint64 expected)
{
    if (found > expected)
        ereport(ERROR, (errcode(ERRCODE_CARDINALITY_VIOLATION),
                        errmsg("found more than one row of table \"%s.%s\" where the upstream has one",
                               statement->schema, statement->table),
                        errhint("Remove the surplus rows.")));
}

void Rows::note_missing(const Statement *statement, const UpstreamTransaction &transaction, Datum *datums,
                        const bool *nulls)
{
    if (ahead_)
        ereport(ERROR, (errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
                        errmsg("a row of table \"%s.%s\" is not there yet", statement->schema, statement->table)));
    ++progress_->counts.missing;
    if (!conflicts_.missing({statement, transaction, datums, nulls}))
        missing_.note(*statement, transaction, datums, nulls);
}

} // namespace pg_follower::apply
