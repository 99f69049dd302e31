/* The environment of a program that is started: "NAME=value", NULL-terminated. */
#ifndef HB_EXEC_VARIABLES_H
#define HB_EXEC_VARIABLES_H

/* `own` (NULL: none), and those of `rest` whose names are not among them, as posix_spawn() takes
 * them. The caller frees the array; the texts stay where they are. */
char **hb_variables_join(const char *const *own, const char *const *rest);

#endif
