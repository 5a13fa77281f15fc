// Takes SQL text apart. See lexer.hpp. What a token is, scan.l says; here each token that the server may write is
// known, and whatever else there may be is a token of one character.
#include "deparse/text/lexer.hpp"
#include "pg_follower/memory.hpp"

namespace pg_follower::deparse {
namespace {

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool begins_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

bool continues_word(char c)
{
    return begins_word(c) || is_digit(c) || c == '$';
}

bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

bool is_operator_character(char c)
{
    switch (c) {
    case '~':
    case '!':
    case '@':
    case '#':
    case '^':
    case '&':
    case '|':
    case '`':
    case '?':
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
    case '<':
    case '>':
    case '=':
        return true;
    default:
        return false;
    }
}

// Behind the quoted text that begins at `at`, in which a quote is doubled.
const char *skip_quoted(const char *at, bool backslashes)
{
    char quote = *at++;
    for (; *at; ++at) {
        if (backslashes && *at == '\\' && at[1])
            ++at;
        else if (*at == quote && *++at != quote)
            return at;
    }
    return at;
}

// Behind the dollar-quoted text that begins at `at`; null where none does.
const char *skip_dollar_quoted(const char *at)
{
    const char *tag_end = at + 1;
    if (!is_digit(*tag_end))
        while (continues_word(*tag_end) && *tag_end != '$')
            ++tag_end;
    if (*tag_end != '$')
        return nullptr;
    auto length = static_cast<size_t>(tag_end + 1 - at);
    for (const char *end = tag_end + 1; (end = strchr(end, '$')) != nullptr; ++end)
        if (strncmp(end, at, length) == 0)
            return end + length;
    return nullptr;
}

const char *skip_digits(const char *at)
{
    while (is_digit(*at))
        ++at;
    return at;
}

// Behind the number that begins at `at`.
const char *skip_number(const char *at)
{
    at = skip_digits(at);
    if (*at == '.')
        at = skip_digits(at + 1);
    const char *exponent = at + 1;
    if (*at == 'e' && (*exponent == '+' || *exponent == '-'))
        ++exponent;
    return *at == 'e' && is_digit(*exponent) ? skip_digits(exponent) : at;
}

// The token that begins at `at`, where neither white space nor the text's end is.
Token read_token(const char *at)
{
    if (*at == 'E' && at[1] == '\'')
        return {TokenKind::literal, at, skip_quoted(at + 1, true)};
    if (*at == '\'')
        return {TokenKind::literal, at, skip_quoted(at, false)};
    if (*at == '"')
        return {TokenKind::quoted_name, at, skip_quoted(at, false)};
    if (begins_word(*at)) {
        const char *end = at + 1;
        while (continues_word(*end))
            ++end;
        return {TokenKind::word, at, end};
    }
    if (is_digit(*at))
        return {TokenKind::number, at, skip_number(at)};
    if (*at == '$') {
        if (const char *end = skip_dollar_quoted(at))
            return {TokenKind::literal, at, end};
        if (is_digit(at[1]))
            return {TokenKind::parameter, at, skip_digits(at + 1)};
    }
    if (at[0] == ':' && at[1] == ':')
        return {TokenKind::punctuation, at, at + 2};
    if (is_operator_character(*at)) {
        const char *end = at + 1;
        while (is_operator_character(*end))
            ++end;
        return {TokenKind::operation, at, end};
    }
    return {TokenKind::punctuation, at, at + 1};
}

} // namespace

Tokens::Tokens(const char *sql) : sql_(sql), capacity_(64)
{
    tokens_ = allocate<Placed>(capacity_);
    const char *at = sql;
    for (;;) {
        while (is_space(*at))
            ++at;
        if (!*at)
            break;
        Token token = read_token(at);
        add(token);
        ++count_;
        at = token.end;
    }
    while (open_ >= 0) {
        int around = tokens_[open_].partner;
        tokens_[open_].partner = -1;
        open_ = around;
    }
    add({TokenKind::end, at, at});
}

void Tokens::add(const Token &token)
{
    if (count_ == capacity_) {
        capacity_ *= 2;
        tokens_ = static_cast<Placed *>(repalloc_huge(tokens_, sizeof(Placed) * capacity_));
    }
    Placed &placed = tokens_[count_];
    placed = {token, -1};
    if (token.kind != TokenKind::punctuation)
        return;
    if (*token.begin == '(' || *token.begin == '[') {
        placed.partner = open_;
        open_ = count_;
    } else if ((*token.begin == ')' || *token.begin == ']') && open_ >= 0) {
        placed.partner = open_;
        int around = tokens_[open_].partner;
        tokens_[open_].partner = count_;
        open_ = around;
    }
}

bool Tokens::match(int i, std::initializer_list<const char *> texts) const
{
    for (const char *text : texts)
        if (!(*this)[i++].is(text))
            return false;
    return true;
}

} // namespace pg_follower::deparse
