// See alter_table_statement.hpp.
#include "deparse/table/alter_table_statement.hpp"
#include "pg_follower/catalog.hpp"
#include "pg_follower/compat.hpp"

extern "C" {
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "utils/lsyscache.h"
}

namespace pg_follower::deparse {

AlterTable::AlterTable(Script &script, const Command &command)
    : script_(script), command_(command), relid_(command.collected->d.alterTable.objectId),
      relkind_(get_rel_relkind(relid_)),
      statement_(IsA(command.parse_tree, AlterTableStmt) ? castNode(AlterTableStmt, command.parse_tree) : nullptr)
{
}

Subcommand Subcommands::Iterator::operator*() const
{
    const CollectedATSubcmd *collected = *at_;
    auto *command = castNode(AlterTableCmd, collected->parsetree);
    return {command, plain_subcommand_type(command), collected->address};
}

void AlterTable::write_head(SqlWriter &out) const
{
    switch (relkind_) {
    case RELKIND_INDEX:
    case RELKIND_PARTITIONED_INDEX:
        out.text("ALTER INDEX ");
        break;
    case RELKIND_VIEW:
        out.text("ALTER VIEW ");
        break;
    case RELKIND_MATVIEW:
        out.text("ALTER MATERIALIZED VIEW ");
        break;
    case RELKIND_SEQUENCE:
        out.text("ALTER SEQUENCE ");
        break;
    case RELKIND_COMPOSITE_TYPE:
        out.text("ALTER TYPE ");
        break;
    default:
        out.text(relkind_ == RELKIND_FOREIGN_TABLE ? "ALTER FOREIGN TABLE " : "ALTER TABLE ");
        if (statement_ && !statement_->relation->inh)
            out.text("ONLY ");
        break;
    }
    out.relation_name(relid_).text(' ');
}

SqlWriter &AlterTable::next()
{
    if (out_)
        return out_->text(", ");
    out_ = &script_.statement();
    write_head(*out_);
    return *out_;
}

SqlWriter &AlterTable::separate(Needed needed)
{
    SqlWriter &out = script_.statement(RunAs::caller, needed);
    write_head(out);
    return out;
}

bool AlterTable::user_wrote(AlterTableType type, const char *column) const
{
    for (AlterTableCmd *command : each<AlterTableCmd>(statement_ ? statement_->cmds : NIL))
        if (command->subtype == type && command->name && strcmp(command->name, column) == 0)
            return true;
    return false;
}

bool AlterTable::executes(AlterTableType type, AttrNumber column) const
{
    for (const Subcommand &subcommand : subcommands())
        if (subcommand.type == type && subcommand.address.classId == RelationRelationId &&
            subcommand.address.objectId == relid_ && subcommand.address.objectSubId == column)
            return true;
    return false;
}

namespace {

// Whether what the subcommand changed is of the relation itself. From version 18 on SET NOT NULL makes a constraint.
bool is_own(const AlterTable &alter, const ObjectAddress &address)
{
    if (address.classId != ConstraintRelationId)
        return address.classId == RelationRelationId && address.objectId == alter.relid();
    SyscacheRow<FormData_pg_constraint> constraint(CONSTROID, ObjectIdGetDatum(address.objectId));
    return constraint && constraint->conrelid == alter.relid();
}

bool is_to_be_written(WriteIf write_if, const AlterTable &alter, const ObjectAddress &address)
{
    bool own = is_own(alter, address);
    switch (write_if) {
    case WriteIf::always:
        return true;
    case WriteIf::own:
        return own;
    case WriteIf::not_other:
        return own || !OidIsValid(address.objectId);
    }
    pg_unreachable();
}

} // namespace

bool write_by_form(const SubcommandForm *forms, size_t count, AlterTable &alter, const Subcommand &subcommand)
{
    for (size_t i = 0; i < count; ++i)
        if (forms[i].type == static_cast<int>(subcommand.type)) {
            if (forms[i].write && is_to_be_written(forms[i].write_if, alter, subcommand.address))
                forms[i].write(alter, subcommand, forms[i].keywords);
            return true;
        }
    return false;
}

} // namespace pg_follower::deparse
