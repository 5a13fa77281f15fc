// CREATE SEQUENCE and ALTER SEQUENCE, from the catalog.
//
// Sequences of identity columns are part of their table's definition. The position of a sequence is not set here.
#include "deparse/table/sequence.hpp"
#include "deparse/object_facts.hpp"
#include "deparse/object_name.hpp"
#include "deparse/objects.hpp"
#include "deparse/privileges.hpp"
#include "pg_follower/catalog.hpp"
#include "pg_follower/sequence_position.hpp"

extern "C" {
#include "access/relation.h"
#include "catalog/dependency.h"
#include "catalog/pg_class.h"
#include "catalog/pg_sequence.h"
#include "catalog/pg_type.h"
#include "commands/defrem.h"
#include "commands/sequence.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
}

namespace pg_follower::deparse {

void write_sequence_options(SqlWriter &out, Oid sequence)
{
    SyscacheRow<FormData_pg_sequence> form(SEQRELID, sequence, "sequence");
    out.text("INCREMENT BY ").number(form->seqincrement);
    out.text(" MINVALUE ").number(form->seqmin);
    out.text(" MAXVALUE ").number(form->seqmax);
    out.text(" START WITH ").number(form->seqstart);
    out.text(" CACHE ").number(form->seqcache);
    out.text(form->seqcycle ? " CYCLE" : " NO CYCLE");
}

bool is_identity_sequence(Oid sequence)
{
    Oid table;
    int32 column;
    return sequenceIsOwned(sequence, DEPENDENCY_INTERNAL, &table, &column);
}

namespace {

Oid sequence_type(Oid sequence)
{
    return SyscacheRow<FormData_pg_sequence>(SEQRELID, sequence, "sequence")->seqtypid;
}

// OWNED BY table.column, or OWNED BY NONE.
void write_owner_column(SqlWriter &out, Oid sequence)
{
    Oid table;
    int32 column;
    out.text(" OWNED BY ");
    if (sequenceIsOwned(sequence, DEPENDENCY_AUTO, &table, &column))
        out.relation_name(table).text('.').name(get_attname(table, column, false));
    else
        out.text("NONE");
}

bool is_unlogged(Oid relid)
{
    return get_rel_persistence(relid) == RELPERSISTENCE_UNLOGGED;
}

// Brings the downstream's sequence to the position of this one, which new limits must include. A sequence's advances do
// not follow by themselves.
void write_position(SqlWriter &out, Oid sequence)
{
    SqlWriter name;
    name.relation_name(sequence);
    Relation relation = relation_open(sequence, NoLock);
    SequencePosition position = read_sequence(relation);
    relation_close(relation, NoLock);
    out.text("SELECT pg_catalog.setval(").literal(name.c_str()).text(", ").number(position.last_value);
    out.text(position.is_called ? ", true)" : ", false)");
}

void write_sequence_grant(Script &script, Oid sequence, AclMode privileges, Oid grantee, const char *option)
{
    if (privileges == ACL_NO_RIGHTS)
        return;
    SqlWriter &out = script.statement(RunAs::applier);
    out.text("GRANT ");
    SqlWriter::Separator comma(", ");
    if (privileges & ACL_SELECT)
        out.next(comma).text("SELECT");
    if (privileges & ACL_UPDATE)
        out.next(comma).text("UPDATE");
    if (privileges & ACL_USAGE)
        out.next(comma).text("USAGE");
    out.text(" ON SEQUENCE ").relation_name(sequence).text(" TO ").role_name(grantee).text(option);
}

// The roles that `acl` names. The owner takes the place of the maker, because the sequence is the owner's by then.
List *grantees_of(const Acl *acl, Oid maker, Oid owner)
{
    List *roles = list_make1_oid(owner);
    for (int i = 0; acl && i < ACL_NUM(acl); ++i) {
        Oid role = ACL_DAT(acl)[i].ai_grantee;
        roles = list_append_unique_oid(roles, role == maker ? owner : role);
    }
    return roles;
}

// Downstream the sequence has the default privileges of its maker, here it has those of its owner.
void write_default_privileges(Script &script, Oid sequence, Oid maker, Oid owner)
{
    Oid schema = get_rel_namespace(sequence);
    const Acl *made = get_user_default_acl(OBJECT_SEQUENCE, maker, schema);
    const Acl *owned = get_user_default_acl(OBJECT_SEQUENCE, owner, schema);
    if (!made && !owned)
        return;
    for (Oid role : each_oid(grantees_of(made, maker, owner)))
        script.statement(RunAs::applier)
            .text("REVOKE ALL ON SEQUENCE ")
            .relation_name(sequence)
            .text(" FROM ")
            .role_name(role);
    if (!owned)
        owned = acldefault(OBJECT_SEQUENCE, owner);
    for (int i = 0; i < ACL_NUM(owned); ++i) {
        const AclItem &item = ACL_DAT(owned)[i];
        AclMode with_option = ACLITEM_GET_GOPTIONS(item);
        write_sequence_grant(script, sequence, ACLITEM_GET_PRIVS(item) & ~with_option, item.ai_grantee, "");
        write_sequence_grant(script, sequence, with_option, item.ai_grantee, " WITH GRANT OPTION");
    }
}

} // namespace

void deparse_create_sequence(Script &script, const Command &command)
{
    Oid sequence = command.address.objectId;
    auto *statement = castNode(CreateSeqStmt, command.parse_tree);
    // While the command runs, the sequence of an identity column does not belong to it yet.
    if (statement->for_identity || is_identity_sequence(sequence))
        return;
    SqlWriter &out = script.statement();
    out.text(is_unlogged(sequence) ? "CREATE UNLOGGED SEQUENCE " : "CREATE SEQUENCE ").relation_name(sequence);
    out.text(" AS ").type_name(sequence_type(sequence)).text(' ');
    write_sequence_options(out, sequence);
    // In CREATE TABLE (serial) the column does not exist yet when the sequence is made; there an ALTER SEQUENCE
    // follows.
    for (DefElem *option : each<DefElem>(statement->options))
        if (strcmp(option->defname, "owned_by") == 0)
            write_owner_column(out, sequence);
    // A serial column's sequence belongs to the table's owner, whoever makes it.
    if (Oid owner = object_owner(command.address), maker = creator_of(command); owner != maker) {
        script.statement().text("ALTER SEQUENCE ").relation_name(sequence).text(" OWNER TO ").role_name(owner);
        write_default_privileges(script, sequence, maker, owner);
    }
}

void deparse_alter_sequence(Script &script, const Command &command)
{
    Oid sequence = command.address.objectId;
    // The options of a new identity column's sequence are in the column's definition.
    if (is_identity_sequence(sequence) && command.event->creates_relation(sequence))
        return;
    auto *statement = castNode(AlterSeqStmt, command.parse_tree);
    bool owner_only = list_length(statement->options) == 1;
    bool limits = has_option(statement->options, "minvalue") || has_option(statement->options, "maxvalue") ||
                  has_option(statement->options, "as");
    if (limits && !has_option(statement->options, "restart"))
        write_position(script.statement(RunAs::applier), sequence);
    SqlWriter &out = script.statement();
    out.text("ALTER SEQUENCE ").relation_name(sequence);
    for (DefElem *option : each<DefElem>(statement->options)) {
        if (strcmp(option->defname, "owned_by") == 0) {
            write_owner_column(out, sequence);
            continue;
        }
        owner_only = false;
        if (strcmp(option->defname, "restart") == 0) {
            out.text(" RESTART");
            if (option->arg)
                out.text(" WITH ").number(defGetInt64(option));
        }
    }
    if (!owner_only) {
        out.text(" AS ").type_name(sequence_type(sequence)).text(' ');
        write_sequence_options(out, sequence);
    }
}

} // namespace pg_follower::deparse
