// Statements of the stream and the tables they mean here.
//
// A statement is resolved when a transaction first uses it, and again when relcache invalidation says that its table
// changed. The lock taken then lasts until the end of the transaction, so in between only our own DDL changes the
// table, and that is told by invalidation, too.
#include "apply/execute/relation.hpp"

#include "apply/execute/extension_columns.hpp"

#include "pg_follower/catalog.hpp"
#include "pg_follower/compat.hpp"
#include "pg_follower/list.hpp"
#include "pg_follower/memory.hpp"
#include "pg_follower/referenced_catalog.hpp"
#include "pg_follower/scope.hpp"
#include "pg_follower/value_layout.hpp"
#include "apply/execute/silenced.hpp"

extern "C" {
#include "access/transam.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_index.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
}

namespace pg_follower::apply {
namespace {

// The maps that learn of changes of tables: of transactions that come whole, and of the one that was streamed.
HTAB *invalidated_maps[2];

HTAB *make_map()
{
    HASHCTL control = {};
    control.keysize = sizeof(uint32);
    control.entrysize = sizeof(Statement);
    control.hcxt = TopMemoryContext;
    return hash_create("pg_follower statements", 256, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

void invalidate(Datum, Oid relation)
{
    for (HTAB *map : invalidated_maps) {
        if (!map)
            continue;
        HASH_SEQ_STATUS scan;
        hash_seq_init(&scan, map);
        while (auto statement = static_cast<Statement *>(hash_seq_search(&scan)))
            if (!OidIsValid(relation) || statement->relation == relation)
                statement->valid = false;
    }
}

// Whether the columns that find a row are exactly the index's key.
bool is_key_of(const Statement &statement, Relation relation, const FormData_pg_index &index)
{
    int finding = 0;
    for (int i = 0; i < statement.count; ++i) {
        if (!statement.parameters[i].finds_row)
            continue;
        ++finding;
        AttrNumber column = get_attnum(RelationGetRelid(relation), statement.parameters[i].column);
        bool found = false;
        for (int k = 0; k < index.indnkeyatts; ++k)
            found |= index.indkey.values[k] == column;
        if (!found)
            return false;
    }
    return finding == index.indnkeyatts;
}

// A joined update, or one of rows that only their content names, may take the rows of a run in another order than the
// upstream did. That shows only where a unique index or an exclusion constraint other than the key looks at them.
bool order_matters(const Statement &statement, Relation relation)
{
    if (statement.kind->command != RowCommand::update_row && statement.kind->finds_by != FindsBy::row)
        return false;
    for (Oid index_id : each_oid(RelationGetIndexList(relation))) {
        SyscacheRow<FormData_pg_index> index(INDEXRELID, ObjectIdGetDatum(index_id));
        if (index && (index->indisunique || index->indisexclusion) && !is_key_of(statement, relation, *index))
            return true;
    }
    return false;
}

bool is_own_mutable_function(Oid function, void *)
{
    return function >= FirstNormalObjectId && func_volatile(function) != PROVOLATILE_IMMUTABLE;
}

// Whether the expression calls a function of users that may look at other tables.
bool looks_elsewhere(Node *node, void *argument)
{
    return node && (check_functions_in_node(node, is_own_mutable_function, nullptr) ||
                    expression_tree_walker(node, PGF_WALKER(looks_elsewhere), argument));
}

// Whether the order of the table's rows and those of other tables can be seen: by checks that look at other tables, and
// by triggers or rules that fire.
bool is_bound_to_others(Relation relation, const List *silenced)
{
    const TupleConstr *constraints = RelationGetDescr(relation)->constr;
    for (int i = 0; constraints && i < constraints->num_check; ++i)
        if (looks_elsewhere(static_cast<Node *>(stringToNode(constraints->check[i].ccbin)), nullptr))
            return true;
    return has_stream_effects(relation, silenced);
}

// Whether the statement gives a value to each column that does not compute its own.
bool sets_all_columns(const Statement &statement, Relation relation)
{
    TupleDesc description = RelationGetDescr(relation);
    for (int i = 0; i < description->natts; ++i) {
        const FormData_pg_attribute *attribute = TupleDescAttr(description, i);
        if (!attribute->attisdropped && !attribute->attgenerated && !bms_is_member(i + 1, statement.setting))
            return false;
    }
    return true;
}

// Whether what the executor would do for the statement's rows is no more than what TableWriter does.
bool is_written_directly(const Statement &statement, Relation relation)
{
    if (relation->rd_rel->relkind != RELKIND_RELATION || statement.stands_alone || statement.count == 0)
        return false;
    switch (statement.kind->finds_by) {
    case FindsBy::nothing:
        return sets_all_columns(statement, relation); // others have defaults
    case FindsBy::key:
        return false;
    case FindsBy::row:
        return true;
    }
    return false;
}

// Raises an error unless values lie in memory here as they do upstream.
void check_layout(const Parameter &parameter)
{
    const char *layout = value_layout(parameter.base);
    if (strcmp(layout, parameter.layout) != 0)
        ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                        errmsg("values of type %s are not the same on this server as on the upstream",
                               format_type_be(parameter.base)),
                        errdetail("They can be sent only as they lie in memory. Upstream: %s; here: %s.",
                                  parameter.layout, layout),
                        errhint("Use the same version of the extension on both servers.")));
}

void resolve_parameter(Parameter &parameter, Relation relation, TupleDesc description, int number,
                       MemoryContext context)
{
    AttrNumber column = get_attnum(RelationGetRelid(relation), parameter.column);
    if (column <= 0)
        ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN),
                        errmsg("column \"%s\" of table \"%s\" does not exist on this server", parameter.column,
                               RelationGetRelationName(relation)),
                        errhint("Make the table as it is on the upstream.")));
    Form_pg_attribute attribute = TupleDescAttr(RelationGetDescr(relation), column - 1);
    char name[NAMEDATALEN];
    snprintf(name, sizeof(name), "p%d", number);
    TupleDescInitEntry(description, static_cast<AttrNumber>(number), name, attribute->atttypid, attribute->atttypmod,
                       0);
    TupleDescInitEntryCollation(description, static_cast<AttrNumber>(number), attribute->attcollation);

    parameter.attribute = column;
    parameter.type = attribute->atttypid;
    parameter.read_typmod = attribute->atttypmod;
    parameter.base = getBaseTypeAndTypmod(parameter.type, &parameter.read_typmod);
    parameter.domain_element = InvalidOid;
    parameter.own_value = parameter.form == ValueForm::text ? own_value(relation, parameter.column) : nullptr;
    parameter.catalog = referenced_catalog(parameter.base);
    Oid function;
    switch (parameter.form) {
    case ValueForm::text:
        getTypeInputInfo(parameter.base, &function, &parameter.read_io_parameter);
        break;
    case ValueForm::binary:
        getTypeBinaryInputInfo(parameter.base, &function, &parameter.read_io_parameter);
        break;
    case ValueForm::image:
        check_layout(parameter);
        return;
    }
    fmgr_info_cxt(function, &parameter.read, context);
    // Domains are read as their base types: a row that is older than a NOT VALID constraint may break it.
    if (function == F_ARRAY_IN && get_typtype(parameter.read_io_parameter) == TYPTYPE_DOMAIN) {
        parameter.domain_element = parameter.read_io_parameter;
        parameter.read_io_parameter = getBaseTypeAndTypmod(parameter.domain_element, &parameter.read_typmod);
    }
}

} // namespace

void Statements::start(void (*discard_plan)(_SPI_plan *))
{
    discard_plan_ = discard_plan;
    map_ = whole_ = invalidated_maps[0] = make_map();
    CacheRegisterRelcacheCallback(invalidate, (Datum)0);
}

void Statements::enter_stream()
{
    map_ = invalidated_maps[1] = make_map();
}

void Statements::leave_stream()
{
    HASH_SEQ_STATUS scan;
    hash_seq_init(&scan, map_);
    while (auto statement = static_cast<Statement *>(hash_seq_search(&scan))) {
        discard_plans(statement);
        MemoryContextDelete(statement->context);
    }
    invalidated_maps[1] = nullptr;
    hash_destroy(map_);
    map_ = whole_;
}

void Statements::set_waiting(List *tables)
{
    waiting_ = tables;
    invalidate((Datum)0, InvalidOid);
}

void Statements::define(const StatementRecord &record)
{
    bool known;
    auto statement = static_cast<Statement *>(hash_search(map_, &record.id, HASH_ENTER, &known));
    MemoryContext old = known ? statement->context : nullptr;
    if (known)
        discard_plans(statement);
    uint32 id = record.id;
    *statement = {};
    statement->id = id;
    if (old)
        MemoryContextDelete(old);
    statement->context = AllocSetContextCreate(TopMemoryContext, "pg_follower statement", ALLOCSET_SMALL_SIZES);

    MemoryContextScope scope(statement->context);
    statement->kind = record.kind;
    statement->schema = pstrdup(record.schema);
    statement->table = pstrdup(record.table);
    statement->one = pstrdup(record.one);
    statement->run = pstrdup(record.run);
    statement->effects.count = record.effects.count;
    statement->effects.effects = allocate<ReplicaEffect>(record.effects.count);
    for (int i = 0; i < record.effects.count; ++i) {
        statement->effects.effects[i] = record.effects.effects[i];
        statement->effects.effects[i].name = pstrdup(record.effects.effects[i].name);
    }
    statement->count = record.parameter_count;
    statement->parameters = allocate_zeroed<Parameter>(record.parameter_count);
    for (int i = 0; i < record.parameter_count; ++i) {
        statement->parameters[i].column = pstrdup(record.parameters[i].column);
        statement->parameters[i].finds_row = record.parameters[i].finds_row;
        statement->parameters[i].form = record.parameters[i].form;
        statement->parameters[i].layout = pstrdup(record.parameters[i].layout);
    }
}

Statement *Statements::find(uint32 id)
{
    auto statement = static_cast<Statement *>(hash_search(map_, &id, HASH_FIND, nullptr));
    if (!statement)
        ereport(ERROR, (errcode(ERRCODE_PROTOCOL_VIOLATION),
                        errmsg("upstream sends rows for statement %u, which it has not defined", id)));
    return statement;
}

void Statements::lock(Statement *statement, uint64 transaction)
{
    if (statement->locked_in == transaction && statement->valid)
        return;
    // Locking reads pending invalidations, so a change since the last transaction shows in `valid`.
    if (statement->valid)
        LockRelationOid(statement->relation, RowExclusiveLock);
    statement->locked_in = transaction;
}

void Statements::discard_plans(Statement *statement)
{
    for (_SPI_plan **plan : {&statement->one_plan, &statement->run_plan}) {
        if (*plan)
            discard_plan_(*plan);
        *plan = nullptr;
    }
}

void Statements::resolve(Statement *statement)
{
    RangeVar *name = makeRangeVar(const_cast<char *>(statement->schema), const_cast<char *>(statement->table), -1);
    Oid found = RangeVarGetRelid(name, RowExclusiveLock, true);
    if (!OidIsValid(found))
        ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE),
                        errmsg("table \"%s.%s\" does not exist on this server", statement->schema, statement->table),
                        errhint("Make the table as it is on the upstream.")));
    RelationScope relation(found);
    char kind = relation->rd_rel->relkind;
    if (kind != RELKIND_RELATION && kind != RELKIND_PARTITIONED_TABLE)
        ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE),
                        errmsg("\"%s.%s\" is not a table on this server", statement->schema, statement->table)));

    MemoryContext resolved = AllocSetContextCreate(statement->context, "resolved", ALLOCSET_SMALL_SIZES);
    MemoryContextScope scope(resolved);
    TupleDesc description = CreateTemplateTupleDesc(statement->count + 1);
    statement->setting = statement->finding = nullptr;
    for (int i = 0; i < statement->count; ++i) {
        Parameter &parameter = statement->parameters[i];
        resolve_parameter(parameter, relation, description, i + 1, resolved);
        Bitmapset *&columns = parameter.finds_row ? statement->finding : statement->setting;
        columns = bms_add_member(columns, parameter.attribute);
    }
    TupleDescInitEntry(description, static_cast<AttrNumber>(statement->count + 1), "n", INT4OID, -1, 0);
    // A plan adapts itself to changes of the table as long as the types of its parameters stay the same.
    if (statement->resolved) {
        if (!equalTupleDescs(statement->description, description))
            discard_plans(statement);
        MemoryContextDelete(statement->resolved);
    }
    statement->resolved = resolved;
    statement->description = description;
    statement->relation = found;
    statement->owner = relation->rd_rel->relowner;
    statement->waits = list_member_oid(waiting_, found);
    statement->silenced = silenced_effects(relation, statement->effects);
    statement->stands_alone = is_bound_to_others(relation, statement->silenced);
    statement->order_matters = order_matters(*statement, relation);
    statement->may_run = *statement->run && statement->kind->order_free && !statement->stands_alone &&
                         statement->count > 0 && statement->count < MaxTupleAttributeNumber &&
                         !statement->order_matters;
    statement->written_directly = is_written_directly(*statement, relation);
    statement->valid = true;
}

} // namespace pg_follower::apply
