// CREATE, ALTER and DROP EVENT TRIGGER, and COMMENT ON EVENT TRIGGER, which event triggers themselves do not see.
//
// Event triggers that belong to an extension, this one's among them, are left to the extension on each side.
#include "deparse/object/user_event_trigger.hpp"
#include "deparse/dead_rows.hpp"
#include "deparse/hooked_command.hpp"

extern "C" {
#include "catalog/dependency.h"
#include "catalog/pg_event_trigger.h"
#include "catalog/pg_type.h"
#include "commands/event_trigger.h"
#include "commands/trigger.h"
#include "utils/acl.h"
#include "utils/array.h"
}

namespace pg_follower::deparse {

const char *describe_event_trigger(const char *name)
{
    Oid trigger = get_event_trigger_oid(name, true);
    if (OidIsValid(trigger) && OidIsValid(getExtensionOfObject(EventTriggerRelationId, trigger)))
        return nullptr;
    SqlWriter out;
    out.text("event trigger ").name(name);
    return out.c_str();
}

namespace {

const char *object_of_create(Node *node, const void *)
{
    return describe_event_trigger(castNode(CreateEventTrigStmt, node)->trigname);
}

void write_create(Script &script, Node *node, const void *)
{
    const char *name = castNode(CreateEventTrigStmt, node)->trigname;
    CatalogRow<FormData_pg_event_trigger> row(EventTriggerRelationId, get_event_trigger_oid(name, false));
    SqlWriter &out = script.statement();
    out.text("CREATE EVENT TRIGGER ").name(name).text(" ON ").name(NameStr(row->evtevent));
    bool is_null;
    Datum tags = row.datum(Anum_pg_event_trigger_evttags, is_null);
    if (!is_null) {
        Datum *elements;
        int count;
        deconstruct_array(DatumGetArrayTypeP(tags), TEXTOID, -1, false, TYPALIGN_INT, &elements, nullptr, &count);
        out.text(" WHEN TAG IN (");
        SqlWriter::Separator comma(", ");
        for (int i = 0; i < count; ++i)
            out.next(comma).literal(TextDatumGetCString(elements[i]));
        out.text(')');
    }
    out.text(" EXECUTE FUNCTION ").function_name(row->evtfoid).text("()");
}

const char *object_of_alter(Node *node, const void *)
{
    return describe_event_trigger(castNode(AlterEventTrigStmt, node)->trigname);
}

void write_alter(Script &script, Node *node, const void *)
{
    auto statement = castNode(AlterEventTrigStmt, node);
    const char *state = statement->tgenabled == TRIGGER_DISABLED           ? " DISABLE"
                        : statement->tgenabled == TRIGGER_FIRES_ON_REPLICA ? " ENABLE REPLICA"
                        : statement->tgenabled == TRIGGER_FIRES_ALWAYS     ? " ENABLE ALWAYS"
                                                                           : " ENABLE";
    script.statement().text("ALTER EVENT TRIGGER ").name(statement->trigname).text(state);
}

const char *object_of_rename(Node *node, const void *)
{
    return describe_event_trigger(castNode(RenameStmt, node)->newname);
}

void write_rename(Script &script, Node *node, const void *)
{
    auto statement = castNode(RenameStmt, node);
    script.statement()
        .text("ALTER EVENT TRIGGER ")
        .name(strVal(statement->object))
        .text(" RENAME TO ")
        .name(statement->newname);
}

const char *object_of_owner(Node *node, const void *)
{
    return describe_event_trigger(strVal(castNode(AlterOwnerStmt, node)->object));
}

void write_owner(Script &script, Node *node, const void *)
{
    auto statement = castNode(AlterOwnerStmt, node);
    script.statement()
        .text("ALTER EVENT TRIGGER ")
        .name(strVal(statement->object))
        .text(" OWNER TO ")
        .role_name(get_rolespec_oid(statement->newowner, false));
}

const char *object_of_comment(Node *node, const void *)
{
    return describe_event_trigger(strVal(castNode(CommentStmt, node)->object));
}

void write_comment(Script &script, Node *node, const void *)
{
    auto statement = castNode(CommentStmt, node);
    script.statement()
        .text("COMMENT ON EVENT TRIGGER ")
        .name(strVal(statement->object))
        .text(" IS ")
        .literal_or_null(statement->comment);
}

// The event triggers that the statement names, without those of extensions and without names that do not exist.
void *triggers_before_drop(Node *node)
{
    List *names = NIL;
    for (Node *object : each<Node>(castNode(DropStmt, node)->objects))
        if (OidIsValid(get_event_trigger_oid(strVal(object), true)) && describe_event_trigger(strVal(object)))
            names = lappend(names, pstrdup(strVal(object)));
    return names;
}

const char *object_of_drop(Node *, const void *before)
{
    auto names = static_cast<const List *>(before);
    return names ? describe_event_trigger(static_cast<const char *>(linitial(names))) : nullptr;
}

void write_drop(Script &script, Node *, const void *before)
{
    for (char *name : each<char>(static_cast<const List *>(before)))
        script.statement().text("DROP EVENT TRIGGER ").name(name);
}

bool was_of_extension(Oid trigger)
{
    ObjectAddress address;
    ObjectAddressSet(address, EventTriggerRelationId, trigger);
    for (DeadDependency *dependency : each<DeadDependency>(dead_dependencies(address)))
        if (dependency->kind == DEPENDENCY_EXTENSION)
            return true;
    return false;
}

} // namespace

void drop_dead_event_triggers(Script &script)
{
    for (const auto &row : DeadRows<FormData_pg_event_trigger>(EventTriggerRelationId, InvalidOid, {})) {
        const char *name = NameStr(row->evtname);
        // An ALTER leaves a dead row of an event trigger that still exists. And the name may have gone to another one.
        if (!SearchSysCacheExists1(EVENTTRIGGEROID, ObjectIdGetDatum(row->oid)) &&
            !OidIsValid(get_event_trigger_oid(name, true)) && !was_of_extension(row->oid))
            script.statement(RunAs::applier).text("DROP EVENT TRIGGER IF EXISTS ").name(name);
    }
}

constexpr HookedCommand hooked_create_event_trigger = {Scope::database, nullptr, object_of_create, write_create};
constexpr HookedCommand hooked_alter_event_trigger = {Scope::database, nullptr, object_of_alter, write_alter};
constexpr HookedCommand hooked_rename_event_trigger = {Scope::database, nullptr, object_of_rename, write_rename};
constexpr HookedCommand hooked_event_trigger_owner = {Scope::database, nullptr, object_of_owner, write_owner};
constexpr HookedCommand hooked_comment_on_event_trigger = {Scope::database, nullptr, object_of_comment, write_comment};
constexpr HookedCommand hooked_drop_event_trigger = {Scope::database, triggers_before_drop, object_of_drop, write_drop};

} // namespace pg_follower::deparse
