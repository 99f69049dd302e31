/*
 * A port is free when the kernel gives it to us; it is ours when the listening socket's inode in
 * /proc/net/tcp is a descriptor of a process of ours. Without the second check a stranger that took
 * the port in between would be measured instead.
 */
#include "exec/port.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fd.h"
#include "exec/proc_file.h"

#define PORTS_MAX 16
#define STATE_LISTEN "0A"

/* The words of a line of /proc/net/tcp. */
enum { TCP_LOCAL = 1, TCP_STATE = 3, TCP_INODE = 9 };

static int bind_any(int fd, unsigned *ret_port, struct hb_error *err)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;

    if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &length) != 0)
        return hb_fail_errno(err, errno, "find a free port");
    *ret_port = ntohs(address.sin_port);
    return 0;
}

/* All are held at once, so that they differ. */
int hb_ports_pick(unsigned *ret_ports, size_t count, struct hb_error *err)
{
    int fds[PORTS_MAX];
    size_t opened = 0;
    int result = 0;

    if (count > PORTS_MAX)
        return hb_fail(err, HB_ERR_INTERNAL, "more than %d ports at once", PORTS_MAX);
    for (; opened < count && result == 0; opened++) {
        fds[opened] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        result = fds[opened] < 0 ? hb_fail_errno(err, errno, "socket")
                                 : bind_any(fds[opened], &ret_ports[opened], err);
    }
    while (opened > 0)
        hb_fd_close(&fds[--opened]);
    return result;
}

/* The inode of the socket that this line shows to listen on the port; 0 when it does not. */
static uint64_t listening_inode(const char *line, unsigned port)
{
    const char *local = hb_proc_word(line, TCP_LOCAL);
    const char *state = hb_proc_word(line, TCP_STATE);
    char *end;
    unsigned long address = strtoul(local, &end, 16);

    if (*end != ':' || (address != htonl(INADDR_LOOPBACK) && address != INADDR_ANY) ||
        strtoul(end + 1, NULL, 16) != port || strncmp(state, STATE_LISTEN " ", 3) != 0)
        return 0;
    return strtoull(hb_proc_word(line, TCP_INODE), NULL, 10);
}

static bool has_socket(pid_t pid, uint64_t inode)
{
    char path[64], wanted[64], target[64];
    const struct dirent *entry;
    bool found = false;
    DIR *directory;

    snprintf(wanted, sizeof wanted, "socket:[%" PRIu64 "]", inode);
    snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
    directory = opendir(path);
    while (directory != NULL && !found && (entry = readdir(directory)) != NULL) {
        ssize_t length = readlinkat(dirfd(directory), entry->d_name, target, sizeof target - 1);

        target[length > 0 ? length : 0] = '\0';
        found = strcmp(target, wanted) == 0;
    }
    if (directory != NULL)
        closedir(directory);
    return found;
}

static bool is_held(uint64_t inode, const struct hb_process_list *processes)
{
    for (size_t i = 0; i < processes->count; i++) {
        if (has_socket(processes->items[i].pid, inode))
            return true;
    }
    return false;
}

enum hb_port_holder hb_port_holder(unsigned port, const struct hb_process_list *processes)
{
    FILE *file = fopen("/proc/net/tcp", "re");
    enum hb_port_holder holder = HB_PORT_NOBODY;
    char line[512];

    while (file != NULL && holder != HB_PORT_STRANGER && fgets(line, sizeof line, file) != NULL) {
        uint64_t inode = listening_inode(line, port);

        if (inode != 0) /* several may share a port: all must be ours */
            holder = is_held(inode, processes) ? HB_PORT_OURS : HB_PORT_STRANGER;
    }
    if (file != NULL)
        fclose(file);
    return holder;
}
