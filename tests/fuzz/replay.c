/*
 * Runs a fuzz target over its corpus as an ordinary test: every file of the directories (or the
 * files) named on the command line goes through LLVMFuzzerTestOneInput once. Replaces libFuzzer's
 * main() in builds without it; finding new inputs is libFuzzer's affair.
 */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/paths.h"

#define INPUT_MAX (16u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned replayed;

static int replay_file(const char *path, struct hb_error *err)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf input;
    unsigned char *exact;

    hb_buf_init(&input, INPUT_MAX);
    if (hb_buf_read_file(&input, path, err) != 0)
        return hb_wrap(err, "%s", path);
    exact = malloc(input.length > 0 ? input.length : 1); /* of the input's size: overreads show */
    if (exact == NULL)
        return hb_fail_errno(err, errno, "%s", path);
    memcpy(exact, hb_buf_text(&input), input.length);
    LLVMFuzzerTestOneInput(exact, input.length);
    free(exact);
    replayed++;
    return 0;
}

static int replay_folder(const char *path, struct hb_error *err)
{
    DIR *folder = opendir(path);
    const struct dirent *entry;
    int result = 0;

    if (folder == NULL)
        return hb_fail_errno(err, errno, "%s", path);
    while (result == 0 && (entry = readdir(folder)) != NULL) {
        char file[PATH_MAX];

        if (entry->d_name[0] == '.')
            continue;
        result = hb_path_join(file, path, entry->d_name, err);
        if (result == 0)
            result = replay_file(file, err);
    }
    closedir(folder);
    return result;
}

int main(int argc, char **argv)
{
    struct hb_error err = {0};

    for (int i = 1; i < argc; i++) {
        struct stat facts;
        bool folder = stat(argv[i], &facts) == 0 && S_ISDIR(facts.st_mode);

        if ((folder ? replay_folder(argv[i], &err) : replay_file(argv[i], &err)) != 0) {
            fprintf(stderr, "%s\n", err.message);
            return EXIT_FAILURE;
        }
    }
    printf("%u inputs replayed\n", replayed);
    return replayed > 0 ? EXIT_SUCCESS : EXIT_FAILURE; /* an empty corpus tests nothing */
}
