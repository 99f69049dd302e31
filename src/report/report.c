/* Loading what reports need, the list of formats, and writing a file whole or not at all. */
#include "report/report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/memory.h"
#include "report/exporters.h"

static const struct hb_exporter *const exporters[] = {
    &hb_exporter_text,     &hb_exporter_html, &hb_exporter_csv,
    &hb_exporter_csv_long, &hb_exporter_json, NULL,
};

const struct hb_exporter *const *hb_exporters(void)
{
    return exporters;
}

const struct hb_exporter *hb_exporter_find(const char *format)
{
    for (size_t i = 0; exporters[i] != NULL; i++) {
        if (strcmp(exporters[i]->format, format) == 0)
            return exporters[i];
    }
    return NULL;
}

const struct hb_exporter *hb_exporter_for_path(const char *path)
{
    const char *dot = strrchr(path, '.');

    for (size_t i = 0; dot != NULL && exporters[i] != NULL; i++) {
        if (strcmp(exporters[i]->extension, dot + 1) == 0)
            return exporters[i];
    }
    return NULL;
}

int hb_report_load(struct hb_store *store, const char *sweep_selector, const char *made_by,
                   struct hb_arena *arena, struct hb_report *ret_report, struct hb_error *err)
{
    struct hb_sweep_row *sweep = hb_arena_alloc(arena, sizeof *sweep);
    struct hb_server_row *servers;
    struct hb_hop_row *hops;
    struct hb_unhonoured_row *unhonoured;
    struct hb_wire_row *wires;
    struct hb_run_row *runs;

    *ret_report =
        (struct hb_report){.sweep = sweep, .store = store, .made_by = made_by, .arena = arena};
    if (hb_store_find_sweep(store, sweep_selector, arena, sweep, err) != 0 ||
        hb_store_load_runs(store, sweep->id, arena, &runs, &ret_report->runs_count, err) != 0 ||
        hb_store_load_servers(store, sweep->id, arena, &servers, &ret_report->servers_count, err) !=
            0 ||
        hb_store_load_hops(store, sweep->id, arena, &hops, &ret_report->hops_count, err) != 0 ||
        hb_store_load_unhonoured(store, sweep->id, arena, &unhonoured,
                                 &ret_report->unhonoured_count, err) != 0 ||
        hb_store_load_wires(store, sweep->id, arena, &wires, &ret_report->wires_count, err) != 0)
        return -1;
    ret_report->wires = wires;
    ret_report->unhonoured = unhonoured;
    ret_report->runs = runs;
    ret_report->servers = servers;
    ret_report->hops = hops;
    return hb_summarise(store, runs, ret_report->runs_count, arena, &ret_report->cells, err);
}

static int check_stream(FILE *out, const char *path, struct hb_error *err)
{
    if (fflush(out) != 0 || ferror(out))
        return hb_fail_errno(err, errno != 0 ? errno : EIO, "%s", path);
    return 0;
}

/* A temporary file beside `path`, so that renaming it is atomic; mkstemp's mode widened to the
 * usual. */
static FILE *open_beside(const char *path, char *temporary, size_t bytes, struct hb_error *err)
{
    mode_t mask = umask(0);
    FILE *out;
    int fd;

    umask(mask);
    if ((size_t)snprintf(temporary, bytes, "%s.XXXXXX", path) >= bytes) {
        hb_fail(err, HB_ERR_LIMIT, "%.200s…: path too long", path);
        return NULL;
    }
    fd = mkstemp(temporary);
    if (fd < 0) {
        hb_fail_errno(err, errno, "%s", path);
        return NULL;
    }
    fchmod(fd, 0666 & ~mask);
    out = fdopen(fd, "w");
    if (out == NULL) {
        hb_fail_errno(err, errno, "%s", path);
        hb_fd_close(&fd);
        unlink(temporary);
    }
    return out;
}

/* A device or a pipe is written to; a new file in its place would be a loss. */
static bool is_special(const char *path)
{
    struct stat facts;

    return stat(path, &facts) == 0 && !S_ISREG(facts.st_mode) && !S_ISDIR(facts.st_mode);
}

static int write_and_close(const struct hb_report *report, const struct hb_exporter *exporter,
                           FILE *out, const char *path, struct hb_error *err)
{
    int result = exporter->write(report, out, err);

    if (result == 0)
        result = check_stream(out, path, err);
    if (fclose(out) != 0 && result == 0)
        result = hb_fail_errno(err, errno, "%s", path);
    return result;
}

static int write_in_place(const struct hb_report *report, const struct hb_exporter *exporter,
                          const char *path, struct hb_error *err)
{
    FILE *out = fopen(path, "we");

    if (out == NULL)
        return hb_fail_errno(err, errno, "%s", path);
    return write_and_close(report, exporter, out, path, err);
}

static int replace_file(const struct hb_report *report, const struct hb_exporter *exporter,
                        const char *path, struct hb_error *err)
{
    char temporary[4096];
    FILE *out = open_beside(path, temporary, sizeof temporary, err);
    int result;

    if (out == NULL)
        return -1;
    result = write_and_close(report, exporter, out, path, err);
    if (result == 0 && rename(temporary, path) != 0)
        result = hb_fail_errno(err, errno, "%s", path);
    if (result != 0)
        unlink(temporary);
    return result;
}

int hb_report_write(const struct hb_report *report, const struct hb_exporter *exporter,
                    const char *path, struct hb_error *err)
{
    HB_CLEANUP(hb_free_ptr) char *target = NULL;

    if (strcmp(path, "-") == 0)
        return exporter->write(report, stdout, err) != 0
                   ? -1
                   : check_stream(stdout, "standard output", err);
    if (is_special(path))
        return write_in_place(report, exporter, path, err);
    target = realpath(path, NULL); /* where a link leads; NULL for a new file */
    return replace_file(report, exporter, target != NULL ? target : path, err);
}
