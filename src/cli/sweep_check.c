/*
 * A sweep may take a night, so whatever would spoil its end is looked for before its beginning.
 * Nothing here is left behind when a sweep is refused, save the directory of the reports.
 */
#include "cli/sweep_check.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/clients_check.h"
#include "exec/preflight.h"
#include "report/report.h"

static int check_tags(const struct hb_strings *tags, struct hb_error *err)
{
    for (size_t i = 0; i < tags->count; i++) {
        const char *tag = tags->items[i];
        size_t key_bytes = strcspn(tag, "=");

        if (key_bytes == 0 || tag[key_bytes] == '\0')
            return hb_fail(err, HB_ERR_INPUT, "--tag: '%.100s' is not KEY=VALUE", tag);
    }
    return 0;
}

static int check_extra_output(const char *path, struct hb_error *err)
{
    if (path == NULL || hb_exporter_for_path(path) != NULL)
        return 0;
    return hb_fail(err, HB_ERR_INPUT, "--output: %.200s: not a .html, .csv, .json or .txt name",
                   path);
}

/* Figures that would be worth nothing had better not be made: --strict. */
static int refuse_machine(const struct hb_preflight *preflight, struct hb_error *err)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf reasons = {.maximum = HB_ERROR_MESSAGE_BYTES / 2};

    for (size_t i = 0; i < preflight->count; i++)
        hb_buf_printf(&reasons, "%s%s", i > 0 ? "; " : "", preflight->warnings[i].what);
    return hb_fail(err, HB_ERR_LIMIT, "--strict: %s ('http-benchmark doctor' says what mends it)",
                   hb_buf_text(&reasons));
}

static int check_machine(struct hb_cli *cli, const struct hb_plan *plan, bool strict,
                         struct hb_error *err)
{
    struct hb_preflight preflight;

    if (hb_preflight(plan, &preflight, err) != 0)
        return -1;
    if (strict && preflight.count > 0)
        return refuse_machine(&preflight, err);
    for (size_t i = 0; i < preflight.count; i++)
        hb_cli_notice(cli, "%s: %s", preflight.warnings[i].what, preflight.warnings[i].remedy);
    return 0;
}

int hb_sweep_check(struct hb_cli *cli, const struct hb_planning *planning,
                   const struct hb_sweep_options *options, struct hb_error *err)
{
    if (check_tags(&options->tags, err) != 0 || check_extra_output(options->extra_output, err) != 0)
        return -1;
    if (hb_cli_check_remote(cli, planning->scenario, &options->allow_remote, err) != 0)
        return -1;
    if (hb_clients_check(cli, planning, err) != 0)
        return -1;
    return check_machine(cli, &planning->plan, options->strict, err);
}

const char *hb_sweep_directory(const struct hb_sweep_options *options)
{
    return options->output_directory != NULL ? options->output_directory : "reports";
}

int hb_sweep_make_directory(const struct hb_sweep_options *options, struct hb_error *err)
{
    const char *directory = hb_sweep_directory(options);
    struct stat info;

    if (options->smoke)
        return 0;
    if (mkdir(directory, 0777) != 0 && errno != EEXIST)
        return hb_fail_errno(err, errno, "cannot make the directory for reports, %s", directory);
    if (stat(directory, &info) != 0 || !S_ISDIR(info.st_mode))
        return hb_fail(err, HB_ERR_INPUT, "%s is no directory; --out says where reports go",
                       directory);
    if (access(directory, W_OK | X_OK) != 0)
        return hb_fail_errno(err, errno, "cannot write reports into %s", directory);
    return 0;
}
