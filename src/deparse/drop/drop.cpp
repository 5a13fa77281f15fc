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
// the table. Where a single relation is dropped, its parts go with it, and nothing is written for them.
#include "deparse/drop/drop.hpp"
#include "deparse/dead_rows.hpp"
#include "deparse/drop/drop_circles.hpp"
#include "deparse/drop/drop_forms.hpp"
#include "deparse/drop/dropped_parts.hpp"
#include "deparse/dropped_objects.hpp"
#include "deparse/object/user_event_trigger.hpp"
#include "deparse/object_name.hpp"
#include "deparse/verb/default_privileges.hpp"
#include "deparse/written.hpp"

extern "C" {
#include "catalog/dependency.h"
#include "catalog/pg_class.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_publication_namespace.h"
#include "catalog/pg_publication_rel.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_rewrite.h"
#include "catalog/pg_type.h"
#include "rewrite/rewriteSupport.h"
}

namespace pg_follower::deparse {
namespace {

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

// Whether the command's CASCADE reached it, and the command did not name it.
bool is_by_cascade(const DroppedObject &object)
{
    return object.normal && !object.original;
}

// ALTER PUBLICATION's own text holds what the command adds, but not what it drops.
bool is_publication_member(const DroppedObject &object)
{
    return object.address.classId == PublicationRelRelationId ||
           object.address.classId == PublicationNamespaceRelationId;
}

// Whether it is a column or constraint of a table.
bool is_part(const DroppedObject &object)
{
    const DropForm *form = find_drop_form(object.type);
    return form && (form->kind == DropKind::column || form->kind == DropKind::table_constraint) &&
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

// A typed table's column goes with the attribute of the table's type.
bool goes_with_attribute(const DroppedObject &object, const DropForm &form)
{
    return form.kind == DropKind::column && OidIsValid(type_of_table(object.address.objectId));
}

// Whether an ALTER TABLE ... DROP COLUMN ... CASCADE that is written already has taken it along.
bool went_early(const DroppedObject &object, const DropForm &form)
{
    return form.kind == DropKind::publication_table && is_by_cascade(object) && is_altered_early(table_of_part(object));
}

// Whether the drop from the parent table takes it along, or must at least come before it can go.
bool goes_with_parent(const DeadPart &dead, const DropForm &form)
{
    return dead.inherited && (form.kind != DropKind::column_default || dead.generated);
}

// Writes drops into a script. Drops of one kind that come in a row become one statement.
class DropWriter {
  public:
    DropWriter(Script &script, const DroppedObjects &objects, bool in_drop_command)
        : script_(script), objects_(objects), circles_(objects), in_drop_command_(in_drop_command)
    {
    }
    // Has to be called for each object, from the last of the list to the first.
    void write(int index);

  private:
    void write_object(int index);
    // Whether the object's drop is not in the text of the command itself.
    bool is_ours(const DroppedObject &object) const;
    // Why the drop of an object need not be written: what the object goes with.
    bool goes_with_relation(const DroppedObject &part) const;
    bool goes_with_column(const DroppedObject &object, const DropForm &form) const;
    // Writes the columns or constraints of that name that had to wait until their parents' were dropped.
    void write_waiting(const char *name);
    // Writes the objects of a circle. By then all that needed them is dropped.
    void write_circle(int circle);
    void write_statement(const DroppedObject &object, const DropForm &form, const DeadPart &dead);

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

void DropWriter::write(int index)
{
    const DroppedObject &object = objects_[index];
    int circle = circles_.of(index);
    if (!object.temporary && (object.original || object.normal))
        write_object(index);
    // A column or constraint that both a table and its parent define can be dropped only when those of the same name
    // have been dropped that nothing but a parent defines.
    if (waiting_ && is_part(object) && !has_part(objects_, index, object.address_names[2]))
        write_waiting(object.address_names[2]);
    bool last = circle >= 0;
    for (int i = 0; i < index && last; ++i)
        last = circles_.of(i) != circle;
    if (last)
        write_circle(circle);
}

bool DropWriter::is_ours(const DroppedObject &object) const
{
    return is_by_cascade(object) || (object.original && (in_drop_command_ || is_publication_member(object)));
}

// Where nothing but the relation and its parts was dropped, the parts need no statements of their own.
bool DropWriter::goes_with_relation(const DroppedObject &part) const
{
    const DroppedObject *relation = objects_.relation_of(part);
    return relation && objects_.is_alone(*relation);
}

// A default goes with its column, but for that of a typed table's column: the column itself goes with the attribute of
// the table's type, which may be later than the default must go.
bool DropWriter::goes_with_column(const DroppedObject &object, const DropForm &form) const
{
    if (form.kind != DropKind::column_default)
        return false;
    const DroppedObject *column = objects_.column_of(object);
    return column && !OidIsValid(type_of_table(column->address.objectId));
}

void DropWriter::write_object(int index)
{
    const DroppedObject &object = objects_[index];
    if (!is_ours(object) || goes_with_owner(objects_, object))
        return;
    const DropForm *form = find_drop_form(object.type);
    if (!form)
        cannot_follow(psprintf("a dropped %s is not written", object.type));
    if (form->kind == DropKind::with_another || is_view_rule(object) || goes_with_relation(object) ||
        goes_with_column(object, *form) || goes_with_attribute(object, *form) || went_early(object, *form))
        return;
    DeadPart dead;
    if (form->kind == DropKind::column || form->kind == DropKind::table_constraint ||
        form->kind == DropKind::column_default)
        dead = read_dead_part(object, objects_.relation_of(object));
    if (goes_with_parent(dead, *form)) {
        if (dead.local && form->kind != DropKind::column_default)
            waiting_ = lappend(waiting_, const_cast<DroppedObject *>(&object));
        return;
    }

    if (form->kind == DropKind::default_privileges) {
        open_ = nullptr;
        drop_default_privileges(script_, object.address.objectId);
    } else if (circles_.of(index) >= 0 && form->kind == DropKind::object) {
        in_circles_ = lappend_int(in_circles_, index);
    } else {
        write_statement(object, *form, dead);
    }
}

void DropWriter::write_circle(int circle)
{
    open_ = nullptr;
    bool all_routines = true, all_views = true, by_cascade = false;
    const DroppedObject *first = nullptr;
    // Dropping the type drops its functions as well. The same holds for a view or an operator, and nothing else can
    // stand in a circle with functions.
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
        by_cascade |= is_by_cascade(object);
        if (!first || (object.address.classId == TypeRelationId && first->address.classId != TypeRelationId) ||
            (!routine && first->address.classId == ProcedureRelationId))
            first = &object;
    }
    in_circles_ = others;
    if (!first)
        return;
    SqlWriter &out = script_.statement(by_cascade ? RunAs::applier : RunAs::caller);
    if (!all_routines && !all_views) {
        out.format("DROP %s IF EXISTS %s CASCADE", keyword_of_type(first->type), first->identity);
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
        write_statement(*part, *find_drop_form(part->type), DeadPart());
}

void DropWriter::write_statement(const DroppedObject &object, const DropForm &form, const DeadPart &dead)
{
    RunAs run_as = is_by_cascade(object) ? RunAs::applier : RunAs::caller;
    if (open_ && open_form_ == &form && open_run_as_ == run_as) {
        open_->text(", ").text(object.identity);
        return;
    }
    SqlWriter &out = script_.statement(run_as);
    form.write(out, {form, object, objects_, dead});
    open_ = form.takes_list ? &out : nullptr;
    open_form_ = &form;
    open_run_as_ = run_as;
}

} // namespace

void deparse_drops(Script &script, const DroppedObjects &objects, bool in_drop_command)
{
    // An event trigger is dropped with its function, and no list of dropped objects names it.
    if (objects.has_function())
        drop_dead_event_triggers(script);
    DropWriter writer(script, objects, in_drop_command);
    // The object that was dropped last comes first in the server's list. What depends on an object is dropped before
    // it.
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
