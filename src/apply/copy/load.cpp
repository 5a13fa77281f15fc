// Loads the rows of a table. See load.hpp.
//
// The server's own reader of COPY data makes them into rows, and they go into new storage of the table many at a time,
// frozen. The upstream has checked all that constraints and triggers would, so neither are looked at; what checks an
// index makes are those of its build, after the rows. Until the commit everybody else finds the table as it was.
//
// Input functions, and expressions of generated columns, may call functions that users wrote: all rows are read as the
// table's owner (OwnerScope), and the server builds indexes so by itself.
#include "apply/copy/load.hpp"

#include "apply/execute/extension_columns.hpp"
#include "apply/execute/function_path.hpp"
#include "apply/execute/session.hpp"
#include "pg_follower/catalog.hpp"
#include "pg_follower/compat_storage.hpp"
#include "pg_follower/list.hpp"
#include "pg_follower/memory.hpp"
#include "pg_follower/scope.hpp"

extern "C" {
#include "access/heapam.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/index.h"
#include "catalog/indexing.h"
#include "catalog/pg_index.h"
#include "catalog/pg_type.h"
#include "commands/copy.h"
#include "commands/copyfrom_internal.h"
#include "commands/matview.h"
#include "commands/progress.h"
#include "executor/executor.h"
#include "executor/nodeModifyTable.h"
#include "mb/pg_wchar.h"
#include "nodes/makefuncs.h"
#include "storage/bufmgr.h"
#include "pgstat.h"
#include "utils/array.h"
#include "utils/backend_progress.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"
}

namespace pg_follower::apply {
namespace {

// So many rows, or so many bytes of COPY data, go into the table at a time.
constexpr int most_rows = 1000;
constexpr int64 most_bytes = 256 * 1024;

// The server's callback for COPY data has no argument.
Source *read_source = nullptr;

int read_copy_data(void *buffer, int, int most)
{
    return read_source->read(static_cast<char *>(buffer), most);
}

const char *qualified_name(Relation relation)
{
    return psprintf("%s.%s", get_namespace_name(RelationGetNamespace(relation)), RelationGetRelationName(relation));
}

// Marks an index as one that nobody may use or has to keep up to date.
//
// An index that is `to_be_built` has indcheckxmin, too, which means nothing in an index that is not valid. So it is
// told from one that the upstream left invalid, also by another process, after this one has ended. Building it resets
// that.
void mark_invalid(Oid index, bool to_be_built)
{
    SyscacheRow<FormData_pg_index> row(INDEXRELID, index, "index");
    HeapTuple changed = heap_copytuple(row.tuple());
    auto form = reinterpret_cast<Form_pg_index>(GETSTRUCT(changed));
    form->indisvalid = false;
    form->indisready = false;
    form->indcheckxmin = to_be_built;
    RelationScope catalog(IndexRelationId);
    CatalogTupleUpdate(catalog, &changed->t_self, changed);
    CommandCounterIncrement();
}

struct IndexName {
    const char *table;
    const char *index;
};

void describe_index(void *index)
{
    auto name = static_cast<const IndexName *>(index);
    errcontext("building index \"%s\" of table \"%s\"", name->index, name->table);
}

// The table's indexes that are, or are to be, valid, or the others.
List *indexes_of(Relation table, bool valid)
{
    List *result = NIL;
    List *indexes = RelationGetIndexList(table);
    for (Oid index : each_oid(indexes)) {
        SyscacheRow<FormData_pg_index> row(INDEXRELID, index, "index");
        if ((row->indisvalid || row->indcheckxmin) == valid)
            result = lappend_oid(result, index);
    }
    list_free(indexes);
    return result;
}

void build_indexes(Relation table)
{
    for (Oid index : each_oid(indexes_of(table, true)))
        build_index(table, index);
}

// Gives the table, and its TOAST table, new storage, which is empty.
void give_new_storage(Relation table)
{
    set_new_storage(table);
    if (Oid toast = table->rd_rel->reltoastrelid; OidIsValid(toast)) {
        Relation relation = table_open(toast, AccessExclusiveLock);
        set_new_storage(relation);
        build_indexes(relation);
        table_close(relation, NoLock);
    }
    // An index that is not valid stays so, but is empty, too.
    for (Oid index : each_oid(indexes_of(table, false))) {
        build_index(table, index);
        mark_invalid(index, false);
    }
    pgstat_count_truncate(table);
}

// Deletes all rows.
void delete_rows(Relation table)
{
    Snapshot snapshot = RegisterSnapshot(GetLatestSnapshot());
    TableScanDesc scan = table_beginscan(table, snapshot, 0, nullptr);
    TupleTableSlot *slot = table_slot_create(table, nullptr);
    while (table_scan_getnextslot(scan, ForwardScanDirection, slot)) {
        CHECK_FOR_INTERRUPTS();
        simple_table_tuple_delete(table, &slot->tts_tid, snapshot);
    }
    ExecDropSingleTupleTableSlot(slot);
    table_endscan(scan);
    UnregisterSnapshot(snapshot);
}

// Reads COPY data into rows of a table, with what COPY FROM does not do.
class RowReader {
  public:
    RowReader(Relation table, Source &source);
    void close() { EndCopyFrom(copy_); }
    // Reads the next row into the slot. What it holds lives in the current memory context. Returns false at the end.
    bool next(TupleTableSlot *slot);
    int64 bytes() const { return static_cast<int64>(copy_->bytes_processed); }
    void *error_context() { return copy_; }

  private:
    void read_as_base_type(Form_pg_attribute attribute);

    CopyFromState copy_;
    EState *executor_;
    ResultRelInfo *target_; // null where no column is generated
    // Arrays over domains are read as those over their base types, and get their own type afterwards.
    struct DomainArray {
        int column;
        Oid element;
    };
    List *domain_arrays_ = NIL;
    // Columns that hold another value here than upstream (extension_columns.hpp).
    struct OwnValue {
        int column;
        Datum value;
    };
    List *own_values_ = NIL;
};

RowReader::RowReader(Relation table, Source &source)
{
    read_source = &source;
    List *columns = NIL;
    for (const char *name : each<char>(copied_columns(table)))
        columns = lappend(columns, makeString(const_cast<char *>(name)));
    // The connection's encoding is that of this database; this session's client may have another one.
    List *options = list_make1(makeDefElem(const_cast<char *>("encoding"),
                                           (Node *)makeString(const_cast<char *>(GetDatabaseEncodingName())), -1));
    if (source.is_binary())
        options = lappend(
            options, makeDefElem(const_cast<char *>("format"), (Node *)makeString(const_cast<char *>("binary")), -1));
    ParseState *state = make_parsestate(nullptr);
    copy_ = BeginCopyFrom(state, table, nullptr, nullptr, false, read_copy_data, columns, options);
    copy_->cur_relname = qualified_name(table);

    TupleDesc description = RelationGetDescr(table);
    for (int number : each_int(copy_->attnumlist)) {
        Form_pg_attribute attribute = TupleDescAttr(description, number - 1);
        read_as_base_type(attribute);
        const char *own = own_value(table, NameStr(attribute->attname));
        if (!own)
            continue;
        auto entry = allocate<OwnValue>();
        Oid function, io_parameter;
        getTypeInputInfo(attribute->atttypid, &function, &io_parameter);
        *entry = {number - 1,
                  OidInputFunctionCall(function, const_cast<char *>(own), io_parameter, attribute->atttypmod)};
        own_values_ = lappend(own_values_, entry);
    }

    executor_ = CreateExecutorState();
    target_ = nullptr;
    if (description->constr && description->constr->has_generated_stored) {
        target_ = makeNode(ResultRelInfo);
        InitResultRelInfo(target_, table, 0, nullptr, 0);
    }
}

// A row may be older than a constraint of a domain, so that it breaks it.
void RowReader::read_as_base_type(Form_pg_attribute attribute)
{
    int column = attribute->attnum - 1;
    Oid base = getBaseType(attribute->atttypid);
    Oid function = copy_->in_functions[column].fn_oid;
    Oid io_parameter = copy_->typioparams[column];
    if (base != attribute->atttypid)
        (copy_->opts.binary ? getTypeBinaryInputInfo : getTypeInputInfo)(base, &function, &io_parameter);
    if (function == F_ARRAY_IN && get_typtype(io_parameter) == TYPTYPE_DOMAIN) {
        auto entry = allocate<DomainArray>();
        *entry = {column, io_parameter};
        domain_arrays_ = lappend(domain_arrays_, entry);
        io_parameter = getBaseType(io_parameter);
    }
    fmgr_info_cxt(function, &copy_->in_functions[column], copy_->copycontext);
    copy_->typioparams[column] = io_parameter;
}

bool RowReader::next(TupleTableSlot *slot)
{
    ResetPerTupleExprContext(executor_);
    (void)ExecClearTuple(slot);
    if (!NextCopyFrom(copy_, GetPerTupleExprContext(executor_), slot->tts_values, slot->tts_isnull))
        return false;
    for (const DomainArray *array : each<DomainArray>(domain_arrays_))
        if (!slot->tts_isnull[array->column])
            reinterpret_cast<ArrayType *>(DatumGetPointer(slot->tts_values[array->column]))->elemtype = array->element;
    for (const OwnValue *own : each<OwnValue>(own_values_)) {
        slot->tts_values[own->column] = own->value;
        slot->tts_isnull[own->column] = false;
    }
    (void)ExecStoreVirtualTuple(slot);
    if (target_)
        ExecComputeStoredGenerated(target_, executor_, slot, CMD_INSERT);
    return true;
}

// Reads all rows and puts them into the table. Where its storage is new in this transaction, they are frozen.
Loaded load_rows(Relation table, Source &source, bool is_new)
{
    OwnerScope owner(table->rd_rel->relowner);
    Loaded loaded = {};
    RowReader reader(table, source);
    ErrorContextScope context(CopyFromErrorCallback, reader.error_context());
    ErrorContextScope hint(hint_at_function_path, nullptr);
    MemoryContext row_context = AllocSetContextCreate(CurrentMemoryContext, "pg_follower rows", ALLOCSET_DEFAULT_SIZES);
    auto slots = allocate_zeroed<TupleTableSlot *>(most_rows);
    BulkInsertState inserter = GetBulkInsertState();
    int options = TABLE_INSERT_SKIP_FSM | (is_new ? TABLE_INSERT_FROZEN : 0);
    CommandId command = GetCurrentCommandId(true);
    for (bool more = true; more;) {
        int count = 0;
        int64 begin = reader.bytes();
        while (count < most_rows && reader.bytes() - begin < most_bytes) {
            CHECK_FOR_INTERRUPTS();
            if (!slots[count])
                slots[count] = table_slot_create(table, nullptr);
            MemoryContextScope scope(row_context);
            more = reader.next(slots[count]);
            if (!more)
                break;
            ++count;
        }
        if (count > 0) {
            MemoryContextScope scope(row_context);
            table_multi_insert(table, slots, count, command, options, inserter);
        }
        for (int i = 0; i < count; ++i)
            (void)ExecClearTuple(slots[i]);
        MemoryContextReset(row_context);
        loaded.rows += count;
        pgstat_progress_update_param(PROGRESS_COPY_TUPLES_PROCESSED, loaded.rows);
    }
    FreeBulkInsertState(inserter);
    table_finish_bulk_insert(table, options);
    for (int i = 0; i < most_rows && slots[i]; ++i)
        ExecDropSingleTupleTableSlot(slots[i]);
    MemoryContextDelete(row_context);
    loaded.bytes = reader.bytes();
    reader.close();
    return loaded;
}

} // namespace

List *copied_columns(Relation table)
{
    List *columns = NIL;
    TupleDesc description = RelationGetDescr(table);
    for (int i = 0; i < description->natts; ++i) {
        Form_pg_attribute attribute = TupleDescAttr(description, i);
        if (!attribute->attisdropped && attribute->attgenerated == '\0')
            columns = lappend(columns, pstrdup(NameStr(attribute->attname)));
    }
    return columns;
}

void build_index(Relation table, Oid index)
{
    IndexName name = {qualified_name(table), get_rel_name(index)};
    ErrorContextScope context(describe_index, &name);
    ErrorContextScope hint(hint_at_function_path, nullptr);
    rebuild_index(index, table->rd_rel->relpersistence);
}

Loaded replace_rows(Relation table, Source &source, bool is_followed)
{
    Loaded loaded = {};
    bool populated = source.is_populated();
    if (populated)
        source.start(table, copied_columns(table));
    // What is empty on both sides needs nothing.
    if ((populated && !source.is_empty()) || RelationGetNumberOfBlocks(table) > 0) {
        if (is_followed && table->rd_rel->relkind == RELKIND_RELATION)
            delete_rows(table);
        give_new_storage(table);
        if (populated)
            loaded = load_rows(table, source, true);
        CommandCounterIncrement();
        build_indexes(table);
    }
    if (table->rd_rel->relkind == RELKIND_MATVIEW && RelationIsPopulated(table) != populated)
        SetMatViewPopulatedState(table, populated);
    return loaded;
}

List *empty_for_parts(Relation table, bool is_followed)
{
    if (is_followed)
        delete_rows(table);
    give_new_storage(table);
    List *indexes = indexes_of(table, true);
    // They are empty, too, so that they fit the table until then.
    for (Oid index : each_oid(indexes)) {
        build_index(table, index);
        mark_invalid(index, true);
    }
    return indexes;
}

Loaded add_rows(Relation table, Source &source, const BlockRange &part)
{
    source.start(table, copied_columns(table), &part);
    return load_rows(table, source, false);
}

void give_up_parts(Relation table, bool is_followed)
{
    if (is_followed)
        delete_rows(table);
    give_new_storage(table);
    build_indexes(table);
}

} // namespace pg_follower::apply
