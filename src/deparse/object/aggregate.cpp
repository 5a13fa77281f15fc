// CREATE AGGREGATE, from the catalog: plain, moving, ordered-set and hypothetical-set aggregates.
#include "deparse/object/function.hpp"
#include "deparse/objects.hpp"
#include "pg_follower/catalog.hpp"

extern "C" {
#include "catalog/pg_aggregate.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
}

namespace pg_follower::deparse {
namespace {

// Writes what the final function may do with the transition value, unless that is the default for this kind of
// aggregate.
void write_modify(SqlWriter &out, SqlWriter::Separator &comma, const char *option, char modify, char kind)
{
    char by_default = AGGKIND_IS_ORDERED_SET(kind) ? AGGMODIFY_READ_WRITE : AGGMODIFY_READ_ONLY;
    if (modify == by_default)
        return;
    out.next(comma).text(option).text(modify == AGGMODIFY_READ_ONLY   ? " = READ_ONLY"
                                      : modify == AGGMODIFY_SHAREABLE ? " = SHAREABLE"
                                                                      : " = READ_WRITE");
}

// Writes the initial value. The server keeps it as the text that the user wrote, and reads it again wherever it creates
// the aggregate. Where it can be read only with the settings of the user's session, that is an error.
void write_initial_value(SqlWriter &out, SqlWriter::Separator &comma, const char *option, const char *initial, Oid type)
{
    if (!initial)
        return;
    if (get_typtype(type) != TYPTYPE_PSEUDO) {
        Oid input, parameter;
        getTypeInputInfo(type, &input, &parameter);
        (void)OidInputFunctionCall(input, const_cast<char *>(initial), parameter, -1);
    }
    out.next(comma).text(option).text(" = ").literal(initial);
}

} // namespace

void deparse_create_aggregate(Script &script, const Command &command)
{
    Oid aggregate = command.address.objectId;
    CatalogRow<FormData_pg_proc> function(ProcedureRelationId, aggregate);
    SyscacheRow<FormData_pg_aggregate> row(AGGFNOID, aggregate, "aggregate");

    const char *arguments =
        TextDatumGetCString(DirectFunctionCall1(pg_get_function_arguments, ObjectIdGetDatum(aggregate)));
    SqlWriter &out = script.statement();
    out.text(statement_of<DefineStmt>(command, T_DefineStmt)->replace ? "CREATE OR REPLACE AGGREGATE "
                                                                      : "CREATE AGGREGATE ")
        .function_name(aggregate)
        .text('(')
        .text(*arguments ? arguments : "*")
        .text(") (");

    SqlWriter::Separator comma(", ");
    out.next(comma).text("SFUNC = ").function_name(row->aggtransfn);
    out.next(comma).text("STYPE = ").type_name(row->aggtranstype);
    if (row->aggtransspace != 0)
        out.next(comma).text("SSPACE = ").number(row->aggtransspace);
    write_function_option(out, comma, "FINALFUNC", row->aggfinalfn);
    if (row->aggfinalextra)
        out.next(comma).text("FINALFUNC_EXTRA");
    write_modify(out, comma, "FINALFUNC_MODIFY", row->aggfinalmodify, row->aggkind);
    write_function_option(out, comma, "COMBINEFUNC", row->aggcombinefn);
    write_function_option(out, comma, "SERIALFUNC", row->aggserialfn);
    write_function_option(out, comma, "DESERIALFUNC", row->aggdeserialfn);
    write_initial_value(out, comma, "INITCOND", row.string(Anum_pg_aggregate_agginitval), row->aggtranstype);
    write_function_option(out, comma, "MSFUNC", row->aggmtransfn);
    write_function_option(out, comma, "MINVFUNC", row->aggminvtransfn);
    if (OidIsValid(row->aggmtranstype))
        out.next(comma).text("MSTYPE = ").type_name(row->aggmtranstype);
    if (row->aggmtransspace != 0)
        out.next(comma).text("MSSPACE = ").number(row->aggmtransspace);
    write_function_option(out, comma, "MFINALFUNC", row->aggmfinalfn);
    if (row->aggmfinalextra)
        out.next(comma).text("MFINALFUNC_EXTRA");
    write_modify(out, comma, "MFINALFUNC_MODIFY", row->aggmfinalmodify, row->aggkind);
    write_initial_value(out, comma, "MINITCOND", row.string(Anum_pg_aggregate_aggminitval), row->aggmtranstype);
    if (OidIsValid(row->aggsortop))
        out.next(comma).text("SORTOP = OPERATOR(").operator_name(row->aggsortop).text(')');
    if (function->proparallel != PROPARALLEL_UNSAFE)
        out.next(comma).text(function->proparallel == PROPARALLEL_SAFE ? "PARALLEL = SAFE" : "PARALLEL = RESTRICTED");
    if (row->aggkind == AGGKIND_HYPOTHETICAL)
        out.next(comma).text("HYPOTHETICAL");
    out.text(')');
}

} // namespace pg_follower::deparse
