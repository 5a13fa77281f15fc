// ALTER ... RENAME, of every kind of object.
//
// The old name comes from the statement. What stands around it (schema, arguments, relation) comes from the catalog, in
// which the object already has its new name.
#include "deparse/verb/rename.hpp"
#include "deparse/object_name.hpp"
#include "deparse/objects.hpp"
#include "pg_follower/catalog.hpp"
#include "pg_follower/compat.hpp"

extern "C" {
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "utils/lsyscache.h"
}

namespace pg_follower::deparse {
namespace {

// The relation that RENAME of a rule, trigger or policy names, by the identity of the object: name ON relation.
Oid relation_of(const ObjectAddress &address)
{
    List *names = NIL, *arguments = NIL;
    (void)getObjectIdentityParts(&address, &names, &arguments, false);
    Oid schema = get_namespace_oid(static_cast<char *>(linitial(names)), false);
    return get_relname_relid(static_cast<char *>(lsecond(names)), schema);
}

// ALTER kind old ON relation
void write_on_relation(SqlWriter &out, const Command &command, const char *old_name)
{
    out.text("ALTER ").text(object_keyword(command.address)).text(' ').name(old_name).text(" ON ");
    out.relation_name(relation_of(command.address));
}

void write_constraint(Script &script, SqlWriter &out, const Command &command, const RenameStmt *statement)
{
    SyscacheRow<FormData_pg_constraint> row(CONSTROID, command.address.objectId, "constraint");
    if (statement->renameType == OBJECT_DOMCONSTRAINT)
        out.text("ALTER DOMAIN ").type_name(row->contypid);
    else
        out.text(statement->relation->inh ? "ALTER TABLE " : "ALTER TABLE ONLY ").relation_name(row->conrelid);
    out.text(" RENAME CONSTRAINT ").name(statement->subname);
    // Older servers give NOT NULL no name.
    if (row->contype == not_null_constraint_type)
        script.last().since = OidIsValid(row->contypid) ? 17 : 18;
}

// ALTER TABLE renames columns of every kind of relation, and for some kinds there is no other command.
void write_column(SqlWriter &out, const Command &command, const RenameStmt *statement)
{
    Oid relation = command.address.objectId;
    if (get_rel_relkind(relation) == RELKIND_COMPOSITE_TYPE)
        out.text("ALTER TYPE ").relation_name(relation).text(" RENAME ATTRIBUTE ");
    else
        out.text(statement->relation->inh ? "ALTER TABLE " : "ALTER TABLE ONLY ")
            .relation_name(relation)
            .text(" RENAME COLUMN ");
    out.name(statement->subname);
}

} // namespace

const char *renamed_from(const RenameStmt *statement)
{
    if (statement->subname)
        return statement->subname;
    if (statement->relation)
        return statement->relation->relname;
    Node *object = statement->object;
    if (IsA(object, ObjectWithArgs))
        return strVal(llast(castNode(ObjectWithArgs, object)->objname));
    return IsA(object, List) ? strVal(llast(castNode(List, object))) : strVal(object);
}

void deparse_rename(Script &script, const Command &command)
{
    auto *statement = castNode(RenameStmt, command.parse_tree);
    SqlWriter &out = script.statement();
    switch (statement->renameType) {
    case OBJECT_TABCONSTRAINT:
    case OBJECT_DOMCONSTRAINT:
        write_constraint(script, out, command, statement);
        break;
    case OBJECT_COLUMN:
    case OBJECT_ATTRIBUTE:
        write_column(out, command, statement);
        break;
    case OBJECT_RULE:
    case OBJECT_TRIGGER:
    case OBJECT_POLICY:
        write_on_relation(out, command, statement->subname);
        out.text(" RENAME");
        break;
    default:
        out.text("ALTER ");
        write_object_as(out, command.address, object_schema(command.address), renamed_from(statement));
        out.text(" RENAME");
        break;
    }
    out.text(" TO ").name(statement->newname);
    if (statement->renameType == OBJECT_ATTRIBUTE && statement->behavior == DROP_CASCADE)
        out.text(" CASCADE");
}

} // namespace pg_follower::deparse
