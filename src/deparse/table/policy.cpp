// CREATE POLICY and ALTER POLICY, from the catalog.
#include "deparse/table/policy.hpp"
#include "deparse/objects.hpp"
#include "deparse/table/stored_expression.hpp"
#include "pg_follower/catalog.hpp"

extern "C" {
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_policy.h"
#include "catalog/pg_type.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/lsyscache.h"
}

namespace pg_follower::deparse {
namespace {

using Policy = CatalogTuple<FormData_pg_policy>;

const char *command_keyword(char command)
{
    switch (command) {
    case ACL_SELECT_CHR:
        return "SELECT";
    case ACL_INSERT_CHR:
        return "INSERT";
    case ACL_UPDATE_CHR:
        return "UPDATE";
    case ACL_DELETE_CHR:
        return "DELETE";
    default:
        return "ALL";
    }
}

void write_roles(SqlWriter &out, const Policy &policy)
{
    bool is_null;
    ArrayType *roles = DatumGetArrayTypeP(policy.datum(Anum_pg_policy_polroles, is_null));
    auto *oids = reinterpret_cast<Oid *>(ARR_DATA_PTR(roles));
    int count = ArrayGetNItems(ARR_NDIM(roles), ARR_DIMS(roles));
    out.text(" TO ");
    SqlWriter::Separator comma(", ");
    for (int i = 0; i < count; ++i)
        out.next(comma).role_name(oids[i]);
}

// `keyword` (expression), where the policy has that expression.
void write_condition(SqlWriter &out, const char *keyword, const Policy &policy, AttrNumber column)
{
    const char *expression = policy.string(column);
    if (!expression)
        return;
    out.text(keyword).text(" (");
    write_stored_expression(out, policy->polrelid, expression);
    out.text(')');
}

// The clauses that CREATE POLICY and ALTER POLICY share.
void write_clauses(SqlWriter &out, const Policy &policy)
{
    write_roles(out, policy);
    write_condition(out, " USING", policy, Anum_pg_policy_polqual);
    write_condition(out, " WITH CHECK", policy, Anum_pg_policy_polwithcheck);
}

// `verb` name ON table.
SqlWriter &write_head(SqlWriter &out, const char *verb, const Policy &policy)
{
    return out.text(verb).name(NameStr(policy->polname)).text(" ON ").relation_name(policy->polrelid);
}

} // namespace

void deparse_create_policy(Script &script, const Command &command)
{
    CatalogRow<FormData_pg_policy> policy(PolicyRelationId, command.address.objectId);
    SqlWriter &out = write_head(script.statement(), "CREATE POLICY ", policy);
    if (!policy->polpermissive)
        out.text(" AS RESTRICTIVE");
    out.text(" FOR ").text(command_keyword(policy->polcmd));
    write_clauses(out, policy);
}

void write_altered_policy(Script &script, Oid policy)
{
    CatalogRow<FormData_pg_policy> row(PolicyRelationId, policy);
    write_clauses(write_head(script.statement(), "ALTER POLICY ", row), row);
}

void deparse_alter_policy(Script &script, const Command &command)
{
    write_altered_policy(script, command.address.objectId);
}

void write_changed_policy_roles(Script &script)
{
    // The server collects no command for a policy that DROP OWNED changes. But its row is one that the current
    // transaction has made.
    for (const auto &policy : CatalogScan<FormData_pg_policy>(PolicyRelationId, InvalidOid, {}))
        if (TransactionIdIsCurrentTransactionId(HeapTupleHeaderGetXmin(policy.tuple()->t_data)) &&
            !isAnyTempNamespace(get_rel_namespace(policy->polrelid)))
            write_roles(write_head(script.statement(RunAs::applier), "ALTER POLICY ", policy), policy);
}

} // namespace pg_follower::deparse
