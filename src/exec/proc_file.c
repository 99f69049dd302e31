/* The kernel's text files. They are short and written at once, so one read is enough. */
#include "exec/proc_file.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"

int hb_proc_read(const char *path, char *text, size_t capacity)
{
    HB_CLEANUP(hb_fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got;

    if (fd < 0)
        return -1;
    got = read(fd, text, capacity - 1);
    if (got <= 0)
        return -1;
    text[got] = '\0';
    return 0;
}

const char *hb_proc_word(const char *text, unsigned index)
{
    static const char blanks[] = " \t\n";

    text += strspn(text, blanks);
    for (unsigned i = 0; i < index; ++i) {
        text += strcspn(text, blanks);
        text += strspn(text, blanks);
    }
    return text;
}
