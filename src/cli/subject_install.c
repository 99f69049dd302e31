/* Installing before a gate. */
#include "cli/subject_install.h"

#include <string.h>

#include "cli/progress.h"
#include "exec/machine_lock.h"
#include "registry/choice.h"
#include "registry/install.h"

struct installing {
    struct hb_cli *cli;
    const char *environment; /* that is being made */
    struct hb_progress_line progress;
    struct hb_machine_lock lock; /* taken when there is something to do */
};

static void show_line(void *context, const char *line)
{
    struct installing *installing = context;

    hb_progress_show_text(&installing->progress, hb_cli_safe(installing->cli, line));
}

/* It would disturb what another sweep measures. */
static int keep_sweeps_away(void *context, struct hb_error *err)
{
    struct installing *installing = context;

    if (installing->lock.fd >= 0)
        return 0;
    hb_cli_notice(installing->cli, "installing what the subjects need: %s",
                  hb_cli_safe(installing->cli, installing->environment));
    return hb_machine_lock_take(&installing->lock, err);
}

static bool was_seen(const struct hb_scenario *scenario, size_t index)
{
    const char *environment = hb_entry_environment(scenario->clients[index].entry);

    for (size_t i = 0; i < index; i++) {
        if (strcmp(hb_entry_environment(scenario->clients[i].entry), environment) == 0)
            return true;
    }
    return false;
}

static int install_one(struct installing *installing, const struct hb_registry *registry,
                       const struct hb_entry *entry, struct hb_error *err)
{
    const struct hb_install_options options = {
        .before = keep_sweeps_away,
        .line = show_line,
        .context = installing,
    };
    struct hb_install_result result;
    int status;

    installing->environment = hb_entry_environment(entry);
    status = hb_install(registry, entry, &options, &result, err);
    hb_progress_clear(&installing->progress);
    if (status != 0)
        return hb_wrap(err, "install %s", installing->environment);
    if (result.outcome == HB_INSTALLED)
        hb_cli_notice(installing->cli, "%s: installed (%s)", installing->environment,
                      hb_cli_safe(installing->cli, result.version));
    return 0;
}

int hb_subjects_install(struct hb_cli *cli, const struct hb_registry *registry,
                        const struct hb_scenario *scenario, struct hb_error *err)
{
    struct installing installing = {.cli = cli, .lock = HB_MACHINE_LOCK_NONE};
    int result = 0;

    hb_progress_init(&installing.progress, cli->quiet);
    for (size_t i = 0; i < scenario->clients_count && result == 0; i++) {
        const struct hb_client_spec *client = &scenario->clients[i];

        if (client->subject != HB_NO_SUBJECT && client->entry->choice != NULL &&
            !was_seen(scenario, i))
            result = install_one(&installing, registry, client->entry, err);
    }
    hb_machine_lock_release(&installing.lock);
    return result;
}
