// Text search: parsers, templates, dictionaries and configurations with their mappings.
//
// CREATE comes from the catalog; a configuration's mappings (it may be a COPY) are statements of their own. The ALTERs
// come from the statement, with the dictionaries that the server resolved.
#include "deparse/object/function.hpp"
#include "deparse/objects.hpp"
#include "pg_follower/catalog.hpp"

extern "C" {
#include "catalog/pg_ts_config.h"
#include "catalog/pg_ts_config_map.h"
#include "catalog/pg_ts_dict.h"
#include "catalog/pg_ts_parser.h"
#include "catalog/pg_ts_template.h"
#include "commands/defrem.h"
#include "tsearch/ts_cache.h"
#include "tsearch/ts_public.h"
}

namespace pg_follower::deparse {
namespace {

void write_parser_name(SqlWriter &out, Oid parser)
{
    CatalogRow<FormData_pg_ts_parser> row(TSParserRelationId, parser);
    out.schema_name(row->prsnamespace).text('.').name(NameStr(row->prsname));
}

void write_template_name(SqlWriter &out, Oid text_template)
{
    CatalogRow<FormData_pg_ts_template> row(TSTemplateRelationId, text_template);
    out.schema_name(row->tmplnamespace).text('.').name(NameStr(row->tmplname));
}

void write_dictionary_name(SqlWriter &out, Oid dictionary)
{
    CatalogRow<FormData_pg_ts_dict> row(TSDictionaryRelationId, dictionary);
    out.schema_name(row->dictnamespace).text('.').name(NameStr(row->dictname));
}

void write_configuration_name(SqlWriter &out, Oid configuration)
{
    CatalogRow<FormData_pg_ts_config> row(TSConfigRelationId, configuration);
    out.schema_name(row->cfgnamespace).text('.').name(NameStr(row->cfgname));
}

// The parser's token types, up to an entry with lexid 0.
const LexDescr *token_types(Oid parser)
{
    TSParserCacheEntry *entry = lookup_ts_parser_cache(parser);
    if (!OidIsValid(entry->lextypeOid))
        cannot_follow("the parser has no function that lists its token types");
    return reinterpret_cast<LexDescr *>(DatumGetPointer(OidFunctionCall1(entry->lextypeOid, static_cast<Datum>(0))));
}

const char *token_name(const LexDescr *types, int type)
{
    for (const LexDescr *entry = types; entry && entry->lexid; ++entry)
        if (entry->lexid == type)
            return entry->alias;
    cannot_follow(psprintf("the parser has no token type %d", type));
}

// A statement that begins with ALTER TEXT SEARCH CONFIGURATION name.
SqlWriter &alter_configuration(Script &script, Oid configuration)
{
    SqlWriter &out = script.statement();
    out.text("ALTER TEXT SEARCH CONFIGURATION ");
    write_configuration_name(out, configuration);
    return out;
}

// Writes ADD MAPPING for each token type, with its dictionaries in their order.
void write_mappings(Script &script, Oid configuration, Oid parser)
{
    const LexDescr *types = nullptr;
    SqlWriter *out = nullptr;
    int last_type = 0;
    for (const auto &row : OrderedCatalogScan<FormData_pg_ts_config_map>(
             TSConfigMapRelationId, TSConfigMapIndexId, {{Anum_pg_ts_config_map_mapcfg, configuration}})) {
        if (out && row->maptokentype == last_type)
            out->text(", ");
        else {
            if (!types)
                types = token_types(parser);
            out = &alter_configuration(script, configuration);
            out->text(" ADD MAPPING FOR ").name(token_name(types, row->maptokentype)).text(" WITH ");
            last_type = row->maptokentype;
        }
        write_dictionary_name(*out, row->mapdict);
    }
}

// Writes FOR and the tokens, or nothing where the statement names none.
void write_tokens(SqlWriter &out, const List *tokens)
{
    SqlWriter::Separator comma(", ");
    for (Node *token : each<Node>(tokens)) {
        if (comma.first)
            out.text(" FOR ");
        out.next(comma).name(strVal(token));
    }
}

} // namespace

void deparse_create_text_search_parser(Script &script, const Command &command)
{
    CatalogRow<FormData_pg_ts_parser> row(TSParserRelationId, command.address.objectId);
    SqlWriter &out = script.statement();
    out.text("CREATE TEXT SEARCH PARSER ");
    write_parser_name(out, command.address.objectId);
    SqlWriter::Separator comma(", ");
    out.text(" (");
    write_function_option(out, comma, "START", row->prsstart);
    write_function_option(out, comma, "GETTOKEN", row->prstoken);
    write_function_option(out, comma, "END", row->prsend);
    write_function_option(out, comma, "HEADLINE", row->prsheadline);
    write_function_option(out, comma, "LEXTYPES", row->prslextype);
    out.text(')');
}

void deparse_create_text_search_template(Script &script, const Command &command)
{
    CatalogRow<FormData_pg_ts_template> row(TSTemplateRelationId, command.address.objectId);
    SqlWriter &out = script.statement();
    out.text("CREATE TEXT SEARCH TEMPLATE ");
    write_template_name(out, command.address.objectId);
    SqlWriter::Separator comma(", ");
    out.text(" (");
    write_function_option(out, comma, "INIT", row->tmplinit);
    write_function_option(out, comma, "LEXIZE", row->tmpllexize);
    out.text(')');
}

void deparse_create_text_search_dictionary(Script &script, const Command &command)
{
    CatalogRow<FormData_pg_ts_dict> row(TSDictionaryRelationId, command.address.objectId);
    SqlWriter &out = script.statement();
    out.text("CREATE TEXT SEARCH DICTIONARY ");
    write_dictionary_name(out, command.address.objectId);
    out.text(" (TEMPLATE = ");
    write_template_name(out, row->dicttemplate);
    // The options are stored as the text of a definition list.
    if (const char *options = row.string(Anum_pg_ts_dict_dictinitoption); options && *options)
        out.text(", ").text(options);
    out.text(')');
}

void deparse_alter_text_search_dictionary(Script &script, const Command &command)
{
    auto *statement = statement_of<AlterTSDictionaryStmt>(command, T_AlterTSDictionaryStmt);
    SqlWriter &out = script.statement();
    out.text("ALTER TEXT SEARCH DICTIONARY ");
    write_dictionary_name(out, command.address.objectId);
    SqlWriter::Separator comma(", ");
    out.text(" (");
    for (DefElem *option : each<DefElem>(statement->options)) {
        out.next(comma).name(option->defname);
        if (!option->arg) // the statement removes the option
            continue;
        out.text(" = ");
        // Numbers are stored without quotes.
        if (IsA(option->arg, Integer) || IsA(option->arg, Float))
            out.text(defGetString(option));
        else
            out.literal(defGetString(option));
    }
    out.text(')');
}

void deparse_create_text_search_configuration(Script &script, const Command &command)
{
    Oid configuration = command.address.objectId;
    CatalogRow<FormData_pg_ts_config> row(TSConfigRelationId, configuration);
    SqlWriter &out = script.statement();
    out.text("CREATE TEXT SEARCH CONFIGURATION ");
    write_configuration_name(out, configuration);
    out.text(" (PARSER = ");
    write_parser_name(out, row->cfgparser);
    out.text(')');
    write_mappings(script, configuration, row->cfgparser);
}

void deparse_alter_text_search_configuration(Script &script, const Command &command)
{
    auto *statement = statement_of<AlterTSConfigurationStmt>(command, T_AlterTSConfigurationStmt);
    const Oid *dictionaries = command.collected->d.atscfg.dictIds;
    int count = command.collected->d.atscfg.ndicts;
    SqlWriter &out = alter_configuration(script, command.address.objectId);
    switch (statement->kind) {
    case ALTER_TSCONFIG_ADD_MAPPING:
        out.text(" ADD MAPPING");
        break;
    case ALTER_TSCONFIG_DROP_MAPPING:
        out.text(" DROP MAPPING IF EXISTS");
        break;
    default:
        out.text(" ALTER MAPPING");
        break;
    }
    write_tokens(out, statement->tokentype);
    if (statement->replace) {
        out.text(" REPLACE ");
        write_dictionary_name(out, dictionaries[0]);
        out.text(" WITH ");
        write_dictionary_name(out, dictionaries[1]);
        return;
    }
    SqlWriter::Separator comma(", ");
    for (int i = 0; i < count; ++i) {
        if (comma.first)
            out.text(" WITH ");
        out.next(comma);
        write_dictionary_name(out, dictionaries[i]);
    }
}

} // namespace pg_follower::deparse
