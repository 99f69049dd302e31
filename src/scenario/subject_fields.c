/* A subject as a field table: what of a cell it changes. */
#include "scenario/language.h"

#include "base/assert.h"

static const struct hb_field subject_fields[] = {
    {.key = "install",
     HB_ARRAY_AT(struct hb_raw_patch, packages, packages_count),
     .type = &hb_type_scalar,
     .shape = HB_SHAPE_ONE_OR_MANY,
     .nonempty = true,
     .max_items = 30,
     .help = "What clients are made of: requirements as their package manager takes them, "
             "addresses, paths, `git:REVISION` of the repository that holds this file, or "
             "`git:URL@REVISION`. In place of the `version` and `install` of the client.",
     .example = "[\"git:origin/main\"]"},
    {.key = "version",
     HB_AT(struct hb_raw_patch, version),
     .type = &hb_type_scalar,
     .help = "The version of the client, in place of its own `version` and `install`.",
     .example = "\"0.27.2\""},
    {.key = "python",
     HB_AT(struct hb_raw_patch, python),
     .type = &hb_type_scalar,
     .help = "The Python interpreter: a name in PATH, or a path.",
     .example = "python3.12"},
    {.key = "command",
     HB_ARRAY_AT(struct hb_raw_patch, command, command_count),
     .type = &hb_type_scalar,
     .shape = HB_SHAPE_ONE_OR_MANY,
     .nonempty = true,
     .max_items = 100,
     .help = "The worker's program and its arguments, in place of the client's: one argument an "
             "item. `{command}` stands for all of the client's own, `{here}` for the folder of "
             "this file; other words are those of a registry file.",
     .example = "[\"{here}/slower\", \"{command}\"]"},
    {.key = "env",
     HB_AT(struct hb_raw_patch, environment),
     .type = &hb_type_strings,
     .help = "Variables of the client's environment, laid over its own.",
     .example = "{PYTHONOPTIMIZE: \"1\"}"},
    {.key = "server",
     HB_AT(struct hb_raw_patch, server),
     .type = &hb_type_struct,
     .table = &hb_server_table,
     .help = "Who answers, in place of the one server of the matrix.",
     .example = "{name: nginx, workers: 2}"},
    {.key = "url",
     HB_AT(struct hb_raw_patch, url),
     .type = &hb_type_scalar,
     .help = "Where your own server listens, in place of the one server of the matrix.",
     .example = "\"http://127.0.0.1:8081\""},
};
const struct hb_table hb_subject_table = {
    HB_TABLE("subject", struct hb_raw_patch, subject_fields),
    .help = "What a variant changes in every cell; nothing (`{}`): the cell as it is. A text that "
            "is an address (`http://…`) stands for `url`, a version number for `version`, and any "
            "other for `install`.",
    .scalar_key = "install",
    .node_member = HB_MEMBER(struct hb_raw_patch, node),
    .key_member = HB_MEMBER(struct hb_raw_patch, name),
};
