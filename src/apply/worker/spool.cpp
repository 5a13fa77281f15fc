// Spool files. See spool.hpp.
//
// A spool is a sequence of messages as they came, each behind its length. It only grows: what is rolled back stays in
// the file and is left out when it is read.
//
// The files are temporary ones in the session's temp_tablespaces, named so that the server removes those of a crashed
// process when it starts. They outlast transactions, which the server's own temporary files do not unless they are
// shared, so they are opened as plain files. temp_file_limit does not count them: a transaction that the limit would
// keep out could never be applied.
#include "apply/worker/spool.hpp"

#include "apply/state/own_transaction.hpp"
#include "pg_follower/memory.hpp"
#include "pg_follower/scope.hpp"

extern "C" {
#include "access/xact.h"
#include "catalog/pg_tablespace_d.h"
#include "commands/tablespace.h"
#include "common/file_utils.h"
#include "storage/fd.h"
#include "utils/wait_event.h"
}

#include <fcntl.h>
#include <new>
#include <unistd.h>

namespace pg_follower::apply {
namespace {

// What is written or read at a time.
constexpr int piece = 128 * 1024;

Oid choose_tablespace()
{
    PrepareTempTablespaces();
    Oid chosen = GetNextTempTableSpace();
    return OidIsValid(chosen)                 ? chosen
           : OidIsValid(MyDatabaseTableSpace) ? MyDatabaseTableSpace
                                              : DEFAULTTABLESPACE_OID;
}

template <typename T> void make_room(T *&array, int count, int &room)
{
    if (count < room)
        return;
    room = Max(16, room * 2);
    array = array ? reallocate(array, room) : allocate_in<T>(TopMemoryContext, room);
}

} // namespace

Spool::Spool(TransactionId xid, int number) : xid_(xid)
{
    MemoryContextScope scope(TopMemoryContext);
    initStringInfo(&buffer_);
    char folder[MAXPGPATH];
    TempTablespacePath(folder, choose_tablespace());
    snprintf(path_, sizeof(path_), "%s/%sfollow%d.%d", folder, PG_TEMP_FILE_PREFIX, MyProcPid, number);
    constexpr int flags = O_RDWR | O_CREAT | O_TRUNC | PG_BINARY;
    file_ = PathNameOpenFile(path_, flags);
    if (file_ < 0 && errno == ENOENT) {
        // The folder comes with the first temporary file, maybe that of another process at this moment.
        if (MakePGDirectory(folder) < 0 && errno != EEXIST)
            ereport(ERROR,
                    (errcode_for_file_access(), errmsg("could not create temporary directory \"%s\": %m", folder)));
        file_ = PathNameOpenFile(path_, flags);
    }
    if (file_ < 0)
        ereport(ERROR, (errcode_for_file_access(), errmsg("could not create temporary file \"%s\": %m", path_)));
}

void Spool::write(const char *data, size_t size)
{
    while (size > 0) {
        errno = 0;
        auto amount = static_cast<int>(Min(size, static_cast<size_t>(1024 * 1024 * 1024)));
        auto done =
            FileWrite(file_, const_cast<char *>(data), amount, static_cast<off_t>(written_), WAIT_EVENT_BUFFILE_WRITE);
        if (done <= 0) {
            // A write that is cut short without a reason has met a full disk.
            if (errno == 0)
                errno = ENOSPC;
            ereport(ERROR, (errcode_for_file_access(), errmsg("could not write to file \"%s\": %m", path_)));
        }
        data += done;
        size -= done;
        written_ += done;
    }
}

uint64 Spool::complete()
{
    write(buffer_.data, buffer_.len);
    resetStringInfo(&buffer_);
    return written_;
}

void Spool::add(const char *message, size_t size)
{
    auto length = static_cast<uint32>(size);
    appendBinaryStringInfo(&buffer_, reinterpret_cast<const char *>(&length), sizeof(length));
    if (size < piece)
        appendBinaryStringInfo(&buffer_, message, static_cast<int>(size));
    if (size >= piece || buffer_.len >= piece)
        (void)complete();
    if (size >= piece)
        write(message, size);
}

// The place of the part; -1 where it has no message, or is gone with one that began before it.
int Spool::find(TransactionId part) const
{
    int i = part_count_ - 1;
    while (i >= 0 && parts_[i].xid != part)
        --i;
    return i;
}

void Spool::append(TransactionId part, const char *message, size_t size)
{
    if (part != xid_ && find(part) < 0) {
        make_room(parts_, part_count_, part_room_);
        parts_[part_count_++] = {part, written_ + buffer_.len};
    }
    add(message, size);
}

void Spool::roll_back(TransactionId part, const char *message, size_t size)
{
    int i = find(part);
    if (i < 0)
        return;
    add(message, size);
    part_count_ = i;
    SpoolRange range = {parts_[i].from, written_ + buffer_.len};
    while (dead_count_ > 0 && dead_[dead_count_ - 1].to >= range.from) {
        range.from = Min(range.from, dead_[dead_count_ - 1].from);
        --dead_count_;
    }
    make_room(dead_, dead_count_, dead_room_);
    dead_[dead_count_++] = range;
}

void Spool::remove()
{
    FileClose(file_);
    if (unlink(path_) < 0)
        ereport(LOG, (errcode_for_file_access(), errmsg("could not remove file \"%s\": %m", path_)));
    pfree(buffer_.data);
    if (parts_)
        pfree(parts_);
    if (dead_)
        pfree(dead_);
}

SpoolReader::SpoolReader(File file, const char *path, const SpoolRange *left_out, int left_out_count)
    : file_(file), path_(path), left_out_(left_out), left_out_count_(left_out_count),
      buffer_(allocate<char>(piece + 1)), room_(piece)
{
}

// Has so many bytes from the position on in the buffer, of a file that may be read up to `end`.
void SpoolReader::need(uint64 bytes, uint64 end)
{
    if (position_ + bytes <= start_ + filled_)
        return;
    if (bytes > room_) {
        MemoryContext context = GetMemoryChunkContext(buffer_);
        room_ = bytes;
        pfree(buffer_);
        buffer_ = static_cast<char *>(MemoryContextAllocHuge(context, room_ + 1));
    }
    start_ = position_;
    filled_ = 0;
    uint64 wanted = Min(room_, end - position_);
    while (filled_ < wanted) {
        auto amount = static_cast<int>(Min(wanted - filled_, static_cast<uint64>(1024 * 1024 * 1024)));
        auto done =
            FileRead(file_, buffer_ + filled_, amount, static_cast<off_t>(start_ + filled_), WAIT_EVENT_BUFFILE_READ);
        if (done < 0)
            ereport(ERROR, (errcode_for_file_access(), errmsg("could not read file \"%s\": %m", path_)));
        if (done == 0)
            break;
        filled_ += done;
    }
    if (filled_ < bytes)
        ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED), errmsg("file \"%s\" ends too soon", path_)));
}

bool SpoolReader::next(uint64 end, const char *&message, size_t &size)
{
    while (left_out_count_ > 0 && left_out_->from == position_) {
        position_ = left_out_->to;
        ++left_out_;
        --left_out_count_;
    }
    if (position_ == end)
        return false;
    uint32 length;
    need(sizeof(length), end);
    memcpy(&length, buffer_ + (position_ - start_), sizeof(length));
    need(sizeof(length) + static_cast<uint64>(length), end);
    message = buffer_ + (position_ - start_) + sizeof(length);
    size = length;
    position_ += sizeof(length) + length;
    return true;
}

Spool *Spools::find(TransactionId xid) const
{
    Spool *spool = first_;
    while (spool && spool->xid() != xid)
        spool = spool->next;
    return spool;
}

Spool *Spools::get(TransactionId xid)
{
    if (Spool *spool = find(xid))
        return spool;
    auto make = [&] {
        auto spool = new (allocate_in<Spool>(TopMemoryContext)) Spool(xid, ++made_);
        spool->next = first_;
        first_ = spool;
    };
    // Tablespaces are looked up in the catalogs.
    if (IsTransactionState())
        make();
    else
        in_own_transaction(make);
    return first_;
}

void Spools::remove(Spool *spool)
{
    Spool **link = &first_;
    while (*link != spool)
        link = &(*link)->next;
    *link = spool->next;
    spool->remove();
    pfree(spool);
}

} // namespace pg_follower::apply
