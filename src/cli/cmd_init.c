/* init: a commented first scenario. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fd.h"
#include "base/paths.h"
#include "cli/commands.h"

struct init_options {
    bool force;
};

static const struct hb_option init_option_table[] = {
    {"force", 'f', HB_VALUE_FLAG, offsetof(struct init_options, force), NULL, 0, 0, NULL,
     "Replace the file when it is there already"},
};

/* The text is a shipped file, so that tests can run it as it is. */
static int read_first_scenario(const struct hb_cli *cli, struct hb_buf *ret_text,
                               struct hb_error *err)
{
    char path[PATH_MAX];

    if (hb_path_join(path, cli->paths.share, "scenarios/first.yaml", err) != 0)
        return -1;
    return hb_buf_read_file(ret_text, path, err);
}

static int write_new_file(const char *path, bool force, const struct hb_buf *text,
                          struct hb_error *err)
{
    int flags = O_WRONLY | O_CREAT | O_CLOEXEC | (force ? O_TRUNC : O_EXCL);
    HB_CLEANUP(hb_fd_close) int fd = open(path, flags, 0644);

    if (fd < 0 && errno == EEXIST)
        return hb_fail(err, HB_ERR_INPUT, "%s is there already; --force replaces it", path);
    if (fd < 0)
        return hb_fail_errno(err, errno, "%s", path);
    if (hb_fd_write_all(fd, text->data, text->length, err) != 0)
        return hb_wrap(err, "%s", path);
    return 0;
}

static int run_init(struct hb_cli *cli, const void *opaque, char *const *arguments, int count,
                    HB_UNUSED int *exit_code, struct hb_error *err)
{
    const struct init_options *options = opaque;
    const char *path = count > 0 ? arguments[0] : "benchmark.yaml";
    HB_CLEANUP(hb_buf_release) struct hb_buf text;

    hb_buf_init(&text, 1 << 20);
    if (read_first_scenario(cli, &text, err) != 0)
        return -1;
    if (strcmp(path, "-") == 0) {
        fputs(hb_buf_text(&text), stdout);
        return 0;
    }
    if (write_new_file(path, options->force, &text, err) != 0)
        return -1;
    printf("wrote %s; try:\n  http-benchmark expand %s\n  http-benchmark run %s\n", path, path,
           path);
    return 0;
}

const struct hb_command hb_command_init = {
    .name = "init",
    .arguments = "[FILE]",
    .summary = "Write a commented first scenario",
    .description = "Write a small scenario with a comment on every line that matters, ready to "
                   "run and to be changed. FILE is benchmark.yaml unless told; - is standard "
                   "output.",
    .options = init_option_table,
    .options_count = HB_ARRAY_LEN(init_option_table),
    .options_bytes = sizeof(struct init_options),
    .arguments_max = 1,
    .run = run_init,
};
