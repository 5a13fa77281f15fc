// Passes on TRUNCATE.
//
// WAL lists every table that was truncated, also those that CASCADE or a partitioned table brought in. CASCADE is
// kept: downstream, too, there may be tables without rows in WAL (unlogged ones) that refer to these.
#include "output.hpp"

#include "pg_follower/memory.hpp"

namespace pg_follower::decode {

void follow_truncate(Session &session, int count, Relation relations[], ReorderBufferChange *change)
{
    SqlWriter sql;
    SqlWriter::Separator comma(", ");
    auto names = allocate<RelationName>(count);
    uint16 followed = 0;
    sql.text("TRUNCATE TABLE ");
    for (int i = 0; i < count; ++i) {
        const RelationFacts &facts = session.facts.get(relations[i]);
        if (!facts.followed)
            continue;
        // A partitioned table cannot be truncated by itself, but what its columns own can be restarted with it.
        bool partitioned = relations[i]->rd_rel->relkind == RELKIND_PARTITIONED_TABLE;
        sql.next(comma).text(partitioned ? "" : "ONLY ").text(facts.sql_name);
        names[followed++] = {pstrdup(facts.schema), pstrdup(facts.table)};
    }
    if (followed == 0) {
        count_change(session);
        return;
    }
    if (session.extension_scripts.running()) {
        ++session.transaction.left_to_scripts;
        return;
    }
    if (change->data.truncate.restart_seqs)
        sql.text(" RESTART IDENTITY");
    if (change->data.truncate.cascade)
        sql.text(" CASCADE");
    begin_if_needed(session);
    if (session.options.form == Form::statements) {
        stream_write(pending_message(session), TruncateRecord{sql.c_str(), followed, names});
        flush_if_large(session);
    } else {
        set_role(session, nullptr);
        write_sql(session, sql);
    }
}

} // namespace pg_follower::decode
