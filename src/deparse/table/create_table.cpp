// CREATE TABLE, from the catalog, as it stands when the whole statement is done.
//
// The text holds all that the statement made for the table: columns with their identity sequences, and constraints
// with the names that the server chose. The statement's own inner commands for those (its constraints' indexes, the
// ALTER TABLE that adds foreign keys) therefore write nothing; sequences of serial columns, and indexes, statistics
// and comments that LIKE copied, are commands of their own.
#include "deparse/object_facts.hpp"
#include "deparse/objects.hpp"
#include "deparse/table/column_parts.hpp"
#include "deparse/table/constraint_parts.hpp"
#include "deparse/table/foreign_options.hpp"
#include "deparse/table/index.hpp"
#include "deparse/table/not_null.hpp"
#include "deparse/table/sequence.hpp"
#include "deparse/table/storage_options.hpp"
#include "deparse/table/stored_expression.hpp"
#include "deparse/table/tablespaces.hpp"
#include "deparse/written.hpp"
#include "pg_follower/catalog.hpp"
#include "pg_follower/compat.hpp"
#include "pg_follower/memory.hpp"
#include "pg_follower/scope.hpp"

extern "C" {
#include "catalog/partition.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_sequence.h"
#include "catalog/pg_type.h"
#include "access/toast_compression.h"
#include "commands/defrem.h"
#include "commands/tablespace.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/ruleutils.h"
}

namespace pg_follower::deparse {
namespace {

// The items of the parenthesised list: columns, then constraints.
class Items {
  public:
    explicit Items(SqlWriter &out) : out_(out) {}
    SqlWriter &next()
    {
        if (comma_.first)
            out_.text(" (");
        return out_.next(comma_);
    }
    // Ends the list. An empty one is written where the grammar wants it.
    void end(bool required)
    {
        if (!comma_.first)
            out_.text(')');
        else if (required)
            out_.text(" ()");
    }

  private:
    SqlWriter &out_;
    SqlWriter::Separator comma_{", "};
};

// Whether the role may not name the column's type, because it may not use the type's schema: LIKE and CREATE TABLE AS
// take a type without its name. A default or a partition key, which need the type from the start, cannot do without it.
bool has_unusable_type(Relation table, const FormData_pg_attribute &column, Oid role)
{
    Bitmapset *number = bms_make_singleton(column.attnum - FirstLowInvalidHeapAttributeNumber);
    return !column.atthasdef && !column.attidentity && !has_partition_attrs(table, number, nullptr) &&
           !may_use_schema(CatalogRow<FormData_pg_type>(TypeRelationId, column.atttypid)->typnamespace, role);
}

void write_columns(Items &items, Relation table, Oid creator)
{
    TupleDesc descriptor = RelationGetDescr(table);
    for (int i = 0; i < descriptor->natts; ++i) {
        Form_pg_attribute attribute = TupleDescAttr(descriptor, i);
        if (attribute->attisdropped || !attribute->attislocal || leave_out_column(*attribute))
            continue;
        SqlWriter &out = items.next();
        out.name(NameStr(attribute->attname)).text(' ');
        if (has_unusable_type(table, *attribute, creator)) {
            write_not_null(out.text("integer"), table, attribute->attnum);
            continue;
        }
        out.type_name(attribute->atttypid, attribute->atttypmod);
        write_column_properties(out, table, attribute->attnum);
    }
}

// Gives columns their true types that the creator may not name. The table is empty, so no code of users is run.
void write_unusable_types(Script &script, Relation table, Oid creator)
{
    TupleDesc descriptor = RelationGetDescr(table);
    auto alter = [&](const FormData_pg_attribute &column) -> SqlWriter & {
        return script.statement(RunAs::applier)
            .text("ALTER TABLE ONLY ")
            .relation_name(RelationGetRelid(table))
            .text(" ALTER COLUMN ")
            .name(NameStr(column.attname));
    };
    for (int i = 0; i < descriptor->natts; ++i) {
        Form_pg_attribute attribute = TupleDescAttr(descriptor, i);
        if (attribute->attisdropped || !attribute->attislocal || leave_out_column(*attribute) ||
            !has_unusable_type(table, *attribute, creator))
            continue;
        SqlWriter &out = alter(*attribute).text(" TYPE ").type_name(attribute->atttypid, attribute->atttypmod);
        write_column_collation(out, *attribute);
        out.text(" USING NULL");
        if (CompressionMethodIsValid(attribute->attcompression))
            alter(*attribute).text(" SET COMPRESSION ").text(GetCompressionMethodName(attribute->attcompression));
    }
}

// Writes what a partition's columns have other than its parent's. A partition has all columns of its parent.
void write_partition_columns(Items &items, Relation table, Relation parent)
{
    TupleDesc descriptor = RelationGetDescr(table);
    for (int i = 0; i < descriptor->natts; ++i) {
        Form_pg_attribute attribute = TupleDescAttr(descriptor, i);
        if (attribute->attisdropped || leave_out_column(*attribute))
            continue;
        AttrNumber parent_column = get_attnum(RelationGetRelid(parent), NameStr(attribute->attname));
        const char *own = column_default(table, attribute->attnum);
        const char *inherited = column_default(parent, parent_column);
        // From version 16 on a partition may generate its column by another expression.
        bool other_default =
            !attribute->attidentity && (own ? !inherited || strcmp(own, inherited) != 0 : inherited != nullptr);
        bool not_null = is_own_not_null(table, attribute->attnum);
        if (!other_default && !not_null)
            continue;
        SqlWriter &out = items.next();
        out.name(NameStr(attribute->attname));
        if (other_default && attribute->attgenerated)
            write_generation(out, *attribute, own);
        else if (other_default)
            out.text(" DEFAULT ").text(own ? own : "NULL");
        if (not_null)
            write_not_null(out, table, attribute->attnum);
    }
}

// Writes what the columns of a typed table have beyond the attributes of their type.
void write_typed_columns(Items &items, Relation table)
{
    TupleDesc descriptor = RelationGetDescr(table);
    for (int i = 0; i < descriptor->natts; ++i) {
        Form_pg_attribute attribute = TupleDescAttr(descriptor, i);
        if (attribute->attisdropped)
            continue;
        SqlWriter properties;
        write_column_properties(properties, table, attribute->attnum);
        if (!properties.empty())
            items.next().name(NameStr(attribute->attname)).text(" WITH OPTIONS").text(properties.c_str());
    }
}

struct OwnConstraint {
    Oid oid;
    Oid index; // its own; none for check constraints and foreign keys
    bool is_primary;
    bool is_foreign;
};

// Whether the constraint is written at its column: NOT NULL is, unless the table only inherits the column.
bool is_of_column(Relation table, const CatalogTuple<FormData_pg_constraint> &constraint)
{
    return constraint->contype == not_null_constraint_type &&
           (table->rd_rel->relispartition ||
            TupleDescAttr(RelationGetDescr(table), not_null_column(constraint.tuple()) - 1)->attislocal);
}

// Constraints that the table defines itself beside its columns, in the order of their names.
List *own_constraints(Relation table)
{
    List *constraints = NIL;
    for (const auto &constraint : constraints_of(RelationGetRelid(table))) {
        ObjectAddress address;
        ObjectAddressSet(address, ConstraintRelationId, constraint->oid);
        if (!constraint->conislocal || constraint->contype == CONSTRAINT_TRIGGER || is_of_column(table, constraint) ||
            is_temporary(address))
            continue;
        bool has_index = constraint->contype == CONSTRAINT_PRIMARY || constraint->contype == CONSTRAINT_UNIQUE ||
                         constraint->contype == CONSTRAINT_EXCLUSION;
        auto *own = allocate<OwnConstraint>();
        *own = {constraint->oid, has_index ? constraint->conindid : InvalidOid,
                constraint->contype == CONSTRAINT_PRIMARY, constraint->contype == CONSTRAINT_FOREIGN};
        constraints = lappend(constraints, own);
    }
    return constraints;
}

int compare_indexes(const ListCell *left, const ListCell *right)
{
    Oid one = static_cast<OwnConstraint *>(lfirst(left))->index,
        other = static_cast<OwnConstraint *>(lfirst(right))->index;
    return one < other ? -1 : one > other;
}

// Puts the constraints that have an index into the order of their indexes, in the places that such constraints have
// now. A primary key stays where it is, because CREATE TABLE makes its index first.
void order_by_index(List *constraints)
{
    List *indexed = NIL;
    for (OwnConstraint *constraint : each<OwnConstraint>(constraints))
        if (OidIsValid(constraint->index) && !constraint->is_primary)
            indexed = lappend(indexed, constraint);
    list_sort(indexed, compare_indexes);
    int next = 0;
    for (int i = 0; i < list_length(constraints); ++i) {
        auto *constraint = static_cast<OwnConstraint *>(list_nth(constraints, i));
        if (OidIsValid(constraint->index) && !constraint->is_primary)
            lfirst(list_nth_cell(constraints, i)) = list_nth(indexed, next++);
    }
}

bool has_same_columns(Oid left, Oid right)
{
    RelationScope one(left), other(right);
    const int2vector &columns = one->rd_index->indkey, &other_columns = other->rd_index->indkey;
    return columns.dim1 == other_columns.dim1 &&
           memcmp(columns.values, other_columns.values, sizeof(int16) * static_cast<size_t>(columns.dim1)) == 0;
}

// Whether CREATE TABLE would make the constraints' indexes in another order, or one index for two of them: it makes the
// primary key's first, and merges what is alike. LIKE does neither. The order matters, because the server takes the
// oldest index that fits (for a foreign key, for a partition's index).
bool needs_order(const List *constraints)
{
    for (OwnConstraint *one : each<OwnConstraint>(constraints))
        for (OwnConstraint *other : each<OwnConstraint>(constraints))
            if (OidIsValid(one->index) && OidIsValid(other->index) && one->index < other->index &&
                (other->is_primary || has_same_columns(one->index, other->index)))
                return true;
    return false;
}

void add_constraint(Script &script, Relation table, const OwnConstraint &constraint)
{
    SqlWriter &out = script.statement();
    out.text("ALTER TABLE ").relation_name(RelationGetRelid(table)).text(" ADD ");
    write_constraint(out, constraint.oid);
}

// Adds the constraints that have an index in the order of their indexes, and then the foreign keys, which may refer to
// them.
void add_in_order(Script &script, Relation table, List *constraints)
{
    list_sort(constraints, compare_indexes);
    for (OwnConstraint *constraint : each<OwnConstraint>(constraints))
        if (OidIsValid(constraint->index))
            add_constraint(script, table, *constraint);
    for (OwnConstraint *constraint : each<OwnConstraint>(constraints))
        if (constraint->is_foreign)
            add_constraint(script, table, *constraint);
}

// INHERITS (parent, ...), in the order of declaration.
void write_inheritance(SqlWriter &out, Relation table)
{
    SqlWriter::Separator comma(", ");
    for (const auto &row : CatalogScan<FormData_pg_inherits>(InheritsRelationId, InheritsRelidSeqnoIndexId,
                                                             {{Anum_pg_inherits_inhrelid, RelationGetRelid(table)}})) {
        if (comma.first)
            out.text(" INHERITS (");
        out.next(comma).relation_name(row->inhparent);
    }
    if (!comma.first)
        out.text(')');
}

// The sequence of an identity column that LIKE copied is a bigint one whatever the column's type.
void write_identity_type(Script &script, Relation table, const FormData_pg_attribute &column)
{
    Oid sequence = identity_sequence(table, column.attnum);
    Oid type = SyscacheRow<FormData_pg_sequence>(SEQRELID, sequence, "sequence")->seqtypid;
    if (type == column.atttypid)
        return;
    SqlWriter &out = script.statement();
    out.text("ALTER SEQUENCE ").relation_name(sequence).text(" AS ").type_name(type).text(' ');
    write_sequence_options(out, sequence);
}

// Writes what CREATE TABLE itself cannot say, and what may exist only upstream.
void write_afterthoughts(Script &script, Relation table)
{
    Oid relid = RelationGetRelid(table);
    TupleDesc descriptor = RelationGetDescr(table);
    for (int i = 0; i < descriptor->natts; ++i) {
        Form_pg_attribute attribute = TupleDescAttr(descriptor, i);
        if (!attribute->attisdropped && leave_out_column(*attribute))
            continue;
        if (!attribute->attisdropped && attribute->attstorage != get_typstorage(attribute->atttypid))
            script.statement()
                .text(table->rd_rel->relkind == RELKIND_FOREIGN_TABLE ? "ALTER FOREIGN TABLE ONLY "
                                                                      : "ALTER TABLE ONLY ")
                .relation_name(relid)
                .text(" ALTER COLUMN ")
                .name(NameStr(attribute->attname))
                .text(" SET STORAGE ")
                .text(storage_name(attribute->attstorage));
        if (!attribute->attisdropped && table->rd_rel->relkind == RELKIND_FOREIGN_TABLE)
            write_foreign_column_options(script, relid, attribute->attnum);
        if (!attribute->attisdropped && attribute->attidentity)
            write_identity_type(script, table, *attribute);
    }
    for (const auto &constraint : constraints_of(relid)) {
        ObjectAddress address;
        ObjectAddressSet(address, ConstraintRelationId, constraint->oid);
        if (constraint->conislocal && !is_temporary(address))
            write_constraint_tablespace(script, constraint->oid);
    }
    // A partitioned table has one, from version 17 on, only where somebody chose it for its partitions.
    if (OidIsValid(table->rd_rel->relam) &&
        (table->rd_rel->relam != HEAP_TABLE_AM_OID || table->rd_rel->relkind == RELKIND_PARTITIONED_TABLE))
        script.statement(RunAs::caller, Needed::if_possible)
            .text("ALTER TABLE ")
            .relation_name(relid)
            .text(" SET ACCESS METHOD ")
            .name(get_am_name(table->rd_rel->relam));
    // A partition is made in its parent's tablespace unless told otherwise.
    Oid tablespace = table->rd_rel->reltablespace;
    Oid given = table->rd_rel->relispartition ? get_rel_tablespace(get_partition_parent(relid, false)) : InvalidOid;
    if (tablespace != given)
        write_tablespace(script, "ALTER TABLE ", relid, tablespace);
    if (table->rd_rel->relispartition)
        write_partition_index_tablespaces(script, relid);
}

} // namespace

void deparse_create_table(Script &script, const Command &command)
{
    RelationScope table(command.address.objectId);
    Form_pg_class form = table->rd_rel;
    Oid creator = creator_of(command);
    bool own_columns = !form->relispartition && !OidIsValid(form->reloftype);

    SqlWriter &out = script.statement();
    bool foreign = form->relkind == RELKIND_FOREIGN_TABLE;
    out.text(form->relpersistence == RELPERSISTENCE_UNLOGGED ? "CREATE UNLOGGED TABLE "
             : foreign                                       ? "CREATE FOREIGN TABLE "
                                                             : "CREATE TABLE ");
    out.relation_name(RelationGetRelid(table));
    Items items(out);
    if (form->relispartition) {
        RelationScope parent(get_partition_parent(RelationGetRelid(table), false));
        out.text(" PARTITION OF ").relation_name(RelationGetRelid(parent));
        write_partition_columns(items, table, parent);
    } else if (OidIsValid(form->reloftype)) {
        out.text(" OF ").type_name(form->reloftype);
        write_typed_columns(items, table);
    } else
        write_columns(items, table, creator);
    List *constraints = own_constraints(table);
    order_by_index(constraints);
    bool in_order = needs_order(constraints);
    for (OwnConstraint *constraint : each<OwnConstraint>(constraints))
        if (!in_order || (!OidIsValid(constraint->index) && !constraint->is_foreign))
            write_constraint(items.next(), constraint->oid);
    items.end(own_columns);

    if (form->relispartition)
        write_partition_bound(out, RelationGetRelid(table));
    else
        write_inheritance(out, table);
    if (form->relkind == RELKIND_PARTITIONED_TABLE)
        out.text(" PARTITION BY ")
            .text(
                TextDatumGetCString(DirectFunctionCall1(pg_get_partkeydef, ObjectIdGetDatum(RelationGetRelid(table)))));
    if (foreign)
        write_foreign_table_clauses(out, RelationGetRelid(table));
    write_with_options(out, table);
    if (own_columns)
        write_unusable_types(script, table, creator);
    if (in_order)
        add_in_order(script, table, constraints);
    write_afterthoughts(script, table);
}

// A table that gets rows was written before them (capture/create_table_as.cpp). What is left here is WITH NO DATA.
void deparse_create_table_as(Script &script, const Command &command)
{
    if (!is_written_early(command.address.objectId))
        deparse_create_table(script, command);
}

} // namespace pg_follower::deparse
