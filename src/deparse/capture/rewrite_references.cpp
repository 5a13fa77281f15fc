// Foreign keys that refer to a column whose type changes are made anew by the server, which checks their rows again.
// The downstream cannot check while the table's new rows are still to come (see rewrite.cpp). So where those follow as
// rows, the foreign keys of other tables are dropped before the ALTER TABLE, and made again when its rows are there.
#include "deparse/capture/rewrite_references.hpp"
#include "deparse/follow.hpp"
#include "deparse/object_facts.hpp"
#include "deparse/object_name.hpp"
#include "deparse/table/alter_table_statement.hpp"
#include "deparse/table/constraint_parts.hpp"
#include "pg_follower/catalog.hpp"
#include "pg_follower/memory.hpp"

extern "C" {
#include "access/transam.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_inherits.h"
#include "commands/comment.h"
#include "utils/array.h"
#include "utils/lsyscache.h"
}

namespace pg_follower::deparse {
namespace {

struct Reference {
    Oid constraint;
    Oid relid; // the referencing table
    Oid referenced;
    const char *name;
};

bool is_among(const List *references, Oid constraint)
{
    for (Reference *reference : each<Reference>(references))
        if (reference->constraint == constraint)
            return true;
    return false;
}

// Adds the foreign keys of tables outside of the tree that refer to the member's column.
List *add_references(List *found, const List *tree, Oid member, AttrNumber column)
{
    for (const auto &dependency :
         CatalogScan<FormData_pg_depend>(DependRelationId, DependReferenceIndexId,
                                         {{Anum_pg_depend_refclassid, RelationRelationId},
                                          {Anum_pg_depend_refobjid, member},
                                          {Anum_pg_depend_refobjsubid, static_cast<int32>(column)}})) {
        if (dependency->classid != ConstraintRelationId || is_among(found, dependency->objid))
            continue;
        SyscacheRow<FormData_pg_constraint> constraint(CONSTROID, ObjectIdGetDatum(dependency->objid));
        // The foreign keys of partitions go and come with their parent's.
        if (!constraint || constraint->contype != CONSTRAINT_FOREIGN || constraint->confrelid != member ||
            OidIsValid(constraint->conparentid) || list_member_oid(tree, constraint->conrelid))
            continue;
        auto *reference = allocate<Reference>();
        *reference = {constraint->oid, constraint->conrelid, member, pstrdup(NameStr(constraint->conname))};
        found = lappend(found, reference);
    }
    return found;
}

// The tables that an ALTER TABLE of the relation may rewrite: its descendants, or those of a composite type.
List *find_tree(Oid relid)
{
    if (get_rel_relkind(relid) != RELKIND_COMPOSITE_TYPE)
        return find_all_inheritors(relid, NoLock, nullptr);
    List *tables = NIL;
    for (const auto &table : CatalogScan<FormData_pg_class>(RelationRelationId, InvalidOid,
                                                            {{Anum_pg_class_reloftype, get_rel_type_id(relid)}}))
        tables = list_concat(tables, find_all_inheritors(table->oid, NoLock, nullptr));
    return tables;
}

// The foreign keys that the event's ALTER TABLE makes anew, as a list of Reference.
List *find_references(const Event &event, Oid table)
{
    List *tree = find_tree(table);
    List *found = NIL;
    for (int i = 0; i < event.count; ++i) {
        const CollectedCommand *collected = event.commands[i].collected;
        if (collected->type != SCT_AlterTable || collected->d.alterTable.objectId != table)
            continue;
        for (const Subcommand &subcommand : Subcommands(collected)) {
            if (subcommand.type != AT_AlterColumnType)
                continue;
            for (Oid member : each_oid(tree))
                if (AttrNumber column = get_attnum(member, subcommand.command->name); column != InvalidAttrNumber)
                    found = add_references(found, tree, member, column);
        }
    }
    return found;
}

bool is_own_type(Oid type)
{
    Oid base = getBaseType(type);
    return base < FirstNormalObjectId || type_is_enum(base);
}

// Whether checking the foreign key calls nothing but the server's own functions.
bool is_checked_by_server(Oid constraint)
{
    SyscacheRow<FormData_pg_constraint> row(CONSTROID, constraint, "constraint");
    auto own_types = [&](AttrNumber columns, Oid relid) {
        bool is_null;
        Datum value = row.datum(columns, is_null);
        if (is_null)
            elog(ERROR, "constraint %u has no columns", constraint);
        ArrayType *array = DatumGetArrayTypeP(value);
        auto *numbers = reinterpret_cast<int16 *>(ARR_DATA_PTR(array));
        for (int i = 0; i < ARR_DIMS(array)[0]; ++i)
            if (!is_own_type(get_atttype(relid, numbers[i])))
                return false;
        return true;
    };
    return own_types(Anum_pg_constraint_conkey, row->conrelid) && own_types(Anum_pg_constraint_confkey, row->confrelid);
}

} // namespace

void drop_references(Script &script, const Event &event, Oid table)
{
    for (Reference *reference : each<Reference>(find_references(event, table)))
        script.statement(RunAs::applier)
            .text("ALTER TABLE IF EXISTS ")
            .relation_name(reference->relid)
            .text(" DROP CONSTRAINT IF EXISTS ")
            .name(reference->name);
}

void restore_references(const Event &event, Oid table)
{
    for (Reference *reference : each<Reference>(find_references(event, table))) {
        ObjectAddress address;
        ObjectAddressSet(address, ConstraintRelationId, reference->constraint);
        ObjectAddress referencing;
        ObjectAddressSet(referencing, RelationRelationId, reference->relid);
        // The caller need not own the referencing table, and may lack the owner's privileges: the owner runs this.
        follow({"ALTER TABLE", describe_object(referencing), object_owner(referencing)}, [&](Script &script) {
            SqlWriter &out =
                script.statement(is_checked_by_server(reference->constraint) ? RunAs::applier : RunAs::caller);
            out.text("ALTER TABLE ").relation_name(reference->relid).text(" ADD ");
            write_constraint(out, reference->constraint);
            write_object_comment(script, address, GetComment(reference->constraint, ConstraintRelationId, 0));
        });
    }
}

} // namespace pg_follower::deparse
