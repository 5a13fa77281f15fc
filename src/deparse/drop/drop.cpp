// Drops, from the list of what was really dropped.
//
// IF EXISTS, CASCADE, several objects in one command, schemas with all they hold, and mixtures of temporary and
// permanent objects thus all become plain drops of what went, in the order in which it went: dependents before what
// they depend on. Nothing that exists only downstream is dropped by a CASCADE, which is written only for a type, view
// or operator that stands in a circle with functions (drop_circles.hpp). Each drop says IF EXISTS, since an object that
// could not follow is not there.
//
// Parts of a relation (defaults, constraints, columns) that are reached by a dependency are dropped one by one even
// when their relation goes too, for the order's sake: a function may go after the default that calls it, and before
// the table. Where a single relation goes, its parts go with it unsaid.
#include "deparse/drop/drop.hpp"
#include "deparse/dead_rows.hpp"
#include "deparse/drop/drop_circles.hpp"
#include "deparse/drop/dropped_parts.hpp"
#include "deparse/dropped_objects.hpp"
#include "deparse/object/subscription.hpp"
#include "deparse/object/user_event_trigger.hpp"
#include "deparse/objects.hpp"
#include "deparse/verb/default_privileges.hpp"
#include "deparse/written.hpp"
#include "pg_follower/names.hpp"

extern "C" {
#include "catalog/dependency.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_opclass.h"
#include "catalog/pg_opfamily.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_publication_namespace.h"
#include "catalog/pg_publication_rel.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_rewrite.h"
#include "catalog/pg_type.h"
#include "rewrite/rewriteSupport.h"
#include "utils/lsyscache.h"
}

namespace pg_follower::deparse {
namespace {

// How an object type is dropped. `form` says what follows the keywords.
enum class Form : char {
    identity,            // DROP TABLE IF EXISTS identity
    aggregate,           // the same, (*) for no arguments
    transform,           // DROP TRANSFORM IF EXISTS FOR type LANGUAGE language
    user_mapping,        // DROP USER MAPPING IF EXISTS FOR user SERVER server
    table_constraint,    // ALTER TABLE table DROP CONSTRAINT
    domain_constraint,   // ALTER DOMAIN domain DROP CONSTRAINT
    column,              // ALTER TABLE table DROP COLUMN
    composite_attribute, // ALTER TYPE type DROP ATTRIBUTE
    column_default,      // ALTER TABLE table ALTER COLUMN column DROP DEFAULT
    subscription,        // a block that leaves the subscription's slot alone
    publication_table,   // ALTER PUBLICATION publication DROP TABLE table
    publication_schema,  // ALTER PUBLICATION publication DROP TABLES IN SCHEMA schema
    default_privileges,  // ALTER DEFAULT PRIVILEGES back to what is built in
    nothing,             // goes with another object
};

struct DropForm {
    const char *type; // as getObjectTypeDescription() writes it
    Form form;
    const char *keywords;
};

constexpr DropForm forms[] = {
    {"access method", Form::identity, "ACCESS METHOD"},
    {"aggregate", Form::aggregate, "AGGREGATE"},
    {"cast", Form::identity, "CAST"},
    {"collation", Form::identity, "COLLATION"},
    {"composite type", Form::nothing, ""},
    {"composite type column", Form::composite_attribute, ""},
    {"conversion", Form::identity, "CONVERSION"},
    {"default acl", Form::default_privileges, ""},
    {"default value", Form::column_default, ""},
    {"domain constraint", Form::domain_constraint, ""},
    {"extension", Form::identity, "EXTENSION"},
    {"foreign table", Form::identity, "FOREIGN TABLE"},
    {"foreign table column", Form::column, ""},
    {"foreign-data wrapper", Form::identity, "FOREIGN DATA WRAPPER"},
    {"function", Form::identity, "FUNCTION"},
    // A member of an operator family depends weakly on what it names, and so goes with it downstream, too; or it is an
    // internal part of its operator class or family, which then is dropped as well (storeOperators in opclasscmds.c).
    {"function of access method", Form::nothing, ""},
    {"index", Form::identity, "INDEX"},
    {"index column", Form::nothing, ""},
    {"language", Form::identity, "LANGUAGE"},
    {"materialized view", Form::identity, "MATERIALIZED VIEW"},
    {"materialized view column", Form::nothing, ""},
    {"operator", Form::identity, "OPERATOR"},
    {"operator class", Form::identity, "OPERATOR CLASS"},
    {"operator family", Form::identity, "OPERATOR FAMILY"},
    {"operator of access method", Form::nothing, ""},
    {"policy", Form::identity, "POLICY"},
    {"procedure", Form::identity, "PROCEDURE"},
    {"publication", Form::identity, "PUBLICATION"},
    {"publication namespace", Form::publication_schema, ""},
    {"publication relation", Form::publication_table, ""},
    {"rule", Form::identity, "RULE"},
    {"schema", Form::identity, "SCHEMA"},
    {"sequence", Form::identity, "SEQUENCE"},
    {"server", Form::identity, "SERVER"},
    {"statistics object", Form::identity, "STATISTICS"},
    {"subscription", Form::subscription, ""},
    {"table", Form::identity, "TABLE"},
    {"table column", Form::column, ""},
    {"table constraint", Form::table_constraint, ""},
    {"text search configuration", Form::identity, "TEXT SEARCH CONFIGURATION"},
    {"text search dictionary", Form::identity, "TEXT SEARCH DICTIONARY"},
    {"text search parser", Form::identity, "TEXT SEARCH PARSER"},
    {"text search template", Form::identity, "TEXT SEARCH TEMPLATE"},
    {"transform", Form::transform, "TRANSFORM"},
    {"trigger", Form::identity, "TRIGGER"},
    {"type", Form::identity, "TYPE"},
    {"user mapping", Form::user_mapping, "USER MAPPING"},
    {"view", Form::identity, "VIEW"},
    {"view column", Form::nothing, ""},
};

const DropForm *find_form(const char *type)
{
    for (const DropForm &form : forms)
        if (strcmp(form.type, type) == 0)
            return &form;
    return nullptr;
}

// A view's own rule goes with the view.
bool is_view_rule(const DroppedObject &object)
{
    return object.address.classId == RewriteRelationId && object.address_name_count > 0 &&
           strcmp(object.address_names[object.address_name_count - 1], ViewSelectRuleName) == 0;
}

// Whether the object goes with another one: as a member of an extension, as an internal part (the constructor
// functions of a range type, its multirange type, the index of a constraint), or as a partition's clone of a trigger.
bool goes_with_owner(const DroppedObjects &objects, const DroppedObject &object)
{
    bool may_be_part = object.address.classId == ProcedureRelationId || object.address.classId == TypeRelationId ||
                       object.address.classId == RelationRelationId;
    bool may_be_clone = object.address.classId == TriggerRelationId;
    if (!objects.has_extension() && !may_be_part && !may_be_clone)
        return false;
    for (DeadDependency *dependency : each<DeadDependency>(dead_dependencies(object.address)))
        if ((may_be_part && dependency->kind == DEPENDENCY_INTERNAL) ||
            ((may_be_part || may_be_clone) && dependency->kind == DEPENDENCY_PARTITION_PRI) ||
            (dependency->kind == DEPENDENCY_EXTENSION && dependency->referenced.classId == ExtensionRelationId))
            return true;
    return false;
}

// Whether it is a column or constraint of a table.
bool is_part(const DroppedObject &object)
{
    const DropForm *form = find_form(object.type);
    return form && (form->form == Form::column || form->form == Form::table_constraint) &&
           object.address_name_count > 2;
}

// Whether there is such a part, of that name, among the first `count` objects.
bool has_part(const DroppedObjects &objects, int count, const char *name)
{
    for (int i = 0; i < count; ++i)
        if (is_part(objects[i]) && strcmp(objects[i].address_names[2], name) == 0)
            return true;
    return false;
}

// Writes drops into a script. Drops of one kind that come in a row become one statement.
class DropWriter {
  public:
    DropWriter(Script &script, const DroppedObjects &objects, bool in_drop_command)
        : script_(script), objects_(objects), circles_(objects), in_drop_command_(in_drop_command)
    {
    }
    // To be called for each object, the last of the list first.
    void write(int index);

  private:
    void write_object(int index);
    // Writes the columns or constraints of that name that had to wait for their parents'.
    void write_waiting(const char *name);
    // Writes the objects of a circle, when all that needed them is gone.
    void write_circle(int circle);
    void write_statement(const DroppedObject &object, const DropForm &form, const DeadPart &dead);
    bool has_typed_table(const DroppedObject &attribute) const;
    SqlWriter &begin(RunAs run_as);
    SqlWriter &begin_or_append(const DropForm &form, RunAs run_as);

    Script &script_;
    const DroppedObjects &objects_;
    Circles circles_;
    bool in_drop_command_;
    List *waiting_ = NIL;    // parts that their tables' parents have, too
    List *in_circles_ = NIL; // indexes of objects that wait for the rest of their circles
    // The last statement, while more may be appended to it.
    SqlWriter *open_ = nullptr;
    const DropForm *open_form_ = nullptr;
    RunAs open_run_as_ = RunAs::caller;
};

// Whether DROP takes a list of such objects.
bool takes_list(const DropForm &form)
{
    constexpr const char *single[] = {"ACCESS METHOD",   "CAST",   "CONVERSION", "LANGUAGE", "OPERATOR CLASS",
                                      "OPERATOR FAMILY", "POLICY", "RULE",       "TRIGGER"};
    if (form.form != Form::identity)
        return false;
    for (const char *keywords : single)
        if (strcmp(form.keywords, keywords) == 0)
            return false;
    return true;
}

SqlWriter &DropWriter::begin(RunAs run_as)
{
    open_ = nullptr;
    return script_.statement(run_as);
}

// Begins DROP ... IF EXISTS, or goes on with the last one behind a comma.
SqlWriter &DropWriter::begin_or_append(const DropForm &form, RunAs run_as)
{
    if (open_ && open_form_ == &form && open_run_as_ == run_as)
        return open_->text(", ");
    SqlWriter &out = begin(run_as);
    out.format("DROP %s IF EXISTS ", form.keywords);
    if (takes_list(form)) {
        open_ = &out;
        open_form_ = &form;
        open_run_as_ = run_as;
    }
    return out;
}

// Whether typed tables lost a column with this attribute of their type.
bool DropWriter::has_typed_table(const DroppedObject &attribute) const
{
    Oid type = get_rel_type_id(attribute.address.objectId);
    for (int i = 0; i < objects_.count(); ++i) {
        const DroppedObject &object = objects_[i];
        if (strcmp(object.type, "table column") == 0 && object.address.objectSubId != 0 &&
            strcmp(object.address_names[2], attribute.address_names[2]) == 0 &&
            type_of_table(object.address.objectId) == type)
            return true;
    }
    return false;
}

void DropWriter::write(int index)
{
    const DroppedObject &object = objects_[index];
    int circle = circles_.of(index);
    if (!object.temporary && (object.original || object.normal))
        write_object(index);
    // What both a table and its parent define can go when the last of the name has gone that only parents define.
    if (waiting_ && is_part(object) && !has_part(objects_, index, object.address_names[2]))
        write_waiting(object.address_names[2]);
    bool last = circle >= 0;
    for (int i = 0; i < index && last; ++i)
        last = circles_.of(i) != circle;
    if (last)
        write_circle(circle);
}

void DropWriter::write_object(int index)
{
    const DroppedObject &object = objects_[index];
    bool by_cascade = object.normal && !object.original;
    // ALTER PUBLICATION writes what it adds.
    bool is_member =
        object.address.classId == PublicationRelRelationId || object.address.classId == PublicationNamespaceRelationId;
    if (!by_cascade && !(object.original && (in_drop_command_ || is_member)))
        return;
    if (goes_with_owner(objects_, object))
        return;
    const DropForm *form = find_form(object.type);
    if (!form)
        cannot_follow(psprintf("a dropped %s is not written", object.type));
    if (form->form == Form::nothing || is_view_rule(object))
        return;
    const DroppedObject *relation = objects_.relation_of(object);
    if (relation && objects_.is_alone(*relation))
        return;
    // A typed table's column goes with the attribute of its type, which may be later than its default must go.
    const DroppedObject *column = form->form == Form::column_default ? objects_.column_of(object) : nullptr;
    if (column && !OidIsValid(type_of_table(column->address.objectId)))
        return;
    if (form->form == Form::column && OidIsValid(type_of_table(object.address.objectId)))
        return;
    DeadPart dead;
    if (form->form == Form::column || form->form == Form::table_constraint || form->form == Form::column_default)
        dead = read_dead_part(object, relation);
    if (dead.inherited && (form->form != Form::column_default || dead.generated)) {
        if (dead.local && form->form != Form::column_default)
            waiting_ = lappend(waiting_, const_cast<DroppedObject *>(&object));
        return;
    }
    // An ALTER TABLE ... DROP COLUMN ... CASCADE that is written already has taken it along.
    if (form->form == Form::publication_table && by_cascade && is_altered_early(table_of_part(object)))
        return;

    if (form->form == Form::default_privileges) {
        open_ = nullptr;
        drop_default_privileges(script_, object.address.objectId);
        return;
    }

    if (circles_.of(index) >= 0 && (form->form == Form::identity || form->form == Form::aggregate))
        in_circles_ = lappend_int(in_circles_, index);
    else
        write_statement(object, *form, dead);
}

void DropWriter::write_circle(int circle)
{
    open_ = nullptr;
    bool all_routines = true, all_views = true, by_cascade = false;
    const DroppedObject *first = nullptr;
    // A type takes its functions along; so does a view or an operator, and nothing else stands in a circle with these.
    List *members = NIL, *others = NIL;
    for (int index : each_int(in_circles_)) {
        if (circles_.of(index) != circle) {
            others = lappend_int(others, index);
            continue;
        }
        const DroppedObject &object = objects_[index];
        members = lappend_int(members, index);
        bool routine = object.address.classId == ProcedureRelationId;
        all_routines &= routine;
        all_views &= strcmp(object.type, "view") == 0;
        by_cascade |= object.normal && !object.original;
        if (!first || (object.address.classId == TypeRelationId && first->address.classId != TypeRelationId) ||
            (!routine && first->address.classId == ProcedureRelationId))
            first = &object;
    }
    in_circles_ = others;
    if (!first)
        return;
    SqlWriter &out = script_.statement(by_cascade ? RunAs::applier : RunAs::caller);
    if (!all_routines && !all_views) {
        out.format("DROP %s IF EXISTS %s CASCADE", find_form(first->type)->keywords, first->identity);
    } else {
        out.text(all_views ? "DROP VIEW IF EXISTS " : "DROP ROUTINE IF EXISTS ");
        SqlWriter::Separator comma(", ");
        for (int index : each_int(members))
            out.next(comma).text(objects_[index].identity);
    }
}

void DropWriter::write_waiting(const char *name)
{
    List *now = NIL, *later = NIL;
    for (DroppedObject *part : each<DroppedObject>(waiting_))
        if (strcmp(part->address_names[2], name) == 0)
            now = lappend(now, part);
        else
            later = lappend(later, part);
    waiting_ = later;
    list_sort(now, compare_depths);
    for (DroppedObject *part : each<DroppedObject>(now))
        write_statement(*part, *find_form(part->type), DeadPart());
}

void DropWriter::write_statement(const DroppedObject &object, const DropForm &form, const DeadPart &dead)
{
    bool by_cascade = object.normal && !object.original;
    RunAs run_as = by_cascade ? RunAs::applier : RunAs::caller;
    if (form.form == Form::identity) {
        begin_or_append(form, run_as).text(object.identity);
        return;
    }
    SqlWriter &out = begin(run_as);
    switch (form.form) {
    case Form::identity:
        break;
    case Form::aggregate:
        out.text("DROP AGGREGATE IF EXISTS ");
        if (object.address_argument_count > 0)
            out.text(object.identity);
        else
            out.name(object.schema, object.address_names[object.address_name_count - 1]).text("(*)");
        break;
    case Form::transform:
        out.text("DROP TRANSFORM IF EXISTS FOR ")
            .text(object.address_names[0])
            .text(" LANGUAGE ")
            .name(object.address_arguments[0]);
        break;
    case Form::user_mapping:
        out.text("DROP USER MAPPING IF EXISTS FOR ");
        if (strcmp(object.address_names[0], "public") == 0)
            out.text("PUBLIC");
        else
            out.name(object.address_names[0]);
        out.text(" SERVER ").name(object.address_arguments[0]);
        break;
    case Form::table_constraint:
        out.text("ALTER TABLE IF EXISTS ")
            .name(object.address_names[0], object.address_names[1])
            .text(" DROP CONSTRAINT IF EXISTS ")
            .name(object.address_names[2]);
        break;
    case Form::domain_constraint:
        out.text("ALTER DOMAIN ")
            .text(object.address_names[0])
            .text(" DROP CONSTRAINT IF EXISTS ")
            .name(object.address_arguments[0]);
        break;
    case Form::column:
        out.text(strcmp(object.type, "table column") == 0 ? "ALTER TABLE IF EXISTS " : "ALTER FOREIGN TABLE IF EXISTS ")
            .text(stays_in_children(object) ? "ONLY " : "")
            .name(object.address_names[0], object.address_names[1])
            .text(" DROP COLUMN IF EXISTS ")
            .name(object.address_names[2]);
        break;
    case Form::composite_attribute:
        out.text("ALTER TYPE ")
            .name(object.address_names[0], object.address_names[1])
            .text(" DROP ATTRIBUTE IF EXISTS ")
            .name(object.address_names[2])
            .text(has_typed_table(object) ? " CASCADE" : "");
        break;
    case Form::column_default:
        // Children that still are there lose the expression with their parent.
        out.text(dead.generated ? "ALTER TABLE " : "ALTER TABLE ONLY ")
            .name(object.address_names[0], object.address_names[1])
            .text(" ALTER COLUMN ")
            .name(object.address_names[2])
            .text(dead.generated ? " DROP EXPRESSION" : " DROP DEFAULT");
        break;
    case Form::subscription:
        drop_subscription(out, object.address_names[0]);
        break;
    case Form::publication_table:
        out.text("ALTER PUBLICATION ")
            .name(object.address_arguments[0])
            .text(" DROP TABLE ONLY ")
            .name(object.address_names[0], object.address_names[1]);
        break;
    case Form::publication_schema:
        out.text("ALTER PUBLICATION ")
            .name(object.address_arguments[0])
            .text(" DROP TABLES IN SCHEMA ")
            .name(object.address_names[0]);
        break;
    case Form::default_privileges:
    case Form::nothing:
        break;
    }
}

} // namespace

void deparse_drops(Script &script, const DroppedObjects &objects, bool in_drop_command)
{
    // An event trigger goes with its function.
    if (objects.has_function())
        drop_dead_event_triggers(script);
    DropWriter writer(script, objects, in_drop_command);
    // The server lists what was dropped last first; dependents are dropped before what they depend on.
    for (int i = objects.count() - 1; i >= 0; --i)
        writer.write(i);
}

const char *describe_drops(const DroppedObjects &objects)
{
    for (int i = 0; i < objects.count(); ++i)
        if (!objects[i].temporary && objects[i].original)
            return psprintf("%s %s", objects[i].type, objects[i].identity);
    return "";
}

} // namespace pg_follower::deparse
