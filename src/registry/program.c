/* The one place of this layer that starts programs: version commands and installers. */
#include "registry/program.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

#include "base/fd.h"

extern char **environ;

int hb_output_pipe_open(struct hb_output_pipe *ret_pipe, struct hb_error *err)
{
    int fds[2];

    if (pipe2(fds, O_CLOEXEC) != 0)
        return hb_fail_errno(err, errno, "pipe");
    *ret_pipe = (struct hb_output_pipe){.read = fds[0], .write = fds[1]};
    return hb_fd_set_nonblocking(fds[0], err);
}

void hb_output_pipe_close(struct hb_output_pipe *pipe)
{
    hb_fd_close(&pipe->read);
    hb_fd_close(&pipe->write);
}

static void set_actions(posix_spawn_file_actions_t *actions, const struct hb_program *program)
{
    posix_spawn_file_actions_init(actions);
    posix_spawn_file_actions_addopen(actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(actions, program->out, 1);
    posix_spawn_file_actions_adddup2(actions, program->err, 2);
    if (program->folder != NULL)
        posix_spawn_file_actions_addchdir_np(actions, program->folder);
}

static void set_attributes(posix_spawnattr_t *attributes)
{
    sigset_t none, all;

    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_init(attributes);
    posix_spawnattr_setpgroup(attributes, 0);
    posix_spawnattr_setsigmask(attributes, &none);
    posix_spawnattr_setsigdefault(attributes, &all);
    posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                                             POSIX_SPAWN_SETSIGDEF);
}

int hb_program_start(const struct hb_program *program, pid_t *ret_pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int result;

    set_actions(&actions, program);
    set_attributes(&attributes);
    result = posix_spawnp(ret_pid, program->argv[0], &actions, &attributes, program->argv, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return result;
}
