// Records of rows that were not found. See missing_rows.hpp.
#include "apply/execute/missing_rows.hpp"

#include "pg_follower/memory.hpp"
#include "pg_follower/scope.hpp"
#include "pg_follower/settings.hpp"
#include "pg_follower/sql_writer.hpp"
#include "apply/execute/session.hpp"

extern "C" {
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"
}

namespace pg_follower::apply {
namespace {

constexpr int64 most_keys = 5;        // of a record
constexpr int most_value_bytes = 128; // of a value
constexpr int most_key_bytes = 1000;  // after which no further column is written
constexpr int log_interval_milliseconds = 1000;

// Writes what finds the row: "id = '1'". Values are written as the table's owner, whose functions that may call.
void write_key(SqlWriter &out, const Statement &statement, const Datum *datums, const bool *nulls)
{
    SqlWriter::Separator comma(", ");
    for (int i = 0; i < statement.count; ++i) {
        const Parameter &parameter = statement.parameters[i];
        if (!parameter.finds_row)
            continue;
        if (out.length() > most_key_bytes) {
            out.next(comma).text("...");
            return;
        }
        out.next(comma).name(parameter.column).text(" = ");
        if (nulls[i]) {
            out.text("NULL");
            continue;
        }
        Oid output;
        bool varlena;
        getTypeOutputInfo(parameter.type, &output, &varlena);
        OwnerScope owner(statement.owner);
        const char *value = OidOutputFunctionCall(output, datums[i]);
        out.literal(value, pg_mbcliplen(value, static_cast<int>(strlen(value)), most_value_bytes));
    }
}

} // namespace

MissingRows::Entry *MissingRows::entry_for(const Statement &statement, const UpstreamTransaction &transaction)
{
    SqlWriter object;
    object.text("table ").name(statement.schema, statement.table);
    for (Entry *entry : each<Entry>(entries_))
        if (entry->transaction.xid == transaction.xid && entry->tag == statement.kind->name &&
            strcmp(entry->object, object.c_str()) == 0)
            return entry;
    MemoryContextScope scope(TopTransactionContext);
    auto entry = allocate_zeroed<Entry>();
    entry->transaction = transaction;
    entry->tag = statement.kind->name;
    entry->object = pstrdup(object.c_str());
    initStringInfo(&entry->keys);
    entries_ = lappend(entries_, entry);
    return entry;
}

void MissingRows::note(const Statement &statement, const UpstreamTransaction &transaction, const Datum *datums,
                       const bool *nulls)
{
    Entry *entry = entry_for(statement, transaction);
    TimestampTz now = GetCurrentTimestamp();
    bool stop = settings.on_unsupported == OnUnsupported::stop;
    bool log = !stop && TimestampDifferenceExceeds(logged_at_, now, log_interval_milliseconds);
    ++entry->count;
    if (!stop && !log && entry->count > most_keys)
        return;
    SqlWriter key;
    write_key(key, statement, datums, nulls);
    if (entry->count <= most_keys)
        appendStringInfo(&entry->keys, "%s(%s)", entry->count > 1 ? ", " : "", key.c_str());
    if (!stop && !log)
        return;
    logged_at_ = now;
    ereport(stop ? ERROR : LOG,
            (errcode(ERRCODE_NO_DATA_FOUND),
             errmsg("did not find the row of table \"%s.%s\" for %s from the upstream", statement.schema,
                    statement.table, statement.kind->name),
             errdetail("Row with %s.", key.c_str()),
             stop ? errhint("Insert the row on this server, or set pg_follower.on_unsupported to \"record\".")
                  : errhint("The table follower.unsupported keeps a record of it.")));
}

UnsupportedNote MissingRows::note_of(const Entry &entry) const
{
    UnsupportedNote note = {};
    note.transaction = entry.transaction;
    note.tag = entry.tag;
    note.object = entry.object;
    note.role = "";
    note.reason =
        psprintf("%lld %s not found here: %s%s", static_cast<long long>(entry.count),
                 entry.count == 1 ? "row was" : "rows were", entry.keys.data, entry.count > most_keys ? ", ..." : "");
    return note;
}

} // namespace pg_follower::apply
