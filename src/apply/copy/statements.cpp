// Finds where statements end, with the server's own scanner, by psql's rules (fe_utils/psqlscan.l): at a semicolon that
// is neither in parentheses (CREATE RULE) nor between BEGIN and END of the body of a routine.
//
// Of psql's own commands a dump of the schema has two: \restrict stands in its head and \unrestrict at its end.
#include "apply/copy/statements.hpp"

#include "pg_follower/memory.hpp"

extern "C" {
#include "common/keywords.h"
#include "nodes/pg_list.h"
#include "parser/scanner.h"
}

namespace pg_follower::apply {
namespace {

int token_of(const char *keyword)
{
    return ScanKeywordTokens[ScanKeywordLookup(keyword, &ScanKeywords)];
}

// Makes the rest of a line blank.
void blank_line(char *at)
{
    for (; *at && *at != '\n'; ++at)
        *at = ' ';
}

// Takes out psql's commands. Elsewhere such a line belongs to a text of a user's.
void blank_commands(char *text)
{
    char *line = text;
    while (line && (strncmp(line, "--", 2) == 0 || *line == '\n'))
        line = *line == '\n' ? line + 1 : strchr(line, '\n');
    if (!line || strncmp(line, "\\restrict ", strlen("\\restrict ")) != 0)
        return;
    blank_line(line);
    char *last = nullptr;
    for (char *at = line; (at = strstr(at, "\n\\unrestrict ")) != nullptr; ++at)
        last = at + 1;
    if (last)
        blank_line(last);
}

// Follows a statement token by token.
class Statement {
  public:
    // Whether the token ends the statement.
    bool ended_by(int token)
    {
        if (count_ < lengthof(first_))
            first_[count_++] = token;
        if (token == '(')
            ++parentheses_;
        else if (token == ')')
            --parentheses_;
        else if (token == token_of("begin") && makes_routine())
            ++blocks_;
        else if (token == token_of("case") && blocks_ > 0)
            ++blocks_;
        else if (token == token_of("end") && blocks_ > 0)
            --blocks_;
        return token == ';' && parentheses_ == 0 && blocks_ == 0;
    }

  private:
    bool makes_routine() const
    {
        if (first_[0] != token_of("create"))
            return false;
        int kind = first_[1] == token_of("or") && first_[2] == token_of("replace") ? first_[3] : first_[1];
        return kind == token_of("function") || kind == token_of("procedure");
    }

    int first_[4] = {};
    size_t count_ = 0;
    int parentheses_ = 0;
    int blocks_ = 0;
};

} // namespace

List *split_statements(const char *text)
{
    char *source = pstrdup(text);
    blank_commands(source);
    List *statements = NIL;
    core_yy_extra_type extra;
    core_yyscan_t scanner = scanner_init(source, &extra, &ScanKeywords, ScanKeywordTokens);
    Statement statement;
    int begin = -1;
    for (;;) {
        core_YYSTYPE value;
        YYLTYPE location;
        int token = core_yylex(&value, &location, scanner);
        if (token == 0)
            break;
        if (begin < 0)
            begin = location;
        if (!statement.ended_by(token))
            continue;
        if (location > begin)
            statements = lappend(statements, pnstrdup(source + begin, location - begin));
        statement = Statement();
        begin = -1;
    }
    if (begin >= 0)
        ereport(ERROR, (errcode(ERRCODE_SYNTAX_ERROR), errmsg("the last statement of a dump does not end"),
                        errdetail_internal("%.200s", source + begin)));
    scanner_finish(scanner);
    pfree(source);
    return statements;
}

} // namespace pg_follower::apply
