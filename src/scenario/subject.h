/* Inside the scenario layer: subjects, from what was written to the values of the axes. */
#ifndef HB_SCENARIO_SUBJECT_H
#define HB_SCENARIO_SUBJECT_H

#include "scenario/load.h"

/* What a word in place of a patch stands for: "url", "version" or "install". */
const char *hb_subject_word_key(const char *word);

/* Lay the subjects that flags give over those of the tree, and spell words out. */
void hb_subjects_lay(struct hb_node *root, const struct hb_scenario_overrides *overrides,
                     struct hb_arena *arena, struct hb_diags *diags);

/* Fill scenario->subjects. Before the axes, whose values are made for each of them. */
void hb_load_subjects(struct hb_loading *loading, unsigned control_cells);

/* How many values a client has in its axis: one for each subject, or one. */
size_t hb_subjects_width(const struct hb_loading *loading);

/* Whether any subject has a server of its own. */
bool hb_subjects_differ_in_server(const struct hb_loading *loading);

/*
 * Make of a client as the matrix has it those of all subjects: ret[0] is given, and gets the base's
 * patch, too. Room for hb_subjects_width(). -1: a patch is wrong, which has been reported.
 */
int hb_subjects_patch_client(struct hb_loading *loading, const struct hb_raw_client *raw,
                             struct hb_client_spec *ret) HB_MUST_CHECK;

/* The servers of all subjects, of the one that the matrix has; room for one more than there are
 * subjects. Returns how many they are. */
size_t hb_subjects_load_servers(struct hb_loading *loading, struct hb_server_spec *ret);

#endif
