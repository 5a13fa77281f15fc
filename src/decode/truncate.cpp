// Passes on TRUNCATE.
//
// WAL lists every table that was truncated, also those that CASCADE or a partitioned table brought in. CASCADE is
// kept: downstream, too, there may be tables without rows in WAL (unlogged ones) that refer to these.
#include "decode/truncate.hpp"

#include "decode/output.hpp"

#include "pg_follower/memory.hpp"

namespace pg_follower::decode {

void send_truncate(Session &session, int count, Relation relations[], ReorderBufferChange *change)
{
    SqlWriter sql;
    SqlWriter::Separator comma(", ");
    auto names = allocate_zeroed<TruncatedTable>(count);
    uint16 followed = 0;
    bool in_script = session.transaction->extension_scripts.running();
    sql.text("TRUNCATE TABLE ");
    for (int i = 0; i < count; ++i) {
        const RelationFacts &facts = facts_of(session, relations[i]);
        if (!facts.followed)
            continue;
        if (in_script && facts.of_extension) {
            ++session.transaction->left_to_scripts;
            continue;
        }
        // A partitioned table cannot be truncated by itself, but what its columns own can be restarted with it.
        bool partitioned = relations[i]->rd_rel->relkind == RELKIND_PARTITIONED_TABLE;
        sql.next(comma).text(partitioned ? "" : "ONLY ").text(facts.sql_name);
        names[followed++] = {pstrdup(facts.schema), pstrdup(facts.table), replica_effects(relations[i])};
    }
    if (followed == 0) {
        count_change(session);
        return;
    }
    if (change->data.truncate.restart_seqs)
        sql.text(" RESTART IDENTITY");
    if (change->data.truncate.cascade)
        sql.text(" CASCADE");
    place_output(session, in_script);
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
