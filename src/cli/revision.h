/* Which commit a scenario belongs to: provenance that a nightly report cannot do without. */
#ifndef HB_CLI_REVISION_H
#define HB_CLI_REVISION_H

#define HB_REVISION_BYTES 128

/* `git describe` of the repository that holds `path`, with "-dirty"; "" when there is none, or no
 * git. */
void hb_revision_of(const char *path, char text[HB_REVISION_BYTES]);

#endif
