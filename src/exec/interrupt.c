/* Signals on a descriptor, so that one loop can wait for them beside everything else. */
#include "exec/interrupt.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/fd.h"

int hb_interrupt_begin(struct hb_interrupt *ret_interrupt, struct hb_error *err)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigset_t signals;

    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    ret_interrupt->fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
    if (ret_interrupt->fd < 0)
        return hb_fail_errno(err, errno, "signalfd");
    sigprocmask(SIG_BLOCK, &signals, &ret_interrupt->old_mask);
    sigaction(SIGPIPE, &ignore, &ret_interrupt->old_pipe);
    return 0;
}

int hb_interrupt_fd(const struct hb_interrupt *interrupt)
{
    return interrupt != NULL ? interrupt->fd : -1;
}

bool hb_interrupt_came(const struct hb_interrupt *interrupt)
{
    struct pollfd slot = {.fd = hb_interrupt_fd(interrupt), .events = POLLIN};

    return poll(&slot, 1, 0) > 0;
}

void hb_interrupt_end(struct hb_interrupt *interrupt)
{
    struct signalfd_siginfo taken;

    while (read(interrupt->fd, &taken, sizeof(taken)) > 0)
        continue;
    sigaction(SIGPIPE, &interrupt->old_pipe, NULL);
    sigprocmask(SIG_SETMASK, &interrupt->old_mask, NULL);
    hb_fd_close(&interrupt->fd);
}
