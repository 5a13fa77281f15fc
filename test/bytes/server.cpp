// See server.hpp. Only what the code under test needs is here: a function more, and the linker says its name.
#include "server.hpp"

#include <csetjmp>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>

extern "C" {
#include "mb/pg_wchar.h"
#include "utils/memutils.h"
}

namespace {

// In front of each block, in a list of all.
struct Block {
    Block *next;
    Block *before;
    size_t size;
    size_t unused; // keeps what follows aligned
};

Block blocks = {&blocks, &blocks, 0, 0};
pg_follower::bytes::Outcome outcome;
jmp_buf on_error;
int level;

void *allocate_block(size_t size, bool zero)
{
    outcome.allocated += size;
    auto block = static_cast<Block *>(zero ? calloc(1, sizeof(Block) + size) : malloc(sizeof(Block) + size));
    if (!block)
        abort();
    block->size = size;
    block->next = blocks.next;
    block->before = &blocks;
    block->next->before = block;
    blocks.next = block;
    return block + 1;
}

void free_block(Block *block)
{
    block->next->before = block->before;
    block->before->next = block->next;
    free(block);
}

void note(const char *format, va_list arguments)
{
    (void)vsnprintf(outcome.message, sizeof(outcome.message), format, arguments);
}

} // namespace

namespace pg_follower::bytes {

Outcome read_input(const uint8_t *data, size_t size, void (*read)(const char *data, size_t size))
{
    outcome = {};
    auto copy = static_cast<char *>(malloc(size));
    if (size > 0)
        memcpy(copy, data, size);
    if (setjmp(on_error) == 0)
        read(copy, size);
    else
        outcome.refused = true;
    while (blocks.next != &blocks)
        free_block(blocks.next);
    free(copy);
    return outcome;
}

void require(bool condition, const char *what)
{
    if (condition)
        return;
    (void)fprintf(stderr, "does not hold: %s\n", what);
    abort();
}

void touch(const void *data, size_t size)
{
    static volatile uint8_t sum;
    auto bytes = static_cast<const uint8_t *>(data);
    for (size_t i = 0; i < size; ++i)
        sum = sum + bytes[i];
}

} // namespace pg_follower::bytes

extern "C" {

MemoryContext CurrentMemoryContext;
MemoryContext TopMemoryContext;
Oid MyDatabaseId = 1;

void *palloc(Size size)
{
    pg_follower::bytes::require(size <= MaxAllocSize, "no more memory is asked for than the server gives");
    return allocate_block(size, false);
}

void *palloc0(Size size)
{
    pg_follower::bytes::require(size <= MaxAllocSize, "no more memory is asked for than the server gives");
    return allocate_block(size, true);
}

void pfree(void *pointer)
{
    free_block(static_cast<Block *>(pointer) - 1);
}

void *repalloc(void *pointer, Size size)
{
    void *moved = allocate_block(size, false);
    memcpy(moved, pointer, Min(size, (static_cast<Block *>(pointer) - 1)->size));
    pfree(pointer);
    return moved;
}

void *repalloc_huge(void *pointer, Size size)
{
    return repalloc(pointer, size);
}

char *pstrdup(const char *string)
{
    size_t size = strlen(string) + 1;
    return static_cast<char *>(memcpy(palloc(size), string, size));
}

bool errstart(int elevel, const char *)
{
    level = elevel;
    return elevel >= ERROR;
}

bool errstart_cold(int elevel, const char *domain)
{
    return errstart(elevel, domain);
}

void errfinish(const char *, int, const char *)
{
    if (level >= ERROR)
        longjmp(on_error, 1);
}

int errcode(int sqlstate)
{
    outcome.sqlstate = sqlstate;
    return 0;
}

int errmsg(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    note(format, arguments);
    va_end(arguments);
    return 0;
}

int errmsg_internal(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    note(format, arguments);
    va_end(arguments);
    return 0;
}

int errdetail_internal(const char *, ...)
{
    return 0;
}

int errhint(const char *, ...)
{
    return 0;
}

void check_stack_depth() {}

} // extern "C"
