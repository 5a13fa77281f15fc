// A program as a child of this process. See program.hpp.
//
// The program's output comes through a pipe, whose end is the program's end. Its errors and its secret are in files
// that have no name any more when the program starts: nobody else can open them, and they are gone with the last
// process that has them open, however that ends.
#include "apply/copy/program.hpp"

#include "pg_follower/memory.hpp"

#include <csignal>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

extern "C" {
#include "common/file_perm.h"
#include "common/file_utils.h" // from 18 on it says where temporary files are
#include "lib/stringinfo.h"
#include "libpq/pqsignal.h"
#include "miscadmin.h"
#include "port.h"
#include "storage/fd.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "utils/timestamp.h"
#include "utils/wait_event.h"
}

namespace pg_follower::apply {
namespace {

constexpr int no_file = -1;
constexpr int secret_file = 3; // the number that the program knows it by
constexpr long look_milliseconds = 1000;

// What has to be let go, however the call ends.
struct Child {
    pid_t pid;
    int output; // to be read
    int errors;
    int secret;
    int status;
};

[[noreturn]] void raise_system_error(const char *what)
{
    ereport(ERROR, (errcode_for_file_access(), errmsg("could not %s: %m", what)));
    pg_unreachable();
}

// Counts a file that is about to be opened among those of this process.
void reserve_file()
{
    if (!AcquireExternalFD())
        raise_system_error("reserve a file for a program");
}

// A new file that only this process and its children can read. While it has a name, it is among the server's temporary
// files, which a restart removes.
int nameless_file()
{
    char path[MAXPGPATH];
    snprintf(path, sizeof(path), "base/%s/%s%d.pg_follower", PG_TEMP_FILES_DIR, PG_TEMP_FILE_PREFIX, MyProcPid);
    (void)MakePGDirectory(psprintf("base/%s", PG_TEMP_FILES_DIR));
    (void)unlink(path);
    reserve_file();
    int file = BasicOpenFilePerm(path, O_RDWR | O_CREAT | O_EXCL | PG_BINARY, S_IRUSR | S_IWUSR);
    if (file < 0) {
        ReleaseExternalFD();
        ereport(ERROR, (errcode_for_file_access(), errmsg("could not create file \"%s\": %m", path)));
    }
    if (unlink(path) != 0)
        ereport(LOG, (errcode_for_file_access(), errmsg("could not remove file \"%s\": %m", path)));
    return file;
}

void write_secret(int file, const char *secret)
{
    size_t length = strlen(secret);
    if (write(file, secret, length) != static_cast<ssize_t>(length) || lseek(file, 0, SEEK_SET) != 0)
        raise_system_error("write a temporary file");
}

const char *content_of(int file)
{
    StringInfoData content;
    initStringInfo(&content);
    char buffer[1024];
    ssize_t length;
    if (lseek(file, 0, SEEK_SET) != 0)
        return "";
    while ((length = read(file, buffer, sizeof(buffer))) > 0)
        appendBinaryStringInfo(&content, buffer, static_cast<int>(length));
    return content.data;
}

// In the child, which may do only what is safe after a fork. Does not return.
void become(const ProgramCall &call, int output, int errors, int secret)
{
#ifdef __linux__
    // A worker that is killed cannot end the program itself.
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
    for (int signal : {SIGPIPE, SIGTERM, SIGINT, SIGHUP, SIGCHLD, SIGUSR1, SIGUSR2, SIGQUIT, SIGALRM})
        (void)::signal(signal, SIG_DFL);
    sigset_t none;
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, nullptr);
    // The files of the server are the program's no more. Ours get out of the way of the numbers that they are to have.
    int files[] = {open("/dev/null", O_RDONLY), output, errors, secret};
    for (int &file : files)
        if (file >= 0)
            file = fcntl(file, F_DUPFD, 10);
    for (int number = 0; number < 4; ++number)
        if (files[number] < 0 ? number < secret_file : dup2(files[number], number) < 0)
            _exit(127);
    int last = static_cast<int>(Min(sysconf(_SC_OPEN_MAX), 65536));
    for (int file = secret >= 0 ? secret_file + 1 : secret_file; file < last; ++file)
        (void)close(file);
    (void)execv(call.path, const_cast<char *const *>(call.arguments));
    _exit(127);
}

void close_file(int &file)
{
    if (file == no_file)
        return;
    (void)close(file);
    ReleaseExternalFD();
    file = no_file;
}

// Ends the program, if it still runs, and closes the files.
void end(int, Datum argument)
{
    auto child = reinterpret_cast<Child *>(DatumGetPointer(argument));
    close_file(child->output);
    close_file(child->errors);
    close_file(child->secret);
    if (child->pid == 0)
        return;
    (void)kill(child->pid, SIGKILL);
    while (waitpid(child->pid, &child->status, 0) < 0 && errno == EINTR)
        ;
    child->pid = 0;
}

void start(const ProgramCall &call, Child &child)
{
    child.errors = nameless_file();
    if (call.secret) {
        child.secret = nameless_file();
        write_secret(child.secret, call.secret);
    }
    int ends[2];
    reserve_file();
    if (pipe(ends) != 0) {
        ReleaseExternalFD();
        raise_system_error("create a pipe");
    }
    child.output = ends[0];
    (void)fcntl(child.output, F_SETFL, O_NONBLOCK);
    (void)fflush(nullptr);
    child.pid = fork();
    if (child.pid == 0)
        become(call, ends[1], child.errors, child.secret);
    int saved_errno = errno;
    (void)close(ends[1]);
    errno = saved_errno;
    if (child.pid < 0) {
        child.pid = 0;
        raise_system_error("start a process");
    }
}

// Reads the program's output to its end. Returns false where go_on said to end it.
bool read_output(const ProgramCall &call, int file, StringInfo output)
{
    TimestampTz looked = GetCurrentTimestamp();
    for (;;) {
        CHECK_FOR_INTERRUPTS();
        enlargeStringInfo(output, 8192);
        ssize_t length = read(file, output->data + output->len, output->maxlen - output->len - 1);
        if (length == 0)
            return true;
        if (length > 0) {
            output->len += static_cast<int>(length);
            output->data[output->len] = '\0';
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            int events =
                WaitLatchOrSocket(MyLatch, WL_LATCH_SET | WL_SOCKET_READABLE | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, file,
                                  look_milliseconds, PG_WAIT_EXTENSION);
            if (events & WL_LATCH_SET)
                ResetLatch(MyLatch);
        } else if (errno != EINTR)
            raise_system_error("read what a program writes");
        if (call.go_on && TimestampDifferenceExceeds(looked, GetCurrentTimestamp(), look_milliseconds)) {
            if (!call.go_on(call.argument))
                return false;
            looked = GetCurrentTimestamp();
        }
    }
}

} // namespace

const char *path_of_program(const char *name)
{
    char path[MAXPGPATH];
    strlcpy(path, my_exec_path, sizeof(path));
    get_parent_directory(path);
    return psprintf("%s/%s", path, name);
}

ProgramResult run_program(const ProgramCall &call)
{
    ProgramResult result = {};
    StringInfoData output;
    initStringInfo(&output);
    auto child = allocate<Child>();
    *child = {0, no_file, no_file, no_file, 0};
    PG_ENSURE_ERROR_CLEANUP(end, PointerGetDatum(child));
    {
        start(call, *child);
        result.ended_early = !read_output(call, child->output, &output);
        if (!result.ended_early) {
            // Its output has ended, so it is about to end itself.
            while (waitpid(child->pid, &child->status, 0) < 0 && errno == EINTR)
                CHECK_FOR_INTERRUPTS();
            child->pid = 0;
        }
        result.errors = content_of(child->errors);
    }
    PG_END_ENSURE_ERROR_CLEANUP(end, PointerGetDatum(child));
    end(0, PointerGetDatum(child));
    result.exit_status = child->status;
    result.output = output.data;
    return result;
}

} // namespace pg_follower::apply
