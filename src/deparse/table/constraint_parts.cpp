// Writes constraints of tables. See constraint_parts.hpp.
#include "deparse/table/constraint_parts.hpp"

extern "C" {
#include "catalog/dependency.h"
#include "commands/tablespace.h"
#include "utils/lsyscache.h"
#include "utils/ruleutils.h"
}

namespace pg_follower::deparse {

void write_constraint(SqlWriter &out, Oid constraint)
{
    SyscacheRow<FormData_pg_constraint> form(CONSTROID, constraint, "constraint");

    // Only the whole command holds the index's options, so take what follows its known beginning.
    SqlWriter beginning;
    beginning.text("ALTER TABLE ").relation_name(form->conrelid).text(" ADD ");
    const char *definition = pg_get_constraintdef_command(constraint);
    if (strncmp(definition, beginning.c_str(), beginning.length()) != 0)
        elog(ERROR, "definition of constraint %u does not start with \"%s\"", constraint, beginning.c_str());
    definition += beginning.length();

    // Without the index's tablespace, which may exist only here.
    Oid tablespace = OidIsValid(form->conindid) && get_constraint_index(constraint) == form->conindid
                         ? get_rel_tablespace(form->conindid)
                         : InvalidOid;
    SqlWriter clause;
    if (OidIsValid(tablespace))
        clause.text(" USING INDEX TABLESPACE ").name(get_tablespace_name(tablespace));
    const char *place = clause.empty() ? nullptr : strstr(definition, clause.c_str());
    if (place) {
        appendBinaryStringInfo(out.buffer(), definition, static_cast<int>(place - definition));
        definition = place + clause.length();
    }
    out.text(definition);
}

} // namespace pg_follower::deparse
