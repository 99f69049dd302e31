/* Removing sweeps. Foreign keys take what belongs to them; the space goes back to the file system.
 */
#include "store/db.h"
#include "store/pins.h"
#include "store/store.h"

/* ?1 is a sweep for `where` to single out, or how many to keep. */
static int remove_where(struct hb_store *store, const char *sql, int64_t parameter,
                        size_t *ret_removed, struct hb_error *err)
{
    HB_CLEANUP(hb_db_finalize) sqlite3_stmt *statement = NULL;

    if (hb_db_prepare_id(store, sql, parameter, &statement, err) != 0 ||
        hb_db_run(store, statement, err) != 0)
        return -1;
    *ret_removed = (size_t)sqlite3_changes64(store->db);
    return hb_db_exec(
        store, "DELETE FROM environments WHERE id NOT IN (SELECT environment_id FROM sweeps)", err);
}

static int remove_and_shrink(struct hb_store *store, const char *sql, int64_t parameter,
                             size_t *ret_removed, struct hb_error *err)
{
    size_t removed = 0;

    if (hb_db_begin(store, err) != 0 ||
        hb_db_end(store, remove_where(store, sql, parameter, &removed, err), err) != 0)
        return -1;
    *ret_removed = removed;
    if (removed > 0 && hb_db_exec(store, "VACUUM", err) != 0)
        return hb_wrap(err, "%zu sweeps are removed, but their space is not given back", removed);
    return 0;
}

int hb_store_remove_sweep(struct hb_store *store, int64_t sweep_id, struct hb_error *err)
{
    size_t removed;

    if (hb_store_check_not_pinned(store, sweep_id, err) != 0 ||
        remove_and_shrink(store, "DELETE FROM sweeps WHERE id = ?", sweep_id, &removed, err) != 0)
        return -1;
    if (removed == 0)
        return hb_fail(err, HB_ERR_NOT_FOUND, "%s holds no sweep %lld", store->path,
                       (long long)sweep_id);
    return 0;
}

int hb_store_prune(struct hb_store *store, size_t keep_newest, size_t *ret_removed,
                   struct hb_error *err)
{
    return remove_and_shrink(store,
                             "DELETE FROM sweeps WHERE id NOT IN "
                             "(SELECT id FROM sweeps ORDER BY id DESC LIMIT ?) "
                             "AND id NOT IN (SELECT sweep_id FROM pins)",
                             (int64_t)keep_newest, ret_removed, err);
}
