// What is to be known of an object in order to decide whether it follows, and as whom. See object_facts.hpp.
#include "deparse/object_facts.hpp"
#include "deparse/object_name.hpp"
#include "pg_follower/catalog.hpp"
#include "pg_follower/names.hpp"
#include "pg_follower/scope.hpp"
#include "pg_follower/temporary.hpp"

extern "C" {
#include "catalog/dependency.h"
#include "catalog/namespace.h"
#include "catalog/pg_attrdef.h"
#include "catalog/pg_cast.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_opclass.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_policy.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_rewrite.h"
#include "catalog/pg_statistic_ext.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "commands/extension.h"
#include "rewrite/prs2lock.h"
#include "utils/lsyscache.h"
}

namespace pg_follower::deparse {
namespace {

// The relation that an object of one of these catalogs belongs to, which getObjectIdentity() names but no cache does.
Oid owning_relation(const ObjectAddress &address)
{
    AttrNumber key, relation;
    Oid index;
    switch (address.classId) {
    case RelationRelationId:
        return address.objectId;
    case TriggerRelationId:
        key = Anum_pg_trigger_oid, relation = Anum_pg_trigger_tgrelid, index = TriggerOidIndexId;
        break;
    case RewriteRelationId:
        key = Anum_pg_rewrite_oid, relation = Anum_pg_rewrite_ev_class, index = RewriteOidIndexId;
        break;
    case PolicyRelationId:
        key = Anum_pg_policy_oid, relation = Anum_pg_policy_polrelid, index = PolicyOidIndexId;
        break;
    case ConstraintRelationId:
        key = Anum_pg_constraint_oid, relation = Anum_pg_constraint_conrelid, index = ConstraintOidIndexId;
        break;
    case StatisticExtRelationId:
        key = Anum_pg_statistic_ext_oid, relation = Anum_pg_statistic_ext_stxrelid, index = StatisticExtOidIndexId;
        break;
    case AttrDefaultRelationId:
        key = Anum_pg_attrdef_oid, relation = Anum_pg_attrdef_adrelid, index = AttrDefaultOidIndexId;
        break;
    default:
        return InvalidOid;
    }

    for (const auto &row : CatalogScan<AnyForm>(address.classId, index, {{key, address.objectId}})) {
        bool is_null;
        return DatumGetObjectId(row.datum(relation, is_null));
    }
    return InvalidOid;
}

} // namespace

const char *describe_object(const ObjectAddress &address)
{
    if (!OidIsValid(address.classId))
        return "";
    const char *identity = getObjectIdentity(&address, true);
    return identity ? psprintf("%s %s", getObjectTypeDescription(&address, true), identity) : "";
}

namespace {

bool is_in_temporary_schema(const ObjectAddress &address)
{
    Oid schema;
    if (Oid relid = owning_relation(address); OidIsValid(relid) && isAnyTempNamespace(get_rel_namespace(relid)))
        return true;
    if (address.classId == NamespaceRelationId)
        schema = address.objectId;
    else if (is_objectclass_supported(address.classId))
        schema = object_namespace(address);
    else
        return false;
    return OidIsValid(schema) && isAnyTempNamespace(schema);
}

// Whether the object is of a kind that may stand in an ordinary schema and yet ends with the session, because it uses
// something temporary: a function of a temporary table's row type, say. A view that uses something temporary is
// temporary itself.
bool may_use_temporary(const ObjectAddress &address)
{
    switch (address.classId) {
    case ProcedureRelationId:
    case TypeRelationId:
    case OperatorRelationId:
    case OperatorClassRelationId:
    case CastRelationId:
    case RelationRelationId:
    case ConstraintRelationId:
    case TriggerRelationId:
    case PolicyRelationId:
    case RewriteRelationId:
    case StatisticExtRelationId:
        return true;
    default:
        return false;
    }
}

// Whether what an object depends on is temporary, or a column that is left out.
bool is_temporary_reference(const FormData_pg_depend &entry)
{
    if (entry.refclassid == RelationRelationId && entry.refobjsubid > 0 &&
        is_temporary_type(get_atttype(entry.refobjid, static_cast<AttrNumber>(entry.refobjsubid))))
        return true;
    ObjectAddress referenced;
    ObjectAddressSet(referenced, entry.refclassid, entry.refobjid);
    return entry.deptype == DEPENDENCY_NORMAL && entry.refclassid != NamespaceRelationId &&
           is_in_temporary_schema(referenced);
}

// Whether a view uses something temporary: it uses what its rule uses.
bool view_uses_temporary(Oid relid)
{
    char kind = get_rel_relkind(relid);
    if (kind != RELKIND_VIEW && kind != RELKIND_MATVIEW)
        return false;
    RelationScope view(relid);
    ObjectAddress rule;
    ObjectAddressSet(rule, RewriteRelationId, view->rd_rules ? view->rd_rules->rules[0]->ruleId : InvalidOid);
    return uses_temporary(rule);
}

} // namespace

bool uses_temporary(const ObjectAddress &address)
{
    // As long as this session has created nothing temporary, nothing can use it.
    Oid temporary, toast;
    GetTempNamespaceState(&temporary, &toast);
    if (!OidIsValid(temporary))
        return false;
    for (const auto &row : CatalogScan<FormData_pg_depend>(DependRelationId, DependDependerIndexId,
                                                           {{Anum_pg_depend_classid, address.classId},
                                                            {Anum_pg_depend_objid, address.objectId},
                                                            {Anum_pg_depend_objsubid, 0}}))
        if (is_temporary_reference(*row))
            return true;
    return address.classId == RelationRelationId && view_uses_temporary(address.objectId);
}

bool is_temporary(const ObjectAddress &address)
{
    if (!OidIsValid(address.classId))
        return false;
    return is_in_temporary_schema(address) || (may_use_temporary(address) && uses_temporary(address));
}

bool is_own_extension(const ObjectAddress &address)
{
    return address.classId == ExtensionRelationId && address.objectId == get_extension_oid(extension_name, true);
}

Oid creator_of(const Command &command)
{
    // In other commands the owner need not be the user: CREATE OR REPLACE of somebody else's function. The owner then
    // may have fewer rights than the user.
    if (!command.event->parse_tree || !IsA(command.event->parse_tree, CreateSchemaStmt) ||
        command.address.classId == NamespaceRelationId || !is_objectclass_supported(command.address.classId))
        return GetUserId();
    Oid owner = object_owner(command.address);
    return OidIsValid(owner) ? owner : GetUserId();
}

} // namespace pg_follower::deparse
