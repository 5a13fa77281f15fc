// ALTER TABLE ... DETACH PARTITION ... CONCURRENTLY in both of its transactions. See capture/detach_hook.cpp.
#include "deparse/table/detach.hpp"
#include "deparse/table/constraint_parts.hpp"

namespace pg_follower::deparse {
namespace {

// The command leaves the partition with a check constraint that stands for its bounds. Its name and whether it was
// there before are not known, so the partition's own check constraints are all written.
void write_checks(Script &script, Oid partition)
{
    SqlWriter out;
    out.text("ALTER TABLE ").relation_name(partition).text(' ');
    SqlWriter::Separator comma(", ");
    for (const auto &constraint : constraints_of(partition)) {
        if (constraint->contype != CONSTRAINT_CHECK || !constraint->conislocal || constraint->coninhcount > 0)
            continue;
        out.next(comma).text("DROP CONSTRAINT IF EXISTS ").name(NameStr(constraint->conname));
        write_constraint(out.next(comma).text("ADD "), constraint->oid);
    }
    if (!comma.first)
        script.statement().text(out.c_str());
}

SqlWriter &write_detach(SqlWriter &out, Oid parent, Oid partition)
{
    return out.text("ALTER TABLE ").relation_name(parent).text(" DETACH PARTITION ").relation_name(partition);
}

} // namespace

void write_detach_begin(Script &script, Oid parent, Oid partition)
{
    write_detach(script.statement(), parent, partition);
    write_checks(script, partition);
}

void write_detach_end(Script &script, Oid parent, Oid partition)
{
    // A copy that was made between the two transactions has it attached.
    SqlWriter attached, detach;
    attached.text("pg_catalog.pg_inherits WHERE ").equals("inhrelid").regclass(partition);
    attached.text(" AND ").equals("inhparent").regclass(parent);
    write_detach(detach, parent, partition);
    script.statement().do_if_exists(attached.c_str(), detach.c_str());
}

} // namespace pg_follower::deparse
