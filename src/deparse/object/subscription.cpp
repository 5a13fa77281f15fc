// Subscriptions: they follow as definitions that never run.
//
// A subscription that worked on both sides would bring its rows twice, so downstream it is disabled, as in a restored
// dump. It keeps the name of its slot, for the day when the downstream takes over; dropping it must not touch the slot.
// Those with a password in their connection string follow only where passwords may (see foreign.cpp). So what is done
// to a subscription later may not find it downstream: then it is recorded there, and nothing stops.
#include "deparse/object/subscription.hpp"
#include "deparse/objects.hpp"
#include "pg_follower/catalog.hpp"
#include "pg_follower/passwords.hpp"
#include "pg_follower/settings.hpp"

extern "C" {
#include "catalog/pg_subscription.h"
#include "catalog/pg_type.h"
#include "commands/defrem.h"
#include "utils/array.h"
}

namespace pg_follower::deparse {
namespace {

using SubscriptionRow = CatalogRow<FormData_pg_subscription>;

void write_connection(SqlWriter &out, const SubscriptionRow &row)
{
    out.text(" CONNECTION ").literal(row.string(Anum_pg_subscription_subconninfo));
}

// The publications of the subscription as names.
void write_publications(SqlWriter &out, const SubscriptionRow &row)
{
    bool is_null;
    Datum *elements;
    int count;
    deconstruct_array(DatumGetArrayTypeP(row.datum(Anum_pg_subscription_subpublications, is_null)), TEXTOID, -1, false,
                      TYPALIGN_INT, &elements, nullptr, &count);
    SqlWriter::Separator comma(", ");
    out.text(" PUBLICATION ");
    for (int i = 0; i < count; ++i)
        out.next(comma).name(TextDatumGetCString(elements[i]));
}

// Writes the options that say how the subscription would work. Those that say whether it runs, and what is to be done
// right now, are left out.
bool is_definition(const char *option)
{
    for (const char *other : {"connect", "enabled", "create_slot", "copy_data", "refresh"})
        if (strcmp(option, other) == 0)
            return false;
    return true;
}

bool write_definition_options(SqlWriter &out, const List *options, SqlWriter::Separator &comma)
{
    for (DefElem *option : each<DefElem>(options))
        if (is_definition(option->defname)) {
            out.next(comma).name(option->defname);
            if (strcmp(option->defname, "slot_name") == 0 && strcmp(defGetString(option), "none") == 0)
                out.text(" = NONE");
            else if (option->arg)
                out.text(" = ").literal(defGetString(option));
        }
    return !comma.first;
}

} // namespace

void refuse_subscription_with_password(Oid subscription)
{
    if (settings.user_mappings)
        return;
    SubscriptionRow row(SubscriptionRelationId, subscription);
    if (may_hold_password(row.string(Anum_pg_subscription_subconninfo)))
        cannot_follow("the connection string may hold a password, and pg_follower.user_mappings is off");
}

void drop_subscription(SqlWriter &out, const char *name)
{
    SqlWriter own, drop;
    own.text("pg_catalog.pg_subscription s JOIN pg_catalog.pg_database d ON ").equals("d.oid").text("s.subdbid WHERE ");
    own.equals("d.datname").text("pg_catalog.current_database() AND ").equals("s.subname").literal(name);
    drop.text("ALTER SUBSCRIPTION ").name(name).text(" SET (slot_name = NONE); DROP SUBSCRIPTION ").name(name);
    out.do_if_exists(own.c_str(), drop.c_str());
}

void deparse_create_subscription(Script &script, const Command &command)
{
    SubscriptionRow row(SubscriptionRelationId, command.address.objectId);
    SqlWriter &out = script.statement();
    script.last().holds_secret = true;
    out.text("CREATE SUBSCRIPTION ").name(NameStr(row->subname));
    write_connection(out, row);
    write_publications(out, row);
    out.text(" WITH (connect = false");
    SqlWriter::Separator comma(", ");
    comma.first = false;
    (void)write_definition_options(
        out, statement_of<CreateSubscriptionStmt>(command, T_CreateSubscriptionStmt)->options, comma);
    out.text(')');
}

void deparse_alter_subscription(Script &script, const Command &command)
{
    SubscriptionRow row(SubscriptionRelationId, command.address.objectId);
    auto *statement = statement_of<AlterSubscriptionStmt>(command, T_AlterSubscriptionStmt);
    SqlWriter text;
    text.text("ALTER SUBSCRIPTION ").name(NameStr(row->subname));
    switch (statement->kind) {
    case ALTER_SUBSCRIPTION_OPTIONS: {
        SqlWriter::Separator comma(", ");
        text.text(" SET (");
        if (!write_definition_options(text, statement->options, comma))
            return;
        text.text(')');
        break;
    }
    case ALTER_SUBSCRIPTION_CONNECTION:
        write_connection(text, row);
        break;
    case ALTER_SUBSCRIPTION_SET_PUBLICATION:
    case ALTER_SUBSCRIPTION_ADD_PUBLICATION:
    case ALTER_SUBSCRIPTION_DROP_PUBLICATION:
        text.text(" SET");
        write_publications(text, row);
        text.text(" WITH (refresh = false)");
        break;
    default: // ENABLE, DISABLE, REFRESH and SKIP say how it runs upstream
        return;
    }
    script.statement().text(text.c_str());
    script.last().holds_secret = statement->kind == ALTER_SUBSCRIPTION_CONNECTION;
}

} // namespace pg_follower::deparse
