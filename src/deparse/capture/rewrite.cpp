// Exact rewrites: where ALTER TABLE gives rows values that the downstream cannot compute from the row alone (a volatile
// default, the numbers of a new serial or identity column, a USING expression that is not immutable), and where an
// unlogged table becomes logged, the table's new contents follow as rows.
//
// The server fires table_rewrite when the catalogs are as the command leaves them and no row has been rewritten yet. At
// this moment three things are written. The table is emptied downstream. The ALTER TABLE follows, which there finds no
// row to evaluate anything for. And the rows that the server now writes into the table's new heap are announced to the
// output plugin, which passes them on as inserts until the command ends. Where all is immutable nothing is done here:
// the downstream computes the rows by itself from the command's text, and the plugin drops the rows of the new heap,
// which nobody announced.
//
// The server keeps the subcommands of a running ALTER TABLE to itself. They can be read when their collection is ended
// and begun again, as the server does around the commands that an ALTER TABLE runs in its midst.
#include "deparse/capture/rewrite.hpp"
#include "deparse/capture/dispatch.hpp"
#include "deparse/capture/event.hpp"
#include "deparse/capture/rewrite_effects.hpp"
#include "deparse/capture/rewrite_references.hpp"
#include "deparse/dead_rows.hpp"
#include "deparse/emit.hpp"
#include "deparse/follow.hpp"
#include "deparse/object/publication.hpp"
#include "deparse/object_facts.hpp"
#include "deparse/table/alter_table_statement.hpp"
#include "deparse/written.hpp"
#include "pg_follower/memory.hpp"
#include "pg_follower/replica_effects.hpp"
#include "pg_follower/scope.hpp"

extern "C" {
#include "catalog/heap.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_inherits.h"
#include "commands/event_trigger.h"
#include "commands/extension.h"
#include "nodes/makefuncs.h"
#include "optimizer/optimizer.h"
#include "parser/parse_coerce.h"
#include "rewrite/rewriteHandler.h"
#include "utils/acl.h"
#include "utils/float.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"
#include "utils/xml.h"
}

namespace pg_follower::deparse {
namespace {

// ------------------------------------------------------------------------------------------- what cannot be computed

// The subcommands of the statement's ALTER TABLE, which the server collects in parts, as a list of Subcommand.
List *subcommands_of(const Event &event)
{
    List *result = NIL;
    for (int i = 0; i < event.count; ++i) {
        const CollectedCommand *collected = event.commands[i].collected;
        if (collected->type != SCT_AlterTable)
            continue;
        for (const Subcommand &subcommand : Subcommands(collected)) {
            auto *copy = allocate<Subcommand>();
            *copy = subcommand;
            result = lappend(result, copy);
        }
    }
    return result;
}

// Whether the statement also gives the column another default. If so, the default of its addition is not in the
// catalogs any more.
bool changes_default(const List *subcommands, const char *column)
{
    for (Subcommand *subcommand : each<Subcommand>(subcommands))
        if (subcommand->type == AT_ColumnDefault && subcommand->command->name &&
            strcmp(subcommand->command->name, column) == 0)
            return true;
    return false;
}

// The conversion of a column whose type changes without USING, from the last type that the current transaction took
// from it. Null where no such type can be seen.
Node *implicit_conversion(Oid relid, AttrNumber column, const FormData_pg_attribute &now)
{
    // Nobody else can have changed the row, because the table is locked.
    DeadRows<FormData_pg_attribute> rows(AttributeRelationId, AttributeRelidNumIndexId,
                                         {{Anum_pg_attribute_attrelid, relid}, {Anum_pg_attribute_attnum, column}});
    auto then =
        rows.newest([&](const auto &row) { return row->atttypid != now.atttypid || row->atttypmod != now.atttypmod; });
    if (!then)
        return nullptr;
    Var *value = makeVar(1, column, then->atttypid, then->atttypmod, then->attcollation, 0);
    return coerce_to_target_type(nullptr, reinterpret_cast<Node *>(value), then->atttypid, now.atttypid, now.atttypmod,
                                 COERCION_ASSIGNMENT, COERCE_IMPLICIT_CAST, -1);
}

// The conversion of a column to its new type; null where it cannot be seen.
Node *conversion_of(const AlterTableCmd *command, Relation table, AttrNumber column)
{
    if (Node *expression = castNode(ColumnDef, command->def)->cooked_default)
        return expression;
    return implicit_conversion(RelationGetRelid(table), column, *TupleDescAttr(RelationGetDescr(table), column - 1));
}

bool conversion_is_volatile(const AlterTableCmd *command, Relation table, AttrNumber column)
{
    Node *conversion = conversion_of(command, table, column);
    return !conversion || contain_mutable_functions(conversion);
}

// Whether the conversion gives other bits than the column has, so that the table is rewritten, as
// ATColumnChangeRequiresRewrite() of tablecmds.c decides. `shifts_time`: in the session's time zone, timestamps with
// and without time zone differ.
bool conversion_rewrites(Node *conversion, AttrNumber column, bool shifts_time)
{
    for (;;) {
        if (IsA(conversion, Var))
            return castNode(Var, conversion)->varattno != column;
        if (IsA(conversion, RelabelType))
            conversion = reinterpret_cast<Node *>(castNode(RelabelType, conversion)->arg);
        else if (IsA(conversion, CoerceToDomain)) {
            auto *coercion = castNode(CoerceToDomain, conversion);
            if (DomainHasConstraints(coercion->resulttype))
                return true;
            conversion = reinterpret_cast<Node *>(coercion->arg);
        } else if (IsA(conversion, FuncExpr) && !shifts_time &&
                   (castNode(FuncExpr, conversion)->funcid == F_TIMESTAMPTZ_TIMESTAMP ||
                    castNode(FuncExpr, conversion)->funcid == F_TIMESTAMP_TIMESTAMPTZ))
            conversion = static_cast<Node *>(linitial(castNode(FuncExpr, conversion)->args));
        else
            return true;
    }
}

// Whether the column is an identity column. Its default cannot be asked for yet, because the sequence belongs to the
// column only when the command is done.
bool is_identity(Relation table, AttrNumber column)
{
    return TupleDescAttr(RelationGetDescr(table), column - 1)->attidentity != '\0';
}

// Of a subcommand that adds a column or changes its type: that column in the table. InvalidAttrNumber where the table
// has no such column, and for other subcommands.
AttrNumber filled_column(const Subcommand &subcommand, Relation table)
{
    if (subcommand.type == AT_AlterColumnType)
        return get_attnum(RelationGetRelid(table), subcommand.command->name);
    return subcommand.type == AT_AddColumn
               ? get_attnum(RelationGetRelid(table), castNode(ColumnDef, subcommand.command->def)->colname)
               : InvalidAttrNumber;
}

// Whether the default of an added column gives values that another evaluation would not give.
bool addition_is_volatile(const List *subcommands, const Subcommand &addition, Relation table, AttrNumber column)
{
    return changes_default(subcommands, castNode(ColumnDef, addition.command->def)->colname) ||
           is_identity(table, column) || contain_mutable_functions(build_column_default(table, column));
}

// Whether rows of the table get values by the statement that another evaluation would not give.
bool is_volatile(const Event &event, Relation table)
{
    const List *subcommands = subcommands_of(event);
    for (Subcommand *subcommand : each<Subcommand>(subcommands))
        if (AttrNumber column = filled_column(*subcommand, table); column != InvalidAttrNumber)
            if (subcommand->type == AT_AlterColumnType ? conversion_is_volatile(subcommand->command, table, column)
                                                       : addition_is_volatile(subcommands, *subcommand, table, column))
                return true;
    return false;
}

bool certainly_converts(const Subcommand &subcommand, Relation table, AttrNumber column, bool shifts_time)
{
    Node *conversion = conversion_of(subcommand.command, table, column);
    return conversion && contain_mutable_functions(conversion) && conversion_rewrites(conversion, column, shifts_time);
}

bool certainly_fills(Relation table, AttrNumber column)
{
    // A table that had the column before has only merged it.
    Form_pg_attribute attribute = TupleDescAttr(RelationGetDescr(table), column - 1);
    return !attribute->attislocal && attribute->attinhcount == 1 &&
           (is_identity(table, column) || contain_volatile_functions(build_column_default(table, column)));
}

// Whether the statement is certain to rewrite the table, a descendant of the one that it names, with such values.
bool will_be_rewritten(const Event &event, Relation table, bool shifts_time)
{
    for (Subcommand *subcommand : each<Subcommand>(subcommands_of(event)))
        if (AttrNumber column = filled_column(*subcommand, table); column != InvalidAttrNumber)
            if (subcommand->type == AT_AlterColumnType ? certainly_converts(*subcommand, table, column, shifts_time)
                                                       : certainly_fills(table, column))
                return true;
    return false;
}

// ------------------------------------------------------------------------------------------------------------ writing

// Whether the current transaction has dropped a foreign key of another table that refers to this one. If the running
// statement did, by CASCADE, the downstream still has it.
bool lost_reference(Oid relid)
{
    for (const auto &row :
         DeadRows<FormData_pg_constraint>(ConstraintRelationId, InvalidOid, {{Anum_pg_constraint_confrelid, relid}}))
        if (row->conrelid != relid)
            return true;
    return false;
}

// Empties the table downstream. The owner may have revoked the privilege that this takes from itself.
void write_emptying(Script &script, Oid relid)
{
    // A table that foreign keys refer to cannot be truncated.
    bool referenced = heap_truncate_find_FKs(list_make1_oid(relid)) != NIL || lost_reference(relid);
    const char *privilege = referenced ? "DELETE" : "TRUNCATE";
    bool may = pg_class_aclcheck(relid, GetUserId(), referenced ? ACL_DELETE : ACL_TRUNCATE) == ACLCHECK_OK;
    RelationScope table(relid);
    // Policies would keep rows from the owner.
    bool forced = referenced && table->rd_rel->relforcerowsecurity;
    auto write_force = [&](const char *change) {
        if (forced)
            script.statement().text("ALTER TABLE ONLY ").relation_name(relid).text(change);
    };
    auto write_privilege = [&](const char *verb, const char *direction) {
        if (!may)
            script.statement()
                .text(verb)
                .text(privilege)
                .text(" ON TABLE ")
                .relation_name(relid)
                .text(direction)
                .role_name(GetUserId());
    };
    bool suspended = has_replica_effects(table);
    if (suspended)
        suspend_effects(script, relid);
    write_force(" NO FORCE ROW LEVEL SECURITY");
    write_privilege("GRANT ", " TO ");
    // A publication can refuse a DELETE, but not a TRUNCATE.
    if (referenced)
        stop_published_deletes(script);
    script.statement().text(referenced ? "DELETE FROM ONLY " : "TRUNCATE TABLE ONLY ").relation_name(relid);
    if (referenced)
        restore_published_deletes(script);
    write_privilege("REVOKE ", " FROM ");
    write_force(" FORCE ROW LEVEL SECURITY");
    if (suspended)
        restore_effects(script, relid);
}

// Makes the downstream take the rows of the table that the event's ALTER TABLE now rewrites as they are. InvalidOid:
// the statement rewrites no more tables.
void take_rows_of(const Event &event, Oid relid)
{
    auto write = [&](Oid table, void (*change)(Script &, Oid)) {
        ObjectAddress address;
        ObjectAddressSet(address, RelationRelationId, table);
        follow({"ALTER TABLE", describe_object(address), GetUserId()}, [&](Script &script) { change(script, table); });
    };
    bool suspended = OidIsValid(relid) && has_effects(relid);
    RewrittenTable done = note_rewritten(event, {relid, suspended});
    if (done.suspended)
        write(done.relid, restore_effects);
    if (suspended)
        write(relid, suspend_effects);
}

// The table that the running ALTER TABLE names.
Oid named_table(const Event &event)
{
    for (int i = event.count - 1; i >= 0; --i)
        if (event.commands[i].collected->type == SCT_AlterTable)
            return event.commands[i].collected->d.alterTable.objectId;
    elog(ERROR, "table_rewrite without ALTER TABLE");
    return InvalidOid;
}

// Descendants are rewritten after the statement has been written: those that are certain to be are emptied before, so
// that nothing is evaluated for their rows.
void empty_descendants(Script &script, const Event &event, Oid parent, Oid rewritten, bool shifts_time)
{
    if (!has_subclass(parent))
        return;
    for (Oid member : each_oid(find_all_inheritors(parent, NoLock, nullptr))) {
        if (member == parent || member == rewritten || get_rel_relkind(member) != RELKIND_RELATION ||
            get_rel_persistence(member) != RELPERSISTENCE_PERMANENT)
            continue;
        RelationScope table(member);
        if (will_be_rewritten(event, table, shifts_time))
            write_emptying(script, member);
    }
}

// Whether the session has settings by which functions that are declared immutable write another text for floating-point
// numbers, names, or binary values in XML.
bool writes_text_its_own_way()
{
    return extra_float_digits < 1 || quote_all_identifiers || xmlbinary != XMLBINARY_BASE64;
}

// Whether the rows of the table's new heap are to follow. `reason` is what the server gives for the rewrite, `own_text`
// what writes_text_its_own_way() said of the session.
bool rows_follow(const Event &event, Oid relid, int reason, bool own_text)
{
    RelationScope table(relid);
    bool changes_persistence = (reason & AT_REWRITE_ALTER_PERSISTENCE) != 0;
    // The rows of an unlogged table did not follow before.
    if (table->rd_rel->relpersistence == RELPERSISTENCE_UNLOGGED)
        return changes_persistence;
    return table->rd_rel->relpersistence == RELPERSISTENCE_PERMANENT && !changes_persistence &&
           (own_text || is_volatile(event, table));
}

} // namespace

void end_rewrites(const Event &event)
{
    if (!is_begun(event))
        return;
    emit_rewrite(InvalidOid);
    take_rows_of(event, InvalidOid);
    if (Oid table = forget_written(event); OidIsValid(table))
        restore_references(event, table);
    // Where the command ran within another one's rewrite, that goes on.
    bool running;
    if (Oid outer = innermost_rewritten(running); running)
        emit_rewrite(outer);
}

} // namespace pg_follower::deparse

using namespace pg_follower;
using namespace pg_follower::deparse;

extern "C" {

PG_FUNCTION_INFO_V1(pg_follower_table_rewrite);
PGDLLEXPORT Datum pg_follower_table_rewrite(PG_FUNCTION_ARGS);

// follower.table_rewrite() returns event_trigger: sends the running ALTER TABLE now, if the table's new contents are to
// follow as rows.
Datum pg_follower_table_rewrite(PG_FUNCTION_ARGS)
{
    EventTriggerData *data = event_trigger_data(fcinfo, "follower.table_rewrite");
    Oid relid = DatumGetObjectId(OidFunctionCall0(F_PG_EVENT_TRIGGER_TABLE_REWRITE_OID));
    int reason = DatumGetInt32(OidFunctionCall0(F_PG_EVENT_TRIGGER_TABLE_REWRITE_REASON));
    if (creating_extension || get_rel_relkind(relid) != RELKIND_RELATION ||
        get_rel_persistence(relid) == RELPERSISTENCE_TEMP || !anybody_follows())
        PG_RETURN_NULL();

    EventTriggerAlterTableEnd();
    Event event = collect_event(data->parsetree);
    Oid parent = named_table(event);
    EventTriggerAlterTableStart(data->parsetree);
    EventTriggerAlterTableRelid(parent);
    // An error while this is found out must not end the user's command, so it happens inside of follow().
    ObjectAddress table;
    ObjectAddressSet(table, RelationRelationId, relid);
    bool follows = false;
    // Both depend on the session's settings, which follow() replaces by fixed ones.
    bool shifts_time = TimestampTimestampTzRequiresRewrite();
    bool own_text = writes_text_its_own_way();
    follow({"ALTER TABLE", describe_object(table), GetUserId()}, [&](Script &script) {
        follows = rows_follow(event, relid, reason, own_text);
        if (!follows)
            return;
        if (!is_begun(event))
            drop_references(script, event, parent);
        write_emptying(script, relid);
        if (!is_begun(event))
            empty_descendants(script, event, parent, relid, shifts_time);
    });
    if (!follows)
        PG_RETURN_NULL();

    event.is_running = true;
    follow_commands(event, note_rewriting);
    take_rows_of(event, relid);
    emit_rewrite(relid);
    PG_RETURN_NULL();
}

} // extern "C"
