// Writes constraints of tables. See constraint_parts.hpp.
#include "deparse/table/constraint_parts.hpp"
#include "deparse/text/definition.hpp"
#include "deparse/text/lexer.hpp"

extern "C" {
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
    const char *definition = behind_beginning(pg_get_constraintdef_command(constraint), beginning.c_str());

    // Without the index's tablespace, which may exist only here.
    if (OidIsValid(form->conindid) && OidIsValid(get_rel_tablespace(form->conindid))) {
        Tokens tokens(definition);
        for (int i = 0; i < tokens.count(); i = tokens.behind(i))
            if (tokens.match(i, {"USING", "INDEX", "TABLESPACE"})) {
                write_text(out, definition, tokens[i - 1].end);
                definition = tokens[i + 3].end;
                break;
            }
    }
    out.text(definition);
}

} // namespace pg_follower::deparse
