/* Debian packages: as root, or by a sudo that asks for no password. */
#include <unistd.h>

#include "registry/installer.h"

enum { ARGUMENTS_MAX = 64 };

static int run_apt(struct hb_installation *installation, const char *const *words,
                   const char *const *packages, struct hb_error *err)
{
    static const char *const as_root[] = {"sudo", "-n", NULL};
    static const char *const apt[] = {
        "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-y", NULL};
    const char *const *const parts[] = {geteuid() == 0 ? NULL : as_root, apt, words, packages};
    const char *argv[ARGUMENTS_MAX] = {NULL};
    size_t count = 0;

    for (size_t i = 0; i < HB_ARRAY_LEN(parts); i++) {
        for (const char *const *word = parts[i]; word != NULL && *word != NULL; word++) {
            if (count + 1 >= ARGUMENTS_MAX)
                return hb_fail(err, HB_ERR_LIMIT, "too many packages");
            argv[count++] = *word;
        }
    }
    return hb_installation_run(installation, argv, NULL, err);
}

static int fill(struct hb_installation *installation, struct hb_error *err)
{
    static const char *const update[] = {"update", NULL};
    static const char *const install[] = {"install", "--no-install-recommends", "--", NULL};

    if (run_apt(installation, update, NULL, err) != 0)
        return -1;
    return run_apt(installation, install, installation->entry->install_args, err);
}

const struct hb_installer hb_installer_apt = {
    .kind = "apt",
    .system = true,
    .fill = fill,
    .registry_name = "the Debian archive",
    .mirror_hint = "/etc/apt/sources.list names it",
};
