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
#include "utils/syscache.h"
}

namespace pg_follower::deparse {
namespace {

// What the final function may do with the transition value; nothing where that is the kind's own default.
void write_modify(SqlWriter &out, SqlWriter::Separator &comma, const char *option, char modify, char kind)
{
    char by_default = AGGKIND_IS_ORDERED_SET(kind) ? AGGMODIFY_READ_WRITE : AGGMODIFY_READ_ONLY;
    if (modify == by_default)
        return;
    out.next(comma).text(option).text(modify == AGGMODIFY_READ_ONLY   ? " = READ_ONLY"
                                      : modify == AGGMODIFY_SHAREABLE ? " = SHAREABLE"
                                                                      : " = READ_WRITE");
}

// The initial value, which the server keeps as the text that the user wrote, and reads again wherever it makes the
// aggregate. An error where that needs the settings of the user's session.
void write_initial_value(SqlWriter &out, SqlWriter::Separator &comma, HeapTuple tuple, const char *option,
                         AttrNumber column, Oid type)
{
    bool is_null;
    Datum value = SysCacheGetAttr(AGGFNOID, tuple, column, &is_null);
    if (is_null)
        return;
    char *initial = TextDatumGetCString(value);
    if (get_typtype(type) != TYPTYPE_PSEUDO) {
        Oid input, parameter;
        getTypeInputInfo(type, &input, &parameter);
        (void)OidInputFunctionCall(input, initial, parameter, -1);
    }
    out.next(comma).text(option).text(" = ").literal(initial);
}

} // namespace

void deparse_create_aggregate(Script &script, const Command &command)
{
    Oid aggregate = command.address.objectId;
    CatalogRow<FormData_pg_proc> function(ProcedureRelationId, aggregate);
    HeapTuple tuple = SearchSysCache1(AGGFNOID, ObjectIdGetDatum(aggregate));
    if (!HeapTupleIsValid(tuple))
        elog(ERROR, "cache lookup failed for aggregate %u", aggregate);
    auto form = reinterpret_cast<Form_pg_aggregate>(GETSTRUCT(tuple));

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
    out.next(comma).text("SFUNC = ").function_name(form->aggtransfn);
    out.next(comma).text("STYPE = ").type_name(form->aggtranstype);
    if (form->aggtransspace != 0)
        out.next(comma).text("SSPACE = ").number(form->aggtransspace);
    write_function_option(out, comma, "FINALFUNC", form->aggfinalfn);
    if (form->aggfinalextra)
        out.next(comma).text("FINALFUNC_EXTRA");
    write_modify(out, comma, "FINALFUNC_MODIFY", form->aggfinalmodify, form->aggkind);
    write_function_option(out, comma, "COMBINEFUNC", form->aggcombinefn);
    write_function_option(out, comma, "SERIALFUNC", form->aggserialfn);
    write_function_option(out, comma, "DESERIALFUNC", form->aggdeserialfn);
    write_initial_value(out, comma, tuple, "INITCOND", Anum_pg_aggregate_agginitval, form->aggtranstype);
    write_function_option(out, comma, "MSFUNC", form->aggmtransfn);
    write_function_option(out, comma, "MINVFUNC", form->aggminvtransfn);
    if (OidIsValid(form->aggmtranstype))
        out.next(comma).text("MSTYPE = ").type_name(form->aggmtranstype);
    if (form->aggmtransspace != 0)
        out.next(comma).text("MSSPACE = ").number(form->aggmtransspace);
    write_function_option(out, comma, "MFINALFUNC", form->aggmfinalfn);
    if (form->aggmfinalextra)
        out.next(comma).text("MFINALFUNC_EXTRA");
    write_modify(out, comma, "MFINALFUNC_MODIFY", form->aggmfinalmodify, form->aggkind);
    write_initial_value(out, comma, tuple, "MINITCOND", Anum_pg_aggregate_aggminitval, form->aggmtranstype);
    if (OidIsValid(form->aggsortop))
        out.next(comma).text("SORTOP = OPERATOR(").operator_name(form->aggsortop).text(')');
    if (function->proparallel != PROPARALLEL_UNSAFE)
        out.next(comma).text(function->proparallel == PROPARALLEL_SAFE ? "PARALLEL = SAFE" : "PARALLEL = RESTRICTED");
    if (form->aggkind == AGGKIND_HYPOTHETICAL)
        out.next(comma).text("HYPOTHETICAL");
    out.text(')');
    ReleaseSysCache(tuple);
}

} // namespace pg_follower::deparse
