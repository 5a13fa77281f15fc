// Writes NOT NULL in its oldest form, at the column, which all versions read. See not_null.hpp.
#include "deparse/table/not_null.hpp"
#include "deparse/table/constraint_parts.hpp"
#include "pg_follower/compat.hpp"

extern "C" {
#include "catalog/pg_attribute.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_type.h"
#include "commands/defrem.h"
#include "utils/array.h"
#include "utils/lsyscache.h"
}

namespace pg_follower::deparse {
namespace {

using ConstraintRow = SyscacheRow<FormData_pg_constraint>;

// Whether another constraint in the schema has the name, so that the server would choose another one. Descendants have
// inherited this one, and did not have it when it was made.
bool is_name_of_another(const FormData_pg_constraint &constraint)
{
    auto is_inherited = [&](const FormData_pg_constraint &other) {
        return other.coninhcount > 0 && other.contype == constraint.contype && OidIsValid(constraint.conrelid) &&
               list_member_oid(find_all_inheritors(constraint.conrelid, NoLock, nullptr), other.conrelid);
    };
    for (const auto &row :
         CatalogScan<FormData_pg_constraint>(ConstraintRelationId, ConstraintNameNspIndexId,
                                             {{Anum_pg_constraint_conname, NameStr(constraint.conname)},
                                              {Anum_pg_constraint_connamespace, constraint.connamespace}}))
        if (row->oid != constraint.oid && !is_inherited(*row))
            return true;
    return false;
}

// The name that the server chooses for a NOT NULL constraint of a table's column or a domain.
const char *chosen_name(const ConstraintRow &constraint)
{
    if (OidIsValid(constraint->contypid)) {
        SyscacheRow<FormData_pg_type> domain(TYPEOID, constraint->contypid, "type");
        return makeObjectName(NameStr(domain->typname), nullptr, "not_null");
    }
    SyscacheRow<FormData_pg_attribute> column(ATTNUM, ObjectIdGetDatum(constraint->conrelid),
                                              Int16GetDatum(not_null_column(constraint.tuple())));
    return makeObjectName(get_rel_name(constraint->conrelid), NameStr(column->attname), "not_null");
}

bool has_chosen_name(const ConstraintRow &constraint)
{
    return strcmp(NameStr(constraint->conname), chosen_name(constraint)) == 0 && !is_name_of_another(*constraint);
}

void write_name_and_not_null(SqlWriter &out, Oid oid)
{
    ConstraintRow constraint(CONSTROID, oid, "constraint");
    if (!has_chosen_name(constraint))
        out.text(" CONSTRAINT ").name(NameStr(constraint->conname));
    out.text(" NOT NULL");
    if (constraint->connoinherit)
        out.since(18, " NO INHERIT", "");
}

bool parent_has_not_null(Oid relid, const char *column)
{
    for (const auto &row : CatalogScan<FormData_pg_inherits>(InheritsRelationId, InheritsRelidSeqnoIndexId,
                                                             {{Anum_pg_inherits_inhrelid, relid}})) {
        SyscacheRow<FormData_pg_attribute> attribute(ATTNAME, ObjectIdGetDatum(row->inhparent),
                                                     CStringGetDatum(column));
        if (attribute && attribute->attnotnull)
            return true;
    }
    return false;
}

} // namespace

AttrNumber not_null_column(HeapTuple constraint)
{
    bool is_null;
    Datum columns = SysCacheGetAttr(CONSTROID, constraint, Anum_pg_constraint_conkey, &is_null);
    if (is_null)
        elog(ERROR, "NOT NULL constraint without a column");
    return *reinterpret_cast<int16 *>(ARR_DATA_PTR(DatumGetArrayTypeP(columns)));
}

Oid not_null_constraint(Oid relid, AttrNumber column)
{
    for (const auto &constraint : constraints_of(relid))
        if (constraint->contype == not_null_constraint_type && not_null_column(constraint.tuple()) == column)
            return constraint->oid;
    return InvalidOid;
}

bool is_own_not_null(Relation relation, AttrNumber column)
{
    Form_pg_attribute attribute = TupleDescAttr(RelationGetDescr(relation), column - 1);
    if (!attribute->attnotnull)
        return false;
    if (Oid constraint = not_null_constraint(RelationGetRelid(relation), column); OidIsValid(constraint))
        return ConstraintRow(CONSTROID, constraint, "constraint")->conislocal;
    return !parent_has_not_null(RelationGetRelid(relation), NameStr(attribute->attname));
}

void write_not_null(SqlWriter &out, Relation relation, AttrNumber column)
{
    if (!is_own_not_null(relation, column))
        return;
    if (Oid constraint = not_null_constraint(RelationGetRelid(relation), column); OidIsValid(constraint))
        write_name_and_not_null(out, constraint);
    else
        out.text(" NOT NULL");
}

void write_domain_not_null(SqlWriter &out, Oid domain)
{
    for (const auto &constraint : CatalogScan<FormData_pg_constraint>(ConstraintRelationId, ConstraintTypidIndexId,
                                                                      {{Anum_pg_constraint_contypid, domain}}))
        if (constraint->contype == not_null_constraint_type) {
            write_name_and_not_null(out, constraint->oid);
            return;
        }
    out.text(" NOT NULL");
}

const char *column_of_not_null(Oid relid, const char *name)
{
    for (const auto &row : CatalogScan<FormData_pg_constraint>(ConstraintRelationId, ConstraintRelidTypidNameIndexId,
                                                               {{Anum_pg_constraint_conrelid, relid},
                                                                {Anum_pg_constraint_contypid, InvalidOid},
                                                                {Anum_pg_constraint_conname, name}}))
        if (row->contype == not_null_constraint_type)
            return get_attname(relid, not_null_column(row.tuple()), false);
    return nullptr;
}

bool is_plain_not_null(Oid oid)
{
    ConstraintRow constraint(CONSTROID, oid, "constraint");
    return constraint->contype == not_null_constraint_type && constraint->convalidated && !constraint->connoinherit &&
           has_chosen_name(constraint);
}

} // namespace pg_follower::deparse
