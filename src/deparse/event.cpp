// Reads an event from the server's own set-returning functions. See event.hpp.
//
// They are called directly, without SQL: an event trigger of every DDL command must cost next to nothing.
#include "event.hpp"
#include "pg_follower/names.hpp"
#include "pg_follower/scope.hpp"
#include "pg_follower/temporary.hpp"

extern "C" {
#include "access/genam.h"
#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/pg_attrdef.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_opclass.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_cast.h"
#include "catalog/dependency.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_policy.h"
#include "catalog/pg_rewrite.h"
#include "catalog/pg_statistic_ext.h"
#include "catalog/pg_trigger.h"
#include "commands/extension.h"
#include "executor/executor.h"
#include "executor/tuptable.h"
#include "rewrite/prs2lock.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"
#include "utils/tuplestore.h"
}

namespace pg_follower {
namespace {

// Calls a set-returning function without arguments and hands each row to `take(slot)`.
template <typename Take> int for_each_row(Oid function, Take take)
{
    FmgrInfo flinfo;
    fmgr_info(function, &flinfo);
    ExprContext *econtext = CreateStandaloneExprContext();
    ReturnSetInfo result = {};
    result.type = T_ReturnSetInfo;
    result.econtext = econtext;
    result.allowedModes = SFRM_Materialize;
    result.returnMode = SFRM_ValuePerCall;
    LOCAL_FCINFO(call, 0);
    InitFunctionCallInfoData(*call, &flinfo, 0, InvalidOid, nullptr, reinterpret_cast<fmNodePtr>(&result));
    (void)FunctionCallInvoke(call);

    int count = 0;
    TupleTableSlot *slot = MakeSingleTupleTableSlot(result.setDesc, &TTSOpsMinimalTuple);
    while (tuplestore_gettupleslot(result.setResult, true, false, slot)) {
        slot_getallattrs(slot);
        take(slot);
        ++count;
    }
    ExecDropSingleTupleTableSlot(slot);
    tuplestore_end(result.setResult);
    FreeExprContext(econtext, true);
    return count;
}

char *text_at(TupleTableSlot *slot, int column)
{
    return slot->tts_isnull[column] ? nullptr : TextDatumGetCString(slot->tts_values[column]);
}

char **text_array_at(TupleTableSlot *slot, int column, int *count)
{
    *count = 0;
    if (slot->tts_isnull[column])
        return nullptr;
    Datum *elements;
    bool *nulls;
    deconstruct_array(DatumGetArrayTypeP(slot->tts_values[column]), TEXTOID, -1, false, TYPALIGN_INT, &elements, &nulls,
                      count);
    auto **strings = static_cast<char **>(palloc(sizeof(char *) * (*count + 1)));
    for (int i = 0; i < *count; ++i)
        strings[i] = nulls[i] ? nullptr : TextDatumGetCString(elements[i]);
    return strings;
}

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

    Relation catalog = table_open(address.classId, AccessShareLock);
    ScanKeyData scan_key;
    ScanKeyInit(&scan_key, key, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(address.objectId));
    SysScanDesc scan = systable_beginscan(catalog, index, true, nullptr, 1, &scan_key);
    Oid result = InvalidOid;
    if (HeapTuple tuple = systable_getnext(scan); HeapTupleIsValid(tuple)) {
        bool is_null;
        result = DatumGetObjectId(heap_getattr(tuple, relation, RelationGetDescr(catalog), &is_null));
    }
    systable_endscan(scan);
    table_close(catalog, AccessShareLock);
    return result;
}

// An OID-valued column of an object's catalog row; InvalidOid where the catalog has none (InvalidAttrNumber).
Oid catalog_oid(const ObjectAddress &address, AttrNumber column)
{
    if (column == InvalidAttrNumber)
        return InvalidOid;
    Relation catalog = table_open(address.classId, AccessShareLock);
    HeapTuple tuple = get_catalog_object_by_oid(catalog, get_object_attnum_oid(address.classId), address.objectId);
    Oid result = InvalidOid;
    if (HeapTupleIsValid(tuple)) {
        bool is_null;
        Datum value = heap_getattr(tuple, column, RelationGetDescr(catalog), &is_null);
        if (!is_null)
            result = DatumGetObjectId(value);
    }
    table_close(catalog, AccessShareLock);
    return result;
}

} // namespace

bool Event::creates(const ObjectAddress &address) const
{
    for (int i = 0; i < count; ++i) {
        const Command &command = commands[i];
        if (command.address.classId == address.classId && command.address.objectId == address.objectId &&
            command.address.objectSubId == 0 && strncmp(command.tag, "CREATE ", 7) == 0)
            return true;
    }
    return false;
}

bool Event::creates_relation(Oid relid) const
{
    ObjectAddress address;
    ObjectAddressSet(address, RelationRelationId, relid);
    return creates(address);
}

Event collect_event(Node *parse_tree)
{
    List *commands = NIL;
    int count = for_each_row(F_PG_EVENT_TRIGGER_DDL_COMMANDS, [&](TupleTableSlot *slot) {
        auto *command = static_cast<Command *>(palloc0(sizeof(Command)));
        if (!slot->tts_isnull[0])
            ObjectAddressSubSet(command->address, DatumGetObjectId(slot->tts_values[0]),
                                DatumGetObjectId(slot->tts_values[1]), DatumGetInt32(slot->tts_values[2]));
        command->tag = text_at(slot, 3);
        command->collected = reinterpret_cast<CollectedCommand *>(DatumGetPointer(slot->tts_values[8]));
        command->parse_tree = command->collected->parsetree;
        commands = lappend(commands, command);
    });

    Event event;
    event.parse_tree = parse_tree;
    event.count = count;
    event.is_running = false;
    event.search_path = pstrdup(namespace_search_path);
    event.commands = static_cast<Command *>(palloc(sizeof(Command) * (count + 1)));
    int i = 0;
    for (Command *command : each<Command>(commands))
        event.commands[i++] = *command;
    return event;
}

DroppedObjects collect_dropped_objects()
{
    List *objects = NIL;
    (void)for_each_row(F_PG_EVENT_TRIGGER_DROPPED_OBJECTS, [&](TupleTableSlot *slot) {
        auto *object = static_cast<DroppedObject *>(palloc0(sizeof(DroppedObject)));
        ObjectAddressSubSet(object->address, DatumGetObjectId(slot->tts_values[0]),
                            DatumGetObjectId(slot->tts_values[1]), DatumGetInt32(slot->tts_values[2]));
        object->original = DatumGetBool(slot->tts_values[3]);
        object->normal = DatumGetBool(slot->tts_values[4]);
        object->temporary = DatumGetBool(slot->tts_values[5]);
        object->type = text_at(slot, 6);
        object->schema = text_at(slot, 7);
        object->name = text_at(slot, 8);
        object->identity = text_at(slot, 9);
        object->address_names = text_array_at(slot, 10, &object->address_name_count);
        object->address_arguments = text_array_at(slot, 11, &object->address_argument_count);
        objects = lappend(objects, object);
    });

    return DroppedObjects(objects);
}

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
        schema = catalog_oid(address, get_object_attnum_namespace(address.classId));
    else
        return false;
    return OidIsValid(schema) && isAnyTempNamespace(schema);
}

// Whether the object is of a kind that may stand in an ordinary schema and yet ends with the session, because it uses
// something temporary: a function of a temporary table's row type, say. (A view then is temporary itself.)
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

// A view uses what its rule does.
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
    // As long as this session has made nothing temporary, nothing uses it.
    Oid temporary, toast;
    GetTempNamespaceState(&temporary, &toast);
    if (!OidIsValid(temporary))
        return false;
    Relation catalog = table_open(DependRelationId, AccessShareLock);
    ScanKeyData keys[2];
    ScanKeyInit(&keys[0], Anum_pg_depend_classid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(address.classId));
    ScanKeyInit(&keys[1], Anum_pg_depend_objid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(address.objectId));
    SysScanDesc scan = systable_beginscan(catalog, DependDependerIndexId, true, nullptr, 2, keys);
    bool found = false;
    while (HeapTuple tuple = found ? nullptr : systable_getnext(scan)) {
        auto form = reinterpret_cast<Form_pg_depend>(GETSTRUCT(tuple));
        found = form->objsubid == 0 && is_temporary_reference(*form);
    }
    systable_endscan(scan);
    table_close(catalog, AccessShareLock);
    return found || (address.classId == RelationRelationId && view_uses_temporary(address.objectId));
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

Oid owner_of(const ObjectAddress &address)
{
    return catalog_oid(address, get_object_attnum_owner(address.classId));
}

Oid creator_of(const Command &command)
{
    // Elsewhere the owner may be another (CREATE OR REPLACE of someone's function), who may do less than the user.
    if (!command.event->parse_tree || !IsA(command.event->parse_tree, CreateSchemaStmt) ||
        command.address.classId == NamespaceRelationId || !is_objectclass_supported(command.address.classId))
        return GetUserId();
    Oid owner = owner_of(command.address);
    return OidIsValid(owner) ? owner : GetUserId();
}

} // namespace pg_follower
